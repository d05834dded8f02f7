"""Values that are read from the code without running it."""

from __future__ import annotations

import pytest
from short_modules import only_task, retry_calls

from flake8_celery_retry.model import UNKNOWN

CONSTANTS = """
import os
from shop.settings import FROM_ELSEWHERE

ONCE = 5
TWICE = 5
TWICE = 6
TYPED: int = 5
HOURS = 12 * 60 * 60
NEXT = ONCE + 1
CALLED = os.getpid()
if HOURS:
    SOMETIMES = 5
COUNTED = 5
COUNTED += 1
for LOOPED in range(5):
    pass

def change():
    global CHANGED
    CHANGED = 6

CHANGED = 5
"""

VALUES = [
    ("5", 5),
    ("-5", -5),
    ("'5'", "5"),
    ("None", None),
    ("True", True),
    ("12 * 60 * 60", 43200),
    ("2 ** 10 // 3 - 1.5", 339.5),
    ("ONCE", 5),
    ("TYPED", 5),
    ("HOURS", 43200),
    ("NEXT", 6),
    ("ONCE * 2", 10),
    ("TWICE", UNKNOWN),
    ("SOMETIMES", UNKNOWN),
    ("COUNTED", UNKNOWN),
    ("LOOPED", UNKNOWN),
    ("CHANGED", UNKNOWN),
    ("CALLED", UNKNOWN),
    ("FROM_ELSEWHERE", UNKNOWN),
    ("nowhere", UNKNOWN),
    ("os.getpid()", UNKNOWN),
    ("settings.DELAY", UNKNOWN),
    ("5 / 0", UNKNOWN),
    ("10 ** 10 ** 10", UNKNOWN),
    ("f'{ONCE}'", UNKNOWN),
    ("5 if ONCE else 6", UNKNOWN),
]


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_constants_and_their_arithmetic_are_read_and_nothing_else(expression, value):
    task = only_task(
        f"{CONSTANTS}\nfrom celery import shared_task\n"
        f"@shared_task(default_retry_delay={expression})\ndef charge(): pass\n"
    )
    assert task.module.values.value(task.options["default_retry_delay"].value) == value


@pytest.mark.parametrize(
    "written",
    [
        "(OSError, Down)",
        "[OSError, Down]",
        "{OSError, Down}",
        "ERRORS",
        "(OSError,) + (Down,)",
        "tuple([OSError, Down])",
        "(OSError, *MORE)",
    ],
)
def test_tuples_lists_and_sets_of_names_are_read(written):
    task = only_task(f"""
from celery import shared_task
from shop.gateway import Down

ERRORS = (OSError, Down)
MORE = (Down,)

@shared_task(autoretry_for={written})
def charge(): pass
""")
    names = task.module.values.exceptions(task.options["autoretry_for"].value)
    assert sorted(map(str, names)) == ["OSError", "shop.gateway.Down"]


LOCALS = [
    ("delay = 5\n    self.retry(countdown=delay)", 5),
    ("delay = 5\n    if order:\n        self.retry(countdown=delay)", 5),
    ("if order:\n        delay = 5\n    self.retry(countdown=delay)", 5),
    ("delay = 5\n    delay = 6\n    self.retry(countdown=delay)", 6),
    ("delay = 5\n    if order:\n        delay = 6\n        self.retry(countdown=delay)", 6),
    ("delay = 5\n    if order:\n        delay = 6\n    self.retry(countdown=delay)", UNKNOWN),
    ("delay = 5\n    delay += 1\n    self.retry(countdown=delay)", UNKNOWN),
    ("for delay in (5, 6):\n        self.retry(countdown=delay)", UNKNOWN),
    ("self.retry(countdown=order)", UNKNOWN),
    ("options = {'countdown': 5}\n    self.retry(**options)", 5),
]


@pytest.mark.parametrize(("body", "value"), LOCALS)
def test_a_local_name_is_read_where_only_one_value_is_possible(body, value):
    [call] = retry_calls(f"""
from celery import shared_task

@shared_task(bind=True)
def charge(self, order):
    {body}
""")
    assert call.module.values.value(call.argument("countdown")) == value


def test_both_arms_of_a_conditional_expression_are_known():
    [call] = retry_calls("""
        from celery import shared_task

        @shared_task(bind=True)
        def charge(self, order):
            self.retry(countdown=5 if order else (60 if self.request.retries else None))
    """)
    countdown = call.argument("countdown")
    assert countdown is not None
    assert [call.module.values.value(arm) for arm in call.module.values.arms(countdown)] == [
        5,
        60,
        None,
    ]
