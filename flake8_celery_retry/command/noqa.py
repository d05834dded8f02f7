"""Where a ``noqa`` comment has to stand, and what it has to say."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from flake8.defaults import NOQA_INLINE_REGEXP


class Place(NamedTuple):
    """Where a ``noqa`` comment for a line would have to stand.

    ``first`` and ``last`` are the lines (from 1) in which flake8 looks for it; ``end`` is the
    column at which the last one ends, and ``comment`` the one at which its comment begins, if it
    has one.
    """

    first: int
    last: int
    end: int
    comment: int | None


def add_noqa(
    lines: Sequence[str], wanted: Mapping[int, Iterable[str]], reason: str = ""
) -> list[str]:
    """The lines of a file with comments that silence ``wanted``: codes by line (from 1).

    A ``reason`` stands behind the codes of new comments.

    flake8 looks for the comment in all lines that a string or backslashes hold together, takes the
    first one it finds there, and a comment can stand only at the end of the last of them. Where
    that can't help (a string that itself says ``# noqa:E501``) the lines stay as they are. Raises
    ``SyntaxError`` or ``tokenize.TokenError`` for what is no Python.
    """
    places = _places(lines)
    codes: dict[Place, set[str]] = {}
    for line, missing in wanted.items():
        if line in places:
            codes.setdefault(places[line], set()).update(missing)
    result = list(lines)
    for place, missing in codes.items():
        result[place.last - 1] = _silenced(lines, place, sorted(missing), reason)
    return result


def _places(lines: Sequence[str]) -> dict[int, Place]:
    """The place of each line's comment, by line, told by the tokens that flake8 goes by."""
    places: dict[int, Place] = {}
    first, comment = 0, None
    unread = iter(lines)
    for token in tokenize.generate_tokens(lambda: next(unread, "")):
        if token.type in (tokenize.DEDENT, tokenize.ENDMARKER):
            continue
        first = first or token.start[0]
        if token.type == tokenize.COMMENT:
            comment = token.start[1]
        if token.type in (tokenize.NL, tokenize.NEWLINE):
            last, end = token.start
            place = Place(first, last, end, comment)
            places.update(dict.fromkeys(range(first, last + 1), place))
            first, comment = 0, None
    return places


def _silenced(lines: Sequence[str], place: Place, codes: Sequence[str], reason: str) -> str:
    """The last line of a place with the codes in its comment."""
    line = lines[place.last - 1]
    code, line_end = line[: place.end].rstrip(), line[place.end :].lstrip(" \t\f")
    before = "".join(lines[place.first - 1 : place.last - 1])
    found = NOQA_INLINE_REGEXP.search(before + code)
    if found is None:
        why = f" ({reason})" if reason else ""
        return f"{code}  # noqa: {', '.join(codes)}{why}{line_end}"
    start, end = (position - len(before) for position in found.span("codes"))
    if found["codes"] is None or place.comment is None or start < place.comment:
        return line
    known = code[start:end].rstrip()
    separator = _separator(known)
    return f"{code[:start]}{separator.join([known, *codes])}{code[start + len(known) :]}{line_end}"


def _separator(codes: str) -> str:
    """What stands between the codes of a comment, or would."""
    between = re.search(r"[,\s]+", codes)
    return between[0] if between else ", "
