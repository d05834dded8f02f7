"""Which expressions may raise something, in programs that people run."""

from __future__ import annotations

import ast

import pytest
from short_modules import model

from flake8_celery_retry.model.outcome.failing import may_fail

HEAD = """
import logging
import time
import shop
from celery import shared_task
from datetime import datetime

logger = logging.getLogger(__name__)

@shared_task(bind=True)
def charge(self, order, box):
"""

EXPRESSIONS = [
    ("order()", True),
    ("shop.charge(order)", True),
    ("order.save()", True),
    ("self.update_state()", True),
    ("int(order)", True),
    ("open(order)", True),
    ("len(order)", False),
    ("isinstance(order, str)", False),
    ("dict(a=order)", False),
    ("order.len()", True),
    ("logger.info(order)", False),
    ("time.time()", False),
    ("datetime.now()", False),
    ("'{}'.format(order)", False),
    ("format(order)", True),
    ("order['a']", True),
    ("order[0].name", True),
    ("order.name", True),
    ("order().name", True),
    ("self.name", False),
    ("self.request.id", False),
    ("self.get().name", False),
    ("order.get().name", True),
    ("charge.name", False),
    ("shop.NAME", False),
    ("order", False),
    ("1 + 1", False),
    ("order + box", False),
    ("'a'", False),
    ("[order]", False),
    ("not order", False),
    ("lambda: order()", False),
]


@pytest.mark.parametrize(("expression", "fails"), EXPRESSIONS)
def test_an_expression_may_fail(expression, fails):
    module = model(f"{HEAD}    {expression}\n")
    statement = module.tree.root.node.body[-1].body[-1]
    assert isinstance(statement, ast.Expr)
    assert may_fail(module, statement.value) == fails


@pytest.mark.parametrize(
    ("expression", "fails"),
    [("await order", True), ("yield order", True), ("yield", True)],
)
def test_what_runs_what_it_holds_may_fail(expression, fails):
    module = model(f"{HEAD.replace('def', 'async def')}    {expression}\n")
    statement = module.tree.root.node.body[-1].body[-1]
    assert may_fail(module, statement.value) == fails


def test_of_a_chain_the_outermost_part_counts():
    module = model(f"{HEAD}    order.a.b.save(1)\n    order.a.b\n    yield from order\n")
    called, chained, running = module.tree.root.node.body[-1].body
    assert [
        may_fail(module, each)
        for each in ast.walk(called.value)
        if isinstance(each, ast.Attribute | ast.Call)
    ] == [True, False, False, False]
    assert [
        may_fail(module, each)
        for each in ast.walk(chained.value)
        if isinstance(each, ast.Attribute)
    ] == [True, False]
    assert may_fail(module, running.value)


def test_an_index_that_is_written_fails_for_nobody():
    module = model(f"{HEAD}    box[0] = order\n    del box[0]\n")
    stored, deleted = module.tree.root.node.body[-1].body
    assert not may_fail(module, stored.targets[0])
    assert not may_fail(module, deleted.targets[0])


def test_self_is_the_first_name_of_any_method():
    module = model("class A:\n    def f(self): self.a\n    def g(this): this.a\n")
    first, second = module.tree.root.node.body[0].body
    assert not may_fail(module, first.body[0].value)
    assert may_fail(module, second.body[0].value)
