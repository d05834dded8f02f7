"""What flake8 makes of results: its selection, ``noqa``, formatters, statistics and count."""

from __future__ import annotations

import enum
import sys
from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import itemgetter
from time import perf_counter

from flake8.formatting.base import BaseFormatter
from flake8.plugins import reporter
from flake8.processor import FileProcessor
from flake8.style_guide import Decision, Ignored, StyleGuideManager
from flake8.violation import Violation

from ..fixing.outcomes import Wanted
from ..linting.findings import Finding
from .checking import Checked, Result
from .configuration import FILE_ERRORS, Run


class Verdict(enum.Enum):
    """Whether flake8 shows a result, and if not, what keeps it from it."""

    SHOWN = enum.auto()
    #: ``select``, ``ignore``, ``per-file-ignores`` and their like.
    NOT_SELECTED = enum.auto()
    #: A ``noqa`` comment on the line.
    SILENCED = enum.auto()


def verdict_on(guide: StyleGuideManager, filename: str, result: Result) -> Verdict:
    """What flake8 makes of a result in a file of that name."""
    code, line, column, message, logical_line = result
    if guide.style_guide_for(filename).should_report_error(code) is not Decision.Selected:
        return Verdict.NOT_SELECTED
    violation = Violation(code, filename, line, column + 1, message, logical_line)
    if violation.is_inline_ignored(guide.options.disable_noqa):
        return Verdict.SILENCED
    return Verdict.SHOWN


def shown_by(guide: StyleGuideManager, filename: str) -> Wanted:
    """Whether flake8 shows a finding in a file's lines as they stand after some fixes."""

    @lru_cache(maxsize=1)
    def processor(lines: tuple[str, ...]) -> FileProcessor:
        return FileProcessor(filename, guide.options, list(lines))

    def wanted(lines: Sequence[str], finding: Finding) -> bool:
        noqa_line = processor(tuple(lines)).noqa_line_for(finding.line)
        place = finding.line, finding.column
        result = (finding.code, *place, finding.message, noqa_line)
        return verdict_on(guide, filename, result) is Verdict.SHOWN

    return wanted


def findings_with(verdict: Verdict, guide: StyleGuideManager, file: Checked) -> list[Result]:
    """The findings in a file on which flake8 has this verdict, by place."""
    return [
        result
        for result in file.results
        if not result[0].startswith(FILE_ERRORS)
        and verdict_on(guide, file.filename, result) is verdict
    ]


def unchecked(guide: StyleGuideManager, file: Checked) -> list[Result]:
    """Why a file couldn't be checked, unless the user chose to ignore that."""
    return [
        result
        for result in file.results
        if result[0].startswith(FILE_ERRORS)
        and (
            verdict_on(guide, file.filename, result) is Verdict.SHOWN
            or is_hidden_error(guide, file.filename, result)
        )
    ]


def is_hidden_error(guide: StyleGuideManager, filename: str, result: Result) -> bool:
    """Whether a file can't be checked and the selection keeps flake8 from saying so.

    It does when nothing selects flake8's ``E9`` (``--select=CRT``); to ignore it is a choice.
    """
    code = result[0]
    decider = guide.style_guide_for(filename).decider
    return code.startswith(FILE_ERRORS) and decider.was_selected(code) is Ignored.Implicitly


def style_guide(run: Run) -> StyleGuideManager:
    """flake8's judge of findings, with this run's options."""
    return StyleGuideManager(run.options, reporter.make(run.reporters, run.options))


def plain_line(filename: str, result: Result) -> str:
    """A result in one line, whatever formatter was chosen."""
    code, line, column, message, _ = result
    return f"{filename}:{line}:{column + 1}: {code} {message}"


def report(checked: Iterable[Checked], run: Run) -> bool:
    """Print what flake8 would print about these files; whether anything is amiss.

    A file that couldn't be read or parsed is amiss too where the selection hides flake8's line
    about it: then standard error has one.
    """
    guide = style_guide(run)
    formatter = guide.formatter
    files = sorted(checked, key=itemgetter(0))
    skip_clean_files = not _wants_clean_files(formatter)
    formatter.start()
    count = hidden = 0
    for filename, results, _ in files:
        if not results and skip_clean_files:
            continue
        with guide.processing_file(filename):
            for result in sorted(results, key=itemgetter(1, 2)):
                shown = guide.handle_error(result[0], filename, *result[1:])
                count += shown
                if not shown and is_hidden_error(guide, filename, result):
                    hidden += 1
                    print(plain_line(filename, result), file=sys.stderr)
    if run.options.statistics:
        formatter.show_statistics(guide.stats)
    if run.options.benchmark:
        _show_benchmarks(formatter, perf_counter() - run.started, len(files))
    formatter.stop()
    if run.options.count:
        print(count)
    return bool(count or hidden)


def _wants_clean_files(formatter: BaseFormatter) -> bool:
    """Whether the formatter does something for a file without findings (JSON lists them all)."""
    kind = type(formatter)
    return (kind.beginning, kind.finished) != (BaseFormatter.beginning, BaseFormatter.finished)


def _show_benchmarks(formatter: BaseFormatter, seconds: float, files: int) -> None:
    formatter.show_benchmarks(
        [
            ("seconds elapsed", seconds),
            ("total files processed", files),
            ("files processed per second", int(files / seconds)),
        ]
    )
