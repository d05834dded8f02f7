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

from forking import Forking, in_utf8

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
    """Run ``python -m module``, from scratch where the variables ask something of Python itself."""
    environment = {**in_utf8(os.environ), **(variables or {})}
    if _forking().can_run_in(environment):
        status, output, errors = _forking().run(
            module,
            list(map(os.fsdecode, arguments)),
            cwd=cwd,
            stdin=stdin,
            environment=environment,
        )
    else:
        ended = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=cwd,
            input=stdin,
            capture_output=True,
            timeout=120,
            env=environment,
        )
        status, output, errors = ended.returncode, ended.stdout, ended.stderr
    return Ended(status, output, errors.decode(errors="replace"))


#: The one of this session.
_forking = cache(Forking)


def on_terminal(
    *arguments: str, cwd: Path, environment: Mapping[str, str] | None = None, lines: int = 500
) -> str:
    """What a terminal of 80 columns shows of ``flake8-celery-retry``: its output and its errors."""
    terminal, program_side = pty.openpty()
    size = {"COLUMNS": "80", "LINES": str(lines), "TERM": "xterm-256color"}
    line = [sys.executable, "-m", "flake8_celery_retry", *arguments]
    environment = {**os.environ, **size, **(environment or {})}
    with subprocess.Popen(
        line, cwd=cwd, env=environment, stdin=program_side, stdout=program_side, stderr=program_side
    ):
        os.close(program_side)
        shown = b"".join(iter(lambda: _read(terminal), b""))
    os.close(terminal)
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
