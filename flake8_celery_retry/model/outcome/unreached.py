"""Unreached: what a task catches itself, so that Celery's automatic retries never see it.

They are made around the task's function (``celery/app/autoretry.py``): only what leaves it counts.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from ...facts.python_exceptions import BROAD
from ...syntax import exits, flow
from ...syntax.scopes import FunctionNode, Scope
from ...syntax.tree import TRY, Tree, end_of
from ..exception_classes import (
    ExceptionClass,
    class_of,
    classes_caught,
    first_to_catch,
    lineage,
)
from ..handlers import Handler
from ..module import Module
from ..policy.limits import is_never, limit_of_autoretry
from ..remembering import remembered
from ..tasks import Task
from .failing import leftmost, may_fail
from .letting_out import function_called, lets_out

#: Statements that run nothing but the expressions in them.
PLAIN_STATEMENTS = (
    *(ast.AnnAssign, ast.Assign, ast.AugAssign, ast.Expr, ast.Global, ast.If, ast.Import),
    *(ast.ImportFrom, ast.Nonlocal, ast.Pass, ast.Return, ast.FunctionDef),
)
#: Functions of the module that are followed from one place; real code calls some three.
MOST_FUNCTIONS = 30


class Kept(NamedTuple):
    """A clause that keeps a class inside that ``autoretry_for`` lists (``listed``)."""

    handler: Handler
    listed: ast.expr


class KeptInside(NamedTuple):
    """The clauses of a task that do so; ``is_all`` says that nothing that fails leaves the task at
    all, so that its automatic retries never happen."""

    clauses: tuple[Kept, ...]
    is_all: bool


@remembered
def kept_from_autoretry(task: Task) -> KeptInside:
    """What a task with ``autoretry_for`` catches itself, and lets out on no path."""
    function = task.function
    if function is None or task.is_base or task.decorators_below:
        return KeptInside((), False)
    if is_never(limit_of_autoretry(task)):
        return KeptInside((), False)
    option = task.option("autoretry_for")
    assert option is not None
    listed = task.module.values.known_elements(option.value)
    is_complete = task.module.values.elements(option.value) is not None
    return _Keeping(task, function, listed, is_complete).found()


def never_retries_automatically(task: Task) -> bool:
    """Whether a task has ``autoretry_for``, and nothing that fails ever leaves it."""
    return kept_from_autoretry(task).is_all


class _Keeping:
    """The reading of one task."""

    def __init__(
        self, task: Task, function: Scope, listed: list[ast.expr], is_complete: bool
    ) -> None:
        self.task = task
        self.module: Module = task.module
        self.function = function
        self.listed = {
            class_: (named, lineage(self.module, named))
            for named in listed
            if (class_ := class_of(self.module, named)) is not None
        }
        #: What each of them is; of what can't be read no more is known than that it's an exception.
        self.lineages = [lineage(self.module, named) for named in listed]
        if not is_complete:
            self.lineages.append(BROAD)
        self.is_broad = not BROAD.isdisjoint(self.listed)
        self._kept: dict[ast.ExceptHandler, bool] = {}

    def found(self) -> KeptInside:
        clauses: dict[ast.ExceptHandler, Kept] = {}
        is_all = False
        for statement in self.function.walk(TRY):
            caught = self._caught_by(statement)
            kept = [each for each in caught if self._keeps(each.handler)]
            if kept and len(kept) == len(caught) and self._catches_all(statement):
                is_around_all = self._is_around_all(statement)
                is_all = is_all or is_around_all
                if is_around_all or self._is_last(statement):
                    clauses |= {each.handler.node: each for each in kept}
            for each in kept:
                if self._is_named_in(each.handler):
                    clauses.setdefault(each.handler.node, each)
        for each in self._raised_and_kept():
            clauses.setdefault(each.handler.node, each)
        return KeptInside(tuple(clauses.values()), is_all)

    # -- clauses -------------------------------------------------------------------------------

    def _caught_by(self, statement: ast.Try) -> list[Kept]:
        """The first clauses that catch the listed classes, each with the first of these."""
        found: dict[ast.ExceptHandler, Kept] = {}
        for named, kinds in self.listed.values():
            handler = first_to_catch(self.module, statement, kinds)
            if handler is not None:
                found.setdefault(handler.node, Kept(handler, named))
        return list(found.values())

    def _catches_all(self, statement: ast.Try) -> bool:
        return all(first_to_catch(self.module, statement, kinds) for kinds in self.lineages)

    def _keeps(self, handler: Handler) -> bool:
        """Whether a clause lets nothing out, does not try again, and does not go on."""
        if handler.node not in self._kept:
            self._kept[handler.node] = self._judge(handler)
        return self._kept[handler.node]

    def _judge(self, handler: Handler) -> bool:
        statement = handler.statement
        if any(frame.kind == "loop" for frame in flow.frames(self.module.tree, statement)):
            return False
        if lets_out(self.task, handler) or self._tries_again(handler):
            return False
        return not self._goes_on_with_a_value(handler)

    def _tries_again(self, handler: Handler) -> bool:
        return not self._calls(handler.node.body).isdisjoint(self._calls(handler.statement.body))

    def _calls(self, nodes: Iterable[ast.AST]) -> set[str]:
        """What is called in some nodes, as it is written, but for log calls and plain functions."""
        return {
            ast.unparse(call.func)
            for node in nodes
            for call in self.module.tree.within(node, ast.Call)
            if not self._is_harmless(call)
        }

    def _goes_on_with_a_value(self, handler: Handler) -> bool:
        """Whether a clause gives a name a value that is used after it, but for telling or returning
        it."""
        bound = {
            name.id
            for name in self.module.tree.within(handler.node.body, ast.Name)
            if not isinstance(name.ctx, ast.Load)
        }
        end = end_of(handler.node)
        return any(end < self._last_use[name] for name in bound if name in self._last_use)

    @cached_property
    def _last_use(self) -> dict[str, tuple[int, int]]:
        """Where the function last reads a name but for telling or returning it, by name."""
        found: dict[str, tuple[int, int]] = {}
        for name in self.function.walk(ast.Name):
            if isinstance(name.ctx, ast.Load) and not self._is_told(name):
                place = (name.lineno, name.col_offset)
                found[name.id] = max(place, found.get(name.id, place))
        return found

    def _is_told(self, read: ast.Name) -> bool:
        """Whether a name is read only to tell or to return what it holds."""
        statement = self.module.tree.statement_of(read)
        return isinstance(statement, (ast.Expr, ast.Return)) and self._is_harmless_statement(
            statement, frozenset()
        )

    def _is_named_in(self, handler: Handler) -> bool:
        """Whether a clause names a listed class itself, not a broad one."""
        caught = classes_caught(self.module, handler.node)
        return any(class_ in self.listed and class_ not in BROAD for class_ in caught)

    # -- what stands around the try ------------------------------------------------------------

    def _is_around_all(self, statement: ast.Try) -> bool:
        """Whether nothing outside of a ``try`` can fail of what is listed."""
        assert isinstance(self.function.node, FunctionNode)
        bound = self._bound_by(statement)
        waiting = list(self.function.node.body)
        while waiting:
            current = waiting.pop()
            if current is statement:
                waiting += [*statement.orelse, *statement.finalbody]
            elif isinstance(current, ast.If):
                if not self._is_harmless_expression(current.test, bound):
                    return False
                waiting += [*current.body, *current.orelse]
            elif not self._is_harmless_statement(current, bound):
                return False
        frames = flow.frames(self.module.tree, statement)
        return all(frame.kind == "if" for frame in frames)

    def _is_last(self, statement: ast.Try) -> bool:
        """Whether a ``try`` is the last thing that the function does, and what stands before it
        calls nothing that the ``try`` calls, nor the library of a listed class."""
        tree, function = self.module.tree, self.function.node
        if not all(_is_passed_through(frame) for frame in flow.frames(tree, statement)):
            return False
        bound = self._bound_by(statement)
        after = [
            *statement.orelse,
            *statement.finalbody,
            *exits.what_follows(tree, statement, function),
        ]
        if not all(self._is_harmless_statement(each, bound) for each in after):
            return False
        before = [*flow.run_before(tree, statement), *_entered_before(tree, statement)]
        if not self._calls(before).isdisjoint(self._calls(statement.body)):
            return False
        return not self._calls_library(before)

    def _calls_library(self, before: list[ast.AST]) -> bool:
        """Whether one of some nodes, or a function of the module that it calls, calls into the
        library of a listed class; so it is taken where it calls more than anybody reads."""
        libraries = {_library_of(class_) for class_ in self.listed} - {None}
        followed: set[Scope] = set()
        waiting = before
        while waiting and libraries:
            for call in self.module.tree.within(waiting.pop(), ast.Call):
                scope = function_called(self.module, call)
                if scope is None:
                    names = self.module.names
                    called = names.qualified(call.func) or names.made_by(call.func)
                    if _library_of(called) in libraries:
                        return True
                    if "django" in libraries and ".objects." in ast.unparse(call.func):
                        return True
                elif scope not in followed:
                    assert isinstance(scope.node, FunctionNode)
                    followed.add(scope)
                    waiting.extend(scope.node.body)
            if len(followed) > MOST_FUNCTIONS:
                return True
        return False

    def _bound_by(self, statement: ast.Try) -> frozenset[str]:
        names = self.module.tree.within(statement.body, ast.Name)
        return frozenset(name.id for name in names if not isinstance(name.ctx, ast.Load))

    # -- what can't fail -----------------------------------------------------------------------

    def _is_harmless_statement(self, statement: ast.stmt, bound: frozenset[str]) -> bool:
        """Whether a statement can't fail of what is listed; ``bound`` are the names that the
        ``try`` has bound."""
        for node in self.module.tree.within(statement, (ast.stmt, ast.expr)):
            if isinstance(node, ast.stmt):
                if not isinstance(node, PLAIN_STATEMENTS):
                    return False
            elif not self._is_harmless(node, bound):
                return False
        return True

    def _is_harmless_expression(self, expression: ast.expr, bound: frozenset[str]) -> bool:
        nodes = self.module.tree.within(expression, ast.expr)
        return all(self._is_harmless(node, bound) for node in nodes)

    def _is_harmless(self, node: ast.expr, bound: frozenset[str] = frozenset()) -> bool:
        if not may_fail(self.module, node):
            return True
        if self.is_broad:
            return False
        # What the `try` has bound works; attributes and indexes raise nothing that is listed.
        is_looked_at = isinstance(node, (ast.Attribute, ast.Subscript))
        return is_looked_at or (isinstance(node, ast.Call) and _root_of(node.func) in bound)

    # -- raised and caught ---------------------------------------------------------------------

    def _raised_and_kept(self) -> Iterator[Kept]:
        """The clauses that catch what the task itself raises for its automatic retries."""
        tree = self.module.tree
        for leaving in self.function.walk(ast.Raise):
            raised = leaving.exc.func if isinstance(leaving.exc, ast.Call) else leaving.exc
            if raised is None:
                continue
            kinds = lineage(self.module, raised)
            listed = self._listed_among(class_of(self.module, raised), kinds)
            if listed is None:
                continue
            for around in flow.tries_among(flow.frames(tree, leaving)):
                handler = first_to_catch(self.module, around, kinds)
                if handler is not None:
                    if self._keeps(handler):
                        yield Kept(handler, listed)
                    break

    def _listed_among(
        self, class_: ExceptionClass, kinds: frozenset[ExceptionClass]
    ) -> ast.expr | None:
        """The listed class that a raised one is, or is derived from; everything is derived from the
        broad ones."""
        if class_ in self.listed:
            return self.listed[class_][0]
        narrow = [kind for kind in self.listed if kind not in BROAD and kind in kinds]
        return self.listed[narrow[0]][0] if narrow else None


def _is_passed_through(frame: flow.Frame) -> bool:
    """Whether what stands in a frame is all that is done there: a ``with``, an ``if`` alone."""
    if isinstance(frame.node, ast.If):
        return not frame.node.orelse
    return frame.kind == "with"


def _entered_before(tree: Tree, node: ast.AST) -> Iterator[ast.expr]:
    """What is asked or entered on the way into the blocks around a node."""
    for frame in flow.frames(tree, node):
        if isinstance(frame.node, ast.If):
            yield frame.node.test
        elif isinstance(frame.node, (ast.With, ast.AsyncWith)):
            yield from (item.context_expr for item in frame.node.items)


def _library_of(class_: ExceptionClass | None) -> str | None:
    """The library that a class or function comes from; builtins, what is imported from beside the
    module and what can't be told belong to none."""
    if not isinstance(class_, str) or class_.startswith("."):
        return None
    root, dot, _ = class_.partition(".")
    return root if dot else None


def _root_of(expression: ast.expr) -> str | None:
    root = leftmost(expression)
    return root.id if isinstance(root, ast.Name) else None
