"""Retry calls: their arguments, and what stands around them."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..facts.options import RETRY_PARAMETERS
from ..syntax import flow
from ..syntax.scopes import FunctionNode, Scope
from ..syntax.values import Item
from .handlers import Handler

if TYPE_CHECKING:
    from .module import Module
    from .tasks import Task


@dataclass(frozen=True, eq=False)
class RetryCall:
    """A call of ``Task.retry`` on the running task.

    ``task`` is ``None`` in a task helper, which gets the task as ``parameter`` or takes
    ``current_task``. ``is_own`` says that it stands in the task's own body, or in a function nested
    there that the body calls, at ``called_at``; else only rules about the call itself hold. As a
    task sees it that calls a helper, it has that ``task``, and ``called_at`` is the call.
    """

    module: Module
    node: ast.Call
    task: Task | None
    is_own: bool
    called_at: ast.Call | None = None
    parameter: ast.arg | None = None

    @property
    def scope(self) -> Scope:
        """The function that the call stands in."""
        return self.module.tree.scope_of(self.node)

    @property
    def task_name(self) -> str:
        """The task's name for a message; a task helper's own name."""
        if self.task is not None:
            return self.task.name
        node = self.scope.node
        return node.name if isinstance(node, FunctionNode) else "lambda"

    @property
    def receiver(self) -> str:
        """What stands before ``.retry``: ``self``, the task's name; empty for a bare call."""
        return (
            ast.unparse(self.node.func.value) if isinstance(self.node.func, ast.Attribute) else ""
        )

    @property
    def shown_at(self) -> ast.Call:
        """Where a finding about it stands: as a task sees it that calls a helper, at that call."""
        return self.node if self.is_own or self.called_at is None else self.called_at

    # -- its arguments ---------------------------------------------------------------------

    @cached_property
    def arguments(self) -> dict[str, Item]:
        """Its arguments by name, those given by position and in a readable ``**`` included."""
        found: dict[str, Item] = {}
        for name, argument in zip(RETRY_PARAMETERS, self.node.args, strict=False):
            if isinstance(argument, ast.Starred):
                break
            found[name] = Item(name, argument, self.node, argument)
        for item in self.module.values.keywords(self.node).items:
            found[item.name] = item
        return found

    @cached_property
    def has_unreadable_arguments(self) -> bool:
        """Whether a ``*`` or ``**`` may bring arguments that can't be read."""
        starred = any(isinstance(argument, ast.Starred) for argument in self.node.args)
        return starred or not self.module.values.keywords(self.node).complete

    def argument(self, name: str) -> ast.expr | None:
        """The expression given for one of ``retry``'s parameters or options."""
        item = self.arguments.get(name)
        return item.value if item else None

    def passes(self, name: str) -> bool | None:
        """Whether it gives an argument other than a literal ``None``; ``None`` where a ``*`` or
        ``**`` may or may not."""
        value = self.argument(name)
        if value is None:
            return None if self.has_unreadable_arguments else False
        return self.module.values.value(value) is not None

    @property
    def throws(self) -> bool | None:
        """Whether it raises: not with ``throw=False``; ``None`` where that can't be told."""
        value = self.argument("throw")
        if value is None:
            return None if self.has_unreadable_arguments else True
        constant = self.module.values.value(value)
        return bool(constant) if isinstance(constant, int) else None

    def is_the_task(self, expression: ast.expr) -> bool:
        """Whether an expression is the running task itself: where the call gets it as a parameter,
        or the task's own global name."""
        if self.task is None:
            if self.module.recognition.is_current_task(expression):
                return True
            parameter = self.module.names.parameter(expression)
            return parameter is not None and parameter is self.parameter
        return self.task.is_reference(expression)

    def is_single_parameter(self, expression: ast.expr) -> bool:
        """Whether an expression is one of the task's own parameters as it came, and nothing shows
        that it holds a sequence."""
        parameter = self.module.names.parameter(expression)
        return any(
            own is parameter
            and not self.module.names.is_changed(own)
            and not self.module.kinds.holds_a_row(own)
            for own in (self.task.own_parameters if self.task is not None else ())
        )

    # -- what is done with it ----------------------------------------------------------------

    @property
    def statement(self) -> ast.stmt:
        """The statement that holds it."""
        return self.module.tree.statement_of(self.node)

    @property
    def is_bare_statement(self) -> bool:
        """Whether it is a statement of its own, its result dropped."""
        parent = self.module.tree.parent(self.node)
        return isinstance(parent, ast.Expr) or (
            isinstance(parent, ast.Await) and isinstance(self.module.tree.parent(parent), ast.Expr)
        )

    # -- what stands around it ---------------------------------------------------------------

    @cached_property
    def own_frames(self) -> list[flow.Frame]:
        """The frames around it in its own function, from the inside out."""
        return list(flow.frames(self.module.tree, self.node))

    @cached_property
    def frames(self) -> list[flow.Frame]:
        """The same, followed by those around the call of the nested function, or of the helper,
        that it stands in."""
        if self.called_at is None:
            return self.own_frames
        return [*self.own_frames, *flow.frames(self.module.tree, self.called_at)]

    @property
    def setting(self) -> flow.Frame | None:
        """The innermost handler, ``else`` or ``finally`` around it."""
        return next((frame for frame in self.frames if frame.kind in flow.SETTINGS), None)

    @cached_property
    def handler(self) -> Handler | None:
        """The handler it stands in; ``None`` where an ``else`` or ``finally`` is nearer."""
        nearest = self.setting.node if self.setting else None
        return next((handler for handler in self.handlers if handler.node is nearest), None)

    @property
    def handlers(self) -> list[Handler]:
        """All the handlers it stands in, from the inside out."""
        return [
            self.module.handler(frame.node)
            for frame in self.frames
            if isinstance(frame.node, ast.ExceptHandler)
        ]

    @property
    def guards(self) -> list[flow.Frame]:
        """The conditions and loops around it, up to the nearest handler, ``else`` or
        ``finally``."""
        found: list[flow.Frame] = []
        for frame in self.frames:
            if frame.kind in flow.SETTINGS:
                break
            if frame.kind in flow.GUARDS:
                found.append(frame)
        return found

    @property
    def can_be_skipped(self) -> bool:
        """Whether an earlier ``return``, ``raise`` or ``continue`` of the same handler (``else``,
        function) may leave before it."""
        setting = self.setting
        until = setting.node if setting else None
        nodes = [self.node]
        if self.called_at is not None and setting not in self.own_frames:
            nodes.append(self.called_at)
        return any(flow.can_be_skipped(self.module.values, node, until) for node in nodes)

    @property
    def needs_no_failure(self) -> bool:
        """Whether it stands in a task's own body, of a class in ``run``, and in no handler: a run
        in which nothing failed can reach it."""
        if not self.is_own:
            return False
        assert self.task is not None
        home = self.module.tree.scope_of(self.called_at or self.node)
        return home is self.task.function and self.handler is None

    @property
    def is_conditional(self) -> bool:
        """Whether a condition, a loop, a ``match`` or an earlier exit decides if it is reached, up
        to the nearest handler, ``else`` or ``finally``."""
        return bool(self.guards) or self.can_be_skipped

    @property
    def tries(self) -> list[ast.Try]:
        """The ``try`` statements that hold it in their body, from the inside out."""
        return flow.tries_among(self.frames)

    def is_inside(self, handler: Handler) -> bool:
        """Whether it stands in a handler itself, not in a nested function that is called there."""
        return any(frame.node is handler.node for frame in self.own_frames)

    @property
    def exception_name(self) -> str | None:
        """The name of the exception that led to it: of the handler that it stands in itself."""
        handler = self.handler
        if handler is None or not self.is_inside(handler):
            return None
        return None if self.module.kinds.is_name_taken(handler.node) else handler.name

    def handlers_of(self, statement: ast.Try) -> list[Handler]:
        """The clauses of a ``try``, in order."""
        return [self.module.handler(clause) for clause in statement.handlers]

    @property
    def is_in_exhaustion_try(self) -> bool:
        """Whether it stands in the body of a ``try`` with a ``MaxRetriesExceededError`` handler:
        what happens at the end is dealt with there."""
        return any(
            handler.catches("MaxRetriesExceededError")
            for statement in self.tries
            for handler in self.handlers_of(statement)
        )
