"""Exits: how a block can end, and what runs after a node."""

from __future__ import annotations

import ast
from collections.abc import Callable

from .flow import EXITS, GUARDS, frames, path
from .scopes import FUNCTION
from .tree import TRY, End, Tree


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
