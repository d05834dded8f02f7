"""CRT901: retry raises by itself, so no run can tell whether it is raised.

What can be shown is that the fix is safe: with it the task does just the same.
"""

import pytest
from shop import gateway


@pytest.mark.parametrize("failures", [0, 1, None])
def test_raised_or_not_it_does_the_same(lab, page, failures):
    gateway.fails(times=failures)
    seen = lab.run(page.example, "charge_order", 7)
    gateway.fails(times=failures)
    seen_fixed = lab.run(page.fixed, "charge_order", 7)

    assert seen.ends == seen_fixed.ends
    assert seen.countdowns == seen_fixed.countdowns
    assert (seen.result, seen.failure) == (seen_fixed.result, seen_fixed.failure)


def test_fixed_it_is_raised(page):
    assert "raise self.retry" not in page.example
    assert "raise self.retry" in page.fixed
