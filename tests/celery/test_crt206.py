"""CRT206: with throw=False the rest of the task runs, its retry already sent."""

import pytest
from shop import gateway, mail


def test_the_receipt_is_mailed_for_a_payment_that_failed(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.ends == ["SUCCESS", "SUCCESS"]
    assert len(mail.calls) == 2


def test_fixed_the_retry_ends_the_run(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.fixed, "charge_order", 7)

    assert seen.ends == ["RETRY", "SUCCESS"]
    assert len(mail.calls) == 1


RAISING = """
from celery import shared_task
from celery.exceptions import Ignore, Reject, Retry
from shop.gateway import GatewayDown, charge

@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        charge(order_id)
    except GatewayDown as exc:
        self.retry(exc=exc, countdown=60, throw=False)
        raise {raised}
"""


@pytest.mark.parametrize(
    ("raised", "end"),
    [("", "FAILURE"), ("Ignore()", "IGNORED"), ("Reject()", "REJECTED"), ("Retry()", "RETRY")],
)
def test_what_is_raised_after_it_is_the_end_of_the_run(lab, raised, end):
    gateway.fails(times=1)

    seen = lab.run(RAISING.format(raised=raised), "charge_order", 7)

    assert seen.ends == [end, "SUCCESS"]
