"""Sorting: whether a broad handler tells apart what it retries from what it does not."""

from __future__ import annotations

import ast

from ...facts.exceptions import is_celery_exception
from ...facts.python_exceptions import BROAD
from ...syntax import exits
from ...syntax.scopes import FunctionNode
from ..handlers import MOST_NODES, Handler
from ..module import Module
from ..remembering import remembered, remembered_for_node
from ..retries import RetryCall

#: What Celery raises to end a run: a clause that lets it pass says nothing about failures.
SIGNALS = ("Retry", "Ignore", "Reject")


def is_sorted_out(call: RetryCall) -> bool:
    """Whether the exception decides if a retry call in a handler is reached: by a test in the
    handler (or in the nested function that it calls), or by an earlier clause of the same ``try``
    that ends without a retry."""
    handler = call.handler
    if handler is None:
        return False
    denying = _first_that_denies(handler.module, handler.statement)
    if denying is not None and denying.node.lineno < handler.node.lineno:
        return True
    if _is_tested_in(handler):
        return True
    function = call.scope.node
    return (
        isinstance(function, FunctionNode)
        and function is not call.module.tree.scope_of(handler.node).node
        # What nobody can read through may well sort.
        and (
            len(call.scope.nodes) > MOST_NODES or _tests_exception(handler, function.body, function)
        )
    )


def raises_to_have_a_cause(handler: Handler) -> bool:
    """Whether the ``try`` of a clause does nothing but raise a plain ``Exception(…)``."""
    body = handler.statement.body
    raised = body[0].exc if len(body) == 1 and isinstance(body[0], ast.Raise) else None
    named = raised.func if isinstance(raised, ast.Call) else raised
    return handler.module.names.qualified(named) in BROAD


def is_tested(call: RetryCall) -> bool:
    """Whether a test in the handler of a retry call, in which the exception takes part, decides
    if the call is reached."""
    handler = call.handler
    return handler is not None and _is_tested_in(handler)


@remembered
def _is_tested_in(handler: Handler) -> bool:
    """Whether a test in a clause, in which the exception takes part, decides if a retry is
    reached."""
    return _tests_exception(handler, handler.node.body, handler.node)


@remembered_for_node
def _first_that_denies(module: Module, statement: ast.Try) -> Handler | None:
    handlers = map(module.handler, statement.handlers)
    return next((handler for handler in handlers if _denies(handler)), None)


@remembered
def _denies(handler: Handler) -> bool:
    """Whether a clause keeps exceptions from being retried: all of them, or those it picks."""
    if all(is_celery_exception(caught, *SIGNALS) for caught in handler.caught):
        return False
    if "reached" not in exits.ends(handler.module.tree, handler.node.body, handler.module.is_retry):
        return True
    return _is_tested_in(handler)


def _tests_exception(handler: Handler, block: list[ast.stmt], until: ast.AST) -> bool:
    """Whether a test in which the exception takes part decides if a retry is reached."""
    tests = handler.module.tree.within(
        block, (ast.If, ast.Match, ast.IfExp, ast.BoolOp, ast.Assert)
    )
    return any(_decides(handler, test, until) for test in tests)


def _decides(handler: Handler, test: ast.AST, until: ast.AST) -> bool:
    module = handler.module
    if isinstance(test, ast.If):
        return handler.involves_exception(test.test) and exits.decides(
            module.tree, test, until, module.is_retry
        )
    if isinstance(test, ast.Match):
        asked = [test.subject, *(case.guard for case in test.cases if case.guard is not None)]
        return any(handler.involves_exception(expression) for expression in asked) and (
            exits.decides(module.tree, test, until, module.is_retry)
        )
    if isinstance(test, ast.IfExp):
        return handler.involves_exception(test.test) and (
            _holds_retry(module, test.body) != _holds_retry(module, test.orelse)
        )
    if isinstance(test, ast.BoolOp):
        *conditions, last = test.values
        return _holds_retry(module, last) and any(map(handler.involves_exception, conditions))
    assert isinstance(test, ast.Assert)
    following = exits.what_follows(module.tree, test, until)
    return handler.involves_exception(test.test) and (
        "reached" in exits.ends(module.tree, following, module.is_retry)
    )


def _holds_retry(module: Module, expression: ast.expr) -> bool:
    return any(module.is_retry(node) for node in module.tree.within(expression, ast.Call))
