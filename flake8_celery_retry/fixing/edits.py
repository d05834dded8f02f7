"""The kinds of edit a fix is made of, as plain data that names nodes of the ``ast``.

A rule says *what* is to change; :mod:`flake8_celery_retry.fixing.rewrite` knows how, with libcst.
Every node is one of the tree that was linted (``ast.parse`` of the file's text).

A new kind is a class here, which says what it touches, and its case in
``fixing/rewrite/editor.py``, which carries it out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .places import Place, Region, extent, place_of

#: New source text: literal text and nodes of the old tree, whose own source is copied as it
#: stands (comments inside included): ``("(", node, ",)")``.
Source = tuple["str | ast.expr", ...]

#: In which order edits of one node are carried out.
Turn = tuple[int, int, int]


class Edit:
    """An edit. Its first attribute is the node that it changes; nothing changes an edit.

    Each kind says what it is made of in an ``__init__``: fourteen dataclasses would take a quarter
    of the time in which all rules are imported.
    """

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), *vars(self).values()))

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({values})"

    def nodes(self) -> Iterator[ast.AST]:
        """The nodes that it names: the one it changes, and those whose source it copies."""
        for value in vars(self).values():
            pieces = value if isinstance(value, tuple) else (value,)
            yield from (piece for piece in pieces if isinstance(piece, ast.AST))

    def regions(self) -> Iterator[Region]:
        """The parts of the file that it changes or copies."""
        yield self.changed
        for value in vars(self).values():
            if isinstance(value, tuple):
                yield from (extent(piece) for piece in value if isinstance(piece, ast.AST))

    @property
    def node(self) -> ast.AST:
        """The node that it changes."""
        node: ast.AST = next(iter(vars(self).values()))
        return node

    @property
    def changed(self) -> Region:
        """The part of the file that it changes."""
        return extent(self.node)

    @property
    def turn(self) -> Turn:
        """When it is carried out, beside others of the same node."""
        return 2, 0, 0


class ImportEdit(Edit):
    """An edit of the imports at the top of the file; it names no node."""

    def regions(self) -> Iterator[Region]:
        """Any number of them can be carried out together."""
        return iter(())


#: Those that count the items of a node come first, from the last one on; those that copy it as a
#: whole come last.
FIRST: Turn = (0, 0, 0)
LAST: Turn = (3, 0, 0)


def _from_the_last_on(item: ast.AST) -> Turn:
    line, column = place_of(item)
    return 1, -line, -column


def _head(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ExceptHandler) -> Region:
    return place_of(node), place_of(node.body[0])


def _before(place: Place) -> Region:
    return place, place


class SetFirstParameter(Edit):
    """Make ``name`` the first parameter of a function.

    Where the function has a positional or keyword-only parameter of that name further on, it is
    moved to the front (its annotation goes with it).
    """

    def __init__(self, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> None:
        self.function = function
        self.name = name

    @property
    def changed(self) -> Region:
        """The part of the file that it changes."""
        return _head(self.function)


class SetKeyword(Edit):
    """Give a keyword argument a value: replaced where the call has it, else added after the
    call's last argument, but before a ``**``.

    ``call`` may be a decorator that is not called (``@shared_task``): it becomes a call.
    """

    def __init__(self, call: ast.expr, keyword: str, value: Source) -> None:
        self.call = call
        self.keyword = keyword
        self.value = value


class RenameKeyword(Edit):
    """Rename a keyword argument, its value untouched."""

    def __init__(self, keyword: ast.keyword, name: str) -> None:
        self.keyword = keyword
        self.name = name


class NameArgument(Edit):
    """Turn a positional argument into a keyword argument with the same value.

    Positional arguments must not follow it (a rule names those as well, or offers no fix).
    """

    def __init__(self, call: ast.Call, argument: ast.expr, name: str) -> None:
        self.call = call
        self.argument = argument
        self.name = name

    @property
    def turn(self) -> Turn:
        """When it is carried out, beside others of the same node."""
        return FIRST


class RemoveArgument(Edit):
    """Take an argument (positional, or an ``ast.keyword``) out of a call.

    A positional argument that others follow must not be named here. A decorator call that is
    left without arguments keeps its parentheses.
    """

    def __init__(self, call: ast.Call, argument: ast.expr | ast.keyword) -> None:
        self.call = call
        self.argument = argument

    @property
    def turn(self) -> Turn:
        """When it is carried out, beside others of the same node."""
        return _from_the_last_on(self.argument)


class RemoveItem(Edit):
    """Take an element out of a tuple or list display, or a key with its value out of a dict display
    (``item`` is then the key's node)."""

    def __init__(self, display: ast.Tuple | ast.List | ast.Dict, item: ast.expr) -> None:
        self.display = display
        self.item = item

    @property
    def turn(self) -> Turn:
        """When it is carried out, beside others of the same node."""
        return _from_the_last_on(self.item)


class ReplaceExpression(Edit):
    """Put other source in the place of an expression (with its own parentheses)."""

    def __init__(self, expression: ast.expr, source: Source) -> None:
        self.expression = expression
        self.source = source

    @property
    def turn(self) -> Turn:
        """When it is carried out, beside others of the same node."""
        return LAST


class ReplaceStatement(Edit):
    """Put one other simple statement in the place of a simple statement.

    Its comments stay.
    """

    def __init__(self, statement: ast.stmt, source: Source) -> None:
        self.statement = statement
        self.source = source

    @property
    def turn(self) -> Turn:
        """When it is carried out, beside others of the same node."""
        return LAST


class RemoveStatement(Edit):
    """Take a simple statement out; its comments stay. A block left empty gets a ``pass``."""

    def __init__(self, statement: ast.stmt) -> None:
        self.statement = statement


class SetHandlerType(Edit):
    """Change what an ``except`` clause catches; a bare ``except:`` gets a type.

    ``name``, where given, is bound too (``except A as name``), an empty one takes the clause's name
    away; else the clause keeps its own.
    """

    def __init__(
        self, handler: ast.ExceptHandler, type: Source | None = None, name: str | None = None
    ) -> None:
        self.handler = handler
        self.type = type
        self.name = name

    @property
    def changed(self) -> Region:
        """The part of the file that it changes."""
        return _head(self.handler)


class InsertHandler(Edit):
    """Put a new ``except <type>: raise`` clause in front of one of the same ``try``."""

    def __init__(self, before: ast.ExceptHandler, type: str) -> None:
        self.before = before
        self.type = type

    @property
    def changed(self) -> Region:
        """The part of the file that it changes."""
        return _before(place_of(self.before))


class AddDecorator(Edit):
    """Put a decorator (source without the ``@``) above a function, above those it has."""

    def __init__(self, function: ast.FunctionDef | ast.AsyncFunctionDef, source: str) -> None:
        self.function = function
        self.source = source

    @property
    def changed(self) -> Region:
        """The part of the file that it changes."""
        return _before(min(map(place_of, (self.function, *self.function.decorator_list))))


class AddImport(ImportEdit):
    """Have ``from module import name`` (``as alias``) at the top of the file.

    It joins an existing top-level ``from module import …``; else it stands after the imports of the
    same package, else after those of its group (standard library, other packages, one's own), else
    after the docstring and the ``__future__`` imports. Nothing happens where it is there already.
    What stands below the first line that the fix edits does not count.
    """

    def __init__(self, module: str, name: str, alias: str | None = None) -> None:
        self.module = module
        self.name = name
        self.alias = alias


class ForgetImport(ImportEdit):
    """Take a name out of the top-level import that binds it, where nothing of the file reads it any
    more once all edits are done.

    An import that holds nothing else goes as a whole. It stays where the file exports the name (in
    ``__all__``, as ``import name as name``), and where a comment on its lines would be lost.
    """

    def __init__(self, name: str) -> None:
        self.name = name
