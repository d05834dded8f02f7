"""Places in a file as the protocol counts them: lines from 0, columns in units of an encoding.

That encoding is UTF-16, unless client and server agree on another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..fixing.line_edits import LineEdit
from ..linting.findings import Finding

UTF_16 = "utf-16"

#: How Python names an encoding without a mark at the start, and how many bytes its unit has.
UNITS = {"utf-8": ("utf-8", 1), UTF_16: ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


class Position(NamedTuple):
    """A line (from 0) and a column in units."""

    line: int
    character: int


class Range(NamedTuple):
    """From a position up to another."""

    start: Position
    end: Position


class Places:
    """The places in a file's lines (each with its line end, if it has one)."""

    def __init__(self, lines: Sequence[str], encoding: str = UTF_16) -> None:
        """Take the lines, and the name of the encoding."""
        self.lines = lines
        self.name, self.size = UNITS[encoding]

    def position(self, line: int, column: int) -> Position:
        """The position of a line (from 1) and a column (from 0, in characters)."""
        before = self.lines[line - 1][:column] if 0 < line <= len(self.lines) else ""
        units = len(before.encode(self.name, "surrogatepass")) // self.size
        return Position(max(0, line - 1), units)

    def column(self, position: Position) -> int:
        """The column (from 0, in characters) of a position."""
        line = self.lines[position.line] if position.line < len(self.lines) else ""
        encoded = line.encode(self.name, "surrogatepass")[: position.character * self.size]
        return len(encoded.decode(self.name, "ignore"))

    def of_finding(self, finding: Finding) -> Range:
        """Where a finding is; up to the end of its line where it says no more."""
        line = self.lines[finding.line - 1] if 0 < finding.line <= len(self.lines) else ""
        end = finding.end or (finding.line, len(line.rstrip()))
        return Range(self.position(finding.line, finding.column), self.position(*end))

    def of_edit(self, edit: LineEdit) -> Range:
        """What an edit replaces."""
        return Range(self.position(edit.first, 0), self.position(*edit.end))
