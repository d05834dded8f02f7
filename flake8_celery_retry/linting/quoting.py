"""What messages quote: source as it stands, as long as it is short; names, delays, limits."""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence

from ..fixing.edits import Source

#: Characters of source that a message has room for.
MOST = 22

#: Characters that a message has for all but its task's name, and the space after that.
ROOM = 89

#: Retries that nobody counts any more.
MANY = 1000

#: In seconds.
A_YEAR = 31_536_000


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


def whole(expression: ast.expr, most: int = MOST) -> str | None:
    """The source of an expression on one line, where it is no longer than this: code that one is
    told to write is never cut off."""
    source = quoted(expression, most)
    return None if source.endswith("…") else source


def listed(names: Sequence[str], room: int) -> str:
    """Names with commas; where they are longer than this, the first of them and how many more."""
    text = ", ".join(names)
    shown = len(names)
    while len(text) > room and shown > 1:
        shown -= 1
        text = f"{', '.join(names[:shown])} and {len(names) - shown} more"
    return text


def runs_of_a_bug(limit: float | None) -> str:
    """What becomes of a run that fails each time, with a limit of so many retries (``inf`` for
    none; ``None`` where it can't be told)."""
    if limit == math.inf:
        return "a bug runs for ever"
    if limit is None or limit >= MANY:
        return "bugs are retried too"
    if limit <= 0:
        return f"its limit of {limit:g} allows none"
    return f"a bug runs {limit + 1:.0f} times"


def seconds(delay: float) -> str:
    """A delay in seconds; one that nobody will live to see, in words."""
    return f"{delay:.0f} s" if delay < A_YEAR else "for years"
