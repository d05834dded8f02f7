"""Direct calls: tasks that other tasks run on the spot, without sending them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from ...facts.decorators import SIGNATURE_METHODS
from ...syntax.tree import TRY
from ..exception_classes import class_of, lineage
from ..module import Module
from ..policy.limits import calls_of, limit_of_autoretry, limit_of_call
from ..tasks import Task
from .attempts import RUNNING_METHODS

#: Statements that may keep what is raised in them.
KEEPING = (*TRY, ast.With, ast.AsyncWith)


class DirectCall(NamedTuple):
    """A call in a task's body that runs another task of the module.

    ``throws`` says that it is an ``.apply(…, throw=True)``; else it is a plain call.
    """

    node: ast.Call
    task: Task
    called: Task
    throws: bool

    @property
    def passes_self(self) -> bool:
        """Whether it gives a bound task a ``self``, which Celery gives it already."""
        first = self.node.args[0] if self.node.args else None
        return (
            self.called.bound is True
            and not self.throws
            and isinstance(first, ast.Name)
            and first.id in {"self", self.task.self_name}
        )

    @property
    def is_retried_by_caller(self) -> bool:
        """Whether the calling task is itself retried on all that the called one is: that retries
        automatically and in no other way, and nothing around the call catches what it raises."""
        if self.throws or self.passes_self or calls_of(self.called):
            return False
        if limit_of_autoretry(self.task) == 0 or self.task.decorators_below:
            return False
        module = self.task.module
        if module.tree.scope_of(self.node) is not self.task.function:
            return False
        if any(isinstance(around, KEEPING) for around, _ in module.tree.ancestors(self.node)):
            return False
        taken = {class_of(module, each) for each in _retried_classes(self.task)} - {None}
        listed = _retried_classes(self.called)
        return bool(listed) and all(not taken.isdisjoint(lineage(module, each)) for each in listed)


def direct_calls(module: Module) -> Iterator[DirectCall]:
    """The calls by which a task's body runs another task of the module."""
    if len(module.tasks) < 2:
        return
    for call in module.tree.calls:
        task = module.task_running(call)
        if task is None:
            continue
        found = _called_task(module, call)
        if found is not None and found[0] is not task:
            yield DirectCall(call, task, *found)


def _retried_classes(task: Task) -> list[ast.expr]:
    """The classes in a task's ``autoretry_for``; none where they can't all be read."""
    option = task.option("autoretry_for")
    return task.module.values.elements(option.value) or [] if option is not None else []


def _called_task(module: Module, call: ast.Call) -> tuple[Task, bool] | None:
    """The task that a call runs, and whether by ``.apply(…, throw=True)``."""
    called = _task(module, call.func)
    if called is not None:
        return called, False
    if not isinstance(call.func, ast.Attribute):
        return None
    method, receiver = call.func.attr, call.func.value
    if method in RUNNING_METHODS:
        called = _task(module, receiver)
        return (called, False) if called is not None else None
    if method == "apply" and _throws(module, call):
        called = _task(module, receiver) or _signed_task(module, receiver)
        return (called, True) if called is not None else None
    return None


def _task(module: Module, expression: ast.expr) -> Task | None:
    """The task that an expression is; a class-based one where it is an instance of it."""
    task = module.task_named(expression)
    if task is not None and task.is_class and module.values.instance_of(expression) is None:
        return None
    return task


def _signed_task(module: Module, expression: ast.expr) -> Task | None:
    made = module.values.read(expression)
    if isinstance(made, ast.Call) and isinstance(made.func, ast.Attribute):
        return _task(module, made.func.value) if made.func.attr in SIGNATURE_METHODS else None
    return None


def _throws(module: Module, call: ast.Call) -> bool:
    return any(
        item.name == "throw" and module.values.value(item.value) is True
        for item in module.values.keywords(call).items
    )


def largest_limit(task: Task) -> float | None:
    """The most retries that a task's ``autoretry_for`` or one of its retry calls allows: 0 where it
    never retries, ``None`` where one of them can't be read."""
    limits = [limit_of_autoretry(task), *map(limit_of_call, calls_of(task))]
    known = [limit for limit in limits if limit is not None]
    return max(known) if len(known) == len(limits) else None
