"""CRT105: a delay or a limit of a type that Celery cannot reckon with."""

import pytest
from laboratory import STATE_OF_A_REJECTED_TASK
from shop import gateway

DELAY = "countdown=timedelta(minutes=1)"


@pytest.mark.parametrize(
    ("delay", "error"),
    [
        (DELAY, "TypeError"),
        ("countdown='60'", "TypeError"),
        ("eta=60", "AttributeError"),
        ("eta=timedelta(minutes=1)", "AttributeError"),
        ("expires=timedelta(minutes=1)", "TypeError"),
    ],
)
def test_the_retry_cannot_be_published_and_the_task_is_gone(lab, page, delay, error):
    gateway.fails(times=1)

    seen = lab.run(page.example.replace(DELAY, delay), "charge_order", 7)

    assert seen.ends == ["REJECTED"]
    assert seen.state == STATE_OF_A_REJECTED_TASK
    assert len(seen.messages) == 1, "the retry was never sent"
    assert seen.rejection.startswith(error)


@pytest.mark.parametrize("delay", ["'60'", "timedelta(minutes=1)"])
def test_so_it_is_with_the_default_delay(lab, page, delay):
    source = page.example.replace(f", {DELAY}", "").replace(
        "bind=True", f"bind=True, default_retry_delay={delay}"
    )
    gateway.fails(times=1)

    seen = lab.run(source, "charge_order", 7)

    assert seen.ends == ["REJECTED"]


def test_a_limit_in_quotes_fails_at_the_first_retry(lab, page):
    gateway.fails(times=1)
    source = page.example.replace("max_retries=3", "max_retries='3'").replace(DELAY, "countdown=60")

    seen = lab.run(source, "charge_order", 7)

    assert seen.ends == ["FAILURE"]
    assert seen.failure.startswith("TypeError: '>' not supported")


@pytest.mark.parametrize(
    "option", ["retry_backoff=None", "retry_backoff_max=None", "retry_backoff='fast'"]
)
def test_with_an_option_that_is_no_number_the_worker_does_not_start(lab, page, option):
    start = lab.start_worker(page.example.replace("bind=True", f"bind=True, {option}"))

    assert not start.is_ready
    assert start.last_line.startswith(("TypeError", "ValueError"))


def test_fixed_it_retries(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.fixed, "charge_order", 7)

    assert seen.ends == ["RETRY", "SUCCESS"]
    assert seen.countdowns == [60]


def test_a_task_that_ends_after_a_timedelta_cannot_be_sent(lab, page):
    source = page.example.replace("max_retries=3", "expires=timedelta(hours=1)")

    with pytest.raises(TypeError, match="'<' not supported"):
        lab.run(source.replace(f", {DELAY}", ""), "charge_order", 7)
