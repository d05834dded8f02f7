"""From a tree to the model: which functions and classes are tasks, and which calls are retries."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from ..facts.libraries import LOGGER_MAKERS, LOGGER_METHODS, LOGGING_LIBRARIES, REPORTS, SLEEPS
from ..facts.options import CELERY_ONLY_OPTIONS
from ..settings import Settings
from ..syntax.tree import FunctionNode, Scope
from ..syntax.values import UNKNOWN
from .recognition import Recognition
from .retries import RetryCall
from .tasks import Option, Task


class Module(Recognition):
    """A module as Celery will see it.

    ``retry_calls`` are those of tasks and of task helpers; ``stray_retry_calls`` stand in plain
    functions where there is no task to retry (CRT108).
    """

    def __init__(self, tree: ast.Module, settings: Settings) -> None:
        super().__init__(tree, settings)
        self.functions = [scope for scope in self.scopes if isinstance(scope.node, FunctionNode)]
        self.tasks: list[Task] = []
        self.retry_calls: list[RetryCall] = []
        self.stray_retry_calls: list[RetryCall] = []
        self._task_of_node: dict[ast.AST, Task] = {}
        self._task_of_scope: dict[Scope, Task] = {}
        self._find_tasks()
        for call in self.calls:
            self._sort_retry_call(call)

    # -- questions that several rules ask ------------------------------------------------------

    def task_of(self, node: ast.AST) -> Task | None:
        """The task that a node stands in, be it in a function nested there."""
        found = self._enclosing_task(self.scope_of(node))
        return found[0] if found else None

    def task_running(self, node: ast.AST) -> Task | None:
        """The task in whose own body a node stands, or in a function nested there that the body
        calls."""
        scope = self.scope_of(node)
        found = self._enclosing_task(scope)
        if found is None:
            return None
        task, home = found
        return task if scope is home or self._called_at(scope, home) else None

    def task_named(self, expression: ast.expr) -> Task | None:
        """The task of this module that a name (or an alias) stands for; the class-based one that
        an expression is an instance of."""
        definition = self.instance_of(expression) or self.definition(expression)
        return self._task_of_node.get(definition) if definition is not None else None

    def task_run_by(self, scope: Scope) -> Task | None:
        """The task whose function a scope is: a task function, or ``run`` of a class."""
        task = self._task_of_scope.get(scope)
        return task if task is not None and task.function is scope else None

    def is_sleep(self, call: ast.Call) -> bool:
        """Whether a call puts the process, thread or coroutine to sleep."""
        return self.qualified(call.func) in SLEEPS

    def is_log_call(self, call: ast.Call) -> bool:
        """Whether a call does nothing but tell people: a logger's method, ``print``, a report to
        an error tracker."""
        qualified = self.qualified(call.func) or ""
        if qualified in REPORTS or qualified.partition(".")[0] in LOGGING_LIBRARIES:
            return True
        if not (isinstance(call.func, ast.Attribute) and call.func.attr in LOGGER_METHODS):
            return False
        logger = call.func.value
        name = logger.attr if isinstance(logger, ast.Attribute) else getattr(logger, "id", "")
        made_by = (self.made_by(logger) or "").rpartition(".")[2]
        return "log" in name.lower() or made_by in LOGGER_MAKERS

    def is_named_again(self, function: FunctionNode) -> bool:
        """Whether the module names a function anywhere but where it defines it; in a string
        (``"charge_order"``, ``"shop.tasks.charge_order"``) too."""
        return function.name in self._names_read

    @cached_property
    def _names_read(self) -> frozenset[str]:
        names: set[str] = set()
        for scope in self.scopes:
            for node in scope.walk((ast.Name, ast.Constant)):
                if isinstance(node, ast.Constant):
                    names.add(str(node.value).rpartition(".")[2])
                elif isinstance(node.ctx, ast.Load):
                    names.add(node.id)
        return frozenset(names)

    def is_retry(self, node: ast.AST) -> bool:
        """Whether a node is a retry call of any task or task helper, or the call of a nested
        function that retries."""
        return node in self._retries

    @cached_property
    def _retries(self) -> frozenset[ast.AST]:
        calls = [(call.node, call.called_at) for call in self.retry_calls]
        return frozenset(node for nodes in calls for node in nodes if node is not None)

    # -- tasks ---------------------------------------------------------------------------------

    def _find_tasks(self) -> None:
        registered = self._registered_classes()
        for scope in self.scopes:
            node = scope.node
            task: Task | None = None
            if isinstance(node, FunctionNode):
                task = self._task_of_function(node, scope)
            elif isinstance(node, ast.ClassDef):
                task = self._task_of_class(node, scope, registered)
            if task is not None:
                self.tasks.append(task)
                self._task_of_node[node] = task
                for body in task.scopes:
                    self._task_of_scope[body] = task

    def _task_of_function(self, node: FunctionNode, scope: Scope) -> Task | None:
        for expression in node.decorator_list:
            decorator = self.read_decorator(expression)
            if decorator is None:
                continue
            task = Task(
                module=self,
                name=node.name,
                node=node,
                function=scope,
                methods=[scope],
                decorator=expression,
                known_by=decorator.known_by,
                options=decorator.options,
                options_complete=decorator.complete,
                bound=None,
                may_be_foreign=(
                    decorator.known_by == "attribute"
                    and not self.imports_celery
                    and CELERY_ONLY_OPTIONS.isdisjoint(decorator.options)
                ),
            )
            task.bound = self._is_bound(task)
            return task
        return None

    def _is_bound(self, task: Task) -> bool | None:
        option = task.option("bind")
        if option is None:
            return None if task.is_house or not task.options_complete else False
        value = self.value(option.value)
        if value is True:
            return True
        return None if value is UNKNOWN or value else False

    # -- class-based tasks ---------------------------------------------------------------------

    def _registered_classes(self) -> set[ast.AST]:
        found: set[ast.AST] = set()
        for call in self.calls:
            if isinstance(call.func, ast.Attribute) and call.func.attr == "register_task":
                made = self.instance_of(call.args[0]) if call.args else None
                found |= {made} if made is not None else set()
        return found

    def _task_of_class(
        self, node: ast.ClassDef, scope: Scope, registered: set[ast.AST]
    ) -> Task | None:
        if node not in registered and not any(self.is_task_class(base) for base in node.bases):
            return None
        bases = self.local_bases(node)
        options = {option.name: option for option in _class_options(node)}
        for base in bases:
            for option in _class_options(base):
                options.setdefault(
                    option.name,
                    Option(option.name, option.value, option.holder, option.element, False),
                )
        methods = [
            inner
            for inner in scope.inner
            if isinstance(inner.node, FunctionNode) and not _is_static(inner.node)
        ]
        runs = [method for method in methods if _name_of(method) == "run"]
        abstract = options.get("abstract")
        is_abstract = (
            abstract is not None and abstract.is_own and self.value(abstract.value) is True
        )
        return Task(
            module=self,
            name=node.name,
            node=node,
            function=runs[0] if runs else None,
            methods=methods,
            decorator=None,
            known_by="celery",
            options=options,
            options_complete=True,
            bound=True,
            is_base=(not runs or is_abstract) and node not in registered,
            has_base_elsewhere=any(self.is_elsewhere(base) for base in (node, *bases)),
            bases=[self._task_of_node[base] for base in bases if base in self._task_of_node],
        )

    # -- retry calls ---------------------------------------------------------------------------

    def _enclosing_task(self, scope: Scope) -> tuple[Task, Scope] | None:
        """The task around a scope, and the scope of the task's own body."""
        around: Scope | None = scope
        while around is not None:
            if around in self._task_of_scope:
                return self._task_of_scope[around], around
            around = around.parent
        return None

    def _sort_retry_call(self, call: ast.Call) -> None:
        function = call.func
        if isinstance(function, ast.Attribute) and function.attr == "retry":
            receiver = self.read(function.value)
            if self._is_global_instance(function.value):
                receiver = function.value
            if not isinstance(receiver, ast.Name):
                return
        elif isinstance(function, ast.Name) and function.id == "retry" and self.is_free(function):
            receiver = None
        else:
            return
        scope = self.scope_of(call)
        enclosing = self._enclosing_task(scope)
        if enclosing is not None:
            self._sort_call_in_task(call, receiver, *enclosing)
        elif self._is_stray(scope, receiver):
            self.stray_retry_calls.append(RetryCall(self, call, None, is_own=False))
        elif receiver is not None:
            self._sort_call_in_helper(call, receiver)

    def _is_global_instance(self, expression: ast.expr) -> bool:
        """Whether a name is the module's own for an instance of one of its classes."""
        if not isinstance(expression, ast.Name) or self.instance_of(expression) is None:
            return False
        found = self.lookup(expression.id, self.scope_of(expression))
        return found is not None and found[0] is self.root

    def _sort_call_in_task(
        self, call: ast.Call, receiver: ast.Name | None, task: Task, home: Scope
    ) -> None:
        if task.is_class and _name_of(home) == "retry":
            return
        called_at = self._called_at(self.scope_of(call), home)
        is_own = self.scope_of(call) is home or called_at is not None
        retry_call = RetryCall(self, call, task, is_own, called_at)
        if receiver is None:
            if task.bound is False:
                task.unbound_retry_calls.append(retry_call)
            return
        parameter = self.parameter(receiver)
        if parameter is not None and parameter not in home.parameters:
            self._sort_call_in_helper(call, receiver)
        elif parameter is not None:
            self._sort_call_on_parameter(retry_call, parameter, home)
        elif receiver.id == "self" and self.is_free(receiver):
            if task.bound is True and not task.is_class:
                self._add(retry_call)
            elif task.bound is False:
                task.unbound_retry_calls.append(retry_call)
        else:
            other = self.task_named(receiver)
            if other is None or (other.is_class and not self._is_global_instance(receiver)):
                return
            if other is task:
                self._add(retry_call)
            else:
                task.calls_on_other_tasks.append(retry_call)

    def _sort_call_on_parameter(self, call: RetryCall, parameter: ast.arg, home: Scope) -> None:
        task = call.task
        assert task is not None
        is_first = parameter is home.parameters[0]
        if task.bound is False:
            if parameter.arg == "self":
                task.unbound_retry_calls.append(call)
        elif is_first or (task.bound is True and parameter.arg == "self"):
            self._add(call)

    def _add(self, call: RetryCall) -> None:
        assert call.task is not None
        call.task.retry_calls.append(call)
        self.retry_calls.append(call)

    def _called_at(self, scope: Scope, home: Scope) -> ast.Call | None:
        """Where a task's own body calls the function nested in it."""
        if scope.parent is not home or not scope.is_function:
            return None
        for call in home.walk(ast.Call):
            if scope.node in (self.read(call.func), self.definition(call.func)):
                return call
        return None

    def _sort_call_in_helper(self, call: ast.Call, receiver: ast.Name) -> None:
        parameter = self.parameter(receiver)
        if parameter is not None and self.is_passed_task(parameter):
            self.retry_calls.append(RetryCall(self, call, None, is_own=False, parameter=parameter))

    def _is_stray(self, scope: Scope, receiver: ast.Name | None) -> bool:
        node = scope.node
        if not isinstance(node, FunctionNode) or scope.parent is not self.root:
            return False
        if node.decorator_list or not (self.makes_app or self.tasks):
            return False
        if receiver is not None:
            parameter = self.parameter(receiver)
            if parameter is None:
                if receiver.id != "self" or not self.is_free(receiver):
                    return False
            elif not self._is_used_for_retry_only(parameter, scope):
                return False
        return not self.is_named_again(node)

    def _is_used_for_retry_only(self, parameter: ast.arg, scope: Scope) -> bool:
        is_first = scope.parameters[:1] == [parameter]
        if not is_first or parameter.arg != "self" or parameter.annotation is not None:
            return False
        uses = [self.parent(name) for name in self.reads_of(parameter)]
        return all(isinstance(use, ast.Attribute) and use.attr == "retry" for use in uses)

    def is_passed_task(self, parameter: ast.arg) -> bool:
        """Whether a parameter of an undecorated function (a task helper) holds a task."""
        if not (self.imports_celery or self.tasks):
            return False
        arguments = self.parent(parameter)
        node = self.parent(arguments)
        if not isinstance(node, FunctionNode) or node.decorator_list:
            return False
        scope = self.scope_made_by(node)
        assert scope.parent is not None
        if isinstance(scope.parent.node, ast.ClassDef) and scope.parameters[:1] == [parameter]:
            return False
        if scope.parent is self.root and parameter.arg == "self":
            return True
        return (
            self.is_task_type(parameter.annotation)
            or self._is_used_as_task(parameter, scope)
            or self._is_given_a_task(parameter, scope)
        )

    def _is_used_as_task(self, parameter: ast.arg, scope: Scope) -> bool:
        return any(
            attribute.attr in {"request", "max_retries", "MaxRetriesExceededError"}
            and self.parameter(attribute.value) is parameter
            for attribute in scope.walk(ast.Attribute)
        )

    def _is_given_a_task(self, parameter: ast.arg, scope: Scope) -> bool:
        assert isinstance(scope.node, FunctionNode)
        position = scope.parameters.index(parameter) if parameter in scope.parameters else None
        for task in self.tasks:
            for body in task.scopes:
                for call in body.walk(ast.Call):
                    if self.definition(call.func) is not scope.node:
                        continue
                    given = [word.value for word in call.keywords if word.arg == parameter.arg]
                    if position is not None:
                        given += call.args[position : position + 1]
                    if any(self._is_self(task, argument) for argument in given):
                        return True
        return False

    def _is_self(self, task: Task, expression: ast.expr) -> bool:
        return isinstance(expression, ast.Name) and expression.id == task.self_name


def read_module(tree: ast.Module, settings: Settings) -> Module:
    """What Celery will see in a module."""
    return Module(tree, settings)


def _class_options(node: ast.ClassDef) -> Iterator[Option]:
    for statement in node.body:
        if isinstance(statement, ast.Assign):
            targets, value = statement.targets, statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets, value = [statement.target], statement.value
        else:
            continue
        for target in targets:
            if isinstance(target, ast.Name):
                yield Option(target.id, value, node, statement)


def _is_static(node: FunctionNode) -> bool:
    return any(
        isinstance(decorator, ast.Name) and decorator.id in {"staticmethod", "classmethod"}
        for decorator in node.decorator_list
    )


def _name_of(scope: Scope) -> str:
    return scope.node.name if isinstance(scope.node, FunctionNode) else ""
