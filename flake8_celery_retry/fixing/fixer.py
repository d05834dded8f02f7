"""Source to fixed source: passes until nothing changes, each of them verified."""

from __future__ import annotations

import ast
import re
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ..linting.findings import Finding, Fix
from ..linting.lint import lint as lint_module
from ..rules import Rule, rule_of
from ..settings import DEFAULT, Settings
from .outcomes import Left, Outcome, Reason, Wanted, show_all
from .places import place_of
from .rewrite import rewrite
from .text import Text, UnreadableText

#: Far more than any file needs: a pass carries out every fix that does not overlap with another.
MOST_PASSES = 100

#: What in a message changes when lines come or go.
LINE_NUMBER = re.compile(r"\bline \d+")
#: Code, message, and columns of a finding.
Kind: TypeAlias = tuple[str, str, tuple[int, ...]]

#: From the tree and the lines of a module to its findings.
Lint = Callable[[ast.Module, Sequence[str], Settings], list[Finding]]


class _Trouble(Exception):
    """Source that can't be fixed, or a fix that fails; says why."""


def fix_source(
    source: bytes,
    settings: Settings = DEFAULT,
    *,
    unsafe: bool = False,
    wanted: Wanted = show_all,
    lint: Lint = lint_module,
) -> Outcome:
    """Carry out the fixes of all wanted findings: the safe ones, or with ``unsafe`` all of them.

    Passes repeat until nothing changes, so that fixing the new source again changes nothing. After
    each of them the source must parse, and compile if it did before; the findings that were fixed
    must be gone; and there must be no new one that keeps a task from running. A fix that fails here
    is left out and does not hold up the others. Nothing is raised for any bytes: what is no Python,
    or can't be decoded, is left alone, with an error.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a "\d" in somebody's string is not our business
        try:
            return _Fixing(settings, unsafe, wanted, lint).until_stable(source)
        except _Trouble as trouble:
            return Outcome(source, error=str(trouble))


@dataclass(frozen=True)
class _Version:
    """The source after some pass, with all that is known about it."""

    text: Text
    tree: ast.Module
    findings: tuple[Finding, ...]
    compiles: bool


@dataclass(frozen=True)
class _Step:
    """What came of a pass: the new version, if there is one, what was fixed in it, and why some
    fixes failed."""

    version: _Version | None = None
    fixed: tuple[Finding, ...] = ()
    failures: dict[Finding, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Fixing:
    settings: Settings
    unsafe: bool
    wanted: Wanted
    lint: Lint

    def until_stable(self, source: bytes) -> Outcome:
        version = self._read(source)
        fixed: list[Finding] = []
        for _ in range(MOST_PASSES):
            step = self._step(version)
            if step.version is None:
                left = [self._left(version, each, step) for each in version.findings]
                return Outcome(version.text.to_bytes(), tuple(fixed), tuple(left))
            version = step.version
            fixed += step.fixed
        raise _Trouble(f"its fixes came to no end in {MOST_PASSES} passes")

    def _read(self, source: bytes) -> _Version:
        try:
            text = Text.read(source)
        except UnreadableText as error:
            raise _Trouble(str(error)) from error
        tree = _parsed(text)
        try:
            findings = self.lint(tree, text.lines, self.settings)
        except RecursionError as error:
            raise _Trouble("the code nests too deeply") from error
        return _Version(text, tree, tuple(findings), _compiles(text))

    def _step(self, version: _Version) -> _Step:
        """One pass; where its result does not stand the test, of those fixes that do."""
        candidates = [
            each for each in version.findings if self._reason_to_leave(version, each) is None
        ]
        steps = self._steps(version, candidates)
        good = [step for step in steps if step.version is not None]
        if len(steps) > 1 and good:
            together = self._attempt(version, [each for step in good for each in step.fixed])
            return together if together.version is not None else good[0]
        failures = {each: why for step in steps for each, why in step.failures.items()}
        return good[0] if good else _Step(failures=failures)

    def _steps(self, version: _Version, findings: Sequence[Finding]) -> list[_Step]:
        """Attempts at all of these, or, if that fails, at one half and the other of them."""
        step = self._attempt(version, findings)
        if step.version is not None or len(findings) < 2:
            return [step]
        half = len(findings) // 2
        return self._steps(version, findings[:half]) + self._steps(version, findings[half:])

    def _attempt(self, version: _Version, findings: Sequence[Finding]) -> _Step:
        """Carry out the fixes of these findings and test the result."""
        fixes: dict[Finding, Fix] = {each: each.fix for each in findings if each.fix}
        rewriting = rewrite(version.text, version.tree, list(fixes.values()))
        reasons = dict(rewriting.refused)
        failures = {each: reasons[fix] for each, fix in fixes.items() if fix in reasons}
        done = set(rewriting.done)
        fixed = tuple(each for each, fix in fixes.items() if fix in done)
        if not fixed:
            return _Step(failures=failures)
        try:
            new = self._read(rewriting.text.to_bytes())
            _verify(version, new, fixed)
        except _Trouble as trouble:
            return _Step(failures=failures | dict.fromkeys(fixed, str(trouble)))
        return _Step(new, fixed, failures)

    def _reason_to_leave(self, version: _Version, finding: Finding) -> Reason | None:
        if not self.wanted(version.text.lines, finding):
            return Reason.NOT_WANTED
        if finding.fix is None:
            return Reason.NO_FIX
        if not finding.fix.safe and not self.unsafe:
            return Reason.UNSAFE
        return None

    def _left(self, version: _Version, finding: Finding, last: _Step) -> Left:
        reason = self._reason_to_leave(version, finding)
        if reason is not None:
            return Left(finding, reason)
        return Left(finding, Reason.FAILED, last.failures[finding])


def _verify(old: _Version, new: _Version, fixed: Sequence[Finding]) -> None:
    """Raise :class:`_Trouble` if the new version is not better than the old one."""
    if old.compiles and not new.compiles:
        raise _Trouble("the result would not compile")
    before, after = Counter(map(_kind, old.findings)), Counter(map(_kind, new.findings))
    for kind, count in Counter(map(_kind, fixed)).items():
        # One that is no longer fixable is still there as well.
        kinds = {kind, (*kind[:2], ())}
        if sum(after[each] for each in kinds) > sum(before[each] for each in kinds) - count:
            raise _Trouble("the finding would still be there")
    expected_fatal = Counter(map(_fatal_rule, old.findings))
    expected_fatal.subtract(map(_fatal_rule, fixed))
    may_come_to_light = any(rule and rule.holds_others_back for rule in map(_fatal_rule, fixed))
    for rule, count in Counter(map(_fatal_rule, new.findings)).items():
        was_held_back = may_come_to_light and rule and rule.is_held_back
        if rule and count > expected_fatal[rule] and not was_held_back:
            raise _Trouble(f"the result would have a new {rule.code}")


def _kind(finding: Finding) -> Kind:
    """What of a finding stays the same when lines come or go above it.

    The columns of what its fix edits tell a finding from the next one of its kind that a fix brings
    to light (the retry that one handler lets through is swallowed by the handler around that).
    """
    edits = finding.fix.edits if finding.fix else ()
    columns = tuple(place_of(node)[1] for edit in edits for node in edit.nodes())
    return finding.code, LINE_NUMBER.sub("line", finding.message), columns


def _fatal_rule(finding: Finding) -> Rule | None:
    rule = rule_of(finding.code)
    return rule if rule and rule.is_fatal else None


def _parsed(text: Text) -> ast.Module:
    try:
        return ast.parse("".join(text.lines))
    except SyntaxError as error:
        raise _Trouble(f"no Python: {error.msg} (line {error.lineno})") from error
    except ValueError as error:  # a null byte, before Python 3.12
        raise _Trouble(f"no Python: {error}") from error
    except (RecursionError, MemoryError) as error:
        raise _Trouble("the code nests too deeply") from error


def _compiles(text: Text) -> bool:
    """Whether it is right beyond its grammar (no ``return`` outside a function). Nothing runs."""
    try:
        compile("".join(text.lines), "<source>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
