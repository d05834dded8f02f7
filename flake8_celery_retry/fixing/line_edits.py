"""What tells a new text from an old one, as edits of whole lines, for programs that apply them."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from .text import Text


class LineEdit(NamedTuple):
    """New content for what stands from the start of a line (from 1) up to an end.

    The end is a line (from 1) and a column (from 0, in characters): the start of the line behind
    the last one that is replaced, or the end of the file where there is no such line.
    """

    first: int
    end: tuple[int, int]
    content: str


def line_edits(old: Text, new: Text) -> Iterator[LineEdit]:
    """The edits that turn one text into another, in their order; only lines that change."""
    before, after = (
        [line.removesuffix("\n") + end for line, end in zip(text.lines, text.ends, strict=True)]
        for text in (old, new)
    )
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, first, last, new_first, new_last in matcher.get_opcodes():
        if tag != "equal":
            end = last + 1, 0
            if last == len(before) and before and not old.ends[-1]:
                end = last, len(before[-1])  # there is no line after it
            yield LineEdit(first + 1, end, "".join(after[new_first:new_last]))
