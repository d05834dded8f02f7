"""Source in messages: quoted as it stands, as long as it is short."""

from __future__ import annotations

import ast

from ..fixing.edits import Source

#: Characters of source that a message has room for.
MOST = 22


def quoted(expression: ast.expr, most: int = MOST) -> str:
    """The source of an expression on one line, cut off after so many characters."""
    source = " ".join(ast.unparse(expression).split())
    return source if len(source) <= most else source[: most - 1] + "…"


def quoted_source(source: Source, most: int = MOST) -> str:
    """The same for new source that an edit would write."""
    return "".join(piece if isinstance(piece, str) else quoted(piece, most) for piece in source)


def quoted_class(expression: ast.expr, most: int = MOST) -> str:
    """The name of a class, without the module it comes from."""
    last = expression.attr if isinstance(expression, ast.Attribute) else quoted(expression)
    return last if len(last) <= most else last[: most - 1] + "…"
