"""Purposes: what a value decides about: what the task does, or only what it logs and how long it
waits."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ...syntax.reading import Memory, reading
from ..module import Module
from ..policy.counted import CALCULATIONS

#: Arguments of a retry call that say when it runs.
DELAYS = frozenset({"countdown", "eta"})
#: Functions that make another value of a value, and do nothing else.
CONVERSIONS = frozenset({*CALCULATIONS, "bool", "format", "repr", "str"})


class Purposes:
    """What the values of a module are for."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.memory = Memory()

    @reading(unreadable=lambda expression: True)
    def only_tells_or_waits(self, expression: ast.expr) -> bool:
        """Whether an expression decides about nothing but log calls (which, with what) and delays
        (of a sleep or a retry), directly or through local names."""
        child: ast.AST = expression
        for parent, field in self.module.tree.ancestors(expression):
            if isinstance(parent, ast.Call):
                answer = self._of_call(parent, child, field)
                if answer is not None:
                    return answer
            elif isinstance(parent, (ast.If, ast.While)):
                return self._only_tell_or_wait([*parent.body, *parent.orelse])
            elif isinstance(parent, ast.NamedExpr):
                if not self._is_so_for(parent.target):
                    return False
            elif isinstance(parent, ast.stmt):
                return self._of_statement(parent)
            child = parent
        return False

    def _of_call(self, call: ast.Call, child: ast.AST, field: str) -> bool | None:
        """The answer that a call around a value gives; ``None`` where it makes another value."""
        module = self.module
        if module.is_log_call(call) or module.is_sleep(call):
            return True
        if field == "func":
            return all(map(module.is_log_function, module.values.arms(call.func)))
        if module.is_retry(call):
            return isinstance(child, ast.keyword) and child.arg in DELAYS
        is_method = isinstance(call.func, ast.Attribute) and call.func.attr in {"format", "join"}
        is_conversion = module.names.qualified(call.func) in CONVERSIONS
        return None if is_method or is_conversion else False

    def _of_statement(self, statement: ast.stmt) -> bool:
        if isinstance(statement, (ast.AnnAssign, ast.AugAssign)):
            return self._is_so_for(statement.target)
        return isinstance(statement, ast.Assign) and all(map(self._is_so_for, statement.targets))

    def _is_so_for(self, target: ast.expr) -> bool:
        """Whether a local name is read for nothing else."""
        if not isinstance(target, ast.Name) or not self.module.tree.scope_of(target).is_function:
            return False
        return all(map(self.only_tells_or_waits, self.module.names.reads_of_local(target)))

    def _only_tell_or_wait(self, block: Sequence[ast.stmt]) -> bool:
        return all(map(self._tells_or_waits, block))

    def _tells_or_waits(self, statement: ast.stmt) -> bool:
        if isinstance(statement, ast.If):
            return self._only_tell_or_wait([*statement.body, *statement.orelse])
        if isinstance(statement, ast.Expr):
            call = statement.value
            return isinstance(call, ast.Call) and (
                self.module.is_log_call(call) or self.module.is_sleep(call)
            )
        return isinstance(statement, ast.Pass) or self._of_statement(statement)
