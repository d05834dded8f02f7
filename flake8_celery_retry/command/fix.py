"""The command ``fix``: findings in, fixed files (or their diffs) and a report out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import TextIO

from flake8.exceptions import ExecutionError

from .checking import CheckedFile, FileCheck, check_files
from .colours import wants_colour
from .configuration import Run
from .diffs import coloured_diff, unified_diff
from .files import remove_leftovers, replace_file
from .fixer_process import FixerProcess
from .progress import with_progress
from .reading import read_bytes, standard_input
from .reporting import Report, Style
from .verdicts import Verdict, findings_with, plain_line, style_guide, unchecked


def fix_paths(run: Run, files: Sequence[str]) -> bool:
    """Fix what flake8 shows in these files (``-``: standard input); whether anything is left.

    Says what was fixed and what is left. With ``--diff`` the files stay as they are, and standard
    output has the diffs; for standard input it has the fixed source. Then everything else goes to
    standard error.
    """
    paths = list(dict.fromkeys(files))
    if "-" in run.options.filenames:
        return _fix_standard_input(run, is_excluded="-" not in paths)
    fixing = _Fixing(run, sys.stderr if run.options.diff else sys.stdout)
    fixing.start()
    checked = with_progress(check_files(paths, run), len(paths), "checked")
    with_findings = sorted((file for file in checked if file.findings), key=itemgetter(0))
    for file in _once_each(with_findings):
        fixing.fix_file(file)
    fixing.end()
    return fixing.report.is_anything_left


def _fix_standard_input(run: Run, *, is_excluded: bool) -> bool:
    if run.options.filenames != ["-"]:
        raise ExecutionError("standard input (-) can't be fixed together with files")
    fixing = _Fixing(run, sys.stderr)
    fixing.start()
    content = standard_input()
    # An editor takes what comes out for the file's new content: there must be one.
    fixed = content if is_excluded else fixing.fix_content(content)
    if run.options.diff:
        fixing.show_diff(run.options.stdin_display_name, content, fixed)
    else:
        sys.stdout.buffer.write(fixed)
    fixing.end()
    return fixing.report.is_anything_left


def _once_each(files: Iterable[CheckedFile]) -> Iterator[CheckedFile]:
    """The files without those that are others by another name (a link, ``./``)."""
    seen: set[str] = set()
    for file in files:
        target = os.path.realpath(file.path)
        if target not in seen:
            seen.add(target)
            yield file


class _Fixing:
    """A run of ``fix``: what flake8 makes of findings, and the report."""

    def __init__(self, run: Run, messages: TextIO) -> None:
        self.run = run
        self.options = run.options
        self.guide = style_guide(run)
        self.fixer = FixerProcess(run)
        self.streams = [messages]
        style = Style(
            is_preview=run.options.diff,
            quiet=run.options.quiet,
            fix_only=run.options.fix_only,
            in_colour=wants_colour(messages, run.options.color) and not run.options.output_file,
        )
        self.report = Report(self.streams, style)

    def start(self) -> None:
        """Open the file that ``--output-file`` names: the report goes there, as flake8's does."""
        if name := self.options.output_file:
            os.makedirs(os.path.dirname(os.path.abspath(name)), exist_ok=True)
            file = open(name, "a", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
            self.streams[:] = [file, *self.streams] if self.options.tee else [file]

    def fix_file(self, file: CheckedFile) -> None:
        """Fix a file in its place, or show the diff."""
        if not self._holds_findings(file):
            return
        if not self.options.diff:
            remove_leftovers(os.path.dirname(os.path.realpath(file.path)))
        try:
            content = read_bytes(file.path)
            outcome = self.fixer.fix(file.filename, content)
            if outcome.source != content and not self.options.diff:
                replace_file(file.path, content, outcome.source)
        except OSError as error:
            self.report.add_problem(f"{file.filename}: left alone: {error.strerror or error}")
            return
        self.report.add(file.filename, file.findings, content, outcome)
        if self.options.diff:
            self.show_diff(file.path, content, outcome.source)

    def fix_content(self, content: bytes) -> bytes:
        """Fix the content of standard input."""
        file = FileCheck(self.options, self.run.settings).of_content("-", content)
        if not self._holds_findings(file):
            return content
        outcome = self.fixer.fix(file.filename, content)
        self.report.add(file.filename, file.findings, content, outcome)
        return outcome.source

    def show_diff(self, path: str, old: bytes, new: bytes) -> None:
        """Write a diff to standard output, in colour on a terminal."""
        diff = unified_diff(path, old, new)
        is_coloured = wants_colour(sys.stdout, self.options.color)
        sys.stdout.buffer.write(coloured_diff(diff) if is_coloured else diff)
        sys.stdout.buffer.flush()

    def end(self) -> None:
        """Write the totals, and what else was asked for."""
        self.fixer.close()
        if self.options.statistics:
            # A run without findings has no use for the rules.
            from ..rules import all_rules

            self.report.write_statistics({rule.code: rule.name for rule in all_rules()})
        self.report.end()
        if self.options.count:
            self.report.write_count()
        if self.options.output_file:
            self.streams[0].close()

    def _holds_findings(self, file: CheckedFile) -> bool:
        """Whether flake8 shows a finding in a file; reports what keeps it from being checked."""
        for finding in unchecked(self.guide, file):
            self.report.add_unchecked(plain_line(file.filename, finding))
        self.report.silenced += len(findings_with(Verdict.SILENCED, self.guide, file))
        return bool(findings_with(Verdict.SHOWN, self.guide, file))
