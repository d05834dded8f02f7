"""Source in messages: quoted as it stands, as long as it is short."""

from __future__ import annotations

import ast

#: Characters of source that a message has room for.
MOST = 22


def quoted(expression: ast.expr, most: int = MOST) -> str:
    """The source of an expression on one line, cut off after so many characters."""
    source = " ".join(ast.unparse(expression).split())
    return source if len(source) <= most else source[: most - 1] + "…"
