"""Uses: what a task does with itself besides retrying: reads an option, hands itself on."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...syntax.scopes import FunctionNode, Scope
from ...syntax.values import UNKNOWN
from ..module import Module
from ..tasks import Task

#: Where decorators come from that do not retry.
COMMON_DECORATORS = frozenset({"asgiref", "contextlib", "django", "functools", "staticmethod"})


def references(task: Task) -> Iterator[ast.Name]:
    """The names in a task's body that hold the task: its ``self``, or its own global name; in
    functions nested there, and in the methods of its base classes in the module, too."""
    owned = [(task, task.scopes), *((base, task.scopes_of_base(base)) for base in task.bases)]
    for owner, bodies in owned:
        for body in bodies:
            for scope in task.module.tree.scopes_in(body):
                for name in scope.walk(ast.Name):
                    if isinstance(name.ctx, ast.Load) and owner.is_reference(name):
                        yield name


def reads_option(task: Task, name: str) -> bool:
    """Whether a task's body, or a function of the module that it hands itself to, reads an
    option back (``self.retry_backoff``)."""
    return any(_reads(task.module, reference, name, set()) for reference in references(task))


def hands_itself_out(task: Task) -> bool:
    """Whether a task hands itself to a function that the module does not show, or keeps itself
    under another name: what is done with it there can't be seen."""
    return any(_goes_out(task.module, reference, set()) for reference in references(task))


def hands_itself_to_retry(task: Task) -> bool:
    """Whether a task hands itself to a function of the module that retries it."""
    helpers = [call.parameter for call in task.module.retry_calls]
    given = [_given_to(task.module, reference) for reference in references(task)]
    return any(parameter is not None and parameter in helpers for parameter in given)


def may_be_retried(task: Task) -> bool:
    """Whether a task's body may retry in a way that is no retry call of the model: it hands the
    task on or keeps it under another name, a decorator of the project's own stands in between, or
    it speaks of somebody's ``.retry`` (``current_task``, ``super()``)."""
    if any(not _is_common(task.module, decorator) for decorator in task.decorators_below):
        return True
    if any(
        not isinstance(task.module.tree.parent(name), ast.Attribute) for name in references(task)
    ):
        return True
    return any(
        _speaks_of_retry(scope) or any(_calls_such(task.module, scope))
        for body in [*task.scopes, *task.inherited_scopes]
        for scope in task.module.tree.scopes_in(body)
    )


def _speaks_of_retry(scope: Scope) -> bool:
    return any(attribute.attr == "retry" for attribute in scope.walk(ast.Attribute))


def _calls_such(module: Module, scope: Scope) -> Iterator[bool]:
    """Whether the functions of the module that are called here speak of a retry: they may retry
    ``current_task``."""
    for call in scope.walk(ast.Call):
        function = module.names.definition(call.func)
        if isinstance(function, FunctionNode) and module.task_named(call.func) is None:
            yield _speaks_of_retry(module.tree.scope_made_by(function))


def _is_common(module: Module, decorator: ast.expr) -> bool:
    """Whether a decorator comes from a library that does not retry tasks."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return (module.names.qualified(called) or "").partition(".")[0] in COMMON_DECORATORS


def _given_to(module: Module, name: ast.Name) -> ast.arg | None:
    """The parameter of a function of the module that a name is given to in a call."""
    parent = module.tree.parent(name)
    keyword = parent if isinstance(parent, ast.keyword) else None
    call = module.tree.parent(parent) if keyword else parent
    if not isinstance(call, ast.Call) or call.func is name:
        return None
    function = module.names.definition(call.func)
    if not isinstance(function, FunctionNode):
        return None
    parameters = module.tree.scope_made_by(function).parameters
    if keyword is not None:
        return next((known for known in parameters if known.arg == keyword.arg), None)
    before = call.args[: call.args.index(name)]
    if any(isinstance(argument, ast.Starred) for argument in before):
        return None
    return parameters[len(before)] if len(before) < len(parameters) else None


def _reads(module: Module, name: ast.Name, option: str, followed: set[ast.arg]) -> bool:
    parent = module.tree.parent(name)
    if isinstance(parent, ast.Attribute):
        return parent.attr == option
    if isinstance(parent, ast.Call) and module.names.qualified(parent.func) == "getattr":
        return any(module.values.value(name) in {option, UNKNOWN} for name in parent.args[1:2])
    parameter = _given_to(module, name)
    if parameter is None or parameter in followed:
        return False
    followed.add(parameter)
    inner = module.names.reads_of(parameter)
    return any(_reads(module, further, option, followed) for further in inner)


def _goes_out(module: Module, name: ast.Name, followed: set[ast.arg]) -> bool:
    parent = module.tree.parent(name)
    if isinstance(parent, ast.Attribute):
        return False
    if isinstance(parent, ast.Call) and module.names.qualified(parent.func) in {"getattr", "super"}:
        return False
    parameter = _given_to(module, name)
    if parameter is None:
        return True
    if parameter in followed:
        return False
    followed.add(parameter)
    inner = module.names.reads_of(parameter)
    return any(_goes_out(module, further, followed) for further in inner)
