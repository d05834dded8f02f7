"""Files in, findings out: each file read once, and parsed only where it may hold a finding."""

from __future__ import annotations

import argparse
import ast
import gc
import os
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from time import perf_counter
from typing import ClassVar, NamedTuple

from flake8.processor import FileProcessor

from ..linting.findings import Finding
from ..plugin import not_checked
from ..settings import Settings
from .configuration import Run
from .reading import NotAFileError, lines_of, may_hold, read_bytes, standard_input

#: Seconds of work that another process must have to be worth its start (some 30 ms).
WORTH_A_PROCESS = 0.06
#: So many files are worth processes whatever is in them: some 40 µs each.
WORTH_PROCESSES = 3000
#: Files that a process is sent at once. Few files hold most of the work, so the portions are small.
LARGEST_PORTION = 100


class CheckedFile(NamedTuple):
    """A file, by the name it is shown by, with what was found in it, by place.

    What keeps a file from being checked is a finding as well, flake8's ``E902`` or ``E999``.
    ``path`` is what opens it: ``-`` for standard input, and other than the name where that can't be
    printed. ``noqa_lines`` are the texts in which flake8 looks for a ``noqa`` comment, by the line
    of a finding (``None``: it reads the line again).
    """

    filename: str
    path: str
    findings: list[Finding]
    noqa_lines: Mapping[int, str | None]


def check_files(paths: Sequence[str], run: Run) -> Iterator[CheckedFile]:
    """Check files, in any order, in as many processes as there is work for.

    Nothing is raised for a file that can't be read or parsed. From another process come findings
    without the edits of their fixes.
    """
    prepare_process()
    check = FileCheck(run.options, run.settings)
    jobs = number_of_jobs(run.options)
    started = perf_counter()
    for done, path in enumerate(paths):
        passed = perf_counter() - started
        if jobs > 1 and (len(paths) >= WORTH_PROCESSES or (done and passed > WORTH_A_PROCESS)):
            processes = jobs
            if done:
                to_come = passed / done * (len(paths) - done)
                processes = min(jobs, int(to_come / WORTH_A_PROCESS))
            if processes > 1:
                yield from _check_in_processes(paths[done:], check, processes)
                return
        yield check(path)


def prepare_process() -> None:
    """Look for garbage seldom, and say nothing of what Python warns of in the code looked at.

    A syntax tree is a lot of objects at once and no garbage: Python's own pace costs a fifth of the
    time that parsing takes.
    """
    gc.freeze()
    gc.set_threshold(200_000, 20, 50)
    warnings.simplefilter("ignore")


def number_of_jobs(options: argparse.Namespace) -> int:
    """How many processes ``--jobs`` allows; one for standard input."""
    if "-" in options.filenames:
        return 1
    if options.jobs.is_auto:
        if sys.platform == "linux":
            return len(os.sched_getaffinity(0))
        return os.cpu_count() or 1
    return int(options.jobs.n_jobs)


class FileCheck:
    """The check of a file, as a value that can be sent to another process."""

    def __init__(self, options: argparse.Namespace, settings: Settings) -> None:
        """Take flake8's options, and the linter's."""
        self.options = options
        self.settings = settings

    def __call__(self, path: str) -> CheckedFile:
        """Check a file (``-`` is standard input)."""
        try:
            content = standard_input() if path == "-" else read_bytes(path)
        except OSError as error:
            # flake8 looks for a noqa comment in a line that is None by reading the file once more;
            # what is no file may keep it waiting.
            line = "" if isinstance(error, NotAFileError) else None
            finding = Finding("E902", 0, 0, _description(error))
            return CheckedFile(self.name_of(path), path, [finding], {0: line})
        return self.of_content(path, content)

    def name_of(self, path: str) -> str:
        """The name that a file is shown by, and that ``per-file-ignores`` goes by."""
        if path == "-":
            return str(self.options.stdin_display_name)
        # Bytes that are no UTF-8 are shown as \xff.
        return os.fsencode(path).decode("utf-8", "backslashreplace")

    def of_content(self, path: str, content: bytes) -> CheckedFile:
        """Check a file as if this were its content."""
        name = self.name_of(path)
        try:
            return CheckedFile(name, path, *self._found(name, content))
        except Exception as error:  # one file must not end the run for all the others
            finding = _failure(error)
            return CheckedFile(name, path, [finding], {finding.line: ""})

    def _found(self, name: str, content: bytes) -> tuple[list[Finding], dict[int, str | None]]:
        if not may_hold(content, self.settings, name):
            return [], {}
        processor = FileProcessor(name, self.options, lines_of(content))
        text = "".join(processor.lines)
        # One look at the text spares most files flake8's two at each of its lines.
        if "flake8" in text.lower() and processor.should_ignore_file():
            return [], {}
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            row, column = _place_of(error)
            finding = Finding("E999", row, column, _description(error))
            return [finding], {row: _noqa_line(processor, row)}
        # A run over files without tasks needs neither model nor rules.
        from ..linting.lint import lint

        try:
            findings = lint(tree, processor.lines, self.settings, name)
        except Exception as error:
            findings = [not_checked(error)]
        # flake8 tokenizes the file to know which lines belong together; where no comment can be
        # meant, and no line is to be shown, any text without one will do.
        if "noqa" not in text.lower() and not self.options.show_source:
            return findings, dict.fromkeys((each.line for each in findings), "")
        return findings, {each.line: processor.noqa_line_for(each.line) for each in findings}


def _failure(error: Exception) -> Finding:
    """What names a file at which the check failed."""
    if type(error) is LookupError:  # its encoding is none for text
        return Finding("E902", 0, 0, _description(error))
    return not_checked(error)


def _noqa_line(processor: FileProcessor, row: int) -> str | None:
    """Where flake8 looks for a noqa comment about a line of a file that is no Python."""
    try:
        return processor.noqa_line_for(row)
    except SystemError:  # the tokenizer of Python 3.12 and 3.13 at a null byte
        return None


def _description(error: BaseException) -> str:
    """What went wrong, in flake8's words."""
    what = error.args[0] if isinstance(error, SyntaxError) and error.args else error
    return f"{type(error).__name__}: {what}".removesuffix(": ")


def _place_of(error: BaseException) -> tuple[int, int]:
    """The line (from 1) and column (from 0) that flake8 shows for what can't be parsed."""
    if isinstance(error, SyntaxError) and len(error.args) > 1 and len(error.args[1]) > 2:
        row, column = error.args[1][1:3]
        return 1 if row is None else row, column or 0
    return 1, 0


class Worker:
    """What a worker process knows, set when it starts."""

    check: ClassVar[FileCheck]


def _check_in_processes(
    paths: Sequence[str], check: FileCheck, processes: int
) -> Iterator[CheckedFile]:
    # A run over a few files starts no processes.
    import multiprocessing

    # A fork has imported already what this process has.
    kind = "fork" if sys.platform == "linux" else None
    size = max(1, min(LARGEST_PORTION, len(paths) // (4 * processes)))
    portions = [paths[first : first + size] for first in range(0, len(paths), size)]
    context = multiprocessing.get_context(kind)
    with context.Pool(processes, _start_worker, (check,)) as pool:
        for number, checked in pool.imap_unordered(_run_worker, enumerate(portions)):
            amiss = {file.path: file for file in checked}
            for path in portions[number]:
                yield amiss.get(path) or CheckedFile(check.name_of(path), path, [], {})


def _start_worker(check: FileCheck) -> None:
    # Only where there are processes.
    import signal

    # Ctrl-C is the parent's to handle.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Worker.check = check
    prepare_process()


def _run_worker(portion: tuple[int, Sequence[str]]) -> tuple[int, list[CheckedFile]]:
    """Check a portion of files; of those in which nothing is found nothing need be sent back."""
    number, paths = portion
    return number, [
        file._replace(findings=[each.without_edits() for each in file.findings])
        for file in map(Worker.check, paths)
        if file.findings
    ]
