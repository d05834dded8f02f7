"""Endings: whether a task that sends itself again stops at some time, though Celery counts nothing.

A counter that travels with the task or is kept in a row, or a clock that is compared with a
deadline, ends it as ``max_retries`` would.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from ...syntax import flow
from ...syntax.reading import MOST
from ...syntax.scopes import ScopeNode
from ..module import Module
from ..policy.retry_count import is_request_retries
from ..remembering import remembered_for_node
from .arguments import NAMES_FOR_ATTEMPTS, Repeat

#: How people call a moment after which it is too late, or what tells that it has come.
NAMES_FOR_DEADLINES = r"deadline|expir|time_?out|timed_out|elapsed|too_(late|long|old)"
#: Methods that count in a store: Redis, Django's cache.
COUNTING_METHODS = frozenset({"decr", "hincrby", "incr", "incrby"})


def is_limited(repeat: Repeat) -> bool:
    """Whether a test on the way to where a function repeats itself asks a clock or a counter."""
    module, changed = repeat.module, frozenset(repeat.changed)

    def asks(test: ast.expr) -> bool:
        return asks_for_an_end(module, test) or _asks_for_one_of(module, test, changed)

    known = module.answers.setdefault((is_limited, changed), {})
    return flow.is_decided_on_the_way(module.values, repeat.node, asks, known)


def counts_in_a_row(repeat: Repeat) -> bool:
    """Whether the function counts in a field of something stored (``order.attempts += 1``,
    ``update(attempts=F("attempts") + 1)``, ``cache.incr(key)``)."""
    return _counts_in(repeat.module, repeat.scope.node)


@remembered_for_node
def _counts_in(module: Module, function: ScopeNode) -> bool:
    return any(
        _counts_on(module, node)
        for node in module.tree.scope_made_by(function).nodes
        if isinstance(node, (ast.AugAssign, ast.Assign, ast.Call))
    )


@remembered_for_node
def asks_for_an_end(module: Module, test: ast.expr) -> bool:
    """Whether a clock, a deadline or a number of attempts takes part in a test, through local names
    too."""
    return any(
        module.is_clock(part)
        if isinstance(part, ast.Call)
        else isinstance(part, (ast.Name, ast.Attribute)) and _names_an_end(module, part)
        for part in _parts(module, test)
    )


def _asks_for_one_of(module: Module, test: ast.expr, counting: Collection[ast.arg]) -> bool:
    """Whether one of the parameters that count takes part in a test."""
    return any(module.names.parameter(part) in counting for part in _parts(module, test))


def _parts(module: Module, test: ast.expr) -> Iterator[ast.expr]:
    """What a test is made of, its local names followed to what they stand for."""
    stack, seen = [test], set[ast.expr]()
    while stack and len(seen) < MOST:
        expression = stack.pop()
        if expression in seen:
            continue
        seen.add(expression)
        for part in module.tree.within(expression, ast.expr):
            yield part
            value = module.values.read(part) if isinstance(part, ast.Name) else part
            if value is not part:
                stack.append(value)


def _names_an_end(module: Module, part: ast.Name | ast.Attribute) -> bool:
    name = part.id if isinstance(part, ast.Name) else part.attr
    return bool(re.search(NAMES_FOR_DEADLINES, name.lower())) or _is_attempts(module, part)


def _counts_on(module: Module, node: ast.AugAssign | ast.Assign | ast.Call) -> bool:
    if isinstance(node, ast.AugAssign):
        is_field = isinstance(node.target, (ast.Attribute, ast.Subscript))
        return is_field and module.values.number(node.value) is not None
    if isinstance(node, ast.Assign):
        return any(_is_attempts(module, target) for target in node.targets)
    if not isinstance(node.func, ast.Attribute):
        return False
    names = [keyword.arg or "" for keyword in node.keywords if node.func.attr == "update"]
    return node.func.attr in COUNTING_METHODS or any(
        re.search(NAMES_FOR_ATTEMPTS, each) for each in names
    )


def _is_attempts(module: Module, expression: ast.expr) -> bool:
    """Whether an expression is called as a number of attempts is, and isn't Celery's own: what is
    sent anew has a retry count of 0."""
    if not isinstance(expression, ast.Attribute) or is_request_retries(module, expression):
        return False
    is_called = module.tree.field(expression) == "func"
    is_option = expression.attr == "max_retries"
    return not (is_called or is_option) and bool(re.search(NAMES_FOR_ATTEMPTS, expression.attr))
