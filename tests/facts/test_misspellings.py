"""Misspellings: one measure for options and for arguments of a retry call."""

from __future__ import annotations

import pytest

from flake8_celery_retry.facts.misspellings import meant_argument, meant_option
from flake8_celery_retry.facts.options import RETRY_OPTIONS, RETRY_PARAMETERS


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("max_retires", "max_retries"),  # two letters swapped
        ("max_retrys", "max_retries"),  # one changed, one lost
        ("max_rtries", "max_retries"),  # one lost
        ("max_rettries", "max_retries"),  # one added
        ("mx_retries", "max_retries"),  # in a short word
        ("maxRetries", "max_retries"),
        ("maxretires", "max_retries"),  # grown together, and swapped
        ("retry_back_off", "retry_backoff"),  # fallen apart
        ("etry_backoff", "retry_backoff"),  # the first letter lost
        ("retry_backof_max", "retry_backoff_max"),
        ("autoretry_fro", "autoretry_for"),
        ("default_retry_dealy", "default_retry_delay"),
        ("max_retry", "max_retries"),  # another word for it
        ("jitter", "retry_jitter"),
    ],
)
def test_a_slip_of_the_fingers_is_an_option(written: str, meant: str) -> None:
    assert meant_option(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        *RETRY_OPTIONS,
        *("retry_backoff_base", "retry_backoff_x", "max_attempts", "retry_on"),
        *("max_entries", "max_replies", "max_metrics", "min_retries", "mac_retries"),
        *("retry_filter", "reply_kwargs", "default_retry_decay", "entry_backoff"),
        *("retry", "name", "queue", "rate_limit", "time_limit", "expires", "x", "_", ""),
    ],
)
def test_another_word_is_none(written: str) -> None:
    assert meant_option(written) is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("coutdown", "countdown"),
        ("countdonw", "countdown"),
        ("countDown", "countdown"),
        ("count_down", "countdown"),
        ("maxretries", "max_retries"),
        ("max_retires", "max_retries"),
        ("exce", "exc"),
        ("ecx", "exc"),
        ("thorw", "throw"),
        ("kwrags", "kwargs"),
        ("retry_delay", "countdown"),
    ],
)
def test_a_slip_of_the_fingers_is_an_argument(written: str, meant: str) -> None:
    assert meant_argument(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        *RETRY_PARAMETERS,
        *("meta", "tags", "etag", "tea", "eat", "throws", "three", "row", "count", "discount"),
        *("queue", "priority", "expires", "MessageGroupId", "headers", "link", "shadow", "x"),
    ],
)
def test_a_publish_option_is_no_argument(written: str) -> None:
    assert meant_argument(written) is None
