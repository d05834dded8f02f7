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


#: A list, and what is known to be in it.
FILLED = [
    ("ERRORS = [OSError]", ["OSError"]),
    ("ERRORS = [OSError]\nERRORS.index(OSError)", ["OSError"]),
    ("ERRORS = [OSError]\nERRORS.append(Down)", None),
    ("ERRORS = []\nif FLAG:\n    ERRORS.append(OSError)", None),
    ("ERRORS = [OSError]\nERRORS[0] = Down", None),
    ("ERRORS = [OSError]\ndel ERRORS[0]", None),
    ("ERRORS = [OSError]\nERRORS += [Down]", None),
    ("ERRORS = {OSError}\nERRORS.symmetric_difference_update({Down})", None),
    ("ERRORS = {OSError}\nERRORS.intersection_update({Down})", None),
    ("ERRORS = list([OSError])", ["OSError"]),
    ("ERRORS = list([OSError])\nERRORS.append(Down)", None),
    ("FIRST = [OSError]\nERRORS = FIRST", ["OSError"]),
    ("FIRST = [OSError]\nFIRST.append(Down)\nERRORS = FIRST", None),
    ("ERRORS = [OSError]\ndef fill():\n    ERRORS.append(Down)", None),
    ("ERRORS = [OSError]\ndef fill(ERRORS):\n    ERRORS.append(Down)", ["OSError"]),
    ("ERRORS = [OSError]\ndef fill():\n    ERRORS = []\n    ERRORS.append(1)", ["OSError"]),
    ("ERRORS = [OSError]\nclass Filling:\n    ERRORS.append(Down)", None),
    ("ERRORS = [OSError]\nOTHERS = []\nOTHERS.append(Down)", ["OSError"]),
]


@pytest.mark.parametrize(("written", "known"), FILLED)
def test_a_list_that_something_fills_is_not_known(written, known):
    task = only_task(
        f"from celery import shared_task\n{written}\n"
        "@shared_task(autoretry_for=ERRORS)\ndef charge(): pass\n"
    )
    elements = task.module.values.elements(task.options["autoretry_for"].value)
    assert (elements and list(map(task.module.values.exception, elements))) == known


#: A dict, and whether all its keys are known.
KEYS = [
    ("OPTIONS = {'countdown': 5}", True),
    ("OPTIONS = {'countdown': 5}\nOPTIONS.get('countdown')", True),
    ("OPTIONS = {'countdown': 5}\nOPTIONS['max_retries'] = 5", False),
    ("OPTIONS = {'countdown': 5}\ndef configure():\n    OPTIONS.update(max_retries=5)", False),
    ("OPTIONS = dict(countdown=5)\nOPTIONS.setdefault('max_retries', 5)", False),
    ("GIVEN = {'countdown': 5}\nOPTIONS = GIVEN\nGIVEN.pop('countdown')", False),
]


@pytest.mark.parametrize(("written", "complete"), KEYS)
def test_a_dict_that_something_fills_may_hold_more(written, complete):
    [call] = retry_calls(
        f"from celery import shared_task\n{written}\n"
        "@shared_task(bind=True)\ndef charge(self): self.retry(**OPTIONS)\n"
    )
    items = call.module.values.keywords(call.node)
    assert [item.name for item in items.items] == ["countdown"]
    assert items.complete == complete


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
