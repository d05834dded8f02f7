"""Files read once: bytes for the prefilter's scan, and from them the lines that flake8 sees."""

from __future__ import annotations

import codecs
import functools
import io
import os
import re
import stat
import sys
import tokenize

from flake8.exceptions import ExecutionError

from ..linting.prefilter import may_hold_findings
from ..settings import Settings

#: A declaration of the source's encoding, in one of the first two lines (PEP 263).
DECLARATION = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.MULTILINE)

#: What almost every encoding writes as ASCII does; the escape tells ``unicode_escape`` from them.
ASCII = bytes(range(128)).replace(b"\\", rb"\u0061")

#: The names of Python's default encoding that people write.
UTF8 = frozenset({"utf-8", "utf8", "utf_8"})

#: Opens a pipe without waiting for a writer and, on Windows, a file without changing its bytes.
OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class NotAFileError(OSError):
    """A path that leads to something without content of its own: a socket, a device, a pipe."""


def read_bytes(path: str) -> bytes:
    """The whole content of a file.

    Raises ``OSError`` if it can't be read, and ``NotAFileError`` for what is no file; a pipe that
    nobody writes to must not keep the run waiting.
    """
    descriptor = os.open(path, OPEN_FLAGS)
    try:
        status = os.fstat(descriptor)
        if stat.S_ISREG(status.st_mode):
            return _read_to_end(descriptor, status.st_size + 1)
        if stat.S_ISFIFO(status.st_mode):
            os.set_blocking(descriptor, True)
            if content := _read_to_end(descriptor, 1 << 16):
                return content
    finally:
        os.close(descriptor)
    raise NotAFileError(f"not a regular file: {path!r}")


@functools.cache
def standard_input() -> bytes:
    """The whole of standard input, however often it is asked for."""
    if sys.stdin is None:
        raise ExecutionError("standard input is closed")
    return sys.stdin.buffer.read()


def _read_to_end(descriptor: int, size: int) -> bytes:
    chunks = []
    while chunk := os.read(descriptor, size):
        chunks.append(chunk)
    return b"".join(chunks)


def may_hold(content: bytes, settings: Settings, path: str = "") -> bool:
    """Whether a file with this content can hold a finding, told by a scan of its text.

    What holds a null byte is no Python: it may hold that finding. Raises ``LookupError`` as
    :func:`lines_of` does.
    """
    return b"\0" in content or may_hold_findings(_content_to_scan(content), settings, path)


def _content_to_scan(content: bytes) -> bytes | str:
    """The content where the words in it are those of :func:`lines_of`, else their text: for almost
    every file nothing is decoded."""
    encoding = _declared_encoding(content)
    if encoding in UTF8 or (content.isascii() and _keeps_ascii(encoding)):
        return content.removeprefix(codecs.BOM_UTF8)
    return "".join(lines_of(content))


def lines_of(content: bytes) -> list[str]:
    """The lines, each with its line end ``\\n``, that flake8 reads from a file with this content.

    They are decoded as the file declares, and as Latin-1 where that fails. Raises ``LookupError``
    for a declared encoding that is none for text (``rot13``).
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        return _decoded_lines(content, encoding)
    except (SyntaxError, UnicodeError):
        return _decoded_lines(content, "latin-1")


def _decoded_lines(content: bytes, encoding: str) -> list[str]:
    return io.TextIOWrapper(io.BytesIO(content), encoding).readlines()


def _declared_encoding(content: bytes) -> str:
    """The encoding that one of the first two lines declares, or Python's default."""
    end_of_second_line = content.find(b"\n", content.find(b"\n") + 1)
    head = content if end_of_second_line < 0 else content[:end_of_second_line]
    declaration = DECLARATION.search(head) if b"coding" in head else None
    return declaration[1].decode("ascii").lower() if declaration else "utf-8"


@functools.cache
def _keeps_ascii(encoding: str) -> bool:
    try:
        return ASCII.decode(encoding) == ASCII.decode("ascii")
    except LookupError:
        return True  # no such encoding: flake8 reads the file as Latin-1
    except UnicodeError:
        return False
