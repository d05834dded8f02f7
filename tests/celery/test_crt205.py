"""CRT205: a retry that knows its exception never raises MaxRetriesExceededError."""

import pytest
from shop import gateway, mail


def test_the_fallback_never_runs(lab, page):
    gateway.fails()

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.ends == ["RETRY", "RETRY", "RETRY", "FAILURE"]
    assert seen.failure == "GatewayDown: busy"
    assert not mail.calls


HEAD = """from celery import Task, shared_task
from celery.exceptions import MaxRetriesExceededError

from shop.gateway import GatewayDown, charge
from shop.mail import send_apology
"""
BESIDE = """

@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        charge(order_id)
    except GatewayDown:
        raise self.retry(countdown=60)
    except MaxRetriesExceededError:
        send_apology(order_id)
"""
AUTOMATIC = """

@shared_task(autoretry_for=(GatewayDown,), max_retries=3)
def charge_order(order_id):
    try:
        charge(order_id)
    except MaxRetriesExceededError:
        send_apology(order_id)
"""
IN_ON_FAILURE = """

class Charging(Task):
    def on_failure(self, exc, task_id, args, kwargs, einfo):
        if isinstance(exc, MaxRetriesExceededError):
            send_apology(*args)


@shared_task(bind=True, base=Charging, max_retries=3)
def charge_order(self, order_id):
    try:
        charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)
"""


def test_a_clause_beside_the_one_that_retries_never_runs(lab):
    gateway.fails()

    seen = lab.run(HEAD + BESIDE, "charge_order", 7)

    assert seen.ends == ["RETRY", "RETRY", "RETRY", "FAILURE"]
    assert seen.failure is not None
    assert seen.failure.startswith("MaxRetriesExceededError: Can't retry")
    assert not mail.calls


@pytest.mark.parametrize("source", [AUTOMATIC, IN_ON_FAILURE], ids=["autoretry", "on_failure"])
def test_automatic_retries_and_on_failure_know_the_exception_itself(lab, source):
    gateway.fails()

    seen = lab.run(HEAD + source, "charge_order", 7)

    assert seen.ends == ["RETRY", "RETRY", "RETRY", "FAILURE"]
    assert seen.failure == "GatewayDown: busy"
    assert not mail.calls


def test_without_exc_on_failure_gets_it(lab):
    gateway.fails()

    seen = lab.run(HEAD + IN_ON_FAILURE.replace("exc=exc, ", ""), "charge_order", 7)

    assert seen.failure is not None
    assert seen.failure.startswith("MaxRetriesExceededError")
    assert [call.function for call in mail.calls] == ["send_apology"]


def test_fixed_it_runs_after_the_last_retry(lab, page):
    gateway.fails()

    seen = lab.run(page.fixed, "charge_order", 7)

    assert seen.ends == ["RETRY", "RETRY", "RETRY", "SUCCESS"]
    assert [call.function for call in mail.calls] == ["send_apology"]
