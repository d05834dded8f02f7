"""Delays: how long a retry waits, as far as the numbers can be read. All in seconds."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterator

from ...facts.options import DEFAULT_BACKOFF_MAX
from ...syntax.values import ARITHMETIC, DEPTH, calculated
from ..module import Module
from ..retries import RetryCall
from ..tasks import Option, Task
from .limits import limit_of_autoretry, limit_of_call
from .retry_count import is_request_retries, limits_retries_by_hand

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

#: Functions and methods that say what time it is (``datetime.now``, Django's ``timezone.now``).
NOW = frozenset({"now", "utcnow"})

#: Seconds that one of each of a ``timedelta``'s keywords makes.
TIMEDELTA = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1, "weeks": 604_800}

#: The retries that are looked at one by one; a delay that still grows then is long enough.
RETRIES = 64

#: What people call a random part whose value can't be read.
NAMES_FOR_JITTER = ("jitter", "rand", "noise")


def largest_delay(call: RetryCall) -> float | None:
    """The largest delay that a retry call asks for by ``countdown`` (or by an ``eta`` of now and a
    ``timedelta``), jitter left aside; of a calculated one that at the retries there can be.
    ``None`` where it asks for none, or for one that can't be read."""
    delay = _delay_from_now(call)
    limit = limit_of_call(call)
    if delay is None or (limit is not None and limit <= 0):
        return None
    if not any(is_request_retries(call.module, part) for part in parts(call.module, delay)):
        return _calculate(call.module, delay, 0, DEPTH)
    if limit is None or call.task is None or limits_retries_by_hand(call.task):
        return None
    counts = {*range(int(min(limit, RETRIES)))} | ({int(limit) - 1} if limit < math.inf else set())
    delays = [_calculate(call.module, delay, count, DEPTH) for count in counts]
    return max((known for known in delays if known is not None), default=None)


def _delay_from_now(call: RetryCall) -> ast.expr | None:
    """The ``countdown`` of a retry call, else the ``timedelta`` that its ``eta`` adds to now."""
    module = call.module
    countdown, eta = call.argument("countdown"), call.argument("eta")
    if countdown is not None and call.passes("countdown"):
        return None if module.kinds.is_timedelta(countdown) else countdown
    moment = module.values.read(eta) if eta is not None else None
    if not isinstance(moment, ast.BinOp) or not isinstance(moment.op, ast.Add):
        return None
    for now, delay in ((moment.left, moment.right), (moment.right, moment.left)):
        if _is_now(module.values.read(now)):
            return delay
    return None


def _is_now(expression: ast.expr) -> bool:
    function = expression.func if isinstance(expression, ast.Call) else None
    if isinstance(function, ast.Attribute):
        return function.attr in NOW
    return isinstance(function, ast.Name) and function.id in NOW


def largest_automatic_delay(task: Task) -> tuple[Option, float] | None:
    """The option that says how long automatic retries wait, and the largest delay it makes.

    ``None`` where no option says so or it can't be read. ``retry_backoff`` overrides a
    ``countdown`` in ``retry_kwargs``, and that ``default_retry_delay``
    (``celery/app/autoretry.py``).
    """
    limit = limit_of_autoretry(task)
    if limit is None or limit <= 0:
        return None
    backoff = task.option("retry_backoff")
    if backoff is not None and task.module.values.value(backoff.value):
        delay = _largest_backoff(task, backoff, limit)
        return (backoff, delay) if delay is not None else None
    if not task.retry_kwargs_complete or (backoff is None and task.has_hidden_options):
        return None
    waiting = task.retry_kwargs.get("countdown") or task.option("default_retry_delay")
    delay = _calculate(task.module, waiting.value, 0, DEPTH) if waiting else None
    return (waiting, delay) if waiting is not None and delay is not None else None


def waits_default_delay(call: RetryCall) -> bool:
    """Whether a retry call leaves its delay to ``default_retry_delay``."""
    limit = limit_of_call(call)
    given = {call.passes("countdown"), call.passes("eta")}
    return given == {False} and not (limit is not None and limit <= 0)


def _largest_backoff(task: Task, backoff: Option, limit: float) -> float | None:
    """``celery.utils.time.get_exponential_backoff_interval`` at the last retry."""
    value = task.module.values.value(backoff.value)
    if not isinstance(value, (bool, int, float)):
        return None
    option = task.option("retry_backoff_max")
    if option is None and task.has_hidden_options:
        return None
    maximum = task.module.values.number(option.value) if option else DEFAULT_BACKOFF_MAX
    if maximum is None:
        return None
    factor = int(max(1.0, value))
    return min(int(maximum), factor << max(0, int(min(limit, RETRIES)) - 1))


def _calculate(module: Module, expression: ast.expr, retries: int, depth: int) -> float | None:
    """The number that an expression comes to at a retry count, jitter left aside; the larger one
    where it depends."""
    expression = module.values.read(expression)
    if depth == 0:
        return None
    if is_request_retries(module, expression):
        return retries
    if isinstance(expression, ast.BinOp):
        return _calculate_operation(module, expression, retries, depth - 1)
    if isinstance(expression, ast.IfExp):
        arms = [
            _calculate(module, arm, retries, depth - 1)
            for arm in (expression.body, expression.orelse)
        ]
        return max((arm for arm in arms if arm is not None), default=None)
    if isinstance(expression, ast.Call):
        return _calculate_call(module, expression, retries, depth - 1)
    return module.values.number(expression)


def _calculate_operation(
    module: Module, expression: ast.BinOp, retries: int, depth: int
) -> float | None:
    if isinstance(expression.op, (ast.Add, ast.Sub, ast.Mult)):
        if is_random(module, expression.right):
            return _calculate(module, expression.left, retries, depth)
        if is_random(module, expression.left):
            return _calculate(module, expression.right, retries, depth)
    left = _calculate(module, expression.left, retries, depth)
    right = _calculate(module, expression.right, retries, depth)
    if left is None or right is None:
        return None
    if isinstance(expression.op, ast.LShift):
        return left * 2**right if 0 <= right <= RETRIES else None
    operation = ARITHMETIC.get(type(expression.op))
    return _known(calculated(operation, left, right)) if operation else None


def _calculate_call(module: Module, call: ast.Call, retries: int, depth: int) -> float | None:
    qualified = module.names.qualified(call.func)
    if qualified == "datetime.timedelta":
        return _seconds_of_timedelta(module, call, retries, depth)
    if isinstance(call.func, ast.Attribute) and call.func.attr == "total_seconds":
        return _seconds_of_timedelta(module, call.func.value, retries, depth)
    if is_random(module, call):
        # ``randint(0, 600)`` may wait as long as its second argument says.
        return _calculate(module, call.args[:2][-1], retries, depth) if call.args else None
    numbers = [_calculate(module, argument, retries, depth) for argument in call.args]
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


def _seconds_of_timedelta(
    module: Module, expression: ast.expr, retries: int, depth: int
) -> float | None:
    made = module.values.read(expression)
    if not isinstance(made, ast.Call) or module.names.qualified(made.func) != "datetime.timedelta":
        return None
    given = [("days", argument) for argument in made.args[:1]]
    given += [("seconds", argument) for argument in made.args[1:2]]
    given += [(keyword.arg or "", keyword.value) for keyword in made.keywords]
    total = 0.0
    for unit, value in given:
        number = _calculate(module, value, retries, depth)
        if number is None or unit not in TIMEDELTA:
            return None
        total += number * TIMEDELTA[unit]
    return total if len(made.args) <= 2 else None


def _known(value: object) -> float | None:
    return value if isinstance(value, (int, float)) else None


def parts(module: Module, expression: ast.expr, depth: int = DEPTH) -> Iterator[ast.expr]:
    """The expressions that an expression's value is made of, names followed to what they stand
    for; what decides between two arms is no part of the value."""
    expression = module.values.read(expression)
    yield expression
    if depth == 0 or isinstance(expression, ast.Attribute):
        return
    if isinstance(expression, ast.IfExp):
        inner: list[ast.expr] = [expression.body, expression.orelse]
    elif isinstance(expression, ast.Call):
        inner = [*expression.args, *(keyword.value for keyword in expression.keywords)]
    else:
        children = ast.iter_child_nodes(expression)
        inner = [child for child in children if isinstance(child, ast.expr)]
    for child in inner:
        yield from parts(module, child, depth - 1)


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
