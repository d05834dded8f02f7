"""Wrapping: what a module itself puts around a function or a block, and where it runs it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...syntax.scopes import FunctionNode
from ..module import Module

MANAGER_MAKERS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})


def calls_of_wrapped(module: Module, decorator: ast.expr) -> Iterator[ast.Call]:
    """Where a decorator of the module (``@quietly``, ``@quietly(KeyError)``) calls the function
    that it decorates, in the one that takes its place."""
    is_called = isinstance(decorator, ast.Call)
    named = decorator.func if isinstance(decorator, ast.Call) else decorator
    maker = module.names.definition(named)
    if not isinstance(maker, FunctionNode):
        return
    scope = module.tree.scope_made_by(maker)
    for decorating in scope.inner if is_called else [scope]:
        if not isinstance(decorating.node, FunctionNode) or not decorating.parameters:
            continue
        wrapped = decorating.parameters[0]
        for wrapper in decorating.inner:
            for call in wrapper.walk(ast.Call):
                if module.names.parameter(call.func) is wrapped:
                    yield call


def yields_of_manager(module: Module, function: FunctionNode) -> Iterator[ast.Yield]:
    """Where a context manager that is made of a generator runs the block under its ``with``."""
    decorators = map(module.names.qualified, function.decorator_list)
    if not MANAGER_MAKERS.isdisjoint(decorators):
        yield from module.tree.scope_made_by(function).walk(ast.Yield)
