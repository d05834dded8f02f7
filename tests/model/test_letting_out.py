"""Whether a clause of a task, or a function that it calls, may end in an exception or a retry."""

from __future__ import annotations

import ast
from textwrap import indent

import pytest
from short_modules import model

from flake8_celery_retry.model.handlers import Handler
from flake8_celery_retry.model.outcome.letting_out import lets_out

HEAD = """
import six
from celery import Task, shared_task
from shop import charge, settle

def quiet(order): return settle(order)
def loud(order): raise KeyError(order)
def strict(order): assert order
def again(task): task.retry()
def through(order): loud(order)
def through_it_all(order): through(order)
def quietly(order): quiet(order)
def ping(order): pong(order)
def pong(order): ping(order)
def ring(order):
    wrong(order)
    loud(order)
def wrong(order): ring(order)
def loud_after_more(order):
    settle(order)
    quiet(order)
    assert order
def raising_inside(order):
    def inner(): raise KeyError
    return inner

class Loud(Exception):
    def __init__(self): raise KeyError

class Base(Task):
    abstract = True
    def inherited(self, order): raise KeyError
    def quietly_inherited(self, order): pass
    def overridden(self, order): raise KeyError

class Charge(Base):
    name = "charge"
    attribute = charge
    def loudly(self, order): raise KeyError
    def quietly(self, order): settle(order)
    def overridden(self, order): pass
    @staticmethod
    def loose(order): raise KeyError
"""

CLAUSES = [
    ("pass", False),
    ("raise", True),
    ("assert order", True),
    ("if order: raise KeyError", True),
    ("settle(order)", False),
    ("self.retry()", True),
    ("retry(order)", True),
    ("order.retry()", True),
    ("order.retries()", False),
    ("order.raise_for_status()", True),
    ("six.reraise(order)", True),
    ("six.Reraise(order)", True),
    ("order.raiser.close()", False),
    ("order[0]()", False),
    ("quiet(order)", False),
    ("quietly(order)", False),
    ("loud(order)", True),
    ("strict(order)", True),
    ("again(order)", True),
    ("through(order)", True),
    ("through_it_all(order)", True),
    ("ping(order)", False),
    ("ring(order)", True),
    ("wrong(order)", True),
    ("loud_after_more(order)", True),
    ("raising_inside(order)", False),
    ("Loud()", False),
    ("settle(loud)", False),
    # Whoever gets the task may retry it.
    ("settle(self)", True),
    ("settle(order, self)", True),
    ("settle(task=self)", True),
    ("settle(self.name)", False),
    ("quiet(self)", False),
    ("again(self)", True),
    # Methods.
    ("self.loudly(order)", True),
    ("self.quietly(order)", False),
    ("self.inherited(order)", True),
    ("self.quietly_inherited(order)", False),
    ("self.overridden(order)", False),
    ("self.unheard_of(order)", False),
    ("self.attribute(order)", False),
    ("order.loudly(order)", False),
    ("settle.loudly(order)", False),
    ("settle()", False),
]


def task(body: str) -> str:
    run = "    def run(self, order):\n        try: charge(order)\n        except OSError:\n{}\n"
    return run.format(indent(body, " " * 12))


def answer(source: str, name: str) -> bool:
    module = model(HEAD + source)
    [found] = [each for each in module.tasks if each.name == name]
    [statement] = [each for each in ast.walk(found.node) if isinstance(each, ast.Try)]
    return lets_out(found, Handler(module, statement.handlers[0], statement))


@pytest.mark.parametrize(("body", "is_let_out"), CLAUSES)
def test_a_clause_of_a_class(body, is_let_out):
    assert answer(task(body), "Charge") == is_let_out


@pytest.mark.parametrize(
    ("body", "is_let_out"),
    [
        ("loud(order)", True),
        ("self.loudly(order)", False),
        ("settle(self)", True),
        ("settle(refund)", True),
        ("settle(order)", False),
    ],
)
def test_a_clause_of_a_function(body, is_let_out):
    source = f"""
@shared_task(bind=True)
def refund(self, order):
    try: charge(order)
    except OSError:
{indent(body, "        ")}
"""
    assert answer(source, "refund") == is_let_out


def test_a_function_in_a_method_has_no_methods():
    body = "settle(lambda other: other.loudly(order))"
    assert not answer(task(body), "Charge")
