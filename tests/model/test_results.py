"""Whether a block waits for the result of another task."""

from __future__ import annotations

from textwrap import indent

import pytest
from short_modules import model

from flake8_celery_retry.model.work.results import MOST_FUNCTIONS, waits_for_a_result

HEAD = """
from celery import chain, chord, group, shared_task
from celery.result import AsyncResult
from shop import app, cache, charge, pay

def waits():
    pay.delay().get()

def calls():
    waits()

def again():
    again()
    cache.get("a")

class Waiting:
    def __init__(self):
        pay.delay().get()
"""

BODIES = {
    "pay.delay().get()": True,
    "pay.delay()": False,
    "pay.delay().id": False,
    "get()": False,
    "pay.delay(1).get(5)": True,
    "pay.delay(1).forget()": False,
    "pay.apply_async((1,)).join(5)": True,
    "app.send_task('pay').get(5)": True,
    "app.AsyncResult('id').get(5)": True,
    "AsyncResult('id').get(5)": True,
    "sent = pay.delay()\nsent.get(5)": True,
    "sent.get(5)": False,
    "cache.get('a')": False,
    "cache.get('a').get('b')": False,
    "pay(1).get('b')": False,
    "cache.get()": True,
    "cache.get(timeout=5)": True,
    "cache.get(timeout=5, propagate=False)": True,
    "cache.get(key=5)": False,
    "cache.get(timeout=5, key=5)": False,
    "cache.get('a', timeout=5)": False,
    "cache.set(timeout=5)": False,
    "'-'.join(charge)": False,
    "(pay.s(1) | charge.s())().get(5)": True,
    "(pay.s(1) + charge.s())().get(5)": False,
    "pay.s(1)().get(5)": True,
    "pay.x(1)().get(5)": False,
    "chain(pay.s(1))().get(5)": True,
    "group([pay.s(1)])().join(5)": True,
    "signed = group([pay.s(1)])\nsigned().join(5)": True,
    "charge(pay.s(1))().get(5)": False,
    "pay.delay.get(5)": False,
    "waits()": True,
    "calls()": True,
    "again()": False,
    "Waiting()": False,
    "charge()": False,
    "again()\nwaits()": True,
    "if charge: waits()": True,
    "def inner(): waits()": False,
}


def block(module):
    """What stands in the function ``task``."""
    [task] = [scope.node for scope in module.functions if scope.node.name == "task"]
    return task.body


@pytest.mark.parametrize(("body", "waits"), BODIES.items(), ids=BODIES)
def test_a_block_waits_for_a_result(body, waits):
    module = model(f"{HEAD}\ndef task():\n{indent(body, '    ')}\n")
    assert waits_for_a_result(module, block(module)) is waits


def functions_in_a_row(number: int) -> str:
    links = "".join(f"def f{n}(): f{n + 1}()\n" for n in range(number - 1))
    return f"{links}def f{number - 1}(): pass\ndef task(): f0()\n"


@pytest.mark.parametrize(("number", "waits"), [(MOST_FUNCTIONS, False), (MOST_FUNCTIONS + 1, True)])
def test_a_block_that_calls_more_than_anybody_reads_may_wait(number, waits):
    module = model(functions_in_a_row(number))
    assert waits_for_a_result(module, block(module)) is waits
