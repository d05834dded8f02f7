"""Modules whose nodes are named by their source, and edits of them carried out."""

from __future__ import annotations

import ast
import io
import textwrap
import tokenize
from collections.abc import Callable, Sequence

import pytest

from flake8_celery_retry.fixing.edits import Edit, ReplaceExpression, SetFirstParameter, SetKeyword
from flake8_celery_retry.fixing.rewrite import Rewriting, rewrite
from flake8_celery_retry.fixing.text import Text
from flake8_celery_retry.linting.findings import Fix


class Module:
    """A parsed module whose nodes are named by their source."""

    def __init__(self, source: bytes | str) -> None:
        self.text = Text.read(source.encode() if isinstance(source, str) else source)
        self.source = "".join(self.text.lines)
        self.tree = ast.parse(self.source)

    def expression(self, source: str, occurrence: int = 0) -> ast.expr:
        return self._node(ast.expr, source, occurrence)

    def call(self, source: str) -> ast.Call:
        return self._node(ast.Call, source)

    def keyword(self, source: str) -> ast.keyword:
        return self._node(ast.keyword, source)

    def statement(self, source: str, occurrence: int = 0) -> ast.stmt:
        return self._node(ast.stmt, source, occurrence)

    def display(self, source: str) -> ast.Tuple | ast.List | ast.Dict:
        return self._node(ast.Tuple | ast.List | ast.Dict, source)

    def function(self, name: str = "f") -> ast.FunctionDef | ast.AsyncFunctionDef:
        kinds = ast.FunctionDef | ast.AsyncFunctionDef
        return next(
            each for each in ast.walk(self.tree) if isinstance(each, kinds) and each.name == name
        )

    def handler(self, index: int = 0) -> ast.ExceptHandler:
        return [each for each in ast.walk(self.tree) if isinstance(each, ast.ExceptHandler)][index]

    def decorator(self, name: str = "f") -> ast.expr:
        return self.function(name).decorator_list[0]

    def _node(self, kind, source, occurrence=0):
        """The node of some kind with this source, be it in parentheses."""
        return [
            each
            for each in ast.walk(self.tree)
            if isinstance(each, kind) and ast.get_source_segment(self.source, each) == source
        ][occurrence]


Edits = Callable[[Module], Sequence[Edit]]


def carried_out(source: bytes | str, *fixes: Edits) -> Rewriting:
    module = Module(source)
    return rewrite(
        module.text,
        module.tree,
        [Fix(f"fix {index}", True, tuple(edits(module))) for index, edits in enumerate(fixes)],
    )


def edited(source: str, *fixes: Edits) -> str:
    """The new source; every fix must have been carried out."""
    result = carried_out(source, *fixes)
    assert not result.refused
    assert len(result.done) == len(fixes)
    return result.text.to_bytes().decode()


def reason_against(source: str, edits: Edits) -> str:
    """Why the only fix was not carried out; the source must be as it was."""
    result = carried_out(source, edits)
    assert result.done == ()
    assert result.text.to_bytes() == source.encode()
    [(_, reason)] = result.refused
    return reason


def comments(source: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return sorted(token.string for token in tokens if token.type == tokenize.COMMENT)


def dedented(source: str) -> str:
    return textwrap.dedent(source).lstrip("\n")


def cases(*pairs: tuple[str, str]):
    """Before and after, with their common indentation and first line break taken off."""
    return pytest.mark.parametrize(
        ("before", "after"), [(dedented(before), dedented(after)) for before, after in pairs]
    )


def bind(module: Module) -> list[Edit]:
    return [SetKeyword(module.decorator(), "bind", ("True",))]


def add_self(module: Module) -> list[Edit]:
    return [SetFirstParameter(module.function(), "self")]


def replacing(old: str, *new: str) -> Edits:
    """Replace the expression ``old``; ``$…`` in ``new`` is the source of a node to copy."""

    def edits(module):
        source = tuple(
            module.expression(each[1:]) if each.startswith("$") else each for each in new
        )
        return [ReplaceExpression(module.expression(old), source)]

    return edits
