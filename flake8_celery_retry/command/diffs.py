"""Unified diffs that ``git apply`` and ``patch -p0`` accept as they are."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator

#: A line ends with a line feed only: what comes before it, a carriage return too, is its content.
LINE = re.compile(rb"[^\n]*\n|[^\n]+")

#: The colours of ``git diff``, by what a line of a diff begins with.
COLOURS = {
    b"---": b"\033[1m",
    b"+++": b"\033[1m",
    b"@@ ": b"\033[36m",
    b"-": b"\033[31m",
    b"+": b"\033[32m",
}
RESET = b"\033[m"

#: What a name must not hold if it is to stand in a diff without quotes.
ODD = re.compile(rb'[\x00-\x1f\x7f"\\]')
ESCAPES = {b"\t": b"\\t", b"\n": b"\\n", b"\r": b"\\r", b'"': b'\\"', b"\\": b"\\\\"}


def unified_diff(path: str, old: bytes, new: bytes) -> bytes:
    """The diff that turns the content ``old`` of a file into ``new``; empty if they are the same.

    Names begin with ``./``: ``git apply`` takes the first part of a name away, ``patch -p0`` does
    not, and both find the file.
    """
    name = _name_in_diff(path)
    lines = difflib.diff_bytes(
        difflib.unified_diff, LINE.findall(old), LINE.findall(new), name, name, lineterm=b"\n"
    )
    return b"".join(_with_line_end(line) for line in lines)


def coloured_diff(diff: bytes) -> bytes:
    """A diff as a terminal shows it."""
    return b"".join(_coloured_lines(diff))


def _coloured_lines(diff: bytes) -> Iterator[bytes]:
    for line in LINE.findall(diff):
        colour = COLOURS.get(line[:3]) or COLOURS.get(line[:1])
        content = line.rstrip(b"\r\n")
        yield colour + content + RESET + line[len(content) :] if colour else line


def _with_line_end(line: bytes) -> bytes:
    return line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n"


def _name_in_diff(path: str) -> bytes:
    """A path as it stands in a diff's head: relative where that leads down, with slashes."""
    relative = os.path.relpath(path)
    if not os.path.isabs(relative) and not relative.startswith(os.pardir):
        path = os.path.join(os.curdir, relative)
    name = os.fsencode(path).replace(os.fsencode(os.sep), b"/")
    if ODD.search(name):
        return b'"' + ODD.sub(_escaped, name) + b'"'
    # After a tab there might be a date: that tells where a name with spaces ends.
    return name + b"\t" if b" " in name else name


def _escaped(match: re.Match[bytes]) -> bytes:
    return ESCAPES.get(match[0]) or b"\\%03o" % match[0][0]
