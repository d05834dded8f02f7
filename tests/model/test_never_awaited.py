"""Tasks that are coroutines: which of them nobody awaits, and which are meant to retry."""

from __future__ import annotations

import pytest
from short_modules import model

from flake8_celery_retry.model.outcome.never_awaited import (
    is_never_awaited,
    retries_are_never_awaited,
)

IMPORTS = """
from celery import Celery, Task, shared_task
from shop import Coroutine, charge, house, pool
"""

BARE = "@shared_task\nasync def charge_order(order): pass"
RETRIED = "@shared_task(max_retries=3)\nasync def charge_order(order): pass"

TASKS = [
    # What stands before it; the task; whether it retries, and whether nobody awaits it.
    ("", BARE, False, True),
    ("", RETRIED, True, True),
    ("", RETRIED.replace("async ", ""), False, False),
    ("", "@shared_task(bind=True)\nasync def charge_order(self): self.retry()", True, True),
    ("", "@shared_task(bind=True)\nasync def charge_order(self): charge(self)", False, True),
    ("", "@shared_task(acks_late=True)\nasync def charge_order(order): pass", False, True),
    # Somebody may await it.
    ("", RETRIED.replace("max_retries=3", "**charge"), False, False),
    ("", RETRIED.replace("max_retries=3", "max_retries=3, base=Coroutine"), False, False),
    ("", RETRIED.replace("max_retries=3", "max_retries=3, base=Task"), True, True),
    ("", RETRIED.replace("async", "@house\nasync"), False, False),
    ("", "@house(autoretry_for=(OSError,))\nasync def charge_order(order): pass", False, False),
    ("app = Celery(task_cls=Coroutine)", RETRIED, False, False),
    ("app = Celery('shop')", RETRIED, True, True),
    ("import celery_aio_pool", RETRIED, False, False),
    ("import aio_celery", RETRIED, False, False),
    ("import celery_async", RETRIED, False, False),
    ("import aiohttp", RETRIED, True, True),
]


@pytest.mark.parametrize(("before", "source", "retries", "is_lost"), TASKS)
def test_a_coroutine_is_never_awaited(before, source, retries, is_lost):
    tasks = model(f"{IMPORTS}{before}\n{source}\n").tasks
    assert any(map(retries_are_never_awaited, tasks)) == retries
    assert any(map(is_never_awaited, tasks)) == is_lost


def test_a_module_that_speaks_of_celery_nowhere():
    source = "from shop import queue\n@queue.task(max_retries=3)\nasync def charge_order(): pass"
    assert not any(map(is_never_awaited, model(source).tasks))
    assert any(map(is_never_awaited, model(f"import celery\n{source}").tasks))


def test_a_call_on_another_task_is_meant_to_retry():
    source = f"""{IMPORTS}
@shared_task
def other(order): pass

@shared_task
async def charge_order(order): raise other.retry()
"""
    [_, task] = model(source).tasks
    assert retries_are_never_awaited(task)
