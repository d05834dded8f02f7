"""CRT113: the worker never awaits a coroutine, so nothing runs and nothing is retried."""

import pytest
from shop import gateway

ORDER = ("charge_order", 7)

BY_CALL = """
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=3)
async def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)
"""

# Nobody awaits what the experiments are about.
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)


def test_nothing_is_run_and_the_coroutine_cannot_be_stored(lab, page):
    gateway.fails()

    seen = lab.run(page.example, *ORDER)

    assert seen.state == "FAILURE"
    assert seen.runs == len(seen.messages) == 1
    assert seen.failure.startswith("EncodeError")
    assert "coroutine" in seen.failure
    assert not gateway.calls


def test_without_results_it_is_a_success(lab, page):
    gateway.fails()

    seen = lab.run(page.example.replace("(autoretry", "(ignore_result=True, autoretry"), *ORDER)

    assert seen.ends == ["SUCCESS"]
    assert len(seen.messages) == 1
    assert not gateway.calls


def test_a_retry_call_is_never_reached(lab):
    gateway.fails()

    seen = lab.run(BY_CALL, *ORDER)

    assert len(seen.messages) == 1
    assert not gateway.calls


def test_a_def_that_runs_the_coroutine_retries(lab, page):
    gateway.fails(times=2)

    seen = lab.run(page.use_instead, *ORDER)

    assert seen.ends == ["RETRY", "RETRY", "SUCCESS"]
    assert len(gateway.calls) == 3
