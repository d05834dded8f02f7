"""The fixer in a process of its own: should that die of a file, the run goes on with the next one.

libcst is compiled code whose stack knows no bound, and Ctrl-C in the middle of it can get lost
behind an exception of its own. So it runs where neither matters: the process reads and writes no
file, and what it can't survive is one file left alone, with a line.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from ..fixing.outcomes import Outcome, Wanted
from ..linting.findings import Finding
from ..plugin import Plugin
from .checking import prepare_process
from .configuration import Run
from .signals import held_back
from .verdicts import shown_by, style_guide

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import BaseContext
    from multiprocessing.process import BaseProcess

LOG = logging.getLogger("flake8.celery_retry")


class Answer(NamedTuple):
    """What came of a file, and the traceback of what the fixer failed with."""

    outcome: Outcome
    traceback: str = ""


class FixerProcess:
    """Fixes one file after the other in another process, which is started with the first one."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None

    def fix(self, filename: str, content: bytes, only: Finding | None = None) -> Outcome:
        """What comes of fixing a file with this content, its findings without their edits.

        With ``only`` a finding, its fix alone is carried out, safe or not. Nothing is raised for
        any content: what goes wrong is the outcome's error.
        """
        self.start()
        assert self._process is not None
        assert self._connection is not None
        try:
            self._connection.send((filename, content, only))
            answer = self._connection.recv()
        except (EOFError, OSError):
            self._process.join()
            why = _way_it_died(self._process.exitcode)
            self.close()
            return Outcome(content, error=f"the fixer died of it ({why})")
        return _outcome_of(answer)

    def start(self) -> None:
        """Start the process ahead of the first file, for those who would have to wait for it."""
        if self._process is None or not self._process.is_alive():
            self._start()

    def close(self) -> None:
        """End the process; it holds nothing that could get lost."""
        if self._process is not None and self._connection is not None:
            self._connection.close()
            self._process.kill()
            self._process.join()
        self._process = self._connection = None

    def _start(self) -> None:
        self.close()
        # The process that fixes needs none of it.
        import multiprocessing

        # A fork costs two milliseconds, a new Python some hundred; elsewhere than on Linux a fork
        # is not safe, or not there, nor is it safe beside other threads (a language server's).
        context: BaseContext
        if sys.platform == "linux" and threading.active_count() == 1:
            context = multiprocessing.get_context("fork")
        else:
            context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(self.run, theirs, ours), daemon=True)
        with held_back({"SIGINT"}):  # Ctrl-C is ours to handle, from its first moment on
            self._process.start()
        self._connection = ours
        theirs.close()  # so that there is an end when the other process has one


def _way_it_died(status: int | None) -> str:
    """``SIGSEGV``, or the exit status."""
    if status is not None and status < 0:
        return signal.Signals(-status).name
    return f"status {status}"


def _serve(run: Run, connection: Connection, other_end: Connection) -> None:
    """Fix what comes until the other process closes its end, or ends."""
    other_end.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    prepare_process()
    fixer = Fixer(run)
    # It takes longest of the first file, which may not have come yet.
    from ..fixing import fixer as _  # noqa: F401

    try:
        while True:
            connection.send(fixer.answer(*connection.recv()))
    except (EOFError, OSError):
        return


def _outcome_of(answer: Answer) -> Outcome:
    if answer.traceback:
        LOG.debug("the fixer failed\n%s", answer.traceback)
    return answer.outcome


class Fixer:
    """Fixes one file after the other in this process."""

    def __init__(self, run: Run) -> None:
        """Take what holds for all files."""
        self.settings = run.settings
        self.unsafe = getattr(run.options, "unsafe_fixes", False)
        self.guide = style_guide(run)

    def fix(self, filename: str, content: bytes, only: Finding | None = None) -> Outcome:
        """As :meth:`FixerProcess.fix`; what libcst dies of, this process dies of."""
        return _outcome_of(self.answer(filename, content, only))

    def answer(self, filename: str, content: bytes, only: Finding | None) -> Answer:
        """The outcome without its edits, and the traceback of what went wrong."""
        # libcst is imported where it is used: in the process that fixes.
        from ..fixing.fixer import fix_source
        from ..linting.lint import lint

        wanted = shown_by(self.guide, filename) if only is None else _only(only)
        unsafe = self.unsafe if only is None else True
        lint_file = partial(lint, path=filename)
        try:
            outcome = fix_source(
                content, self.settings, unsafe=unsafe, wanted=wanted, lint=lint_file
            )
        except Exception as error:
            what = " ".join(f"{type(error).__name__}: {error}".split())
            why = f"a bug in {Plugin.name}, {what} (-vv shows where)"
            return Answer(Outcome(content, error=why), traceback.format_exc())
        return Answer(_as_sent(outcome))


def _only(wanted: Finding) -> Wanted:
    """The finding at its place in the lines as they are at first, and nothing after that."""
    first: list[Sequence[str]] = []

    def is_wanted(lines: Sequence[str], finding: Finding) -> bool:
        if not first:
            first.append(tuple(lines))
        place = finding.code, finding.line, finding.column
        return place == (wanted.code, wanted.line, wanted.column) and tuple(lines) == first[0]

    return is_wanted


def _as_sent(outcome: Outcome) -> Outcome:
    """An outcome without the trees of nodes that its edits name."""
    return replace(
        outcome,
        fixed=tuple(each.without_edits() for each in outcome.fixed),
        left=tuple(replace(each, finding=each.finding.without_edits()) for each in outcome.left),
    )
