"""Tasks that other tasks run on the spot, and who retries them then."""

from __future__ import annotations

import ast
from math import inf
from textwrap import indent

import pytest
from short_modules import model

from flake8_celery_retry.model.work.direct_calls import direct_calls, largest_limit

HEAD = """
import requests
from celery import Task, shared_task
from shop import app, guarded, order, plain

@shared_task(bind=True)
def pay(self, order):
    self.retry()

@shared_task
def refund(order): ...

class Ship(Task):
    def run(self, order): ...

ship = app.register_task(Ship())
also_pay = pay
signed = pay.s(order)

def helper(order): ...
"""

#: A statement of a task, and the task that it runs.
CALLS = {
    "pay(order)": ("pay", False),
    "refund(order)": ("refund", False),
    "also_pay(order)": ("pay", False),
    "pay.run(order)": ("pay", False),
    "pay.__call__(order)": ("pay", False),
    "return pay(order)": ("pay", False),
    "if order: pay(order)": ("pay", False),
    "Ship()(order)": ("Ship", False),
    "Ship().run(order)": ("Ship", False),
    "ship(order)": ("Ship", False),
    "ship.run(order)": ("Ship", False),
    "Ship()": None,
    "Ship.run(order)": None,
    "pay.delay(order)": None,
    "pay.s(order)": None,
    "pay.apply((order,))": None,
    "pay.apply((order,), throw=True)": ("pay", True),
    "pay.apply((order,), throw=False)": None,
    "pay.apply((order,), throw=order)": None,
    "pay.apply((order,), retries=True)": None,
    "pay.apply((order,), **{'throw': True})": ("pay", True),
    "pay.delay((order,), throw=True)": None,
    "pay.s(order).apply(throw=True)": ("pay", True),
    "pay.si(order).apply(throw=True)": ("pay", True),
    "signed.apply(throw=True)": ("pay", True),
    "pay.x(order).apply(throw=True)": None,
    "order.s(order).apply(throw=True)": None,
    "order.apply(throw=True)": None,
    "order().apply(throw=True)": None,
    "order.run(pay)": None,
    "helper(order)": None,
    "plain(order)": None,
    "task(order)": None,
    "def inner(): pay(order)": None,
    "def inner(): pay(order)\ninner()": ("pay", False),
}


@pytest.mark.parametrize(("body", "found"), CALLS.items(), ids=CALLS)
def test_a_task_runs_another_one(body, found):
    module = model(f"{HEAD}@shared_task(bind=True)\ndef task(self, order):\n{indent(body, '  ')}\n")
    calls = [(call.task.name, call.called.name, call.throws) for call in direct_calls(module)]
    assert calls == ([("task", *found)] if found else [])


def test_a_plain_function_runs_a_task_on_purpose():
    assert list(direct_calls(model(f"{HEAD}def book(): pay(order)\npay(order)\n"))) == []


#: A call, and whether it gives the called task a ``self`` by hand.
SELVES = {
    "pay(self, order)": True,
    "pay(order)": False,
    "pay()": False,
    "pay(order, self)": False,
    "pay(order=self)": False,
    "pay(self.request, order)": False,
    "pay.run(self, order)": True,
    "refund(self, order)": False,
    "pay.apply(self, throw=True)": False,
}


@pytest.mark.parametrize(("written", "passes"), SELVES.items(), ids=SELVES)
def test_a_call_gives_a_self(written, passes):
    source = f"{HEAD}@shared_task(bind=True)\ndef task(self, order): {written}\n"
    assert [call.passes_self for call in direct_calls(model(source))] == [passes]


def test_the_self_of_the_caller_counts_by_its_own_name():
    source = f"{HEAD}@shared_task(bind=True)\ndef task(this, order): pay(this, order)\n"
    assert [call.passes_self for call in direct_calls(model(source))] == [True]


def test_a_name_self_is_meant_for_one_though_the_caller_has_none():
    source = f"{HEAD}@shared_task\ndef task(order): pay(self, order)\n"
    assert [call.passes_self for call in direct_calls(model(source))] == [True]


#: Options of the calling task, of the called one, and whether the first is retried for both.
RETRIED = {
    ("autoretry_for=(OSError,)", "autoretry_for=(OSError,)"): True,
    ("autoretry_for=(OSError,)", "autoretry_for=(ConnectionError,)"): True,
    ("autoretry_for=(ConnectionError,)", "autoretry_for=(OSError,)"): False,
    ("autoretry_for=(Exception,)", "autoretry_for=(OSError, KeyError)"): True,
    ("autoretry_for=(OSError,)", "autoretry_for=(OSError, KeyError)"): False,
    ("autoretry_for=(OSError, KeyError)", "autoretry_for=(OSError, KeyError)"): True,
    ("autoretry_for=(OSError,)", "autoretry_for=()"): False,
    ("autoretry_for=(OSError,)", "autoretry_for=order"): False,
    ("autoretry_for=(OSError,)", "acks_late=True"): False,
    ("autoretry_for=order", "autoretry_for=(OSError,)"): False,
    ("autoretry_for=()", "autoretry_for=(OSError,)"): False,
    ("acks_late=True", "autoretry_for=(OSError,)"): False,
    ("autoretry_for=(OSError,), max_retries=0", "autoretry_for=(OSError,)"): False,
    ("autoretry_for=(OSError,), max_retries=None", "autoretry_for=(OSError,)"): True,
    ("autoretry_for=(plain,)", "autoretry_for=(order,)"): False,
}


def retried_by_caller(options: str, of_the_called: str, body: str = "book(order)") -> list[bool]:
    return [
        call.is_retried_by_caller
        for call in direct_calls(
            model(f"""{HEAD}
@shared_task({of_the_called})
def book(order): ...

@shared_task(bind=True, {options})
def task(self, order):
{indent(body, "    ")}
""")
        )
    ]


@pytest.mark.parametrize(("options", "retried"), RETRIED.items(), ids=map(" for ".join, RETRIED))
def test_the_caller_is_retried_for_the_called(options, retried):
    assert retried_by_caller(*options) == [retried]


#: How a task with ``autoretry_for=(OSError,)`` runs one with the same option.
WAYS = {
    "book(order)": True,
    "if order: book(order)": True,
    "for each in order: book(each)": True,
    "try: book(order)\nexcept OSError: pass": False,
    "try: pass\nfinally: book(order)": False,
    "with guarded(): book(order)": False,
    "book.apply((order,), throw=True)": False,
    "def inner(): book(order)\ninner()": False,
}


@pytest.mark.parametrize(("body", "retried"), WAYS.items(), ids=WAYS)
def test_what_stands_around_the_call_may_keep_what_is_raised(body, retried):
    assert retried_by_caller("autoretry_for=(OSError,)", "autoretry_for=(OSError,)", body) == [
        retried
    ]


def test_an_asynchronous_with_may_keep_it_too():
    source = f"""{HEAD}
@shared_task(autoretry_for=(OSError,))
def book(order): ...

@shared_task(autoretry_for=(OSError,))
async def task(order):
    async with guarded(): book(order)
"""
    assert [call.is_retried_by_caller for call in direct_calls(model(source))] == [False]


def test_a_decorator_in_between_may_keep_it_too():
    source = f"""{HEAD}
@shared_task(autoretry_for=(OSError,))
def book(order): ...

@shared_task(autoretry_for=(OSError,))
@guarded
def task(order): book(order)
"""
    assert [call.is_retried_by_caller for call in direct_calls(model(source))] == [False]


def test_a_called_task_that_retries_by_itself_too_has_more_ways():
    source = f"""{HEAD}
@shared_task(bind=True, autoretry_for=(OSError,))
def book(self, order): self.retry()

@shared_task(autoretry_for=(OSError,))
def task(order): book(order)
"""
    assert [call.is_retried_by_caller for call in direct_calls(model(source))] == [False]


def test_a_call_with_a_self_by_hand_fails_before_it_is_retried():
    source = f"""{HEAD}
@shared_task(bind=True, autoretry_for=(OSError,))
def book(self, order): ...

@shared_task(bind=True, autoretry_for=(OSError,))
def task(self, order): book(self, order)
"""
    assert [call.is_retried_by_caller for call in direct_calls(model(source))] == [False]


@pytest.mark.parametrize(
    ("options", "body", "limit"),
    [
        ("", "pass", 0),
        ("", "self.retry()", 3),
        ("max_retries=5", "self.retry()", 5),
        ("max_retries=None", "self.retry()", inf),
        ("", "self.retry(max_retries=7); self.retry()", 7),
        ("", "self.retry(); self.retry(max_retries=7)", 7),
        ("", "self.retry(max_retries=1)", 1),
        ("", "self.retry(max_retries=order)", None),
        ("", "self.retry(max_retries=order); self.retry(max_retries=7)", None),
        ("autoretry_for=(OSError,), max_retries=4", "pass", 4),
        ("autoretry_for=(OSError,), max_retries=4", "self.retry(max_retries=2)", 4),
        ("autoretry_for=(OSError,), max_retries=order", "self.retry(max_retries=2)", None),
    ],
)
def test_the_most_retries_of_a_task(options, body, limit):
    module = model(f"{HEAD}@shared_task(bind=True, {options})\ndef task(self): {body}\n")
    assert largest_limit(module.tasks[-1]) == limit


def test_nobody_else_is_run_where_a_module_has_one_task():
    source = "from celery import shared_task\n@shared_task\ndef task(): task()\n"
    assert list(direct_calls(model(source))) == []


def test_the_node_is_the_call_wherever_others_stand():
    [call] = direct_calls(
        model(f"{HEAD}plain(1)\n@shared_task\ndef task(order):\n  plain(1)\n  pay(order)\n")
    )
    assert ast.unparse(call.node) == "pay(order)"
