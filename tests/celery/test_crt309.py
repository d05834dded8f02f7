"""CRT309: a backoff that begins at its limit does not grow."""

import pytest
from shop import gateway


@pytest.fixture(autouse=True)
def longest_jitter(monkeypatch):
    """Jitter draws a delay from zero up to the backoff; here it always draws the last."""
    monkeypatch.setattr("random.randrange", lambda end: end - 1)


def countdowns(lab, source):
    gateway.fails()
    return lab.run(source, "charge_order", 7).countdowns


def test_every_retry_waits_as_long_as_the_first(lab, page):
    assert countdowns(lab, page.example) == [600, 600, 600]


def test_the_limit_cuts_a_larger_factor(lab, page):
    source = page.example.replace("retry_backoff=600", "retry_backoff=60, retry_backoff_max=30")

    assert countdowns(lab, source) == [30, 30, 30]


@pytest.mark.parametrize(("factor", "counted"), [("0.5", [1, 2, 4]), ("2.9", [2, 4, 8])])
def test_a_factor_that_is_not_whole_is_rounded_down(lab, page, factor, counted):
    source = page.example.replace("retry_backoff=600", f"retry_backoff={factor}")

    assert countdowns(lab, source) == counted


def test_below_the_limit_it_grows(lab, page):
    assert countdowns(lab, page.use_instead) == [60, 120, 240]
