"""CRT201: a retry that nothing guards comes after success, too."""

import pytest
from shop import gateway


def test_it_runs_to_the_last_retry_and_fails_although_nothing_failed(lab, page):
    seen = lab.run(page.example, "refresh_rates")

    assert seen.ends == ["RETRY", "RETRY", "RETRY", "FAILURE"]
    assert seen.failure.startswith("MaxRetriesExceededError: Can't retry")
    assert len(gateway.calls) == 4


@pytest.mark.parametrize("branch", ["else", "finally"])
def test_so_it_does_in_the_branches_of_a_try_that_follow_success(lab, page, branch):
    guarded = page.example.replace(
        "    fetch_rates()\n    self.retry(",
        "    try:\n        fetch_rates()\n    except OSError:\n        pass\n"
        f"    {branch}:\n        self.retry(",
    )

    seen = lab.run(guarded, "refresh_rates")

    assert seen.ends == ["RETRY", "RETRY", "RETRY", "FAILURE"]
    assert seen.failure.startswith("MaxRetriesExceededError: Can't retry")


def test_in_a_handler_it_waits_for_a_failure(lab, page):
    assert lab.run(page.use_instead, "refresh_rates").ends == ["SUCCESS"]

    gateway.fails(times=1)

    assert lab.run(page.use_instead, "refresh_rates").ends == ["RETRY", "SUCCESS"]
