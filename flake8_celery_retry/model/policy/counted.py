"""Counted: what depends on the retry count, exactly, in the run that has so many retries behind it.

Unlike :mod:`.calculation`, which estimates a delay, this leaves nothing aside: what can't be read,
or is random, is unknown, unless a factor of 0 makes it 0 all the same.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from ...syntax import exits, flow
from ...syntax.reading import MOST, Memory, reading
from ...syntax.tree import Firsts
from ...syntax.values import ARITHMETIC, UNKNOWN, calculated
from ..module import Module
from ..retries import RetryCall
from .retry_count import is_request_retries

#: Functions that a countdown is calculated with; each gives the same for the same numbers.
CALCULATIONS: dict[str | None, Callable[..., float]] = {
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
TIMEDELTA: dict[str | None, int] = {
    "days": 86_400,
    "hours": 3_600,
    "minutes": 60,
    "seconds": 1,
    "weeks": 604_800,
}

#: The retries that are looked at one by one; a delay that still grows then is long enough.
RETRIES = 64

COMPARISONS: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def compared(operations: Sequence[ast.cmpop], sides: Sequence[float | None]) -> bool | None:
    """What a chain of comparisons of numbers comes to; ``None`` where it can't be told."""
    answers: list[bool | None] = []
    for operation, left, right in zip(operations, sides, sides[1:], strict=False):
        compare = COMPARISONS.get(type(operation))
        if compare is None or left is None or right is None:
            answers.append(None)
        else:
            answers.append(compare(left, right))
    if False in answers:
        return False
    return None if None in answers else True


class Counted:
    """What expressions come to in the run whose retry count is ``retries``."""

    def __init__(self, module: Module, retries: int) -> None:
        self.module = module
        self.retries = retries
        self.memory = Memory()

    # -- numbers -----------------------------------------------------------------------------

    @reading(unreadable=lambda expression: None)
    def number(self, expression: ast.expr) -> float | None:
        """The number that an expression comes to; ``None`` where it can't be told."""
        expression = self.module.values.read(expression)
        if is_request_retries(self.module, expression):
            return self.retries
        if isinstance(expression, ast.NamedExpr):
            return self.number(expression.value)
        if isinstance(expression, ast.BinOp):
            return self._operation(expression)
        if isinstance(expression, ast.Call):
            return self._call(expression)
        if isinstance(expression, (ast.IfExp, ast.BoolOp)):
            return self._choice(expression)
        return self.module.values.number(expression)

    def _choice(self, expression: ast.IfExp | ast.BoolOp) -> float | None:
        chosen = self._chosen(expression)
        return self.number(chosen) if chosen is not None else None

    def _operation(self, expression: ast.BinOp) -> float | None:
        left, right = self.number(expression.left), self.number(expression.right)
        if isinstance(expression.op, ast.Mult) and 0 in (left, right):
            return 0
        if isinstance(expression.op, (ast.Div, ast.FloorDiv)) and left == 0 and right is None:
            return 0
        if left is None or right is None:
            return None
        if isinstance(expression.op, ast.LShift):
            return left * 2**right if 0 <= right <= RETRIES else None
        operation = ARITHMETIC.get(type(expression.op))
        value = calculated(operation, left, right) if operation else UNKNOWN
        return value if isinstance(value, (int, float)) else None

    def _call(self, call: ast.Call) -> float | None:
        qualified = self.module.names.qualified(call.func)
        if qualified == "datetime.timedelta":
            return self._seconds_of_timedelta(call)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "total_seconds":
            return self._seconds_of_timedelta(call.func.value)
        numbers = [self.number(argument) for argument in call.args]
        known = [number for number in numbers if number is not None]
        if call.keywords:
            return None
        if len(known) < len(numbers):
            # Nobody waits for less than no time.
            return 0 if qualified == "min" and 0 in known else None
        if qualified in POWERS and len(known) == 2:
            value = calculated(operator.pow, *known)
            return value if isinstance(value, (int, float)) else None
        function = CALCULATIONS.get(qualified)
        try:
            return function(*known) if function is not None else None
        except (ArithmeticError, TypeError, ValueError):
            return None

    def _seconds_of_timedelta(self, expression: ast.expr) -> float | None:
        made = self.module.values.read(expression)
        if (
            not isinstance(made, ast.Call)
            or self.module.names.qualified(made.func) != "datetime.timedelta"
        ):
            return None
        given = list[tuple[str | None, ast.expr]](zip(("days", "seconds"), made.args, strict=False))
        given += [(keyword.arg, keyword.value) for keyword in made.keywords]
        total = 0.0
        for unit, value in given:
            number = self.number(value)
            if number is None or unit not in TIMEDELTA:
                return None
            total += number * TIMEDELTA[unit]
        return total if len(made.args) <= 2 else None

    def _chosen(self, expression: ast.IfExp | ast.BoolOp) -> ast.expr | None:
        """The arm of ``a if c else b`` or of ``a or b`` that gives the value."""
        if isinstance(expression, ast.IfExp):
            truth = self.truth(expression.test)
            return None if truth is None else expression.body if truth else expression.orelse
        goes_on = isinstance(expression.op, ast.And)
        for value in expression.values[:-1]:
            truth = self.truth(value)
            if truth is not goes_on:
                return value if truth is not None else None
        return expression.values[-1]

    # -- tests -------------------------------------------------------------------------------

    @reading(unreadable=lambda expression: None)
    def truth(self, expression: ast.expr) -> bool | None:
        """Whether a test is met; ``None`` where it can't be told."""
        expression = self.module.values.read(expression)
        if isinstance(expression, ast.UnaryOp) and isinstance(expression.op, ast.Not):
            truth = self.truth(expression.operand)
            return None if truth is None else not truth
        if isinstance(expression, ast.BoolOp):
            ends = isinstance(expression.op, ast.Or)
            truths = [self.truth(value) for value in expression.values]
            if ends in truths:
                return ends
            return None if None in truths else not ends
        if isinstance(expression, ast.Compare):
            return self._comparison(expression)
        number = self.number(expression)
        if number is not None:
            return bool(number)
        value = self.module.values.value(expression)
        return None if value is UNKNOWN else bool(value)

    def _comparison(self, expression: ast.Compare) -> bool | None:
        sides = [self.number(side) for side in (expression.left, *expression.comparators)]
        return compared(expression.ops, sides)

    # -- what of it is the count -------------------------------------------------------------

    def counts_in(self, expression: ast.expr) -> Iterator[ast.expr]:
        """The places at which the retry count takes part in a number: ``self.request.retries``, or
        a local name for it, in the expression and in what its other local names stand for."""
        stack, seen = [expression], set[ast.expr]()
        while stack and len(seen) < MOST:
            place = stack.pop()
            if place in seen:
                continue
            seen.add(place)
            if is_request_retries(self.module, place):
                yield place
                continue
            part = self.module.values.read(place)
            if isinstance(part, ast.BinOp):
                stack += [part.right, part.left]
            elif isinstance(part, ast.Call):
                stack += reversed(part.args)
            elif isinstance(part, (ast.IfExp, ast.BoolOp)):
                chosen = self._chosen(part)
                stack += [] if chosen is None else [chosen]


class FirstRun(Counted):
    """The run that comes before all retries."""

    def __init__(self, module: Module) -> None:
        super().__init__(module, 0)
        self.first_leaving: Firsts = {}

    @cached_property
    def second(self) -> Counted:
        """The run after the first retry."""
        return Counted(self.module, 1)

    def reaches(self, call: RetryCall) -> bool:
        """Whether the first run may reach a retry call: no test of the retry count, around it or
        before it, keeps it out."""
        nodes = [call.node] if call.called_at is None else [call.node, call.called_at]
        return not any(self._keeps_out(frame, call.node) for frame in call.frames) and not any(
            flow.is_run_before(self.module.tree, node, self._leaves, self.first_leaving)
            for node in nodes
        )

    def _keeps_out(self, frame: flow.Frame, node: ast.expr) -> bool:
        around = frame.node
        if isinstance(around, (ast.If, ast.IfExp, ast.While)):
            return self.truth(around.test) is (frame.field == "orelse")
        if isinstance(around, ast.BoolOp):
            ends = isinstance(around.op, ast.Or)
            for value in around.values:
                if self.module.tree.is_inside(node, value):
                    break
                if self.truth(value) is ends:
                    return True
            return False
        if isinstance(around, ast.match_case):
            match = self.module.tree.parent(around)
            assert isinstance(match, ast.Match)
            return self.number(match.subject) is not None
        return False

    def _leaves(self, statement: ast.stmt) -> bool:
        """Whether a statement leaves by a branch that the first run takes."""
        if not isinstance(statement, ast.If):
            return False
        truth = self.truth(statement.test)
        branch = statement.body if truth else statement.orelse
        return truth is not None and exits.leaves(self.module.tree, branch)
