"""A Python that has imported what does not change, and becomes a program whenever a test runs one.

Of the time that a program takes in a test, most is Python, flake8, libcst and the rules getting
ready. Here that is done once: a process waits with them imported and forks. The fork is the program
as it would have been started: a process with its own arguments, folder, environment and streams,
which imports what is left, and ends as it ends. With variables that Python reads when it starts, it
is started from scratch: see ``programs.py``.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

#: What is imported ahead, where it is installed. Nothing that changes others when it is imported,
#: as Flake8-pyproject does: what a program does must not depend on this list.
AHEAD = (
    *("flake8.main.cli", "flake8.plugins.pycodestyle", "flake8.plugins.pyflakes", "mccabe"),
    *("flake8.formatting.default", "flake8_html.plugin", "libcst", "difflib"),
    *("flake8_celery_retry.rules", "flake8_celery_retry.fixing.fixer"),
    "flake8_celery_retry.command.fix",
)
#: The same where language servers are started.
SERVERS = (*AHEAD, "pygls.lsp.server", "lsprotocol.types", "pylsp.python_lsp")


class Program(NamedTuple):
    """What is to be run: a module and its arguments, in a folder, with these variables."""

    program: list[str]
    folder: str
    environment: dict[str, str]


class Running:
    """A program that was started."""

    def __init__(self, told: socket.socket) -> None:
        """``told`` is where its number is said, and then how it ended."""
        self._told = told
        self._lines = told.makefile()
        self._number = int(self._lines.readline())

    def wait(self, timeout: float) -> int:
        """Its exit status; a negative one is the signal that ended it, as `subprocess` has it.

        Raises ``TimeoutError`` after so many seconds, and ends it.
        """
        self._told.settimeout(timeout)
        try:
            return int(self._lines.readline())
        except TimeoutError:
            os.kill(self._number, signal.SIGKILL)
            raise
        finally:
            self._lines.close()
            self._told.close()


class Forking:
    """The process that waits, and what is asked of it."""

    def __init__(self, ahead: Iterable[str]) -> None:
        """``ahead`` are the modules that it imports, where they are installed."""
        environment = in_utf8(os.environ)
        self._at_start = _read_at_start(environment)
        self._asking, answering = socket.socketpair()
        number = answering.fileno()
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(number), *ahead],
            pass_fds=[number],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        answering.close()

    def can_run_in(self, environment: Mapping[str, str]) -> bool:
        """Whether Python would start in this environment as it did here."""
        return _read_at_start(environment) == self._at_start

    def start(
        self,
        program: Sequence[str],
        streams: Sequence[int],
        cwd: Path,
        environment: Mapping[str, str],
    ) -> Running:
        """Start ``python -m program``: a module and its arguments.

        ``streams`` are the numbers of its input, output and errors.
        """
        described = json.dumps([*program, str(cwd), dict(environment)])
        told, telling = socket.socketpair()
        with tempfile.TemporaryFile() as wanted, telling:
            wanted.write(described.encode())
            wanted.seek(0)
            sent = [wanted.fileno(), telling.fileno(), *streams]
            socket.send_fds(self._asking, [b"run"], sent)
        return Running(told)


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


def _serve(connection: socket.socket) -> Program | None:
    """Fork for each program that is asked for: in the fork the program, else None at the end."""
    ended, woken = socket.socketpair()
    woken.setblocking(False)
    signal.set_wakeup_fd(woken.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    running: dict[int, socket.socket] = {}
    while True:
        for readable in select.select([connection, ended], [], [])[0]:
            if readable is ended:
                ended.recv(4096)
                _tell_ends(running)
                continue
            asked, streams, _, _ = socket.recv_fds(connection, 16, 5)
            if not asked:
                return None
            if (number := os.fork()) == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for ours in (connection, ended, woken, *running.values()):
                    ours.close()
                return _described(streams)
            running[number] = socket.socket(fileno=streams[1])
            running[number].send(b"%d\n" % number)
            for stream in (streams[0], *streams[2:]):
                os.close(stream)


def _tell_ends(running: dict[int, socket.socket]) -> None:
    """Tell those who wait for them how programs ended; they run no more."""
    for number in list(running):
        is_over, status = os.waitpid(number, os.WNOHANG)
        if is_over:
            with running.pop(number) as telling, contextlib.suppress(BrokenPipeError):
                telling.send(b"%d\n" % os.waitstatus_to_exitcode(status))


def _described(streams: Sequence[int]) -> Program:
    """The program that is asked for; its input, output and errors become those of the process."""
    wanted, telling, *standard = streams
    with open(wanted, "rb") as description:
        *program, folder, environment = json.load(description)
    os.close(telling)
    for number, stream in enumerate(standard):
        os.dup2(stream, number)
        os.close(stream)
    # Where it waits they are the null device: no pipe and no terminal.
    encoding, errors = sys.stdout.encoding, "backslashreplace"
    sys.stdin = open(0, encoding=encoding, closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding=encoding, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", 1, encoding=encoding, errors=errors, closefd=False)  # noqa: SIM115
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
    return Program(program, folder, environment)


def _become(asked: Program) -> None:
    """Do what ``python -m program`` does, in its folder and environment."""
    os.chdir(asked.folder)
    os.environ.clear()
    os.environ.update(asked.environment)
    sys.path[0] = asked.folder
    module, *sys.argv[1:] = asked.program
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
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
    for stream in (sys.stdout, sys.stderr):
        if not stream.closed:
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    for name in sys.argv[2:]:
        if find_spec(name.partition(".")[0]):
            import_module(name)
    sys.modules["flake8_celery_retry.rules"].all_rules()  # it imports them when it is asked
    gc.collect()
    gc.freeze()
    if asked := _serve(socket.socket(fileno=int(sys.argv[1]))):
        _become(asked)
