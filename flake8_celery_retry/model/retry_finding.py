"""Finding retry calls: which calls of a module retry which task."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from ..syntax.scopes import FunctionNode, Scope
from .retries import RetryCall
from .tasks import Task

if TYPE_CHECKING:
    from .module import Module


class RetryCalls(NamedTuple):
    """The retry calls of a module, sorted, each group in source order.

    ``everywhere``: those of tasks and of task helpers. ``of_task``: those of each task.
    ``unbound``: those that name ``self`` or ``retry`` in a task that is not bound (CRT102).
    ``on_other_tasks``: ``.retry(...)`` on the global name of another task of the module (CRT210).
    ``strays``: those in plain functions, where there is no task to retry (CRT108).
    """

    everywhere: tuple[RetryCall, ...]
    of_task: dict[Task, tuple[RetryCall, ...]]
    unbound: dict[Task, tuple[RetryCall, ...]]
    on_other_tasks: dict[Task, tuple[RetryCall, ...]]
    strays: tuple[RetryCall, ...]


def find_retry_calls(module: Module) -> RetryCalls:
    """The retry calls of a module whose tasks are known."""
    sorting = _Sorting(module)
    for call in module.tree.calls:
        sorting.sort(call)
    return RetryCalls(
        tuple(sorting.everywhere),
        _frozen(sorting.of_task),
        _frozen(sorting.unbound),
        _frozen(sorting.on_other_tasks),
        tuple(sorting.strays),
    )


def _frozen(calls: dict[Task, list[RetryCall]]) -> dict[Task, tuple[RetryCall, ...]]:
    return {task: tuple(found) for task, found in calls.items()}


class _Sorting:
    def __init__(self, module: Module) -> None:
        self.module = module
        self.everywhere: list[RetryCall] = []
        self.of_task: dict[Task, list[RetryCall]] = defaultdict(list)
        self.unbound: dict[Task, list[RetryCall]] = defaultdict(list)
        self.on_other_tasks: dict[Task, list[RetryCall]] = defaultdict(list)
        self.strays: list[RetryCall] = []
        #: What is known of parameters: whether a function has them for nothing but ``.retry``.
        self.for_retry_only: dict[ast.arg, bool] = {}

    def sort(self, call: ast.Call) -> None:
        function = call.func
        if isinstance(function, ast.Attribute) and function.attr == "retry":
            if self.module.recognition.is_current_task(function.value):
                self._sort_call_on_current_task(call)
                return
            receiver = self.module.values.read(function.value)
            if self._is_global_instance(function.value):
                receiver = function.value
            if not isinstance(receiver, ast.Name):
                return
        elif (
            isinstance(function, ast.Name)
            and function.id == "retry"
            and self.module.names.is_free(function)
        ):
            receiver = None
        else:
            return
        scope = self.module.tree.scope_of(call)
        enclosing = self.module.enclosing_task(scope)
        if enclosing is not None:
            self._sort_call_in_task(call, receiver, *enclosing)
        elif self._is_stray(scope, receiver):
            self.strays.append(RetryCall(self.module, call, None, is_own=False))
        elif receiver is not None:
            self._sort_call_in_helper(call, receiver)

    def _sort_call_on_current_task(self, call: ast.Call) -> None:
        scope = self.module.tree.scope_of(call)
        enclosing = self.module.enclosing_task(scope)
        if enclosing is not None:
            task, home = enclosing
            called_at = self.module.called_at(scope, home)
            is_own = scope is home or called_at is not None
            self._add(RetryCall(self.module, call, task, is_own, called_at))
        elif scope.node in self.module.calls_by_tasks:
            self.everywhere.append(RetryCall(self.module, call, None, is_own=False))

    def _is_global_instance(self, expression: ast.expr) -> bool:
        """Whether a name is the module's own for an instance of one of its classes."""
        if (
            not isinstance(expression, ast.Name)
            or self.module.values.instance_of(expression) is None
        ):
            return False
        found = self.module.names.lookup(expression.id, self.module.tree.scope_of(expression))
        assert found is not None  # what an instance was read of is bound
        return found[0] is self.module.tree.root

    def _sort_call_in_task(
        self, call: ast.Call, receiver: ast.Name | None, task: Task, home: Scope
    ) -> None:
        if task.is_class and _name_of(home) == "retry":
            return
        called_at = self.module.called_at(self.module.tree.scope_of(call), home)
        is_own = self.module.tree.scope_of(call) is home or called_at is not None
        retry_call = RetryCall(self.module, call, task, is_own, called_at)
        if receiver is None:
            if task.bound is False:
                self.unbound[task].append(retry_call)
            return
        parameter = self.module.names.parameter(receiver)
        if parameter is not None and parameter not in home.parameters:
            self._sort_call_in_helper(call, receiver)
        elif parameter is not None:
            self._sort_call_on_parameter(retry_call, parameter, home)
        elif receiver.id == "self" and self.module.names.is_free(receiver):
            if task.bound is True and not task.is_class:
                self._add(retry_call)
            elif task.bound is False:
                self.unbound[task].append(retry_call)
        else:
            other = self.module.task_named(receiver)
            if other is None or (other.is_class and not self._is_global_instance(receiver)):
                return
            if other is task:
                self._add(retry_call)
            else:
                self.on_other_tasks[task].append(retry_call)

    def _sort_call_on_parameter(self, call: RetryCall, parameter: ast.arg, home: Scope) -> None:
        task = call.task
        assert task is not None
        is_first = parameter is home.parameters[0]
        if task.bound is False:
            if parameter.arg == "self":
                self.unbound[task].append(call)
        elif is_first or (task.bound is True and parameter.arg == "self"):
            self._add(call)

    def _add(self, call: RetryCall) -> None:
        assert call.task is not None
        self.of_task[call.task].append(call)
        self.everywhere.append(call)

    def _sort_call_in_helper(self, call: ast.Call, receiver: ast.Name) -> None:
        parameter = self.module.names.parameter(receiver)
        if parameter is not None and self.module.is_passed_task(parameter):
            self.everywhere.append(
                RetryCall(self.module, call, None, is_own=False, parameter=parameter)
            )

    def _is_stray(self, scope: Scope, receiver: ast.Name | None) -> bool:
        node = scope.node
        if not isinstance(node, FunctionNode) or scope.parent is not self.module.tree.root:
            return False
        if node.decorator_list or not (self.module.recognition.makes_app or self.module.tasks):
            return False
        if self.module.is_named_again(node):
            return False
        if receiver is not None:
            parameter = self.module.names.parameter(receiver)
            if parameter is None:
                if receiver.id != "self" or not self.module.names.is_free(receiver):
                    return False
            elif not self._is_for_retry_only(parameter, scope):
                return False
        return True

    def _is_for_retry_only(self, parameter: ast.arg, scope: Scope) -> bool:
        if parameter not in self.for_retry_only:
            self.for_retry_only[parameter] = self._is_used_for_retry_only(parameter, scope)
        return self.for_retry_only[parameter]

    def _is_used_for_retry_only(self, parameter: ast.arg, scope: Scope) -> bool:
        is_first = scope.parameters[:1] == [parameter]
        if not is_first or parameter.arg != "self" or parameter.annotation is not None:
            return False
        uses = [self.module.tree.parent(name) for name in self.module.names.reads_of(parameter)]
        return all(isinstance(use, ast.Attribute) and use.attr == "retry" for use in uses)


def _name_of(scope: Scope) -> str:
    return scope.node.name if isinstance(scope.node, FunctionNode) else ""
