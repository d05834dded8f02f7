"""What the messages of several rules have in common."""

from __future__ import annotations

import ast


def quoted(expression: ast.AST, width: int = 24) -> str:
    """The source of an expression on one line, cut short where it is longer than ``width``."""
    source = " ".join(ast.unparse(expression).split())
    return source if len(source) <= width else source[: width - 1] + "…"
