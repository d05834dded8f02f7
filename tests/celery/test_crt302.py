"""CRT302: autoretry for any exception retries bugs and refusals."""

import pytest
from celery.exceptions import Reject
from shop import gateway
from shop.gateway import CardRefused

HOPELESS = [NameError("name 'amount' is not defined"), CardRefused("card expired")]


@pytest.mark.parametrize("error", HOPELESS, ids=lambda error: type(error).__name__)
def test_what_no_retry_mends_is_run_three_more_times(lab, page, error):
    gateway.fails(error)

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.ends == ["RETRY", "RETRY", "RETRY", "FAILURE"]
    assert seen.failure == f"{type(error).__name__}: {error}"


def test_even_a_reject_is_retried(lab, page):
    gateway.fails(Reject("not mine", requeue=False))

    assert lab.run(page.example, "charge_order", 7).ends[0] == "RETRY"


@pytest.mark.parametrize("error", HOPELESS, ids=lambda error: type(error).__name__)
def test_with_narrow_classes_it_fails_at_once(lab, page, error):
    gateway.fails(error)

    assert lab.run(page.use_instead, "charge_order", 7).ends == ["FAILURE"]


def test_with_narrow_classes_it_still_retries_what_time_may_mend(lab, page):
    gateway.fails(times=2)

    assert lab.run(page.use_instead, "charge_order", 7).ends == ["RETRY", "RETRY", "SUCCESS"]
