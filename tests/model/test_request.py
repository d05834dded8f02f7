"""What a task asks its request for that no request has."""

from __future__ import annotations

import ast
from textwrap import indent

import pytest
from short_modules import model

from flake8_celery_retry.model.work.request import missing_attributes

HEAD = """
from celery import current_task, shared_task
from shop import charge, fill, info, name_of, other, pay
"""

#: The body of a bound task, and what it asks its request for in vain.
BODIES = {
    "self.request.max_retries": ["max_retries"],
    "self.request.countdown": ["countdown"],
    "self.request.retries": [],
    "self.request.order": [],
    "self.max_retries": [],
    "other.request.max_retries": [],
    "other.max_retries": [],
    "request = self.request\nrequest.max_retries": ["max_retries"],
    "current_task.request.max_retries": ["max_retries"],
    "self.request.max_retries, self.request.countdown": ["max_retries", "countdown"],
    "del self.request.max_retries": [],
    # set by the module
    "self.request.max_retries = 5\nself.request.max_retries": [],
    "self.request.countdown = 5\nself.request.max_retries": ["max_retries"],
    "self.request.max_retries = 5\nother.max_retries = 5": [],
    "setattr(self.request, 'max_retries', 5)\nself.request.max_retries": [],
    "setattr(self.request, 'countdown', 5)\nself.request.max_retries": ["max_retries"],
    "setattr(self.request, name_of(order), 5)\nself.request.max_retries": [],
    "setattr(self, 'max_retries', 5)\nself.request.max_retries": ["max_retries"],
    "setattr(self, name_of(order), 5)\nself.request.max_retries": ["max_retries"],
    "setattr()\nself.request.max_retries": ["max_retries"],
    "hasattr(self.request)\nself.request.max_retries": ["max_retries"],
    "other.setattr(self.request, 'max_retries')\nself.request.max_retries": ["max_retries"],
    "self.request.update(max_retries=5)\nself.request.max_retries": [],
    "self.request.update(countdown=5)\nself.request.max_retries": ["max_retries"],
    "self.request.update(info())\nself.request.max_retries": [],
    "self.request.update(**info())\nself.request.max_retries": [],
    "self.request.update(**{'countdown': 5})\nself.request.max_retries": ["max_retries"],
    "self.request.fill(info())\nself.request.max_retries": ["max_retries"],
    "order.update(info())\nself.request.max_retries": ["max_retries"],
    "order.update(max_retries=5)\nself.request.max_retries": ["max_retries"],
    # asked for first
    "if hasattr(self.request, 'max_retries'): self.request.max_retries": [],
    "if hasattr(self.request, 'countdown'): self.request.max_retries": ["max_retries"],
    "if hasattr(order, 'max_retries'): self.request.max_retries": ["max_retries"],
    "if isinstance(self.request, info): self.request.max_retries": ["max_retries"],
    "getattr(self.request, 'max_retries', 3)": [],
    "try: self.request.max_retries\nexcept AttributeError: pass": [],
    "try: self.request.max_retries\nexcept (KeyError, AttributeError): pass": [],
    "try: self.request.max_retries\nexcept KeyError: pass": ["max_retries"],
    "try: pay()\nexcept AttributeError: self.request.max_retries": ["max_retries"],
    "try: self.request.max_retries\nexcept KeyError: pass\nexcept AttributeError: pass": [],
    "try: pay()\nexcept AttributeError: pass\nself.request.max_retries": ["max_retries"],
    # sent as headers, which become attributes of the request
    "pay.apply_async(headers={'max_retries': 5})\nself.request.max_retries": [],
    "pay.apply_async(headers={'countdown': 5})\nself.request.max_retries": ["max_retries"],
    "pay.apply_async(headers=info())\nself.request.max_retries": [],
    "pay.apply_async(headers={**info()})\nself.request.max_retries": [],
    "pay.apply_async(headers={'countdown': 5, **info()})\nself.request.max_retries": [],
    "pay.apply_async(kwargs=info())\nself.request.max_retries": ["max_retries"],
    "pay.apply_async(kwargs={'max_retries': 5})\nself.request.max_retries": ["max_retries"],
    "pay.s().set(headers=info())\nself.request.max_retries": [],
    "self.retry(headers=info())\nself.request.max_retries": [],
    "other.send_task('pay', headers=info())\nself.request.max_retries": [],
    "other.post(headers=info())\nself.request.max_retries": ["max_retries"],
    "other.post(headers={'max_retries': 5})\nself.request.max_retries": [],
    "fill(headers=info())\nself.request.max_retries": ["max_retries"],
}


@pytest.mark.parametrize(("body", "missing"), BODIES.items(), ids=BODIES)
def test_what_no_request_has(body, missing):
    module = model(f"{HEAD}@shared_task(bind=True)\ndef task(self, order):\n{indent(body, '  ')}\n")
    assert [each.node.attr for each in missing_attributes(module)] == missing


def asked(source: str) -> list[tuple[str | None, str]]:
    """Who holds the request that is asked in vain, and who asks it."""
    return [
        (ast.unparse(each.holder) if each.holder is not None else None, each.asker)
        for each in missing_attributes(model(HEAD + source))
    ]


def test_a_task_asks_its_own_request():
    source = "@shared_task(bind=True)\ndef task(self): self.request.countdown\n"
    assert asked(source) == [("self", "task")]


def test_a_local_name_hides_whose_request_it_is():
    source = """
@shared_task(bind=True)
def task(self):
    request = self.request
    request.countdown
"""
    assert asked(source) == [(None, "task")]


def test_a_function_in_a_task_asks_for_the_task():
    source = """
@shared_task(bind=True)
def task(self):
    def inner():
        return self.request.countdown
    inner()
"""
    assert asked(source) == [("self", "task")]


def test_a_plain_function_asks_for_itself():
    assert asked("def log(): current_task.request.countdown\n") == [("current_task", "log")]


def test_the_task_of_a_class_is_named_after_it():
    source = """
from celery import Task
class Charge(Task):
    def run(self):
        self.request.countdown
"""
    assert asked(source) == [("self", "Charge")]


def test_outside_of_functions_there_is_no_request():
    assert asked("print(current_task.request.countdown)\n") == []
