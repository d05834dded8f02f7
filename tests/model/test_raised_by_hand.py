"""Which ``raise Retry`` tells the worker of a retry that nobody sent."""

from __future__ import annotations

import ast
from textwrap import indent

import pytest
from short_modules import model

from flake8_celery_retry.model.outcome.raised_by_hand import (
    raises_retry_by_hand,
    retries_raised_by_hand,
)

HEAD = """
import celery
from celery import Task, shared_task
from celery.exceptions import Ignore, Retry, RetryTaskError
from shop import pay

"""

#: What a task does; what it raises by hand, as it is written.
BODIES = [
    ("raise Retry", ["Retry"]),
    ("raise Retry('busy')", ["Retry('busy')"]),
    ("raise RetryTaskError()", ["RetryTaskError()"]),
    ("raise celery.exceptions.Retry()", ["celery.exceptions.Retry()"]),
    ("later = Retry('busy')\nraise later", ["Retry('busy')"]),
    ("if order: raise Retry\nraise Retry()", ["Retry", "Retry()"]),
    ("try: pay()\nexcept Retry: raise", []),
    ("try: pay()\nexcept OSError: raise\nraise Retry", ["Retry"]),
    ("raise Ignore", []),
    ("raise OSError", []),
    ("raise order", []),
    ("raise self.retry()", []),
    ("def again(): raise Retry\nagain()", ["Retry"]),
    ("def again(): raise Retry\npay(again)", []),
    ("def retry(): raise Retry\nretry()", []),
    ("self.retry(throw=False)\nraise Retry", []),
    ("self.retry(throw=order)\nraise Retry", []),
    ("if order: self.retry()\nraise Retry", ["Retry"]),
    ("pay()\nraise Retry", ["Retry"]),
]


@pytest.mark.parametrize(("body", "raised"), BODIES)
def test_a_task_raises_retry_by_hand(body, raised):
    source = f"{HEAD}@shared_task(bind=True)\ndef charge(self, order):\n{indent(body, '    ')}\n"
    module = model(source)
    found = list(retries_raised_by_hand(module))
    [task] = module.tasks
    assert [each.made for each in found] == [each.made for each in found if each.task is task]
    written = [ast.unparse(each.made) for each in found]
    assert written == raised
    assert raises_retry_by_hand(task) is bool(raised)


def test_a_plain_function_may_raise_it():
    module = model(f"{HEAD}@shared_task\ndef charge(): pass\n\ndef settle(): raise Retry\n")
    assert list(retries_raised_by_hand(module)) == []


def test_it_is_that_task_alone_which_raises_it():
    module = model(f"""{HEAD}
class Charge(Task):
    def run(self): self.settle()
    def settle(self): raise Retry

@shared_task
def refund(): pass
""")
    charge, refund = module.tasks
    assert raises_retry_by_hand(charge)
    assert not raises_retry_by_hand(refund)


def test_what_a_module_raises_itself_is_no_tasks():
    module = model(f"{HEAD}@shared_task\ndef charge(): pass\n\nraise Retry\n")
    assert list(retries_raised_by_hand(module)) == []
