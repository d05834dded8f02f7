"""The top-level statements of a file, and the lines in which they stand."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ..places import end_of
from ..text import Text


def sections_of(text: Text, tree: ast.Module) -> list[Section]:
    """The top-level statements in their order; those that share a line are one section."""
    sections: list[Section] = []
    for statement in tree.body:
        first, last = lines_of(statement, text)
        if sections and first < sections[-1].last:
            sections[-1].take(statement, last)
        else:
            sections.append(Section(text, statement, first, last))
    return sections


def lines_of(statement: ast.stmt, text: Text) -> tuple[int, int]:
    """The index of a statement's first line, and that of the one after its last.

    ast leaves out the ``@`` of decorators, and what backslashes join to it.
    """
    decorators = getattr(statement, "decorator_list", [])
    first = min(node.lineno for node in (statement, *decorators)) - 1
    last = end_of(statement)[0]
    while first > 0 and text.lines[first - 1].endswith("\\\n"):
        first -= 1
    while last < len(text.lines) and text.lines[last - 1].endswith("\\\n"):
        last += 1
    return first, last


def _blank_lines(lines: Sequence[str]) -> int:
    """How many of these lines come before the first that is not blank."""
    return next((index for index, line in enumerate(lines) if line.strip()), len(lines))


class Section:
    """Top-level statements, from the line with index ``first`` up to, not including, ``last``."""

    def __init__(self, text: Text, statement: ast.stmt, first: int, last: int) -> None:
        self.text = text
        self.statements = [statement]
        self.first = first
        self.last = last

    def take(self, statement: ast.stmt, last: int) -> None:
        """Have one more statement, up to this line."""
        self.statements.append(statement)
        self.last = max(self.last, last)

    def span_to_remove(self) -> tuple[int, int]:
        """The index of its first line and that of the one after its last, with the fewer of the
        blank lines before and after it; at the top of a file, with those after it."""
        before, after = (
            _blank_lines(self.text.lines[: self.first][::-1]),
            _blank_lines(self.text.lines[self.last :]),
        )
        if before <= after and self.first > 0:
            return self.first - before, self.last
        return self.first, self.last + after
