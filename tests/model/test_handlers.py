"""The handler that a retry call stands in, and what it catches."""

from __future__ import annotations

from textwrap import indent

import pytest
from short_modules import codes, retry_calls


@pytest.mark.parametrize(
    ("clause", "is_broad"),
    [
        ("except:", True),
        ("except Exception:", True),
        ("except BaseException as exc:", True),
        ("except (OSError, Exception):", True),
        ("except builtins.Exception:", True),
        ("except ANY:", True),
        ("except EVERY:", True),
        ("except OSError:", False),
        ("except (OSError, ValueError):", False),
        ("except CeleryError:", False),
        ("except Elsewhere:", False),
    ],
)
def test_a_broad_handler_catches_any_exception(clause, is_broad):
    [call] = retry_calls(f"""
import builtins
from celery import shared_task
from celery.exceptions import CeleryError
from shop import Elsewhere

ANY = Exception
EVERY = (OSError, ANY)

@shared_task(bind=True)
def charge(self):
    try:
        pay()
    {clause}
        raise self.retry()
""")
    assert call.handler is not None
    assert call.handler.is_broad is is_broad


INNERMOST = [
    (
        "else:\n        try:\n            pay()\n        except ValueError:\n            {}",
        "handler",
    ),
    (
        "except OSError:\n        try:\n            pay()\n        finally:\n            {}",
        "finally",
    ),
    (
        "except OSError:\n        try:\n            pay()\n        except ValueError:\n"
        "            pass\n        else:\n            {}",
        "else",
    ),
    ("except OSError:\n        if order:\n            {}", "handler"),
    ("except OSError:\n        pass\n    {}", None),
]


@pytest.mark.parametrize(("rest", "kind"), INNERMOST)
def test_where_blocks_nest_the_innermost_wins(rest, kind):
    before = "except TypeError:\n        pass\n    " if rest.startswith("else") else ""
    [call] = retry_calls(f"""
from celery import shared_task

@shared_task(bind=True)
def charge(self, order):
    try:
        pay(order)
    {before}{rest.format("self.retry()")}
""")
    assert (call.setting.kind if call.setting else None) == kind
    assert (call.handler is not None) == (kind == "handler")


@pytest.mark.parametrize(("last", "codes_found"), [("raise", []), ("pass", ["CRT203"])])
def test_a_clause_with_more_branches_than_calls_can_nest_is_read(last, codes_found):
    branches = "".join(f"            elif kind == {number}: log()\n" for number in range(600))
    source = f"""
    from celery import shared_task

    @shared_task(bind=True, max_retries=3)
    def charge(self, kind):
        try:
            if kind: self.retry(exc=OSError())
        except Exception as exc:
            if kind == -1: log()
{branches}            {last}
    """
    assert codes(source) == codes_found


#: What a clause does; the names in it that have to do with its exception.
NAMES = [
    ("pass", {"exc"}),
    ("found = exc", {"exc", "found"}),
    ("found = order", {"exc"}),
    ("found: str = exc.text", {"exc", "found"}),
    ("found: str", {"exc"}),
    ("found = ''\nfound += str(exc)", {"exc", "found"}),
    ("found = also = exc", {"exc", "found", "also"}),
    ("found = exc\nalso = found", {"exc", "found", "also"}),
    ("pay(found := exc.code)", {"exc", "found"}),
    ("for each in exc.args: pass", {"exc", "each"}),
    ("for each in order: pass", {"exc"}),
    ("if exc.code: found = 1", {"exc", "found"}),
    ("if order: found = 1", {"exc"}),
    ("match exc:\n    case OSError(): found = 1", {"exc", "found"}),
    ("match exc.args:\n    case [first, *rest]: pass", {"exc", "first", "rest"}),
    ("match order:\n    case [first, *rest]: pass", {"exc"}),
    ("found = sys.exc_info()", {"exc", "found"}),
]


@pytest.mark.parametrize(("body", "names"), NAMES)
def test_names_that_have_to_do_with_the_exception(body, names):
    [call] = retry_calls(f"""
import sys
from celery import shared_task
from shop import pay

@shared_task(bind=True)
def charge(self, order):
    try:
        pay(order)
    except OSError as exc:
{indent(body, "        ")}
        raise self.retry()
""")
    assert call.handler is not None
    assert call.handler.exception_names == names


@pytest.mark.parametrize(
    ("caught", "codes_found"),
    [("Retry", ["CRT301"]), ("(Retry, Ignore)", ["CRT301"]), ("(Retry, KeyError)", [])],
)
def test_a_clause_before_that_denies_a_retry_sorts_out_what_is_no_signal(caught, codes_found):
    source = f"""
from celery import shared_task
from celery.exceptions import Ignore, Retry
from shop import pay

@shared_task(bind=True)
def charge(self, order):
    try:
        pay(order)
    except {caught}:
        raise
    except Exception as exc:
        raise self.retry(exc=exc)
"""
    assert codes(source) == codes_found
