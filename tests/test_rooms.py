"""The rooms: an import goes to a lower room, at the top of its file, and never in a circle."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest
from project import PROJECT

PACKAGE = PROJECT / "flake8_celery_retry"
FILES = sorted(PACKAGE.rglob("*.py"))
OUTSIDE = sorted(
    path for room in ("tests", "docs", "benchmarks") for path in (PROJECT / room).rglob("*.py")
)

#: The rooms from the lowest to the highest; those of a line are on one floor and may know each
#: other. A file belongs to the room with the longest name that its own begins with.
FLOORS = [
    ["settings", "links"],
    ["facts"],
    ["syntax"],
    ["model"],
    ["model.policy", "model.outcome", "model.work", "model.spelling", "model.misplaced"],
    ["linting.findings", "linting.quoting", "fixing.edits", "fixing.places"],
    ["rules.repairs"],
    ["rules"],
    ["linting"],
    ["plugin"],
    ["fixing"],
    ["command"],
    ["editor"],
    ["command.cli"],  # the door to all that people start
    ["__main__"],
]
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


class Import(NamedTuple):
    """An import of one of the project's own modules: from where, of which, on which line."""

    importer: str
    imported: str
    line: int
    #: Whether the type checker alone does it.
    is_for_types: bool


def module_of(path: Path) -> str:
    """A file's module, without the package's name: ``model.tasks``; ``""`` is the package."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


MODULES = {module_of(path) for path in FILES}


@cache
def imports_of(path: Path) -> list[Import]:
    return list(_imports(path, ast.parse(path.read_text(encoding="utf-8")), for_types=False))


def _imports(path: Path, node: ast.AST, *, for_types: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        for imported in _imported(path, node):
            yield Import(module_of(path), imported, node.lineno, for_types)
    for child in ast.iter_child_nodes(node):
        is_guard = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        inner = for_types or (is_guard and child in node.body)
        yield from _imports(path, child, for_types=inner)


def _imported(path: Path, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """The project's modules that an import names."""
    own = PACKAGE.name
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
        yield from (name.partition(".")[2] for name in names if name.partition(".")[0] == own)
        return
    if node.level:
        folder = path.relative_to(PACKAGE).parent.parts
        parts = [*folder[: len(folder) - node.level + 1], *(node.module or "").split(".")]
    elif node.module and node.module.partition(".")[0] == own:
        parts = node.module.split(".")[1:]
    else:
        return
    base = ".".join(filter(None, parts))
    for alias in node.names:
        inner = f"{base}.{alias.name}".lstrip(".")
        yield inner if inner in MODULES else base


def floor_of(module: str) -> int:
    rooms = [room for room in FLOOR if module == room or module.startswith(f"{room}.")]
    return FLOOR[max(rooms, key=len)]


@cache
def all_imports() -> list[Import]:
    return [each for path in FILES for each in imports_of(path)]


def test_every_module_has_a_room() -> None:
    assert [module for module in MODULES - {""} if not _has_room(module)] == []


def _has_room(module: str) -> bool:
    return any(module == room or module.startswith(f"{room}.") for room in FLOOR)


def test_no_import_leads_to_a_higher_room() -> None:
    upwards = [
        f"{each.importer}:{each.line} imports {each.imported}"
        for each in all_imports()
        if each.importer and each.imported and floor_of(each.imported) > floor_of(each.importer)
    ]
    assert upwards == []


def test_syntax_knows_of_the_facts_only_what_is_pythons() -> None:
    facts = {each.imported for each in all_imports() if each.importer.startswith("syntax")} & {
        module for module in MODULES if module.startswith("facts")
    }
    assert facts == {"facts.python_exceptions"}


def test_no_import_is_part_of_a_circle() -> None:
    """Objects that know each other know each other's type: that is no import when it runs."""
    graph: dict[str, set[str]] = {module: set() for module in MODULES}
    for each in all_imports():
        if not each.is_for_types:
            graph[each.importer].add(each.imported)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' → '.join(error.args[1])}")


def test_an_import_in_a_function_has_its_reason_beside_it() -> None:
    bare = [f"{path.name}:{line}" for path in FILES for line in imports_without_a_reason(path)]
    assert bare == []


def imports_without_a_reason(path: Path) -> list[int]:
    """The lines of the imports in functions above which there is no comment."""
    source = path.read_text(encoding="utf-8")
    inside = {
        node.lineno
        for function in ast.walk(ast.parse(source))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    # Imports that stand together have one reason, above the first of them.
    lines = source.splitlines()
    starts = [line for line in inside if _line_above(lines, line) not in inside]
    comments = comments_of(path) if starts else {}
    return [line for line in sorted(starts) if line - 1 not in comments]


def _line_above(lines: list[str], line: int) -> int:
    """The number of the line above one that isn't empty."""
    return max(number for number in range(line) if number == 0 or lines[number - 1].strip())


def test_what_the_type_checker_is_told_to_ignore_has_a_reason() -> None:
    reasoned = re.compile(r"# type: ignore(\[[\w, -]+\])?\s+# \w.*$")
    bare = [
        f"{path.name}:{line}: {comment}"
        for path in [*FILES, *OUTSIDE]
        if "type: ignore" in path.read_text(encoding="utf-8")
        for line, comment in comments_of(path).items()
        if "type: ignore" in comment and not reasoned.search(comment)
    ]
    assert bare == []


def comments_of(path: Path) -> dict[int, str]:
    """The comments of a file by line."""
    with tokenize.open(path) as file:
        tokens = list(tokenize.generate_tokens(file.readline))
    return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}
