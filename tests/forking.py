"""A Python that has imported what does not change, and becomes a program whenever a test runs one.

Of the time that a program takes in a test, most is Python, flake8, libcst and the rules getting
ready. Here that is done once: a process waits with them imported and forks. The fork is the program
as it would have been started: a process with its own arguments, folder, environment and streams,
which imports the rest of ours, what a user sees of it, and ends as it ends. With variables that
Python reads when it starts, it is started from scratch: see ``programs.py``.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

#: What is imported ahead, where it is installed. Nothing that changes others when it is imported,
#: as Flake8-pyproject does: what a program does must not depend on this list.
AHEAD = [
    *("flake8.main.cli", "flake8.plugins.pycodestyle", "flake8.plugins.pyflakes", "mccabe"),
    *("flake8.formatting.default", "flake8_html.plugin", "libcst", "difflib"),
    "flake8_celery_retry.rules",
]


class Forking:
    """The process that waits, and what is asked of it: one program at a time."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        environment = in_utf8(os.environ)
        self._at_start = _read_at_start(environment)
        self._asking, answering = socket.socketpair()
        number = answering.fileno()
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(number)],
            pass_fds=[number],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        answering.close()
        self._asking.settimeout(120)

    def can_run_in(self, environment: Mapping[str, str]) -> bool:
        """Whether Python would start in this environment as it did here."""
        return _read_at_start(environment) == self._at_start

    def run(
        self,
        module: str,
        arguments: Sequence[str],
        *,
        cwd: Path,
        stdin: bytes,
        environment: Mapping[str, str],
    ) -> tuple[int, bytes, bytes]:
        """Run ``python -m module`` to its end: its status, its output, its errors.

        A negative status is the signal that ended it, as `subprocess` has it.
        """
        program = {
            "module": module,
            "arguments": arguments,
            "folder": str(cwd),
            "environment": dict(environment),
        }
        with contextlib.ExitStack() as stack:
            streams = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(4)]
            wanted, given, output, errors = streams
            _put(wanted, json.dumps(program).encode())
            _put(given, stdin)
            socket.send_fds(self._asking, [b"run"], [stream.fileno() for stream in streams])
            try:
                status = int(self._asking.recv(16))
            except TimeoutError:  # as `subprocess` ends what takes too long
                os.killpg(self._process.pid, signal.SIGKILL)
                self._start()
                raise
            return status, _taken(output), _taken(errors)


def in_utf8(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment, for a program whose streams are read as UTF-8 whatever the locale is."""
    return {**environment, "PYTHONIOENCODING": "utf-8"}


def _read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that Python reads when it starts."""
    return {
        name: value
        for name, value in environment.items()
        if name.startswith(("PYTHON", "LC_", "LANG"))
    }


def _put(stream: IO[bytes], content: bytes) -> None:
    stream.write(content)
    stream.seek(0)


def _taken(stream: IO[bytes]) -> bytes:
    stream.seek(0)
    return stream.read()


def _serve(connection: socket.socket) -> Mapping[str, Any] | None:
    """Fork for each program that is asked for: in the fork the program, else None at the end."""
    while True:
        asked, streams, _, _ = socket.recv_fds(connection, 16, 4)
        if not asked:
            return None
        if (program := os.fork()) == 0:
            connection.close()
            with open(streams[0], "rb") as wanted:
                described: Mapping[str, Any] = json.load(wanted)
            for number, stream in enumerate(streams[1:]):
                os.dup2(stream, number)
                os.close(stream)
            return described
        for stream in streams:
            os.close(stream)
        status = os.waitstatus_to_exitcode(os.waitpid(program, 0)[1])
        connection.send(str(status).encode())


def _become(program: Mapping[str, Any]) -> None:
    """Do what ``python -m module arguments`` does, in its folder and environment."""
    os.chdir(program["folder"])
    os.environ.clear()
    os.environ.update(program["environment"])
    sys.path[0] = program["folder"]
    sys.argv[1:] = program["arguments"]
    try:
        runpy.run_module(program["module"], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if isinstance(end.code, str):
            raise  # Python prints it
        _end(end.code or 0)
    _end(0)


def _end(status: int) -> None:
    """End the process as Python does, but leave what is in its memory: to take apart what a fork
    shares with others copies it first, which is half of the time of a small program."""
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    for name in AHEAD:
        if find_spec(name.partition(".")[0]):
            import_module(name)
    sys.modules["flake8_celery_retry.rules"].all_rules()  # it imports them when it is asked
    gc.collect()
    gc.freeze()
    if program := _serve(socket.socket(fileno=int(sys.argv[1]))):
        _become(program)
