"""Failing: which expressions may raise something, in programs that people run."""

from __future__ import annotations

import ast

from ..module import Module

#: Builtin functions that build a container or a text, or look at something.
PLAIN_FUNCTIONS = frozenset(
    {
        "bool",
        "dict",
        "frozenset",
        "isinstance",
        "len",
        "list",
        "repr",
        "set",
        "str",
        "tuple",
        "type",
    }
)
#: Expressions that run what they hold, whatever that may be.
RUNNING = (ast.Await, ast.Yield, ast.YieldFrom)


def may_fail(module: Module, node: ast.expr) -> bool:
    """Whether an expression, its parts left aside, may raise something: a call, an attribute or an
    index of what nobody knows. Not a log call, the clock, a new container or text, an attribute of
    the task itself or of what is imported; arithmetic is trusted."""
    if isinstance(node, ast.Call):
        return not (
            module.is_log_call(node)
            or module.is_clock(node)
            or module.names.qualified(node.func) in PLAIN_FUNCTIONS
            or (isinstance(node.func, ast.Attribute) and node.func.attr == "format")
        )
    if isinstance(node, ast.Subscript):
        return isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.Attribute):
        return not (
            # The outermost attribute counts; of a method, its call.
            isinstance(module.tree.parent(node), (ast.Attribute, ast.Call))
            or _is_the_task(module, leftmost(node))
            or module.names.qualified(node) is not None
        )
    return isinstance(node, RUNNING)


def leftmost(expression: ast.expr) -> ast.expr:
    """What a chain of attributes, calls and indexes begins with."""
    while isinstance(expression, (ast.Attribute, ast.Call, ast.Subscript)):
        expression = expression.func if isinstance(expression, ast.Call) else expression.value
    return expression


def _is_the_task(module: Module, expression: ast.expr) -> bool:
    task = module.task_of(expression)
    if task is not None and task.is_reference(expression):
        return True
    parameter = module.names.parameter(expression)
    return parameter is not None and parameter.arg == "self"
