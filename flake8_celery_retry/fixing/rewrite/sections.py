"""The top-level statements of a file, as libcst has to see them."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from io import StringIO

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from ..text import Text
from .comments import lost_comments
from .editor import Editor, Found, Refusal
from .overlaps import Place, end_of, place_of

#: Code that nests deeper is left alone: libcst's parser knows no limit and, out of stack, takes the
#: whole process down.
DEEPEST = 300


def sections_of(text: Text, tree: ast.Module) -> list[Section]:
    """The top-level statements in their order; those that share a line are one section."""
    sections: list[Section] = []
    for statement in tree.body:
        first, last = _lines_of(statement, text)
        if sections and first < sections[-1].last:
            sections[-1].take(statement, last)
        else:
            sections.append(Section(text, statement, first, last))
    return sections


def _lines_of(statement: ast.stmt, text: Text) -> tuple[int, int]:
    """The index of a statement's first line, and that of the one after its last.

    ast leaves out the ``@`` of decorators, and what backslashes join to it.
    """
    decorators = getattr(statement, "decorator_list", [])
    first = min(node.lineno for node in (statement, *decorators)) - 1
    last = end_of(statement)[0]
    while first > 0 and text.lines[first - 1].endswith("\\\n"):
        first -= 1
    while last < len(text.lines) and text.lines[last - 1].endswith("\\\n"):
        last += 1
    return first, last


def _blank_lines(lines: Sequence[str]) -> int:
    """How many of these lines come before the first that is not blank."""
    return next((index for index, line in enumerate(lines) if line.strip()), len(lines))


class Section:
    """Top-level statements, from the line with index ``first`` up to, not including, ``last``."""

    def __init__(self, text: Text, statement: ast.stmt, first: int, last: int) -> None:
        self.text = text
        self.statements = [statement]
        self.first = first
        self.last = last

    def take(self, statement: ast.stmt, last: int) -> None:
        """Have one more statement, up to this line."""
        self.statements.append(statement)
        self.last = max(self.last, last)

    def span_to_remove(self) -> tuple[int, int]:
        """The index of its first line and that of the one after its last, with the fewer of the
        blank lines before and after it; at the top of a file, with those after it."""
        before, after = (
            _blank_lines(self.text.lines[: self.first][::-1]),
            _blank_lines(self.text.lines[self.last :]),
        )
        if before <= after and self.first > 0:
            return self.first - before, self.last
        return self.first, self.last + after

    def find(self, nodes: Iterable[ast.AST]) -> Iterator[tuple[ast.AST, Found]]:
        """Nodes of ast with what libcst has in their place, where it has something."""
        wanted: dict[Place, list[ast.AST]] = defaultdict(list)
        for node in nodes:
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
        if lost_comments(self._module, module):
            raise Refusal("a comment would be lost")
        if not module.body and not module.footer:
            return []  # libcst writes an empty line for an empty module
        return _lines(self._indentation + module.code)

    @cached_property
    def _indentation(self) -> str:
        """What stands before the first statement: nothing, or a form feed, which libcst drops."""
        line = self.text.lines[self.first]
        return line[: len(line) - len(line.lstrip(" \t\f"))]

    @cached_property
    def _source(self) -> str:
        lines = self.text.lines[self.first : self.last]
        return "".join(lines)[len(self._indentation) :]

    @cached_property
    def _lines(self) -> list[str]:
        return _lines(self._source)

    @cached_property
    def _module(self) -> cst.Module:
        if any(_is_deeper_than(DEEPEST, statement) for statement in self.statements):
            raise Refusal("the code nests too deeply")
        module = cst.parse_module(self._source)
        if module.code != self._source:
            raise Refusal(f"libcst would change lines {self.first + 1} to {self.last}")
        return module

    @cached_property
    def _ranges(self) -> Mapping[cst.CSTNode, CodeRange]:
        # The tree is fresh from the parser: no node is in it twice, so no copy is needed.
        wrapper = MetadataWrapper(self._module, unsafe_skip_copy=True)
        return wrapper.resolve(PositionProvider)

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
        line -= self.first
        return line, column - len(self._indentation) if line == 1 else column


def _lines(source: str) -> list[str]:
    """Lines by line feeds alone, as Python counts them (and ``str.splitlines`` does not)."""
    return StringIO(source).readlines()


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


def _is_deeper_than(limit: int, tree: ast.AST) -> bool:
    """Whether nodes of a tree are nested more than so many times."""
    level: list[ast.AST] = [tree]
    for _ in range(limit):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return False
    return True
