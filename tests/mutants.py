"""Mutants: small mistakes put into the project's code, each against the tests that reach its line.

    python tests/mutants.py [--number N] [--seed S] [--tests …] [FILE …]

Without files a sample is drawn from ``model/``, ``rules/`` and ``fixing/rewrite/``. The code is
changed in a copy of the project. First the suite runs once under coverage, which notes what tests
reach each line; then each mutant meets those tests, and what no test notices is printed with its
place. mutmut and cosmic-ray run the whole suite, or all tests that enter a function, for every
mutant: hours on two cores.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from project import PROJECT

ROOMS = ["model", "rules", "fixing/rewrite"]
#: The tests that reach them without starting programs.
SUITE = ["tests/model", "tests/rules", "tests/syntax", "tests/fixing", "tests/linting"]
#: Seconds after which a mutant counts as noticed: it hangs.
PATIENCE = 300
#: Tests that a mutant meets at most, the ones that reach the fewest lines first.
MOST_TESTS = 400


@dataclass(frozen=True)
class Mutant:
    """A change of one node: the file, its line (from 1) and what it is.

    ``node`` and ``number`` count the nodes of the file, and the changes of that node.
    """

    path: Path
    line: int
    change: str
    node: int
    number: int

    def source(self) -> str:
        """The file's source with the change; pages and comments don't matter to it."""
        tree = ast.parse((PROJECT / self.path).read_text(encoding="utf-8"))
        old = list(_code(tree))[self.node]
        new = list(changes(old))[self.number]
        return ast.unparse(ast.fix_missing_locations(_Replacing(old, new).visit(tree)))

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.change}"


SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
}


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """What a node can be changed to."""
    if isinstance(node, ast.Compare | ast.BoolOp | ast.BinOp):
        new = copy.copy(node)
        if isinstance(new, ast.Compare):
            new.ops = [SWAPPED.get(type(new.ops[0]), type(new.ops[0]))(), *new.ops[1:]]
            yield new
        elif type(new.op) in SWAPPED:
            new.op = SWAPPED[type(new.op)]()
            yield new
        if isinstance(node, ast.BoolOp):
            yield from (_without(node, index) for index in range(len(node.values)))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield ast.Constant(not node.value)
        elif isinstance(node.value, int):
            yield ast.Constant(node.value + 1)
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        new = copy.copy(node)
        new.test = ast.UnaryOp(ast.Not(), node.test)
        yield new
    elif isinstance(node, ast.Return) and node.value is not None:
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id in {"any", "all"}:
            new = copy.copy(node)
            new.func = ast.Name({"any": "all", "all": "any"}[node.func.id], ast.Load())
            yield new
    elif isinstance(node, ast.comprehension) and node.ifs:
        new = copy.copy(node)
        new.ifs = node.ifs[1:]
        yield new


def _without(node: ast.BoolOp, index: int) -> ast.expr:
    rest = [value for place, value in enumerate(node.values) if place != index]
    return rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


class _Replacing(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else super().visit(node)


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every mutant of a file of the project; annotations and docstrings are left alone."""
    tree = ast.parse((PROJECT / path).read_text(encoding="utf-8"))
    for index, node in enumerate(_code(tree)):
        for number, new in enumerate(changes(node)):
            line = node.iter.lineno if isinstance(node, ast.comprehension) else node.lineno
            yield Mutant(path, line, f"{_shown(node)}  →  {_shown(new)}", index, number)


def _code(node: ast.AST) -> Iterator[ast.AST]:
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "type_params"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_type_guard(child):
                yield child
                yield from _code(child)


def _is_type_guard(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def _shown(node: ast.AST) -> str:
    return ast.unparse(node).partition("\n")[0][:100]


class House:
    """A copy of the project in which mutants live, and what tests reach each line of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listed, cwd=PROJECT, capture_output=True, check=True).stdout
        for name in filter(None, os.fsdecode(names).split("\0")):
            if (PROJECT / name).exists():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(PROJECT / name, folder / name)
        self.reached: dict[str, dict[int, list[str]]] = {}

    def measure(self, suite: list[str]) -> None:
        """Run these tests once, and note which tests reach which line.

        Raises `subprocess.CalledProcessError` when it doesn't pass as it is.
        """
        (self.folder / ".coveragerc").write_text("[run]\nsource = flake8_celery_retry\n")
        (self.folder / "contexts.py").write_text(CONTEXTS)
        line = [sys.executable, "-m", "coverage", "run", "-m", "pytest", "-q", "-p", "contexts"]
        self.run([*line, "--numprocesses=0", *suite], timeout=None).check_returncode()
        import coverage  # an extra of this command alone

        data = coverage.CoverageData(str(self.folder / ".coverage"))
        data.read()
        for path in data.measured_files():
            name = str(Path(path).relative_to(self.folder.resolve()))
            self.reached[name] = data.contexts_by_lineno(path)
        size: dict[str, int] = {}
        for lines in self.reached.values():
            for tests in lines.values():
                for test in tests:
                    size[test] = size.get(test, 0) + 1
        self.size = size

    def tests_of(self, mutant: Mutant) -> list[str]:
        """The tests that reach its line, those that reach the fewest other lines first.

        What is done when the file is imported concerns all tests that reach anything of it.
        """
        lines = self.reached.get(str(mutant.path), {})
        tests = {test for test in lines.get(mutant.line, ()) if test}
        tests = tests or {test for reached in lines.values() for test in reached if test}
        return sorted(tests, key=lambda test: self.size[test])[:MOST_TESTS]

    def notices(self, mutant: Mutant) -> bool:
        """Whether a test fails with the mutant in the place of its file."""
        tests = self.tests_of(mutant)
        if not tests:
            return False
        path = self.folder / mutant.path
        text = path.read_text(encoding="utf-8")
        path.write_text(mutant.source() + "\n", encoding="utf-8")
        line = [sys.executable, "-m", "pytest", "-q", "-x", "--no-header", "--numprocesses=0"]
        (self.folder / "tests.txt").write_text("\n".join(tests))
        try:
            done = self.run([*line, "-p", "no:cacheprovider", "@tests.txt"], timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            return True
        finally:
            path.write_text(text, encoding="utf-8")
        return done.returncode != 0

    def run(self, line: list[str], timeout: float | None) -> subprocess.CompletedProcess[str]:
        """Run a command in the copy."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.folder),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return subprocess.run(
            line,
            cwd=self.folder,
            env=environment,
            timeout=timeout,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


#: A plugin of pytest that tells coverage the name of the test that is about to run.
CONTEXTS = """\
import coverage
import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    measuring = coverage.Coverage.current()
    measuring.switch_context(item.nodeid)
    try:
        return (yield)
    finally:
        measuring.switch_context("")
"""


def main() -> int:
    """Print the rate and the survivors; the exit status is 1 if there are any."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, help="all mutants of these files")
    parser.add_argument("--number", type=int, default=100, help="mutants drawn from the rooms")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tests", nargs="+", default=SUITE, help="the tests that they meet")
    options = parser.parse_args()
    if options.files:
        files = [path.resolve().relative_to(PROJECT.resolve()) for path in options.files]
        drawn = [mutant for path in files for mutant in mutants_of(path)]
    else:
        folders = [PROJECT / "flake8_celery_retry" / room for room in ROOMS]
        paths = sorted(path for folder in folders for path in folder.rglob("*.py"))
        everything = [each for path in paths for each in mutants_of(path.relative_to(PROJECT))]
        drawn = random.Random(options.seed).sample(everything, options.number)
        print(f"{len(drawn)} of {len(everything)} mutants, seed {options.seed}")
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        house.measure(options.tests)
        survivors = []
        for number, mutant in enumerate(drawn, 1):
            if not house.notices(mutant):
                survivors.append(mutant)
                unreached = "" if house.tests_of(mutant) else "  (no test reaches the line)"
                print(f"{number}: {mutant}{unreached}", flush=True)
    noticed = len(drawn) - len(survivors)
    print(f"{noticed} of {len(drawn)} noticed: {noticed / max(1, len(drawn)):.0%}")
    return 1 if survivors else 0


if __name__ == "__main__":
    raise SystemExit(main())
