"""Mutants: small mistakes put into the project's code, each against what reaches its line.

    python tests/mutants.py [--number N] [--seed S] [--rooms model …] [--processes P] [FILE …]

Without files a sample is drawn from ``model/``, ``rules/`` and ``fixing/rewrite/``, from each file
in proportion to its lines of code. A mutant meets the fixtures and the pages' examples first
(`examples.py`: findings and fixes), then the tests; both in a copy of this process that has the
mutant in the place of its module, and only those that reach its line. What neither notices is
printed with its place; ``mutants_that_live.md`` says why some do. mutmut and cosmic-ray run the
whole suite, or all tests that enter a function, for every mutant: hours on two cores.
"""

from __future__ import annotations

import argparse
import ast
import copy
import functools
import gc
import importlib
import os
import random
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType

import coverage  # an extra of this command alone
import hypothesis  # noqa: F401  # here, so that no process of a mutant has to
import libcst.metadata  # noqa: F401
import pytest
from project import PROJECT, copy_project

ROOMS = ["model", "rules", "fixing/rewrite"]
#: The tests that reach them without starting programs; what the fixtures say is asked before.
SUITE = ["tests/model", "tests/rules", "tests/syntax", "tests/fixing", "tests/linting"]
ASKED_BEFORE = ["tests/rules/test_fixtures.py", "tests/rules/test_pages.py"]
#: Seconds of processor time after which a mutant counts as noticed: it hangs.
PATIENCE = 60
#: Tests that a mutant meets at most, the ones that reach the fewest lines first.
MOST_TESTS = 4_000


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

    def source(self, project: Path) -> str:
        """The source of its file in a copy of the project, with the change; comments don't matter
        to it."""
        tree = ast.parse((project / self.path).read_text(encoding="utf-8"))
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


#: What returns as much as ``return None`` to a question.
FALSE = ("return", "return None", "return False")


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
    elif isinstance(node, ast.Return) and ast.unparse(node) not in FALSE:
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Continue | ast.Break):
        yield ast.Break() if isinstance(node, ast.Continue) else ast.Continue()
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield ast.Pass()
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id == "isinstance" and isinstance(kinds := node.args[1], ast.Tuple):
            for index in range(len(kinds.elts)):
                less = ast.Tuple(kinds.elts[:index] + kinds.elts[index + 1 :], ast.Load())
                yield ast.Call(node.func, [node.args[0], less], [])
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


class Examined:
    """What may notice a mutant: names of examples or tests, and which lines each of them reaches.

    ``ask`` gets some of the names, in a process of their own, and says whether all of them hold.
    """

    def __init__(self, ask: Callable[[list[str]], bool], measured: Path, folder: Path) -> None:
        self.ask = ask
        data = coverage.CoverageData(str(measured))
        data.read()
        self.reached: dict[str, dict[int, list[str]]] = {
            str(Path(path).relative_to(folder)): data.contexts_by_lineno(path)
            for path in data.measured_files()
        }
        self.size: dict[str, int] = {}
        for lines in self.reached.values():
            for names in lines.values():
                for each in names:
                    self.size[each] = self.size.get(each, 0) + 1

    def reaching(self, mutant: Mutant) -> list[str]:
        """Those that reach its line, the cheap ones and those of the fewest lines first.

        What is done when the file is imported concerns all that reach anything of it.
        """
        lines = self.reached.get(str(mutant.path), {})
        names = {each for each in lines.get(mutant.line, ()) if each}
        names = names or {each for reached in lines.values() for each in reached if each}
        dear = "fixes)"  # by libcst, and linted again
        order = sorted(names, key=lambda each: (dear in each, self.size[each], each))
        return order[:MOST_TESTS]


class House:
    """A copy of the project in which mutants live."""

    def __init__(self, folder: Path, suite: list[str]) -> None:
        self.folder = folder.resolve()
        self.suite = suite
        copy_project(folder)

    def examples(self) -> Examined:
        """The examples; raises `AssertionError` when one doesn't hold as it is."""
        measured = self.folder / ".examples"
        assert self.succeeds(lambda: self._measure_examples(measured)), "an example does not hold"
        return Examined(_examples_hold, measured, self.folder)

    def tests(self) -> Examined:
        """The tests; raises `AssertionError` when one fails as it is."""
        measured = self.folder / ".tests"
        assert self.succeeds(lambda: self._measure_tests(measured)), "a test fails as it is"
        return Examined(_tests_pass, measured, self.folder)

    def _measure_examples(self, measured: Path) -> bool:
        with self._measuring(measured) as measuring:
            examples = _examples()
            caches = [
                each for each in gc.get_objects() if isinstance(each, functools._lru_cache_wrapper)
            ]
            for name, holds in examples.items():
                for remembered in caches:
                    remembered.cache_clear()  # what is remembered reaches no line
                measuring.switch_context(name)
                assert holds(), name
                measuring.switch_context("")
        return True

    def _measure_tests(self, measured: Path) -> bool:
        with self._measuring(measured) as measuring:
            left_out = [f"--ignore={path}" for path in ASKED_BEFORE]
            plugin = _Contexts(measuring)
            return pytest.main([*QUIETLY, *left_out, *self.suite], plugins=[plugin]) == 0

    @contextmanager
    def _measuring(self, measured: Path) -> Iterator[coverage.Coverage]:
        source = str(self.folder / "flake8_celery_retry")
        measuring = coverage.Coverage(str(measured), source=[source], config_file=False)
        measuring.start()
        yield measuring
        measuring.stop()
        measuring.save()

    def lives(
        self, mutants: Iterable[Mutant], examined: Examined, processes: int
    ) -> Iterator[Mutant]:
        """Those that nothing of what reaches them notices."""
        running: dict[int, Mutant] = {}
        for mutant in mutants:
            names = examined.reaching(mutant)
            if not names:
                yield mutant
                continue
            if len(running) == processes:
                yield from _first_to_end(running)
            running[self.start(lambda: examined.ask(names), mutant)] = mutant  # noqa: B023
        while running:
            yield from _first_to_end(running)

    def succeeds(self, question: Callable[[], bool]) -> bool:
        """Whether the answer of another process is yes."""
        return os.waitpid(self.start(question), 0)[1] == 0

    def start(self, question: Callable[[], bool], mutant: Mutant | None = None) -> int:
        """Ask something of the copy, with the mutant in it, in a process of its own: its number.

        It ends with 0 where the answer is yes.
        """
        if process := os.fork():
            return process
        status = 1
        try:
            signal.setitimer(signal.ITIMER_PROF, PATIENCE if mutant else 0)
            os.chdir(self.folder)
            sys.path[:0] = [str(self.folder), str(self.folder / "tests")]
            del sys.modules["project"]
            if mutant is None:
                status = 0 if question() else 1
            else:
                with open(os.devnull, "w") as nowhere:
                    os.dup2(nowhere.fileno(), 1)
                    os.dup2(nowhere.fileno(), 2)
                    _put_in_place(self.folder / mutant.path, mutant.source(self.folder))
                    status = 0 if question() else 1
        except BaseException:
            if mutant is None:
                traceback.print_exc()
        finally:
            os._exit(status)


def _first_to_end(running: dict[int, Mutant]) -> Iterator[Mutant]:
    process, status = os.wait()
    mutant = running.pop(process)
    if status == 0:
        yield mutant


def _put_in_place(path: Path, source: str) -> None:
    """Have Python import this in the place of what is in the file."""
    code = compile(source, str(path), "exec")
    usual = SourceFileLoader.get_code

    def get_code(loader: SourceFileLoader, fullname: str) -> CodeType | None:
        return code if loader.path == str(path) else usual(loader, fullname)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign]  # on purpose


def _examples() -> dict[str, Callable[[], bool]]:
    import flake8_celery_retry.rules

    flake8_celery_retry.rules.all_rules()
    return importlib.import_module("examples").examples()  # type: ignore[no-any-return]  # by name


def _examples_hold(names: list[str]) -> bool:
    examples = _examples()
    return all(examples[name]() for name in names)


#: Arguments of pytest.
QUIETLY = ["-q", "-x", "--no-header", "--numprocesses=0", "-p", "no:cacheprovider"]


def _tests_pass(names: list[str]) -> bool:
    return pytest.main([*QUIETLY, *names]) == 0


class _Contexts:
    """A plugin of pytest that tells coverage the name of the test that is about to run."""

    def __init__(self, measuring: coverage.Coverage) -> None:
        self.measuring = measuring

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        self.measuring.switch_context(item.nodeid)
        try:
            return (yield)
        finally:
            self.measuring.switch_context("")


def sample(number: int, seed: int, rooms: list[str]) -> list[Mutant]:
    """So many mutants, from each file of the rooms in proportion to its lines of code."""
    drawing = random.Random(seed)
    folders = [PROJECT / "flake8_celery_retry" / room for room in rooms]
    paths = sorted(path for folder in folders for path in folder.rglob("*.py"))
    by_file = [list(mutants_of(path.relative_to(PROJECT))) for path in paths]
    lines = [_lines_of_code(path) for path in paths]
    drawn: list[Mutant] = []
    wanted = 0.0
    for mutants, here in zip(by_file, lines, strict=True):
        wanted += number * here / sum(lines)  # what is left of it goes to the next file
        drawn += drawing.sample(mutants, min(len(mutants), round(wanted) - len(drawn)))
    return drawn


def _lines_of_code(path: Path) -> int:
    """Lines that code begins on; pages are none."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return len({node.lineno for node in ast.walk(tree) if isinstance(node, ast.stmt)})


def main() -> int:
    """Print the rate and the survivors; the exit status is 1 if there are any."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, help="all mutants of these files")
    parser.add_argument("--number", type=int, default=100, help="mutants drawn from the rooms")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rooms", nargs="+", default=ROOMS, help="where the sample is drawn from")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--tests", nargs="+", default=SUITE, help="the tests that they meet")
    options = parser.parse_args()
    if options.files:
        files = [path.resolve().relative_to(PROJECT.resolve()) for path in options.files]
        drawn = [mutant for path in files for mutant in mutants_of(path)]
    else:
        drawn = sample(options.number, options.seed, options.rooms)
        print(f"{len(drawn)} mutants, seed {options.seed}")
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder), options.tests)
        left = []
        for mutant in house.lives(drawn, house.examples(), options.processes):
            left.append(mutant)
            print(f"({mutant})", flush=True)
        print(f"{len(left)} of {len(drawn)} not noticed by the fixtures", flush=True)
        survivors = 0
        if left:
            tests = house.tests()
            for mutant in house.lives(left, tests, options.processes):
                survivors += 1
                unreached = "" if tests.reaching(mutant) else "  (no test reaches the line)"
                print(f"{mutant}{unreached}", flush=True)
    noticed = len(drawn) - survivors
    print(f"{noticed} of {len(drawn)} noticed: {noticed / max(1, len(drawn)):.1%}")
    return 1 if survivors else 0


if __name__ == "__main__":
    raise SystemExit(main())
