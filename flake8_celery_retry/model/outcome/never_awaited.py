"""Never awaited: tasks written as coroutines, of which a worker runs nothing.

The worker calls a task's function and takes what it returns for the result
(``celery/app/trace.py``); of an ``async def`` that is a coroutine.
"""

from __future__ import annotations

import ast
import re

from ...facts.options import RETRY_OPTIONS
from ..tasks import Task

#: Modules that bring pools, workers or apps for coroutines: ``celery_aio_pool``, ``aio_celery``.
FOR_COROUTINES = r"celery\w*(aio|async)|(aio|async)\w*celery"


def retries_are_never_awaited(task: Task) -> bool:
    """Whether a task that is meant to retry is a coroutine that nobody awaits."""
    is_meant_to_retry = (
        bool(task.retry_calls)
        or bool(task.calls_on_other_tasks)
        or not RETRY_OPTIONS.keys().isdisjoint(task.options)
    )
    return is_meant_to_retry and is_never_awaited(task)


def is_never_awaited(task: Task) -> bool:
    """Whether a task is an ``async def``, and nothing may await it: no decorator, base class, app
    or pool that isn't Celery's."""
    return (
        isinstance(task.node, ast.AsyncFunctionDef)
        and not task.may_be_foreign
        and not _may_be_awaited(task)
    )


def _may_be_awaited(task: Task) -> bool:
    recognition = task.module.recognition
    base = task.option("base")
    return (
        task.is_house
        or not task.options_complete
        or bool(task.decorators_below)
        or recognition.makes_app_with_task_class
        or (base is not None and not recognition.is_celery_class(base.value))
        or any(re.search(FOR_COROUTINES, name) for name in task.module.tree.imported)
    )
