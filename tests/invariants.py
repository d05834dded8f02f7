"""What must be true of every module, whatever is in it: checked by the fuzzers."""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field

from flake8_celery_retry.fixing.edits import AddImport, ForgetImport, RemoveStatement
from flake8_celery_retry.fixing.fixer import fix_source
from flake8_celery_retry.fixing.outcomes import Outcome, Reason
from flake8_celery_retry.fixing.rewrite import rewrite
from flake8_celery_retry.fixing.text import Text, UnreadableText
from flake8_celery_retry.linting.findings import Finding
from flake8_celery_retry.linting.lint import lint
from flake8_celery_retry.rules import all_rules, rule_of
from flake8_celery_retry.settings import Settings

#: Every rule is on.
SETTINGS = Settings(opinions=frozenset(rule.code for rule in all_rules() if rule.is_opinion))


@dataclass
class Seen:
    """What a run of a fuzzer came across: for a look at whether it reaches what it is for."""

    modules: int = 0
    unreadable: int = 0
    found: Counter[str] = field(default_factory=Counter)
    fixed: Counter[str] = field(default_factory=Counter)
    #: Fixes that failed, by code and reason. None harms, yet each is a rule's to look at.
    failed: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: A module in which the first of them failed.
    examples: dict[tuple[str, str], str] = field(default_factory=dict)


def check_module(source: bytes, seen: Seen) -> None:
    """Lint and fix a module; an ``AssertionError`` says what is amiss."""
    seen.modules += 1
    outcomes = {unsafe: fix_source(source, SETTINGS, unsafe=unsafe) for unsafe in (False, True)}
    if outcomes[True].error is not None:
        seen.unreadable += 1
        for outcome in outcomes.values():
            assert outcome.source == source, "what can't be read was changed"
            assert outcome.error, "an error without words"
            assert "\n" not in outcome.error, "an error of several lines"
        return
    text = Text.read(source)
    tree = ast.parse("".join(text.lines))
    findings = lint(tree, text.lines, SETTINGS)
    seen.found.update(each.code for each in findings)
    _check_places(findings, text)
    _check_one_pass(text, tree, findings)
    for unsafe, outcome in outcomes.items():
        _check_outcome(source, outcome, findings, unsafe=unsafe)
    _check_line_ends(source, outcomes[True])
    seen.fixed.update(each.code for each in outcomes[True].fixed)
    for left in outcomes[True].left:
        if left.reason is Reason.FAILED:
            kind = left.finding.code, left.detail
            seen.failed[kind] += 1
            seen.examples.setdefault(kind, source.decode(errors="replace"))


def _check_places(findings: list[Finding], text: Text) -> None:
    places = [(each.line, each.column, each.code) for each in findings]
    assert places == sorted(set(places)), "findings are not in order, or twice"
    for finding in findings:
        assert 1 <= finding.line <= len(text.lines), f"{finding.code} in a line that is not there"
        line = text.lines[finding.line - 1].rstrip("\n")
        assert 0 <= finding.column < max(1, len(line)), f"{finding.code} behind its line"
        assert finding.message.isprintable(), f"{finding.code} says what can't be printed"


def _check_outcome(
    source: bytes, outcome: Outcome, findings: list[Finding], *, unsafe: bool
) -> None:
    new = Text.read(outcome.source)
    lines, new_lines = "".join(Text.read(source).lines), "".join(new.lines)
    ast.parse(new_lines)
    assert _compiles(new_lines) or not _compiles(lines), "what compiled does not any more"
    if outcome.fixed or outcome.source != source:  # else this was the second fix already
        again = fix_source(outcome.source, SETTINGS, unsafe=unsafe)
        assert again.source == outcome.source, "a second fix changes something"
        assert not again.fixed, "a second fix fixes something"
    lost = Counter(_comments(lines)) - Counter(_comments(new_lines))
    assert not lost, f"comments are lost: {lost}"
    fixed = [rule for rule in (rule_of(each.code) for each in outcome.fixed) if rule]
    if not any(rule.holds_others_back for rule in fixed):
        before = Counter(each.code for each in findings if _is_fatal(each))
        after = Counter(each.finding.code for each in outcome.left if _is_fatal(each.finding))
        assert not after - before, f"new mistakes: {after - before}"


def _check_line_ends(source: bytes, outcome: Outcome) -> None:
    if b"\r" not in source and outcome.fixed:
        other = fix_source(source.replace(b"\n", b"\r\n"), SETTINGS, unsafe=True)
        assert other.source == outcome.source.replace(b"\n", b"\r\n"), "line ends make a difference"


def _check_one_pass(text: Text, tree: ast.Module, findings: list[Finding]) -> None:
    """What one pass changes is where its edits are."""
    rewriting = rewrite(text, tree, [each.fix for each in findings if each.fix])
    edits = [edit for fix in rewriting.done for edit in fix.edits]
    allowed: set[int] = set()
    for edit in edits:
        for start, end in edit.regions():
            allowed.update(range(start[0], end[0] + 1))
            if isinstance(edit, RemoveStatement):
                allowed.update(_blank_lines_around(text, start[0], end[0]))
    if any(isinstance(edit, AddImport | ForgetImport) for edit in edits):
        for statement in tree.body:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                allowed.update(range(statement.lineno, (statement.end_lineno or 0) + 1))
    changed = first_changed(text.lines, rewriting.text.lines, allowed)
    assert changed is None, f"line {changed} is changed, which no edit is about"


def first_changed(lines: Sequence[str], new: Sequence[str], allowed: Container[int]) -> int | None:
    """The first line (from 1) that is not among the new ones, in their order, and may not change.

    Not by a diff, which takes the one for the other of two tasks that are alike.
    """
    rest = iter(new)
    for number, line in enumerate(lines, 1):
        if number not in allowed and line.strip() and line not in rest:
            return number
    return None


def _blank_lines_around(text: Text, first: int, last: int) -> Iterator[int]:
    while first > 1 and not text.lines[first - 2].strip():
        first -= 1
        yield first
    while last < len(text.lines) and not text.lines[last].strip():
        last += 1
        yield last


def _is_fatal(finding: Finding) -> bool:
    rule = rule_of(finding.code)
    return rule is not None and rule.is_fatal


def _comments(source: str) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def _compiles(source: str) -> bool:
    try:
        compile(source, "<module>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


def is_readable(source: bytes) -> bool:
    """Whether a module is Python, as far as its grammar goes."""
    try:
        ast.parse("".join(Text.read(source).lines))
    except (UnreadableText, SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
