"""What depends on the retry count, in the run with so many retries behind it."""

from __future__ import annotations

import ast

import pytest
from short_modules import model

from flake8_celery_retry.model.policy.counted import RETRIES, Counted

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
    ("1 << n", 1, 8),
    (f"1 << n + {RETRIES - 3}", 1 << RETRIES - 3, 1 << RETRIES),
    (f"1 << n + {RETRIES}", 1 << RETRIES, None),
    ("1 << n - 1", None, 4),
    ("1 << UNKNOWN", None, None),
    ("pow(2, n)", 1, 8),
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
