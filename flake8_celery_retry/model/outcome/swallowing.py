"""Swallowing: what a retry call raises, and what keeps it from leaving the task.

``Task.retry`` publishes the next run and then raises ``Retry`` (``celery/app/task.py``); the worker
knows by that exception that the run is not the last word (``celery/app/trace.py``).
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from ...facts.exceptions import is_celery_exception, swallows_retry
from ...syntax import exits, flow
from ...syntax.scopes import FunctionNode
from ...syntax.tree import TRY
from ..handlers import Handler
from ..module import Module
from ..policy.retry_count import is_request_retries
from ..retries import RetryCall
from .wrapping import calls_of_wrapped, yields_of_manager

#: What a comparison is with its sides swapped.
MIRRORED = {ast.Lt: ast.Gt(), ast.LtE: ast.GtE(), ast.Gt: ast.Lt(), ast.GtE: ast.LtE()}

#: Functions that only look at what they are given.
HARMLESS_FUNCTIONS = frozenset({"bool", "dict", "isinstance", "len", "repr", "str", "type"})


class Swallower(NamedTuple):
    """What ends the way of a ``Retry``: an ``except`` clause (``handler``), a ``with`` of what
    suppresses it, the ``finally`` of a ``try``, or a decorator of the module; ``line`` is where it
    begins, from 1, and ``name`` what stands there for it."""

    kind: Literal["except", "with", "finally", "decorator"]
    line: int
    handler: Handler | None = None
    name: ast.expr | None = None


def swallower_of(call: RetryCall) -> Swallower | None:
    """The first thing around a retry call that swallows what it raises, if anything does: in its
    function, and where a decorator of the module calls that."""
    found = swallower_among(call.module, call.frames)
    if found is not None or not (call.is_own or call.called_at):
        return found
    assert call.task is not None
    for decorator in reversed(call.task.decorators_below):
        for wrapped in calls_of_wrapped(call.module, decorator):
            if swallower_among(call.module, flow.frames(call.module.tree, wrapped)) is not None:
                return Swallower("decorator", decorator.lineno, name=decorator)
    return None


def lets_out(call: RetryCall) -> bool:
    """Whether what a retry call raises leaves the function that it stands in."""
    return call.throws is True and swallower_among(call.module, call.own_frames) is None


def swallower_among(module: Module, frames: Iterable[flow.Frame]) -> Swallower | None:
    """The first of some frames, from the inside out, that swallows a ``Retry`` from within."""
    for frame in frames:
        around = module.tree.parent(frame.node) if frame.kind == "handler" else frame.node
        if isinstance(around, (ast.With, ast.AsyncWith)):
            for item in around.items:
                if _suppresses(module, item.context_expr):
                    return Swallower("with", around.lineno, name=item.context_expr)
            continue
        if not isinstance(around, TRY) or frame.kind == "finally":
            continue
        handler = catcher_of_retry(module, around) if frame.kind == "try" else None
        if handler is not None and not lets_retry_pass(handler):
            return Swallower("except", handler.node.lineno, handler)
        leaving = _leaving_of_finally(module, around)
        if leaving is not None:
            return Swallower("finally", leaving.lineno)
    return None


def retries(handler: Handler) -> bool:
    """Whether a clause holds a retry call of its own."""
    return any(
        handler.module.is_retry(call)
        for call in handler.module.tree.within(handler.node.body, ast.Call)
    )


def raises_another(handler: Handler) -> bool:
    """Whether a clause ends in an exception that isn't the one it caught."""
    last = handler.node.body[-1]
    return isinstance(last, ast.Raise) and not raises_again(handler, last)


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
    """Whether a clause that catches ``Retry`` raises it again on every path, as far as a ``Retry``
    may take it (``if isinstance(exc, Retry): raise``)."""
    return _fates(handler, handler.node.body) == {"raised"}


def catcher_of_retry(module: Module, statement: ast.Try) -> Handler | None:
    for clause in statement.handlers:
        handler = module.handler(clause)
        if any(map(swallows_retry, handler.caught)):
            return handler
    return None


def _suppresses(module: Module, expression: ast.expr) -> bool:
    """Whether a context manager swallows a ``Retry``: ``suppress(Exception)``, one of the module
    whose ``yield`` stands in a ``try`` that does, one whose ``__exit__`` always returns true."""
    manager = module.values.read(expression)
    if not isinstance(manager, ast.Call):
        return False
    if module.names.qualified(manager.func) == "contextlib.suppress":
        listed = (each.value if isinstance(each, ast.Starred) else each for each in manager.args)
        return any(
            swallows_retry(name) for each in listed for name in module.values.exceptions(each)
        )
    definition = module.names.definition(manager.func)
    if isinstance(definition, ast.ClassDef):
        leaving = module.recognition.method(definition, "__exit__", "__aexit__")
        return leaving is not None and _returns_true(module, leaving)
    return isinstance(definition, FunctionNode) and any(
        _is_swallowed_around(module, node) for node in yields_of_manager(module, definition)
    )


def _is_swallowed_around(module: Module, node: ast.AST) -> bool:
    """Whether a ``try`` around a node swallows a ``Retry``; context managers there are not
    followed again."""
    frames = flow.frames(module.tree, node)
    return swallower_among(module, (frame for frame in frames if frame.kind != "with")) is not None


def _returns_true(module: Module, function: FunctionNode) -> bool:
    returns = list(module.tree.within(function.body, ast.Return))
    return exits.leaves(module.tree, function.body) and all(
        module.values.value(each.value) is True for each in returns
    )


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

#: What comes of a ``Retry`` in a block: it is raised again, it is gone (``return``, another
#: exception, another retry), or what follows the block decides.
Fate = Literal["raised", "gone", "through"]


def _fates(handler: Handler, block: list[ast.stmt]) -> set[Fate]:
    """What may come of a ``Retry`` that goes through a block of the clause."""
    found: set[Fate] = set()
    for statement in block:
        fates = _fates_in(handler, statement)
        found |= fates - {"through"}
        if "through" not in fates:
            return found
    return found | {"through"}


def _fates_in(handler: Handler, statement: ast.stmt) -> set[Fate]:
    tree = handler.module.tree
    if isinstance(statement, ast.If):
        return _fates_of_if(handler, statement)
    if isinstance(statement, ast.Match):
        return _fates_of_match(handler, statement)
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        return _fates(handler, statement.body)
    if isinstance(statement, TRY):
        # What its own clauses do is for the time when the clean-up fails, too.
        final = _fates(handler, statement.finalbody)
        if "through" not in final:
            return final
        return _fates(handler, [*statement.body, *statement.orelse])
    if isinstance(statement, (ast.For, ast.AsyncFor, ast.While)):
        return {*_fates(handler, statement.body), "through"}
    if isinstance(statement, (ast.Break, ast.Continue)):
        return {"through"} if _is_in_loop_of(handler, statement) else {"gone"}
    if isinstance(statement, ast.Raise) and raises_again(handler, statement):
        return {"raised"}
    if isinstance(statement, flow.EXITS):
        return {"gone"}
    ways = exits.ends(tree, [statement], handler.module.is_retry)
    return {"gone" if way == "reached" else "through" for way in ways}


def _is_in_loop_of(handler: Handler, statement: ast.stmt) -> bool:
    """Whether a ``break`` or ``continue`` is for a loop inside the clause."""
    return any(
        frame.kind == "loop" and handler.module.tree.is_inside(frame.node, handler.node)
        for frame in flow.frames(handler.module.tree, statement)
    )


def _fates_of_if(handler: Handler, statement: ast.If) -> set[Fate]:
    chain = [statement]  # of ``elif``: there may be more of them than calls can nest
    while len(chain[-1].orelse) == 1 and isinstance(chain[-1].orelse[0], ast.If):
        chain.append(chain[-1].orelse[0])
    fates = _fates(handler, chain[-1].orelse)
    for each in reversed(chain):
        verdict = _is_true_for_retry(handler, each.test)
        if verdict is not False:
            body = _fates(handler, each.body)
            fates = body if verdict else _fates_of_either(handler, each.test, [body, fates])
    return fates


def _fates_of_match(handler: Handler, statement: ast.Match) -> set[Fate]:
    if _is_caught(handler, statement.subject):
        for case in statement.cases:
            verdict = _matches_retry(handler, case.pattern)
            if verdict and case.guard is None:
                return _fates(handler, case.body)
            if verdict is not False:
                break
        else:
            return {"through"}
    branches = [_fates(handler, case.body) for case in statement.cases]
    branches += [] if exits.is_exhaustive(statement) else [{"through"}]
    return _fates_of_either(handler, statement.subject, branches)


def _fates_of_either(
    handler: Handler, tested: ast.expr, branches: Sequence[set[Fate]]
) -> set[Fate]:
    """What may come of a ``Retry`` where a test does not tell which branch it takes: if the test is
    of the exception, what the branch makes of it that lets it live; else what any of them does."""
    living = [each for each in branches if "gone" not in each]
    if living and handler.involves_exception(tested):
        return living[0]
    return set[Fate]().union(*branches)


def raises_again(handler: Handler, statement: ast.Raise) -> bool:
    """``raise``, ``raise exc``, ``raise exc.with_traceback(...)``."""
    raised = statement.exc
    if isinstance(raised, ast.Call) and isinstance(raised.func, ast.Attribute):
        raised = raised.func.value if raised.func.attr == "with_traceback" else raised
    return raised is None or _is_caught(handler, raised)


def _is_caught(handler: Handler, expression: ast.expr) -> bool:
    return isinstance(expression, ast.Name) and expression.id == handler.name


def _is_true_for_retry(handler: Handler, test: ast.expr) -> bool | None:
    """What a test comes to when the exception is a ``Retry``; ``None`` where that can't be told."""
    test = handler.module.values.read(test)
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
        operands = test.left, test.ops[0], test.comparators[0]
        by_type = _is_of_type(handler, *operands)
        return _is_within_limit(handler.module, *operands) if by_type is None else by_type
    return None


def _is_within_limit(
    module: Module, left: ast.expr, operator: ast.cmpop, right: ast.expr
) -> bool | None:
    """What a comparison of the retry count with the task's own limit comes to: with the last retry
    used up it is no ``Retry`` that a retry call raises."""
    if _is_limit(module, left) and is_request_retries(module, right):
        left, operator, right = right, MIRRORED.get(type(operator), operator), left
    if not (is_request_retries(module, left) and _is_limit(module, right)):
        return None
    if isinstance(operator, (ast.Lt, ast.LtE, ast.NotEq)):
        return True
    return False if isinstance(operator, (ast.Gt, ast.GtE, ast.Eq)) else None


def _is_limit(module: Module, expression: ast.expr) -> bool:
    expression = module.values.read(expression)
    return isinstance(expression, ast.Attribute) and expression.attr == "max_retries"


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
