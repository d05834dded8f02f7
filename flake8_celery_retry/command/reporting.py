"""What ``fix`` says: file by file, code by code, and in the end the totals."""

from __future__ import annotations

from collections import Counter
from typing import TextIO

from ..fixing.outcomes import Left, Outcome, Reason
from .wording import counted, on_one_line


class Report:
    """The report of a run of ``fix``, written as the run goes."""

    def __init__(self, stream: TextIO, *, is_preview: bool, quiet: int) -> None:
        """Take where to write; ``is_preview``: nothing is really fixed (``--diff``).

        ``quiet`` is how often ``--quiet`` was given: once leaves the totals, twice nothing. What
        keeps a file from being fixed is written all the same.
        """
        self.stream = stream
        self.quiet = quiet
        self.is_preview = is_preview
        #: Findings that a noqa comment keeps from being fixed.
        self.silenced = 0
        self._fixed = self._files = self._problems = 0
        self._left: Counter[Reason] = Counter()

    @property
    def is_anything_left(self) -> bool:
        """Whether a finding is left, or a file that couldn't be looked at."""
        is_unfixed = self.is_preview and self._fixed > 0
        return is_unfixed or self._problems > 0 or self._left.total() > 0

    def add_problem(self, line: str) -> None:
        """Write a line about a file that couldn't be checked or written."""
        self._problems += 1
        self._write(line)

    def add(self, name: str, outcome: Outcome) -> None:
        """Write what came of fixing a file."""
        if outcome.error is not None:
            self.add_problem(f"{name}: left alone: {outcome.error}")
            return
        left = [each for each in outcome.left if each.reason is not Reason.NOT_WANTED]
        self._fixed += len(outcome.fixed)
        self._files += bool(outcome.fixed)
        self._left.update(each.reason for each in left)
        if self.quiet or not (outcome.fixed or left):
            return
        self._write(name, *self._fixed_lines(outcome), *map(_left_line, left))

    def end(self) -> None:
        """Write the totals."""
        if self.quiet < 2:
            print(self._totals(), file=self.stream)

    def _write(self, *lines: str) -> None:
        print("\n".join(map(on_one_line, lines)), file=self.stream, flush=True)

    def _fixed_lines(self, outcome: Outcome) -> list[str]:
        verb = "would fix" if self.is_preview else "fixed"
        fixes = Counter((each.code, each.fix.title) for each in outcome.fixed if each.fix)
        return [
            f"  {verb} {code}{f' ({times} times)' if times > 1 else ''}: {title}"
            for (code, title), times in sorted(fixes.items())
        ]

    def _totals(self) -> str:
        verb = "would fix" if self.is_preview else "fixed"
        totals = f"{verb} {counted(self._fixed, 'finding')} in {counted(self._files, 'file')}"
        if self._left:
            reasons = [f"{number} {TOTALS[reason]}" for reason, number in self._left.most_common()]
            totals += f"; {self._left.total()} left: {', '.join(reasons)}"
        if self.silenced:
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


def _left_line(left: Left) -> str:
    finding = left.finding
    start = f"  left {finding.code} in line {finding.line}"
    title = finding.fix.title if finding.fix else ""
    why = {
        Reason.NO_FIX: f"no fix: {finding.message}",
        Reason.UNSAFE: f"its fix is unsafe: {title}",
        Reason.FAILED: f"its fix failed ({title}): {left.detail}",
    }
    return f"{start}, {why[left.reason]}"
