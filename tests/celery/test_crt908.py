"""CRT908: a limit says how often a bug is run, not whether."""

import pytest
from shop import gateway
from shop.gateway import CardRefused

HOPELESS = [NameError("name 'amount' is not defined"), CardRefused("card expired")]


@pytest.mark.parametrize("error", HOPELESS, ids=lambda error: type(error).__name__)
def test_what_no_retry_mends_is_run_to_the_last_retry(lab, page, error):
    gateway.fails(error)

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.ends == ["RETRY", "RETRY", "FAILURE"]
    assert seen.failure == f"{type(error).__name__}: {error}"


def test_with_narrow_classes_a_bug_fails_at_once_and_an_outage_is_retried(lab, page):
    gateway.fails(HOPELESS[0])
    assert lab.run(page.use_instead, "charge_order", 7).ends == ["FAILURE"]

    gateway.fails(times=1)
    assert lab.run(page.use_instead, "charge_order", 7).ends == ["RETRY", "SUCCESS"]
