"""Calculation: what a delay comes to at a retry count, and what it is made of."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...syntax.reading import MOST
from ..module import Module
from .counted import CALCULATIONS, POWERS, Counted
from .retry_count import is_request_retries

#: What people call a random part whose value can't be read.
NAMES_FOR_JITTER = ("jitter", "rand", "noise")


class Calculation(Counted):
    """What delays come to at one retry count, jitter left aside; the larger one where it
    depends."""

    def _choice(self, expression: ast.IfExp | ast.BoolOp) -> float | None:
        if isinstance(expression, ast.BoolOp):
            return super()._choice(expression)
        arms = [self.number(arm) for arm in (expression.body, expression.orelse)]
        return max((arm for arm in arms if arm is not None), default=None)

    def _operation(self, expression: ast.BinOp) -> float | None:
        if isinstance(expression.op, (ast.Add, ast.Sub, ast.Mult)):
            if is_random(self.module, expression.right):
                return self.number(expression.left)
            if is_random(self.module, expression.left):
                return self.number(expression.right)
        return super()._operation(expression)

    def _call(self, call: ast.Call) -> float | None:
        if is_random(self.module, call):
            # ``randint(0, 600)`` may wait as long as its second argument says.
            return self.number(call.args[:2][-1]) if call.args else None
        return super()._call(call)


def parts(module: Module, expression: ast.expr) -> Iterator[ast.expr]:
    """The expressions that an expression's value is made of, names followed to what they stand
    for, each once; what decides between two arms is no part of the value."""
    stack, seen = [expression], set[ast.expr]()
    while stack and len(seen) < MOST:
        part = module.values.read(stack.pop())
        if part in seen:
            continue
        seen.add(part)
        yield part
        stack += reversed(_inner(part))


def _inner(expression: ast.expr) -> list[ast.expr]:
    if isinstance(expression, ast.Attribute):
        return []
    if isinstance(expression, ast.IfExp):
        return [expression.body, expression.orelse]
    if isinstance(expression, ast.Call):
        return [*expression.args, *(keyword.value for keyword in expression.keywords)]
    return [child for child in ast.iter_child_nodes(expression) if isinstance(child, ast.expr)]


def is_power_of_retry_count(module: Module, expression: ast.expr) -> bool:
    """Whether a delay is calculated as a power of the retry count: ``60 * 2 ** retries``,
    ``min(retries**2, 600)``, ``1 << retries``."""
    for part in parts(module, expression):
        is_power = isinstance(part, ast.BinOp) and isinstance(part.op, (ast.Pow, ast.LShift))
        is_power |= isinstance(part, ast.Call) and module.names.qualified(part.func) in POWERS
        if is_power and any(is_request_retries(module, inner) for inner in parts(module, part)):
            return True
    return False


def may_be_random(module: Module, expression: ast.expr) -> bool:
    """Whether a delay may have a random part: it calls something that doesn't just calculate, or
    names a jitter that can't be read."""
    for part in parts(module, expression):
        if isinstance(part, ast.Call):
            if module.names.qualified(part.func) not in {*CALCULATIONS, *POWERS}:
                return True
        elif isinstance(part, (ast.Name, ast.Attribute)):
            name = part.id if isinstance(part, ast.Name) else part.attr
            if any(word in name.lower() for word in NAMES_FOR_JITTER):
                return True
    return False


def is_random(module: Module, expression: ast.expr) -> bool:
    """Whether an expression is a random number, as ``random.uniform(0, 10)`` is."""
    expression = module.values.read(expression)
    if not isinstance(expression, ast.Call):
        return False
    qualified = str(module.names.qualified(expression.func))
    if qualified in CALCULATIONS and len(expression.args) == 1:
        return is_random(module, expression.args[0])
    return qualified.partition(".")[0] in {"random", "secrets"}
