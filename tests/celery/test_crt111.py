"""CRT111: a handler that reads what the `try` had no time to bind never reaches its retry."""

import pytest
from shop import gateway
from shop.models import Payment

WITH_GATEWAY = """
from celery import shared_task

from shop.gateway import charge
from shop.mail import send_receipt


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        receipt = charge(order_id)
        send_receipt(order_id)
    except Exception as exc:
        {way}
"""


def test_the_handler_fails_and_nothing_is_retried(lab, page):
    seen = lab.run(page.example, "charge_order", 7)

    assert seen.ends == ["FAILURE"]
    assert seen.failure.startswith("UnboundLocalError")
    assert "'payment'" in seen.failure
    assert len(seen.messages) == 1


def test_it_retries_when_something_later_fails(lab, page):
    Payment.objects.create(order_id=7)
    gateway.fails(times=1)

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.ends == ["RETRY", "SUCCESS"]


@pytest.mark.parametrize(
    "way",
    [
        "raise self.retry(exc=exc, kwargs={'order_id': receipt})",
        "raise self.retry(exc=exc, countdown=len(receipt))",
        "print(receipt); self.retry(exc=exc)",
        "self.retry(exc=exc) if receipt else None",
    ],
)
def test_so_does_a_read_in_the_call_and_in_a_test(lab, way):
    gateway.fails()

    seen = lab.run(WITH_GATEWAY.format(way=way), "charge_order", 7)

    assert seen.ends == ["FAILURE"]
    assert seen.failure.startswith("UnboundLocalError")


@pytest.mark.parametrize(
    "way",
    [
        "receipt = 'none yet'; raise self.retry(exc=exc, countdown=len(receipt))",
        "raise self.retry(exc=exc, countdown=len(receipt) if 'receipt' in locals() else 60)",
    ],
)
def test_a_handler_that_binds_or_asks_retries(lab, way):
    gateway.fails(times=1)

    seen = lab.run(WITH_GATEWAY.format(way=way), "charge_order", 7)

    assert seen.ends == ["RETRY", "SUCCESS"]


def test_bound_before_the_try_it_retries(lab, page):
    seen = lab.run(page.use_instead, "charge_order", 7)

    assert seen.ends == ["RETRY", "RETRY", "RETRY", "FAILURE"]
    assert seen.failure.startswith("DoesNotExist")
