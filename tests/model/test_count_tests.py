"""Tests of the retry count that no run meets, that every run meets, or that are met too early."""

from __future__ import annotations

import pytest
from short_modules import model

from flake8_celery_retry.model.policy.count_tests import vain_tests

#: A test in a task with three retries, and what is wrong with it.
TESTS = {
    "n > 3": "never",
    "n > 2": None,
    "n >= 4": "never",
    "n >= 3": None,
    "n <= 3": "always",
    "n <= 2": None,
    "n < 4": "always",
    "n == 4": "never",
    "n == 3": None,
    "n == 1": None,
    "n == 2": None,
    "n == 1.5": "never",  # no run has half a retry
    "n == 2.5": "never",
    "n != 4": "always",
    "n != 3": None,
    "n > 2.5": None,
    "n > 0.5": None,
    "n > 3.5": "never",
    "-1 < n": "always",
    "n < 0": None,  # plainly a test for the first run, or for none
    "0 <= n": None,
    "0 <= n < 9": "always",
    "0 < n < 3": None,
    "1 < n < 3": None,
    "1 < n < 2": "never",
    "n > n": None,
    "n + 1 > 3": None,
    "n + 1 > 4": "never",
    "1 + n > 3": None,
    "1 + n > 4": "never",
    "n - 1 > 1": None,
    "n - 1 > 2": "never",
    "n + 2 == 2": None,
    "n + 2 == 1": "never",
    "n - 2 == 0": None,
    "n + 1 - 1 > 3": "never",
    "4 - n > 4": None,  # the count, subtracted, isn't followed
    "n + n > 9": None,
    "n - n > 9": None,
    "n * 2 > 9": None,
    "n + other > 9": None,
    "other + n > 9": None,
    "n - other > 9": None,
    "other - n > 9": None,
    "(n or 0) > 3": "never",
    "(n or 0) > 2": None,
    "(n or 0 or 0) > 3": "never",
    "(n or 1) > 3": None,
    "(n or 0 or other) > 3": None,
    "(n and 0) > 3": None,
    "(tries := n) > 3": "never",
    "(tries := n + 1) > 3": None,
    "self.request.retries > 3": "never",
    "self.request.retries > 2": None,
    "n > self.max_retries": "never",
    "n >= self.max_retries": None,
    "n < self.max_retries": None,
    "n <= self.max_retries": "always",
    "self.max_retries < n": "never",
    "charge.max_retries < n": "never",
    "n >= self.max_retries + 1": "never",
    "n >= 1 + self.max_retries": "never",
    "n >= self.max_retries - 1": None,
    "n > self.max_retries - n": None,
    "n > other.max_retries": None,
    "n > self.min_retries": None,
    "n > other": None,
    "n in (7,)": None,
    "n is None": None,
    "n > 3 > other": "never",
    "n > 0 > other": None,
    "self.max_retries > 8": None,  # not about the count
    "other > 8": None,
    "-9 < other < n": None,
}

#: The test, the options of a task, what it does where it fails, and what is wrong: with the limit
#: in force and the task's own.
LIMITS = [
    ("n > 3", "", "self.retry(exc=exc)", ("never", 3, 3)),
    ("n > 3", "max_retries=5", "self.retry(exc=exc)", None),
    ("n > 5", "max_retries=5", "self.retry(exc=exc)", ("never", 5, 5)),
    ("n > 1", "max_retries=1", "self.retry(exc=exc)", ("never", 1, 1)),
    ("n > 1", "max_retries=0", "self.retry(exc=exc)", None),
    ("n > 9", "max_retries=UNKNOWN", "self.retry(exc=exc)", None),
    ("n > -1", "max_retries=None", "self.retry(exc=exc)", None),
    ("n > 3", "max_retries=None", "self.retry(exc=exc, max_retries=3)", ("never", 3, None)),
    ("n > self.max_retries", "max_retries=None", "self.retry(exc=exc, max_retries=3)", None),
    ("n > 3", "", "self.retry(exc=exc, max_retries=8)", None),
    ("n > 8", "", "self.retry(exc=exc, max_retries=8)", ("never", 8, 3)),
    ("n >= self.max_retries", "", "self.retry(exc=exc, max_retries=8)", ("early", 8, 3)),
    ("n > self.max_retries", "", "self.retry(exc=exc, max_retries=8)", ("early", 8, 3)),
    ("n > self.max_retries - 1", "", "self.retry(exc=exc, max_retries=8)", None),
    ("n > self.max_retries > other", "", "self.retry(exc=exc, max_retries=8)", None),
    ("n > self.max_retries", "max_retries=0", "self.retry(exc=exc, max_retries=8)",
     ("early", 8, 0)),
    ("n >= self.max_retries", "max_retries=8", "self.retry(exc=exc, max_retries=3)",
     ("never", 3, 8)),
    ("n < self.max_retries", "max_retries=8", "self.retry(exc=exc, max_retries=3)",
     ("always", 3, 8)),
    ("1 < n < self.max_retries", "max_retries=8", "self.retry(exc=exc, max_retries=3)", None),
    ("n > 5", "max_retries=None", "self.retry(exc=exc, max_retries=8)", None),
    ("n > 8", "max_retries=UNKNOWN", "self.retry(exc=exc, max_retries=8)", ("never", 8, None)),
    ("n == 20", "max_retries=40", "self.retry()", None),
    ("n != 20", "max_retries=40", "self.retry()", None),
    ("n == 20.5", "max_retries=40", "self.retry()", ("never", 40, 40)),
    ("n + 7 == 20", "max_retries=40", "self.retry()", None),
    ("n - 7 == 20", "max_retries=40", "self.retry()", None),
    ("n + 7 == 6", "max_retries=40", "self.retry()", ("never", 40, 40)),
    ("19 < n < 21", "max_retries=40", "self.retry()", None),
    ("19.5 < n < 20.5", "max_retries=40", "self.retry()", None),
    ("19 < n < 20", "max_retries=40", "self.retry()", ("never", 40, 40)),
    ("19 < n < 21 > n != 20", "max_retries=40", "self.retry()", ("never", 40, 40)),
    ("19 < n < 22 > n != 20", "max_retries=40", "self.retry()", None),
    ("n > 39", "max_retries=40", "self.retry()", None),
    ("n < 1", "max_retries=40", "self.retry()", None),
    ("n >= self.max_retries", "", "self.retry(exc=exc, max_retries=3)", None),
    ("n >= self.max_retries", "", "self.retry(max_retries=8) if order else self.retry()", None),
    ("n >= self.max_retries", "max_retries=5",
     "self.retry(max_retries=8) if order else self.retry(max_retries=2)", ("early", 8, 5)),
    ("n > 8", "", "self.retry(max_retries=8) if order else self.retry()", ("never", 8, 3)),
    ("n > 9", "", "self.retry(exc=exc, max_retries=UNKNOWN)", None),
    ("n > 9", "", "self.retry(max_retries=UNKNOWN) if order else self.retry()", None),
    ("n > 9", "", "self.retry(**UNKNOWN)", None),
    ("n > 9", "", "raise", None),
    ("n > 3", "autoretry_for=(OSError,)", "raise", ("never", 3, 3)),
    ("n > 3", "autoretry_for=(OSError,), retry_kwargs={'max_retries': 8}", "raise", None),
    ("n > 8", "autoretry_for=(OSError,), retry_kwargs={'max_retries': 8}", "raise",
     ("never", 8, 3)),
    ("n > 9", "autoretry_for=(OSError,), retry_kwargs=UNKNOWN", "raise", None),
    ("n > 9", "", "elsewhere(self)\nself.retry()", None),
    ("n > 9", "", "again(self)\nself.retry()", None),
    ("n > 9", "", "tell(self)\nself.retry()", ("never", 3, 3)),
    ("n > 9", "", "self.max_retries = 20\nself.retry()", None),
    ("n > 9", "", "self.default_retry_delay = 20\nself.retry()", ("never", 3, 3)),
    ("n > 9", "", "self.apply_async((order,), retries=n)\nself.retry()", None),
    ("n > 9", "", "self.apply_async((order,), countdown=9)\nself.retry()", ("never", 3, 3)),
    ("n > 9", "", "self.delay(order)\nself.retry()", ("never", 3, 3)),
]  # fmt: skip

HEAD = """
from celery import Celery, Task, shared_task
from shop import UNKNOWN, elsewhere, give_up, other, pay

app = Celery("shop")

def again(task):
    raise task.retry()

def tell(task):
    print(task.name)
"""


def found_in(source: str) -> list[tuple[str, float, float | None]]:
    return [
        (test.met, test.limit, test.own_limit)
        for task in model(source).tasks
        for test in vain_tests(task)
    ]


def task(test: str, options: str = "max_retries=3", failing: str = "self.retry(exc=exc)") -> str:
    lines = "\n        ".join(failing.splitlines())
    return f"""{HEAD}
@shared_task(bind=True, {options})
def charge(self, order):
    n = self.request.retries
    try:
        pay(order)
    except OSError as exc:
        if {test}:
            give_up(order)
        {lines}
"""


@pytest.mark.parametrize(("test", "met"), TESTS.items(), ids=TESTS)
def test_a_test_is_met_by_some_runs_or_in_vain(test, met):
    assert found_in(task(test)) == ([] if met is None else [(met, 3, 3)])


@pytest.mark.parametrize(("test", "options", "failing", "vain"), LIMITS)
def test_the_limit_in_force_is_what_counts(test, options, failing, vain):
    assert found_in(task(test, options, failing)) == ([] if vain is None else [vain])


def test_the_first_of_two_is_not_the_only_one():
    assert found_in(task("n > 2 or n > 3 or n > 4")) == [("never", 3, 3)] * 2


def test_annotations_of_the_app_may_set_any_limit():
    annotations = 'app.conf.task_annotations = {{"*": {{"{}": 20}}}}'
    assert found_in(task("n > 9") + annotations.format("max_retries")) == []
    assert found_in(task("n > 9") + annotations.format("rate_limit")) != []


NESTED = """
@shared_task(bind=True)
def charge(self, order):
    def again(exc):
        if self.request.retries > 9:
            give_up(order)
        raise self.retry(exc=exc)
    try:
        pay(order)
    except OSError as exc:
        {}
"""


def test_a_nested_function_that_is_called_tests_for_the_task():
    assert found_in(HEAD + NESTED.format("again(exc)")) == [("never", 3, 3)]
    assert found_in(HEAD + NESTED.format("self.retry()")) == []


CLASSES = """
class Charge(Task):
    max_retries = 4
    {}

    def run(self, order):
        if self.request.retries > 4:
            give_up(order)
        self.again()

    def again(self):
        raise self.retry()

class Refund(Charge):
    max_retries = 8

    def run(self, order):
        if self.request.retries > 4 or self.request.retries > 8:
            give_up(order)
"""


def test_a_class_inherits_retry_calls_with_a_limit_of_its_own():
    found = found_in(HEAD + CLASSES.format("abstract = True"))
    assert found == [("never", 8, 8)]
