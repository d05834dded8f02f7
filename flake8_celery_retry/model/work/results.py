"""Results: whether somebody waits for what another task comes to.

Whoever waits for the result of a task that failed is raised what it failed of
(``celery/result.py``).
"""

from __future__ import annotations

import ast

from ...facts.decorators import SENDING_METHODS, SIGNATURE_METHODS, is_celery
from ...facts.results import CANVAS, RESULT_CLASSES, WAITING_METHODS, WAITING_PARAMETERS
from ...syntax.scopes import FunctionNode, Scope
from ..module import Module

#: Functions of the module that are followed from one place; real code calls some three.
MOST_FUNCTIONS = 30


def waits_for_a_result(module: Module, block: list[ast.stmt]) -> bool:
    """Whether a block, or a function of the module that it calls, may wait for the result of
    another task; so it is taken where it calls more than anybody reads."""
    followed: set[Scope] = set()
    waiting = [block]
    while waiting:
        for call in module.tree.within(waiting.pop(), ast.Call):
            if _waits(module, call):
                return True
            function = module.names.definition(call.func)
            if not isinstance(function, FunctionNode):
                continue
            scope = module.tree.scope_made_by(function)
            if scope not in followed:
                followed.add(scope)
                waiting.append(function.body)
        if len(followed) > MOST_FUNCTIONS:
            return True
    return False


def _waits(module: Module, call: ast.Call) -> bool:
    if not (isinstance(call.func, ast.Attribute) and call.func.attr in WAITING_METHODS):
        return False
    if _is_result(module, call.func.value):
        return True
    # No dict, queryset or string is asked like this.
    return not call.args and all(word.arg in WAITING_PARAMETERS for word in call.keywords)


def _is_result(module: Module, expression: ast.expr) -> bool:
    """Whether an expression is the result of a task: what sending it gave, or one that was looked
    up by its id."""
    made = module.values.read(expression)
    if not isinstance(made, ast.Call):
        return False
    if is_celery(module.names.qualified(made.func), *RESULT_CLASSES):
        return True
    if isinstance(made.func, ast.Attribute):
        return made.func.attr in SENDING_METHODS | RESULT_CLASSES | {"send_task"}
    return _is_signature(module, made.func)


def _is_signature(module: Module, expression: ast.expr) -> bool:
    made = module.values.read(expression)
    if isinstance(made, ast.BinOp):
        return isinstance(made.op, ast.BitOr)
    if not isinstance(made, ast.Call):
        return False
    if isinstance(made.func, ast.Attribute) and made.func.attr in SIGNATURE_METHODS:
        return True
    return is_celery(module.names.qualified(made.func), *CANVAS)
