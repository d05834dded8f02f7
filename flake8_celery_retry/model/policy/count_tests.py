"""Tests of the retry count: which runs meet them.

The first run has a retry count of 0, the last one that of the limit in force (``Task.retry``).
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from typing import Literal, NamedTuple

from ...syntax.reading import Memory, reading
from ..configuration import annotated_options
from ..retries import RetryCall
from ..tasks import Task
from ..work.attempts import sends_of_itself
from ..work.uses import hands_itself_out, hands_itself_to_retry
from .counted import compared
from .limits import calls_of, limit_of_autoretry, limit_of_call, limit_of_task
from .retry_count import is_request_retries


class Term(NamedTuple):
    """The retry count, the task's own ``max_retries`` or nothing, plus a number."""

    of: Literal["count", "limit", "nothing"]
    plus: float


class CountTest(NamedTuple):
    """A comparison of a task's retry count that has no run it was written for.

    ``met`` says by which runs it is met: ``never``, ``always``, or ``early``, where it takes the
    task's own limit, ``own_limit``, for the one in force, ``limit``.
    """

    node: ast.Compare
    met: Literal["never", "always", "early"]
    limit: float
    own_limit: float | None


def vain_tests(task: Task) -> Iterator[CountTest]:
    """The tests of a task's retry count that no run meets, that every run meets, or that are met
    before the last run, as the limit in force is another than they say."""
    nested = {call.scope for call in task.retry_calls if call.called_at is not None}
    scopes = dict.fromkeys([*task.scopes, *nested])
    if not any(node.attr == "retries" for scope in scopes for node in scope.walk(ast.Attribute)):
        return
    limits = _limits_in_force(task)
    if not limits or not 0 < max(limits) < math.inf:
        return
    testing = _Testing(task, limits)
    for scope in scopes:
        for compare in scope.walk(ast.Compare):
            met = testing.met_by(compare)
            if met is not None:
                yield CountTest(compare, met, max(limits), testing.own_limit)


def _limits_in_force(task: Task) -> set[float] | None:
    """The limits of a task's retries; ``None`` where one of them can't be told."""
    if task.is_base or hands_itself_out(task) or hands_itself_to_retry(task):
        return None
    by_hand = task.module.options_set_by_hand.get(task, set())
    if "max_retries" in by_hand | annotated_options(task.module):
        return None
    if any(option.arg == "retries" for send in sends_of_itself(task) for option in send.options):
        return None  # the count goes on in a task of its own
    found = {_limit_for(task, call) for call in calls_of(task)}
    if task.retries_automatically:
        found.add(limit_of_autoretry(task))
    known = {limit for limit in found if limit is not None}
    return known if known == found else None


def _limit_for(task: Task, call: RetryCall) -> float | None:
    """The limit of a retry call that the task makes itself or inherits."""
    return limit_of_task(task) if call.passes("max_retries") is False else limit_of_call(call)


class _Testing:
    def __init__(self, task: Task, limits: set[float]) -> None:
        self.task = task
        self.limits = limits
        self.last = max(limits)
        own = limit_of_task(task)
        self.own_limit = own if own is not None and own < math.inf else None
        self.memory = Memory()

    def met_by(self, compare: ast.Compare) -> Literal["never", "always", "early"] | None:
        """What is wrong with a comparison; ``None`` where nothing is, or where it is about
        something else."""
        sides = [self.term(side) for side in (compare.left, *compare.comparators)]
        if not any(side is not None and side.of == "count" for side in sides):
            return None
        others = [side for side in sides if side is None or side.of != "count"]
        if all(other == Term("nothing", 0) for other in others):
            return None
        answers = {
            compared(compare.ops, [self._value(side, count) for side in sides])
            for count in self._counts(sides)
        }
        if len(answers) == 1:
            return {True: "always", False: "never", None: None}[answers.pop()]
        own = self.own_limit
        is_another = own is not None and own not in self.limits and own < self.last
        reads_own = Term("limit", 0) in sides and None not in answers
        return "early" if is_another and reads_own else None

    @reading(unreadable=lambda expression: None)
    def term(self, expression: ast.expr) -> Term | None:
        """What one side of a comparison comes to."""
        module = self.task.module
        expression = module.values.read(expression)
        if is_request_retries(module, expression):
            return Term("count", 0)
        if isinstance(expression, ast.NamedExpr):
            return self.term(expression.value)
        if isinstance(expression, ast.Attribute) and expression.attr == "max_retries":
            return Term("limit", 0) if self.task.is_reference(expression.value) else None
        number = module.values.number(expression)
        if number is not None:
            return Term("nothing", number)
        if isinstance(expression, ast.BinOp) and isinstance(expression.op, (ast.Add, ast.Sub)):
            return self._sum(expression)
        if isinstance(expression, ast.BoolOp) and isinstance(expression.op, ast.Or):
            # ``self.request.retries or 0``
            first, *rest = map(self.term, expression.values)
            return first if all(term == Term("nothing", 0) for term in rest) else None
        return None

    def _sum(self, expression: ast.BinOp) -> Term | None:
        left, right = self.term(expression.left), self.term(expression.right)
        if left is None or right is None:
            return None
        if isinstance(expression.op, ast.Sub):
            return Term(left.of, left.plus - right.plus) if right.of == "nothing" else None
        if "nothing" not in (left.of, right.of):
            return None
        return Term(left.of if right.of == "nothing" else right.of, left.plus + right.plus)

    def _value(self, term: Term | None, count: float) -> float | None:
        if term is None or term.of == "nothing":
            return None if term is None else term.plus
        base = count if term.of == "count" else self.own_limit
        return None if base is None else base + term.plus

    def _counts(self, sides: list[Term | None]) -> list[float]:
        """Retry counts that there are: the first, the last, and those at which a comparison with a
        number may have another answer than before: the number itself, and what comes after it."""
        numbers = [self._value(side, 0) for side in sides]
        offsets = [side.plus for side in sides if side is not None and side.of == "count"]
        turns = [number - offset for number in numbers for offset in offsets if number is not None]
        near = {math.floor(turn) + step for turn in turns for step in (0, 1)}
        return [0, self.last, *(count for count in near if 0 < count < self.last)]
