"""How many retries there can be, and options of a task that never retries."""

from __future__ import annotations

import math

import pytest
from short_modules import model

from flake8_celery_retry.model.policy.limits import (
    calls_of,
    counts_limit_of_task,
    limit_of_autoretry,
    limit_of_call,
    limit_of_task,
    unlimited_option,
)
from flake8_celery_retry.model.policy.unused import options_of_no_retry

HEAD = """
from functools import partial
from celery import Celery, Task, current_task, shared_task
from celery.exceptions import Reject, Retry
from shop import House, UNKNOWN, house_task, later, logged

POLICY = {"max_retries": None}

class Endless(Task):
    max_retries = None

class Settling(Task):
    def settle(self): self.retry()
"""


def charging(options: str, body: str = "pass", head: str = ""):
    """The task that is decorated so."""
    body = body.replace("\n", "\n    ")
    return model(
        f"{HEAD}{head}\n@shared_task(bind=True, {options})\ndef charge(self, order):\n    {body}\n"
    ).tasks[-1]


AUTO = "autoretry_for=(OSError,), "

#: The options of a task, with its own limit, that of its call, and that of automatic retries.
LIMITS = [
    ("", "", 3, 3, 0),
    ("max_retries=5", "", 5, 5, 0),
    ("max_retries=5", "max_retries=9", 5, 9, 0),
    ("max_retries=None", "", math.inf, math.inf, 0),
    ("max_retries=5", "max_retries=None", 5, 5, 0),
    ("max_retries=UNKNOWN", "", None, None, 0),
    ("base=House", "", None, None, 0),
    ("base=Endless", "", math.inf, math.inf, 0),
    ("", "**UNKNOWN", 3, None, 0),
    (AUTO, "", 3, 3, 3),
    (AUTO + "max_retries=5", "max_retries=9", 5, 9, 5),
    (AUTO + "max_retries=5, retry_kwargs={'max_retries': 7}", "", 5, 5, 7),
    (AUTO + "max_retries=None", "", math.inf, math.inf, math.inf),
    (AUTO + "retry_kwargs=UNKNOWN", "", 3, 3, None),
    ("autoretry_for=()", "", 3, 3, 0),
    ("retry_kwargs={'max_retries': 7}", "", 3, 3, 0),
]


@pytest.mark.parametrize(("options", "arguments", "own", "at_call", "automatic"), LIMITS)
def test_a_limit_of_retries(options, arguments, own, at_call, automatic):
    task = charging(options, f"self.retry({arguments})")
    assert limit_of_task(task) == own
    assert limit_of_call(task.retry_calls[0]) == at_call
    assert limit_of_autoretry(task) == automatic


#: The options and the body of a task, and whether its own limit counts for one of its retries.
COUNTS = [
    ("max_retries=5", "self.retry()", True),
    ("max_retries=5", "self.retry(max_retries=9)", False),
    ("max_retries=5", "self.retry(max_retries=None)", True),
    ("max_retries=5", "self.retry(max_retries=9); self.retry()", True),
    ("max_retries=5", "self.retry(**UNKNOWN)", False),
    ("max_retries=5", "pass", False),
    (AUTO + "max_retries=5", "pass", True),
    (AUTO + "max_retries=5, retry_kwargs={'max_retries': 9}", "pass", False),
    (AUTO + "max_retries=5, retry_kwargs={'max_retries': 9}", "self.retry()", True),
    (AUTO, "pass", False),
    ("max_retries=5, base=Settling", "pass", True),
]


@pytest.mark.parametrize(("options", "body", "counts"), COUNTS)
def test_the_tasks_own_limit_counts(options, body, counts):
    assert counts_limit_of_task(charging(options, body)) is counts


UNLIMITED = [
    ("max_retries=None", "self.retry()", True),
    ("max_retries=5", "self.retry()", False),
    ("", "self.retry()", False),
    ("base=Endless", "self.retry()", True),
    ("**POLICY", "self.retry()", True),
    ("max_retries=UNKNOWN", "self.retry()", False),
    ("max_retries=None", "self.retry(max_retries=9)", False),
    ("max_retries=None", "pass", False),
    (AUTO + "max_retries=None", "pass", True),
    (AUTO + "max_retries=None, retry_kwargs={'max_retries': 9}", "pass", False),
    ("max_retries=None", "if self.request.retries >= 9: return\nself.retry()", False),
    ("max_retries=None", "if order >= 9: return\nself.retry()", True),
]


@pytest.mark.parametrize(("options", "body", "is_unlimited"), UNLIMITED)
def test_nothing_stops_the_retries_of_a_task(options, body, is_unlimited):
    option = unlimited_option(charging(options, body))
    assert (option and option.name) == ("max_retries" if is_unlimited else None)


def test_a_task_makes_the_calls_of_its_bases_too():
    task = charging("base=Settling", "self.retry(countdown=5)")
    assert [call.scope.node.name for call in calls_of(task)] == ["charge", "settle"]


def test_a_base_is_not_judged_by_itself():
    module = model(
        f"{HEAD}class Lone(Task):\n    max_retries = None\n    def settle(self): self.retry()\n"
    )
    assert unlimited_option(module.tasks[-1]) is None


BOTH = ["max_retries", "default_retry_delay"]

#: The options and the body of a task, and what of them is of no use.
UNUSED = [
    ("max_retries=5", "pass", ["max_retries"]),
    ("default_retry_delay=5", "pass", ["default_retry_delay"]),
    ("max_retries=5, default_retry_delay=5", "pass", BOTH),
    ("default_retry_delay=5, max_retries=5", "pass", BOTH[::-1]),
    ("max_retries=None", "pass", ["max_retries"]),
    ("max_retries=0", "pass", []),
    ("max_retries=UNKNOWN", "pass", []),
    ("max_retries=0, default_retry_delay=5", "pass", BOTH),
    ("default_retry_delay=UNKNOWN", "pass", ["default_retry_delay"]),
    ("retry_backoff=5", "pass", []),
    ("max_retries=5, retry_backoff=5", "pass", ["max_retries", "retry_backoff"]),
    ("", "pass", []),
    ("max_retries=5", "later(self.max_retries)", []),
    ("max_retries=5, default_retry_delay=5", "later(self.max_retries)", ["default_retry_delay"]),
    # Somebody may retry.
    (AUTO + "max_retries=5", "pass", []),
    ("autoretry_for=(), max_retries=5", "pass", ["autoretry_for", "max_retries"]),
    ("autoretry_for=UNKNOWN, max_retries=5", "pass", []),
    ("autoretry_for=(), max_retries=5, base=House", "pass", []),
    ("autoretry=(OSError,), max_retries=5", "pass", []),
    ("max_retries=5", "self.retry()", []),
    ("max_retries=5", "charge.retry()", []),
    ("max_retries=5", "current_task.retry()", []),
    ("max_retries=5", "later(self)", []),
    ("max_retries=5", "this = self", []),
    ("max_retries=5", "again()", []),
    ("max_retries=5", "raise Retry()", []),
    ("max_retries=5", "raise OSError()", ["max_retries"]),
    ("max_retries=5", "self.replace()", ["max_retries"]),
    ("max_retries=5", "later(self.name)", ["max_retries"]),
    ("max_retries=5", "try: later()\nexcept OSError: raise Reject(requeue=True)", []),
    ("max_retries=5, base=House", "pass", []),
    ("max_retries=5, base=Settling", "pass", []),
    ("max_retries=5, base=Task", "pass", ["max_retries"]),
    ("max_retries=5, **UNKNOWN", "pass", []),
]


@pytest.mark.parametrize(("options", "body", "names"), UNUSED)
def test_options_are_of_no_use_to_a_task_that_never_retries(options, body, names):
    task = charging(options, body, head="def again(): current_task.retry()")
    assert [option.name for option in options_of_no_retry(task)] == names


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("@shared_task(max_retries=5)\ndef charge(self): self.retry()", []),
        ("@shared_task(max_retries=5)\ndef charge(order): pass", ["max_retries"]),
        ("@shared_task(max_retries=5)\ndef charge(order): retry()", []),
        ("@shared_task(max_retries=5)\ndef charge(order): refund()", ["max_retries"]),
        (
            "class Refunding(Task):\n    def run(self): self.retry()\n"
            "class Charge(Refunding):\n    max_retries = 5",
            [],
        ),
        ("@shared_task(max_retries=5)\n@logged\ndef charge(order): pass", []),
        ("@house_task(acks_late=True, max_retries=5)\ndef charge(order): pass", []),
        ("@broker.task(max_retries=5)\ndef charge(order): pass", ["max_retries"]),
        ("class Charge(Task):\n    max_retries = 5\n    def run(self): pass", ["max_retries"]),
        ("class Charge(Task):\n    max_retries = 5", []),
        # What others have in common with it, one of which retries.
        (
            "@shared_task(bind=True, **POLICY)\ndef refund(self): self.retry()\n"
            "@shared_task(**POLICY)\ndef charge(order): pass",
            [],
        ),
        (
            "@shared_task(bind=True, **POLICY)\ndef refund(self): self.retry()\n"
            "@shared_task(default_retry_delay=5, **POLICY)\ndef charge(order): pass",
            [],
        ),
        (
            "@shared_task(bind=True, **POLICY)\ndef refund(self): pass\n"
            "@shared_task(**POLICY)\ndef charge(order): pass",
            ["max_retries"],
        ),
        (
            "job = partial(shared_task, bind=True, max_retries=5)\n"
            "@job()\ndef refund(self): self.retry()\n@job\ndef charge(self, order): pass",
            [],
        ),
        ("app = Celery(task_cls=House)\n@app.task(max_retries=5)\ndef charge(order): pass", []),
    ],
)
def test_they_are_of_use_to_what_may_be_retried(source, names):
    task = model(f"{HEAD}{source}\n").tasks[-1]
    assert [option.name for option in options_of_no_retry(task)] == names
