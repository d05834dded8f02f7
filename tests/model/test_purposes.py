"""What a value decides about: what a task does, or only what it logs and how long it waits."""

from __future__ import annotations

import ast
from textwrap import indent

import pytest
from short_modules import model

from flake8_celery_retry.model.work.purposes import Purposes

#: A body in which ``n > 3`` stands, and whether it only tells or waits.
BODIES = {
    "log.info(n > 3)": True,
    "log.info('%s', 'last' if n > 3 else 'again')": True,
    "log.info('%s', extra=n > 3)": True,
    "time.sleep(9 if n > 3 else 1)": True,
    "(log.error if n > 3 else log.info)('again')": True,
    "(log.error if n > 3 else pay)('again')": False,
    "(pay if n > 3 else charge)('again')": False,
    "log.info(str(n > 3))": True,
    "log.info(format(n > 3))": True,
    "log.info('{}'.format(n > 3))": True,
    "log.info(', '.join([n > 3]))": True,
    "log.info(int(n > 3))": True,
    "log.info(pay(n > 3))": False,
    "log.info(charge.pay(n > 3))": False,
    "self.retry(countdown=9 if n > 3 else 1)": True,
    "self.retry(eta=n > 3)": True,
    "self.retry(exc=n > 3)": False,
    "self.retry(n > 3)": False,
    "pay(n > 3)": False,
    "pay(countdown=n > 3)": False,
    "n > 3": False,
    "return n > 3": False,
    "if n > 3: log.info('last')": True,
    "if n > 3: time.sleep(1)": True,
    "if n > 3: pass": True,
    "if n > 3: pay()": False,
    "if n > 3: order": False,
    "if n > 3: return": False,
    "if n > 3: log.info('last')\nelse: pay()": False,
    "if n > 3: log.info('last')\nelse: log.info('again')": True,
    "if n > 3:\n    log.info('last')\n    pay()": False,
    "if n > 3:\n    if order: log.info('last')": True,
    "if n > 3:\n    if order: pay()": False,
    "if n > 3:\n    if order: pass\n    else: pay()": False,
    "while n > 3: log.info('last')": True,
    "while n > 3: pay()": False,
    "if order:\n    log.info(n > 3)\n    pay()": True,
    "if order:\n    pay(n > 3)": False,
    "wait = 9 if n > 3 else 1\nself.retry(countdown=wait)": True,
    "wait = 9 if n > 3 else 1\npay(wait)": False,
    "wait = 9 if n > 3 else 1\nlog.info(wait)\npay(wait)": False,
    "wait: int = n > 3\nself.retry(countdown=wait)": True,
    "wait: int = n > 3\npay(wait)": False,
    "wait = 1\nwait += n > 3\nself.retry(countdown=wait)": True,
    "wait = 1\nwait += n > 3\npay(wait)": False,
    "wait = again = n > 3\nself.retry(countdown=wait)\npay(again)": False,
    "wait = again = n > 3\nself.retry(countdown=wait)\nlog.info(again)": True,
    "order.last = n > 3": False,
    "if n > 3: wait = 9\nelse: wait = 1\nself.retry(countdown=wait)": True,
    "if n > 3: wait = 9\nelse: wait = 1\npay(wait)": False,
    "if (last := n > 3): log.info(last)": True,
    "if (last := n > 3): log.info(last)\npay(last)": False,
    "if (last := n > 3): pay()": False,
    "log.info(last := n > 3)\npay(last)": False,
}


@pytest.mark.parametrize(("body", "only_tells"), BODIES.items(), ids=BODIES)
def test_what_a_test_decides_about(body, only_tells):
    module = model(f"""
import logging, time
from celery import shared_task
from shop import charge, pay
log = logging.getLogger(__name__)

@shared_task(bind=True)
def task(self, order):
    n = self.request.retries
{indent(body, "    ")}
""")
    tests = [node for node in ast.walk(module.tree.root.node) if isinstance(node, ast.Compare)]
    assert [Purposes(module).only_tells_or_waits(test) for test in tests] == [only_tells]


def test_a_name_of_the_module_is_read_by_anybody():
    module = model("last = 5 > 3\n")
    [test] = [node for node in ast.walk(module.tree.root.node) if isinstance(node, ast.Compare)]
    assert Purposes(module).only_tells_or_waits(test) is False
