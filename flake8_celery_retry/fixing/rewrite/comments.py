"""Comments and blank lines around statements."""

from __future__ import annotations

import tokenize
from collections import Counter
from collections.abc import Sequence
from io import StringIO

import libcst as cst


def code_of(node: cst.CSTNode) -> str:
    """The source of a node, its lines indented as if it stood at the top level."""
    return cst.Module([]).code_for_node(node)


def comments_in(source: str) -> list[str]:
    """The comments of a piece of Python, in their order."""
    if "#" not in source:
        return []  # as it mostly is; to split it into tokens takes longer than to read it
    tokens = tokenize.generate_tokens(StringIO(source).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


def lost_comments(before: str, after: str) -> list[str]:
    """The comments of one piece of Python that are not in another one."""
    lost = Counter(comments_in(before)) - Counter(comments_in(after))
    return list(lost.elements())


def own_lines(comments: Sequence[str]) -> list[cst.EmptyLine]:
    """Comments on lines of their own."""
    return [cst.EmptyLine(comment=cst.Comment(comment)) for comment in comments]


def joined_lines(
    left: Sequence[cst.EmptyLine], following: Sequence[cst.EmptyLine], at_start: bool
) -> list[cst.EmptyLine]:
    """What stands above a statement when the one before it goes, and ``left`` stays of it.

    Of the blank lines above and below the one that goes, only the larger number stays; at the start
    of a block those above it.
    """
    if any(line.comment for line in left):
        return [*left, *following]
    blank = next((i for i, line in enumerate(following) if line.comment), len(following))
    if at_start or len(left) > blank:
        return [*left, *following[blank:]]
    return list(following)
