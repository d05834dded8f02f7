"""Attempting: what calls a function again when it raises, and takes ``Retry`` for a failure.

Each attempt runs the retry call once more, which sends one more message.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TypeGuard

from ...facts.exceptions import swallows_retry
from ...facts.retrying import ATTEMPTS, CONDITIONS
from ...syntax import exits, flow
from ...syntax.scopes import FunctionNode
from ...syntax.tree import ALIASES, TRY
from ..module import Module
from ..remembering import remembered, remembered_for_node
from ..retries import RetryCall
from .swallowing import catcher_of_retry, lets_retry_pass, swallower_among
from .wrapping import calls_of_wrapped

#: Conditions of conditions of tenacity that are read; real code has one or two.
DEPTH = 4


@remembered
def attempts_around(call: RetryCall) -> ast.expr | None:
    """What makes the attempts that a retry call stands in, and takes its ``Retry`` for a failure of
    one: a decorator, or the iterator of attempts; ``None`` where something swallows it before."""
    if call.throws is not True:
        return None
    module = call.module
    for node, decorators in _ways_out(call):
        passed: list[flow.Frame] = []
        for frame in flow.frames(module.tree, node):
            attempts = _attempts_of_block(module, frame)
            if attempts is not None:
                return attempts if swallower_among(module, passed) is None else None
            passed.append(frame)
        if swallower_among(module, passed) is not None:
            return None
        for decorator in reversed(decorators):
            if _takes_retry(module, decorator):
                return decorator
    return None


def _ways_out(call: RetryCall) -> Iterator[tuple[ast.AST, list[ast.expr]]]:
    """What a ``Retry`` passes: the retry call with the decorators of its function, then where the
    task calls that function, with the task's own."""
    function = call.scope.node
    task = call.task
    if task is not None and call.scope is task.function and not task.is_class:
        yield call.node, task.decorators_below
        return
    yield call.node, function.decorator_list if isinstance(function, FunctionNode) else []
    if call.called_at is not None:
        assert task is not None
        yield call.called_at, task.decorators_below


def _attempts_of_block(module: Module, frame: flow.Frame) -> ast.expr | None:
    """The iterator of ``for attempt in Retrying(…): with attempt:``, where that is the ``with``."""
    if not isinstance(frame.node, (ast.With, ast.AsyncWith)):
        return None
    entered = {item.context_expr.id for item in frame.node.items if _is_name(item.context_expr)}
    for around in flow.frames(module.tree, frame.node):
        loop = around.node
        if not isinstance(loop, (ast.For, ast.AsyncFor)) or not _is_name(loop.target):
            continue
        if loop.target.id in entered and _takes_retry(module, loop.iter):
            return loop.iter
    return None


@remembered_for_node
def _takes_retry(module: Module, maker: ast.expr) -> bool:
    """Whether a decorator, or what makes attempts, is known to retry what ``Retry`` ends."""
    made = _made(module, maker)
    function = made.func if isinstance(made, ast.Call) else made
    attempts = ATTEMPTS.get(module.names.qualified(function) or "")
    if attempts is None:
        return _tries_again_itself(module, maker)
    if not isinstance(made, ast.Call):
        return True
    keywords = module.values.keywords(made)
    given = {item.name: item.value for item in keywords.items}
    starred = any(isinstance(argument, ast.Starred) for argument in made.args)
    if starred or not keywords.complete or not attempts.hides.isdisjoint(given):
        return False
    position = attempts.position
    if attempts.classes and position is not None and position < len(made.args):
        given.setdefault(attempts.classes, made.args[position])
    if attempts.classes in given:
        return _classes_hold_retry(module, [given[attempts.classes]]) is True
    if attempts.predicate in given:
        return _condition_takes_retry(module, given[attempts.predicate]) is True
    return True


def _made(module: Module, maker: ast.expr) -> ast.expr:
    for _ in range(ALIASES):
        value = module.names.assigned(maker) if isinstance(maker, ast.Name) else None
        if not isinstance(value, (ast.Call, ast.Name)):
            break
        maker = value
    return maker


def _classes_hold_retry(module: Module, listed: Iterable[ast.expr]) -> bool | None:
    """Whether ``Retry`` is one of these classes (displays of classes too), or derived from one;
    ``None`` where that can't be told."""
    verdicts: list[bool | None] = []
    for expression in listed:
        for class_ in module.values.elements(expression) or [expression]:
            if swallows_retry(module.values.exception(class_)):
                verdicts.append(True)
            else:
                verdicts.append(False if module.kinds.is_single_class(class_) else None)
    return True if True in verdicts else None if None in verdicts else False


def _condition_takes_retry(module: Module, condition: ast.expr, depth: int = DEPTH) -> bool | None:
    """Whether a condition of tenacity says to retry a ``Retry``; ``None`` where it can't be told,
    or lies deeper than anybody writes."""
    condition = module.values.read(condition)
    if depth == 0:
        return None
    if isinstance(condition, ast.BinOp):
        is_any, parts = isinstance(condition.op, ast.BitOr), [condition.left, condition.right]
        return _combined(module, is_any, parts, depth)
    called = condition.func if isinstance(condition, ast.Call) else condition
    kind = CONDITIONS.get(module.names.qualified(called) or "")
    if kind in {"never", "always"}:
        return kind == "always"
    if kind is None or not isinstance(condition, ast.Call):
        return None
    if kind in {"any", "all"}:
        return _combined(module, kind == "any", condition.args, depth)
    listed = [*condition.args, *(word.value for word in condition.keywords)]
    holds = _classes_hold_retry(module, listed) if listed else True
    return holds if kind == "classes" or holds is None else not holds


def _combined(module: Module, is_any: bool, parts: list[ast.expr], depth: int) -> bool | None:
    """What a condition says when any, or all, of its parts have to."""
    verdicts = [_condition_takes_retry(module, part, depth - 1) for part in parts]
    if is_any in verdicts:
        return is_any
    return None if None in verdicts else not is_any


# -- decorators of the module --------------------------------------------------------------------


def _tries_again_itself(module: Module, decorator: ast.expr) -> bool:
    """Whether a decorator of the module catches ``Retry`` and then calls the function again, or
    retries: in the clause, or by going round a loop."""
    calls = set(calls_of_wrapped(module, decorator))
    for call in calls:
        frames = list(flow.frames(module.tree, call))
        if any(_attempts_of_block(module, frame) is not None for frame in frames):
            return True
        for depth, frame in enumerate(frames):
            if frame.kind != "try":
                continue
            assert isinstance(frame.node, TRY)
            handler = catcher_of_retry(module, frame.node)
            if handler is None:
                continue
            if not lets_retry_pass(handler):
                inner = module.tree.within(handler.node.body, ast.Call)
                if any(again in calls or _is_retry(again) for again in inner):
                    return True
                in_loop = any(around.kind == "loop" for around in frames[depth:])
                return in_loop and _goes_round(module, handler.node)
    return False


def _is_retry(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "retry"


def _goes_round(module: Module, clause: ast.ExceptHandler) -> bool:
    """Whether a clause in a loop may go on to the next turn."""
    if not exits.leaves(module.tree, clause.body):
        return True
    return any(True for _ in module.tree.within(clause.body, ast.Continue))


def _is_name(expression: ast.expr) -> TypeGuard[ast.Name]:
    return isinstance(expression, ast.Name)
