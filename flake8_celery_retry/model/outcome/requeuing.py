"""Requeuing: ``Reject(…, requeue=True)``, by which a task has its message delivered again.

With late acknowledgement the broker gets the message back and delivers it at once; without it the
message was acknowledged before the run, and nothing is put back (``celery/worker/request.py``).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from ...facts.exceptions import is_celery_exception
from ...facts.libraries import DELIVERY_COUNTS
from ...syntax import flow
from ...syntax.tree import FunctionNode
from ..module import Module
from ..policy.retry_count import is_request_retries
from ..remembering import remembered
from ..tasks import Task

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
    return any(_bounds(module, test, follow=True) for test in _tests_on_the_way(module, statement))


def _tests_on_the_way(module: Module, statement: ast.Raise) -> Iterator[ast.expr]:
    for frame in flow.frames(module.tree, statement):
        if isinstance(frame.node, (ast.If, ast.While)):
            yield frame.node.test
        elif isinstance(frame.node, ast.match_case):
            match = module.tree.parent(frame.node)
            assert isinstance(match, ast.Match)
            yield match.subject
            if frame.node.guard is not None:
                yield frame.node.guard
    for earlier in flow.run_before(module.tree, statement):
        if isinstance(earlier, (ast.If, ast.Assert)) and flow.may_leave(module.values, earlier):
            yield earlier.test


def _bounds(module: Module, test: ast.AST, *, follow: bool) -> bool:
    """Whether a test asks whether a message was delivered before, or compares a counter or a clock
    with a limit; in a function of the module that it calls, too."""
    for node in module.tree.within(test, ast.expr):
        read = module.values.read(node) if isinstance(node, ast.Name) else node
        if read is not node and follow and _bounds(module, read, follow=False):
            return True
        if isinstance(node, ast.Constant) and node.value in DELIVERY_COUNTS:
            return True
        if isinstance(node, ast.Attribute) and node.attr in DELIVERY_COUNTS:
            return True
        if isinstance(node, ast.Compare) and _compares_a_counter(module, node):
            return True
        if isinstance(node, ast.Call) and follow:
            function = module.names.definition(node.func)
            if isinstance(function, FunctionNode) and any(
                _bounds(module, statement, follow=False) for statement in function.body
            ):
                return True
    return False


def _compares_a_counter(module: Module, compare: ast.Compare) -> bool:
    sides = [compare.left, *compare.comparators]
    return any(isinstance(operator, ORDERINGS) for operator in compare.ops) and not any(
        is_request_retries(module, node) or _is_caught(module, node)
        for side in sides
        for node in module.tree.within(side, (ast.Attribute, ast.Name))
    )


def _is_caught(module: Module, node: ast.expr) -> bool:
    return module.kinds.is_name_of_handler(node)
