"""Decorators that call a function again when it raises ``Retry``."""

from __future__ import annotations

import ast
from textwrap import indent

import pytest
from short_modules import codes, retry_calls

from flake8_celery_retry.model.outcome.attempting import attempts_around

HEAD = """
import backoff
import stamina
import tenacity
from celery import Task, shared_task
from celery.exceptions import Retry
from shop import errors, guard, judge, lock, pay, when
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
again = tenacity.retry
thrice = tenacity.retry()
three_times = thrice
narrowly = tenacity.retry(retry=NETWORK)
"""

DECORATORS = [
    ("tenacity.retry", True),
    ("tenacity.retry()", True),
    ("tenacity.retry(retry=retry_if_exception_type())", True),
    ("tenacity.retry(retry=ANYTHING)", True),
    ("again", True),
    ("again()", True),
    ("again(retry=NETWORK)", False),
    ("three_times", True),
    ("narrowly", False),
    ("unheard_of", False),
    ("backoff.on_exception(backoff.expo, Exception)", True),
    ("backoff.on_exception(backoff.expo, OSError)", False),
    ("backoff.on_exception(backoff.expo, exception=OSError)", False),
    ("backoff.on_exception(backoff.expo)", True),
    ("backoff.on_exception(backoff.expo, Exception, giveup=judge)", False),
    ("backoff.on_exception(backoff.expo, [OSError, Retry])", True),
    ("stamina.retry(on=OSError)", False),
    ("stamina.retry(on=Exception)", True),
    ("tenacity.retry(retry=((ANYTHING | NETWORK) | NETWORK) | NETWORK)", True),
    (
        "tenacity.retry(retry=((((ANYTHING | NETWORK) | NETWORK) | NETWORK) | NETWORK) | NETWORK)",
        False,
    ),
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
    ("tenacity.retry(retry=judge(OSError))", False),
    ("tenacity.retry(retry=retry_any)", False),
    ("tenacity.retry(retry=retry_if_exception_type)", False),
    ("tenacity.retry(retry=retry_if_exception_type(*when))", False),
    ("tenacity.retry(retry=retry_if_exception_type(**when))", False),
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


def attempts_in(source: str) -> list[str]:
    """What makes the attempts around each of its retry calls."""
    found = map(attempts_around, retry_calls(HEAD + source))
    return [ast.unparse(each) if each is not None else "" for each in found]


BODIES = [
    ("{RETRY}", "tenacity.retry"),
    ("try: {RETRY}\nexcept Exception: pass", ""),
    ("try: {RETRY}\nexcept Exception: raise", "tenacity.retry"),
    ("try: {RETRY}\nexcept KeyError: pass", "tenacity.retry"),
    ("self.retry(throw=False)", ""),
    ("self.retry(throw=order)", ""),
]


@pytest.mark.parametrize(("body", "around"), BODIES)
def test_what_swallows_a_retry_before(body, around):
    body = body.replace("{RETRY}", "self.retry()")
    source = f"""
@shared_task(bind=True)
@tenacity.retry
def charge(self, order):
{indent(body, "    ")}
"""
    assert attempts_in(source) == [around]


MANY = "tenacity.Retrying()"
BLOCKS = [
    (f"for attempt in {MANY}:\n    with attempt: self.retry()", MANY),
    (f"for attempt in {MANY}:\n    with attempt as run: self.retry()", MANY),
    (f"for attempt in {MANY}:\n    with lock, attempt: self.retry()", MANY),
    (f"for attempt in {MANY}:\n    if order:\n        with attempt: self.retry()", MANY),
    (f"for attempt in {MANY}:\n    with attempt:\n        with lock: self.retry()", MANY),
    (f"for attempt in {MANY}:\n    for x, y in order:\n        with attempt: self.retry()", MANY),
    (f"for attempt in {MANY}:\n    for x in order:\n        with attempt: self.retry()", MANY),
    (f"for attempt in {MANY}:\n    with lock: self.retry()", ""),
    (f"for attempt in {MANY}:\n    with guard(attempt): self.retry()", ""),
    (f"for attempt in {MANY}: self.retry()", ""),
    (f"for attempt, x in {MANY}:\n    with attempt: self.retry()", ""),
    ("for attempt in order:\n    with attempt: self.retry()", ""),
    ("for attempt in tenacity.Retrying(retry=NETWORK):\n    with attempt: self.retry()", ""),
    ("with attempt: self.retry()", ""),
    (
        f"for attempt in {MANY}:\n    with attempt:\n        try: self.retry()\n"
        "        except Exception: pass",
        "",
    ),
    (
        "try:\n"
        f"    for attempt in {MANY}:\n        with attempt: self.retry()\nexcept Exception: pass",
        MANY,
    ),
]


@pytest.mark.parametrize(("body", "around"), BLOCKS)
def test_a_block_is_an_attempt(body, around):
    source = f"@shared_task(bind=True)\ndef charge(self, order):\n{indent(body, '    ')}\n"
    assert attempts_in(source) == [around]
    coroutine = source.replace("def", "async def").replace("for", "async for")
    assert attempts_in(coroutine) == [around]
    assert attempts_in(coroutine.replace("with", "async with")) == [around]


CLASS = """
class Charge(Task):
    {decorator}
    def run(self, order):
        self.retry()
"""


@pytest.mark.parametrize(
    ("decorator", "around"), [("", ""), ("@tenacity.retry", "tenacity.retry"), ("@guard", "")]
)
def test_the_decorators_of_run(decorator, around):
    assert attempts_in(CLASS.format(decorator=decorator)) == [around]


INNER = [
    ("", "@tenacity.retry", "inner()", "tenacity.retry"),
    ("@tenacity.retry", "", "inner()", "tenacity.retry"),
    ("", "", "inner()", ""),
    ("@tenacity.retry", "", "pay(inner)", ""),
    ("@tenacity.retry", "", "try: inner()\n    except Exception: pass", ""),
    ("", "", f"for attempt in {MANY}:\n        with attempt: inner()", MANY),
]


@pytest.mark.parametrize(("above", "decorator", "call", "around"), INNER)
def test_a_retry_passes_where_its_function_is_called(above, decorator, call, around):
    source = f"""
@shared_task(bind=True)
{above}
def charge(self, order):
    {decorator}
    def inner():
        self.retry()
    {call}
"""
    assert attempts_in(source) == [around]


OWN = [
    ("try: return function(self)\nexcept Exception: return function(self)", True),
    ("try: return function(self)\nexcept Exception: pay(self)", False),
    ("try: return function(self)\nexcept Exception: raise", False),
    ("try: return function(self)\nexcept OSError: return function(self)", False),
    ("try: return function(self)\nexcept Retry: raise\nexcept Exception: function(self)", False),
    ("try: return function(self)\nexcept Exception: self.retry()", True),
    ("try: return function(self)\nexcept Exception: retry(self)", False),
    ("try: pay(self)\nexcept Exception: return function(self)", False),
    ("try: pay(self)\nexcept OSError: pass\nelse: function(self)", False),
    ("while True:\n    try: return function(self)\n    except Exception: pass", True),
    ("for x in self:\n    try: return function(self)\n    except Exception: pay(x)", True),
    ("for x in self:\n    try: return function(self)\n    except Exception: return", False),
    ("for x in self:\n    try: return function(self)\n    except Exception: break", False),
    (
        "for x in self:\n    try: return function(self)\n    except Exception:\n"
        "        if x: continue\n        return",
        True,
    ),
    ("try:\n    for x in self: function(self)\nexcept Exception: pass", False),
    (
        "for x in self:\n    try:\n        try: function(self)\n        except OSError: pass\n"
        "    except Exception: pass",
        True,
    ),
    (
        "for x in self:\n    try:\n        try: function(self)\n        except Exception: return\n"
        "    except Exception: pass",
        False,
    ),
    ("for attempt in tenacity.Retrying():\n    with attempt: function(self)", True),
    ("try:\n    if self: function(self)\nexcept Exception: function(self)", True),
    ("try: function(self)\nexcept Exception:\n    pay(self)\n    function(self)", True),
    ("try: pay(self)\nexcept Exception: function(self)\nelse: function(self)", False),
    ("try: function(self)\nexcept Exception: self.pay()", False),
    ("function(self)", False),
    ("pay(self)", False),
]


@pytest.mark.parametrize(("body", "is_again"), OWN)
def test_a_decorator_of_the_module_calls_it_again(body, is_again):
    source = f"""
def guarding(function):
    def wrapper(self):
{indent(body, "        ")}
    return wrapper

@shared_task(bind=True)
@guarding
def charge(self):
    self.retry(countdown=5)
"""
    found = attempts_in(source)
    assert found[-1] == ("guarding" if is_again else "")
