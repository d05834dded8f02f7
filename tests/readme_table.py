"""The README's table of rules."""

from __future__ import annotations

from typing import NamedTuple

from project import PROJECT


class Line(NamedTuple):
    """A line of the README's table of rules."""

    code: str
    name: str
    finds: str
    default: str
    fix: str


TABLE = [
    Line(*(cell.strip() for cell in line.strip("|\n").split(" | ")))
    for line in (PROJECT / "README.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| CRT")
]
