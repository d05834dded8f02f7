"""Functions that call functions: followed as far as real code goes, and no further."""

from __future__ import annotations

from itertools import pairwise

import pytest
from short_modules import codes

from flake8_celery_retry.model.outcome import unreached
from flake8_celery_retry.model.work import results


def chain(number: int) -> str:
    """So many functions, each of which calls the next one."""
    names = [f"step_{each}" for each in range(number)]
    calls = "".join(f"def {name}(): {after}()\n" for name, after in pairwise(names))
    return f"{calls}def {names[-1]}(): pass\n"


@pytest.mark.parametrize("more", [0, 1])
def test_whoever_calls_more_functions_than_anybody_reads_may_wait_for_a_result(more):
    source = f"""
from celery import shared_task
from celery.exceptions import TimeLimitExceeded

@shared_task(bind=True)
def charge(self):
    try:
        step_0()
    except TimeLimitExceeded as exc:
        raise self.retry(exc=exc)

{chain(results.MOST_FUNCTIONS + more)}"""
    assert codes(source) == ["CRT212"][more:]


@pytest.mark.parametrize("more", [0, 1])
def test_whoever_calls_more_functions_than_anybody_reads_may_call_a_library(more):
    source = f"""
import requests
from celery import shared_task

@shared_task(autoretry_for=(requests.Timeout,), max_retries=3, retry_backoff=True)
def charge(url):
    step_0()
    try:
        requests.get(url)
    except Exception:
        print("no")

{chain(unreached.MOST_FUNCTIONS + more)}"""
    assert codes(source) == ["CRT211"][more:]
