"""Lost processes: retries of what is never raised in a task, because its process is gone by then.

The pool kills the process at the hard limit and tells the worker, which writes the failure down
(``celery/worker/request.py``); what a task can catch is ``SoftTimeLimitExceeded``.
"""

from __future__ import annotations

import ast

from ...facts.exceptions import ends_a_process
from ...syntax.scopes import FunctionNode
from ..handlers import Handler
from ..retries import RetryCall
from ..tasks import Task
from ..work.results import waits_for_a_result


def never_raised_for_autoretry(task: Task) -> list[ast.expr]:
    """The classes in a task's ``autoretry_for`` that nothing raises in it."""
    option = task.option("autoretry_for")
    if option is None or task.is_base:
        return []
    values = task.module.values
    found = [
        listed
        for listed in values.known_elements(option.value)
        if ends_a_process(values.exception(listed))
    ]
    return [] if found and _waits(task) else found


def never_raised_for(call: RetryCall) -> Handler | None:
    """The handler that a retry call stands in, where it is one for what nothing raises."""
    handler = call.handler
    if handler is None or call.task is None or not any(map(ends_a_process, handler.caught)):
        return None
    return None if waits_for_a_result(call.module, handler.statement.body) else handler


def _waits(task: Task) -> bool:
    return any(
        waits_for_a_result(task.module, scope.node.body)
        for owner in (task, *task.bases)
        for scope in owner.scopes
        if isinstance(scope.node, FunctionNode)
    )
