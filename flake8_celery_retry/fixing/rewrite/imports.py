"""Where in a file a new import belongs."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from ..edits import AddImport
from ..places import end_of, place_of
from ..text import Text


@dataclass(frozen=True)
class NewLine:
    """A place for an import on a line of its own.

    It stands before the line with this index (from 0), and after a blank line where ``apart`` says
    so; ``blank_after`` are the blank lines that are missing after it.
    """

    index: int
    apart: bool = False
    blank_after: int = 0


@dataclass(frozen=True)
class Unread:
    """A top-level import with names that nothing of the file reads: those with these indices
    (from 0), the last one first."""

    statement: ast.Import | ast.ImportFrom
    indices: tuple[int, ...]

    @property
    def keeps_others(self) -> bool:
        """Whether it brings other names, too."""
        return len(self.indices) < len(self.statement.names)


def unread_imports(name: str, tree: ast.Module, text: Text) -> list[Unread]:
    """The top-level imports that bring a name though nothing of the file reads it, in their order.

    A name that the file exports (in ``__all__``, as ``import name as name``) counts as read, and
    so does one in a string that may be an annotation.
    """
    found: list[Unread] = []
    for statement in () if _is_read(name, tree) else tree.body:
        if not isinstance(statement, (ast.Import, ast.ImportFrom)):
            continue
        indices = [
            index
            for index, alias in enumerate(statement.names)
            if _bound_name(alias) == name and alias.asname != alias.name
        ]
        if indices and "#" not in "".join(text.lines[statement.lineno - 1 : _end(statement)]):
            found.append(Unread(statement, tuple(reversed(indices))))
    return found


def _bound_name(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _is_read(name: str, tree: ast.Module) -> bool:
    word = re.compile(rf"\b{name}\b")
    return any(
        node.id == name
        if isinstance(node, ast.Name)
        else isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and word.search(node.value) is not None
        and _is_expression(node.value)
        for node in ast.walk(tree)
    )


def _is_expression(source: str) -> bool:
    try:
        ast.parse(source.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def place_for(
    edit: AddImport, tree: ast.Module, text: Text, before: int
) -> ast.ImportFrom | NewLine | None:
    """The import statement that a name joins, or a place for a new one; ``None`` if it is there.

    Only what stands above the line ``before`` (from 1) counts: that is where it is needed.
    """
    above = [statement for statement in tree.body if statement.lineno < before]
    same = [each for each in above if isinstance(each, ast.ImportFrom) and _is_of(each, edit)]
    if any(_has(statement, edit) for statement in same):
        return None
    joinable = [statement for statement in same if statement.names[0].name != "*"]
    return joinable[0] if joinable else _new_line(edit, above, tree, text)


def position_of(name: str, names: Sequence[str]) -> int:
    """Where a name belongs among those of an import: in its order if they are sorted, else last.

    Sorted is what isort and ruff call so: constants, classes, the rest; or all by the alphabet.
    """
    for key in (_by_kind, str.lower):
        if list(names) == sorted(names, key=key):
            return sum(key(each) <= key(name) for each in names)
    return len(names)


def _by_kind(name: str) -> str:
    kind = 0 if name.isupper() else 1 if name[:1].isupper() else 2
    return f"{kind}{name}"


def _is_of(statement: ast.ImportFrom, edit: AddImport) -> bool:
    return statement.module == edit.module and statement.level == 0


def _has(statement: ast.ImportFrom, edit: AddImport) -> bool:
    wanted = edit.name, edit.alias or edit.name
    return any((alias.name, alias.asname or alias.name) == wanted for alias in statement.names)


def _new_line(edit: AddImport, above: Sequence[ast.stmt], tree: ast.Module, text: Text) -> NewLine:
    imports = _head_imports(above)
    if not imports:
        return _below_the_head(above, tree, text)
    root = edit.module.partition(".")[0]
    relatives = [each for each in imports if root in _roots(each)]
    earlier = [each for each in relatives if _module(each) <= edit.module]
    if relatives:
        return NewLine(_end(earlier[-1]) if earlier else _start(relatives[0], text))
    group = _group([root])
    above_it = [each for each in imports if _group(_roots(each)) <= group]
    if not above_it:
        return NewLine(_start(imports[0], text), blank_after=1)
    last = above_it[-1]
    return NewLine(_end(last), apart=_group(_roots(last)) < group)


def _group(roots: Sequence[str]) -> int:
    """Which group of imports it is in: the standard library, other packages, one's own package."""
    if all(root in sys.stdlib_module_names for root in roots):
        return 1
    return 2 if all(roots) else 3


def _head_imports(above: Sequence[ast.stmt]) -> list[ast.Import | ast.ImportFrom]:
    """The first run of imports of a file, ``__future__`` left aside."""
    run: list[ast.Import | ast.ImportFrom] = []
    for statement in above:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            if _roots(statement) != ["__future__"]:
                run.append(statement)
        elif run:
            break
    return run


def _roots(statement: ast.Import | ast.ImportFrom) -> list[str]:
    """The packages that are imported from; an empty name for one's own."""
    if isinstance(statement, ast.ImportFrom):
        return [(statement.module or "").partition(".")[0] if statement.level == 0 else ""]
    return [alias.name.partition(".")[0] for alias in statement.names]


def _module(statement: ast.Import | ast.ImportFrom) -> str:
    """What an import is sorted by; plain imports stand before the others."""
    return (statement.module or "") if isinstance(statement, ast.ImportFrom) else ""


def _below_the_head(above: Sequence[ast.stmt], tree: ast.Module, text: Text) -> NewLine:
    """After the docstring and the ``__future__`` imports, else before the first statement."""
    head = [each for each in above if _is_head(each, tree)]
    rest = tree.body[len(head) :]
    wanted = 0 if not rest else 2 if isinstance(rest[0], _DEFINITION) else 1
    index = _end(head[-1]) if head else _start(rest[0], text) if rest else len(text.lines)
    blank = 0
    for line in text.lines[index:]:
        if line.strip():
            break
        blank += 1
    return NewLine(index, apart=bool(head), blank_after=max(0, wanted - blank))


_DEFINITION = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _is_head(statement: ast.stmt, tree: ast.Module) -> bool:
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "__future__"
    return statement is tree.body[0] and ast.get_docstring(tree, clean=False) is not None


def _start(statement: ast.stmt, text: Text) -> int:
    """The index of the first line of a statement, with its decorators and the comments right above
    it, but not with the shebang and the coding line of the file."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    first = index = min(place_of(node)[0] for node in (statement, *decorators)) - 1
    while index > 0 and text.lines[index - 1].lstrip().startswith("#"):
        index -= 1
    while index < first and index < 2 and _is_declaration(text.lines[index]):
        index += 1
    return index


def _is_declaration(line: str) -> bool:
    return line.startswith("#!") or "coding:" in line or "coding=" in line


def _end(statement: ast.stmt) -> int:
    return end_of(statement)[0]
