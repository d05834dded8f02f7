"""The programs that a user runs, as the tests run them."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile

from forking import AHEAD, SERVERS, Forking, Running, in_utf8

#: A task that CRT101 reports on line 4, column 1, and whose fix is safe.
BAD_TASK = """\
from celery import shared_task

@shared_task(bind=True)
def send_receipt():
    print("sent")
"""

#: The same task as the fix leaves it.
FIXED_TASK = BAD_TASK.replace("send_receipt()", "send_receipt(self)")


@dataclass(frozen=True)
class Ended:
    """How a program ended: its exit status, and what it wrote."""

    status: int
    output: bytes
    errors: str

    @property
    def lines(self) -> list[str]:
        """The lines of its standard output."""
        return self.output.decode().splitlines()


def flake8(
    *arguments: str | bytes,
    cwd: Path,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
) -> Ended:
    """Run the flake8 of this environment, in one process unless it is told otherwise: to divide a
    few small files among several takes longer than to check them."""
    asked = any(os.fsdecode(argument).startswith(("-j", "--jobs")) for argument in arguments)
    jobs = [] if asked else ["--jobs=1"]
    return _run("flake8", [*jobs, *arguments], cwd, stdin, environment)


def command(
    *arguments: str | bytes,
    cwd: Path,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
) -> Ended:
    """Run ``flake8-celery-retry``; a traceback is never right."""
    ended = _run("flake8_celery_retry", arguments, cwd, stdin, environment)
    assert "Traceback" not in ended.errors
    return ended


def _run(
    module: str,
    arguments: Sequence[str | bytes],
    cwd: Path,
    stdin: bytes,
    variables: Mapping[str, str] | None,
) -> Ended:
    """Run ``python -m module`` to its end."""
    with TemporaryFile() as given, TemporaryFile() as output, TemporaryFile() as errors:
        given.write(stdin)
        for stream in (given, output, errors):
            stream.seek(0)
        streams = [stream.fileno() for stream in (given, output, errors)]
        running = start([module, *map(os.fsdecode, arguments)], streams, cwd, variables)
        status = running.wait(timeout=120)
        output.seek(0)
        errors.seek(0)
        return Ended(status, output.read(), errors.read().decode(errors="replace"))


def start(
    program: Sequence[str],
    streams: Sequence[int],
    cwd: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> Running | subprocess.Popen[bytes]:
    """Start ``python -m program``, from scratch where variables ask something of Python itself.

    ``streams`` are the numbers of its input, output and errors. It has copies of them: who wants to
    read to the end closes those that it writes to.
    """
    environment = {**in_utf8(os.environ), **(variables or {})}
    forking = _forking(SERVERS if {*program[:2]} & {"server", "pylsp"} else AHEAD)
    if forking.can_run_in(environment):
        return forking.start(program, streams, cwd or Path.cwd(), environment)
    line = [sys.executable, "-m", *program]
    stdin, stdout, stderr = streams
    return subprocess.Popen(
        line, cwd=cwd, env=environment, stdin=stdin, stdout=stdout, stderr=stderr
    )


#: The one of this session, for what is imported ahead.
_forking = cache(Forking)


def on_terminal(
    *arguments: str, cwd: Path, environment: Mapping[str, str] | None = None, lines: int = 500
) -> str:
    """What a terminal of 80 columns shows of ``flake8-celery-retry``: its output and its errors."""
    terminal, program_side = pty.openpty()
    size = {"COLUMNS": "80", "LINES": str(lines), "TERM": "xterm-256color"}
    variables = {**size, **(environment or {})}
    running = start(["flake8_celery_retry", *arguments], [program_side] * 3, cwd, variables)
    os.close(program_side)
    shown = b"".join(iter(lambda: _read(terminal), b""))
    os.close(terminal)
    running.wait(timeout=120)
    return shown.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 10_000)
    except OSError:  # Linux' way to say that the other side is closed
        return b""


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files into a folder, and the folders they need."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
