"""Signals: ``Retry`` raised by hand, which tells the worker of a retry that nobody sent."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from ...facts.exceptions import is_celery_exception
from ...syntax import flow
from ...syntax.scopes import FunctionNode, Scope
from ..module import Module
from ..tasks import Task


class RaisedByHand(NamedTuple):
    """A ``raise Retry(...)`` in a task; ``made`` is the call or the class that it raises, read
    through a local name."""

    task: Task
    statement: ast.Raise
    made: ast.expr


def retries_raised_by_hand(module: Module) -> Iterator[RaisedByHand]:
    """The places where a task raises ``Retry`` instead of calling ``retry``."""
    if not (module.tasks and module.tree.may_name(["Retry"])):
        return
    for scope in module.tree.scopes:
        yield from _raised_in(module, scope)


def raises_retry_by_hand(task: Task) -> bool:
    """Whether a task does so."""
    return any(
        raised.task is task
        for body in task.scopes
        for scope in task.module.tree.scopes_in(body)
        for raised in _raised_in(task.module, scope)
    )


def _raised_in(module: Module, scope: Scope) -> Iterator[RaisedByHand]:
    for statement in scope.walk(ast.Raise):
        if statement.exc is None or _is_plumbing(scope.node):
            continue
        if not is_celery_exception(module.values.raised(statement), "Retry", "RetryTaskError"):
            continue
        task = module.task_running(statement)
        if task is not None and not _is_sent_before(module, statement):
            yield RaisedByHand(task, statement, module.values.read(statement.exc))


def _is_plumbing(node: ast.AST) -> bool:
    """Whether a function overrides ``Task.retry``."""
    return isinstance(node, FunctionNode) and node.name == "retry"


def _is_sent_before(module: Module, statement: ast.Raise) -> bool:
    """Whether a retry call that does not raise (``throw=False``) comes before."""
    known = module.answers.setdefault(_is_sent_before, {})
    return flow.is_run_before(module.tree, statement, partial(_sends, module), known)


def _sends(module: Module, statement: ast.stmt) -> bool:
    calls = module.tree.within(statement, ast.Call)
    return any(call in module.quiet_retries for call in calls)
