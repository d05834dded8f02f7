"""The retry count (``request.retries``), and limits that a task sets by hand with it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...syntax import exits
from ...syntax.scopes import Scope
from ..module import Module
from ..remembering import remembered
from ..tasks import Task

#: Functions and methods that say what time it is.
NAMES_OF_CLOCKS = frozenset({"monotonic", "now", "perf_counter", "time", "today", "utcnow"})


def is_request_retries(module: Module, expression: ast.expr) -> bool:
    """Whether an expression is the running task's retry count (``self.request.retries``, or a
    local name for it)."""
    expression = module.values.read(expression)
    return (
        isinstance(expression, ast.Attribute)
        and expression.attr == "retries"
        and is_request(module, expression.value)
    )


def is_request(module: Module, expression: ast.expr) -> bool:
    """Whether an expression is a task's request: ``.request`` of the task that it stands in, of a
    task of the module, of a passed task or of ``current_task``, or a local name for it."""
    expression = module.values.read(expression)
    if not (isinstance(expression, ast.Attribute) and expression.attr == "request"):
        return False
    holder = module.values.read(expression.value)
    if module.recognition.is_current_task(holder):
        return True
    task = module.task_of(holder)
    if task is not None and (task.is_reference(holder) or _is_missing_self(task, holder)):
        return True
    parameter = module.names.parameter(holder)
    if parameter is not None:
        return module.is_passed_task(parameter)
    return module.task_named(holder) is not None


def _is_missing_self(task: Task, holder: ast.expr) -> bool:
    """Whether a name is the ``self`` that a bound task has forgotten to take (CRT101)."""
    return (
        isinstance(holder, ast.Name)
        and holder.id == "self"
        and task.bound is True
        and task.module.names.is_free(holder)
    )


def retry_count_comparisons(module: Module, scope: Scope) -> Iterator[tuple[ast.Compare, ast.expr]]:
    """The comparisons of the retry count in a scope, each with what it is compared to."""
    for compare in scope.walk(ast.Compare):
        sides = [compare.left, *compare.comparators]
        for index, side in enumerate(sides):
            if _mentions_retry_count(module, side):
                for other in sides[:index] + sides[index + 1 :]:
                    yield compare, other
                break


def _mentions_retry_count(module: Module, expression: ast.expr) -> bool:
    return any(is_request_retries(module, node) for node in _nodes_of_value(module, expression))


def _nodes_of_value(module: Module, expression: ast.expr) -> Iterator[ast.expr]:
    """The names, attributes and calls that an expression is made of, and those of what its local
    names stand for (``attempt = self.request.retries + 1``), one step deep."""
    kinds = (ast.Attribute, ast.Name, ast.Call)
    for node in module.tree.within(expression, kinds):
        yield node
        made = module.values.read(node)
        if made is not node:
            yield from module.tree.within(made, kinds)


@remembered
def limits_retries_by_hand(task: Task) -> bool:
    """Whether a task's function compares its retry count, an argument of its own that counts
    attempts, or a clock with a limit other than 0, and one way leaves without a retry."""
    nested = {call.scope for call in task.retry_calls if call.called_at is not None}
    return any(_limits_by_hand(task, scope) for scope in [*task.scopes, *nested])


def _limits_by_hand(task: Task, scope: Scope) -> bool:
    module = task.module
    return any(
        _may_go_without_retry(task, scope, decision)
        for compare in _comparisons_with_limit(task, scope)
        for decision in _decisions_by(module, compare)
    )


def _comparisons_with_limit(task: Task, scope: Scope) -> Iterator[ast.Compare]:
    module = task.module
    for compare, limit in retry_count_comparisons(module, scope):
        if module.values.value(limit) != 0:
            yield compare
    for compare in scope.walk(ast.Compare):
        sides = [compare.left, *compare.comparators]
        if any(is_clock(module, side) or _is_counter(task, side) for side in sides):
            yield compare


def is_clock(module: Module, expression: ast.expr) -> bool:
    """Whether an expression reads a clock: ``time.monotonic() - started``, ``timezone.now()``."""
    return any(
        isinstance(node, ast.Call) and _reads_clock(module, node)
        for node in _nodes_of_value(module, expression)
    )


def _reads_clock(module: Module, call: ast.Call) -> bool:
    library, _, name = (module.names.qualified(call.func) or "").rpartition(".")
    if isinstance(call.func, ast.Attribute):
        return call.func.attr in NAMES_OF_CLOCKS
    return bool(library) and name in NAMES_OF_CLOCKS


def _is_counter(task: Task, expression: ast.expr) -> bool:
    """Whether an expression is an argument of the task that counts its attempts."""
    return any(
        task.module.names.parameter(node) in _counters(task)
        for node in _nodes_of_value(task.module, expression)
    )


@remembered
def _counters(task: Task) -> frozenset[ast.arg | None]:
    """The arguments of a task that its function adds to, or of which it gives its next run one
    more."""
    module = task.module
    if task.function is None:
        return frozenset()
    found: set[ast.arg | None] = set()
    for step in task.function.walk((ast.AugAssign, ast.BinOp)):
        if isinstance(step, ast.BinOp):
            counted, by = step.left, step.right
            counts = any(module.tree.is_inside(step, call.node) for call in task.retry_calls)
        else:
            counted, by, counts = step.target, step.value, True
        parameter = module.names.parameter(counted)
        if isinstance(step.op, (ast.Add, ast.Sub)) and counts:
            found |= {parameter} if module.values.number(by) is not None else set()
    return frozenset(found & {*task.own_parameters})


def _may_go_without_retry(task: Task, scope: Scope, decision: ast.AST) -> bool:
    """Whether one way of a decision leaves without a retry, and another retries."""
    module = task.module
    if isinstance(decision, ast.If) and task.retries_automatically:
        # Whatever fails is retried, so a way that leaves is one without a retry.
        return exits.leaves(module.tree, decision.body) or exits.leaves(
            module.tree, decision.orelse
        )
    if isinstance(decision, (ast.If, ast.Match)):
        return exits.decides(module.tree, decision, scope.node, task.is_retry)
    return isinstance(decision, ast.Assert) or any(
        task.is_retry(call) for call in module.tree.within(decision, ast.Call)
    )


def _decisions_by(module: Module, expression: ast.expr) -> Iterator[ast.AST]:
    """What an expression decides about, through a local name as well
    (``last = self.request.retries >= 3`` … ``if last:``)."""
    yield from _decisions_here(module, expression)
    for parent, _field in module.tree.ancestors(expression):
        target = parent.targets[0] if isinstance(parent, ast.Assign) else None
        if isinstance(parent, ast.NamedExpr):
            target = parent.target
        if isinstance(target, ast.Name):
            for name in module.names.reads_of_local(target):
                yield from _decisions_here(module, name)
        if isinstance(parent, ast.stmt):
            return


def _decisions_here(module: Module, expression: ast.expr) -> Iterator[ast.AST]:
    """The statement and the conditional expressions whose test an expression is part of."""
    child: ast.AST = expression
    for parent, field_name in module.tree.ancestors(expression):
        if isinstance(parent, ast.match_case):
            yield module.tree.parent(parent)
        elif isinstance(parent, ast.BoolOp):
            if child is not parent.values[-1]:
                yield parent
        elif field_name in {"test", "subject"}:
            yield parent
        if isinstance(parent, ast.stmt):
            return
        child = parent
