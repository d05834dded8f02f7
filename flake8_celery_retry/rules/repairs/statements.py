"""Edits that put a retry call in the place of other statements."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ...fixing.edits import Edit, RemoveStatement, ReplaceStatement, Source
from ...model import Module
from ...syntax.exits import is_bare_return, what_follows


def retry_call(receiver: str, arguments: Sequence[tuple[str, str | ast.expr]]) -> Source:
    """The source of a retry call with these arguments by name."""
    source: list[str | ast.expr] = [f"{receiver}.retry("]
    for index, (name, value) in enumerate(arguments):
        source += [", " if index else "", f"{name}=", value]
    return (*source, ")")


def retry_to_write(receiver: str | None, delay: str, room: int) -> str:
    """For a message: the retry call to write, without its delay where there is no room for that.
    ``receiver`` is what the task is called in its function (``None``: it must be bound first),
    ``delay`` is ``countdown=60`` or the like, or empty."""
    beginning = f"{'' if receiver else 'bind it, '}raise {receiver or 'self'}.retry("
    written = f"{beginning}{delay})"
    return written if len(written) <= room else f"{beginning})"


def raise_instead(
    module: Module, call: ast.Call, until: ast.AST, retry: Source
) -> tuple[Edit, ...] | None:
    """Raise a retry in the place of the statement that is a call (``f()``, ``return f()``); a bare
    ``return`` after it goes.

    ``None`` where the statement does more, or where more happens between it and the end of
    ``until`` (a handler or branch).
    """
    statement = module.tree.statement_of(call)
    value = statement.exc if isinstance(statement, ast.Raise) else getattr(statement, "value", None)
    if isinstance(value, ast.Await):
        value = value.value
    if value is not call or not isinstance(statement, (ast.Expr, ast.Return, ast.Raise)):
        return None
    replaced = ReplaceStatement(statement, ("raise ", *retry))
    if not isinstance(statement, ast.Expr):
        return (replaced,)
    if not all(map(_does_nothing, what_follows(module.tree, call, until))):
        return None
    return replaced, *(RemoveStatement(later) for later in module.tree.statements_after(statement))


def _does_nothing(statement: ast.stmt) -> bool:
    return is_bare_return(statement) or isinstance(statement, ast.Pass)
