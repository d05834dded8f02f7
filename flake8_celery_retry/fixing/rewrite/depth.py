"""How deeply libcst nests a piece of source: deeper than ``ast`` does."""

from __future__ import annotations

import ast
import tokenize
from io import StringIO

#: What may stand between two strings that are one.
BETWEEN = {tokenize.NL, tokenize.COMMENT}


def is_deeper_than(limit: int, source: str) -> bool:
    """Whether libcst nests a piece of Python more than so many times.

    What is flat for ``ast`` is deep for libcst: ``a or b or c``, strings side by side, the ``for``
    of a comprehension, a dotted name.
    """
    try:
        level: list[tuple[ast.AST, int]] = [(ast.parse(source), 0)]
    except (SyntaxError, RecursionError, MemoryError):
        return True
    while level:
        following: list[tuple[ast.AST, int]] = []
        for node, depth in level:
            below = depth + _depth_of(node)
            if below > limit:
                return True
            following += [(child, below) for child in ast.iter_child_nodes(node)]
        level = following
    return _strings_in_a_row(source, limit) > limit


def _depth_of(node: ast.AST) -> int:
    """How many times libcst nests what a node holds."""
    match node:
        case ast.BoolOp(values=parts):
            return len(parts)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return len(node.generators)
        case ast.Import() | ast.ImportFrom():
            names = [alias.name for alias in node.names]
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            return max(name.count(".") for name in names) + 1
    return 1


def _strings_in_a_row(source: str, limit: int) -> int:
    if source.count('"') + source.count("'") <= limit:
        return 0
    most = count = 0
    for token in tokenize.generate_tokens(StringIO(source).readline):
        if token.type == tokenize.STRING or token.type == FSTRING_START:
            count += 1
            most = max(most, count)
        elif token.type not in BETWEEN:
            count = 0
    return most


#: A number that is no token's before Python 3.12.
FSTRING_START: int = getattr(tokenize, "FSTRING_START", -1)
