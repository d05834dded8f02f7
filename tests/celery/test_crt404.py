"""CRT404: a task that sends itself again has no limit."""

import pytest
from shop import gateway

SEND = "charge_order.apply_async((order_id,), countdown=60)"


@pytest.mark.parametrize(
    "send", [SEND, "charge_order.delay(order_id)", "charge_order.si(order_id).delay()"]
)
def test_it_is_a_new_task_each_time_and_never_ends(lab, page, send):
    gateway.fails()

    seen = lab.run(page.example.replace(SEND, send), "charge_order", 7)

    assert seen.is_endless
    assert {message.retries for message in seen.messages} == {0}
    assert len({message.id for message in seen.messages}) == len(seen.messages)
    assert set(seen.ends) == {"SUCCESS"}


def test_replacing_itself_is_no_better(lab, page):
    source = page.example.replace("@shared_task\n", "@shared_task(bind=True)\n")
    source = source.replace("(order_id):", "(self, order_id):").replace(
        SEND, "self.replace(self.s(order_id))"
    )
    gateway.fails()

    seen = lab.run(source, "charge_order", 7)

    assert seen.is_endless
    assert {message.retries for message in seen.messages} == {0}


def test_fixed_it_ends_after_three_retries(lab, page):
    gateway.fails()

    seen = lab.run(page.fixed, "charge_order", 7)

    assert seen.ends == ["RETRY", "RETRY", "RETRY", "FAILURE"]
    assert seen.countdowns == [60, 60, 60]
    assert seen.failure == "GatewayDown: busy"
