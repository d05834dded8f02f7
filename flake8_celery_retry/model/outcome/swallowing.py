"""Swallowing: what a retry call raises, and what keeps it from leaving the task.

``Task.retry`` publishes the next run and then raises ``Retry`` (``celery/app/task.py``); the worker
knows by that exception that the run is not the last word (``celery/app/trace.py``).
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Literal

from ...facts.exceptions import is_celery_exception, swallows_retry
from ...syntax import flow
from ...syntax.tree import TRY
from ..handlers import Handler
from ..module import Module
from ..retries import RetryCall

#: Functions that only look at what they are given.
HARMLESS_FUNCTIONS = frozenset({"bool", "dict", "isinstance", "len", "repr", "str", "type"})


@dataclass(frozen=True)
class Swallower:
    """What ends the way of a ``Retry``: an ``except`` clause (``handler``), a ``with
    suppress(...)``, or the ``finally`` of a ``try``; ``line`` is where it begins, from 1."""

    kind: Literal["except", "suppress", "finally"]
    line: int
    handler: Handler | None = None


def swallower_of(call: RetryCall) -> Swallower | None:
    """The first thing around a retry call that swallows what it raises, if anything does."""
    for frame in call.frames:
        around = call.module.tree.parent(frame.node) if frame.kind == "handler" else frame.node
        if isinstance(around, (ast.With, ast.AsyncWith)):
            if _suppresses(call.module, around):
                return Swallower("suppress", around.lineno)
            continue
        if not isinstance(around, TRY) or frame.kind == "finally":
            continue
        handler = _first_to_catch(call, around) if frame.kind == "try" else None
        if handler is not None and not lets_retry_pass(handler):
            return Swallower("except", handler.node.lineno, handler)
        leaving = _leaving_of_finally(call.module, around)
        if leaving is not None:
            return Swallower("finally", leaving.lineno)
    return None


def retries(handler: Handler) -> bool:
    """Whether a clause holds a retry call of its own."""
    return any(
        handler.module.is_retry(call)
        for call in handler.module.tree.within(handler.node.body, ast.Call)
    )


def only_tells(handler: Handler) -> bool:
    """Whether a clause does nothing but log, pass or return, under conditions or not."""
    return all(_only_tells(handler.module, statement) for statement in handler.node.body)


def _only_tells(module: Module, statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass):
        return True
    if isinstance(statement, ast.If):
        block = [*statement.body, *statement.orelse]
        return not _calls(module, statement.test) and all(
            _only_tells(module, inner) for inner in block
        )
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return module.is_log_call(statement.value)
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Return) and not (
        statement.value is not None and _calls(module, statement.value)
    )


def _calls(module: Module, expression: ast.expr) -> bool:
    """Whether an expression calls anything that may do more than look."""
    return any(
        module.names.qualified(call.func) not in HARMLESS_FUNCTIONS
        for call in module.tree.within(expression, ast.Call)
    )


def lets_retry_pass(handler: Handler) -> bool:
    """Whether a clause that catches ``Retry`` raises it again: in the end, or first of all, where
    a test finds that it is one (``if isinstance(exc, Retry): raise``)."""
    return _passes(handler, handler.node.body)


def _first_to_catch(call: RetryCall, statement: ast.Try) -> Handler | None:
    for handler in call.handlers_of(statement):
        if any(map(swallows_retry, handler.caught)):
            return handler
    return None


def _suppresses(module: Module, with_: ast.With | ast.AsyncWith) -> bool:
    for item in with_.items:
        manager = module.values.read(item.context_expr)
        if not isinstance(manager, ast.Call):
            continue
        if module.names.qualified(manager.func) != "contextlib.suppress":
            continue
        for argument in manager.args:
            listed = argument.value if isinstance(argument, ast.Starred) else argument
            if any(map(swallows_retry, module.values.exceptions(listed))):
                return True
    return False


def _leaving_of_finally(module: Module, statement: ast.Try) -> ast.stmt | None:
    """The ``return``, ``break`` or ``continue`` by which a ``finally`` may leave: it drops any
    exception on its way."""
    for leaving in module.tree.within(statement.finalbody, flow.EXITS):
        if isinstance(leaving, ast.Return):
            return leaving
        loops = (frame.node for frame in flow.frames(module.tree, leaving) if frame.kind == "loop")
        if isinstance(leaving, (ast.Break, ast.Continue)) and not any(
            module.tree.is_inside(loop, statement) for loop in loops
        ):
            return leaving
    return None


# -- how a clause ends for a Retry ---------------------------------------------------------


def _passes(handler: Handler, block: list[ast.stmt]) -> bool:
    """Whether a ``Retry`` that goes through a block of the clause is raised again."""
    for position, statement in enumerate(block):
        branch = _branch_for_retry(handler, statement)
        if branch is None:
            continue
        if branch and flow.leaves(handler.module.tree, branch):
            return _passes(handler, branch)
        return _passes(handler, [*branch, *block[position + 1 :]])
    if not block:
        return False
    last = block[-1]
    if isinstance(last, ast.Raise):
        return _raises_again(handler, last)
    if isinstance(last, ast.If):
        return _passes(handler, last.body) and _passes(handler, last.orelse)
    if isinstance(last, ast.Match):
        return all(_passes(handler, case.body) for case in last.cases)
    if isinstance(last, (ast.With, ast.AsyncWith)):
        return _passes(handler, last.body)
    if isinstance(last, TRY):
        return _passes(handler, last.finalbody) or _passes(handler, [*last.body, *last.orelse])
    return False


def _raises_again(handler: Handler, statement: ast.Raise) -> bool:
    """``raise``, ``raise exc``, ``raise exc.with_traceback(...)``."""
    raised = statement.exc
    if isinstance(raised, ast.Call) and isinstance(raised.func, ast.Attribute):
        raised = raised.func.value if raised.func.attr == "with_traceback" else raised
    return raised is None or _is_caught(handler, raised)


def _is_caught(handler: Handler, expression: ast.expr) -> bool:
    return isinstance(expression, ast.Name) and expression.id == handler.name


def _branch_for_retry(handler: Handler, statement: ast.stmt) -> list[ast.stmt] | None:
    """The branch of an ``if`` or ``match`` that a ``Retry`` takes; ``None`` where its test does not
    tell."""
    if isinstance(statement, ast.If):
        verdict = _is_true_for_retry(handler, statement.test)
        if verdict is None:
            return None
        return statement.body if verdict else statement.orelse
    if isinstance(statement, ast.Match) and _is_caught(handler, statement.subject):
        for case in statement.cases:
            verdict = _matches_retry(handler, case.pattern)
            if verdict and case.guard is None:
                return case.body
            if verdict is not False:
                return None
        return []
    return None


def _is_true_for_retry(handler: Handler, test: ast.expr) -> bool | None:
    """What a test comes to when the exception is a ``Retry``; ``None`` where that can't be told."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        verdict = _is_true_for_retry(handler, test.operand)
        return None if verdict is None else not verdict
    if isinstance(test, ast.BoolOp):
        verdicts = [_is_true_for_retry(handler, value) for value in test.values]
        decisive = isinstance(test.op, ast.Or)
        if decisive in verdicts:
            return decisive
        return None if None in verdicts else not decisive
    if isinstance(test, ast.Call) and handler.module.names.qualified(test.func) == "isinstance":
        return _is_instance(handler, *test.args) if len(test.args) == 2 else None
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _is_of_type(handler, test.left, test.ops[0], test.comparators[0])
    return None


def _is_instance(handler: Handler, tested: ast.expr, classes: ast.expr) -> bool | None:
    if not _is_caught(handler, tested):
        return None
    names = handler.module.values.exceptions(classes)
    if any(map(swallows_retry, names)):
        return True
    return None if None in names else False


def _is_of_type(
    handler: Handler, tested: ast.expr, operator: ast.cmpop, classes: ast.expr
) -> bool | None:
    """``type(exc) is Retry``, ``exc.__class__ in (Retry, Ignore)`` and the like."""
    if isinstance(tested, ast.Call) and handler.module.names.qualified(tested.func) == "type":
        instance = tested.args[0] if tested.args else None
    elif isinstance(tested, ast.Attribute) and tested.attr == "__class__":
        instance = tested.value
    else:
        return None
    if instance is None or not _is_caught(handler, instance):
        return None
    names = handler.module.values.exceptions(classes)
    if None in names:
        return None
    is_retry = any(is_celery_exception(name, "Retry") for name in names)
    return is_retry if isinstance(operator, (ast.Is, ast.Eq, ast.In)) else not is_retry


def _matches_retry(handler: Handler, pattern: ast.pattern) -> bool | None:
    if isinstance(pattern, ast.MatchOr):
        verdicts = [_matches_retry(handler, part) for part in pattern.patterns]
        return True if True in verdicts else None if None in verdicts else False
    if isinstance(pattern, ast.MatchAs):
        return True if pattern.pattern is None else _matches_retry(handler, pattern.pattern)
    if isinstance(pattern, ast.MatchClass):
        name = handler.module.values.exception(pattern.cls)
        if swallows_retry(name):
            return None if pattern.patterns or pattern.kwd_patterns else True
        return None if name is None else False
    return None
