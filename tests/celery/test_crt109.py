"""CRT109: a misspelled argument of retry becomes an option of the message."""

import pytest
from laboratory import STATE_OF_A_REJECTED_TASK
from shop import gateway


def test_an_exception_cannot_be_written_down_and_the_task_is_gone(lab_on_disk, page):
    gateway.fails(times=1)

    seen = lab_on_disk.run(page.example, "charge_order", 7)

    assert seen.ends == ["REJECTED"]
    assert seen.state == STATE_OF_A_REJECTED_TASK
    assert len(seen.messages) == 1, "the retry was never sent"
    assert "GatewayDown is not JSON serializable" in seen.rejection


def test_the_broker_in_memory_hides_it(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.ends == (["REJECTED"] if lab.writes_messages_down else ["RETRY", "SUCCESS"])


def test_a_number_of_retries_is_an_error_at_once(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.example.replace("ex=exc", "exc=exc, retries=5"), "charge_order", 7)

    # Up to Python 3.11 it is a KeyError when it happens in a handler.
    assert seen.ends == ["FAILURE"]
    assert seen.failure.startswith(("TypeError", "KeyError"))
    assert "retries" in seen.failure


@pytest.mark.parametrize("delay", ["delay=60", "count_down=60", "default_retry_delay=60"])
def test_another_word_for_the_delay_is_ignored(lab, page, delay):
    gateway.fails(times=1)

    seen = lab.run(page.example.replace("ex=exc, countdown=60", delay), "charge_order", 7)

    assert seen.countdowns == [180]


def test_another_word_for_the_limit_is_ignored(lab, page):
    gateway.fails()

    seen = lab.run(page.example.replace("ex=exc", "exc=exc, max_retry=1"), "charge_order", 7)

    assert seen.runs == 4


@pytest.mark.parametrize("option", ["retry_backoff=True", "retry_jitter=True"])
def test_an_option_of_the_task_means_nothing_there(lab, page, option):
    gateway.fails()

    seen = lab.run(page.example.replace("ex=exc, countdown=60", option), "charge_order", 7)

    assert seen.countdowns == [180, 180, 180]


def test_fixed_it_retries(lab_on_disk, page):
    gateway.fails(times=1)

    seen = lab_on_disk.run(page.fixed, "charge_order", 7)

    assert seen.ends == ["RETRY", "SUCCESS"]
    assert seen.countdowns == [60]
