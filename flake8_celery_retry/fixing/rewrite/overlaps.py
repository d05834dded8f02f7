"""Which fixes can be carried out together: those whose edits touch different parts of a file."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence

from ...linting.findings import Fix
from ..edits import (
    AddDecorator,
    AddImport,
    Edit,
    ForgetImport,
    InsertHandler,
    NameArgument,
    RemoveArgument,
    RemoveItem,
    RemoveStatement,
    RenameKeyword,
    ReplaceExpression,
    ReplaceStatement,
    SetFirstParameter,
    SetHandlerType,
    SetKeyword,
)

#: A line (from 1) and a column (in bytes, from 0), as ast counts them.
Place = tuple[int, int]
#: From a place up to, not including, another; the same twice for what is put in between.
Region = tuple[Place, Place]


def without_overlaps(fixes: Sequence[Fix]) -> tuple[Fix, ...]:
    """The fixes, in their order, less those that touch what an earlier one touches.

    An edit that is the very same in several fixes (each of them binds the task) is no overlap: it
    is carried out once. Nor is an import: any number can be added, or go.
    """
    taken: dict[int, list[tuple[Region, Edit]]] = defaultdict(list)
    known: set[Edit] = set()
    chosen: list[Fix] = []
    for fix in fixes:
        new = [
            (region, edit) for edit in fix.edits if edit not in known for region in regions_of(edit)
        ]
        if any(
            other not in fix.edits and _overlap(region, there)
            for region, _ in new
            for line in _lines(region)
            for there, other in taken[line]
        ):
            continue
        for region, edit in new:
            for line in _lines(region):
                taken[line].append((region, edit))
        known.update(fix.edits)
        chosen.append(fix)
    return tuple(chosen)


def nodes_of(edit: object) -> Iterator[ast.AST]:
    """The nodes that an edit names: the one it changes, and those whose source it copies."""
    for value in vars(edit).values():
        pieces = value if isinstance(value, tuple) else (value,)
        yield from (piece for piece in pieces if isinstance(piece, ast.AST))


def regions_of(edit: Edit) -> Iterator[Region]:
    """The parts of the file that an edit changes or copies."""
    match edit:
        case SetFirstParameter(function=node) | SetHandlerType(handler=node):
            yield place_of(node), place_of(node.body[0])
        case AddDecorator(function=function):
            place = min(place_of(node) for node in (function, *function.decorator_list))
            yield place, place
        case InsertHandler(before=handler):
            yield place_of(handler), place_of(handler)
        case SetKeyword(call=whole) | NameArgument(call=whole) | RemoveArgument(call=whole):
            yield _extent(whole)
        case RemoveItem(display=display):
            yield _extent(display)
        case RenameKeyword(keyword=keyword):
            yield _extent(keyword)
        case ReplaceExpression(expression=expression):
            yield _extent(expression)
        case ReplaceStatement(statement=statement) | RemoveStatement(statement=statement):
            yield _extent(statement)
        case AddImport() | ForgetImport():
            return
    for value in vars(edit).values():
        if isinstance(value, tuple):
            yield from (_extent(piece) for piece in value if isinstance(piece, ast.AST))


def place_of(node: ast.AST) -> Place:
    """Where a node begins."""
    line: int = node.lineno  # type: ignore[attr-defined]  # such nodes are named
    column: int = node.col_offset  # type: ignore[attr-defined]  # such nodes are named
    return line, column


def end_of(node: ast.AST) -> Place:
    """Where a node ends."""
    line: int = node.end_lineno  # type: ignore[attr-defined]  # such nodes are named
    column: int = node.end_col_offset  # type: ignore[attr-defined]  # such nodes are named
    return line, column


def _extent(node: ast.AST) -> Region:
    return place_of(node), end_of(node)


def _lines(region: Region) -> range:
    return range(region[0][0], region[1][0] + 1)


def _overlap(one: Region, other: Region) -> bool:
    if one == other:
        return True
    first, second = sorted((one, other))
    return second[0] < first[1] or second[0] == first[0]
