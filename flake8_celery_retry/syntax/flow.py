"""Flow: what stands around a node, what runs before it, and how a block can end."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Literal, NamedTuple

from ..facts.python_exceptions import BROAD
from .scopes import FUNCTION
from .tree import TRY, End, Firsts, Tree
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
            if not any(_catches(values, each, leaving) for each in tries_among(around)):
                return True
        elif not any(frame.kind == "loop" and frame.field == "body" for frame in around):
            return True
    return False


def _catches(values: Values, around: ast.Try, leaving: ast.Raise) -> bool:
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


# -- how a block can end -------------------------------------------------------------------


def ends(
    tree: Tree, block: list[ast.stmt], looked_for: Callable[[ast.AST], bool]
) -> frozenset[End]:
    """The ways in which a block can end.

    ``looked_for`` says of a call or a simple statement (a retry call, a ``raise``) whether reaching
    it is the end; calls inside conditions of an expression may or may not be reached.
    """
    found: set[End] = set()
    for statement in block:
        ways = _ends_of(tree, statement, looked_for)
        found |= ways - {"through"}
        if "through" not in ways:
            return frozenset(found)
    return frozenset(found | {"through"})


def _ends_of(
    tree: Tree, statement: ast.stmt, looked_for: Callable[[ast.AST], bool]
) -> frozenset[End]:
    known = tree.ends.setdefault(looked_for, {})
    if statement not in known:
        known[statement] = _find_ends(tree, statement, looked_for)
    return known[statement]


def _find_ends(
    tree: Tree, statement: ast.stmt, looked_for: Callable[[ast.AST], bool]
) -> frozenset[End]:
    if isinstance(statement, ast.If):
        return ends(tree, statement.body, looked_for) | ends(tree, statement.orelse, looked_for)
    if isinstance(statement, (ast.For, ast.AsyncFor, ast.While)):
        return _ends_of_loop(tree, statement, looked_for)
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        return ends(tree, statement.body, looked_for)
    if isinstance(statement, TRY):
        return _ends_of_try(tree, statement, looked_for)
    if isinstance(statement, ast.Match):
        ways = [ends(tree, case.body, looked_for) for case in statement.cases]
        return frozenset().union(*ways, () if is_exhaustive(statement) else {"through"})
    reached = _reached(tree, statement, looked_for)
    if reached is not None:
        return reached
    return frozenset({"left"}) if isinstance(statement, EXITS) else frozenset({"through"})


def _reached(
    tree: Tree, statement: ast.stmt, looked_for: Callable[[ast.AST], bool]
) -> frozenset[End] | None:
    if looked_for(statement):
        return frozenset({"reached"})
    for node in tree.within(statement, ast.Call):
        if looked_for(node):
            around = frames(tree, node, until=statement)
            conditional = any(frame.kind in GUARDS for frame in around)
            otherwise: End = "left" if isinstance(statement, EXITS) else "through"
            return frozenset({"reached", otherwise}) if conditional else frozenset({"reached"})
    return None


def _ends_of_loop(
    tree: Tree,
    loop: ast.For | ast.AsyncFor | ast.While,
    looked_for: Callable[[ast.AST], bool],
) -> frozenset[End]:
    """A ``break`` or ``continue`` leaves the loop, not the function."""
    ways = set(ends(tree, loop.body, looked_for))
    if any(True for _ in tree.within(loop.body, (ast.Break, ast.Continue))):
        leaves = any(True for _ in tree.within(loop.body, (ast.Return, ast.Raise)))
        ways -= set() if leaves else {"left"}
    return frozenset({*ways, "through"})


def _ends_of_try(
    tree: Tree, statement: ast.Try, looked_for: Callable[[ast.AST], bool]
) -> frozenset[End]:
    final = ends(tree, statement.finalbody, looked_for)
    if "through" not in final:
        return final
    ways: set[End] = set(ends(tree, [*statement.body, *statement.orelse], looked_for))
    for handler in statement.handlers:
        ways |= ends(tree, handler.body, looked_for)
    return frozenset(ways)


def is_exhaustive(match: ast.Match) -> bool:
    """Whether the last case of a ``match`` takes whatever the others leave."""
    last = match.cases[-1]
    takes_all = isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None
    return takes_all and last.guard is None


def what_follows(tree: Tree, node: ast.AST, until: ast.AST) -> list[ast.stmt]:
    """The statements that run after the statement of a node, up to the end of ``until`` (a
    handler or function), those of the blocks around it included."""
    following: list[ast.stmt] = []
    for statement in path(tree, node, until):
        following.extend(tree.statements_after(statement))
    return following


def decides(
    tree: Tree, node: ast.If | ast.Match, until: ast.AST, looked_for: Callable[[ast.AST], bool]
) -> bool:
    """Whether what is looked for may still be reached, and it makes a difference to that which way
    an ``if`` or ``match`` goes (whatever follows it inside ``until`` counts with each way)."""
    if isinstance(node, ast.If):
        branches = [node.body, node.orelse]
    else:
        branches = [case.body for case in node.cases]
        if not is_exhaustive(node):
            branches.append([])
    following = what_follows(tree, node, until)
    ways = {ends(tree, [*branch, *following], looked_for) for branch in branches}
    return len(ways) > 1 and any("reached" in way for way in ways)


def leaves(tree: Tree, block: list[ast.stmt]) -> bool:
    """Whether every way through a block ends in ``return``, ``raise``, ``continue`` or
    ``break``."""
    return "through" not in ends(tree, block, _nothing)


def _nothing(node: ast.AST) -> bool:
    """What is looked for where only the ways out count."""
    return False


def can_continue_after(tree: Tree, statement: ast.stmt) -> bool:
    """Whether control can reach another statement of the function after one; ``pass`` and a bare
    ``return`` are none."""
    current: ast.AST = statement
    while isinstance(current, ast.stmt):
        after = [later for later in tree.statements_after(current) if not _is_pass(later)]
        if after and not isinstance(after[0], ast.Break):
            return not is_bare_return(after[0])
        if after:
            around = frames(tree, after[0])
            loops = (frame for frame in around if frame.kind == "loop" and frame.field == "body")
            current = next(loops).node
            continue
        parent, part = tree.parent(current), tree.field(current)
        if isinstance(parent, (ast.ExceptHandler, ast.match_case)):
            parent, part = tree.parent(parent), tree.field(parent)
        if isinstance(parent, (ast.For, ast.AsyncFor, ast.While)) and part == "body":
            return True
        if isinstance(parent, TRY):
            follows = parent.orelse if part == "body" else []
            if follows or (parent.finalbody and part != "finalbody"):
                return True
        if isinstance(parent, FUNCTION):
            return False
        current = parent
    return False


def is_bare_return(statement: ast.stmt) -> bool:
    """``return`` or ``return None``."""
    if not isinstance(statement, ast.Return):
        return False
    value = statement.value
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def _is_pass(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass)


def gets_past(tree: Tree, node: ast.AST, statement: ast.stmt) -> bool:
    """Whether control can get from a node inside a statement to what follows the statement."""
    following = what_follows(tree, node, statement)
    if not leaves(tree, following):
        return True
    # What leaves a loop that is itself inside of the statement does not leave the statement.
    return any(
        frame.kind == "loop" and tree.is_inside(frame.node, statement)
        for leaving in tree.within(following, (ast.Break, ast.Continue))
        for frame in frames(tree, leaving)
    )
