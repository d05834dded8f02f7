"""What flake8 makes of findings: its selection, ``noqa``, formatters, statistics and count."""

from __future__ import annotations

import enum
import sys
import textwrap
from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import attrgetter, itemgetter
from time import perf_counter
from typing import TYPE_CHECKING

from flake8.formatting.base import BaseFormatter
from flake8.plugins import reporter
from flake8.processor import FileProcessor
from flake8.style_guide import Decision, DecisionEngine, Ignored, StyleGuideManager
from flake8.violation import Violation

from ..linting.findings import Finding
from .checking import CheckedFile
from .configuration import FILE_ERRORS, OWN_PREFIX, Run
from .wording import counted

if TYPE_CHECKING:
    from ..fixing.outcomes import Wanted

#: What the closing line says where there are unsafe fixes only.
UNSAFELY = "`fix --unsafe-fixes` repairs {}"


class Verdict(enum.Enum):
    """Whether flake8 shows a finding, and if not, what keeps it from it."""

    SHOWN = enum.auto()
    #: ``select``, ``ignore``, ``per-file-ignores`` and their like.
    NOT_SELECTED = enum.auto()
    #: A ``noqa`` comment on the line.
    SILENCED = enum.auto()


def verdict_on(
    guide: StyleGuideManager, filename: str, finding: Finding, noqa_line: str | None
) -> Verdict:
    """What flake8 makes of a finding in a file of that name.

    ``noqa_line`` is where it looks for a comment; ``None``: it reads the line from the file.
    """
    if guide.style_guide_for(filename).should_report_error(finding.code) is not Decision.Selected:
        return Verdict.NOT_SELECTED
    place = finding.line, finding.column + 1
    violation = Violation(finding.code, filename, *place, finding.message, noqa_line)
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
        return verdict_on(guide, filename, finding, noqa_line) is Verdict.SHOWN

    return wanted


def findings_with(verdict: Verdict, guide: StyleGuideManager, file: CheckedFile) -> list[Finding]:
    """The findings in a file on which flake8 has this verdict, by place."""
    return [
        finding
        for finding in file.findings
        if not finding.code.startswith(FILE_ERRORS) and _verdict(guide, file, finding) is verdict
    ]


def unchecked(guide: StyleGuideManager, file: CheckedFile) -> list[Finding]:
    """Why a file couldn't be checked, unless the user chose to ignore that."""
    return [
        finding
        for finding in file.findings
        if finding.code.startswith(FILE_ERRORS)
        and (
            _verdict(guide, file, finding) is Verdict.SHOWN
            or is_hidden_error(guide, file.filename, finding)
        )
    ]


def _verdict(guide: StyleGuideManager, file: CheckedFile, finding: Finding) -> Verdict:
    return verdict_on(guide, file.filename, finding, file.noqa_lines[finding.line])


def is_hidden_error(guide: StyleGuideManager, filename: str, finding: Finding) -> bool:
    """Whether a file can't be checked and the selection keeps flake8 from saying so.

    It does when nothing selects flake8's ``E9`` (``--select=CRT``); to ignore it is a choice.
    """
    code = finding.code
    decider = guide.style_guide_for(filename).decider
    return code.startswith(FILE_ERRORS) and decider.was_selected(code) is Ignored.Implicitly


def selects_something(run: Run) -> bool:
    """Whether the selection (``select``, ``ignore`` and their like) lets any of our codes be shown.

    ``select = E,F,W`` does not, and that may be older than this plugin.
    """
    options = run.options
    ignored = [*(options.ignore or ()), *(options.extend_ignore or ())]
    if options.select is None and not any(map(OWN_PREFIX.startswith, ignored)):
        return True
    # Most configurations have been answered by now, without the rules.
    from ..rules import all_rules

    decider = DecisionEngine(options)
    return any(decider.decision_for(rule.code) is Decision.Selected for rule in all_rules())


def style_guide(run: Run) -> StyleGuideManager:
    """flake8's judge of findings, with this run's options."""
    return StyleGuideManager(run.options, reporter.make(run.reporters, run.options))


def plain_line(filename: str, finding: Finding) -> str:
    """A finding in one line, whatever formatter was chosen."""
    place = f"{filename}:{finding.line}:{finding.column + 1}"
    return f"{place}: {finding.code} {finding.message}"


def report(checked: Iterable[CheckedFile], run: Run) -> bool:
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
    shown_findings: list[Finding] = []
    explained: set[str] = set()
    for file in files:
        if not file.findings and skip_clean_files:
            continue
        with guide.processing_file(file.filename):
            for finding in sorted(file.findings, key=attrgetter("line", "column")):
                shown = guide.handle_error(
                    finding.code,
                    file.filename,
                    finding.line,
                    finding.column,
                    finding.message,
                    file.noqa_lines[finding.line],
                )
                count += shown
                if shown:
                    shown_findings.append(finding)
                if shown and run.options.explain:
                    formatter._write(explanation(finding, is_known=finding.code in explained))
                    explained.add(finding.code)
                if not shown and is_hidden_error(guide, file.filename, finding):
                    hidden += 1
                    print(plain_line(file.filename, finding), file=sys.stderr)
    if run.options.statistics:
        formatter.show_statistics(guide.stats)
    if run.options.benchmark:
        _show_benchmarks(formatter, perf_counter() - run.started, len(files))
    formatter.stop()
    if run.options.count:
        print(count)
    if shown_findings and sys.stderr.isatty() and not run.options.quiet:
        sys.stdout.flush()
        print(closing_line(shown_findings), file=sys.stderr)
    return bool(count or hidden)


def closing_line(findings: Sequence[Finding]) -> str:
    """How many findings there are, and what to do about them."""
    line = counted(len(findings), "finding")
    safe = sum(finding.fix is not None and finding.fix.safe for finding in findings)
    unsafe = sum(finding.fix is not None and not finding.fix.safe for finding in findings)
    ways = [f"`fix` repairs {safe}"] if safe else []
    if unsafe:
        ways.append(f"`fix --unsafe-fixes` {unsafe} more" if safe else UNSAFELY.format(unsafe))
    line += f": {', '.join(ways)}" if ways else ""
    codes = [finding.code for finding in findings if finding.code.startswith(OWN_PREFIX)]
    return f"{line}; why: `rule {codes[0]}`" if codes else line


def explanation(finding: Finding, *, is_known: bool) -> str:
    """What stands under a finding: why it is bad, its fix, its page; ``is_known``: not again."""
    # It is for those who ask for it.
    from ..links import page_url
    from ..rules import all_rules
    from .pages import sections_of

    rule = next((rule for rule in all_rules() if rule.code == finding.code), None)
    lines = []
    if finding.fix is not None:
        safety = "safe" if finding.fix.safe else "unsafe"
        lines.append(f"fix ({safety}): {finding.fix.title}")
    if rule is not None and not is_known:
        why = sections_of(rule.page).get("Why this is bad", "").partition("\n\n")[0]
        lines = [*textwrap.wrap(why, 76), *lines, f"{rule.name}: {page_url(rule.code)}"]
    return textwrap.indent("\n".join(lines), "    ") if lines else ""


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
