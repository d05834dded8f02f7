"""Retries of what is never raised in a task."""

from __future__ import annotations

import ast

import pytest
from short_modules import model, retry_calls

from flake8_celery_retry.model.outcome.lost_processes import (
    never_raised_for,
    never_raised_for_autoretry,
)

HEAD = """
from celery import Task, shared_task
from celery.exceptions import SoftTimeLimitExceeded, TimeLimitExceeded, WorkerLostError
from shop import charge, task

def waits(order): return charge.delay(order).get()
"""


@pytest.mark.parametrize(
    ("options", "body", "lost"),
    [
        ("", "pass", []),
        ("autoretry_for=(TimeLimitExceeded,)", "pass", ["TimeLimitExceeded"]),
        ("autoretry_for=(OSError, WorkerLostError)", "pass", ["WorkerLostError"]),
        ("autoretry_for=(SoftTimeLimitExceeded,)", "pass", []),
        ("autoretry_for=(TimeLimitExceeded,)", "charge.delay(order).get()", []),
        ("autoretry_for=(TimeLimitExceeded,)", "waits(order)", []),
        ("autoretry_for=(TimeLimitExceeded,)", "charge.delay(order)", ["TimeLimitExceeded"]),
    ],
)
def test_autoretry_for_lists_what_nothing_raises(options, body, lost):
    source = f"{HEAD}\n@shared_task({options})\ndef charge_order(order):\n    {body}\n"
    [found] = model(source).tasks
    assert [ast.unparse(each) for each in never_raised_for_autoretry(found)] == lost


CLASSES = """
class Base(Task):
    abstract = True
    autoretry_for = (TimeLimitExceeded,)
    def before(self, order): {base}

class Charge(Base):
    name = "charge"
    shown = lambda self: self.name
    autoretry_for = (TimeLimitExceeded,)
    def run(self, order): {run}
    def other(self, order): {other}
"""


@pytest.mark.parametrize("place", ["base", "run", "other", ""])
def test_a_class_may_wait_anywhere(place):
    bodies = dict.fromkeys(["base", "run", "other"], "pass")
    if place:
        bodies[place] = "return charge.delay(order).get()"
    base, charge = model(HEAD + CLASSES.format(**bodies)).tasks
    assert never_raised_for_autoretry(base) == []
    assert bool(never_raised_for_autoretry(charge)) == (not place)


@pytest.mark.parametrize(
    ("work", "clause", "lost"),
    [
        ("charge(order)", "TimeLimitExceeded", True),
        ("charge(order)", "(OSError, WorkerLostError)", True),
        ("charge(order)", "SoftTimeLimitExceeded", False),
        ("charge(order)", "Exception", False),
        ("waits(order)", "TimeLimitExceeded", False),
    ],
)
def test_a_handler_waits_for_what_nothing_raises(work, clause, lost):
    source = f"""{HEAD}
@shared_task(bind=True)
def charge_order(self, order):
    try:
        {work}
    except {clause}:
        self.retry()
"""
    [call] = retry_calls(source)
    found = never_raised_for(call)
    assert (found == call.handler) if lost else found is None


def test_a_retry_call_outside_of_handlers():
    source = f"{HEAD}\n@shared_task(bind=True)\ndef charge_order(self): self.retry()\n"
    assert [never_raised_for(call) for call in retry_calls(source)] == [None]


def test_a_helper_may_be_called_by_who_waits():
    source = f"""{HEAD}
def again(task, order):
    task.request.id
    try:
        charge(order)
    except TimeLimitExceeded:
        task.retry()
"""
    assert [never_raised_for(call) for call in retry_calls(source)] == [None]
