"""``except`` clauses: what they catch, and under which names they hold it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..facts.exceptions import BROAD, is_celery_exception
from ..syntax import flow
from ..syntax.tree import Binding, FunctionNode, TryStar

if TYPE_CHECKING:
    from .module import Module

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
    def catches_exhaustion(self) -> bool:
        """Whether it catches ``MaxRetriesExceededError``, be it as a ``CeleryError``."""
        return self.is_broad or self.catches("MaxRetriesExceededError", "TaskError", "CeleryError")

    def catches(self, *names: str) -> bool:
        """Whether it names one of these exceptions of Celery's (``"Retry"``…)."""
        return any(is_celery_exception(caught, *names) for caught in self.caught)

    @property
    def missing_rows(self) -> list[ast.expr]:
        """Those of the exceptions it names that say that a row of the database is not there."""
        return self.module.values.missing_rows(self.node.type) if self.node.type else []

    @property
    def earlier(self) -> list[Handler]:
        """The clauses of the same ``try`` before it."""
        clauses = self.statement.handlers
        before = clauses[: clauses.index(self.node)]
        return [Handler(self.module, clause, self.statement) for clause in before]

    @cached_property
    def exception_names(self) -> frozenset[str]:
        """The names in the handler that hold the exception, or something got from it (its cause,
        its status code, what a test of it decided)."""
        names = {self.node.name} if self.node.name else set()
        bindings = self.module.tree.scope_of(self.node).bindings
        grown = True
        while grown:
            size = len(names)
            for name, bound in bindings.items():
                if name not in names and any(self._is_taken_from(at, names) for at in bound):
                    names.add(name)
            grown = len(names) > size
        return frozenset(names | self._names_in_nested_functions(names))

    def _names_in_nested_functions(self, names: set[str]) -> set[str]:
        """The parameters of functions nested beside the handler to which it passes one of these
        names."""
        found: set[str] = set()
        for call in self.module.tree.within(self.node.body, ast.Call):
            function = self.module.names.definition(call.func)
            if not isinstance(function, FunctionNode):
                continue
            scope = self.module.tree.scope_made_by(function)
            if scope.parent is self.module.tree.scope_of(self.node):
                given = [*zip(scope.parameters, call.args, strict=False)]
                found |= {known.arg for known, value in given if self._mentions(value, names)}
        return found

    def _is_taken_from(self, binding: Binding, names: set[str]) -> bool:
        """Whether a binding in the handler takes its value from one of these names, or a test of
        one decides about it."""
        statement = self.module.tree.statement_of(binding.node)
        if not self.module.tree.is_inside(statement, self.node):
            return False
        sources: list[ast.expr | None] = [binding.value]
        if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            sources.append(statement.value)
        elif isinstance(statement, (ast.For, ast.AsyncFor)):
            sources.append(statement.iter)
        for frame in flow.frames(self.module.tree, binding.node):
            if frame.node is self.node:
                break
            if isinstance(frame.node, ast.If):
                sources.append(frame.node.test)
            elif isinstance(frame.node, ast.match_case):
                match = self.module.tree.parent(frame.node)
                assert isinstance(match, ast.Match)
                sources.append(match.subject)
        return any(source is not None and self._mentions(source, names) for source in sources)

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
