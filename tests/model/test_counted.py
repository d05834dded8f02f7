"""What depends on the retry count, in the run with so many retries behind it."""

from __future__ import annotations

import ast
from textwrap import indent

import pytest
from short_modules import model

from flake8_celery_retry.model.policy.counted import RETRIES, Counted, FirstRun

#: An expression, and what it comes to with no retry and with three behind it.
NUMBERS = [
    ("60 * n", 0, 180),
    ("60 * self.request.retries", 0, 180),
    ("n - 1", -1, 2),
    ("2**n", 1, 8),
    ("n / 2", 0, 1.5),
    ("4 / n", None, 4 / 3),
    ("UNKNOWN * n", 0, None),
    ("n * UNKNOWN", 0, None),
    ("UNKNOWN + n", None, None),
    ("n + UNKNOWN", None, None),
    ("n / UNKNOWN", 0, None),
    ("n // UNKNOWN", 0, None),
    ("n % UNKNOWN", None, None),
    ("(n + 1) / UNKNOWN", None, None),
    ("UNKNOWN / n", None, None),
    ("n / (n + 2)", 0, 0.6),
    ("n / n", None, 1),
    ("n // n", None, 1),
    ("n - UNKNOWN * n", 0, None),
    ("1 << n", 1, 8),
    (f"1 << n + {RETRIES - 3}", 1 << RETRIES - 3, 1 << RETRIES),
    (f"1 << n + {RETRIES}", 1 << RETRIES, None),
    ("1 << n - 1", None, 4),
    ("1 << UNKNOWN", None, None),
    ("pow(2, n)", 1, 8),
    ("pow(0.5, n)", 1, 0.125),
    ("math.pow(2, n)", 1, 8),
    ("pow(2, n, 7)", None, None),
    ("pow(10, 99 * n)", 1, None),
    ("min(n, 2)", 0, 2),
    ("min(n, UNKNOWN)", 0, None),
    ("min(n + 1, UNKNOWN)", None, None),
    ("max(n, UNKNOWN)", None, None),
    ("max(n, 1, 2)", 2, 3),
    ("max(n, 1, key=by)", None, None),
    ("max(UNKNOWN)", None, None),
    ("round(1.4 * n)", 0, 4),
    ("math.ceil(n / 2)", 0, 2),
    ("int(n / 2)", 0, 1),
    ("int(n, n, n, n)", None, None),
    ("int()", 0, 0),
    ("max()", None, None),
    ("abs(n - 2)", 2, 1),
    ("float(n)", 0, 3),
    ("math.floor(n / 2)", 0, 1),
    ("sum(n)", None, None),
    ("timedelta(minutes=n).total_seconds()", 0, 180),
    ("timedelta(n)", 0, 3 * 86_400),
    ("timedelta(1, n)", 86_400, 86_403),
    ("timedelta(0, 1, n)", None, None),
    ("timedelta(weeks=1, days=n, hours=n, seconds=n)", 604_800, 604_800 + 3 * 90_001),
    ("timedelta(milliseconds=n)", None, None),
    ("timedelta(minutes=UNKNOWN)", None, None),
    ("timedelta(**UNKNOWN)", None, None),
    ("period(minutes=n).total_seconds()", None, None),
    ("UNKNOWN.total_seconds()", None, None),
    ("n or 5", 5, 3),
    ("n and 5", 0, 5),
    ("n or UNKNOWN", None, 3),
    ("n and UNKNOWN", 0, None),
    ("UNKNOWN or n", None, None),
    ("5 if n else 7", 7, 5),
    ("5 if UNKNOWN else n", None, None),
    ("(wait := 2 * n)", 0, 6),
]

#: The same for tests.
TRUTHS = [
    ("n", False, True),
    ("not n", True, False),
    ("not UNKNOWN", None, None),
    ("-n", None, None),
    ("n is n", None, None),
    ("n == 3", False, True),
    ("n != 3", True, False),
    ("n > 2", False, True),
    ("n >= 3", False, True),
    ("n < 3", True, False),
    ("n <= 2", True, False),
    ("0 < n < 5", False, True),
    ("0 < n < UNKNOWN", False, None),
    ("UNKNOWN < n < 2", None, False),
    ("UNKNOWN < n", None, None),
    ("n < UNKNOWN", None, None),
    ("n in (3,)", None, None),
    ("n > 2 and UNKNOWN", False, None),
    ("UNKNOWN and n > 2", False, None),
    ("n > 2 or UNKNOWN", None, True),
    ("n > 2 or n < 1", True, True),
    ("n > 2 and n < 5", False, True),
    ("'text'", True, True),
    ("None", False, False),
    ("UNKNOWN", None, None),
]


def expression_of(written: str) -> tuple[Counted, Counted, ast.expr]:
    """An expression in a task, seen without a retry and with three."""
    module = model(f"""
import math
from datetime import timedelta
from celery import shared_task
from shop import UNKNOWN, by, period

@shared_task(bind=True)
def charge(self):
    n = self.request.retries
    return {written}
""")
    [leaving] = [node for node in ast.walk(module.tree.root.node) if isinstance(node, ast.Return)]
    assert leaving.value is not None
    return Counted(module, 0), Counted(module, 3), leaving.value


@pytest.mark.parametrize(("written", "first", "fourth"), NUMBERS)
def test_a_number_is_counted(written, first, fourth):
    without, with_three, expression = expression_of(written)
    assert without.number(expression) == first
    assert with_three.number(expression) == (None if fourth is None else pytest.approx(fourth))


@pytest.mark.parametrize(("written", "first", "fourth"), TRUTHS)
def test_a_test_is_counted(written, first, fourth):
    without, with_three, expression = expression_of(written)
    assert without.truth(expression) is first
    assert with_three.truth(expression) is fourth


#: An expression, and where the first run finds the count in it; ``step`` is ``60 * n``.
COUNTS = [
    ("60", []),
    ("n", ["n"]),
    ("self.request.retries * 60", ["self.request.retries"]),
    ("n + 2 * n", ["n", "n"]),
    ("step + step", ["n"]),
    ("step + (step + self.request.retries)", ["n", "self.request.retries"]),
    ("max(self.request.retries, n)", ["self.request.retries", "n"]),
    ("round(n, ndigits=n)", ["n"]),
    ("5 if n else self.request.retries", ["self.request.retries"]),
    ("n if UNKNOWN else n", []),
    ("n or self.request.retries", ["self.request.retries"]),
    ("UNKNOWN[n]", []),
]


@pytest.mark.parametrize(("written", "places"), COUNTS)
def test_the_count_is_found_in_a_number(written, places):
    module = model(f"""
from celery import shared_task
from shop import UNKNOWN

@shared_task(bind=True)
def charge(self):
    n = self.request.retries
    step = 60 * n
    return {written}
""")
    [leaving] = [node for node in ast.walk(module.tree.root.node) if isinstance(node, ast.Return)]
    assert leaving.value is not None
    assert [ast.unparse(place) for place in FirstRun(module).counts_in(leaving.value)] == places


def test_the_second_run_has_one_retry_behind_it():
    without, _, expression = expression_of("n * (n - 1) + 60 * n")
    assert FirstRun(without.module).second.number(expression) == 60


#: The body of a task, and whether its first run may reach the retry call.
REACHED = {
    "self.retry()": True,
    "if n: self.retry()": False,
    "if not n: self.retry()": True,
    "if n: pay()\nelse: self.retry()": True,
    "if not n: pay()\nelse: self.retry()": False,
    "if UNKNOWN: self.retry()": True,
    "if UNKNOWN: pay()\nelse: self.retry()": True,
    "if n:\n    if UNKNOWN: self.retry()": False,
    "while n: self.retry()": False,
    "while n < 1: self.retry()": True,
    "self.retry() if n else pay()": False,
    "self.retry() if not n else pay()": True,
    "pay() if n else self.retry()": True,
    "pay() if not n else self.retry()": False,
    "n and self.retry()": False,
    "not n and self.retry()": True,
    "n or self.retry()": True,
    "not n or self.retry()": False,
    "UNKNOWN and self.retry()": True,
    "UNKNOWN or self.retry()": True,
    "UNKNOWN and n and self.retry()": False,
    "self.retry() and n": True,  # it is called before that is asked
    "self.retry() or not n": True,
    "UNKNOWN and self.retry() and n": True,
    "UNKNOWN and (self.retry() and n)": True,
    "match n:\n    case 0: self.retry()": False,
    "match UNKNOWN:\n    case 0: self.retry()": True,
    "if n < 1: return\nself.retry()": False,
    "if n: return\nself.retry()": True,
    "if n < 1: pay()\nself.retry()": True,
    "if n: pay()\nelse: return\nself.retry()": False,
    "if n < 1: pay()\nelse: return\nself.retry()": True,
    "if UNKNOWN: return\nself.retry()": True,
    "if UNKNOWN: pay()\nelse: return\nself.retry()": True,
    "if n: pay()\nself.retry()": True,
    "for one in UNKNOWN: return\nself.retry()": True,
    "try: pay()\nexcept OSError: self.retry()": True,
    "def again(): self.retry()\nagain()": True,
    "def again(): self.retry()\nif n < 1: return\nagain()": False,
    "def again():\n    if n < 1: return\n    self.retry()\nagain()": False,
    "def again():\n    if n: return\n    self.retry()\nagain()": True,
}


@pytest.mark.parametrize(("body", "reached"), REACHED.items(), ids=REACHED)
def test_the_first_run_reaches_a_retry(body, reached):
    module = model(f"""
from celery import shared_task
from shop import UNKNOWN, pay

@shared_task(bind=True)
def charge(self):
    n = self.request.retries
{indent(body, "    ")}
""")
    [call] = module.retry_calls
    assert FirstRun(module).reaches(call) is reached
