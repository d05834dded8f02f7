"""What an editor is offered for a file: its findings, and actions as data.

Both doors, the language server and the plugin of python-lsp-server, offer what is decided here.
"""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from ..command.checking import FileCheck
from ..command.configuration import Run
from ..command.silencing import with_comments
from ..command.verdicts import Verdict, findings_with, style_guide
from ..fixing.line_edits import LineEdit, line_edits
from ..fixing.outcomes import Outcome
from ..fixing.text import Text, UnreadableText
from ..linting.findings import Finding

#: The kinds of actions, in the protocol's words: parts of a kind are of that kind as well.
QUICK_FIX = "quickfix"
FIX_ALL = "source.fixAll.flake8-celery-retry"

FIX_ALL_TITLE = "Fix all Celery retry mistakes that have a safe fix"


class CarriesOutFixes(Protocol):
    """A :class:`~..command.fixer_process.Fixer`, or one in a process of its own."""

    def fix(self, filename: str, content: bytes, only: Finding | None = None) -> Outcome:
        """What comes of all safe fixes of what is shown, or of a single finding's."""


@dataclass(frozen=True)
class Action:
    """A change that an editor offers: its title, its kind, and the edits.

    ``finding`` is what it is about; ``None``: the whole file. A preferred one is carried out where
    the user asks for a fix without choosing.
    """

    title: str
    kind: str
    edits: tuple[LineEdit, ...]
    finding: Finding | None = None
    is_preferred: bool = False


class Buffer:
    """A file as an editor has it, saved or not."""

    def __init__(self, path: str, source: str, run: Run, fixer: CarriesOutFixes) -> None:
        """Take the file's path, its text, and what holds for it.

        Raises ``ValueError`` where the text can't be written as its coding line declares.
        """
        self.path = path
        self.run = run
        self.fixer = fixer
        self.content = _encoded(source)
        self.text = Text.read(self.content)
        self._edits: dict[Finding, tuple[LineEdit, ...]] = {}

    @cached_property
    def findings(self) -> list[Finding]:
        """What flake8 would show, by place; nothing where the text is no Python (yet)."""
        check = FileCheck(self.run.options, self.run.settings)
        file = check.of_content(self.path, self.content)
        shown = findings_with(Verdict.SHOWN, style_guide(self.run), file)
        return [finding.without_edits() for finding in shown]

    def actions(self, asked: Sequence[Finding], only: Sequence[str] = ()) -> Iterator[Action]:
        """What can be done about these findings, and about the file.

        With ``only``, actions of these kinds alone.
        """
        if _is_asked_for(QUICK_FIX, only):
            yield from self._fixes(asked)
        if _is_asked_for(FIX_ALL, only) and self._edits_of_all:
            yield Action(FIX_ALL_TITLE, FIX_ALL, self._edits_of_all)
        if _is_asked_for(QUICK_FIX, only):
            yield from self._comments(asked)

    def _fixes(self, asked: Sequence[Finding]) -> Iterator[Action]:
        for finding in asked:
            if finding.fix is not None and (edits := self._edits_of(finding)):
                safety = "safe" if finding.fix.safe else "unsafe"
                title = f"{finding.fix.title} ({finding.code}, {safety})"
                yield Action(title, QUICK_FIX, edits, finding, finding.fix.safe)

    def _comments(self, asked: Sequence[Finding]) -> Iterator[Action]:
        for finding in asked:
            silenced = with_comments(self.text, {finding.line: [finding.code]})
            if silenced != self.text:
                edits = tuple(line_edits(self.text, silenced))
                yield Action(f"Disable {finding.code} for this line", QUICK_FIX, edits, finding)

    def _edits_of(self, finding: Finding) -> tuple[LineEdit, ...]:
        """The edits of a finding's fix: an editor asks whenever its cursor moves."""
        if finding not in self._edits:
            self._edits[finding] = self._changes(finding)
        return self._edits[finding]

    @cached_property
    def _edits_of_all(self) -> tuple[LineEdit, ...]:
        """The edits of all safe fixes."""
        if not any(finding.fix and finding.fix.safe for finding in self.findings):
            return ()
        return self._changes(None)

    def _changes(self, only: Finding | None) -> tuple[LineEdit, ...]:
        outcome = self.fixer.fix(self.path, self.content, only)
        return tuple(line_edits(self.text, Text.read(outcome.source)))


def _is_asked_for(kind: str, only: Sequence[str]) -> bool:
    return not only or any(kind == each or kind.startswith(f"{each}.") for each in only)


def _encoded(source: str) -> bytes:
    """The source as its coding line declares."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source.encode()).readline)
    except SyntaxError as error:
        raise UnreadableText(str(error)) from error
    return source.encode("utf-8" if encoding == "utf-8-sig" else encoding)
