"""How a function does its work again by calling or sending itself, and with which arguments."""

from __future__ import annotations

import ast
from textwrap import indent

import pytest
from short_modules import model

from flake8_celery_retry.model.work.arguments import Repeat
from flake8_celery_retry.model.work.attempts import (
    attempts_by_recursion,
    calls_of_itself,
    can_be_a_task,
    sends_of_itself,
    sleeps_on_the_way,
)

HEAD = """
from celery import Task, shared_task
from shop import Order, app, fill, pay, shorter

@shared_task(bind=True, name="shop.charge")
def charge(self, order, count, *rest, currency="EUR", **options):
    row = Order.objects.get(pk=order)
    wrong = Order.objects.get(pk=order, id=order)
    signature = self.s(order, count)
    later = self.s(order, count).set(countdown=5)
    shared = {"currency": currency}
    more = count + 1
"""

#: What a task sends, and its arguments that are not what it was given; ``None``: nobody can tell.
SENDS: list[tuple[str, dict[str, str] | None]] = [
    ("self.delay(order, count)", {}),
    ("charge.delay(order, count)", {}),
    ("self.delay(order, count + 1)", {"count": "count + 1"}),
    ("self.delay(order, more)", {"count": "more"}),
    ("self.delay(int(order), str(count))", {}),
    ("self.delay(int(order, 2), count)", {"order": "int(order, 2)"}),
    ("self.delay(shorter(order), count)", {"order": "shorter(order)"}),
    ("self.delay(row.pk, count)", {}),
    ("self.delay(row.id, count)", {}),
    ("self.delay(row.total, count)", {"order": "row.total"}),
    ("self.delay(wrong.pk, count)", {"order": "wrong.pk"}),
    ("self.delay(count, order)", {"order": "count", "count": "order"}),
    ("self.delay(order, count=count, currency=currency)", {}),
    ("self.delay(order, order=order)", None),
    ("self.delay(order, unheard=of)", None),
    ("self.delay(order, count, 3)", None),
    ("self.delay(order, count, *rest, **options)", {}),
    ("self.delay(order, count, *options)", None),
    ("self.delay(order, count, **rest)", None),
    ("self.delay(*rest, 5)", {"order": "5"}),
    ("self.apply_async(kwargs=(5,))", None),
    ("self.apply_async(args={'count': 5})", None),
    ("self.delay(int(order, base=2), count)", {"order": "int(order, base=2)"}),
    ("self.delay(order, **shared)", {}),
    ("self.delay(order, **dict(currency='USD'))", {"currency": "'USD'"}),
    ("self.delay(*self.request.args, **self.request.kwargs)", {}),
    ("self.delay(*self.request.kwargs)", None),
    ("self.apply_async((order, count), {'currency': currency})", {}),
    ("self.apply_async([order, count + 1])", {"count": "count + 1"}),
    ("self.apply_async(args=(order, count + 1))", {"count": "count + 1"}),
    ("self.apply_async((order,), kwargs={'count': 1})", {"count": "1"}),
    ("self.apply_async((order,), {'count': 1})", {"count": "1"}),
    ("self.apply_async(None, None)", {}),
    ("self.apply_async(fill(order))", None),
    ("self.apply_async(tuple(self.request.args))", {}),
    ("self.apply_async(kwargs=fill(order))", None),
    ("self.s(order, count + 1).delay()", {"count": "count + 1"}),
    ("self.si(order, count).set(countdown=5).apply_async()", {}),
    ("self.signature((order, count + 1)).delay()", {"count": "count + 1"}),
    ("self.subtask(kwargs={'count': 1}).delay()", {"count": "1"}),
    ("self.s(order).delay(count)", None),
    ("self.s(order, unheard=of).delay()", None),
    ("signature.delay()", {}),
    ("self.replace(self.s(order, count + 1))", {"count": "count + 1"}),
    ("app.send_task('shop.charge', (order, count + 1))", {"count": "count + 1"}),
    ("app.send_task(self.name, args=[order, 1])", {"count": "1"}),
]

NO_SENDS = [
    "app.send_task('shop.refund', (order, 1))",
    "app.send_task()",
    "app.send_task(order)",
    "app.send_task(self.title, (order, 1))",
    "app.send_task(app.name, (order, 1))",
    "app.delay(order)",
    "self.fill(order).delay()",
    "self.replace(app.s(order))",
    "self.replace()",
    "app.replace(self.s(order))",
    "self.run(order)",
    "pay.s(order).delay()",
    "delay(order)",
]


def changed_by(repeat: Repeat) -> dict[str, str] | None:
    if not repeat.is_readable:
        return None
    return {parameter.arg: ast.unparse(value) for parameter, value in repeat.changed.items()}


@pytest.mark.parametrize(("written", "changed"), SENDS)
def test_a_task_sends_itself(written, changed):
    module = model(f"{HEAD}    {written}\n")
    [send] = sends_of_itself(module.tasks[0])
    assert changed_by(send) == changed


@pytest.mark.parametrize("written", NO_SENDS)
def test_what_is_sent_is_not_the_task(written):
    module = model(f"{HEAD}    {written}\n")
    assert list(sends_of_itself(module.tasks[0])) == []


@pytest.mark.parametrize(
    ("written", "left_out"),
    [
        ("self.delay(order, count)", ["currency"]),
        ("self.delay(currency=currency)", ["order", "count"]),
        ("self.delay(*self.request.args)", []),
        ("self.delay()", ["order", "count", "currency"]),
    ],
)
def test_parameters_are_left_out(written, left_out):
    module = model(f"{HEAD}    {written}\n")
    [send] = sends_of_itself(module.tasks[0])
    assert send.left_out == left_out


@pytest.mark.parametrize(
    ("written", "options", "nameless"),
    [
        ("self.apply_async((order,), countdown=5, queue='slow')", ["countdown", "queue"], False),
        ("self.apply_async((order,), {}, 'id')", [], True),
        ("self.delay(order, count)", [], False),
        ("self.apply_async(args=(order,), kwargs={}, countdown=5)", ["countdown"], False),
        ("self.apply_async((order,), {})", [], False),
        ("app.send_task('shop.charge', (order,), {}, 5)", [], True),
        ("app.send_task('shop.charge', (order,), {}, eta=5)", ["eta"], False),
        ("self.s(order).set(countdown=5).apply_async(queue='slow')", ["countdown", "queue"], False),
    ],
)
def test_the_options_of_a_send(written, options, nameless):
    module = model(f"{HEAD}    {written}\n")
    [send] = sends_of_itself(module.tasks[0])
    assert [option.arg for option in send.options] == options
    assert send.has_nameless_options is nameless


@pytest.mark.parametrize(
    ("written", "is_made_elsewhere"),
    [
        ("signature.delay()", True),
        ("later.delay()", True),
        ("signature.set(countdown=5).delay()", True),
        ("self.s(order, count).delay()", False),
        ("self.replace(signature)", True),
        ("self.delay(order, count)", False),
    ],
)
def test_a_signature_is_made_in_another_statement(written, is_made_elsewhere):
    [send] = sends_of_itself(model(f"{HEAD}    {written}\n").tasks[0])
    assert send.is_made_elsewhere is is_made_elsewhere


#: The body of a task that sends itself, and whether that is new work.
WORK = [
    ("self.delay(order, count)", False),
    ("self.delay(order, count + 1)", False),
    ("if count > 5: return\n    self.delay(order, count + 1)", False),
    ("if count > 5: raise OSError(count)\n    self.delay(order, 1 + count)", False),
    ("if count > 5: return\n    self.delay(order, count - 1)", False),
    ("if count > 5: return\n    self.delay(order, count * 2)", True),
    ("if count > 5: return\n    self.delay(order, count + order)", True),
    ("if count > 5: return\n    self.delay(order, 1 + 2)", True),
    ("if count > 5: return\n    self.delay(order, self.request.retries + 1)", False),
    ("pay(count)\n    self.delay(order, count + 1)", True),
    ("count += 1\n    if count > 5: return\n    self.delay(order, count)", False),
    ("count += order\n    if count > 5: return\n    self.delay(order, count)", True),
    ("count = 3\n    if count > 5: return\n    self.delay(order, count)", True),
    ("left = count\n    if left > 5: return\n    self.delay(order, count + 1)", False),
    ("left = count\n    pay(left)\n    self.delay(order, count + 1)", True),
    ("order.left = count\n    self.delay(order, count + 1)", True),
    ("time.sleep(count)\n    self.delay(order, count * 2)", False),
    ("logger.info('%s', count)\n    self.delay(order, count * 2)", False),
    ("def inner(): pay(count)\n    self.delay(order, count + 1)", True),
    ("self.delay(order, unheard=of)", True),
]


@pytest.mark.parametrize(("body", "is_new"), WORK)
def test_a_task_goes_on_with_new_work(body, is_new):
    module = model(f"""
import logging, time
from celery import shared_task
from shop import of, pay

logger = logging.getLogger()

@shared_task(bind=True)
def charge(self, order, count):
    {body}
""")
    [send] = sends_of_itself(module.tasks[0])
    assert send.has_new_work is is_new


#: A function that may call itself; with what else than it was given.
CALLS: list[tuple[str, list[dict[str, str] | None]]] = [
    ("def charge(order): charge(order)", [{}]),
    ("def charge(order): charge(order + 1)", [{"order": "order + 1"}]),
    ("def charge(order): pay(order)", []),
    ("def charge(order):\n    def charge(order): pay(order)\n    charge(order)", []),
    ("class Cashier:\n    def charge(self, order): self.charge(order)", [{}]),
    ("class Cashier:\n    def charge(self, order): self.charge(2)", [{"order": "2"}]),
    ("class Cashier:\n    def charge(self, order): order.charge(order)", []),
    ("class Cashier:\n    def charge(order): Cashier.charge(order)", [{}]),
    ("class Cashier:\n    def charge(): other.charge()", []),
    ("def charge(order): order.charge(order)", []),
    ("@shared_task(bind=True)\ndef charge(self, order): self(order)", [{}]),
    ("@shared_task(bind=True)\ndef charge(self, order): charge(self, order)", [{}]),
    ("@shared_task(bind=True)\ndef charge(self, order): charge(self, 2)", [{"order": "2"}]),
    ("@shared_task(bind=True)\ndef charge(self, order): charge(2)", [{"order": "2"}]),
    ("@shared_task(bind=True)\ndef charge(self, order): self()", [{}]),
    ("@shared_task(bind=True)\ndef charge(self, order): self.run(order)", [{}]),
    ("@shared_task(bind=True)\ndef charge(self, order): self.__call__(2)", [{"order": "2"}]),
    ("@shared_task(bind=True)\ndef charge(self, order): self.apply((2,))", [{"order": "2"}]),
    ("@shared_task(bind=True)\ndef charge(self, order): self.pay(order)", []),
    ("@shared_task(bind=True)\ndef charge(self, order): order.run(order)", []),
]


@pytest.mark.parametrize(("source", "changed"), CALLS)
def test_a_function_calls_itself(source, changed):
    module = model(f"from celery import shared_task\nfrom shop import other, pay\n{source}\n")
    repeats = calls_of_itself(module, module.functions[0])
    assert [changed_by(repeat) for repeat in repeats] == changed


@pytest.mark.parametrize(
    ("imports", "can"),
    [
        ("", True),
        ("import time", True),
        ("import os.path", True),
        ("from urllib import parse", True),
        ("import time, requests", False),
        ("from requests import get", False),
        ("from .shop import pay", False),
        ("import requests\nfrom celery import shared_task", True),
        ("import requests\nimport django", True),
        ("import requests\nfrom django.db import models", True),
        ("import requests\nimport djangoish", False),
    ],
)
def test_a_plain_function_can_be_a_task(imports, can):
    assert can_be_a_task(model(f"{imports}\ndef charge(): pass\n")) is can


@pytest.mark.parametrize(
    ("options", "name", "is_itself"),
    [
        ("", "'shop.tasks.charge'", True),
        ("", "'shop.tasks.recharge'", False),
        ("", "'charge'", False),
        ("", "order", False),
        ("", "5", False),
        (", name='pay'", "'pay'", True),
        (", name='pay'", "'shop.tasks.charge'", False),
        (", name=label", "order", False),
        (", name=5", "5", False),
        (", name=label", "self.name", True),
        (", name=label", "charge.name", True),
    ],
)
def test_a_task_is_sent_by_its_name(options, name, is_itself):
    source = f"""
from celery import shared_task
from shop import app, label
@shared_task(bind=True{options})
def charge(self, order):
    app.send_task({name}, (order,))
"""
    assert bool(list(sends_of_itself(model(source).tasks[0]))) is is_itself


def test_a_class_without_run_does_not_send_itself():
    source = """
from celery import Task
class Charge(Task):
    def prepare(self, order):
        self.delay(order)
"""
    assert list(sends_of_itself(model(source).tasks[0])) == []


#: The body of a task that calls itself: how many sleeps each attempt has, and its handler's class.
ATTEMPTS: dict[str, list[tuple[int, str | None]]] = {
    "try: pay()\nexcept OSError: self(order)": [(0, "OSError")],
    "try: pay()\nexcept OSError:\n    sleep(1)\n    self(order)": [(1, "OSError")],
    "try: pay()\nexcept OSError: self(order + 1)": [(0, "OSError")],
    "try: pay()\nexcept OSError: self(order)\nexcept KeyError: self(order)": [
        (0, "OSError"),
        (0, "KeyError"),
    ],
    "try: pay()\nexcept OSError:\n    self(order)\n    self(order)": [(0, "OSError")],
    "try: pay()\nexcept OSError: pass\nelse: self(order)": [],
    "try: pay()\nfinally: self(order)": [],
    "self(order)": [],
    "self(order)\ntry: pay()\nexcept OSError: self(order)": [(0, "OSError")],
    "sleep(1)\nself(order)": [],
    "if order: self(order)": [],
    "if order:\n    sleep(1)\n    self(order)": [(1, None)],
    "if order: pass\nelse:\n    sleep(1)\n    self(order)": [(1, None)],
    "if order: sleep(1)\nelse: self(order)": [],
    "if order:\n    sleep(1)\n    if pay(): self(order)": [(1, None)],
    "match order:\n    case 1:\n        sleep(1)\n        self(order)": [(1, None)],
    "with lock:\n    sleep(1)\n    self(order)": [],
    "if order:\n    with lock:\n        sleep(1)\n        self(order)": [(1, None)],
    "for each in order:\n    sleep(1)\n    self(each)": [],
    "for each in order:\n    if each:\n        sleep(1)\n        self(each)": [(1, None)],
    "if order:\n    for each in order:\n        sleep(1)\n        self(each)": [],
    "if order: return\nsleep(1)\nself(order)": [(1, None)],
    "if order: return\nself(order)": [],
}


@pytest.mark.parametrize(("body", "attempts"), ATTEMPTS.items(), ids=ATTEMPTS)
def test_a_task_tries_again_by_calling_itself(body, attempts):
    module = model(f"""
from time import sleep
from celery import shared_task
from shop import lock, pay
@shared_task(bind=True)
def charge(self, order):
{indent(body, "    ")}
""")
    [scope] = module.functions
    found = list(attempts_by_recursion(module, scope))
    assert [
        (len(attempt.sleeps), ast.unparse(attempt.handler.node.type) if attempt.handler else None)
        for attempt in found
    ] == attempts
    assert {attempt.name for attempt in found} <= {"charge"}


#: A plain function, and whether it tries again by calling itself as a task could.
PLAIN = {
    "def charge(a):\n  try: pay()\n  except OSError:\n    sleep(1)\n    charge(a)": True,
    "def charge(a):\n  try: pay()\n  except OSError: charge(a)": False,
    "def charge(a):\n  sleep(1)\n  try: pay()\n  except OSError: charge(a)": True,
    "def charge(a):\n  try: pay(a)\n  except OSError:\n    sleep(1)\n    charge(a + 1)": False,
    "def charge(a):\n  try: pay(a)\n  except OSError:\n    sleep(1)\n    charge(a + 1)\n"
    "    charge(a)": True,
    "@guarded\ndef charge(a):\n  try: pay()\n  except OSError:\n    sleep(1)\n    charge(a)": True,
    "@dramatiq.actor\ndef charge(a):\n  try: pay()\n  except OSError:\n    sleep(1)\n"
    "    charge(a)": False,
    "@guarded\n@dramatiq.actor()\ndef charge(a):\n  try: pay()\n  except OSError:\n    sleep(1)\n"
    "    charge(a)": False,
}


@pytest.mark.parametrize(("source", "tries"), PLAIN.items(), ids=PLAIN)
def test_a_plain_function_tries_again_by_calling_itself(source, tries):
    module = model(f"""
import dramatiq
from time import sleep
from celery import shared_task
from shop import guarded, pay
{source}
""")
    [scope] = module.functions
    found = list(attempts_by_recursion(module, scope))
    assert [(attempt.name, attempt.task) for attempt in found] == [("charge", None)] * tries
    head = "import requests\nfrom time import sleep\nfrom shop import guarded, pay\n"
    elsewhere = model(f"{head}{source}\n")
    assert list(attempts_by_recursion(elsewhere, elsewhere.functions[0])) == []


@pytest.mark.parametrize(
    ("body", "sleeps"),
    [
        ("if order:\n    sleep(1)\n    self.delay(order)", True),
        ("if order: self.delay(order)", False),
        ("sleep(1)\nself.delay(order)", False),
        ("while order:\n    sleep(1)\n    self.delay(order)", False),
    ],
)
def test_a_branch_sleeps_before_a_send(body, sleeps):
    module = model(f"""
from time import sleep
from celery import shared_task
@shared_task(bind=True)
def charge(self, order):
{indent(body, "    ")}
""")
    [send] = sends_of_itself(module.tasks[0])
    assert sleeps_on_the_way(module, send.node) is sleeps
