"""Requeuing: ``Reject(…, requeue=True)``, by which a task has its message delivered again.

With late acknowledgement the broker gets the message back and delivers it at once; without it the
message was acknowledged before the run, and nothing is put back (``celery/worker/request.py``).
"""

from __future__ import annotations

import ast
from functools import partial
from typing import NamedTuple

from ...facts.exceptions import is_celery_exception
from ...facts.libraries import DELIVERY_COUNTS
from ...syntax import flow
from ...syntax.scopes import FunctionNode
from ..module import Module
from ..policy.retry_count import is_request_retries
from ..remembering import remembered, remembered_for_node
from ..tasks import Task
from ..work.endings import asks_for_an_end

ORDERINGS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


class Requeuing(NamedTuple):
    """A ``raise`` by which a task puts its message back, with no end to it.

    ``is_late`` says whether the task acknowledges late; ``None`` where it can't be told.
    """

    task: Task
    statement: ast.Raise
    is_late: bool | None


@remembered
def endless_requeuings(module: Module) -> dict[Task, list[Requeuing]]:
    """The places where a task puts its message back, and nothing on the way there bounds how
    often, by task."""
    found: dict[Task, list[Requeuing]] = {}
    for scope in module.tree.scopes:
        for statement in scope.walk(ast.Raise):
            if not _requeues(module, statement):
                continue
            task = module.task_running(statement)
            if task is not None and not _is_bounded(module, statement):
                found.setdefault(task, []).append(Requeuing(task, statement, _is_late(task)))
    return found


def _requeues(module: Module, statement: ast.Raise) -> bool:
    made = module.values.read(statement.exc) if statement.exc is not None else None
    if not isinstance(made, ast.Call):
        return False
    if not is_celery_exception(module.names.qualified(made.func), "Reject"):
        return False
    given = [item.value for item in module.values.keywords(made).items if item.name == "requeue"]
    if not any(isinstance(argument, ast.Starred) for argument in made.args):
        given += made.args[1:2]
    return any(module.values.value(argument) is True for argument in given)


def _is_late(task: Task) -> bool | None:
    """Whether a task acknowledges late: the app's own setting isn't of this module."""
    option = task.option("acks_late")
    value = task.module.values.value(option.value) if option is not None else None
    return value if isinstance(value, bool) else None


def _is_bounded(module: Module, statement: ast.Raise) -> bool:
    """Whether a test on the way to a ``raise`` says how often it is reached."""
    known = module.answers.setdefault(_is_bounded, {})
    asks = partial(_bounds, module)
    return flow.is_decided_on_the_way(module.values, statement, asks, known)


@remembered_for_node
def _bounds(module: Module, test: ast.expr) -> bool:
    """Whether a test asks whether a message was delivered before, for a counter or a clock; in a
    function of the module that it calls, too."""
    if asks_for_an_end(module, test) or _asks_for_deliveries(module, test):
        return True
    for node in module.tree.within(test, (ast.Call, ast.Name)):
        if isinstance(node, ast.Name):
            if _asks_for_deliveries(module, module.values.read(node)):
                return True
            continue
        function = module.names.definition(node.func)
        if isinstance(function, FunctionNode) and any(
            _asks_for_deliveries(module, part) for part in function.body
        ):
            return True
    return False


def _asks_for_deliveries(module: Module, node: ast.AST) -> bool:
    """Whether something in a node asks if a message was delivered before, or compares with a limit
    what is neither the retry count nor the exception."""
    for part in module.tree.within(node, (ast.Attribute, ast.Compare, ast.Constant)):
        if isinstance(part, ast.Compare):
            if _compares_a_counter(module, part):
                return True
        elif isinstance(part, ast.Attribute):
            if part.attr in DELIVERY_COUNTS:
                return True
        else:
            assert isinstance(part, ast.Constant)
            if part.value in DELIVERY_COUNTS:
                return True
    return False


def _compares_a_counter(module: Module, compare: ast.Compare) -> bool:
    if not any(isinstance(operator, ORDERINGS) for operator in compare.ops):
        return False
    return not any(
        is_request_retries(module, node) or module.kinds.is_name_of_handler(node)
        for node in module.tree.within(compare, (ast.Attribute, ast.Name))
    )
