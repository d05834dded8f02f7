"""Files in, flake8's results out: each read once, and parsed only where it may hold a finding."""

from __future__ import annotations

import argparse
import ast
import gc
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import ClassVar, NamedTuple

from flake8.processor import FileProcessor

from ..plugin import Plugin, Report
from .reading import NotAFileError, lines_of, may_hold, read_bytes, standard_input

#: What flake8 keeps of a finding: code, line (from 1), column (from 0), message, and the text in
#: which it looks for a ``noqa`` comment (``None``: it reads the line again).
Result = tuple[str, int, int, str, "str | None"]

#: Seconds of work that another process must have to be worth its start (some 30 ms).
WORTH_A_PROCESS = 0.15


class Checked(NamedTuple):
    """A file, by the name it is shown by, with what was found in it, by place.

    ``path`` is what opens it: ``-`` for standard input, and other than the name where that can't be
    printed.
    """

    filename: str
    results: list[Result]
    path: str


def check_files(paths: Sequence[str], options: argparse.Namespace) -> Iterator[Checked]:
    """Check files, in any order, in as many processes as there is work for.

    Nothing is raised for a file that can't be read or parsed: that is a result of its own, flake8's
    ``E902`` or ``E999``.
    """
    prepare_process()
    check = FileCheck(options)
    jobs = number_of_jobs(options)
    started = perf_counter()
    for done, path in enumerate(paths):
        passed = perf_counter() - started
        if jobs > 1 and done and passed > WORTH_A_PROCESS:
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

    def __init__(self, options: argparse.Namespace) -> None:
        """Take flake8's options; the plugin's settings must have been made from them."""
        self.options = options
        self.settings = Plugin.settings

    def __call__(self, path: str) -> Checked:
        """Check a file (``-`` is standard input)."""
        try:
            content = standard_input() if path == "-" else read_bytes(path)
        except OSError as error:
            # flake8 looks for a noqa comment in a line that is None by reading the file once more;
            # what is no file may keep it waiting.
            line = "" if isinstance(error, NotAFileError) else None
            result = ("E902", 0, 0, _description(error), line)
            return Checked(self.name_of(path), [result], path)
        return self.of_content(path, content)

    def name_of(self, path: str) -> str:
        """The name that a file is shown by, and that ``per-file-ignores`` goes by."""
        if path == "-":
            return str(self.options.stdin_display_name)
        # Bytes that are no UTF-8 are shown as \xff.
        return os.fsencode(path).decode("utf-8", "backslashreplace")

    def of_content(self, path: str, content: bytes) -> Checked:
        """Check a file as if this were its content."""
        name = self.name_of(path)
        try:
            results = self._results(name, content)
        except Exception as error:  # one file must not end the run for all the others
            results = [_failure(error)]
        return Checked(name, results, path)

    def _results(self, name: str, content: bytes) -> list[Result]:
        if not may_hold(content, self.settings):
            return []
        processor = FileProcessor(name, self.options, lines_of(content))
        text = "".join(processor.lines)
        # One look at the text spares most files flake8's two at each of its lines.
        if "flake8" in text.lower() and processor.should_ignore_file():
            return []
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            row, column = _place_of(error)
            return [("E999", row, column, _description(error), _noqa_line(processor, row))]
        reports = Plugin(tree, processor.lines).run()
        return [_result(report, processor.noqa_line_for(report[0])) for report in reports]


def _result(report: Report, noqa_line: str | None) -> Result:
    """What flake8 makes of a plugin's report."""
    row, column, text, _ = report
    code, _, message = text.partition(" ")
    return code, row, column, message, noqa_line


def _failure(error: Exception) -> Result:
    """The result that names a file at which the check failed."""
    if type(error) is LookupError:  # its encoding is none for text
        return "E902", 0, 0, _description(error), ""
    return _result(Plugin.failure(error), "")


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
) -> Iterator[Checked]:
    import multiprocessing

    # Few files hold most of the work, so the portions are small.
    portion = max(1, min(50, len(paths) // (4 * processes)))
    with multiprocessing.Pool(processes, _start_worker, (check,)) as pool:
        yield from pool.imap_unordered(_run_worker, paths, portion)


def _start_worker(check: FileCheck) -> None:
    import signal

    # Ctrl-C is the parent's to handle.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Worker.check = check
    Plugin.settings = check.settings
    prepare_process()


def _run_worker(path: str) -> Checked:
    return Worker.check(path)
