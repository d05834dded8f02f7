"""A module as Celery will see it, and the questions that rules ask about it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from ..facts.exceptions import ATTRIBUTES_OF_TASKS
from ..facts.libraries import (
    CLOCK_METHODS,
    CLOCKS,
    LOGGER_MAKERS,
    LOGGER_METHODS,
    LOGGING_LIBRARIES,
    REPORTS,
    SLEEPS,
)
from ..settings import Settings
from ..syntax import Syntax
from ..syntax.scopes import FunctionNode, Scope
from ..syntax.tree import TRY
from ..syntax.values import Attributes
from .handlers import Handler
from .recognition import Recognition
from .retries import RetryCall
from .retry_finding import find_retry_calls
from .task_finding import find_tasks
from .tasks import Task

#: What is known by an attribute's name: a task's exception, and that an app hands back the task
#: which it registers.
OF_TASKS = Attributes(ATTRIBUTES_OF_TASKS, frozenset({"register_task"}))


class Module:
    """A module as Celery will see it.

    ``tree``, ``names``, ``values`` and ``kinds`` answer what Python can tell, ``recognition`` what
    makes a task; ``tasks`` are in source order. ``name`` is that of its file (``tasks``), empty
    where it has none.
    """

    def __init__(self, syntax: Syntax, settings: Settings, name: str = "") -> None:
        self.name = name
        self.tree = syntax.tree
        self.names = syntax.names
        self.values = syntax.values
        self.kinds = syntax.kinds
        self.settings = settings
        #: What was answered already, by question and what it was about (:mod:`.remembering`).
        self.answers: dict[Any, dict[Any, Any]] = {}
        self._handlers: dict[ast.ExceptHandler, Handler] = {}
        self.recognition = Recognition(syntax, settings)
        self.tasks = find_tasks(self)
        self._task_of_node = {task.node: task for task in self.tasks}
        self._task_of_scope = {body: task for task in self.tasks for body in task.scopes}
        self.calls = find_retry_calls(self)

    @property
    def module(self) -> Module:
        """Itself: what is asked about a module is remembered like what is asked about a task."""
        return self

    @property
    def retry_calls(self) -> tuple[RetryCall, ...]:
        """The retry calls of tasks and of task helpers, in source order."""
        return self.calls.everywhere

    @property
    def stray_retry_calls(self) -> tuple[RetryCall, ...]:
        """Those in plain functions, where there is no task to retry (CRT108)."""
        return self.calls.strays

    def handler(self, clause: ast.ExceptHandler) -> Handler:
        """An ``except`` clause, always the same object for the same clause."""
        if clause not in self._handlers:
            statement = self.tree.parent(clause)
            assert isinstance(statement, TRY)
            self._handlers[clause] = Handler(self, clause, statement)
        return self._handlers[clause]

    @cached_property
    def tasks_and_lone_bases(self) -> list[Task]:
        """The tasks that run, and the base classes that no task of the module inherits from: what
        an option comes to depends on who has it."""
        inherited = {base for task in self.tasks for base in task.bases}
        return [task for task in self.tasks if not task.is_base or task not in inherited]

    @cached_property
    def functions(self) -> list[Scope]:
        """The scopes of all functions, in source order."""
        return [scope for scope in self.tree.scopes if isinstance(scope.node, FunctionNode)]

    @cached_property
    def options_set_by_hand(self) -> dict[Task, set[str]]:
        """The attributes of tasks that the module gives a value by hand, by task:
        ``self.max_retries = 10``."""
        found: dict[Task, set[str]] = {}
        for scope in self.tree.scopes:
            for node in scope.walk(ast.Attribute):
                if not isinstance(node.ctx, ast.Store):
                    continue
                task = self.task_of(node)
                if task is None or not task.is_reference(node.value):
                    task = self.task_named(node.value)
                if task is not None:
                    found.setdefault(task, set()).add(node.attr)
        return found

    # -- questions that several rules ask ------------------------------------------------------

    def task_of(self, node: ast.AST) -> Task | None:
        """The task that a node stands in, be it in a function nested there."""
        found = self.enclosing_task(self.tree.scope_of(node))
        return found[0] if found else None

    def task_running(self, node: ast.AST) -> Task | None:
        """The task in whose own body a node stands, or in a function nested there that the body
        calls."""
        scope = self.tree.scope_of(node)
        found = self.enclosing_task(scope)
        if found is None:
            return None
        task, home = found
        return task if scope is home or self.called_at(scope, home) else None

    def task_named(self, expression: ast.expr) -> Task | None:
        """The task of this module that a name (or an alias) stands for; the class-based one that
        an expression is an instance of."""
        definition = self.values.instance_of(expression) or self.names.definition(expression)
        return self._task_of_node.get(definition) if definition is not None else None

    def task_run_by(self, scope: Scope) -> Task | None:
        """The task whose function a scope is: a task function, or ``run`` of a class."""
        task = self._task_of_scope.get(scope)
        return task if task is not None and task.function is scope else None

    def is_sleep(self, call: ast.Call) -> bool:
        """Whether a call puts the process, thread or coroutine to sleep."""
        return self.names.qualified(call.func) in SLEEPS

    def is_clock(self, call: ast.Call) -> bool:
        """Whether a call asks what time it is."""
        method = call.func.attr if isinstance(call.func, ast.Attribute) else None
        qualified = self.names.qualified(call.func)
        return method in CLOCK_METHODS or qualified in CLOCKS | CLOCK_METHODS

    @cached_property
    def sleeping_scopes(self) -> frozenset[Scope]:
        """The functions (and the like) that sleep."""
        if not self.tree.may_name(["sleep"]):
            return frozenset()
        return frozenset(
            self.tree.scope_of(call) for call in self.tree.calls if self.is_sleep(call)
        )

    def is_log_call(self, call: ast.Call) -> bool:
        """Whether a call does nothing but tell people: a logger's method, ``print``, a report to
        an error tracker."""
        qualified = self.names.qualified(call.func) or ""
        return (
            qualified in REPORTS
            or qualified.partition(".")[0] in LOGGING_LIBRARIES
            or self.is_log_function(call.func)
        )

    def is_log_function(self, expression: ast.expr) -> bool:
        """Whether an expression is a method of a logger that writes a line."""
        if not (isinstance(expression, ast.Attribute) and expression.attr in LOGGER_METHODS):
            return False
        logger = expression.value
        name = logger.attr if isinstance(logger, ast.Attribute) else getattr(logger, "id", "")
        made_by = (self.names.made_by(logger) or "").rpartition(".")[2]
        return "log" in name.lower() or made_by in LOGGER_MAKERS

    def is_named_again(self, function: FunctionNode) -> bool:
        """Whether the module names a function anywhere but where it defines it; in a string
        (``"charge_order"``, ``"shop.tasks.charge_order"``) too."""
        return function.name in self._names_read

    @cached_property
    def _names_read(self) -> frozenset[str]:
        names: set[str] = set()
        for scope in self.tree.scopes:
            for node in scope.walk((ast.Name, ast.Constant)):
                if isinstance(node, ast.Constant):
                    names.add(str(node.value).rpartition(".")[2])
                elif isinstance(node.ctx, ast.Load):
                    names.add(node.id)
        return frozenset(names)

    def is_retry(self, node: ast.AST) -> bool:
        """Whether a node is a retry call of any task or task helper, or the call of a nested
        function or a task helper that retries."""
        return node in self._retries or node in self._calls_of_helpers

    def is_call_of_helper(self, node: ast.AST) -> bool:
        """Whether a node is the call by which a task hands itself to a task helper that retries."""
        return node in self._calls_of_helpers

    @cached_property
    def _retries(self) -> frozenset[ast.AST | None]:
        return frozenset(node for call in self.retry_calls for node in (call.node, call.called_at))

    @cached_property
    def quiet_retries(self) -> frozenset[ast.AST]:
        """The retry calls that don't raise (``throw=False``), or may not."""
        return frozenset(call.node for call in self.retry_calls if call.throws is not True)

    @cached_property
    def _calls_of_helpers(self) -> frozenset[ast.AST | None]:
        return frozenset(call.called_at for call in self.calls_through_helpers(self.retry_calls))

    def calls_through_helpers(self, calls: Iterable[RetryCall]) -> Iterator[RetryCall]:
        """Of these retry calls those in task helpers, as the tasks see them that call the helpers:
        one for each call of a helper that gives it the task, the helper's first retry call."""
        first: dict[ast.AST, RetryCall] = {}
        for call in calls:
            if call.task is None:
                first.setdefault(call.scope.node, call)
        for function, call in first.items():
            for task, site in self.calls_by_tasks.get(function, ()):
                if call.parameter is None or self._is_given(call.parameter, site, task):
                    yield replace(call, task=task, called_at=site)

    @cached_property
    def calls_by_tasks(self) -> dict[ast.AST, list[tuple[Task, ast.Call]]]:
        """The plain functions of the module that the bodies of tasks call (or functions nested
        there that the bodies call), with these calls."""
        found: dict[ast.AST, list[tuple[Task, ast.Call]]] = defaultdict(list)
        for call in self.tree.calls:
            function = self.names.definition(call.func)
            if not isinstance(function, FunctionNode) or function in self._task_of_node:
                continue
            task = self.task_running(call)
            if task is not None:
                found[function].append((task, call))
        return dict(found)

    def enclosing_task(self, scope: Scope) -> tuple[Task, Scope] | None:
        """The task around a scope, and the scope of the task's own body."""
        around: Scope | None = scope
        while around is not None:
            if around in self._task_of_scope:
                return self._task_of_scope[around], around
            around = around.parent
        return None

    def called_at(self, scope: Scope, home: Scope) -> ast.Call | None:
        """Where a task's own body calls the function nested in it."""
        # No body calls a function that is nested deeper or elsewhere by its name: to look through
        # every task's body for every function would take the square of both.
        if scope.parent is not home or not scope.is_function:
            return None
        for call in home.walk(ast.Call):
            if scope.node in (self.values.read(call.func), self.names.definition(call.func)):
                return call
        return None

    def is_passed_task(self, parameter: ast.arg) -> bool:
        """Whether a parameter of an undecorated function (a task helper) holds a task."""
        if not (self.recognition.imports_celery or self.tasks):
            return False
        arguments = self.tree.parent(parameter)
        node = self.tree.parent(arguments)
        if not isinstance(node, FunctionNode) or node.decorator_list:
            return False
        scope = self.tree.scope_made_by(node)
        assert scope.parent is not None
        if isinstance(scope.parent.node, ast.ClassDef) and scope.parameters[:1] == [parameter]:
            return False
        if scope.parent is self.tree.root and parameter.arg == "self":
            return True
        return (
            self.recognition.is_task_type(parameter.annotation)
            or self._is_used_as_task(parameter, scope)
            or self._is_given_a_task(parameter, scope)
        )

    def _is_used_as_task(self, parameter: ast.arg, scope: Scope) -> bool:
        return any(
            attribute.attr in {"request", "max_retries", "MaxRetriesExceededError"}
            and self.names.parameter(attribute.value) is parameter
            for attribute in scope.walk(ast.Attribute)
        )

    def _is_given_a_task(self, parameter: ast.arg, scope: Scope) -> bool:
        return any(
            self._is_given(parameter, call, task)
            for task, call in self.calls_by_tasks.get(scope.node, ())
        )

    def _is_given(self, parameter: ast.arg, call: ast.Call, task: Task) -> bool:
        """Whether a call gives a parameter of the function that it calls a task."""
        scope = self.tree.scope_of_parameter(parameter)
        given = [word.value for word in call.keywords if word.arg == parameter.arg]
        if parameter in scope.parameters:
            position = scope.parameters.index(parameter)
            given += call.args[position : position + 1]
        return any(map(task.is_reference, given))


def read_module(
    tree: ast.Module, settings: Settings, lines: Sequence[str] = (), name: str = ""
) -> Module:
    """What Celery will see in a module of this name. ``lines`` are those that the tree was made of;
    without them nothing is known of comments."""
    return Module(Syntax(tree, lines, OF_TASKS), settings, name)
