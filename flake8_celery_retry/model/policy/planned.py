"""Planned: whether an author plainly means that whatever fails is tried again."""

from __future__ import annotations

import ast

from ...facts.libraries import TRACEBACK_REPORTS, TRACEBACK_TEXTS
from ...syntax import flow
from ..handlers import Handler
from ..module import Module
from ..remembering import remembered
from ..retries import RetryCall
from .in_force import delay_of_call_in_force, limit_of_call_in_force


def is_planned(call: RetryCall) -> bool:
    """Whether the retry of a handler is a policy for all that may fail: each error is told with its
    traceback, so that nobody waits for the last retry to hear of a bug, and a limit or a delay is
    written out.

    Not where the ``try`` holds a retry call itself, which the handler takes for one more error.
    """
    handler = call.handler
    if handler is None or not _is_told(handler):
        return False
    is_chosen = limit_of_call_in_force(call).is_chosen or delay_of_call_in_force(call).is_chosen
    return is_chosen and not _retries_inside(handler)


@remembered
def _is_told(handler: Handler) -> bool:
    """Whether a clause tells people of each exception that it catches, with its traceback."""
    module = handler.module
    return any(
        _tells_traceback(module, call) and not _may_be_left_out(handler, call)
        for call in module.tree.within(handler.node.body, ast.Call)
    )


def _tells_traceback(module: Module, call: ast.Call) -> bool:
    if module.names.qualified(call.func) in TRACEBACK_REPORTS:
        return True
    if not module.is_log_call(call):
        return False
    for keyword in call.keywords:
        if keyword.arg == "exc_info":
            return module.values.value(keyword.value) not in {None, False}
    if isinstance(call.func, ast.Attribute) and call.func.attr == "exception":
        return True
    inner = module.tree.within(call, ast.Call)
    return any(module.names.qualified(each.func) in TRACEBACK_TEXTS for each in inner)


def _may_be_left_out(handler: Handler, call: ast.Call) -> bool:
    """Whether a condition, a loop or a further failure decides if a call in a clause is made."""
    frames = flow.frames(handler.module.tree, call, until=handler.node)
    return any(
        frame.kind in flow.GUARDS or (frame.kind == "handler" and frame.node is not handler.node)
        for frame in frames
    )


@remembered
def _retries_inside(handler: Handler) -> bool:
    """Whether a retry call stands in the body of a handler's ``try``."""
    module = handler.module
    return any(map(module.is_retry, module.tree.within(handler.statement.body, ast.Call)))
