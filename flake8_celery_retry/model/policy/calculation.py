"""Calculation: what a delay comes to at a retry count, and what it is made of."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterator

from ...syntax.reading import MOST, Memory, reading
from ...syntax.values import ARITHMETIC, calculated
from ..module import Module
from .retry_count import is_request_retries

#: Functions that a countdown is calculated with; each gives the same for the same numbers.
CALCULATIONS: dict[str, Callable[..., float]] = {
    "abs": abs,
    "float": float,
    "int": int,
    "math.ceil": math.ceil,
    "math.floor": math.floor,
    "max": max,
    "min": min,
    "round": round,
}

POWERS = frozenset({"pow", "math.pow"})

#: Seconds that one of each of a ``timedelta``'s keywords makes.
TIMEDELTA = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1, "weeks": 604_800}

#: The retries that are looked at one by one; a delay that still grows then is long enough.
RETRIES = 64

#: What people call a random part whose value can't be read.
NAMES_FOR_JITTER = ("jitter", "rand", "noise")


class Calculation:
    """What expressions come to at one retry count, jitter left aside; the larger one where it
    depends."""

    def __init__(self, module: Module, retries: int) -> None:
        self.module = module
        self.retries = retries
        self.memory = Memory()

    @reading(unreadable=lambda expression: None)
    def number(self, expression: ast.expr) -> float | None:
        """The number that an expression comes to; ``None`` where it can't be read."""
        expression = self.module.values.read(expression)
        if is_request_retries(self.module, expression):
            return self.retries
        if isinstance(expression, ast.BinOp):
            return self._operation(expression)
        if isinstance(expression, ast.IfExp):
            arms = [self.number(arm) for arm in (expression.body, expression.orelse)]
            return max((arm for arm in arms if arm is not None), default=None)
        if isinstance(expression, ast.Call):
            return self._call(expression)
        return self.module.values.number(expression)

    def _operation(self, expression: ast.BinOp) -> float | None:
        if isinstance(expression.op, (ast.Add, ast.Sub, ast.Mult)):
            if is_random(self.module, expression.right):
                return self.number(expression.left)
            if is_random(self.module, expression.left):
                return self.number(expression.right)
        left = self.number(expression.left)
        right = self.number(expression.right)
        if left is None or right is None:
            return None
        if isinstance(expression.op, ast.LShift):
            return left * 2**right if 0 <= right <= RETRIES else None
        operation = ARITHMETIC.get(type(expression.op))
        return _known(calculated(operation, left, right)) if operation else None

    def _call(self, call: ast.Call) -> float | None:
        qualified = self.module.names.qualified(call.func)
        if qualified == "datetime.timedelta":
            return self._seconds_of_timedelta(call)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "total_seconds":
            return self._seconds_of_timedelta(call.func.value)
        if is_random(self.module, call):
            # ``randint(0, 600)`` may wait as long as its second argument says.
            return self.number(call.args[:2][-1]) if call.args else None
        numbers = [self.number(argument) for argument in call.args]
        known = [number for number in numbers if number is not None]
        if not known or len(known) != len(numbers) or call.keywords:
            return None
        if qualified in POWERS:
            return _known(calculated(operator.pow, *known)) if len(known) == 2 else None
        function = CALCULATIONS.get(qualified or "")
        if function is None:
            return None
        try:
            return function(*known)
        except (ArithmeticError, TypeError, ValueError):
            return None

    def _seconds_of_timedelta(self, expression: ast.expr) -> float | None:
        made = self.module.values.read(expression)
        if (
            not isinstance(made, ast.Call)
            or self.module.names.qualified(made.func) != "datetime.timedelta"
        ):
            return None
        given = [("days", argument) for argument in made.args[:1]]
        given += [("seconds", argument) for argument in made.args[1:2]]
        given += [(keyword.arg or "", keyword.value) for keyword in made.keywords]
        total = 0.0
        for unit, value in given:
            number = self.number(value)
            if number is None or unit not in TIMEDELTA:
                return None
            total += number * TIMEDELTA[unit]
        return total if len(made.args) <= 2 else None


def _known(value: object) -> float | None:
    return value if isinstance(value, (int, float)) else None


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
    qualified = module.names.qualified(expression.func) or ""
    if qualified in CALCULATIONS and len(expression.args) == 1:
        return is_random(module, expression.args[0])
    return qualified.partition(".")[0] in {"random", "secrets"}
