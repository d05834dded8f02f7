"""Whether a handler tells apart what it retries from what it does not."""

from __future__ import annotations

from textwrap import indent

import pytest
from short_modules import retry_calls

from flake8_celery_retry.model.outcome.sorting import (
    is_sorted_out,
    is_tested,
    raises_to_have_a_cause,
)

HEAD = """
from celery import shared_task
from celery.exceptions import Ignore, Reject, Retry
from shop import is_hopeless, log, pay

def settle(self, exc):
    if is_hopeless(exc): raise exc
    raise self.retry(exc=exc)

@shared_task(bind=True)
def charge(self, order):
"""


def call_in(body):
    """The last retry call of a task with this body."""
    return retry_calls(f"{HEAD}{indent(body, '    ')}\n")[-1]


#: What a clause for any exception does; whether a test of the exception decides about its retry.
CLAUSES = [
    ("self.retry()", False),
    ("log(exc)\nself.retry()", False),
    ("if is_hopeless(exc): raise\nself.retry()", True),
    ("if exc.code == 404: raise\nself.retry()", True),
    ("if isinstance(exc, OSError): self.retry()\nraise", True),
    ("if isinstance(exc, OSError): self.retry()", True),
    ("if isinstance(exc, OSError): log(exc)\nself.retry()", False),
    ("if isinstance(exc, OSError): self.retry(countdown=5)\nself.retry()", False),
    ("if is_hopeless(order): raise\nself.retry()", False),
    ("if order: raise\nself.retry()", False),
    ("hopeless = is_hopeless(exc)\nif hopeless: raise\nself.retry()", True),
    ("match exc:\n    case OSError(): raise\nself.retry()", True),
    ("match exc:\n    case OSError(): log(exc)\nself.retry()", False),
    ("match order:\n    case 1: raise\nself.retry()", False),
    ("match order:\n    case 1 if is_hopeless(exc): raise\nself.retry()", True),
    ("match order:\n    case 1 if order: raise\nself.retry()", False),
    ("raise self.retry() if isinstance(exc, OSError) else exc", True),
    ("raise exc if is_hopeless(exc) else self.retry()", True),
    ("raise self.retry() if order else exc", False),
    ("raise self.retry(countdown=5 if is_hopeless(exc) else 50)", False),
    ("isinstance(exc, OSError) and self.retry()", True),
    ("is_hopeless(exc) or self.retry()", True),
    ("order or is_hopeless(exc) or self.retry()", True),
    ("order and self.retry()", False),
    ("is_hopeless(exc) and log(exc)\nself.retry()", False),
    ("self.retry() and is_hopeless(exc)", False),
    ("assert isinstance(exc, OSError)\nself.retry()", True),
    ("assert order\nself.retry()", False),
    ("self.retry(throw=False)\nassert isinstance(exc, OSError)", False),
]


@pytest.mark.parametrize(("clause", "decides"), CLAUSES)
def test_a_test_of_the_exception_decides_about_a_retry(clause, decides):
    call = call_in(f"try: pay()\nexcept Exception as exc:\n{indent(clause, '    ')}")
    assert is_tested(call) is decides
    assert is_sorted_out(call) is decides


#: Clauses beside the one that retries whatever else fails; whether they sort.
BESIDE = [
    ("except OSError: raise", True),
    ("except OSError: log()", True),
    ("except OSError: return", True),
    ("except OSError: self.retry()", False),
    ("except OSError as exc:\n    if exc.code == 404: raise\n    self.retry()", True),
    ("except OSError as exc:\n    if order: raise\n    self.retry()", False),
    ("except Retry: raise", False),
    ("except Ignore: raise", False),
    ("except Reject: raise", False),
    ("except (Retry, Ignore, Reject): raise", False),
    ("except (Retry, OSError): raise", True),
    ("except Retry: raise\nexcept OSError: raise", True),
]


@pytest.mark.parametrize(("clauses", "sort"), BESIDE)
def test_an_earlier_clause_sorts(clauses, sort):
    call = call_in(f"try: pay()\n{clauses}\nexcept Exception: self.retry()")
    assert is_sorted_out(call) is sort
    assert not is_tested(call)


def test_a_later_clause_sorts_nothing_out():
    assert not is_sorted_out(call_in("try: pay()\nexcept OSError: self.retry()\nexcept: raise"))


def test_without_a_handler_there_is_nothing_to_sort():
    call = call_in("self.retry()")
    assert not is_sorted_out(call)
    assert not is_tested(call)


#: A function in a task that retries, called in a clause with the exception.
INSIDE = [
    ("self.retry(exc=error)", False),
    ("if is_hopeless(error): raise error\nself.retry(exc=error)", True),
    ("if order: raise error\nself.retry(exc=error)", False),
    ("pay(" + ", ".join(["order"] * 5000) + ")\nself.retry(exc=error)", True),
]


@pytest.mark.parametrize(("body", "sorts"), INSIDE)
def test_a_function_that_a_clause_calls_sorts(body, sorts):
    call = call_in(f"""
def again(error):
{indent(body, "    ")}
try: pay()
except Exception as exc: again(exc)
""")
    assert is_sorted_out(call) is sorts


def test_a_long_task_sorts_no_more_than_a_short_one():
    pay = f"pay({', '.join(['order'] * 5000)})"
    assert not is_sorted_out(call_in(f"{pay}\ntry: pay()\nexcept Exception: self.retry()"))


#: What a ``try`` does; whether it does nothing but raise to have a cause for its retry.
BODIES = [
    ("raise Exception", True),
    ("raise Exception('not yet')", True),
    ("raise BaseException('not yet')", True),
    ("raise OSError('not yet')", False),
    ("raise order", False),
    ("pay()\nraise Exception('not yet')", False),
    ("raise Exception('not yet')\npay()", False),
    ("pay()", False),
    ("Exception('not yet')", False),
]


@pytest.mark.parametrize(("body", "does"), BODIES)
def test_a_try_raises_to_have_a_cause(body, does):
    call = call_in(f"try:\n{indent(body, '    ')}\nexcept Exception: self.retry()")
    assert raises_to_have_a_cause(call.handler) is does
