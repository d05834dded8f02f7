"""Sleeps: where a function sleeps on its way to another attempt."""

from __future__ import annotations

import ast
from itertools import chain, islice
from typing import NamedTuple

from ...syntax import exits, flow
from ...syntax.reading import MOST
from ...syntax.tree import TRY
from ..handlers import Handler
from ..module import Module
from ..remembering import remembered, remembered_for_node
from ..retries import RetryCall

#: Sleeps before one node that are looked at.
MOST_SLEEPS = 20


class Way(NamedTuple):
    """What leads to a node: all that stands before it in a handler, branch or block (``until``),
    or only what stands there ``after`` a statement; ``part`` is the field of an ``if``."""

    until: ast.AST
    after: ast.stmt | None = None
    part: str = "body"


def handler_around(module: Module, node: ast.AST) -> Handler | None:
    """The handler that a node stands in; ``None`` where an ``else`` or ``finally`` is nearer."""
    for frame in flow.frames(module.tree, node):
        if isinstance(frame.node, ast.ExceptHandler):
            return module.handler(frame.node)
        if frame.kind in flow.SETTINGS:
            return None
    return None


def rest_after_exit(module: Module, node: ast.AST) -> Way | None:
    """The rest of a block after an ``if`` that leaves the function, where it does nothing but sleep
    and log before a node: as good as an ``else``."""
    statement = module.tree.statement_of(node)
    for earlier in reversed(module.tree.statements_before(statement)):
        if isinstance(earlier, ast.If):
            leaves = isinstance(earlier.body[-1], (ast.Return, ast.Raise)) and not earlier.orelse
            return Way(module.tree.parent(statement), earlier) if leaves else None
        if not _only_waits(module, earlier):
            return None
    return None


def _only_waits(module: Module, statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    value = value.value if isinstance(value, ast.Await) else value
    return isinstance(value, ast.Call) and (module.is_sleep(value) or module.is_log_call(value))


def sleeps_before(module: Module, node: ast.AST, way: Way) -> list[ast.Call]:
    """The sleeps on the way to a node; not those in a branch that leaves before the node.

    No more than anybody writes: each of a thousand retries would have a thousand.
    """
    if module.tree.scope_of(node) not in module.sleeping_scopes:
        return []
    found = (_sleeps_in(module, earlier) for earlier in _run_before(module, node, way))
    return list(islice(chain.from_iterable(found), MOST_SLEEPS))


@remembered_for_node
def _sleeps_in(module: Module, statement: ast.stmt) -> list[ast.Call]:
    """The sleeps of a statement after which what follows it is reached."""
    return [
        call
        for call in module.tree.within(statement, ast.Call)
        if module.is_sleep(call) and exits.gets_past(module.tree, call, statement)
    ]


def _run_before(module: Module, node: ast.AST, way: Way) -> list[ast.stmt]:
    return [
        earlier
        for earlier in islice(flow.run_before(module.tree, node, way.until), MOST)
        if way.after is None or earlier.lineno > way.after.lineno
    ]


def plain_sleep_before(module: Module, node: ast.AST, way: Way) -> ast.Call | None:
    """The sleep on the way to a node that a ``countdown`` can take the place of: the only one,
    a statement of its own that always runs, with a readable time."""
    sleeps = sleeps_before(module, node, way)
    if len(sleeps) != 1 or time_asleep(sleeps[0]) is None:
        return None
    statement = module.tree.statement_of(sleeps[0])
    value = statement.value if isinstance(statement, ast.Expr) else None
    is_plain = value is sleeps[0] or (isinstance(value, ast.Await) and value.value is sleeps[0])
    return sleeps[0] if is_plain and statement in _run_before(module, node, way) else None


def time_asleep(sleep: ast.Call) -> ast.expr | None:
    """How long a sleep lasts, in seconds."""
    if len(sleep.args) + len(sleep.keywords) != 1:
        return None
    value = sleep.args[0] if sleep.args else sleep.keywords[0].value
    is_star = isinstance(value, ast.Starred) or (sleep.keywords and not sleep.keywords[0].arg)
    return None if is_star else value


# -- before a retry call ---------------------------------------------------------------------


@remembered
def sleeps_before_retry(call: RetryCall) -> list[ast.Call]:
    """The sleeps on the way to a retry call, in the handler or the branches that lead to it."""
    module = call.module
    found = _sleeps_on_the_way(module, call.node)
    if call.called_at is not None and _way_to(module, call.called_at) is not None:
        inside = sleeps_before(module, call.node, Way(call.scope.node))
        found += [sleep for sleep in inside if sleep not in found]
        found += _sleeps_on_the_way(module, call.called_at)
    return found


def plain_sleep_before_retry(call: RetryCall) -> ast.Call | None:
    """The sleep that the ``countdown`` of a retry call can take the place of."""
    way = _way_to(call.module, call.node)
    if way is None or len(sleeps_before_retry(call)) != 1:
        return None
    return plain_sleep_before(call.module, call.node, way)


def _sleeps_on_the_way(module: Module, node: ast.AST) -> list[ast.Call]:
    way = _way_to(module, node)
    return [] if way is None else sleeps_before(module, node, way)


def _way_to(module: Module, node: ast.AST) -> Way | None:
    """The handler that a node stands in, or the outermost branch that leads to nothing else: what
    a ``try`` or a loop has done before the node is no part of the way."""
    way: Way | None = None
    for frame in flow.frames(module.tree, node):
        if frame.kind == "handler":
            return Way(frame.node)
        if frame.kind in {"if", "match"}:
            way = Way(frame.node)
        elif frame.kind == "loop" or (
            isinstance(frame.node, TRY) and not module.tree.is_inside(node, frame.node.body[0])
        ):
            break
    return way or rest_after_exit(module, node)
