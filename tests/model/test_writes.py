"""What is a write to Django's database, what only looks like one, and what a retry rolls back."""

from __future__ import annotations

import ast
from textwrap import indent

import pytest
from short_modules import model

from flake8_celery_retry.model.work.writes import is_write, rolled_back_write

HEAD = """
import hashlib
import json
import requests
import tempfile
from .rows import Nearby
from django.core.cache import cache as store
from celery import Task, shared_task
from shop import Ledger, get_order, ledger, models, session as place
from shop.models import Order

def booked(order): return order
class Plain: pass
class Row(Order): pass

@shared_task(bind=True)
def charge(self, order, rows):
    found = get_order(order)
    also = found
    payload = {}
    made = Plain()
    digest = hashlib.sha256()
    text = json.loads(order)
    answer = requests.get(order)
    fresh = Order(order)
    with open(order) as file, place(order) as held: pass
    with tempfile.TemporaryFile() as temporary, requests.Session() as asked: pass
    with place as kept, order[0]() as given: pass
    for each in found.lines: pass
    either = found or {}
    chosen = found if order else get_order(2)
    literal = [] if order else {}
    whole = (walrus := get_order(3))
    stored = Order.objects
    walked = found
    walked = walked.next
"""

WRITES = [
    ("found.save()", True),
    ("found.asave()", True),
    ("found.bsave()", False),
    ("found.delete()", True),
    ("found.adelete()", True),
    ("found.save(update_fields=['total'])", True),
    ("found.save(commit=False)", False),
    ("found.save(commit=True)", True),
    ("found.save('receipt.pdf')", False),
    ("found.update()", False),
    ("found.update(total=5)", True),
    ("found.create()", True),
    ("found.bulk_create(rows)", True),
    ("found.abulk_update(rows, ['total'])", True),
    ("found.refresh_from_db()", False),
    ("also.save()", True),
    ("found.lines[0].save()", True),
    ("found.first().save()", True),
    ("found.api_client.save()", False),
    ("cache.delete()", False),
    ("s3_storage.save()", False),
    ("Order.objects.create(total=5)", True),
    ("Order.objects.filter(total=5).update(total=6)", True),
    ("Order.objects.update_or_create(5)", True),
    ("found.paid_objects.create(5)", True),
    ("stored.create(5)", True),
    ("walked.save()", True),
    ("(found + also).save()", True),
    ("Order.objects.all()[0].lines.create(5)", True),
    ("(await Order.objects.aget(pk=1)).lines.create(5)", True),
    ("Order._default_manager.create(5)", True),
    ("payload.update(total=5)", False),
    ("{}.update(total=5)", False),
    ("{}.get(order).update(total=5)", False),
    ("[].save()", False),
    ("literal.update(total=5)", False),
    ("either.update(total=5)", False),
    ("(found or rows_of(order)).update(total=5)", True),
    ("chosen.save()", True),
    ("whole.save()", True),
    ("walrus.save()", True),
    ("(again := {}).update(total=5)", False),
    ("made.save()", False),
    ("Plain.create(total=5)", False),
    ("Row.create(total=5)", True),
    ("digest.update(total=5)", False),
    ("text.update(total=5)", False),
    ("answer.update(total=5)", False),
    ("store.delete(total=5)", False),
    ("fresh.save()", True),
    ("fresh.update(total=5)", False),
    ("file.save()", False),
    ("held.save()", True),
    ("temporary.save()", False),
    ("asked.save()", False),
    ("kept.save()", True),
    ("given.save()", True),
    ("booked(order).save()", True),
    ("Nearby.create(total=5)", True),
    ("payload['a'].update(total=5)", False),
    ("(await requests.get(order)).update(total=5)", False),
    ("each.save()", True),
    ("order.save()", True),
    ("order.update(total=5)", False),
    ("order.lines.update(total=5)", True),
    ("self.update(total=5)", False),
    ("self.save()", False),
    ("Ledger.create(total=5)", True),
    ("ledger.create(total=5)", False),
    ("ledger.book(5).create(total=5)", True),
    ("models.ledger.create(total=5)", True),
    ("dict.update(total=5)", False),
    ("open(order).save()", False),
    ("unheard_of.save()", True),
    ("save()", False),
]


@pytest.mark.parametrize(("written", "writes"), WRITES)
def test_a_call_writes_to_the_database(written, writes):
    module = model(f"{HEAD}    {written}\n")
    function = module.tasks[0].node
    last = function.body[-1]
    assert isinstance(last, ast.Expr)
    assert isinstance(last.value, ast.Call)
    assert is_write(module, last.value) is writes


@pytest.mark.parametrize(
    ("around", "writes"),
    [
        ("pay(lambda row: row.update(total=5))", True),
        ("def inner(row): row.update(total=5)", True),
        ("for row in rows: row.update(total=5)", True),
        ("row = {}\n    row.update(total=5)", False),
    ],
)
def test_a_parameter_of_a_function_inside_may_be_a_model(around, writes):
    module = model(f"{HEAD}    {around}\n")
    [call] = [call for call in module.tree.calls if ast.unparse(call) == "row.update(total=5)"]
    assert is_write(module, call) is writes


# -- what a retry rolls back -----------------------------------------------------------------

ROLLED_BACK_HEAD = """
from celery import Task, shared_task
from django.db import transaction
from django.db.transaction import atomic as together
from contextlib import suppress
from shop import charge, log, pay, stock

def books(order):
    order.save()

def books_deeper(order):
    books(order)

def books_in_a_circle(order):
    books_in_a_circle(order)

def reads(order):
    return order.total

"""

#: The body of a task that retries, and whether the ``Retry`` rolls back that an order is saved.
WHOLE = {
    "with transaction.atomic():\n    order.save()\n    self.retry()": True,
    "with together():\n    order.save()\n    self.retry()": True,
    "with transaction.atomic:\n    order.save()\n    self.retry()": True,
    "block = together()\nwith block:\n    order.save()\n    self.retry()": True,
    "with log, together():\n    order.save()\n    self.retry()": True,
    "with pay():\n    order.save()\n    self.retry()": False,
    "order.save()\nself.retry()": False,
    "order.save()\nwith together():\n    self.retry()": False,
    "with together():\n    order.save()\nself.retry()": False,
    "try:\n    with together():\n        order.save()\n        self.retry()\nexcept: pass": True,
    "with suppress(BaseException):\n    with together():\n        order.save()\n"
    "        self.retry()": True,
    "with together():\n    order.save()\n    with suppress(BaseException): self.retry()": False,
    "with together():\n    order.save()\n    try: self.retry()\n    except: pass": False,
    "with together():\n    order.save()\n    try: self.retry()\n    finally: return": False,
    "with together():\n    order.save()\n    try: self.retry()\n    except OSError: pass": True,
    # in a function that the body calls
    "def again(): self.retry()\nwith together():\n    order.save()\n    again()": True,
    "def again(): self.retry()\norder.save()\nwith together(): again()": False,
    "def again(): self.retry()\norder.save()\nagain()": False,
    "def again():\n    order.save()\n    self.retry()\nwith together(): again()": True,
    "def again():\n    self.retry()\n    order.save()\nwith together(): again()": False,
    "def again():\n    with together():\n        order.save()\n        self.retry()\nagain()": True,
    "def again():\n    with together(): self.retry()\norder.save()\nagain()": False,
    "@together()\ndef again():\n    order.save()\n    self.retry()\nagain()": True,
    "@together()\ndef again():\n    order.save()\n    self.retry()\n"
    "try: again()\nexcept: pass": True,
    "def again():\n    order.save()\n    try: self.retry()\n    except: pass\n"
    "with together(): again()": False,
    "def again():\n    order.save()\n    self.retry()\n"
    "with together():\n    try: again()\n    except: pass": False,
}  # fmt: skip


def rolled_back(source: str) -> str | None:
    [call] = model(f"{ROLLED_BACK_HEAD}{source}\n").retry_calls
    write = rolled_back_write(call)
    return ast.unparse(write) if write is not None else None


def task(body: str) -> str:
    """A task with this body."""
    head = "@shared_task(bind=True)\nasync def task(self, order, row):\n    rows = stock()\n"
    return head + indent(body, "    ")


@pytest.mark.parametrize(("body", "is_rolled_back"), WHOLE.items(), ids=WHOLE)
def test_a_retry_rolls_back_that_an_order_is_saved(body, is_rolled_back):
    assert rolled_back(task(body)) == ("order.save()" if is_rolled_back else None)


#: What stands in an atomic block, and the write that a retry rolls back.
BLOCKS = {
    "order.save()\nself.retry()": "order.save()",
    "self.retry()\norder.save()": None,
    "order.save()\nself.retry(throw=False)": None,
    "order.save()\npay()\nself.retry()": "order.save()",
    "pay()\norder.save()\nself.retry()": "order.save()",
    "order.save()\nrow.save()\nself.retry()": "order.save()",
    "order.save()\nif row:\n    row.save()\n    self.retry()": "row.save()",
    "order.save()\nwith together(): self.retry()": "order.save()",
    "with together(): order.save()\nself.retry()": "order.save()",
    "books(order)\nself.retry()": "books(order)",
    "books_deeper(order)\nself.retry()": "books_deeper(order)",
    "books_in_a_circle(order)\nself.retry()": None,
    "reads(order)\nself.retry()": None,
    "charge(order)\nself.retry()": None,
    "def book(): order.save()\ndef again(row): row.book()\nagain(row)\nself.retry()": None,
    "pay(order.save())\nself.retry()": "order.save()",
    "pay(lambda: order.save())\nself.retry()": None,
    "if row:\n    order.save()\n    return\nself.retry()": None,
    "if row: order.save()\nself.retry()": "order.save()",
    "if row: order.save()\nelse: self.retry()": None,
    "try: order.save()\nexcept OSError: self.retry()": None,
    "order.save()\ntry: pay()\nexcept OSError: self.retry()": "order.save()",
    "row, new = await rows.aget_or_create(a=1)\nif not new: self.retry()": None,
    "row, new = rows.get_or_create(a=1)\nif not new: self.retry()": None,
    "row, new = rows.get_or_create(a=1)\nif new: self.retry()": "rows.get_or_create(a=1)",
    "row, new = rows.get_or_create(a=1)\nif not row: self.retry()": "rows.get_or_create(a=1)",
    "row, new = rows.update_or_create(a=1)\nif not new: self.retry()":
        "rows.update_or_create(a=1)",
    "order.save()\ndone = rows.update(a=1)\nif not done: self.retry()": "order.save()",
}  # fmt: skip


@pytest.mark.parametrize(("block", "write"), BLOCKS.items(), ids=BLOCKS)
def test_the_write_of_a_block_that_is_rolled_back(block, write):
    assert rolled_back(task(f"with together():\n{indent(block, '    ')}")) == write


#: What an update comes to, how a retry is reached, and whether it has changed something there.
UPDATES = [
    ("done = rows.update(a=1)", "if not done: self.retry()", False),
    ("done = await rows.aupdate(a=1)", "if not done: self.retry()", False),
    ("done = rows.update(a=1)", "if done == 0: self.retry()", False),
    ("done = rows.update(a=1)", "if done: pass\nelse: self.retry()", False),
    ("done = rows.update(a=1)", "if row:\n    if not done: self.retry()", False),
    ("done = rows.update(a=1)", "self.retry()", True),
    ("done = rows.update(a=1)", "if done: self.retry()", True),
    ("done = rows.update(a=1)", "if not row: self.retry()", True),
    ("done = rows.update(a=1)", "if not done.a: self.retry()", True),
    ("done = rows.update(a=1)", "if -done: self.retry()", True),
    ("done = rows.update(a=1)", "if not done: pass\nelse: self.retry()", True),
    ("done = rows.update(a=1)", "if row: pass\nelse: self.retry()", True),
    ("done = rows.update(a=1)", "if row.done: pass\nelse: self.retry()", True),
    ("done = rows.update(a=1)", "if done == 1: self.retry()", True),
    ("done = rows.update(a=1)", "if done > 0: self.retry()", True),
    ("done = rows.update(a=1)", "if done == row: self.retry()", True),
    ("done = rows.update(a=1)", "if row == 0: self.retry()", True),
    ("done = rows.update(a=1)", "if row.done == 0: self.retry()", True),
    ("done = rows.update(a=1)", "if done == 0: pass\nelse: self.retry()", True),
    ("done = rows.update(a=1)", "while not done: self.retry()", True),
    ("row.done = rows.update(a=1)", "if not done: self.retry()", True),
    ("row, done = rows.update(a=1)", "if not done: self.retry()", True),
    ("rows.update(a=1)", "if not done: self.retry()", True),
    ("done += rows.update(a=1)", "if not done: self.retry()", True),
    ("done = pay(rows.update(a=1))", "if not done: self.retry()", True),
]


@pytest.mark.parametrize(("update", "retry", "is_rolled_back"), UPDATES)
def test_what_changed_nothing_is_not_rolled_back(update, retry, is_rolled_back):
    block = indent(f"{update}\n{retry}", "    ")
    assert (rolled_back(task(f"with together():\n{block}")) is not None) is is_rolled_back


#: Decorators of a task that writes and retries, and whether the ``Retry`` rolls the write back.
DECORATORS = [
    ("@shared_task(bind=True)\n@transaction.atomic", True),
    ("@shared_task(bind=True)\n@transaction.atomic()", True),
    ("@shared_task(bind=True)\n@together(durable=True)", True),
    ("@shared_task(bind=True)\n@log", False),
    ("@shared_task(bind=True)", False),
    # Celery has the undecorated function: what stands above is around the task, not in it.
    ("@transaction.atomic\n@shared_task(bind=True)", False),
]


@pytest.mark.parametrize(("decorators", "is_rolled_back"), DECORATORS)
def test_a_decorator_makes_a_transaction(decorators, is_rolled_back):
    source = f"{decorators}\ndef task(self, order):\n    order.save()\n"
    assert (rolled_back(f"{source}    self.retry()\n") is not None) is is_rolled_back


@pytest.mark.parametrize(
    ("decorator", "is_rolled_back"),
    [("@transaction.atomic", True), ("@together()", True), ("@log", False)],
)
def test_a_decorator_of_a_method_makes_one_too(decorator, is_rolled_back):
    source = f"""
class Charge(Task):
    {decorator}
    def run(self, order):
        order.save()
        self.retry()
"""
    assert (rolled_back(source) is not None) is is_rolled_back


#: What a method of a task does, and whether it writes.
METHODS = {
    "self.book(order)": True,
    "self.read(order)": False,
    "self.missing(order)": False,
    "order.book(order)": False,
    "book(order)": False,
}


@pytest.mark.parametrize(("written", "writes"), METHODS.items(), ids=METHODS)
def test_a_method_of_the_task_writes(written, writes):
    source = f"""
class Charge(Task):
    shown = lambda self: "charge"

    def read(self, order):
        return order.total

    def book(self, order):
        order.save()

    def run(self, order):
        with transaction.atomic():
            {written}
            self.retry()
"""
    assert (rolled_back(source) is not None) is writes
