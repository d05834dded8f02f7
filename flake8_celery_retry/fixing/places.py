"""Where nodes of ast stand in a file."""

from __future__ import annotations

import ast

#: A line (from 1) and a column (in bytes, from 0), as ast counts them.
Place = tuple[int, int]
#: From a place up to, not including, another; the same twice for what is put in between.
Region = tuple[Place, Place]


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


def extent(node: ast.AST) -> Region:
    """All of a node."""
    return place_of(node), end_of(node)
