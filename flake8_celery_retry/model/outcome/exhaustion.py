"""Exhaustion: what a retry call raises when the retries are used up, and who waits for it.

``Task.retry`` raises the exception it was given as ``exc``; only without one does it raise
``MaxRetriesExceededError`` (``celery/app/task.py``).
"""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from collections.abc import Iterator
from typing import Literal, NamedTuple

from ...facts.exceptions import is_celery_exception
from ...facts.python_exceptions import BROAD
from ...syntax.scopes import FunctionNode, Scope
from ..handlers import Handler
from ..module import Module
from ..retries import RetryCall
from ..tasks import Task

EXHAUSTED = "MaxRetriesExceededError"


#: What Celery calls when a task has failed for good, or retries, with the exception.
HOOKS = ("on_failure", "on_retry")
#: Methods that run another task or wait for its result, and raise what it has raised.
WAITING_METHODS = frozenset({"apply", "get", "join", "join_native"})
#: Methods of a task that run it on the spot, and raise what it raises.
RUNNING_METHODS = frozenset({"run", "__call__"})


class DeadEnd(NamedTuple):
    """A place that waits for ``MaxRetriesExceededError`` and never gets it.

    ``node`` is the clause, or the ``isinstance`` in a hook of the task; ``name`` that of the task
    or helper. ``calls`` are the retry calls in the body of the clause's ``try``, where it has some:
    they raise what they are given as ``exc``. Else the retries are made ``elsewhere``: in a clause
    ``"beside"``, by ``"autoretry"``, or before the ``"hook"`` is called.
    """

    node: ast.ExceptHandler | ast.Call
    name: str
    calls: tuple[RetryCall, ...] = ()
    elsewhere: Literal["beside", "autoretry", "hook"] | None = None


def dead_ends(module: Module) -> Iterator[DeadEnd]:
    """The places in a module that wait for the end of retries in vain."""
    in_bodies: dict[ast.Try, list[RetryCall]] = defaultdict(list)
    in_clauses: dict[ast.Try, RetryCall] = {}
    for call in module.retry_calls:
        for statement in call.tries:
            in_bodies[statement].append(call)
        for handler in call.handlers:
            in_clauses.setdefault(handler.statement, call)
    for handler in _waiting_clauses(module):
        statement = handler.statement
        if _may_raise_it(module, statement.body):
            continue
        calls = in_bodies.get(statement)
        task = module.task_running(statement)
        if calls is not None:
            if all(_raises_something_else(call, handler) for call in calls):
                yield DeadEnd(handler.node, calls[0].task_name, tuple(calls))
        elif not handler.catches_only(EXHAUSTED):
            continue
        elif statement in in_clauses:
            yield DeadEnd(handler.node, in_clauses[statement].task_name, elsewhere="beside")
        elif task is not None and task.retries_automatically:
            yield DeadEnd(handler.node, task.name, elsewhere="autoretry")
    yield from _dead_ends_in_hooks(module)


def _waiting_clauses(module: Module) -> Iterator[Handler]:
    for scope in module.tree.scopes:
        for clause in scope.walk(ast.ExceptHandler):
            handler = module.handler(clause)
            if handler.catches(EXHAUSTED):
                yield handler


def _may_raise_it(module: Module, block: list[ast.stmt]) -> bool:
    """Whether a block may raise ``MaxRetriesExceededError`` otherwise than by a retry call of its
    own: by hand, or by what it calls (something that is given the task, a method of it, another
    task), or waits for."""
    for node in module.tree.within(block, (ast.Call, ast.Raise)):
        if isinstance(node, ast.Raise):
            if node.exc is not None and _may_be_exhaustion(module, node.exc):
                return True
        elif not _is_own_retry(module, node) and _call_may_raise_it(module, node):
            return True
    return False


def _may_be_exhaustion(module: Module, raised: ast.expr) -> bool:
    if _is_own_retry(module, module.values.read(raised)):
        return False
    named = raised.func if isinstance(raised, ast.Call) else raised
    if module.recognition.class_named(named) is not None:
        return False
    kinds = _kinds_of(module, raised)
    return None in kinds or any(is_celery_exception(kind, EXHAUSTED) for kind in kinds)


def _is_own_retry(module: Module, node: ast.AST) -> bool:
    """Whether a node is a retry call, or a call of a nested function that holds one."""
    return module.is_retry(node) and not module.is_call_of_helper(node)


def _call_may_raise_it(module: Module, call: ast.Call) -> bool:
    task = module.task_of(call)
    if module.task_named(call.func) is not None or module.names.qualified(call.func) == "super":
        return True
    if isinstance(call.func, ast.Attribute):
        receiver = call.func.value
        if call.func.attr in WAITING_METHODS:
            return True
        if module.task_named(receiver) is not None and call.func.attr in RUNNING_METHODS:
            return True
        if task is not None and task.is_reference(receiver):
            return True
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return task is not None and any(map(task.is_reference, given))


def _dead_ends_in_hooks(module: Module) -> Iterator[DeadEnd]:
    users: dict[Task, list[Task]] = defaultdict(list)
    for user in module.tasks:
        for task in (user, *user.bases):
            users[task].append(user)
    for task in module.tasks:
        tests = [test for hook in task.methods for test in _tests_in_hook(module, hook)]
        if task.is_class and tests and _always_know_the_error(module, users[task]):
            for test in tests:
                yield DeadEnd(test, task.name, elsewhere="hook")


def _tests_in_hook(module: Module, hook: Scope) -> Iterator[ast.Call]:
    """The calls of ``isinstance`` by which ``on_failure`` or ``on_retry`` asks whether its
    exception is ``MaxRetriesExceededError``."""
    assert isinstance(hook.node, FunctionNode)
    if hook.node.name not in HOOKS:
        return
    for call in hook.walk(ast.Call):
        if len(call.args) == 2 and module.names.qualified(call.func) == "isinstance":
            given = module.names.parameter(call.args[0])
            classes = module.values.exceptions(call.args[1])
            if given in hook.parameters[1:2] and any(
                is_celery_exception(name, EXHAUSTED) for name in classes
            ):
                yield call


def _always_know_the_error(module: Module, tasks: list[Task]) -> bool:
    """Whether some of these tasks retry, and every retry there is raises the error itself when it
    is the last one: it is an automatic one, or is given ``exc``."""
    calls = [call for task in tasks for call in task.retry_calls]
    return (
        (bool(calls) or any(task.retries_automatically for task in tasks))
        and all(_raises_something_else(call) for call in calls)
        and not any(
            _may_raise_it(module, scope.node.body)
            for task in tasks
            for scope in task.scopes
            if isinstance(scope.node, FunctionNode) and scope.node.name not in HOOKS
        )
    )


def _raises_something_else(call: RetryCall, handler: Handler | None = None) -> bool:
    """Whether an exhausted retry call raises an exception that isn't ``MaxRetriesExceededError``,
    and that a clause does not catch."""
    exc = call.argument("exc")
    if exc is None:
        return False
    return all(
        not _may_be_none(call.module, arm) and not _may_be_caught(call.module, arm, handler)
        for arm in call.module.values.arms(exc)
    )


def _may_be_none(module: Module, exc: ast.expr) -> bool:
    """Whether an expression may come to ``None``: a parameter that says so, a name that is given
    ``None`` somewhere, ``error or None``."""
    if isinstance(exc, ast.BoolOp):
        return any(_may_be_none(module, value) for value in exc.values)
    if module.values.value(exc) is None:
        return True
    if not isinstance(exc, ast.Name):
        return False
    parameter = module.names.parameter(exc)
    if parameter is not None and _is_optional(module, parameter):
        return True
    found = module.names.lookup(exc.id, module.tree.scope_of(exc))
    values = [binding.value for binding in found[1]] if found is not None else []
    return any(module.values.value(value) is None for value in values)


def _is_optional(module: Module, parameter: ast.arg) -> bool:
    arguments = module.tree.parent(parameter)
    assert isinstance(arguments, ast.arguments)
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: dict[ast.arg, ast.expr | None] = dict(
        zip(reversed(positional), reversed(arguments.defaults), strict=False)
    )
    defaults.update(zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True))
    if module.values.value(defaults.get(parameter)) is None:
        return True
    annotation = ast.unparse(parameter.annotation) if parameter.annotation else ""
    return "None" in annotation or "Optional" in annotation


def _may_be_caught(module: Module, exc: ast.expr, handler: Handler | None) -> bool:
    """Whether the exception of a retry call may be ``MaxRetriesExceededError`` itself, or one that
    a clause for that catches as well, as far as their classes can be told."""
    kinds = _kinds_of(module, exc)
    if any(is_celery_exception(kind, EXHAUSTED) for kind in kinds):
        return True
    if handler is None:
        return False
    others = [name for name in handler.caught if not is_celery_exception(name, EXHAUSTED)]
    return any(_may_be_related(kind, other) for kind in kinds for other in others)


def _kinds_of(module: Module, exc: ast.expr) -> list[str | None]:
    """The classes that an exception may be of; ``None`` for each that can't be told."""
    if isinstance(exc, ast.Call):
        return [module.values.exception(exc.func)]
    if isinstance(exc, ast.Name):
        for around, _ in module.tree.ancestors(exc):
            if isinstance(around, ast.ExceptHandler) and around.name == exc.id:
                return module.values.exceptions(around.type)
    return [module.values.exception(exc)]


def _may_be_related(kind: str | None, other: str | None) -> bool:
    """Whether an exception of one class may also be one of another."""
    if kind is None or other is None:
        return True
    if other.startswith("celery."):
        return kind in BROAD or kind.startswith("celery.")
    known, known_other = getattr(builtins, kind, None), getattr(builtins, other, None)
    if isinstance(known, type) and isinstance(known_other, type):
        return issubclass(known, known_other) or issubclass(known_other, known)
    return True
