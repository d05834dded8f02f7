"""CRT208: a task called like a function does not retry."""

from shop import gateway, mail

BOUND = (
    "@shared_task(autoretry_for=(GatewayDown,), retry_backoff=True, max_retries=3)\n"
    "def charge_order(order_id):",
    "@shared_task(bind=True, autoretry_for=(GatewayDown,), max_retries=3)\n"
    "def charge_order(self, order_id):",
)
CALL = "    charge_order(order_id)"


def test_the_first_failure_is_the_last(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.example, "close_order", 7)

    assert seen.ends == ["FAILURE"]
    assert seen.failure == "GatewayDown: busy"
    assert len(gateway.calls) == 1


def test_so_it_is_with_a_retry_call(lab, page):
    gateway.fails(times=1)

    assert lab.run(RETRY_CALL, "close_order", 7).failure == "GatewayDown: busy"


def test_applied_with_throw_the_retry_passes_through_the_outer_task(lab, page):
    gateway.fails(times=1)

    source = page.example.replace(CALL, "    charge_order.apply((order_id,), throw=True)")
    seen = lab.run(source, "close_order", 7)

    assert seen.ends == ["RETRY"]
    assert seen.state == "RETRY"
    assert len(seen.messages) == 1, "nothing but the first message was sent"


def test_a_bound_task_called_with_self_has_one_argument_too_many(lab, page):
    source = page.example.replace(*BOUND).replace(CALL, "    charge_order(close_order, order_id)")

    seen = lab.run(source, "close_order", 7)

    assert seen.failure.startswith("TypeError")
    assert "takes 2 positional arguments but 3 were given" in seen.failure


def test_sent_as_a_task_it_retries(lab, page):
    gateway.fails(times=2)

    seen = lab.run(page.use_instead, "close_order", 7)

    assert seen.ends == ["SUCCESS"]
    assert len(gateway.calls) == 3
    assert len(mail.calls) == 1


RETRY_CALL = """
from celery import shared_task
from shop.gateway import GatewayDown, charge

@shared_task(bind=True)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc)

@shared_task
def close_order(order_id):
    charge_order(order_id)
"""
