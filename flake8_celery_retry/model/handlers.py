"""``except`` clauses: what they catch, and under which names they hold it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..facts.exceptions import MEANT_TO_BE_BROAD, is_celery_exception
from ..facts.python_exceptions import BROAD
from ..syntax import flow
from ..syntax.scopes import FunctionNode
from ..syntax.tree import TryStar
from .missing_rows import missing_rows

if TYPE_CHECKING:
    from .module import Module

#: How many steps from the exception a name is followed against the order of the source.
MOST_STEPS = 4

#: How large a function may be in which a handler's exception is followed: each clause that calls it
#: asks anew.
MOST_NODES = 2_000

#: Functions that give a handler its exception without a name for it.
CURRENT_EXCEPTION = frozenset({"sys.exc_info", "sys.exception", "traceback.format_exc"})


@dataclass(frozen=True, eq=False)
class Handler:
    """An ``except`` clause."""

    module: Module
    node: ast.ExceptHandler
    statement: ast.Try

    @property
    def name(self) -> str | None:
        return self.node.name

    @property
    def is_star(self) -> bool:
        """Whether it is an ``except*`` clause."""
        return TryStar is not ast.Try and isinstance(self.statement, TryStar)

    @cached_property
    def caught(self) -> list[str | None]:
        """The qualified names of what it catches; ``None`` for each that can't be told."""
        return self.module.values.exceptions(self.node.type)

    @property
    def is_broad(self) -> bool:
        """Whether it catches ``Exception`` or ``BaseException``, or is bare."""
        return any(name in BROAD for name in self.caught)

    @property
    def is_meant_to_be_broad(self) -> bool:
        """Whether a comment at its head tells other linters so (``# noqa: BLE001``)."""
        last = max(self.node.lineno, self.node.body[0].lineno - 1)
        comments = self.module.tree.comments(self.node.lineno, last)
        return any(re.search(MEANT_TO_BE_BROAD, comment) is not None for comment in comments)

    @property
    def catches_exhaustion(self) -> bool:
        """Whether it catches ``MaxRetriesExceededError``, be it as a ``CeleryError``."""
        return self.is_broad or self.catches("MaxRetriesExceededError", "TaskError", "CeleryError")

    def catches(self, *names: str) -> bool:
        """Whether it names one of these exceptions of Celery's (``"Retry"``…)."""
        return any(is_celery_exception(caught, *names) for caught in self.caught)

    def catches_only(self, *names: str) -> bool:
        """Whether it names nothing but these exceptions of Celery's."""
        return all(is_celery_exception(caught, *names) for caught in self.caught)

    @property
    def missing_rows(self) -> list[ast.expr]:
        """Those of the exceptions it names that say that a row of the database is not there."""
        return missing_rows(self.module, self.node.type) if self.node.type else []

    @cached_property
    def exception_names(self) -> frozenset[str]:
        """The names in the handler that hold the exception, or something got from it (its cause,
        its status code, what a test of it decided); those in the functions of the module to which
        it is given there, too."""
        names = {self.node.name} if self.node.name else set()
        self._add_names_taken(names, self.node.body)
        in_functions: set[str] = set()
        for call in self.module.tree.within(self.node.body, ast.Call):
            function = self.module.names.definition(call.func)
            if isinstance(function, FunctionNode):
                in_functions |= self._names_in(function, call, names)
        return frozenset(names | in_functions)

    def _names_in(self, function: FunctionNode, call: ast.Call, names: set[str]) -> set[str]:
        """The names in a function that hold what a call gives it of these names."""
        scope = self.module.tree.scope_made_by(function)
        positional = [parameter.arg for parameter in scope.parameters]
        given = [*zip(positional, call.args, strict=False)]
        given += [(word.arg, word.value) for word in call.keywords if word.arg is not None]
        found = {name for name, value in given if self._mentions(value, names)}
        if found and len(scope.nodes) <= MOST_NODES:
            self._add_names_taken(found, function.body)
        return found

    def _add_names_taken(self, names: set[str], block: list[ast.stmt]) -> None:
        """Add the names that a block gives a value from one of these names, or under a test of
        one."""
        stored = [
            (name, sources)
            for node in self.module.tree.within(block, (ast.Name, ast.MatchAs, ast.MatchStar))
            if (name := _stored_name(node)) is not None
            for sources in [[*self._sources(node)]]
        ]
        for _ in range(MOST_STEPS):
            size = len(names)
            for name, sources in stored:
                if name not in names and any(self._mentions(each, names) for each in sources):
                    names.add(name)
            if len(names) == size:
                return

    def _sources(self, node: ast.AST) -> Iterator[ast.expr]:
        """What the value of a name that is bound at a node comes from, and the tests that decide
        whether it is bound, up to the handler's own or the function's."""
        parent = self.module.tree.parent(node)
        statement = self.module.tree.statement_of(node)
        if isinstance(parent, ast.NamedExpr):
            yield parent.value
        elif isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            if statement.value is not None:
                yield statement.value
        elif isinstance(statement, (ast.For, ast.AsyncFor)):
            yield statement.iter
        for frame in flow.frames(self.module.tree, node):
            if frame.node is self.node:
                return
            if isinstance(frame.node, ast.If):
                yield frame.node.test
            elif isinstance(frame.node, ast.match_case):
                match = self.module.tree.parent(frame.node)
                assert isinstance(match, ast.Match)
                yield match.subject

    def involves_exception(self, expression: ast.AST) -> bool:
        """Whether the exception takes part in an expression of the handler."""
        return self._mentions(expression, self.exception_names)

    def _mentions(self, expression: ast.AST, names: set[str] | frozenset[str]) -> bool:
        for node in self.module.tree.within(expression, (ast.Name, ast.Call)):
            if isinstance(node, ast.Name):
                if node.id in names:
                    return True
            elif self.module.names.qualified(node.func) in CURRENT_EXCEPTION:
                return True
        return False


def _stored_name(node: ast.AST) -> str | None:
    """The name that a node binds: a target, a capture of a ``match``."""
    if isinstance(node, ast.Name):
        return node.id if isinstance(node.ctx, ast.Store) else None
    return node.name if isinstance(node, (ast.MatchAs, ast.MatchStar)) else None
