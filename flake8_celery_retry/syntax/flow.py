"""Flow: what stands around a node, and what runs before it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Literal, NamedTuple

from ..facts.python_exceptions import BROAD
from .tree import TRY, Firsts, Tree
from .values import Values

Kind = Literal["if", "loop", "match", "condition", "with", "try", "handler", "else", "finally"]

#: What makes a statement run sometimes, and sometimes not.
GUARDS: frozenset[Kind] = frozenset({"if", "loop", "match", "condition"})
#: The parts of a ``try`` that say why a statement runs; the innermost one counts.
SETTINGS: frozenset[Kind] = frozenset({"handler", "else", "finally"})

EXITS = (ast.Return, ast.Raise, ast.Continue, ast.Break)


class Frame(NamedTuple):
    """One block or condition around a node.

    ``node`` is the ``if``, loop, ``match_case``, ``with``, ``try`` or ``except`` clause; for
    ``try``, ``else`` and ``finally`` it is the ``try`` statement. ``field`` is the part of it
    that holds the node.
    """

    kind: Kind
    node: ast.AST
    field: str


def frames(tree: Tree, node: ast.AST, until: ast.AST | None = None) -> Iterator[Frame]:
    """The frames around a node in its own function, from the inside out, up to and with ``until``
    (all of them, when not given)."""
    child = node
    if node is until:
        return
    for parent, field in tree.ancestors(node):
        kind = _kind(parent, field, child)
        if kind is not None:
            yield Frame(kind, parent, field)
        if parent is until:
            return
        child = parent


def _kind(parent: ast.AST, field: str, child: ast.AST) -> Kind | None:
    if isinstance(parent, ast.If):
        return "if" if field in {"body", "orelse"} else None
    if isinstance(parent, (ast.While, ast.For, ast.AsyncFor)):
        return "loop" if field in {"body", "orelse"} else None
    if isinstance(parent, TRY):
        kinds: dict[str, Kind] = {"body": "try", "orelse": "else", "finalbody": "finally"}
        return kinds.get(field)
    if isinstance(parent, ast.ExceptHandler):
        return "handler" if field == "body" else None
    if isinstance(parent, ast.match_case):
        return "match"
    if isinstance(parent, (ast.With, ast.AsyncWith)):
        return "with" if field == "body" else None
    if isinstance(parent, ast.IfExp):
        return "condition" if field in {"body", "orelse"} else None
    if isinstance(parent, ast.BoolOp):
        return "condition" if child is not parent.values[0] else None
    if isinstance(parent, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
        return "loop" if field != "generators" else None
    return None


def tries_among(frames: Iterable[Frame]) -> list[ast.Try]:
    """Of some frames the ``try`` statements that hold the node in their body, in the same order."""
    return [frame.node for frame in frames if frame.kind == "try" and isinstance(frame.node, TRY)]


def path(tree: Tree, node: ast.AST, until: ast.AST | None = None) -> Iterator[ast.stmt]:
    """The statement that holds a node, the statement that holds that, and so on, up to and
    without ``until`` (the function, when not given)."""
    if isinstance(tree.scope_of(node).node, ast.Lambda):
        return  # there are no statements in it
    statement = tree.statement_of(node)
    around_it = (parent for parent, _ in tree.ancestors(statement))
    for around in chain([statement], around_it):
        if around is until:
            return
        if isinstance(around, ast.stmt):
            yield around


def run_before(tree: Tree, node: ast.AST, until: ast.AST | None = None) -> Iterator[ast.stmt]:
    """The statements that stand before a node on its way, nearest block first, in source order
    within a block; up to the blocks of ``until`` (the function, when not given).

    On the way into a handler the body of its ``try`` is not counted (it has failed half-way);
    on the way into an ``else`` or ``finally`` it is.
    """
    for statement in path(tree, node, until):
        yield from tree.statements_before(statement)
        parent = tree.parent(statement)
        if isinstance(parent, TRY) and parent is not until:
            if tree.field(statement) == "orelse":
                yield from parent.body
            elif tree.field(statement) == "finalbody":
                yield from [*parent.body, *parent.orelse]


def is_run_before(
    tree: Tree,
    node: ast.AST,
    asks: Callable[[ast.stmt], bool],
    known: Firsts,
    until: ast.AST | None = None,
) -> bool:
    """Whether something is true of a statement that runs before a node (:func:`run_before`).

    ``known`` is the memory of this one question: whoever asks it of a thousand nodes in a row asks
    each statement once.
    """
    for statement in path(tree, node, until):
        block = tree.block_of(statement)
        if _holds_in(block, tree.index(statement), asks, known):
            return True
        parent, field = tree.parent(statement), tree.field(statement)
        if isinstance(parent, TRY) and parent is not until:
            inside = {"orelse": [parent.body], "finalbody": [parent.body, parent.orelse]}
            if any(_holds_in(each, len(each), asks, known) for each in inside.get(field, [])):
                return True
    return False


def _holds_in(
    block: list[ast.stmt], stop: int, asks: Callable[[ast.stmt], bool], known: Firsts
) -> bool:
    """Whether something is true of one of the first statements of a block, up to ``stop``."""
    if not stop:
        return False
    asked, holds = known.get(block[0], (0, False))
    while asked < stop and not holds:
        holds = asks(block[asked])
        asked += 1
    known[block[0]] = asked, holds
    return holds and asked <= stop


def can_be_skipped(values: Values, node: ast.AST, until: ast.AST | None = None) -> bool:
    """Whether an earlier ``return``, ``raise`` or ``continue`` may leave before a node is reached.

    An ``else`` is skipped by a ``return`` in the body of its ``try``, too.
    """
    tree = values.tree
    for statement in path(tree, node, until):
        block, index = tree.block_of(statement), tree.index(statement)
        if _holds_in(block, index, partial(may_leave, values), tree.first_leaving):
            return True
        around = tree.parent(statement)
        body = around.body if isinstance(around, TRY) else []
        if tree.field(statement) == "orelse" and any(tree.within(body, ast.Return)):
            return True
    return False


def is_decided_on_the_way(
    values: Values, node: ast.AST, asks: Callable[[ast.expr], bool], known: Firsts
) -> bool:
    """Whether a test that asks for something decides if a node is reached: around it, or before it
    where the function may leave. ``known`` is the memory of this one question."""
    tree = values.tree
    if any(asks(test) for frame in frames(tree, node) for test in _tests_of(frame.node)):
        return True

    def decides_before(earlier: ast.stmt) -> bool:
        return any(map(asks, _tests_of(earlier))) and may_leave(values, earlier)

    return is_run_before(tree, node, decides_before, known)


def _tests_of(around: ast.AST) -> list[ast.expr]:
    if isinstance(around, (ast.If, ast.IfExp, ast.While)):
        return [around.test]
    if isinstance(around, ast.BoolOp):
        return around.values[:-1]
    if isinstance(around, ast.match_case):
        return [around.guard] if around.guard is not None else []
    return []


def may_leave(values: Values, statement: ast.stmt) -> bool:
    """Whether a statement may leave the block it stands in: by ``return``, by a ``raise`` that it
    does not catch itself, by ``continue`` or ``break`` of a loop around it."""
    known = values.tree.leaving
    if statement not in known:
        known[statement] = _may_leave(values, statement)
    return known[statement]


def _may_leave(values: Values, statement: ast.stmt) -> bool:
    for leaving in values.tree.within(statement, EXITS):
        around = list(frames(values.tree, leaving, until=statement))
        if isinstance(leaving, ast.Return):
            return True
        if isinstance(leaving, ast.Raise):
            if not any(may_catch(values, each, leaving) for each in tries_among(around)):
                return True
        elif not any(frame.kind == "loop" and frame.field == "body" for frame in around):
            return True
    return False


def may_catch(values: Values, around: ast.Try, leaving: ast.Raise) -> bool:
    """Whether a ``try`` has a clause for what a ``raise`` in its body raises."""
    raised = leaving.exc.func if isinstance(leaving.exc, ast.Call) else leaving.exc
    for handler in around.handlers:
        if not BROAD.isdisjoint(values.exceptions(handler.type)):
            return True
        if raised is not None and handler.type is not None:
            caught = values.elements(handler.type) or [handler.type]
            if ast.unparse(raised) in map(ast.unparse, caught):
                return True
    return False
