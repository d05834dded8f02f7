"""Endings: whether a task that sends itself again stops at some time, though Celery counts nothing.

A counter that travels with the task or is kept in a row, or a clock that is compared with a
deadline, ends it as ``max_retries`` would.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

from ...syntax import flow
from ...syntax.reading import MOST
from ..module import Module
from ..policy.retry_count import is_request_retries
from .arguments import NAMES_FOR_ATTEMPTS, Repeat

#: How people call a moment after which it is too late, or what tells that it has come.
NAMES_FOR_DEADLINES = re.compile(r"deadline|expir|time_?out|timed_out|elapsed|too_(late|long|old)")
#: Methods that count in a store: Redis, Django's cache.
COUNTING_METHODS = frozenset({"decr", "hincrby", "incr", "incrby"})


def is_limited(repeat: Repeat) -> bool:
    """Whether a test on the way to where a function repeats itself asks a clock or a counter."""
    return flow.is_decided_on_the_way(
        repeat.module.values,
        repeat.node,
        lambda test: asks_for_an_end(repeat.module, test, repeat.changed),
    )


def counts_in_a_row(repeat: Repeat) -> bool:
    """Whether the function counts in a field of something stored (``order.attempts += 1``,
    ``update(attempts=F("attempts") + 1)``, ``cache.incr(key)``)."""
    return any(
        _counts_on(repeat.module, node)
        for node in repeat.scope.nodes
        if isinstance(node, (ast.AugAssign, ast.Assign, ast.Call))
    )


def asks_for_an_end(
    module: Module, test: ast.expr, counting: Collection[ast.arg] = frozenset()
) -> bool:
    """Whether a clock, a deadline, a number of attempts or one of the parameters that count takes
    part in a test, through local names too."""
    stack, seen = [test], set[ast.expr]()
    while stack and len(seen) < MOST:
        expression = stack.pop()
        if expression in seen:
            continue
        seen.add(expression)
        for part in module.tree.within(expression, ast.expr):
            if isinstance(part, ast.Call) and module.is_clock(part):
                return True
            if not isinstance(part, (ast.Name, ast.Attribute)):
                continue
            if _names_an_end(module, part) or module.names.parameter(part) in counting:
                return True
            value = module.values.read(part)
            if value is not part:
                stack.append(value)
    return False


def _names_an_end(module: Module, part: ast.Name | ast.Attribute) -> bool:
    name = part.id if isinstance(part, ast.Name) else part.attr
    return bool(NAMES_FOR_DEADLINES.search(name.lower())) or _is_attempts(module, part)


def _counts_on(module: Module, node: ast.AugAssign | ast.Assign | ast.Call) -> bool:
    if isinstance(node, ast.AugAssign):
        is_field = isinstance(node.target, (ast.Attribute, ast.Subscript))
        return is_field and module.values.number(node.value) is not None
    if isinstance(node, ast.Assign):
        return any(_is_attempts(module, target) for target in node.targets)
    if not isinstance(node.func, ast.Attribute):
        return False
    names = [keyword.arg or "" for keyword in node.keywords if node.func.attr == "update"]
    return node.func.attr in COUNTING_METHODS or any(map(NAMES_FOR_ATTEMPTS.search, names))


def _is_attempts(module: Module, expression: ast.expr) -> bool:
    """Whether an expression is called as a number of attempts is, and isn't Celery's own: what is
    sent anew has a retry count of 0."""
    if not isinstance(expression, ast.Attribute) or is_request_retries(module, expression):
        return False
    is_called = isinstance(module.tree.parent(expression), ast.Call) and (
        module.tree.field(expression) == "func"
    )
    is_option = expression.attr == "max_retries"
    return not (is_called or is_option) and bool(NAMES_FOR_ATTEMPTS.search(expression.attr))
