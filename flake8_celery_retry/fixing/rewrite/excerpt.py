"""The lines that edits are about, for libcst; a placeholder for each of the others.

libcst loses the space in ``except ValueError :``, does not know ``class A(metaclass=M, *bases)``,
and runs out of stack where ``ast`` has a flat list. None of that must keep back the fix of another
statement. So what no edit names is not shown to it: of a run of statements it sees a name, of the
head of a block ``if name:``. Afterwards the old lines take their place again, byte for byte.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..edits import Edit, InsertHandler, RemoveStatement
from ..places import end_of, place_of
from ..text import Text
from .sections import lines_of

#: What is shown in the place of a block's head; of a ``try``'s, that of its handlers.
HEADS: dict[str, str] = {
    "AsyncFor": "async for {0} in {0}:",
    "AsyncFunctionDef": "async def {0}():",
    "AsyncWith": "async with {0}:",
    "ClassDef": "class {0}:",
    "For": "for {0} in {0}:",
    "FunctionDef": "def {0}():",
    "Try": "except {0}:",
    "TryStar": "except* {0}:",
    "While": "while {0}:",
    "With": "with {0}:",
}

CASE = re.compile(r"[ \t\f]*case\b")


@dataclass(frozen=True)
class Piece:
    """Lines from an index (from 0) up to, not including, another; and what is shown in their place
    (``{0}`` being a name), or ``None``: they are shown themselves."""

    first: int
    last: int
    shown: str | None = None


class Excerpt:
    """Some lines of a text, without those that edits are not about.

    ``lines`` is what libcst is to see; :meth:`restored` gives the others back.
    """

    def __init__(
        self,
        text: Text,
        statements: Sequence[ast.stmt],
        span: tuple[int, int],
        edits: Iterable[Edit],
    ) -> None:
        """Take the statements that stand in a span of lines, from an index (from 0) up to, not
        including, another, and edits that name nodes in them, or elsewhere."""
        self.text = text
        #: The lines in which something is named; of those the lines that must be seen to edit it;
        #: and those whose blank lines and comments around them must be seen, too.
        self._named: list[int] = []
        self._edited: list[int] = []
        self._bordered: list[int] = []
        for edit in edits:
            self._take(edit)
        name = "hidden_"
        while any(name in line for line in text.lines[slice(*span)]):
            name += "_"
        self._placeholder = re.compile(rf"\b{name}(\d+)\b")
        self._hidden: list[Sequence[str]] = []
        #: Where in the excerpt a line of the text is, both from 0.
        self._places: dict[int, int] = {}
        self.lines: list[str] = []
        for piece in self._with_gaps(list(self._block(statements)), *span):
            self._add(piece, name)

    def line_of(self, line: int) -> int:
        """Where a line of the text is in the excerpt, both from 1; 0 if it is hidden."""
        return self._places.get(line - 1, -1) + 1

    def restored(self, lines: Iterable[str]) -> list[str]:
        """Edited lines of the excerpt, with the hidden ones in their place again.

        Raises ``ValueError`` where one of them has no place any more, or another one.
        """
        result: list[str] = []
        count = 0
        for line in lines:
            match = self._placeholder.search(line)
            if match is None:
                result.append(line)
            elif int(match[1]) == count:
                result += self._hidden[count]
                count += 1
            else:
                break
        if count != len(self._hidden):
            raise ValueError("what no edit names would move")
        return result

    def _take(self, edit: Edit) -> None:
        for node in edit.nodes():
            line = place_of(node)[0] - 1
            insort(self._named, line)
            if not isinstance(edit, InsertHandler):
                insort(self._edited, line)
            if isinstance(edit, InsertHandler | RemoveStatement):
                insort(self._bordered, line)

    def _add(self, piece: Piece, name: str) -> None:
        lines = self.text.lines[piece.first : piece.last]
        at = len(self.lines)
        if piece.shown is None:
            self._places |= {piece.first + each: at + each for each in range(len(lines))}
            self.lines += lines
            return
        self._places[piece.first] = at
        end = "\n" if lines[-1].endswith("\n") else ""
        self.lines.append(piece.shown.format(f"{name}{len(self._hidden)}") + end)
        self._hidden.append(lines)

    def _with_gaps(self, pieces: Sequence[Piece], first: int, last: int) -> Iterator[Piece]:
        """The pieces and what stands between them: blank lines, comments, ``else:``.

        Comments join what is hidden beside them: those at the end of a block can be more than
        libcst keeps apart.
        """
        before: Piece | None = None
        for piece in pieces:
            gap = Piece(before.last if before else first, piece.first)
            if self._is_left_to_see(gap, before, piece):
                if before:
                    yield before
                if gap.first < gap.last:
                    yield gap
                before = piece
            elif before and before.shown:
                yield replace(before, last=gap.last)
                before = piece
            else:
                if before:
                    yield before
                before = replace(piece, first=gap.first)
        if before:
            yield before
        end = before.last if before else first
        if end < last:
            yield Piece(end, last)

    def _is_left_to_see(self, gap: Piece, before: Piece | None, after: Piece) -> bool:
        lines = [line.strip() for line in self.text.lines[gap.first : gap.last]]
        if not any(lines) or not all(_is_aside(line) for line in lines):
            return True
        beside = [piece for piece in (before, after) if piece]
        is_hidden_beside = any(piece.shown for piece in beside)
        return not is_hidden_beside or any(_any_in(self._bordered, piece) for piece in beside)

    def _block(self, statements: Sequence[ast.stmt]) -> Iterator[Piece]:
        """The statements of a block, one piece for all that are hidden in a row."""
        run: Piece | None = None
        for group, piece in _by_lines(statements, self.text):
            is_named = _any_in(self._named, piece)
            if not is_named and not self._is_inline(group[0]):
                shown = self._indentation(piece.first) + "{0}"
                run = replace(run, last=piece.last) if run else replace(piece, shown=shown)
                continue
            if run:
                yield run
                run = None
            if is_named and len(group) == 1:
                yield from self._parts(group[0], piece)
            else:
                yield piece
        if run:
            yield run

    def _parts(self, statement: ast.stmt, whole: Piece) -> Iterator[Piece]:
        """The parts of a statement in which something is named."""
        kind = type(statement).__name__
        body: list[ast.stmt] = getattr(statement, "body", [])
        if isinstance(statement, ast.If):
            yield from self._branches(statement, whole)
        elif isinstance(statement, ast.Match):
            yield from self._cases(statement, whole)
        elif kind not in HEADS or self._is_inline(body[0]):
            yield whole
        else:
            handlers: list[ast.ExceptHandler] | None = getattr(statement, "handlers", None)
            if handlers is None:
                yield from self._clause(whole.first, body, HEADS[kind])
            else:
                yield from self._block(body)
            for handler in handlers or []:
                yield from self._clause(place_of(handler)[0] - 1, handler.body, HEADS[kind])
            yield from self._block(getattr(statement, "orelse", []))
            yield from self._block(getattr(statement, "finalbody", []))

    def _clause(self, first: int, body: Sequence[ast.stmt], head: str) -> Iterator[Piece]:
        """A head that begins in a line, and its block."""
        start, end = lines_of(body[0], self.text)[0], lines_of(body[-1], self.text)[1]
        whole = Piece(first, end)
        shown = self._indentation(first) + head
        if not _any_in(self._named, whole):
            yield replace(whole, shown=f"{shown} pass")
        elif self._is_inline(body[0]):
            yield whole
        else:
            while start > first + 1 and _is_aside(self.text.lines[start - 1]):
                start -= 1
            is_seen = _any_in(self._edited, Piece(first, start))
            yield Piece(first, start, None if is_seen else shown)
            yield from self._block(body)

    def _branches(self, statement: ast.If, whole: Piece) -> Iterator[Piece]:
        """An ``if`` with each ``elif`` of it, without a recursion for each."""
        clauses = [(whole.first, statement)]
        while self._is_elif(clauses[-1][1].orelse):
            following = clauses[-1][1].orelse[0]
            assert isinstance(following, ast.If)
            clauses.append((place_of(following)[0] - 1, following))
        hidden: Piece | None = None
        for index, (first, clause) in enumerate(clauses):
            piece = Piece(first, lines_of(clause.body[-1], self.text)[1])
            is_first = index == 0 or (hidden is not None and hidden.first == whole.first)
            if _any_in(self._named, piece):
                if hidden:
                    yield hidden
                    hidden = None
                word = "if" if index == 0 else "elif"
                yield from self._clause(first, clause.body, f"{word} {{0}}:")
            else:
                word = "if" if is_first else "elif"
                begin = hidden.first if hidden else first
                shown = f"{self._indentation(first)}{word} {{0}}: pass"
                hidden = Piece(begin, piece.last, shown)
        if hidden:
            yield hidden
        yield from self._block(clauses[-1][1].orelse)

    def _is_elif(self, orelse: Sequence[ast.stmt]) -> bool:
        if len(orelse) != 1 or not isinstance(orelse[0], ast.If):
            return False
        line, offset = place_of(orelse[0])
        column = self.text.column(line, offset)
        return self.text.lines[line - 1].startswith("elif", column)

    def _cases(self, statement: ast.Match, whole: Piece) -> Iterator[Piece]:
        """A ``match`` and its cases."""
        done = end_of(statement.subject)[0]
        starts: list[int] = []
        for case in statement.cases:
            start = next(
                (
                    index
                    for index in range(done, place_of(case.pattern)[0])
                    if CASE.match(self.text.lines[index])
                ),
                None,
            )
            if start is None:
                yield whole
                return
            starts.append(start)
            done = lines_of(case.body[-1], self.text)[1]
        head = Piece(whole.first, starts[0])
        while _is_aside(self.text.lines[head.last - 1]):
            head = replace(head, last=head.last - 1)
        shown = self._indentation(whole.first) + "match {0}:"
        yield head if _any_in(self._edited, head) else replace(head, shown=shown)
        for start, case in zip(starts, statement.cases, strict=True):
            yield from self._clause(start, case.body, "case {0}:")

    def _is_inline(self, statement: ast.stmt) -> bool:
        """Whether a statement stands in the line of something else: ``else: pass``."""
        if getattr(statement, "decorator_list", []):
            return False
        line, offset = place_of(statement)
        first, _ = lines_of(statement, self.text)
        before = [
            *self.text.lines[first : line - 1],
            self.text.lines[line - 1][: self.text.column(line, offset)],
        ]
        return bool("".join(before).strip(" \t\f\\\n"))

    def _indentation(self, index: int) -> str:
        """The white space at the start of a line; what stands before a form feed does not count."""
        line = self.text.lines[index]
        return line[: len(line) - len(line.lstrip(" \t\f"))].rpartition("\f")[2]


def _is_aside(line: str) -> bool:
    """Whether a line is blank or no more than a comment."""
    return not line.strip() or line.lstrip().startswith("#")


def _any_in(lines: Sequence[int], piece: Piece) -> bool:
    """Whether one of these lines, which are in order, is in a piece."""
    index = bisect_left(lines, piece.first)
    return index < len(lines) and lines[index] < piece.last


def _by_lines(statements: Iterable[ast.stmt], text: Text) -> Iterator[tuple[list[ast.stmt], Piece]]:
    """Statements in their order; those that share a line together."""
    group: list[ast.stmt] = []
    piece = Piece(0, 0)
    for statement in statements:
        first, last = lines_of(statement, text)
        if group and first < piece.last:
            group.append(statement)
            piece = Piece(piece.first, max(piece.last, last))
            continue
        if group:
            yield group, piece
        group, piece = [statement], Piece(first, last)
    if group:
        yield group, piece
