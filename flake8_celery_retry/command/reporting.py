"""What ``fix`` says: a line for each finding that it fixed or left, and in the end the totals."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import cached_property
from typing import NamedTuple, TextIO

from ..fixing.outcomes import Left, Outcome, Reason
from ..linting.findings import Finding
from .colours import BOLD, CYAN, RED, coloured
from .wording import counted, on_one_line

#: What in a message changes when lines come or go.
LINE_NUMBER = re.compile(r"\bline \d+")


class Style(NamedTuple):
    """How a run of ``fix`` reports.

    ``is_preview``: nothing is really fixed (``--diff``). ``quiet`` is how often ``--quiet`` was
    given: once leaves the totals, twice nothing; what keeps a file from being fixed is written all
    the same. ``fix_only``: nothing is said of what is left, nor of files that can't be checked.
    """

    is_preview: bool = False
    quiet: int = 0
    fix_only: bool = False
    in_colour: bool = False


class Report:
    """The report of a run of ``fix``, written as the run goes."""

    def __init__(self, streams: Sequence[TextIO], style: Style) -> None:
        """Take where to write, and how."""
        self.streams = streams
        self.style = style
        #: Findings that a noqa comment keeps from being fixed.
        self.silenced = 0
        self._files = self._problems = 0
        self._fixed: Counter[str] = Counter()
        self._left: Counter[Reason] = Counter()
        self._left_codes: Counter[str] = Counter()

    @property
    def is_anything_left(self) -> bool:
        """Whether a finding is left, or a file that couldn't be looked at."""
        is_unfixed = self.style.is_preview and self._fixed.total() > 0
        is_left = not self.style.fix_only and self._left.total() > 0
        return is_unfixed or is_left or self._problems > 0

    def add_unchecked(self, line: str) -> None:
        """Write a line about a file that couldn't be checked; that is for ``check`` to say where
        only fixes are reported."""
        if not self.style.fix_only:
            self.add_problem(line)

    def add_problem(self, line: str) -> None:
        """Write a line about a file that couldn't be fixed or written."""
        self._problems += 1
        self._write(on_one_line(line))

    def add(self, name: str, found: Sequence[Finding], content: bytes, outcome: Outcome) -> None:
        """Write what came of fixing a file: what was found in its content, and the outcome."""
        if outcome.error is not None:
            self.add_problem(f"{name}: left alone: {outcome.error}")
            return
        before = _Before(found, content, outcome)
        lines = [(before.of(each), self._fixed_words(each)) for each in outcome.fixed]
        for left in outcome.left:
            finding = before.of(left.finding)  # of each, so that no other one gets it
            if left.reason is not Reason.NOT_WANTED:
                self._left[left.reason] += 1
                self._left_codes[left.finding.code] += 1
                if not self.style.fix_only:
                    lines.append((finding, _left_words(left, finding)))
        self._fixed.update(each.code for each in outcome.fixed)
        self._files += bool(outcome.fixed)
        if not self.style.quiet:
            for finding, words in sorted(lines, key=_place):
                self._write(self._line(name, finding, words))

    def end(self) -> None:
        """Write the totals."""
        if self.style.quiet < 2:
            self._write(self._totals())

    def write_statistics(self, names: dict[str, str]) -> None:
        """Write how often each code was found, with the name of its rule (``names``, by code)."""
        for code in sorted(self._fixed | self._left_codes):
            fixed, left = self._fixed[code], self._left_codes[code]
            self._write(f"{fixed + left:<5} {code} {names[code]} ({self._verb()} {fixed})")

    def write_count(self) -> None:
        """Write how many findings are left."""
        self._write(str(self._left.total()))

    def _write(self, line: str) -> None:
        for stream in self.streams:
            print(line, file=stream, flush=True)

    def _line(self, name: str, finding: Finding, words: str) -> str:
        name, words = on_one_line(name), on_one_line(words)
        line, column = finding.line, finding.column + 1
        if not self.style.in_colour:
            return f"{name}:{line}:{column}: {finding.code} {words}"
        colon = coloured(":", CYAN)
        where = f"{coloured(name, BOLD)}{colon}{line}{colon}{column}{colon}"
        return f"{where} {coloured(finding.code, BOLD, RED)} {words}"

    def _verb(self) -> str:
        return "would fix" if self.style.is_preview else "fixed"

    def _fixed_words(self, finding: Finding) -> str:
        verb = "would be fixed" if self.style.is_preview else "fixed"
        return f"{verb}: {finding.fix.title}" if finding.fix else verb

    def _totals(self) -> str:
        fixed = counted(self._fixed.total(), "finding")
        totals = f"{self._verb()} {fixed} in {counted(self._files, 'file')}"
        if self._left and not self.style.fix_only:
            reasons = [f"{number} {TOTALS[reason]}" for reason, number in self._left.most_common()]
            totals += f"; {self._left.total()} left: {', '.join(reasons)}"
        if self.silenced and not self.style.fix_only:
            totals += f"; {self.silenced} silenced by noqa"
        if self._problems:
            totals += f"; {counted(self._problems, 'file')} left alone"
        return totals


#: What the totals say of findings that are left, by the reason.
TOTALS = {
    Reason.NO_FIX: "without a fix",
    Reason.UNSAFE: "with an unsafe fix (--unsafe-fixes)",
    Reason.FAILED: "whose fix failed",
}


def _place(line: tuple[Finding, str]) -> tuple[int, int, str]:
    finding, _ = line
    return finding.line, finding.column, finding.code


def _left_words(left: Left, before: Finding) -> str:
    """Why a finding is left; ``before`` is how it stood in the file as it was."""
    title = left.finding.fix.title if left.finding.fix else ""
    why = {
        Reason.NO_FIX: f"no fix: {before.message}",
        Reason.UNSAFE: f"its fix is unsafe: {title}",
        Reason.FAILED: f"its fix failed ({title}): {left.detail}",
    }
    return f"left, {why[left.reason]}"


class _Before:
    """The findings of an outcome in the file as it was: fixes move what is below them."""

    def __init__(self, found: Iterable[Finding], content: bytes, outcome: Outcome) -> None:
        self.old = content.splitlines()
        self.new = outcome.source.splitlines()
        self.found: dict[tuple[object, ...], list[Finding]] = {}
        for finding in found:
            self.found.setdefault(_kind(finding), []).append(finding)

    def of(self, finding: Finding) -> Finding:
        """The same finding in the old file; each of those is given once.

        One that a fix brought to light stood nowhere: it gets the line that its own comes from.
        """
        if candidates := self.found.get(_kind(finding)):
            nearest = min(candidates, key=lambda each: abs(each.line - finding.line))
            candidates.remove(nearest)
            return nearest
        for _, start, end, new_start, new_end in self._changes:
            if new_start < finding.line <= new_end:
                line = start + finding.line - new_start
                line = max(1, min(line, max(end, start + 1), len(self.old)))
                return finding._replace(line=line)
        return finding

    @cached_property
    def _changes(self) -> Sequence[tuple[str, int, int, int, int]]:
        return SequenceMatcher(None, self.old, self.new, autojunk=False).get_opcodes()


def _kind(finding: Finding) -> tuple[object, ...]:
    """What of a finding stays the same when lines come or go above it."""
    fix = finding.fix and (finding.fix.title, finding.fix.safe)
    return finding.code, LINE_NUMBER.sub("line", finding.message), fix
