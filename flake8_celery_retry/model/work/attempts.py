"""Attempts: how a function does its work again without a retry: by calling or sending itself."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import NamedTuple

from ...facts.decorators import SENDING_METHODS, SIGNATURE_METHODS, is_foreign
from ...syntax import flow
from ...syntax.scopes import FunctionNode, Scope
from ..handlers import Handler
from ..module import Module
from ..tasks import Task
from .arguments import Repeat, changes_nothing_but_the_wait
from .sleeps import Way, handler_around, rest_after_exit, sleeps_before

#: Methods that run a task where it stands, with its arguments as they are.
RUNNING_METHODS = frozenset({"run", "__call__"})
#: Signatures of Celery's own that take the arguments as a tuple and a dict.
PACKED_SIGNATURES = frozenset({"signature", "subtask"})


def can_be_a_task(module: Module) -> bool:
    """Whether a plain function of the module could be a task: in a program that uses Celery or
    Django, or one that shows nothing but the standard library."""
    roots = {name.partition(".")[0] for name in module.tree.imported}
    return (
        module.recognition.imports_celery
        or "django" in roots
        or sys.stdlib_module_names.issuperset(roots)
    )


# -- a function that calls itself ------------------------------------------------------------


class Attempt(NamedTuple):
    """A call by which a function tries again: in a handler, or in a branch that sleeps first.

    ``task`` is ``None`` for a plain function, ``way`` is the handler or branch, and ``sleeps`` are
    those on the way to the call in there.
    """

    repeat: Repeat
    task: Task | None
    way: Way
    sleeps: list[ast.Call]

    @property
    def name(self) -> str:
        """The task's or function's name."""
        node = self.repeat.scope.node
        assert isinstance(node, FunctionNode)
        return self.task.name if self.task is not None else node.name

    @property
    def handler(self) -> Handler | None:
        """The clause it is made from; ``None`` in a branch outside of any."""
        return handler_around(self.repeat.module, self.repeat.node)


def attempts_by_recursion(module: Module, scope: Scope) -> Iterator[Attempt]:
    """The calls by which a function tries again, one for each handler or branch: in a task, or in a
    plain function that sleeps, repeats the same work, and could be a task."""
    task = module.task_run_by(scope)
    if task is None and not _is_attempted_in_vain(module, scope):
        return
    repeats = calls_of_itself(module, scope)
    seen: set[Way] = set()
    for repeat in repeats:
        if task is None and not changes_nothing_but_the_wait(repeat, repeats):
            continue
        way = _way_of_attempt(module, repeat.node)
        if way is None or way in seen:
            continue
        seen.add(way)
        yield Attempt(repeat, task, way, sleeps_before(module, repeat.node, way))


def sleeps_in(module: Module, scope: Scope) -> bool:
    """Whether a function sleeps."""
    return scope in module.sleeping_scopes


def _is_attempted_in_vain(module: Module, scope: Scope) -> bool:
    """Whether a plain function sleeps, and could be a task instead."""
    assert isinstance(scope.node, FunctionNode)
    decorators = [
        node.func if isinstance(node, ast.Call) else node for node in scope.node.decorator_list
    ]
    return (
        sleeps_in(module, scope)
        and can_be_a_task(module)
        and not any(is_foreign(module.names.qualified(decorator)) for decorator in decorators)
    )


def _way_of_attempt(module: Module, call: ast.Call) -> Way | None:
    """The handler that a call stands in, or the innermost branch around it that sleeps first."""
    handler = handler_around(module, call)
    return Way(handler.node) if handler is not None else _way_with_sleeps(module, call)


def sleeps_on_the_way(module: Module, call: ast.Call) -> bool:
    """Whether the innermost branch that leads to a call, in no loop, sleeps first."""
    return _way_with_sleeps(module, call) is not None


def _way_with_sleeps(module: Module, call: ast.Call) -> Way | None:
    for frame in flow.frames(module.tree, call):
        if frame.kind == "loop":
            return None
        way = Way(frame.node, part=frame.field)
        if frame.kind in {"if", "match"} and sleeps_before(module, call, way):
            return way
    rest = rest_after_exit(module, call)
    return rest if rest is not None and sleeps_before(module, call, rest) else None


def calls_of_itself(module: Module, scope: Scope) -> list[Repeat]:
    """The calls by which a function runs itself, in source order."""
    task = module.task_run_by(scope)
    found = (_call_of_itself(module, scope, task, call) for call in scope.walk(ast.Call))
    return [repeat for repeat in found if repeat is not None]


def _call_of_itself(
    module: Module, scope: Scope, task: Task | None, call: ast.Call
) -> Repeat | None:
    assert isinstance(scope.node, FunctionNode)
    if task is not None:
        return _call_of_task(scope, task, call)
    if module.names.definition(call.func) is scope.node:
        return _given(Repeat(module, call, scope, scope.parameters))
    if isinstance(call.func, ast.Attribute) and call.func.attr == scope.node.name:
        return _call_of_method(module, scope, call, call.func.value)
    return None


def _call_of_task(scope: Scope, task: Task, call: ast.Call) -> Repeat | None:
    repeat = Repeat(task.module, call, scope, task.own_parameters)
    if task.is_reference(call.func):
        return _given(repeat, task)
    if not (isinstance(call.func, ast.Attribute) and task.is_reference(call.func.value)):
        return None
    if call.func.attr in RUNNING_METHODS:
        return _given(repeat, task)
    if call.func.attr == "apply":
        _give_packed(repeat, call, 0)
        return repeat
    return None


def _call_of_method(
    module: Module, scope: Scope, call: ast.Call, receiver: ast.expr
) -> Repeat | None:
    assert scope.parent is not None
    if not isinstance(scope.parent.node, ast.ClassDef):
        return None
    if scope.parameters and module.names.parameter(receiver) is scope.parameters[0]:
        return _given(Repeat(module, call, scope, scope.parameters[1:]))
    if module.names.definition(receiver) is scope.parent.node:
        return _given(Repeat(module, call, scope, scope.parameters))
    return None


def _given(repeat: Repeat, task: Task | None = None) -> Repeat:
    arguments = repeat.node.args
    if task is not None and arguments and task.is_reference(arguments[0]):
        arguments = arguments[1:]
    repeat.give(arguments, repeat.node.keywords)
    return repeat


def _give_packed(repeat: Repeat, call: ast.Call, position: int) -> None:
    """Take over the arguments of a call that has them as a tuple and a dict at this position, or
    by name, with the options beside them."""
    names = {keyword.arg: keyword.value for keyword in call.keywords}
    given = call.args[position:]
    args = given[0] if given else names.get("args")
    repeat.give_packed(args, given[1] if len(given) > 1 else names.get("kwargs"))
    repeat.options = [word for word in call.keywords if word.arg not in {"args", "kwargs"}]
    repeat.has_nameless_options = len(given) > 2


# -- a task that sends itself ----------------------------------------------------------------


def sends_of_itself(task: Task) -> Iterator[Repeat]:
    """The calls by which a task sends itself again, in source order."""
    for scope in task.scopes:
        for call in scope.walk(ast.Call):
            repeat = _send_of_itself(task, call)
            if repeat is not None:
                yield repeat


def _send_of_itself(task: Task, call: ast.Call) -> Repeat | None:
    if task.function is None or not isinstance(call.func, ast.Attribute):
        return None
    method, receiver = call.func.attr, call.func.value
    repeat = Repeat(task.module, call, task.function, task.own_parameters)
    if method == "send_task":
        if not (call.args and _is_name_of(task, call.args[0])):
            return None
        _give_packed(repeat, call, 1)
        return repeat
    if method == "replace":
        if not (task.is_reference(receiver) and call.args):
            return None
        return repeat if _sign(repeat, task, call.args[0]) else None
    if method not in SENDING_METHODS:
        return None
    if not task.is_reference(receiver):
        if not _sign(repeat, task, receiver):
            return None
        # What is given now goes with what the signature holds already.
        repeat.is_readable = repeat.is_readable and not call.args
        repeat.options = [*repeat.options, *call.keywords]
    elif method.startswith("delay"):
        repeat.give(call.args, call.keywords)
    else:
        _give_packed(repeat, call, 0)
    return repeat


def _sign(repeat: Repeat, task: Task, expression: ast.expr) -> bool:
    """Take over the arguments of a signature of the task (``self.s(…)``, ``task.si(…).set(…)``);
    false where the expression is none."""
    made = repeat.module.values.read(expression)
    repeat.is_made_elsewhere = repeat.is_made_elsewhere or made is not expression
    expression = made
    if not (isinstance(expression, ast.Call) and isinstance(expression.func, ast.Attribute)):
        return False
    method, receiver = expression.func.attr, expression.func.value
    if method == "set":
        signed = _sign(repeat, task, receiver)
        repeat.options = [*repeat.options, *expression.keywords]
        return signed
    if method not in SIGNATURE_METHODS or not task.is_reference(receiver):
        return False
    if method in PACKED_SIGNATURES:
        _give_packed(repeat, expression, 0)
    else:
        repeat.give(expression.args, expression.keywords)
    return True


def _is_name_of(task: Task, expression: ast.expr) -> bool:
    """Whether it is the name that Celery knows the task by: its ``name=``, or else its module's
    name with that of the function; ``self.name`` too."""
    if isinstance(expression, ast.Attribute) and expression.attr == "name":
        return task.is_reference(expression.value)
    name = task.module.values.value(expression)
    option = task.option("name")
    if option is not None:
        return name == task.module.values.value(option.value) and isinstance(name, str)
    return isinstance(name, str) and name.endswith(f".{task.name}")
