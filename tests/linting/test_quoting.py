"""What messages say of limits and lists."""

from __future__ import annotations

import math

import pytest

from flake8_celery_retry.linting.quoting import listed, runs_of_a_bug


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        (3, "a bug runs 4 times"),
        (0, "its limit of 0 allows none"),
        (-1, "its limit of -1 allows none"),
        (999, "a bug runs 1000 times"),
        (1000, "bugs are retried too"),
        (None, "bugs are retried too"),
        (math.inf, "a bug runs for ever"),
    ],
)
def test_what_becomes_of_a_bug_depends_on_the_limit(limit: float | None, said: str) -> None:
    assert runs_of_a_bug(limit) == said


@pytest.mark.parametrize(
    ("room", "said"),
    [
        (40, "max_retries, retry_backoff, retry_jitter"),
        (39, "max_retries, retry_backoff and 1 more"),
        (37, "max_retries, retry_backoff and 1 more"),
        (36, "max_retries and 2 more"),
        (1, "max_retries and 2 more"),
    ],
)
def test_a_list_without_room_says_how_many_more(room: int, said: str) -> None:
    assert listed(["max_retries", "retry_backoff", "retry_jitter"], room) == said
