"""What linting brings to light: mistakes (a rule's answers), findings (mistakes with a code and a
place), and fixes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ..fixing.edits import Edit


#: The nodes that have a place in the file.
Node = ast.stmt | ast.expr | ast.ExceptHandler | ast.keyword


class Fix(NamedTuple):
    """A repair as plain data: a short title, whether it is safe, and the edits to carry out.

    Safe: the fixed program can't do worse than the one it replaces, which is already broken at
    that spot. Unsafe: the intent is likely, but the choice is the author's.
    """

    title: str
    safe: bool
    edits: tuple[Edit, ...]


class Mistake(NamedTuple):
    """A rule's answer: the node a person has to edit, what to tell them, and maybe a fix."""

    node: Node
    message: str
    fix: Fix | None = None


class Finding(NamedTuple):
    """A mistake with the code of its rule and its place in the file.

    ``line`` counts from 1 and ``column`` from 0, in characters, as a flake8 plugin reports them
    (flake8 shows the column counted from 1). ``end`` is the place behind what is meant, if that is
    known; of a statement with a body it is the end of its first line.
    """

    code: str
    line: int
    column: int
    message: str
    fix: Fix | None = None
    end: tuple[int, int] | None = None

    def without_edits(self) -> Finding:
        """The same for another process: a fix's edits name the nodes of a tree of this one."""
        return self._replace(fix=self.fix._replace(edits=())) if self.fix else self
