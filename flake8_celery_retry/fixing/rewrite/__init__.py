"""Edits to source: the only part of the project that knows libcst.

libcst needs ten times as long for a module as ``ast``, and loses a form feed here and the end of a
last line there. So it gets no more than the statements that are edited: everything else stays as it
is, byte for byte.
"""

from __future__ import annotations

import ast
import warnings
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import libcst as cst

from ...linting.findings import Fix
from ..edits import AddImport, Edit, ForgetImport, ImportEdit
from ..places import place_of
from ..text import Change, Text
from .editor import Editor, JoinImport, LeaveImport, Refusal
from .fragment import Fragment
from .imports import NewLine, Unread, place_for, unread_imports
from .overlaps import without_overlaps
from .sections import Section, sections_of


@dataclass(frozen=True)
class Rewriting:
    """What came of a pass: the new text, the fixes carried out, and those that could not be, with
    the reason.

    A fix in neither overlaps with another one and waits for the next pass.
    """

    text: Text
    done: tuple[Fix, ...]
    refused: tuple[tuple[Fix, str], ...] = ()


def rewrite(text: Text, tree: ast.Module, fixes: Sequence[Fix]) -> Rewriting:
    """Carry out all fixes that don't overlap with an earlier one, each of them whole or not at all.

    ``tree`` is what ``ast.parse`` makes of the text's lines, and the fixes name its nodes.
    """
    chosen = without_overlaps(fixes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a "\d" in a copied string is not our business
        rewriter = _Rewriter(text, tree)
        try:
            return Rewriting(rewriter.carry_out(chosen), chosen)
        except Refusal as refusal:
            if len(chosen) == 1:
                return Rewriting(text, (), ((chosen[0], str(refusal)),))
        return _those_that_can(rewriter, chosen)


def _those_that_can(rewriter: _Rewriter, fixes: Iterable[Fix]) -> Rewriting:
    """So that a fix that can't be carried out does not keep back the others."""
    done: list[Fix] = []
    refused: list[tuple[Fix, str]] = []
    for fix in fixes:
        try:
            rewriter.carry_out([fix])
            done.append(fix)
        except Refusal as refusal:
            refused.append((fix, str(refusal)))
    try:
        return Rewriting(rewriter.carry_out(done), tuple(done), tuple(refused))
    except Refusal:
        # They get in each other's way: one now, the others in the next pass.
        return Rewriting(rewriter.carry_out(done[:1]), tuple(done[:1]), tuple(refused))


class _Rewriter:
    """Carries out any of the fixes of one text."""

    def __init__(self, text: Text, tree: ast.Module) -> None:
        self.text = text
        self.tree = tree
        self.sections = sections_of(text, tree)
        self.starts = [section.first for section in self.sections]

    def carry_out(self, fixes: Sequence[Fix]) -> Text:
        """The text with these fixes; raises :class:`Refusal` if one can't be carried out."""
        edits: list[Edit] = []
        new_lines: dict[NewLine, list[AddImport]] = defaultdict(list)
        for edit, line in _imports(fixes).items():
            match place_for(edit, self.tree, self.text, line):
                case ast.ImportFrom() as statement:
                    edits.append(JoinImport(statement, edit.name, edit.alias))
                case NewLine() as place:
                    new_lines[place].append(edit)
        distinct = dict.fromkeys(edit for fix in fixes for edit in fix.edits)
        edits += [edit for edit in distinct if not isinstance(edit, ImportEdit)]
        changes = list(self._edited(edits))
        changes += [self._inserted(place, imports) for place, imports in new_lines.items()]
        text = self.text.with_changes(changes)
        for name in sorted({edit.name for edit in distinct if isinstance(edit, ForgetImport)}):
            text = _without_unread_import(text, name)
        return text

    def leaving(self, unread: Unread) -> Iterator[Change]:
        """The changes that take names which nothing reads out of an import; none where the import
        shares its line with other statements."""
        section = self._section_at(unread.statement.lineno)
        if section.statements != [unread.statement]:
            return
        if not unread.keeps_others:
            yield (*section.span_to_remove(), [])
            return
        yield from self._edited([LeaveImport(unread.statement, index) for index in unread.indices])

    def _edited(self, edits: Sequence[Edit]) -> Iterator[Change]:
        """The sections that these edits change."""
        concerned: dict[Section, dict[Edit, None]] = defaultdict(dict)
        for edit in edits:
            for node in edit.nodes():
                concerned[self._section_at(place_of(node)[0])][edit] = None
        try:
            fragments = [Fragment(section, list(these)) for section, these in concerned.items()]
            found = {node: at for fragment in fragments for node, at in fragment.find()}
            editor = Editor(edits, found)
            for fragment in fragments:
                section = fragment.section
                yield section.first, section.last, fragment.edited(editor)
        except RecursionError as error:
            raise Refusal("the code nests too deeply") from error
        except (cst.ParserSyntaxError, cst.CSTValidationError) as error:
            raise Refusal(f"libcst can't read or write it: {_in_one_line(error)}") from error

    def _section_at(self, line: int) -> Section:
        """The section in which a line (from 1) stands."""
        return self.sections[bisect_right(self.starts, line - 1) - 1]

    def _inserted(self, place: NewLine, imports: Sequence[AddImport]) -> Change:
        index = place.index
        if index > self.starts[0]:
            # What shares a line with other statements, or goes on after a backslash, stays whole.
            section = self._section_at(index)
            index = max(index, section.last)
        names: dict[str, list[str]] = defaultdict(list)
        for edit in imports:
            names[edit.module].append(f"{edit.name} as {edit.alias}" if edit.alias else edit.name)
        lines = [f"from {each} import {', '.join(sorted(names[each]))}\n" for each in sorted(names)]
        return index, index, ["\n"] * place.apart + lines + ["\n"] * place.blank_after


def _without_unread_import(text: Text, name: str) -> Text:
    """The text without the import of a name that it no longer reads; one that can't be changed
    without loss stays."""
    try:
        tree = ast.parse("".join(text.lines))
    except (SyntaxError, RecursionError, MemoryError):
        return text  # the fixer finds that the result is no Python
    rewriter, changes = _Rewriter(text, tree), list[Change]()
    for unread in unread_imports(name, tree, text):
        with suppress(Refusal):
            changes += rewriter.leaving(unread)
    return text.with_changes(changes)


def _imports(fixes: Iterable[Fix]) -> dict[AddImport, int]:
    """The imports to add, each with the first line (from 1) that needs it."""
    needed: dict[AddImport, int] = {}
    for fix in fixes:
        lines = [place_of(node)[0] for edit in fix.edits for node in edit.nodes()]
        first = min(lines, default=1 << 62)
        for edit in fix.edits:
            if isinstance(edit, AddImport):
                needed[edit] = min(first, needed.get(edit, first))
    return needed


def _in_one_line(error: cst.ParserSyntaxError | cst.CSTValidationError) -> str:
    """What libcst says, without the source that it quotes."""
    what = error.message if isinstance(error, cst.ParserSyntaxError) else str(error)
    return what.strip().partition("\n")[0]
