"""The kinds of edit a fix is made of, as plain data that names nodes of the ``ast``.

A rule says *what* is to change; :mod:`flake8_celery_retry.fixing.rewrite` knows how, with libcst.
Every node is one of the tree that was linted (``ast.parse`` of the file's text).
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

#: New source text: literal text and nodes of the old tree, whose own source is copied as it
#: stands (comments inside included): ``("(", node, ",)")``.
Source = tuple["str | ast.expr", ...]


@dataclass(frozen=True)
class SetFirstParameter:
    """Make ``name`` the first parameter of a function.

    Where the function has a positional or keyword-only parameter of that name further on, it is
    moved to the front (its annotation goes with it).
    """

    function: ast.FunctionDef | ast.AsyncFunctionDef
    name: str


@dataclass(frozen=True)
class SetKeyword:
    """Give a keyword argument a value: replaced where the call has it, else added after the
    call's last argument, but before a ``**``.

    ``call`` may be a decorator that is not called (``@shared_task``): it becomes a call.
    """

    call: ast.expr
    keyword: str
    value: Source


@dataclass(frozen=True)
class RenameKeyword:
    """Rename a keyword argument, its value untouched."""

    keyword: ast.keyword
    name: str


@dataclass(frozen=True)
class NameArgument:
    """Turn a positional argument into a keyword argument with the same value.

    Positional arguments must not follow it (a rule names those as well, or offers no fix).
    """

    call: ast.Call
    argument: ast.expr
    name: str


@dataclass(frozen=True)
class RemoveArgument:
    """Take an argument (positional, or an ``ast.keyword``) out of a call.

    A positional argument that others follow must not be named here. A decorator call that is
    left without arguments keeps its parentheses.
    """

    call: ast.Call
    argument: ast.expr | ast.keyword


@dataclass(frozen=True)
class RemoveItem:
    """Take an element out of a tuple or list display, or a key with its value out of a dict display
    (``item`` is then the key's node)."""

    display: ast.Tuple | ast.List | ast.Dict
    item: ast.expr


@dataclass(frozen=True)
class ReplaceExpression:
    """Put other source in the place of an expression (with its own parentheses)."""

    expression: ast.expr
    source: Source


@dataclass(frozen=True)
class ReplaceStatement:
    """Put one other simple statement in the place of a simple statement.

    Its comments stay.
    """

    statement: ast.stmt
    source: Source


@dataclass(frozen=True)
class RemoveStatement:
    """Take a simple statement out; its comments stay. A block left empty gets a ``pass``."""

    statement: ast.stmt


@dataclass(frozen=True)
class SetHandlerType:
    """Change what an ``except`` clause catches; a bare ``except:`` gets a type.

    ``name``, where given, is bound too (``except A as name``), an empty one takes the clause's name
    away; else the clause keeps its own.
    """

    handler: ast.ExceptHandler
    type: Source | None = None
    name: str | None = None


@dataclass(frozen=True)
class InsertHandler:
    """Put a new ``except <type>: raise`` clause in front of one of the same ``try``."""

    before: ast.ExceptHandler
    type: str


@dataclass(frozen=True)
class AddDecorator:
    """Put a decorator (source without the ``@``) above a function, above those it has."""

    function: ast.FunctionDef | ast.AsyncFunctionDef
    source: str


@dataclass(frozen=True)
class AddImport:
    """Have ``from module import name`` (``as alias``) at the top of the file.

    It joins an existing top-level ``from module import …``; else it stands after the imports of the
    same package, else after those of its group (standard library, other packages, one's own), else
    after the docstring and the ``__future__`` imports. Nothing happens where it is there already.
    What stands below the first line that the fix edits does not count.
    """

    module: str
    name: str
    alias: str | None = None


@dataclass(frozen=True)
class ForgetImport:
    """Take a name out of the top-level import that binds it, where nothing of the file reads it any
    more once all edits are done.

    An import that holds nothing else goes as a whole. It stays where the file exports the name (in
    ``__all__``, as ``import name as name``), and where a comment on its lines would be lost.
    """

    name: str


Edit = (
    SetFirstParameter
    | SetKeyword
    | RenameKeyword
    | NameArgument
    | RemoveArgument
    | RemoveItem
    | ReplaceExpression
    | ReplaceStatement
    | RemoveStatement
    | SetHandlerType
    | InsertHandler
    | AddDecorator
    | AddImport
    | ForgetImport
)
