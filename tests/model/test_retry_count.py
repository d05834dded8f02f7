"""What reads a task's retry count, and which tasks limit their retries by hand."""

from __future__ import annotations

import ast

import pytest
from short_modules import model

from flake8_celery_retry.model.policy.retry_count import (
    is_clock,
    is_request,
    is_request_retries,
    limits_retries_by_hand,
    retry_count_comparisons,
)

HEAD = """
import time, datetime
from time import monotonic
from celery import Task, current_task, shared_task
from django.utils import timezone
from shop import elsewhere, job, later, now

@shared_task(bind=True)
def refund(self): pass
"""


def in_task(body: str, parameters: str = "self, order", options: str = "bind=True"):
    body = body.replace("\n", "\n    ")
    return model(f"{HEAD}@shared_task({options})\ndef charge({parameters}):\n    {body}\n")


def asked(module):
    """The argument of the call of ``later``."""
    call = next(each for each in module.tree.calls if ast.unparse(each.func) == "later")
    return call.args[0]


REQUESTS = [
    ("later(self.request)", True),
    ("later(self.requests)", False),
    ("later(self)", False),
    ("later(request)", False),
    ("request = self.request\nlater(request)", True),
    ("this = self\nlater(this.request)", True),
    ("later(order.request)", False),
    ("later(self.order.request)", False),
    ("later(charge.request)", True),
    ("later(refund.request)", True),
    ("later(job.request)", False),
    ("later(current_task.request)", True),
    ("def f(self): later(self.request)\nf(self)", True),
    ("def f(job): later(job.request)\nf(self)", True),
    ("def f(job): later(job.request)", True),
    ("def f(): later(self.request)\nf()", True),
]


@pytest.mark.parametrize(("body", "is_it"), REQUESTS)
def test_a_request_is_one_of_a_task(body, is_it):
    module = in_task(body)
    assert is_request(module, asked(module)) is is_it


@pytest.mark.parametrize(
    ("parameters", "options", "request_of", "is_it"),
    [
        ("order", "bind=True", "self", True),
        ("order", "bind=True", "it", False),
        ("order", "bind=False", "self", False),
        ("order", "**elsewhere", "self", False),
        ("self", "bind=False", "self", False),
        ("job", "bind=True", "job", False),
    ],
)
def test_a_bound_task_has_a_request_though_it_forgot_to_take_itself(
    parameters, options, request_of, is_it
):
    module = in_task(f"later({request_of}.request)", parameters, options)
    assert is_request(module, asked(module)) is is_it


def test_another_self_is_not_the_one_that_was_forgotten():
    module = in_task("for self in order: later(self.request)", "order")
    assert not is_request(module, asked(module))


@pytest.mark.parametrize(
    ("source", "is_it"),
    [
        ("def f(self): later(self.request)", True),
        ("def f(job: Task): later(job.request)", True),
        ("def f(): later(self.request)", False),
        ("class C:\n    def f(self): later(self.request)", False),
        ("@elsewhere\ndef f(self): later(self.request)", False),
        ("def f(): later(current_task.request)", True),
        ("def f(): later(refund.request)", True),
        ("later(job.request)", False),
    ],
)
def test_a_plain_function_has_the_request_of_a_task_that_it_gets(source, is_it):
    module = model(f"{HEAD}{source}\n")
    assert is_request(module, asked(module)) is is_it


COUNTS = [
    ("later(self.request.retries)", True),
    ("later(self.request.id)", False),
    ("later(self.retries)", False),
    ("later(job.request.retries)", False),
    ("n = self.request.retries\nlater(n)", True),
    ("n = self.request.retries + 1\nlater(n)", False),
    ("request = self.request\nlater(request.retries)", True),
    ("later(self.request['retries'])", False),
    ("later(self.request.retries + 1)", False),
]


@pytest.mark.parametrize(("body", "is_count"), COUNTS)
def test_the_retry_count_is_that_of_a_request(body, is_count):
    module = in_task(body)
    assert is_request_retries(module, asked(module)) is is_count


COMPARISONS = [
    ("self.request.retries > 3", ["3"]),
    ("3 > self.request.retries", ["3"]),
    ("self.request.retries + 1 > 3", ["3"]),
    ("int(self.request.retries) > 3", ["3"]),
    ("1 < self.request.retries < 3", ["1", "3"]),
    ("1 < n < self.request.retries", ["1", "self.request.retries"]),
    ("self.request.retries == 0 and order > 3", ["0"]),
    ("self.request.retries == self.max_retries", ["self.max_retries"]),
    ("order > 3", []),
    ("self.request.retries", []),
    ("n > 3", ["3"]),
    ("after > 3", ["3"]),
    ("two > 3", []),
]


@pytest.mark.parametrize(("test", "others"), COMPARISONS)
def test_the_retry_count_is_compared_with(test, others):
    module = in_task(
        "n = self.request.retries\nafter = self.request.retries + 1\n"
        f"both = after + 1\ntwo = both + 1\nif {test}: pass"
    )
    scope = module.tasks[-1].function
    found = [ast.unparse(other) for _, other in retry_count_comparisons(module, scope)]
    assert found == others


CLOCKS = [
    ("time.time()", True),
    ("time.monotonic() - order", True),
    ("monotonic()", True),
    ("now()", True),
    ("timezone.now()", True),
    ("datetime.datetime.utcnow()", True),
    ("datetime.date.today()", True),
    ("order.clock.now()", True),
    ("order.sleep()", False),
    ("time.sleep(5)", False),
    ("later()", False),
    ("unknown()", False),
    ("time()", False),
    ("clocks[0]()", False),
    ("order.now", False),
    ("started", True),
    ("waited", False),
]


@pytest.mark.parametrize(("expression", "reads"), CLOCKS)
def test_a_clock_is_read(expression, reads):
    module = in_task(
        f"started = monotonic() - order\nwaited = started - order\nlater({expression})"
    )
    assert is_clock(module, asked(module)) is reads


RETRY = "try: job()\nexcept OSError:\n    "
LIMITS = [
    # One way retries, the other leaves.
    ("if self.request.retries < 3: self.retry()", True),
    ("if self.request.retries >= 3: return\nself.retry()", True),
    ("if self.request.retries >= 3: raise OSError\nself.retry()", True),
    ("if self.request.retries >= self.max_retries: return\nself.retry()", True),
    (f"{RETRY}if self.request.retries >= 3: raise\n    self.retry()", True),
    (f"{RETRY}if self.request.retries < 3: self.retry()", True),
    ("if order and self.request.retries < 3: self.retry()", True),
    ("if not self.request.retries > 3: self.retry()", True),
    ("while self.request.retries < 3: self.retry()", True),
    ("self.retry() if self.request.retries < 3 else None", True),
    ("self.request.retries < 3 and self.retry()", True),
    ("self.retry() and self.request.retries < 3", False),
    ("assert self.request.retries < 3\nself.retry()", True),
    ("match self.request.retries < 3:\n    case True: self.retry()\n    case _: return", True),
    (
        "match order:\n    case 5 if self.request.retries < 3: self.retry()\n    case _: return",
        True,
    ),
    ("match order:\n    case 5: self.request.retries < 3; self.retry()\n    case _: return", False),
    # Both ways retry, or neither.
    ("if self.request.retries < 3: job()\nself.retry()", False),
    ("if self.request.retries < 3: job()", False),
    ("if self.request.retries < 3: self.retry()\nelse: self.retry()", False),
    ("job(self.request.retries < 3)\nself.retry()", False),
    ("job() if self.request.retries < 3 else None\nself.retry()", False),
    ("self.request.retries < 3 and job()\nself.retry()", False),
    ("if job(): self.retry(countdown=self.request.retries > 3)", False),
    ("if order > 3: return\nself.retry()", False),
    (
        "match self.request.retries < 3:\n    case True: self.retry()\n    case _: self.retry()",
        False,
    ),
    # A comparison with 0 asks whether this is the first run.
    ("if self.request.retries > 0: return\nself.retry()", False),
    ("if self.request.retries == 0: self.retry()", False),
    # By a local name.
    ("last = self.request.retries >= 3\nif last: return\nself.retry()", True),
    ("last = self.request.retries >= 3\nif order: return\nself.retry()", False),
    ("last = self.request.retries >= 3 or order\nif last: return\nself.retry()", True),
    ("if (last := self.request.retries >= 3): return\nself.retry()", True),
    ("job(last := self.request.retries >= 3)\nif last: return\nself.retry()", True),
    ("order.last = self.request.retries >= 3\nif order.last: return\nself.retry()", False),
    ("n = self.request.retries\nif n >= 3: return\nself.retry()", True),
    # By a clock.
    ("if monotonic() > order: return\nself.retry()", True),
    ("if order < timezone.now(): return\nself.retry()", True),
    ("if order.age() > 5: return\nself.retry()", False),
    ("if monotonic(): return\nself.retry()", False),
    # By an argument that counts the attempts.
    ("if order > 3: return\nself.retry(args=(order + 1,))", True),
    ("if order < 0: return\nself.retry(args=(order - 1,))", True),
    ("if order > 3: return\nif job(): self.retry()\nself.retry(args=(order + 1,))", True),
    ("if order > 3: return\nself.retry(args=(order * 2,))", False),
    ("if order > 3: return\nself.retry(args=(order + job,))", False),
    ("if order > 3: return\nself.retry(args=(1 + order,))", False),
    ("if order > 3: return\nself.retry(args=(self + 1,))", False),
    ("if order > 3: return\njob(order + 1)\nself.retry()", False),
    ("order += 1\nif order > 3: return\nself.retry(args=(order,))", True),
    ("order *= 2\nif order > 3: return\nself.retry(args=(order,))", False),
    ("order += job\nif order > 3: return\nself.retry(args=(order,))", False),
    ("order += 1\nif job > 3: return\nself.retry(args=(order,))", False),
    # In a function nested there that it calls.
    ("def f():\n    if self.request.retries >= 3: return\n    self.retry()\nf()", True),
    ("def f():\n    if self.request.retries >= 3: return\n    self.retry()\nlater(f)", False),
]


@pytest.mark.parametrize(("body", "limits"), LIMITS)
def test_a_task_limits_its_retries_by_hand(body, limits):
    assert limits_retries_by_hand(in_task(body).tasks[-1]) is limits


AUTOMATIC = [
    ("if self.request.retries >= 3: return\njob()", True),
    ("if self.request.retries < 3: job()\nelse: return", True),
    ("if self.request.retries >= 3: later()\njob()", False),
    ("if self.request.retries > 0: return\njob()", False),
    ("if order > 3: return\njob()", False),
    ("if monotonic() > 3: return\njob()", True),
    ("assert self.request.retries < 3\njob()", True),
    ("self.request.retries < 3 and job()", False),
    ("match self.request.retries < 3:\n    case True: return\n    case _: job()", False),
]


@pytest.mark.parametrize(("body", "limits"), AUTOMATIC)
def test_automatic_retries_end_where_a_way_leaves(body, limits):
    module = in_task(body, options="bind=True, autoretry_for=(OSError,)")
    assert limits_retries_by_hand(module.tasks[-1]) is limits


def test_a_class_without_run_counts_nothing():
    module = model(f"{HEAD}class Patient(Task):\n    max_retries = None\n    def settle(self, n):\n"
                   "        if n > 3: return\n        self.retry(args=(n + 1,))\n")  # fmt: skip
    assert limits_retries_by_hand(module.tasks[-1]) is False
