"""Tasks that look whether something is ready, and send themselves again where it isn't."""

from __future__ import annotations

import ast
from textwrap import dedent, indent

import pytest
from short_modules import model

from flake8_celery_retry.model.work.polling import polls

HEAD = """
import logging, time
from celery import shared_task
from shop import cache, is_ready, pay, rows

log = logging.getLogger()

@shared_task(bind=True)
def task(self, order, count=0):
"""


def found(body: str) -> list[str]:
    module = model(HEAD + indent(dedent(body), "    ") + "\n")
    return [ast.unparse(send.node) for send in polls(module.tasks[-1])]


#: A send where something isn't ready: whether that is a poll.
SENDS = {
    "self.apply_async((order,), countdown=5)": True,
    "task.apply_async((order,), countdown=5)": True,
    "self.apply_async((order,), eta=order)": True,
    "self.apply_async((order,), countdown=order)": True,
    "self.apply_async((order,), countdown=0)": False,
    "self.apply_async((order,), countdown=None)": False,
    "self.apply_async((order,), priority=5)": False,
    "self.apply_async((order,), priority=5, countdown=5)": True,
    "self.apply_async((order,), eta=None, countdown=5)": True,
    "self.apply_async((order,), countdown=5, task_id='a')": False,
    "self.apply_async((order,), countdown=5, **order)": False,
    "self.apply_async((order,), {}, 'a', countdown=5)": False,
    "self.apply_async((order,))": False,
    "self.delay(order)": False,
    "pay.apply_async((order,), countdown=5)": False,
    "self.apply_async((order.next,), countdown=5)": False,
    "self.apply_async((order, count + 1), countdown=5)": False,
    "self.apply_async(order, countdown=5)": False,
    "self.s(order).apply_async(countdown=5)": True,
    "self.s(order).set(countdown=5).delay()": True,
    "time.sleep(5)\nself.delay(order)": True,
    "time.sleep(5)\nself.delay(order, count + 1)": False,
    "cache.incr(order)\nself.apply_async((order,), countdown=5)": False,
    "order.tries += 1\nself.apply_async((order,), countdown=5)": False,
    "if time.time() > 5: return\nself.apply_async((order,), countdown=5)": False,
    "try: pay()\nexcept OSError: self.apply_async((order,), countdown=5)": False,
    "try: self.apply_async((order,), countdown=5)\nexcept OSError: pass": True,
}


@pytest.mark.parametrize(("body", "is_poll"), SENDS.items(), ids=SENDS)
def test_a_task_sends_itself_where_it_is_not_ready(body, is_poll):
    calls = found(f"if not is_ready(order):\n    pay(1)\n{indent(body, '    ')}")
    assert bool(calls) is is_poll


SEND = "self.apply_async((order,), countdown=5)"

#: Bodies of a task that sends itself for later, and whether it does so always.
BODIES = {
    SEND: False,
    f"pay(order)\n{SEND}": False,
    f"if is_ready(order): return\n{SEND}": True,
    f"if is_ready(order): pay(order)\nelse: {SEND}": True,
    f"is_ready(order) or {SEND}": True,
    f"None if is_ready(order) else {SEND}": True,
    f"match is_ready(order):\n    case False: {SEND}": True,
    f"for row in rows: {SEND}": False,
    f"while is_ready(order): {SEND}": False,
    f"with cache: {SEND}": False,
    f"if is_ready(order): pay(order)\n{SEND}": False,
    f"try:\n    if is_ready(order): {SEND}\nfinally: pay(order)": True,
    f"def again(): {SEND}\nif is_ready(order): again()": False,
}


@pytest.mark.parametrize(("body", "is_poll"), BODIES.items(), ids=BODIES)
def test_a_condition_decides_about_a_poll(body, is_poll):
    assert found(body) == ([SEND] if is_poll else [])


#: Bodies of a task that sends itself at once.
AT_ONCE = {
    "if not is_ready(order):\n    self.delay(order)\n    return\npay(order)": True,
    "if not is_ready(order):\n    return self.delay(order)\npay(order)": True,
    "if not is_ready(order):\n    log.info(order)\n    return self.delay(order)\npay(order)": True,
    "if not is_ready(order):\n    log.info(str(order))\n    return self.delay(order)\npay()": True,
    "if not is_ready(order):\n    pay(order)\n    return self.delay(order)\npay(order)": False,
    "if not is_ready(order):\n    count = 5\n    return self.delay(order)\npay(order)": False,
    "if not is_ready(order):\n    return self.delay(str(order))\npay(order)": True,
    "if not is_ready(order):\n    return str(self.delay(order))\npay(order)": True,
    "if not is_ready(order):\n    return self.delay(order)": False,
    "if not is_ready(order): self.delay(order)\npay(order)": False,
    "if is_ready(order): pay(order)\nelse: return self.delay(order)\npay(order)": True,
    "if is_ready(order): pay(order)\nelse: self.delay(order)\npay(order)": False,
    "if is_ready(order): return\nelse:\n    pay(order)\n    return self.delay(order)\npay()": False,
    "while order:\n    if not is_ready(order): return self.delay(order)\npay(order)": False,
    "match is_ready(order):\n    case False: return self.delay(order)\npay(order)": False,
    "return self.delay(order)\npay(order)": False,
    "if is_ready(order): return\nself.delay(order)\npay(order)": False,
    "if not is_ready(order): raise OSError(self.delay(order))\npay(order)": True,
}


@pytest.mark.parametrize(("body", "is_poll"), AT_ONCE.items(), ids=AT_ONCE)
def test_a_branch_that_does_nothing_but_send_and_leave(body, is_poll):
    assert bool(found(body)) is is_poll


@pytest.mark.parametrize(
    "first",
    [
        "self.apply_async((order,), countdown=5, task_id='a')",
        "self.apply_async((order,), countdown=5, **order)",
        "try: pay()\n    except OSError: self.apply_async((order,), countdown=5)",
        "self.apply_async((order.next,), countdown=5)",
        "self.apply_async((order,))",
    ],
)
def test_a_send_that_is_no_poll_does_not_hide_the_next_one(first):
    assert found(
        f"if is_ready(order):\n    {first}\n    pay(1)\nelse:\n    {SEND}\n    pay(2)"
    ) == [SEND]
