"""A section of a file as libcst sees it: nodes found by position, and edited."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from io import StringIO

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from ..edits import Edit, SetHandlerType
from ..places import Place, end_of, place_of
from .comments import lost_comments
from .depth import is_deeper_than
from .editor import Editor, Found, Refusal
from .excerpt import Excerpt
from .sections import Section

#: Code that nests deeper is left alone: libcst's parser knows no limit and, out of stack, takes the
#: whole process down. (It does from some 1,500 on; Python's own parser takes 200 brackets.)
DEEPEST = 300


class Fragment:
    """What some edits are about in a section. Its methods raise :class:`Refusal` and what libcst
    raises."""

    def __init__(self, section: Section, edits: Sequence[Edit]) -> None:
        self.text = section.text
        self.section = section
        self.edits = edits
        span = section.first, section.last
        self.excerpt = Excerpt(section.text, section.statements, span, edits)

    def find(self) -> Iterator[tuple[ast.AST, Found]]:
        """The nodes that edits name here, with what libcst has in their place, where it has
        something."""
        wanted: dict[Place, list[ast.AST]] = defaultdict(list)
        for node in {node: None for edit in self.edits for node in edit.nodes()}:
            if self.section.first < place_of(node)[0] <= self.section.last:
                wanted[self._place(*place_of(node))].append(node)
        for candidate in self._ranges:
            start, end = self._extent(candidate)
            for node in wanted.get(start, ()):
                if _is_counterpart(candidate, node, end == self._place(*end_of(node))):
                    yield node, Found(candidate, self._is_glued(candidate))

    def edited(self, editor: Editor) -> list[str]:
        """The lines, with those of the edits carried out that belong here.

        Raises :class:`Refusal` where a comment would be lost.
        """
        module = self._module.visit(editor)
        assert isinstance(module, cst.Module)
        code = module.code
        if lost_comments(self._source, code):
            raise Refusal("a comment would be lost")
        if not module.body and not module.footer:
            return []  # libcst writes an empty line for an empty module
        try:
            return self.excerpt.restored(_lines(self._indentation + code))
        except ValueError as error:
            raise Refusal(str(error)) from error

    @cached_property
    def _indentation(self) -> str:
        """What stands before the first statement: nothing, or a form feed, which libcst drops."""
        line = self.excerpt.lines[0]
        return line[: len(line) - len(line.lstrip(" \t\f"))]

    @cached_property
    def _source(self) -> str:
        return "".join(self.excerpt.lines)[len(self._indentation) :]

    @cached_property
    def _lines(self) -> list[str]:
        return _lines(self._source)

    @cached_property
    def _module(self) -> cst.Module:
        if is_deeper_than(DEEPEST, self._source):
            raise Refusal("the code nests too deeply")
        module = cst.parse_module(self._source)
        if module.code != self._source and not self._differs_in_edited_heads(module.code):
            raise Refusal(
                f"libcst would change lines {self.section.first + 1} to {self.section.last}"
            )
        return module

    def _differs_in_edited_heads(self, code: str) -> bool:
        """Whether libcst changes no more than white space in heads that are to be written anew."""
        heads = [edit.handler for edit in self.edits if isinstance(edit, SetHandlerType)]
        edited = {
            self.excerpt.line_of(line)
            for handler in heads
            for line in range(handler.lineno, max(handler.body[0].lineno, handler.lineno + 1))
        }
        ours, theirs = self._lines, _lines(code)
        return len(ours) == len(theirs) and all(
            one == other or (number in edited and _squeezed(one) == _squeezed(other))
            for number, (one, other) in enumerate(zip(ours, theirs, strict=True), 1)
        )

    @cached_property
    def _ranges(self) -> Mapping[cst.CSTNode, CodeRange]:
        # The tree is fresh from the parser: no node is in it twice, so no copy is needed.
        return _Positions(self._module, unsafe_skip_copy=True).resolve(PositionProvider)

    def _extent(self, node: cst.CSTNode) -> tuple[Place, Place]:
        """Start and end of a node as ast has them: a tuple's and a generator expression's own
        parentheses belong to it, all others are left out."""
        first = last = node
        if isinstance(node, cst.Tuple | cst.GeneratorExp) and node.lpar:
            first, last = node.lpar[-1], node.rpar[0]
        start, end = self._ranges[first].start, self._ranges[last].end
        return (start.line, start.column), (end.line, end.column)

    def _is_glued(self, node: cst.CSTNode) -> bool:
        """Whether a word stands right before or after an expression: ``return(x)``."""
        first = last = node
        if isinstance(node, cst.BaseExpression) and node.lpar:
            first, last = node.lpar[0], node.rpar[-1]
        start, end = self._ranges[first].start, self._ranges[last].end
        before = self._lines[start.line - 1][: start.column][-1:]
        after = self._lines[end.line - 1][end.column :][:1]
        return before.isidentifier() or after.isidentifier()

    def _place(self, line: int, offset: int) -> Place:
        """A place of ast as libcst counts within this section, in characters."""
        column = self.text.column(line, offset)
        line = self.excerpt.line_of(line)
        return line, column - len(self._indentation) if line == 1 else column


class _Positions(MetadataWrapper):
    """Does not walk the tree for visitors that there are none of, which takes as long as to find
    out where the nodes are."""

    def visit_batched(
        self, visitors: Iterable[cst.BatchableCSTVisitor], *_: object, **__: object
    ) -> cst.CSTNode:
        assert not [*visitors]
        return self.module


def _lines(source: str) -> list[str]:
    """Lines by line feeds alone, as Python counts them (and ``str.splitlines`` does not)."""
    return StringIO(source).readlines()


def _squeezed(line: str) -> str:
    return "".join(line.split())


def _is_counterpart(candidate: cst.CSTNode, node: ast.AST, has_same_end: bool) -> bool:
    """Whether a node of libcst, of the same start, is what ast has as ``node``."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return isinstance(candidate, cst.FunctionDef)
    if isinstance(node, ast.ExceptHandler):
        return isinstance(candidate, cst.ExceptHandler | cst.ExceptStarHandler)
    if isinstance(node, ast.keyword):
        return isinstance(candidate, cst.Arg)
    if isinstance(node, ast.Starred):
        return isinstance(candidate, cst.Arg | cst.StarredElement) and has_same_end
    if isinstance(node, ast.stmt):
        return isinstance(candidate, cst.BaseSmallStatement)
    return isinstance(candidate, cst.BaseExpression) and has_same_end
