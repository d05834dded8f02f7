"""A file read here has the lines that flake8 reads, and the prefilter may look at its bytes."""

from __future__ import annotations

import argparse
import os
import socket
import threading
from pathlib import Path

import pytest
from flake8.processor import FileProcessor
from hypothesis import given, settings
from hypothesis import strategies as st

from flake8_celery_retry.command.reading import NotAFileError, lines_of, may_hold, read_bytes
from flake8_celery_retry.linting.prefilter import may_hold_findings
from flake8_celery_retry.settings import DEFAULT, Settings

TASK = "@shared_task(bind=True)\ndef job(self):\n    raise self.retry()\n"
PLAIN = "def job():\n    return 'grüße'\n"

CONTENTS = {
    "empty": b"",
    "no newline at the end": b"x = 1",
    "line ends": b"a = 1\r\nb = 2\rc = 3\n\x0cd = 4\n\n",
    "line ends inside a string": b"a = '''\r\n\r\x0b\x1c\xc2\x85\xe2\x80\xa8'''\n",
    "BOM": b"\xef\xbb\xbfx = 1\n",
    "BOM alone": b"\xef\xbb\xbf",
    "BOM and another encoding": b"\xef\xbb\xbf# coding: latin-1\nx = 1\n",
    "UTF-8": "x = 'ü€😀'\n".encode(),
    "not UTF-8": b"x = '\xfc'\n",
    "BOM, not UTF-8": b"\xef\xbb\xbfx = '\xfc'\n",
    "Latin-1 declared": b"# -*- coding: latin-1 -*-\nx = '\xfc'\n",
    "Latin-1 declared in line two": b"#!/usr/bin/python\n# vim: fileencoding=latin-1\nx = '\xfc'\n",
    "Latin-1 declared in line three": b"\n\n# coding: latin-1\nx = '\xfc'\n",
    "declared after code": b"x = 1\n# coding: latin-1\ny = '\xfc'\n",
    "ASCII declared, not ASCII": b"# coding: ascii\nx = '\xfc'\n",
    "no such encoding": b"# coding: klingon\nx = '\xfc'\n",
    "UTF-7": b"# coding: utf-7\n" + "x = 'ü'\n".encode("utf-7"),
    "Shift JIS": "# coding: shift_jis\nx = 'ソ表'\n".encode("shift_jis"),
    "UTF-16": "x = 1\n".encode("utf-16"),
    "null byte": b"x = 1\n\0y = 2\n",
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_lines_are_those_that_flake8_reads(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_bytes(content)
    assert read_bytes(str(file)) == content
    assert processed(file, lines_of(content)) == processed(file, None)


def processed(file: Path, lines: list[str] | None) -> list[str]:
    """The lines as flake8 hands them to a plugin."""
    options = argparse.Namespace(
        hang_closing=False, indent_size=4, max_line_length=79, max_doc_length=None, verbose=0
    )
    return FileProcessor(str(file), options, lines).lines


#: What files are made of that the prefilter may see one way or another.
FRAGMENTS = [
    "# coding: utf-8\n",
    "# coding: latin-1\r",
    "# coding: utf-7\n",
    "# coding: klingon\n",
    "\ufeff",
    "\n",
    "\r",
    "\r\n",
    "\n@",
    "@app.task",
    "task",
    "(bind=True)",
    "job = ",
    "def größe():",
    "größe()",
    "ª",
    "sleep",
    "except",
    "retry(",
    " ",
    "+AHQ-",
]


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(FRAGMENTS), max_size=12),
    st.sampled_from(["utf-8", "latin-1", "utf-7", "ascii"]),
)
def test_the_text_that_is_scanned_is_the_one_that_is_linted(
    fragments: list[str], encoding: str
) -> None:
    content = "".join(fragments).encode(encoding, errors="replace")
    text = "".join(processed(Path("module.py"), lines_of(content)))
    assert may_hold(content, DEFAULT) == may_hold_findings(text, DEFAULT)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-7", "shift_jis", "klingon"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_task_is_seen_in_every_encoding(encoding: str, line_end: str) -> None:
    codec = "latin-1" if encoding == "klingon" else encoding
    for source in [TASK, PLAIN]:
        content = f"# coding: {encoding}\n{source}".replace("\n", line_end)
        encoded = content.encode(codec, errors="replace")
        assert may_hold(encoded, DEFAULT) == (source == TASK)


def test_words_hidden_by_an_encoding_are_seen() -> None:
    hidden = "".join(f"\\u{ord(each):04x}" if each.isalpha() else each for each in TASK)
    content = b"# coding: unicode_escape\n" + hidden.encode()
    assert b"retry" not in content
    assert may_hold(content, DEFAULT)


def test_names_of_ones_own_need_not_be_ascii() -> None:
    content = "@aufträge.größe\ndef job(self):\n    raise self.retry()\n".encode()
    settings = Settings(task_decorators=frozenset({"aufträge.größe"}))
    assert not may_hold(content, DEFAULT)
    assert may_hold(content, settings)


def test_a_null_byte_is_a_finding_of_its_own() -> None:
    assert may_hold(b"x = 1\0", DEFAULT)


def test_what_has_no_content_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.py"))
        for name in ["missing.py", "socket.py", "pipe.py", "."]:
            with pytest.raises(OSError, match=name):
                read_bytes(str(tmp_path / name))
    with pytest.raises(NotAFileError):
        read_bytes("/dev/null")


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    """As a shell's ``check <(git show HEAD:tasks.py)`` hands one over."""
    reader, writer = os.pipe()
    feeding = threading.Thread(target=feed, args=(writer, TASK.encode() * 10_000))
    feeding.start()
    assert read_bytes(f"/dev/fd/{reader}") == TASK.encode() * 10_000
    feeding.join()
    os.close(reader)


def feed(descriptor: int, content: bytes) -> None:
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
