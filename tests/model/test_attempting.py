"""Decorators that call a function again when it raises ``Retry``."""

from __future__ import annotations

import pytest
from short_modules import codes

HEAD = """
import backoff
import tenacity
from celery import shared_task
from celery.exceptions import Retry
from shop import errors, judge, pay, when
from tenacity import (
    retry_all,
    retry_always,
    retry_any,
    retry_if_exception_type,
    retry_if_not_exception_type,
    retry_never,
)

NETWORK = retry_if_exception_type(OSError)
ANYTHING = retry_if_exception_type(Exception)
"""

DECORATORS = [
    ("tenacity.retry", True),
    ("tenacity.retry()", True),
    ("tenacity.retry(retry=retry_if_exception_type())", True),
    ("tenacity.retry(retry=ANYTHING)", True),
    ("tenacity.retry(*when)", False),
    ("tenacity.retry(**when)", False),
    ("tenacity.retry(retry=NETWORK)", False),
    ("tenacity.retry(retry=retry_if_exception_type((OSError, Retry)))", True),
    ("tenacity.retry(retry=retry_if_exception_type(exception_types=OSError))", False),
    ("tenacity.retry(retry=retry_if_exception_type(errors[0]))", False),
    ("tenacity.retry(retry=retry_if_exception_type((errors[0], Exception)))", True),
    ("tenacity.retry(retry=retry_if_not_exception_type(Retry))", False),
    ("tenacity.retry(retry=retry_if_not_exception_type(OSError))", True),
    ("tenacity.retry(retry=retry_if_not_exception_type(errors[0]))", False),
    ("tenacity.retry(retry=retry_never)", False),
    ("tenacity.retry(retry=retry_always)", True),
    ("tenacity.retry(retry=judge)", False),
    ("tenacity.retry(retry=judge())", False),
    ("tenacity.retry(retry=retry_any(NETWORK, ANYTHING))", True),
    ("tenacity.retry(retry=retry_any(NETWORK, judge()))", False),
    ("tenacity.retry(retry=retry_any(ANYTHING, judge()))", True),
    ("tenacity.retry(retry=retry_any(NETWORK, NETWORK))", False),
    ("tenacity.retry(retry=retry_all(ANYTHING, ANYTHING))", True),
    ("tenacity.retry(retry=retry_all(ANYTHING, NETWORK))", False),
    ("tenacity.retry(retry=retry_all(ANYTHING, judge()))", False),
    ("tenacity.retry(retry=NETWORK | ANYTHING)", True),
    ("tenacity.retry(retry=NETWORK | NETWORK)", False),
    ("tenacity.retry(retry=ANYTHING & NETWORK)", False),
    ("tenacity.retry(retry=ANYTHING & retry_if_not_exception_type(OSError))", True),
    ("tenacity.retry(retry=(ANYTHING | judge()) & ANYTHING)", True),
]


@pytest.mark.parametrize(("decorator", "again"), DECORATORS)
def test_a_decorator_takes_a_retry_for_a_failure(decorator, again):
    source = f"""{HEAD}
@shared_task(bind=True, max_retries=3)
@{decorator}
def charge(self, order):
    try:
        pay(order)
    except OSError as exc:
        raise self.retry(exc=exc)
"""
    assert codes(source) == (["CRT213"] if again else [])
