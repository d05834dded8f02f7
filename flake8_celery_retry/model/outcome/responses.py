"""Responses: the truth of an exception's response, where it decides about a retry.

A response of ``requests`` is false for every status from 400 on, so in a handler the truth of
``exc.response`` says nothing about the error.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ...facts.requests import RESPONSE, is_of_requests
from ...syntax import exits
from ...syntax.scopes import FunctionNode
from ...syntax.tree import TRY
from ..handlers import Handler
from ..module import Module

#: Arguments of a retry call that say how long it waits.
DELAYS = frozenset({"countdown", "eta"})
#: Names for names that are followed; real code has one or two.
MOST_NAMES = 8


class ResponseTest(NamedTuple):
    """A test of the truth of a response, which decides about a task's retry.

    ``name`` is that of the task, or of the function of the module that makes it. ``tested`` is the
    response in it. ``is_pure`` says that nothing but its truth is used, ``is_sure`` that the
    exception is one of ``requests``.
    """

    name: str
    tested: ast.expr
    is_pure: bool
    is_sure: bool


def response_tests(module: Module) -> Iterator[ResponseTest]:
    """The truth tests of a response by which handlers decide whether, or when, to retry."""
    for name, handler, is_automatic in _retrying_handlers(module):
        if handler.name is None or not _holds_response(handler):
            continue
        is_sure = any(map(is_of_requests, handler.caught))
        decisions = _Decisions(module, handler.node, is_automatic)
        for tested, is_pure in decisions.tests(handler.node.body, handler.name):
            function = module.tree.scope_of(tested).node
            is_elsewhere = function is not module.tree.scope_of(handler.node).node
            tester = function.name if is_elsewhere and isinstance(function, FunctionNode) else name
            yield ResponseTest(tester, tested, is_pure, is_sure)


def _retrying_handlers(module: Module) -> Iterable[tuple[str, Handler, bool]]:
    """The handlers that retry, and those of tasks that are retried automatically: each once, with
    the task's name."""
    found: dict[ast.ExceptHandler, tuple[str, Handler, bool]] = {}
    for task in module.tasks:
        if task.retries_automatically and task.function is not None:
            for statement in task.function.walk(TRY):
                for clause in statement.handlers:
                    found[clause] = task.name, module.handler(clause), True
    for call in module.retry_calls:
        for handler in call.handlers:
            found.setdefault(handler.node, (call.task_name, handler, False))
    return found.values()


def _holds_response(handler: Handler) -> bool:
    """Whether the exception that a handler catches is one of ``requests``, or may well be: it
    catches any, and its ``try`` calls the library."""
    if any(map(is_of_requests, handler.caught)):
        return True
    module = handler.module
    return handler.is_broad and any(
        is_of_requests(module.names.qualified(call.func) or module.names.made_by(call.func))
        for call in module.tree.within(handler.statement.body, ast.Call)
    )


class _Decisions:
    """What decides in a handler (or automatically retried task) whether and when it retries."""

    def __init__(self, module: Module, until: ast.AST, is_automatic: bool) -> None:
        self.module = module
        self.until = until
        self.is_automatic = is_automatic
        #: Whether a local name decides, by name.
        self._deciding: dict[str, bool] = {}

    def tests(self, block: list[ast.stmt], exception: str) -> Iterator[tuple[ast.expr, bool]]:
        """The responses of an exception of that name whose truth decides, each with whether
        nothing but its truth is used; in functions of the module that are given it, too."""
        for node in self.module.tree.within(block, (ast.Attribute, ast.Call, ast.Name)):
            if self._is_response(node, exception):
                is_pure = _is_tested(self.module, node)
                if is_pure is not None and self._decides(node, set()):
                    yield node, is_pure
            elif isinstance(node, ast.Call):
                yield from self._tests_in_function(node, exception)

    def _tests_in_function(self, call: ast.Call, exception: str) -> Iterator[tuple[ast.expr, bool]]:
        function = self.module.names.definition(call.func)
        if not isinstance(function, FunctionNode):
            return
        parameters = self.module.tree.scope_made_by(function).parameters
        for parameter, argument in zip(parameters, call.args, strict=False):
            if not (isinstance(argument, ast.Name) and argument.id == exception):
                continue
            retries = any(
                map(self.module.is_retry, self.module.tree.within(function.body, ast.Call))
            )
            if not retries and not self._decides(call, set()):
                continue
            inner = _Decisions(self.module, function, self.is_automatic)
            for node in self.module.tree.within(function.body, (ast.Attribute, ast.Call, ast.Name)):
                is_pure = _is_tested(self.module, node)
                if is_pure is None or not self._is_response(node, parameter.arg):
                    continue
                if inner._decides(node, set()) if retries else inner._gives_the_answer(node):
                    yield node, is_pure

    def _is_response(self, node: ast.expr, exception: str) -> bool:
        """Whether an expression is the response of an exception of that name: ``exc.response``,
        ``getattr(exc, "response", None)``, a local name for it."""
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            return False
        read = self.module.values.read(node)
        if isinstance(read, ast.Attribute) and read.attr == RESPONSE:
            return isinstance(read.value, ast.Name) and read.value.id == exception
        if not (isinstance(read, ast.Call) and len(read.args) >= 2):
            return False
        holder, attribute = read.args[:2]
        return (
            self.module.names.qualified(read.func) == "getattr"
            and isinstance(holder, ast.Name)
            and holder.id == exception
            and self.module.values.value(attribute) == RESPONSE
        )

    def _is_reached(self, node: ast.AST) -> bool:
        return self.module.is_retry(node) or (self.is_automatic and isinstance(node, ast.Raise))

    def _decides(self, expression: ast.expr, followed: set[str]) -> bool:
        """Whether what an expression comes to decides if a retry is reached, or how long it waits;
        through local names, too."""
        tree = self.module.tree
        child: ast.AST = expression
        for parent, field in tree.ancestors(expression):
            if isinstance(parent, ast.keyword):
                call = tree.parent(parent)
                if parent.arg in DELAYS and self.module.is_retry(call):
                    return True
            elif isinstance(parent, ast.IfExp) and field == "test":
                if self._holds_retry(parent.body) != self._holds_retry(parent.orelse):
                    return True
            elif isinstance(parent, ast.BoolOp) and child is not parent.values[-1]:
                if self._holds_retry(parent.values[-1]):
                    return True
            elif isinstance(parent, (ast.If, ast.Match)):
                return field in {"test", "subject"} and exits.decides(
                    tree, parent, self.until, self._is_reached
                )
            elif isinstance(parent, ast.Assign):
                return any(self._decides_by_name(target, followed) for target in parent.targets)
            if isinstance(parent, ast.stmt):
                return False
            child = parent
        return False

    def _decides_by_name(self, target: ast.expr, followed: set[str]) -> bool:
        if not isinstance(target, ast.Name) or target.id in followed:
            return False
        if len(followed) == MOST_NAMES:
            return False
        if target.id not in self._deciding:
            followed.add(target.id)
            names = self.module.tree.within(self._block, ast.Name)
            self._deciding[target.id] = any(
                self._decides(name, followed)
                for name in names
                if name.id == target.id and isinstance(name.ctx, ast.Load)
            )
        return self._deciding[target.id]

    @property
    def _block(self) -> list[ast.stmt]:
        assert isinstance(self.until, (ast.ExceptHandler, ast.FunctionDef, ast.AsyncFunctionDef))
        return self.until.body

    def _gives_the_answer(self, node: ast.expr) -> bool:
        """Whether an expression takes part in what its function returns."""
        statement = self.module.tree.statement_of(node)
        if isinstance(statement, (ast.If, ast.While)):
            block = [*statement.body, *statement.orelse]
            return any(True for _ in self.module.tree.within(block, ast.Return))
        return isinstance(statement, (ast.Return, ast.Assign))

    def _holds_retry(self, expression: ast.expr) -> bool:
        return any(map(self.module.is_retry, self.module.tree.within(expression, ast.Call)))


def _is_tested(module: Module, node: ast.expr) -> bool | None:
    """Whether nothing but the truth of an expression is used where it stands; ``None`` where its
    truth is not asked for."""
    parent, field = module.tree.parent(node), module.tree.field(node)
    if isinstance(parent, ast.BoolOp):
        is_pure = _is_tested(module, parent)
        if is_pure is not None:
            return is_pure
        return None if node is parent.values[-1] else False
    if isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not):
        return True
    if isinstance(parent, ast.Call):
        return True if module.names.qualified(parent.func) == "bool" else None
    return True if field in {"test", "guard", "ifs"} else None
