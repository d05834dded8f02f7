"""What holds for the files of a folder: the options of ``check``, read again when they change."""

from __future__ import annotations

import argparse
import io
import os
from collections.abc import Iterable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from typing import TypeAlias

from flake8.exceptions import ExecutionError

from ..command.configuration import Command, Run, read_options
from ..command.discovery import discover
from ..command.fixer_process import FixerProcess
from ..command.pyproject import FILE
from ..linting.baseline import read_baseline

#: The files that decide what is shown: flake8's, and what names the files that are the project's.
DECIDING = ("setup.cfg", "tox.ini", ".flake8", FILE, ".gitignore")

#: What tells a file from itself after a change; ``None``: there is none.
Stamp: TypeAlias = tuple[int, int] | None


class Project:
    """A folder in which ``check`` would run, and what its configuration says."""

    def __init__(self, folder: str, run: Run) -> None:
        """Take the folder, and the options that hold in it."""
        self.run = run
        self.fixer = FixerProcess(run)
        self._watched = [*_deciding_files(folder), *filter(None, [run.settings.baseline])]
        self._stamps = self._stamps_now()
        self._is_wanted: dict[str, bool] = {}

    def is_current(self) -> bool:
        """Whether no file that decides has changed since it was read."""
        return self._stamps == self._stamps_now()

    def wants(self, path: str) -> bool:
        """Whether ``check --force-exclude`` looks at a file."""
        if path not in self._is_wanted:
            named = {"filenames": [path], "force_exclude": True}
            options = argparse.Namespace(**{**vars(self.run.options), **named})
            self._is_wanted[path] = bool(discover(options).files)
        return self._is_wanted[path]

    def close(self) -> None:
        """End what was started for it."""
        self.fixer.close()

    def _stamps_now(self) -> list[Stamp]:
        return [_stamp(path) for path in self._watched]


class Projects:
    """The folders of a session.

    The process goes where a file's project lies, as whoever runs ``check`` would: so flake8 finds
    its configuration.
    """

    def __init__(self, arguments: Sequence[str], command: Command) -> None:
        """Take the arguments of the server, which hold for all folders."""
        self.arguments = arguments
        self.command = command
        self._projects: dict[str, Project] = {}

    def of_file(self, path: str, folders: Iterable[str]) -> Project:
        """The project of a file: the innermost of these folders that it lies in, or its own.

        Raises ``ExecutionError`` for a configuration that can't be read, with a line that says why.
        """
        path = os.path.abspath(path)
        around = [each for each in folders if path.startswith(os.path.join(each, ""))]
        folder = max(around, key=len, default=os.path.dirname(path))
        if os.path.isdir(folder):
            os.chdir(folder)
        known = self._projects.get(folder)
        if known is not None and known.is_current():
            return known
        if known is not None:
            self._projects.pop(folder).close()
        read_baseline.cache_clear()
        self._projects[folder] = Project(folder, self._read_options())
        return self._projects[folder]

    def close(self) -> None:
        """End what was started for all of them."""
        for project in self._projects.values():
            project.close()

    def _read_options(self) -> Run:
        said = io.StringIO()
        try:
            # Standard output is the client's; argparse explains itself on standard error.
            with redirect_stdout(said), redirect_stderr(said):
                return read_options(self.arguments, self.command)
        except SystemExit as error:
            lines = said.getvalue().splitlines() or ["flake8's configuration can't be read"]
            raise ExecutionError(lines[-1]) from error


def _deciding_files(folder: str) -> list[str]:
    files = []
    while True:
        files += [os.path.join(folder, name) for name in DECIDING]
        above = os.path.dirname(folder)
        if above == folder:
            return files
        folder = above


def _stamp(path: str) -> Stamp:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
