"""The text of a Python file: lines as flake8 hands them out, and the bytes they came from."""

from __future__ import annotations

import codecs
import re
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from io import BytesIO
from itertools import chain, zip_longest
from typing import TypeAlias

#: New lines for those from an index (from 0) up to, not including, another.
Change: TypeAlias = tuple[int, int, Sequence[str]]

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")


class UnreadableText(ValueError):
    """The bytes are no Python text: unknown or wrong encoding."""


@dataclass(frozen=True)
class Text:
    """A file's lines, how each of them ends, and how it is encoded.

    ``lines`` end in ``\\n``, except perhaps the last one, and carry no byte order mark, as flake8
    reads them; ``ends`` holds what ends each of them in the file: ``\\n``, ``\\r\\n``, ``\\r``, or
    nothing.
    """

    lines: tuple[str, ...]
    ends: tuple[str, ...]
    encoding: str = "utf-8"
    mark: bytes = b""

    @classmethod
    def read(cls, source: bytes) -> Text:
        """The text of a file's bytes, by its byte order mark or its coding line (PEP 263).

        Raises :class:`UnreadableText` where that fails, and where the bytes could not be written
        back as they are (as with some stateful encodings).
        """
        mark = codecs.BOM_UTF8 if source.startswith(codecs.BOM_UTF8) else b""
        try:
            encoding, _ = tokenize.detect_encoding(BytesIO(source).readline)
            encoding = "utf-8" if mark else encoding
            decoded = source[len(mark) :].decode(encoding)
            if decoded.encode(encoding) != source[len(mark) :]:
                raise UnreadableText(f"its encoding {encoding} does not keep its bytes")
        except UnicodeError as error:
            raise UnreadableText(f"not decodable: {error}") from error
        except (SyntaxError, LookupError) as error:
            raise UnreadableText(str(error)) from error
        pairs = [match.groups() for match in _LINE.finditer(decoded) if match.group()]
        lines = tuple(content + "\n" if end else content for content, end in pairs)
        return cls(lines, tuple(end for _, end in pairs), encoding, mark)

    def to_bytes(self) -> bytes:
        """The file's bytes."""
        text = "".join(
            line.removesuffix("\n") + end for line, end in zip(self.lines, self.ends, strict=True)
        )
        return self.mark + text.encode(self.encoding)

    def column(self, line: int, offset: int) -> int:
        """A column of the line (from 1) in characters, from one in bytes of UTF-8 (as ast counts
        them)."""
        content = self.lines[line - 1]
        return offset if content.isascii() else len(content.encode()[:offset].decode())

    def with_changes(self, changes: Iterable[Change]) -> Text:
        """The text with new lines in the place of others.

        New lines end in ``\\n``, except perhaps the last one of the file. A line that is still
        there keeps its line end; any other gets that of the line in whose place or after which it
        stands.
        """
        lines: list[str] = []
        ends: list[str] = []
        done = 0
        for first, last, new in sorted(changes, key=lambda change: change[:2]):
            lines += [*self.lines[done:first], *new]
            ends += [*self.ends[done:first], *self._ends(first, last, new)]
            done = last
        lines += self.lines[done:]
        ends += self.ends[done:]
        return Text(tuple(lines), tuple(ends), self.encoding, self.mark)

    def with_lines(self, first: int, last: int, new: Sequence[str]) -> Text:
        """The text with a single one of such changes."""
        return self.with_changes([(first, last, new)])

    def _ends(self, first: int, last: int, new: Sequence[str]) -> list[str]:
        nearby = self.ends[max(0, first - 1) : last + 1]
        usual = next((end for end in chain(nearby, self.ends) if end), "\n")
        if len({end for end in nearby if end}) < 2:
            return [usual if line.endswith("\n") else "" for line in new]
        # Line ends are mixed: find out which line is which.
        same = _same_at_start(self.lines[first:last], new)
        same_at_end = _same_at_start(self.lines[first + same : last][::-1], new[same:][::-1])
        start, stop = first + same, last - same_at_end
        middle = self._ends_by_likeness(start, stop, new[same : len(new) - same_at_end], usual)
        return [*self.ends[first:start], *middle, *self.ends[stop:last]]

    def _ends_by_likeness(
        self, first: int, last: int, new: Sequence[str], usual: str
    ) -> Iterator[str]:
        matcher = SequenceMatcher(None, self.lines[first:last], new, autojunk=False)
        for _, start, stop, new_start, new_stop in matcher.get_opcodes():
            if first + start > 0:
                usual = self.ends[first + start - 1] or usual
            old = self.ends[first + start : first + stop]
            for line, end in zip_longest(new[new_start:new_stop], old[: new_stop - new_start]):
                usual = end or usual
                yield usual if line.endswith("\n") else ""


def _same_at_start(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines two texts have in common before they differ."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(one), len(other)))
