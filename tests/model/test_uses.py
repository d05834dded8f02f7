"""What a task does with itself besides retrying: reads an option, hands itself on."""

from __future__ import annotations

from textwrap import indent

import pytest
from short_modules import model

from flake8_celery_retry.model.work.uses import (
    hands_itself_out,
    hands_itself_to_retry,
    may_be_retried,
    reads_option,
    references,
)

HEAD = """
import functools
from celery import Task, current_task, shared_task
from django.db import transaction
from shop import log, name_of, order, watch

def reads(task):
    return task.retry_backoff

def reads_last(order, task=None):
    return task.retry_backoff

def hands_on(task):
    reads(task)

def keeps(task):
    log.last = task

def in_a_circle(task):
    in_a_circle(task)

def retries(task):
    task.retry()

def retries_last(order, task):
    raise task.retry()

def retries_the_running_one():
    current_task.retry()

def plain(task): ...

def takes_all(*tasks): ...

"""

#: The body of a bound task, whether it reads ``retry_backoff`` back, and whether it hands itself to
#: somebody who can't be seen.
BODIES = {
    "self.retry_backoff": (True, False),
    "task.retry_backoff": (True, False),
    "self.max_retries": (False, False),
    "order.retry_backoff": (False, False),
    "getattr(self, 'retry_backoff')": (True, False),
    "getattr(self, 'max_retries')": (False, False),
    "getattr(self, name_of(order))": (True, False),
    "getattr(self, 'max_retries', 'retry_backoff')": (False, False),
    "setattr(self, 'retry_backoff', 5)": (False, True),
    "getattr(self)": (False, False),
    "super(order, self)": (False, False),
    "reads(self)": (True, False),
    "reads(task=self)": (True, False),
    "reads(order)": (False, False),
    "reads()": (False, False),
    "reads(order, self)": (False, True),
    "reads(order=self)": (False, True),
    "reads_last(order, self)": (True, False),
    "reads_last(self)": (False, False),
    "reads_last(self, order)": (False, False),
    "reads_last(order, task=self)": (True, False),
    "reads_last(*order, self)": (False, True),
    "reads_last(self, *order)": (False, False),
    "hands_on(self)": (True, False),
    "keeps(self)": (False, True),
    "in_a_circle(self)": (False, False),
    "plain(self)": (False, False),
    "takes_all(self)": (False, True),
    "watch(self)": (False, True),
    "watch(task=self)": (False, True),
    "watch(self.name)": (False, False),
    "watch([self])": (False, True),
    "kept = self": (False, True),
    "self = order\nself.retry_backoff": (False, False),
    "self.retry()": (False, False),
    "task(order)": (False, True),
    "return self": (False, True),
    "def inner(): self.retry_backoff": (True, False),
    "def inner(self): self.retry_backoff": (False, False),
    "lambda: self.retry_backoff": (True, False),
    "class Row: held = self": (False, True),
}


def bound(body: str, decorators: str = ""):
    head = f"{HEAD}@shared_task(bind=True)\n{decorators}def task(self, order):\n"
    return model(f"{head}{indent(body, '    ')}\n").tasks[-1]


@pytest.mark.parametrize(("body", "answers"), BODIES.items(), ids=BODIES)
def test_what_a_task_does_with_itself(body, answers):
    task = bound(body)
    assert (reads_option(task, "retry_backoff"), hands_itself_out(task)) == answers


@pytest.mark.parametrize(
    ("body", "retried"),
    [
        ("retries(self)", True),
        ("retries(task=self)", True),
        ("retries(order)", False),
        ("retries_last(order, self)", True),
        ("retries_last(self, order)", False),
        ("plain(self)", False),
        ("watch(self)", False),
        ("self.retry()", False),
        ("plain(self)\nretries(self)", True),
    ],
)
def test_a_task_hands_itself_to_who_retries_it(body, retried):
    assert hands_itself_to_retry(bound(body)) is retried


@pytest.mark.parametrize(
    ("body", "may"),
    [
        ("pass", False),
        ("self.name", False),
        ("self.delay(order)", False),
        ("watch(self)", True),
        ("plain(self)", True),
        ("kept = self", True),
        ("self.name\nwatch(self)", True),
        ("current_task.retry()", True),
        ("super().retry()", True),
        ("order.retry", True),
        ("retry(order)", False),
        ("retries_the_running_one()", True),
        ("plain(order)", False),
        ("plain(order)\nretries_the_running_one()", True),
        ("watch(order)", False),
        ("other(order)", False),
        ("def inner(): current_task.retry()", True),
        ("def inner(): retries_the_running_one()", True),
    ],
)
def test_a_body_may_retry_in_another_way(body, may):
    source = f"{HEAD}@shared_task(bind=True)\ndef other(self, order): self.retry()\n"
    source += f"@shared_task(bind=True)\ndef task(self, order):\n{indent(body, '    ')}\n"
    assert may_be_retried(model(source).tasks[-1]) is may


@pytest.mark.parametrize(
    ("decorator", "may"),
    [
        ("transaction.atomic", False),
        ("transaction.atomic()", False),
        ("functools.wraps(order)", False),
        ("functools.cache", False),
        ("watch", True),
        ("watch()", True),
        ("unheard.of", True),
        ("plain", True),
    ],
)
def test_a_decorator_may_retry(decorator, may):
    assert may_be_retried(bound("pass", f"@{decorator}\n")) is may
    assert may_be_retried(bound("pass", f"@functools.cache\n@{decorator}\n")) is may


INHERITED = """
class Base(Task):
    def prepare(self):
        {}

class Charge(Base):
    def run(self, order): ...
"""


@pytest.mark.parametrize(
    ("statement", "reads", "may"),
    [
        ("self.retry_backoff", True, False),
        ("self.max_retries", False, False),
        ("watch(self)", False, True),
        ("self.retry()", False, True),
        ("retries_the_running_one()", False, True),
    ],
)
def test_what_a_base_of_the_module_does_its_tasks_do(statement, reads, may):
    task = model(HEAD + INHERITED.format(statement)).tasks[-1]
    assert task.name == "Charge"
    assert reads_option(task, "retry_backoff") is reads
    assert may_be_retried(task) is may


def test_a_task_is_referred_to_by_its_self_and_by_its_name():
    task = bound("self.name\ntask.name\norder.name\nlambda: self\nother = 1")
    assert [name.id for name in references(task)] == ["self", "task", "self"]
    assert list(references(bound("self = order\ndel self"))) == []
