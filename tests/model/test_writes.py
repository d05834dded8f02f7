"""What is a write to Django's database, and what only looks like one."""

from __future__ import annotations

import ast

import pytest
from short_modules import model

from flake8_celery_retry.model.work.writes import is_write

HEAD = """
import hashlib
import json
import requests
from django.core.cache import cache as store
from celery import Task, shared_task
from shop import Ledger, get_order, ledger, models, session as place
from shop.models import Order

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
    for each in found.lines: pass
    either = found or {}
    chosen = found if order else get_order(2)
    literal = [] if order else {}
    whole = (walrus := get_order(3))
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
