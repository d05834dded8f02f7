"""Arguments: what a function is given when it does its work again, and whether that is new."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple, TypeGuard

from ...syntax.scopes import FunctionNode, Scope
from ..module import Module
from ..policy.retry_count import is_request, is_request_retries
from ..retries import RetryCall

#: Conversions that leave a value what it is, as far as a retry is concerned.
CONVERSIONS = frozenset({"dict", "float", "int", "list", "set", "str", "tuple"})
#: Names for the key of a row.
KEYS = frozenset({"id", "pk"})
#: How people call a parameter that counts attempts.
NAMES_FOR_ATTEMPTS = r"(?i)attempt|retr(y|ies)|(^|_)tr(y|ies)(_|$)"


class Repeat:
    """A call or a send that has a function do its work again.

    ``node`` is the call; ``parameters`` are those that its arguments can fill (a bound task's
    ``self`` is none of them); ``given`` holds the arguments by the parameter's name. Where
    ``is_readable`` is false there are arguments that can't be told or that fill no parameter.
    ``options`` are the other keywords of a send (``countdown=``, ``queue=``…); some may stand there
    by position. A signature that is sent may have been made in another statement.
    """

    def __init__(
        self, module: Module, node: ast.Call, scope: Scope, parameters: list[ast.arg]
    ) -> None:
        self.module = module
        self.node = node
        self.scope = scope
        self.parameters = parameters
        self.given: dict[str, ast.expr] = {}
        self.is_readable = True
        self.options: list[ast.keyword] = []
        self.has_nameless_options = False
        self.is_made_elsewhere = False
        self._passes_all_on = False

    # -- reading the arguments ---------------------------------------------------------------

    def give(self, positional: Sequence[ast.expr], keywords: Sequence[ast.keyword] = ()) -> None:
        """Take over the arguments of a call."""
        names = iter(
            [parameter.arg for parameter in self.parameters if self._is_positional(parameter)]
        )
        for argument in positional:
            if isinstance(argument, ast.Starred):
                self._give_rest(argument.value, "args")
                continue
            name = next(names, None)
            self._give_one(name, argument)
        for keyword in keywords:
            if keyword.arg is None:
                self._give_rest(keyword.value, "kwargs")
            else:
                self._give_one(self._parameter_named(keyword.arg), keyword.value)

    def give_packed(self, args: ast.expr | None, kwargs: ast.expr | None) -> None:
        """Take over arguments that are given as a tuple and a dict (``apply_async``)."""
        if args is not None and self.module.values.value(args) is not None:
            self._give_rest(args, "args")
        if kwargs is not None and self.module.values.value(kwargs) is not None:
            self._give_rest(kwargs, "kwargs")

    def _is_positional(self, parameter: ast.arg) -> bool:
        assert isinstance(self.scope.node, FunctionNode)
        return parameter not in self.scope.node.args.kwonlyargs

    def _parameter_named(self, name: str) -> str | None:
        return next((name for parameter in self.parameters if parameter.arg == name), None)

    def _give_one(self, name: str | None, value: ast.expr) -> None:
        if name is None or name in self.given:
            self.is_readable = False
        else:
            self.given[name] = value

    def _give_rest(self, value: ast.expr, kind: str) -> None:
        """Arguments in a tuple or dict: those of the running task or function as they came, or
        ones that can be read."""
        value = self.module.values.read(value)
        if self._is_converted(value):
            value = self.module.values.read(value.args[0])
        if self._is_of_request(value, kind):
            self._passes_all_on = True
        elif self._is_own_rest(value, kind):
            return
        elif kind == "args" and isinstance(value, (ast.Tuple, ast.List)):
            self.give(value.elts)
        elif kind == "kwargs" and (items := self.module.values.items(value)) is not None:
            self.is_readable = self.is_readable and items.complete
            for item in items.items:
                self._give_one(self._parameter_named(item.name), item.value)
        else:
            self.is_readable = False

    def _is_of_request(self, value: ast.expr, kind: str) -> bool:
        """Whether it is ``self.request.args`` or ``self.request.kwargs``."""
        return (
            isinstance(value, ast.Attribute)
            and value.attr == kind
            and is_request(self.module, value.value)
        )

    def _is_converted(self, value: ast.expr) -> TypeGuard[ast.Call]:
        """Whether it is ``list(…)``, ``int(…)`` and the like of one value."""
        return (
            isinstance(value, ast.Call)
            and self.module.names.qualified(value.func) in CONVERSIONS
            and len(value.args) == 1
            and not value.keywords
        )

    def _is_own_rest(self, value: ast.expr, kind: str) -> bool:
        """Whether it is the function's own ``*args`` or ``**kwargs``."""
        assert isinstance(self.scope.node, FunctionNode)
        own = self.scope.node.args
        rest = own.vararg if kind == "args" else own.kwarg
        return rest is not None and self.module.names.parameter(value) is rest

    # -- comparing them with what the function holds -------------------------------------------

    @cached_property
    def left_out(self) -> list[str]:
        """The parameters that it gives nothing."""
        if self._passes_all_on:
            return []
        return [argument.arg for argument in self.parameters if argument.arg not in self.given]

    @cached_property
    def changed(self) -> dict[ast.arg, ast.expr]:
        """The parameters that it gives something else than what they hold, with that."""
        return {
            parameter: self.given[parameter.arg]
            for parameter in self.parameters
            if parameter.arg in self.given
            and not self.is_passed_on(parameter, self.given[parameter.arg])
        }

    @property
    def has_new_work(self) -> bool:
        """Whether an argument is new, other than by counting an attempt up or down or by being read
        for nothing but sleeps: the work goes on then, it is not tried again."""
        return not self.is_readable or any(
            not (self._counts_attempts(parameter, value) or self._is_only_slept_for(parameter))
            for parameter, value in self.changed.items()
        )

    def _is_only_slept_for(self, parameter: ast.arg) -> bool:
        return any(self._reads(parameter.arg)) and self.is_read_only_by(parameter.arg, _Purposes())

    @property
    def counts_in_options(self) -> bool:
        """Whether an option (a ``countdown``) depends on a parameter that is changed."""
        names = {parameter.arg for parameter in self.changed}
        return any(
            node.id in names
            for option in self.options
            for node in self.module.tree.within(option.value, ast.Name)
        )

    def is_passed_on(self, parameter: ast.arg, value: ast.expr) -> bool:
        """Whether a value is what the parameter holds, converted perhaps."""
        value = self.module.values.read(value)
        if self._is_converted(value):
            value = self.module.values.read(value.args[0])
        value = self._key_of_row(value) or value
        return self.module.names.parameter(value) is parameter and not self.module.names.is_changed(
            parameter
        )

    def _key_of_row(self, value: ast.expr) -> ast.expr | None:
        """What a row was looked up by whose key an expression is: ``order_id`` for ``order.pk``
        after ``order = Order.objects.get(pk=order_id)``."""
        if not (isinstance(value, ast.Attribute) and value.attr in KEYS):
            return None
        made = self.module.values.read(value.value)
        made = made.value if isinstance(made, ast.Await) else made
        keywords = made.keywords if isinstance(made, ast.Call) else []
        keys = [keyword.value for keyword in keywords if keyword.arg in KEYS]
        return self.module.values.read(keys[0]) if len(keys) == 1 else None

    def _counts_attempts(self, parameter: ast.arg, value: ast.expr) -> bool:
        return self._is_count(parameter, value) and (
            re.search(NAMES_FOR_ATTEMPTS, parameter.arg) is not None
            or self.is_read_only_by(parameter.arg, _Purposes(tests=True))
        )

    def _is_count(self, parameter: ast.arg, value: ast.expr) -> bool:
        value = self.module.values.read(value)
        if self.module.names.parameter(value) is parameter:
            return self._is_only_counted(parameter)
        if not (isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Add, ast.Sub))):
            return False
        sides = [self.module.values.read(value.left), self.module.values.read(value.right)]
        counted = [
            side
            for side in sides
            if self.module.names.parameter(side) is parameter
            or is_request_retries(self.module, side)
        ]
        return len(counted) == 1 and any(
            self.module.values.number(side) is not None for side in sides
        )

    def _is_only_counted(self, parameter: ast.arg) -> bool:
        """Whether nothing but ``parameter += 1`` and the like changes it."""
        bindings = [at.node for at in self.scope.bindings[parameter.arg] if at.kind != "parameter"]
        steps = [self.module.tree.parent(node) for node in bindings]
        return bool(steps) and all(
            isinstance(step, ast.AugAssign) and self.module.values.number(step.value) is not None
            for step in steps
        )

    def is_read_only_by(self, name: str, purposes: _Purposes) -> bool:
        """Whether the function reads one of its names for these purposes only, and for the call
        itself."""
        return all(self._serves(read, name, purposes) for read in self._reads(name))

    def _reads(self, name: str) -> Iterator[ast.Name]:
        for scope in self.module.tree.scopes_in(self.scope):
            for node in scope.walk(ast.Name):
                if node.id != name or not isinstance(node.ctx, ast.Load):
                    continue
                found = self.module.names.lookup(name, scope)
                if found is not None and found[0] is self.scope:
                    yield node

    def _serves(self, read: ast.Name, name: str, purposes: _Purposes) -> bool:
        for parent, part in self.module.tree.ancestors(read):
            if isinstance(parent, ast.Call) and (
                parent is self.node
                or parent in purposes.calls
                or self.module.is_sleep(parent)
                or self.module.is_log_call(parent)
            ):
                return True
            if purposes.tests and (part in {"test", "subject"} or isinstance(parent, ast.Raise)):
                return True
            if isinstance(parent, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.NamedExpr)):
                return self._is_handed_to_such(parent, name, purposes)
        return False

    def _is_handed_to_such(
        self,
        statement: ast.Assign | ast.AugAssign | ast.AnnAssign | ast.NamedExpr,
        name: str,
        purposes: _Purposes,
    ) -> bool:
        """Whether an assignment's target is read for the same purposes only."""
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        names = [target.id if isinstance(target, ast.Name) else None for target in targets]
        return all(
            target is not None
            and (
                target in purposes.followed
                or self.is_read_only_by(target, purposes.following(name))
            )
            for target in names
        )


class _Purposes(NamedTuple):
    """What a name may be read for besides sleeps, log calls and its own next value: in other
    calls that repeat the function, and, where ``tests`` says so, in tests and ``raise``."""

    calls: tuple[ast.Call, ...] = ()
    tests: bool = False
    followed: frozenset[str] = frozenset()

    def following(self, name: str) -> _Purposes:
        return _Purposes(self.calls, self.tests, self.followed | {name})


def goes_on_with_other_work(call: RetryCall) -> bool:
    """Whether a retry call passes ``args`` or ``kwargs`` that differ from those of the running
    task. What a task helper passes does, unless it is all that the task was sent with."""
    parameters = call.task.own_parameters if call.task is not None else []
    repeat = Repeat(call.module, call.node, _function_of(call), parameters)
    args = call.argument("args")
    if args is not None:
        display = call.module.values.read(args)
        if _is_no_tuple(repeat, args):
            args = None  # a mistake of its own, and no other work
        elif isinstance(display, (ast.Tuple, ast.List)) and display.elts:
            first = display.elts[0]
            # A task that passes itself is what CRT107 is about.
            repeat.give(display.elts[1:] if call.is_the_task(first) else display.elts)
            args = None
    repeat.give_packed(args, call.argument("kwargs"))
    return not repeat.is_readable or bool(repeat.changed)


def _is_no_tuple(repeat: Repeat, args: ast.expr) -> bool:
    """Whether ``args`` of a retry call is an exception (CRT103), or a string, a number or one of
    the parameters in place of a tuple (CRT107)."""
    module = repeat.module
    return (
        module.kinds.is_exception(args)
        or isinstance(module.values.value(args), (str, int, float))
        or any(repeat.is_passed_on(parameter, args) for parameter in repeat.parameters)
    )


def _function_of(call: RetryCall) -> Scope:
    """The function that a retry has run again, or in which it is called."""
    if call.task is not None and call.task.function is not None:
        return call.task.function
    scope = call.scope
    while not isinstance(scope.node, FunctionNode):
        assert scope.parent is not None
        scope = scope.parent
    return scope


def changes_nothing_but_the_wait(repeat: Repeat, repeats: Sequence[Repeat]) -> bool:
    """Whether a function does the same work again: every parameter that is given something else
    is read by nothing but sleeps, log calls and the calls that repeat the function."""
    purposes = _Purposes(tuple(other.node for other in repeats))
    return repeat.is_readable and all(
        repeat.is_read_only_by(parameter.arg, purposes) for parameter in repeat.changed
    )
