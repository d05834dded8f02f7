"""Unbound: names that a ``try`` body had no time to bind, and that its handler reads all the same.

Python raises ``UnboundLocalError`` then, in the handler, and what follows there is never reached.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from ...facts.exception_bases import bases_of
from ...facts.python_exceptions import BROAD
from ...facts.raising import raised_by
from ...syntax import exits, flow
from ...syntax.scopes import FUNCTION, Binding, Scope
from ...syntax.tree import TRY, Firsts, Position, end_of
from ..exception_classes import ExceptionClass, classes_caught
from ..handlers import Handler
from ..module import Module
from ..retries import RetryCall
from .failing import may_fail

#: ``type`` statements came with Python 3.12.
TYPE_ALIAS: tuple[type[ast.stmt], ...] = (ast.TypeAlias,) if hasattr(ast, "TypeAlias") else ()

#: Functions that say which names are bound.
ASKING_FOR_NAMES = frozenset({"dir", "locals", "vars"})
#: What catches the ``UnboundLocalError`` itself.
NAME_ERRORS = BROAD | {"NameError", "UnboundLocalError"}

#: What has bound the names of its head when its body begins, and the fields of that head.
ENTERED = (ast.With, ast.AsyncWith, ast.For, ast.AsyncFor, ast.match_case)
HEADS = frozenset({"items", "target", "pattern"})

#: A block of statements: what it hangs on, and the field there.
Block = tuple[ast.AST, str]
#: What is raised in a ``try`` body, and where first: a class by its one name, or the source of
#: ``Order.DoesNotExist``; the empty string for anything at all.
Raised = dict[str, Position]


class UnboundRead(NamedTuple):
    """A name that a handler reads on its way to a retry, of the task (or helper) ``reader``."""

    node: ast.Name
    reader: str


def unbound_reads(module: Module) -> Iterator[UnboundRead]:
    """The names that handlers read on their way to a retry call and that nothing but the body of
    their own ``try`` binds, too late; each name once a handler."""
    ways: dict[ast.ExceptHandler, _Way] = {}
    for call in module.retry_calls:
        handler = call.handler
        if handler is not None:
            way = ways.get(handler.node) or _Way(handler, call.task_name)
            way.lead_to(call)
            ways[handler.node] = way
    bodies: dict[ast.Try, _Body] = {}
    shared: dict[Scope, frozenset[str]] = {}
    for way in ways.values():
        statement = way.handler.statement
        scope = module.tree.scope_of(statement)
        if scope not in shared:
            shared[scope] = _names_shared(scope)
        if statement not in bodies:
            bodies[statement] = _Body(module, statement, shared[scope])
        body = bodies[statement]
        late = body.bound_too_late(way.handler)
        for name in way.reads(late):
            yield UnboundRead(name, way.reader)


# -- what a try body binds, and what may fail before it ----------------------------------------


class _Body:
    """The body of a ``try``: where it binds the names that nothing else binds, and where it may
    fail first."""

    def __init__(self, module: Module, statement: ast.Try, shared: frozenset[str]) -> None:
        self.module = module
        self.shared = shared
        self.statement = statement
        self.scope = module.tree.scope_of(statement)
        self.bound = self._bound_here_only() if self.scope.is_function else {}
        self.raised = self._raised() if self.bound else {}

    def bound_too_late(self, handler: Handler) -> frozenset[str]:
        """The names that may have no value where a clause catches what the body raises."""
        caught = _names_caught(handler) if self.bound else frozenset()
        failures = [position for name, position in self.raised.items() if name in caught]
        first = min(failures, default=None)
        return frozenset(name for name, done in self.bound.items() if first and first < done)

    def _bound_here_only(self) -> dict[str, Position]:
        """The local names whose bindings all stand in the body, with where the first one is
        done."""
        tree = self.module.tree
        found: dict[str, Position] = {}
        body = self.statement.body
        stored = {
            name.id for name in tree.within(body, ast.Name) if isinstance(name.ctx, ast.Store)
        }
        stored |= {
            name for pattern in tree.within(body, ast.pattern) if (name := _captured(pattern))
        }
        for name in stored - self.shared:
            bindings = self.scope.bindings.get(name, [])
            if bindings and all(self._binds_in_body(binding) for binding in bindings):
                found[name] = min(self._done(binding) for binding in bindings)
        return found

    def _binds_in_body(self, binding: Binding) -> bool:
        """Whether a binding is one of the body's (an ``except … as name`` unbinds it again)."""
        if isinstance(binding.node, ast.ExceptHandler):
            return False
        for parent, field in self.module.tree.ancestors(binding.node):
            if isinstance(parent, ast.comprehension):
                return False  # its names are its own
            if parent is self.statement:
                return field == "body"
        return False

    def _done(self, binding: Binding) -> Position:
        """Where a binding is done: what stands before that may fail and leave it undone."""
        node: ast.AST = binding.node
        if isinstance(node, ast.NamedExpr):
            return end_of(node)
        for parent, field in self.module.tree.ancestors(node):
            if isinstance(parent, ENTERED) and field in HEADS:
                return _begin(parent.body[0])
        statement = self.module.tree.statement_of(node)
        return _begin(statement) if isinstance(statement, FUNCTION) else end_of(statement)

    def _raised(self) -> Raised:
        found: Raised = {}
        for node in self.module.tree.within(self.statement.body, (ast.expr, ast.stmt)):
            fails = (
                may_fail(self.module, node)
                if isinstance(node, ast.expr)
                else isinstance(node, (ast.Raise, ast.Assert))
            )
            if fails and not self._is_kept_inside(node):
                found.setdefault("", _begin(node))
                for name in self._known(node) if isinstance(node, ast.Call) else ():
                    found.setdefault(name, _begin(node))
        return found

    def _is_kept_inside(self, node: ast.AST) -> bool:
        """Whether a ``try`` within the body catches whatever a node raises; an annotation of a
        local name is never looked at, nor is a type alias's value before somebody asks for it."""
        for parent, field in self.module.tree.ancestors(node):
            if parent is self.statement:
                break
            if isinstance(parent, ast.AnnAssign) and field == "annotation":
                return True
            if isinstance(parent, TYPE_ALIAS):
                return True
            if isinstance(parent, TRY) and field == "body":
                caught = [self.module.values.exceptions(clause.type) for clause in parent.handlers]
                if any(not BROAD.isdisjoint(names) for names in caught):
                    return True
        return False

    def _known(self, call: ast.Call) -> Iterator[str]:
        """The names of the exceptions that a call is known to raise, and those of their bases."""
        names = self.module.names
        qualified = names.qualified(call.func)
        if qualified is None and isinstance(call.func, ast.Attribute):
            maker = names.made_by(call.func.value)
            qualified = f"{maker.partition('.')[0]}.{call.func.attr}" if maker else None
        waiting = list(raised_by(qualified or ""))
        while waiting:
            name = waiting.pop()
            if name not in BROAD:
                yield name
                waiting.extend(bases_of(name))
        if isinstance(call.func, ast.Attribute) and call.func.attr == "get":
            manager = call.func.value
            if isinstance(manager, ast.Attribute) and manager.attr == "objects":
                yield f"{ast.unparse(manager.value)}.DoesNotExist"
                yield "django.ObjectDoesNotExist"


def _names_caught(handler: Handler) -> frozenset[ExceptionClass]:
    """What a clause catches, as :data:`Raised` names it."""
    if handler.is_broad:
        return frozenset({""})
    values = handler.module.values
    assert handler.node.type is not None
    listed = values.elements(handler.node.type)
    named = [handler.node.type] if listed is None else listed
    written = {ast.unparse(name) for name in named if isinstance(name, ast.Attribute)}
    return classes_caught(handler.module, handler.node) | written


def _names_shared(scope: Scope) -> frozenset[str]:
    """The names that a function binds for another one, or takes away."""
    given = {name for node in scope.walk((ast.Global, ast.Nonlocal)) for name in node.names}
    taken = {name.id for name in scope.walk(ast.Name) if isinstance(name.ctx, ast.Del)}
    return frozenset(given | taken)


def _captured(pattern: ast.pattern) -> str | None:
    if isinstance(pattern, ast.MatchMapping):
        return pattern.rest
    return pattern.name if isinstance(pattern, (ast.MatchAs, ast.MatchStar)) else None


def _begin(node: ast.AST) -> Position:
    assert isinstance(node, (ast.expr, ast.stmt))
    return node.lineno, node.col_offset


# -- what a handler reads on its way ------------------------------------------------------------


class _Way:
    """The way through a handler to its retry calls: for each block the last statement that leads to
    one."""

    def __init__(self, handler: Handler, reader: str) -> None:
        self.handler = handler
        self.reader = reader
        self.module = handler.module
        self.calls: set[ast.AST] = set()
        self.last: dict[Block, ast.stmt] = {}
        self.known: Firsts = {}

    def lead_to(self, call: RetryCall) -> None:
        tree = self.module.tree
        reached = call.node if call.is_inside(self.handler) else call.called_at
        if reached is None:
            return
        self.calls.add(reached)
        for statement in flow.path(tree, reached, self.handler.node):
            block = tree.parent(statement), tree.field(statement)
            self.last[block] = max(self.last.get(block, statement), statement, key=_begin)

    def reads(self, names: frozenset[str]) -> Iterator[ast.Name]:
        """The first read of each of these names that nothing but luck keeps from the way."""
        if not names or self._asks_for_names:
            return
        found: set[str] = set()
        for read in self.module.tree.within(self.handler.node.body, ast.Name):
            if read.id in names and read.id not in found and self._is_on_the_way(read):
                found.add(read.id)
                yield read

    @property
    def _asks_for_names(self) -> bool:
        calls = self.module.tree.within(self.handler.node.body, ast.Call)
        return any(self.module.names.qualified(call.func) in ASKING_FOR_NAMES for call in calls)

    def _is_on_the_way(self, read: ast.Name) -> bool:
        tree = self.module.tree
        for statement in flow.path(tree, read, self.handler.node):
            last = self.last.get((tree.parent(statement), tree.field(statement)))
            if last is None or _begin(last) < _begin(statement):
                continue
            is_before = statement is not last and exits.gets_past(tree, read, statement)
            return (is_before or self._comes_with(read, statement)) and self._is_certain(read)
        return False

    def _comes_with(self, read: ast.Name, statement: ast.stmt) -> bool:
        """Whether a read is done in the statement that leads to the retry, before it: in the head
        of a statement, or in the arguments of the call."""
        tree = self.module.tree
        if tree.statement_of(read) is not statement:
            return False
        if not isinstance(statement, (ast.Expr, ast.Raise, ast.Return, ast.Assign, ast.AnnAssign)):
            return True
        return any(parent in self.calls for parent, _ in tree.ancestors(read)) or any(
            field == "test" or (isinstance(parent, ast.BoolOp) and parent.values[0] is child)
            for child, parent, field in self._steps(read)
        )

    def _is_certain(self, read: ast.Name) -> bool:
        """Whether no test, loop or clause around a read, nor one before it that may leave, can know
        that the name is bound."""
        module, around = self.module, self.handler.node
        frames = list(flow.frames(module.tree, read, until=around))
        for frame in frames:
            if isinstance(frame.node, (ast.If, ast.IfExp)):
                if not self._knows_nothing(frame.node.test):
                    return False
            elif isinstance(frame.node, ast.BoolOp):
                if not all(map(self._knows_nothing, frame.node.values[:-1])):
                    return False
            elif frame.kind in {"loop", "match"}:
                return False
        for statement in flow.tries_among(frames):
            caught = [module.values.exceptions(clause.type) for clause in statement.handlers]
            if any(not NAME_ERRORS.isdisjoint(names) for names in caught):
                return False
        return not flow.is_run_before(module.tree, read, self._may_know, self.known, around)

    def _may_know(self, statement: ast.stmt) -> bool:
        """Whether a statement may leave because of how far the body came."""
        return flow.may_leave(self.module.values, statement) and not (
            isinstance(statement, ast.If) and self._knows_nothing(statement.test)
        )

    def _knows_nothing(self, test: ast.expr) -> bool:
        """Whether a test asks for no local name (that of the exception is one): only those can
        tell how far the body came."""
        module = self.module
        for name in module.tree.within(test, ast.Name):
            found = module.names.lookup(name.id, module.tree.scope_of(name))
            is_local = found is not None and found[0].is_function
            if is_local and module.names.parameter(name) is None:
                return False
        return True

    def _steps(self, node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST, str]]:
        child = node
        for parent, field in self.module.tree.ancestors(node):
            yield child, parent, field
            child = parent
