"""Changes: which of its own arguments a task changes in place before it is retried with them.

A retry sends ``request.args`` and ``request.kwargs`` (``Task.retry`` in ``celery/app/task.py``):
the very objects that the run was given, so what the body has done to them goes along.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterator
from typing import NamedTuple

from ...syntax import exits, flow
from ...syntax.names import CHANGING_METHODS
from ...syntax.scopes import Binding, Scope
from ...syntax.tree import TRY, Position
from ..module import Module
from ..tasks import Task

#: Builtin functions whose failure is no work's.
WORKING_BUILTINS = frozenset({"__import__", "compile", "eval", "exec", "input", "next", "open"})
#: Where a block of statements hangs: its statement (clause, function), and the field there.
Block = tuple[ast.AST, str]
_END: Position = (sys.maxsize, 0)


class Change(NamedTuple):
    """A change of a parameter in place: ``node`` is the call, ``del``, assignment or its target;
    ``key`` is what an assignment to ``parameter[key]`` sets that doesn't read the parameter."""

    node: ast.expr | ast.stmt
    parameter: ast.arg
    key: str | None = None


def changed_arguments(task: Task) -> Iterator[Change]:
    """The first change of each parameter that a later retry of the task sends along."""
    if task.function is None or not task.retries:
        return
    changes = list(_changes(task, task.function))
    if not changes:
        return
    bound_anew = _bound_anew(task, task.function)
    retried, reads = _Retried(task), _Reads(task, task.function)
    found: set[ast.arg] = set()
    for change in changes:
        if change.parameter in found:
            continue
        if bound_anew.get(change.parameter.arg, _END) < _position(change.node):
            continue
        if not retried.goes_along(change):
            continue
        if change.key is not None and not reads.come_before(change):
            continue
        found.add(change.parameter)
        yield change


# -- what is a change ------------------------------------------------------------------------


def _changes(task: Task, function: Scope) -> Iterator[Change]:
    own = {parameter.arg: parameter for parameter in task.own_parameters}
    kinds = (ast.Call, ast.Delete, ast.Assign, ast.AnnAssign, ast.AugAssign)
    for node in function.walk(kinds):
        for target, value in _targets(node):
            parameter = own.get(target.id) if isinstance(target, ast.Name) else None
            if parameter is not None:
                yield _change(task.module, node, parameter, value)


def _targets(node: ast.AST) -> Iterator[tuple[ast.expr, ast.Subscript | None]]:
    """What a node changes in place, and the subscript that it assigns to."""
    if isinstance(node, ast.Call):
        method = node.func
        if isinstance(method, ast.Attribute) and method.attr in CHANGING_METHODS - {"setdefault"}:
            yield method.value, None
    elif isinstance(node, ast.AugAssign):
        if isinstance(node.target, ast.Subscript):
            yield node.target.value, None
        elif isinstance(node.op, ast.Add) and isinstance(node.value, (ast.List, ast.ListComp)):
            yield node.target, None
    elif isinstance(node, ast.Delete):
        yield from ((part.value, None) for part in node.targets if isinstance(part, ast.Subscript))
    else:
        assert isinstance(node, (ast.Assign, ast.AnnAssign))
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets if node.value is not None else ():
            parts = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
            yield from ((part.value, part) for part in parts if isinstance(part, ast.Subscript))


def _change(
    module: Module, node: ast.AST, parameter: ast.arg, target: ast.Subscript | None
) -> Change:
    assert isinstance(node, (ast.expr, ast.stmt))
    if target is None:
        return Change(node, parameter)
    assert isinstance(node, (ast.Assign, ast.AnnAssign))
    assert node.value is not None
    names = module.tree.within(node.value, ast.Name)
    reads_itself = any(name.id == parameter.arg for name in names)
    return Change(target, parameter, None if reads_itself else ast.unparse(target.slice))


def _bound_anew(task: Task, function: Scope) -> dict[str, Position]:
    """Where the name of a parameter first gets something else to hold: a copy, most of the time.
    Not where it is only given a default (``rows = rows or []``)."""
    found: dict[str, Position] = {}
    for parameter in task.own_parameters:
        name = parameter.arg
        for binding in function.bindings[name]:
            if binding.kind != "parameter" and not _gives_default(task.module, binding, name):
                found[name] = _position(binding.node)
                break
    return found


def _gives_default(module: Module, binding: Binding, name: str) -> bool:
    """Whether a binding leaves the name what it was where that is something: ``rows or []``,
    ``[] if rows is None else rows``, ``if rows is None: rows = []``; ``rows += […]`` too."""
    statement = module.tree.statement_of(binding.node)
    if isinstance(statement, ast.AugAssign):
        return True
    value = binding.value
    if isinstance(value, ast.BoolOp) and isinstance(value.op, ast.Or):
        return _is_name(value.values[0], name)
    if isinstance(value, ast.IfExp):
        return _is_name(value.body, name) or _is_name(value.orelse, name)
    around = module.tree.parent(statement)
    if not isinstance(around, ast.If) or module.tree.field(statement) != "body":
        return False
    test = around.test
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _is_name(test.operand, name)
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.ops[0], ast.Is)
        and _is_name(test.left, name)
    )


def _is_name(expression: ast.expr, name: str) -> bool:
    return isinstance(expression, ast.Name) and expression.id == name


def _position(node: ast.AST) -> Position:
    assert isinstance(node, (ast.expr, ast.stmt, ast.ExceptHandler, ast.pattern))
    return node.lineno, node.col_offset


class _Reads:
    """Where a function first reads what its parameters hold under a key."""

    def __init__(self, task: Task, function: Scope) -> None:
        self._first: dict[tuple[str, str], Position] = {}
        for node in function.walk((ast.Subscript, ast.Call, ast.Compare)):
            for name, key in _keys_read(node):
                self._first.setdefault((name, key), _position(node))

    def come_before(self, change: Change) -> bool:
        """Whether what an assignment sets was read before."""
        assert change.key is not None
        first = self._first.get((change.parameter.arg, change.key))
        return first is not None and first < _position(change.node)


def _keys_read(node: ast.expr) -> Iterator[tuple[str, str]]:
    """``p[key]``, ``p.get(key)`` and the like, ``key in p``: the name and the key's source."""
    if isinstance(node, ast.Subscript):
        if isinstance(node.value, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.value.id, ast.unparse(node.slice)
    elif isinstance(node, ast.Call):
        method = node.func
        if isinstance(method, ast.Attribute) and isinstance(method.value, ast.Name) and node.args:
            yield method.value.id, ast.unparse(node.args[0])
    else:
        assert isinstance(node, ast.Compare)
        where = node.comparators[0]
        if isinstance(where, ast.Name) and isinstance(node.ops[0], (ast.In, ast.NotIn)):
            yield where.id, ast.unparse(node.left)


# -- what goes along with a retry --------------------------------------------------------------


class _Retried:
    """How a task's retries are reached that send its arguments as they are then.

    ``last``: for each block on the way to a retry call, the last statement that leads to one;
    ``failed``: the ``try`` statements with one in a clause; ``done``: those with one in their
    ``else`` or ``finally``.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self.last: dict[Block, Position] = {}
        self.failed: set[ast.AST] = set()
        self.done: set[ast.AST] = set()
        self._last_work: dict[ast.AST, Position | None] = {}
        for call in self.task.retry_calls:
            if call.passes("args") is not False or call.passes("kwargs") is not False:
                continue
            reached = call.called_at or call.node
            tree = call.module.tree
            for statement in flow.path(tree, reached):
                block = tree.parent(statement), tree.field(statement)
                position = _position(statement)
                self.last[block] = max(self.last.get(block, position), position)
            for frame in flow.frames(tree, reached):
                if frame.kind == "handler":
                    self.failed.add(tree.parent(frame.node))
                elif frame.kind in {"else", "finally"}:
                    self.done.add(frame.node)

    def goes_along(self, change: Change) -> bool:
        """Whether a retry may be reached after a change."""
        tree = self.task.module.tree
        for statement in flow.path(tree, change.node):
            block = tree.parent(statement), tree.field(statement)
            position = _position(statement)
            if position < self.last.get(block, position):
                return exits.gets_past(tree, change.node, statement)
        for around in flow.tries_among(flow.frames(tree, change.node)):
            if around in self.done and exits.gets_past(tree, change.node, around):
                return True
            if around in self.failed and self._may_fail_after(change, around):
                return True
        assert self.task.function is not None
        return self.task.retries_automatically and self._may_fail_after(
            change, self.task.function.node
        )

    def _may_fail_after(self, change: Change, around: ast.AST) -> bool:
        """Whether work that may fail comes after a change, inside a function or the body of a
        ``try``."""
        if around not in self._last_work:
            body = getattr(around, "body", [])
            positions = map(_position, self._work_in(body, change.parameter))
            self._last_work[around] = max(positions, default=None)
        last = self._last_work[around]
        if last is None or last < _position(self.task.module.tree.statement_of(change.node)):
            return False
        return self._is_given_to_work(change) or any(
            True
            for statement in _run_after(self.task.module, change.node, around)
            for _ in self._work_in([statement], change.parameter)
        )

    def _work_in(self, block: list[ast.stmt], parameter: ast.arg) -> Iterator[ast.Call | ast.Raise]:
        for node in self.task.module.tree.within(block, (ast.Call, ast.Raise)):
            if isinstance(node, ast.Raise) or self._is_work(node):
                yield node

    def _is_work(self, call: ast.Call) -> bool:
        """Not a log call, a builtin that calculates, or a method of a parameter."""
        module, function = self.task.module, call.func
        if module.is_retry(call) or module.is_log_call(call):
            return False
        if isinstance(function, ast.Attribute):
            return module.names.parameter(function.value) not in self.task.own_parameters
        qualified = module.names.qualified(function) or ""
        return not hasattr(builtins, qualified) or qualified in WORKING_BUILTINS

    def _is_given_to_work(self, change: Change) -> bool:
        """Whether a change stands in the arguments of work: ``charge(order.pop("id"))``."""
        parents = self.task.module.tree.ancestors(change.node)
        return any(isinstance(parent, ast.Call) and self._is_work(parent) for parent, _ in parents)


def _run_after(module: Module, node: ast.AST, until: ast.AST) -> Iterator[ast.stmt]:
    """The statements that may run after that of a node, up to the end of the block of ``until``
    that holds it."""
    for statement in flow.path(module.tree, node, until):
        following = module.tree.statements_after(statement)
        yield from following
        if exits.leaves(module.tree, following):
            return
        if isinstance(module.tree.parent(statement), TRY):
            clauses = module.tree.parent(statement)
            yield from getattr(clauses, "orelse", []) if _is_in_body(module, statement) else []


def _is_in_body(module: Module, statement: ast.stmt) -> bool:
    return module.tree.field(statement) == "body"
