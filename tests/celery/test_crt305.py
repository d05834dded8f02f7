"""CRT305: options of autoretry that nothing reads."""

import pytest
from shop import gateway


@pytest.fixture(autouse=True)
def longest_jitter(monkeypatch):
    """Jitter draws a delay from zero up to the backoff; here it always draws the last."""
    monkeypatch.setattr("random.randrange", lambda end: end - 1)


def autoretry(page, options):
    return page.use_instead.replace("retry_backoff=10, max_retries=3", options)


def test_a_retry_call_waits_the_default_delay_whatever_the_backoff_says(lab, page):
    gateway.fails()

    assert lab.run(page.example, "charge_order", 7).countdowns == [180, 180, 180]


def test_so_it_does_in_a_task_whose_automatic_retries_back_off(lab, page):
    both = page.example.replace("bind=True", "bind=True, autoretry_for=(OSError,)")
    gateway.fails()

    assert lab.run(both, "charge_order", 7).countdowns == [180, 180, 180]


@pytest.mark.parametrize("option", ["retry_backoff_max=20", "retry_jitter=True"])
def test_what_refines_a_backoff_does_nothing_without_one(lab, page, option):
    gateway.fails()

    seen = lab.run(autoretry(page, option), "charge_order", 7)

    assert seen.countdowns == [180, 180, 180]


@pytest.mark.parametrize("option", ["retry_kwargs={'countdown': 5}", "default_retry_delay=5"])
def test_a_fixed_delay_does_nothing_beside_a_backoff(lab, page, option):
    gateway.fails()

    seen = lab.run(autoretry(page, f"retry_backoff=10, {option}"), "charge_order", 7)

    assert seen.countdowns == [10, 20, 40]


def test_the_limit_in_retry_kwargs_beats_the_other(lab, page):
    gateway.fails()

    seen = lab.run(
        autoretry(page, "max_retries=5, retry_kwargs={'max_retries': 1}"), "charge_order", 7
    )

    assert seen.runs == 2


def test_retry_kwargs_do_nothing_for_a_retry_call(lab, page):
    gateway.fails()
    source = page.example.replace("retry_backoff=10", "retry_kwargs={'countdown': 5}")

    assert lab.run(source, "charge_order", 7).countdowns == [180, 180, 180]


def test_with_autoretry_the_delay_grows(lab, page):
    gateway.fails()

    assert lab.run(page.use_instead, "charge_order", 7).countdowns == [10, 20, 40]
