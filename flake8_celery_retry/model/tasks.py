"""What Celery will see in a module: tasks with their options, retry calls, handlers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from . import flow
from .kinds import Kinds
from .options import BROAD, RETRY_PARAMETERS, is_celery_exception
from .tree import TRY, Binding, FunctionNode, Scope, TryStar
from .values import Item, Items, Values

#: Names that people give the parameter that holds the task.
NAMES_FOR_A_TASK = frozenset(
    {
        "_",
        "bound_task",
        "celery_task",
        "current_task",
        "self_task",
        "task",
        "task_instance",
        "this",
        "this_task",
    }
)
#: What only a task is asked for, read or called.
USES_OF_A_TASK = frozenset({"max_retries"})
CALLS_ON_A_TASK = frozenset({"retry", "update_state", "apply_async", "send_event"})


#: Functions that give a handler its exception without a name for it.
CURRENT_EXCEPTION = frozenset({"sys.exc_info", "sys.exception", "traceback.format_exc"})


@dataclass(frozen=True, eq=False)
class Option:
    """An option of a task: a keyword of its decorator, an entry of a dict given with ``**``, or
    a class attribute.

    ``holder`` is the call, display or class that carries it, and ``element`` the keyword, key or
    statement to edit there. ``is_own`` is false for what a base class of the module brings.
    """

    name: str
    value: ast.expr
    holder: ast.Call | ast.Dict | ast.ClassDef
    element: ast.expr | ast.keyword | ast.stmt
    is_own: bool = True

    @classmethod
    def from_item(cls, item: Item) -> Option:
        return cls(item.name, item.value, item.holder, item.element)


@dataclass(eq=False)
class Task:
    """A task function or a class-based task.

    ``function`` is the scope that runs (``run`` of a class; ``None`` where the class has none),
    ``bound`` is ``None`` where it can't be told, ``known_by`` says what shows that it is a task:
    one of Celery's decorators or base classes, an attribute ``.task`` of some object, an option
    that only Celery tasks have (a house decorator), or the user's configuration (one too).
    """

    module: Values
    name: str
    node: FunctionNode | ast.ClassDef
    function: Scope | None
    methods: list[Scope]
    decorator: ast.expr | None
    known_by: Literal["celery", "attribute", "option", "configuration"]
    options: dict[str, Option]
    options_complete: bool
    bound: bool | None
    is_base: bool = False
    has_base_elsewhere: bool = False
    #: The class-based tasks of the module that it inherits from, nearest first.
    bases: list[Task] = field(default_factory=list)
    retry_calls: list[RetryCall] = field(default_factory=list)
    #: Calls that name ``self`` or ``retry`` in a task that is not bound (CRT102).
    unbound_retry_calls: list[RetryCall] = field(default_factory=list)
    #: ``.retry(...)`` on the global name of another task of the module (CRT210).
    calls_on_other_tasks: list[RetryCall] = field(default_factory=list)

    @property
    def is_class(self) -> bool:
        return isinstance(self.node, ast.ClassDef)

    @property
    def is_house(self) -> bool:
        """Whether a decorator of the project's own makes the task: it may bring options."""
        return self.decorator is not None and self.known_by in {"option", "configuration"}

    @property
    def has_hidden_options(self) -> bool:
        """Whether options may come from where the module does not show them: a ``base=``, a base
        class of another module, a house decorator, an unreadable ``**``."""
        return (
            self.is_house
            or self.has_base_elsewhere
            or "base" in self.options
            or not self.options_complete
        )

    def option(self, name: str) -> Option | None:
        """An option, wherever it is written."""
        return self.options.get(name)

    def own_option(self, name: str) -> Option | None:
        """An option that is written for this task, and so reported where it is wrong."""
        option = self.options.get(name)
        return option if option is not None and option.is_own and not self.is_base else None

    @cached_property
    def retry_kwargs(self) -> dict[str, Option]:
        """The entries of ``retry_kwargs`` that can be read."""
        items = self._retry_kwargs
        return {item.name: Option.from_item(item) for item in items.items} if items else {}

    @property
    def retry_kwargs_complete(self) -> bool:
        """Whether ``retry_kwargs`` is absent or can be read as a whole."""
        items = self._retry_kwargs
        return "retry_kwargs" not in self.options or (items is not None and items.complete)

    @cached_property
    def _retry_kwargs(self) -> Items | None:
        option = self.options.get("retry_kwargs")
        return self.module.items(option.value) if option else None

    @property
    def retries_automatically(self) -> bool:
        """Whether it has an ``autoretry_for`` that is not known to be empty."""
        option = self.options.get("autoretry_for")
        if option is None:
            return False
        return self.module.elements(option.value) != [] and (
            self.module.value(option.value) is not None
        )

    @property
    def never_retried(self) -> list[str | None] | None:
        """The qualified names in ``dont_autoretry_for`` (``None`` for each that can't be told);
        empty where it is absent, ``None`` where it can't be read."""
        option = self.options.get("dont_autoretry_for")
        if option is None:
            return [] if self.options_complete else None
        if self.module.value(option.value) is None:
            return []
        elements = self.module.elements(option.value)
        return None if elements is None else [self.module.exception(part) for part in elements]

    @property
    def retries(self) -> bool:
        """Whether it has a retry call (or inherits one) or ``autoretry_for``."""
        return (
            self.retries_automatically
            or bool(self.retry_calls)
            or any(base.retry_calls for base in self.bases)
        )

    @property
    def positional_parameters(self) -> list[ast.arg]:
        """What its function can be given by position, the task itself included."""
        if self.function is None or not isinstance(self.function.node, FunctionNode):
            return []
        arguments = self.function.node.args
        return [*arguments.posonlyargs, *arguments.args]

    @property
    def self_name(self) -> str | None:
        """The name under which a bound task's function receives the task; ``None`` too where its
        first parameter was meant for something else (CRT101)."""
        parameters = self.positional_parameters
        receives = self.is_class or (self.bound is not False and self.has_parameter_for_itself)
        return parameters[0].arg if receives and parameters else None

    @property
    def own_parameters(self) -> list[ast.arg]:
        """The parameters that a message fills: all but the bound task, without ``*``/``**``."""
        if self.function is None:
            return []
        parameters = self.function.parameters
        return parameters[1:] if self.self_name is not None else parameters

    @property
    def decorators_below(self) -> list[ast.expr]:
        """The decorators between the task decorator and the ``def``."""
        if self.decorator is None:
            return []
        decorators = self.node.decorator_list
        return decorators[decorators.index(self.decorator) + 1 :]

    @property
    def has_parameter_for_itself(self) -> bool:
        """Whether a bound task's function has a first parameter that is meant for the task: by its
        name, its annotation or its use; or takes ``*args`` first."""
        assert self.function is not None
        parameters = self.positional_parameters
        if not parameters:
            node = self.function.node
            return isinstance(node, FunctionNode) and node.args.vararg is not None
        first = parameters[0]
        return (
            is_name_for_a_task(first.arg)
            or _is_annotated_as_task(first)
            or any(
                attribute.attr in USES_OF_A_TASK or self._is_called_use(attribute)
                for attribute in self.uses_of(first)
            )
        )

    def receives(self, parameter: ast.AST) -> bool:
        """Whether a parameter of its function, or of a method of its class, is meant for the task
        and given it."""
        if self.is_class:
            return any(method.parameters[:1] == [parameter] for method in self.methods)
        first = self.positional_parameters[:1]
        return self.bound is not False and first == [parameter] and self.has_parameter_for_itself

    def uses_of(self, parameter: ast.arg) -> Iterator[ast.Attribute]:
        """The attributes that its function (and what is nested there) reads of a parameter."""
        for scope in self.module.scopes:
            for attribute in scope.walk(ast.Attribute):
                if self.module.parameter(attribute.value) is parameter:
                    yield attribute

    def _is_called_use(self, attribute: ast.Attribute) -> bool:
        """``.retry(…)`` and the like when called, ``.request.…`` when read further: a model or a
        form has attributes and methods of the same names, but not used like this."""
        parent = self.module.parent(attribute)
        if attribute.attr == "request":
            return isinstance(parent, ast.Attribute)
        return (
            attribute.attr in CALLS_ON_A_TASK
            and isinstance(parent, ast.Call)
            and parent.func is attribute
        )

    def is_reference(self, expression: ast.expr) -> bool:
        """Whether an expression is the running task: its first parameter (a bound or class-based
        task's), the task's own global name, or an instance of a class-based task."""
        expression = self.module.read(expression)
        if self.is_class and self.module.instance_of(expression) is self.node:
            return True
        if not isinstance(expression, ast.Name):
            return False
        parameter = self.module.parameter(expression)
        if parameter is not None:
            receivers = [method.parameters[0] for method in self.methods if method.parameters]
            if not self.is_class:
                receivers = self.positional_parameters[:1] if self.self_name is not None else []
            return any(parameter is receiver for receiver in receivers)
        if self.is_class:
            return False
        return self.module.definition(expression) is self.node

    def is_retry(self, node: ast.AST) -> bool:
        """Whether a node is one of this task's retry calls, or a call of a function nested in it
        that retries."""
        return any(node is call.node or node is call.called_at for call in self.retry_calls)

    @cached_property
    def limits_retries_by_hand(self) -> bool:
        """Whether the function compares ``request.retries`` with a limit other than 0, and one
        way leaves without a retry."""
        nested = {call.scope for call in self.retry_calls if call.called_at is not None}
        return any(_limits_by_hand(self, scope) for scope in [*self.scopes, *nested])

    @property
    def base_may_catch_exhaustion(self) -> bool:
        """Whether a base class of a class-based task catches ``MaxRetriesExceededError`` around
        what its subclasses do, or may do so where the module doesn't show it."""
        if self.has_base_elsewhere:
            return self.is_class
        clauses = [
            clause
            for base in self.bases
            for scope in base.scopes
            for clause in scope.walk(ast.ExceptHandler)
        ]
        return any(
            Handler(self.module, clause, statement).catches_exhaustion
            for clause in clauses
            if isinstance(statement := self.module.parent(clause), TRY)
        )

    @property
    def scopes(self) -> list[Scope]:
        """The scopes of its own body: the function, or the methods of a class."""
        if self.is_class:
            return self.methods
        return [self.function] if self.function else []


@dataclass(frozen=True, eq=False)
class Handler:
    """An ``except`` clause."""

    module: Values
    node: ast.ExceptHandler
    statement: ast.Try

    @property
    def name(self) -> str | None:
        return self.node.name

    @property
    def is_star(self) -> bool:
        """Whether it is an ``except*`` clause."""
        return TryStar is not ast.Try and isinstance(self.statement, TryStar)

    @cached_property
    def caught(self) -> list[str | None]:
        """The qualified names of what it catches; ``None`` for each that can't be told."""
        return self.module.exceptions(self.node.type)

    @property
    def is_broad(self) -> bool:
        """Whether it catches ``Exception`` or ``BaseException``, or is bare."""
        return any(name in BROAD for name in self.caught)

    @property
    def catches_exhaustion(self) -> bool:
        """Whether it catches ``MaxRetriesExceededError``, be it as a ``CeleryError``."""
        return self.is_broad or self.catches("MaxRetriesExceededError", "TaskError", "CeleryError")

    def catches(self, *names: str) -> bool:
        """Whether it names one of these exceptions of Celery's (``"Retry"``…)."""
        return any(is_celery_exception(caught, *names) for caught in self.caught)

    @property
    def missing_rows(self) -> list[ast.expr]:
        """Those of the exceptions it names that say that a row of the database is not there."""
        return self.module.missing_rows(self.node.type) if self.node.type else []

    @property
    def earlier(self) -> list[Handler]:
        """The clauses of the same ``try`` before it."""
        clauses = self.statement.handlers
        before = clauses[: clauses.index(self.node)]
        return [Handler(self.module, clause, self.statement) for clause in before]

    @cached_property
    def exception_names(self) -> frozenset[str]:
        """The names in the handler that hold the exception, or something got from it (its cause,
        its status code, what a test of it decided)."""
        names = {self.node.name} if self.node.name else set()
        bindings = self.module.scope_of(self.node).bindings
        grown = True
        while grown:
            size = len(names)
            for name, bound in bindings.items():
                if name not in names and any(self._is_taken_from(at, names) for at in bound):
                    names.add(name)
            grown = len(names) > size
        return frozenset(names | self._names_in_nested_functions(names))

    def _names_in_nested_functions(self, names: set[str]) -> set[str]:
        """The parameters of functions nested beside the handler to which it passes one of these
        names."""
        found: set[str] = set()
        for call in self.module.within(self.node.body, ast.Call):
            function = self.module.definition(call.func)
            if not isinstance(function, FunctionNode):
                continue
            scope = self.module.scope_made_by(function)
            if scope.parent is self.module.scope_of(self.node):
                given = [*zip(scope.parameters, call.args, strict=False)]
                found |= {known.arg for known, value in given if self._mentions(value, names)}
        return found

    def _is_taken_from(self, binding: Binding, names: set[str]) -> bool:
        """Whether a binding in the handler takes its value from one of these names, or a test of
        one decides about it."""
        statement = self.module.statement_of(binding.node)
        if not self.module.is_inside(statement, self.node):
            return False
        sources: list[ast.expr | None] = [binding.value]
        if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            sources.append(statement.value)
        elif isinstance(statement, (ast.For, ast.AsyncFor)):
            sources.append(statement.iter)
        for frame in flow.frames(self.module, binding.node):
            if frame.node is self.node:
                break
            if isinstance(frame.node, ast.If):
                sources.append(frame.node.test)
            elif isinstance(frame.node, ast.match_case):
                match = self.module.parent(frame.node)
                assert isinstance(match, ast.Match)
                sources.append(match.subject)
        return any(source is not None and self._mentions(source, names) for source in sources)

    def involves_exception(self, expression: ast.AST) -> bool:
        """Whether the exception takes part in an expression of the handler."""
        return self._mentions(expression, self.exception_names)

    def _mentions(self, expression: ast.AST, names: set[str] | frozenset[str]) -> bool:
        for node in self.module.within(expression, (ast.Name, ast.Call)):
            if isinstance(node, ast.Name):
                if node.id in names:
                    return True
            elif self.module.qualified(node.func) in CURRENT_EXCEPTION:
                return True
        return False


@dataclass(eq=False)
class RetryCall:
    """A call of ``Task.retry`` on the running task.

    ``task`` is ``None`` in a task helper, which gets the task as ``parameter``. ``is_own`` says
    that it stands in the task's own body, or in a function nested there that the body calls, at
    ``called_at``; else only rules about the call itself hold.
    """

    module: Kinds
    node: ast.Call
    task: Task | None
    is_own: bool
    called_at: ast.Call | None = None
    parameter: ast.arg | None = None

    @property
    def scope(self) -> Scope:
        """The function that the call stands in."""
        return self.module.scope_of(self.node)

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

    # -- its arguments ---------------------------------------------------------------------

    @cached_property
    def arguments(self) -> dict[str, Item]:
        """Its arguments by name, those given by position and in a readable ``**`` included."""
        found: dict[str, Item] = {}
        for name, argument in zip(RETRY_PARAMETERS, self.node.args, strict=False):
            if isinstance(argument, ast.Starred):
                break
            found[name] = Item(name, argument, self.node, argument)
        for item in self.module.keywords(self.node).items:
            found[item.name] = item
        return found

    @property
    def has_unreadable_arguments(self) -> bool:
        """Whether a ``*`` or ``**`` may bring arguments that can't be read."""
        starred = any(isinstance(argument, ast.Starred) for argument in self.node.args)
        return starred or not self.module.keywords(self.node).complete

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
        return self.module.value(value) is not None

    @property
    def throws(self) -> bool | None:
        """Whether it raises: not with ``throw=False``; ``None`` where that can't be told."""
        value = self.argument("throw")
        if value is None:
            return None if self.has_unreadable_arguments else True
        constant = self.module.value(value)
        return bool(constant) if isinstance(constant, (bool, int)) else None

    def is_the_task(self, expression: ast.expr) -> bool:
        """Whether an expression is the running task itself: where the call gets it as a parameter,
        or the task's own global name."""
        parameter = self.module.parameter(expression)
        if self.task is None:
            return parameter is not None and parameter is self.parameter
        if parameter is None or self.task.is_class:
            return self.task.is_reference(expression)
        return self.task.is_reference(expression) and self.task.has_parameter_for_itself

    def is_single_parameter(self, expression: ast.expr) -> bool:
        """Whether an expression is one of the task's own parameters as it came, and nothing shows
        that it holds a sequence."""
        parameter = self.module.parameter(expression)
        return (
            self.task is not None
            and parameter is not None
            and any(parameter is own for own in self.task.own_parameters)
            and not self.module.is_changed(parameter)
            and not self.module.holds_a_row(parameter)
        )

    # -- what is done with it ----------------------------------------------------------------

    @property
    def statement(self) -> ast.stmt:
        """The statement that holds it."""
        return self.module.statement_of(self.node)

    @property
    def is_bare_statement(self) -> bool:
        """Whether it is a statement of its own, its result dropped."""
        parent = self.module.parent(self.node)
        return isinstance(parent, ast.Expr) or (
            isinstance(parent, ast.Await) and isinstance(self.module.parent(parent), ast.Expr)
        )

    # -- what stands around it ---------------------------------------------------------------

    @cached_property
    def own_frames(self) -> list[flow.Frame]:
        """The frames around it in its own function, from the inside out."""
        return list(flow.frames(self.module, self.node))

    @cached_property
    def frames(self) -> list[flow.Frame]:
        """The same, followed by those around the call of the nested function it stands in."""
        if self.called_at is None:
            return self.own_frames
        return [*self.own_frames, *flow.frames(self.module, self.called_at)]

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
        found: list[Handler] = []
        for frame in self.frames:
            statement = self.module.parent(frame.node)
            if isinstance(frame.node, ast.ExceptHandler) and isinstance(statement, TRY):
                found.append(Handler(self.module, frame.node, statement))
        return found

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
        return any(flow.can_be_skipped(self.module, node, until) for node in nodes)

    @property
    def needs_no_failure(self) -> bool:
        """Whether it stands in a task's own body, of a class in ``run``, and in no handler: a run
        in which nothing failed can reach it."""
        home = self.scope if self.called_at is None else self.module.scope_of(self.called_at)
        return (
            self.task is not None
            and self.is_own
            and home is self.task.function
            and self.handler is None
        )

    @property
    def is_conditional(self) -> bool:
        """Whether a condition, a loop, a ``match`` or an earlier exit decides if it is reached, up
        to the nearest handler, ``else`` or ``finally``."""
        return bool(self.guards) or self.can_be_skipped

    @property
    def tries(self) -> list[ast.Try]:
        """The ``try`` statements that hold it in their body, from the inside out."""
        return [
            frame.node
            for frame in self.frames
            if frame.kind == "try" and isinstance(frame.node, TRY)
        ]

    def is_inside(self, handler: Handler) -> bool:
        """Whether it stands in a handler itself, not in a nested function that is called there."""
        return any(frame.node is handler.node for frame in self.own_frames)

    @property
    def exception_name(self) -> str | None:
        """The name of the exception that led to it: of the handler that it stands in itself."""
        handler = self.handler
        if handler is None or not self.is_inside(handler):
            return None
        return None if self.module.is_name_taken(handler.node) else handler.name

    def handlers_of(self, statement: ast.Try) -> list[Handler]:
        """The clauses of a ``try``, in order."""
        return [Handler(self.module, clause, statement) for clause in statement.handlers]

    @property
    def is_in_exhaustion_try(self) -> bool:
        """Whether it stands in the body of a ``try`` with a ``MaxRetriesExceededError`` handler:
        what happens at the end is dealt with there."""
        return any(
            handler.catches("MaxRetriesExceededError")
            for frame in self.frames
            if frame.kind == "try" and isinstance(frame.node, TRY)
            for handler in self.handlers_of(frame.node)
        )


def is_name_for_a_task(name: str) -> bool:
    """Whether people use a name for the parameter that holds the task."""
    return name in NAMES_FOR_A_TASK or name.endswith("self")


def _is_annotated_as_task(parameter: ast.arg) -> bool:
    """Whether an annotation names a class that is called some ``…Task``: the project's own base
    classes for tasks can't be resolved, and nobody annotates anything else so in first place."""
    annotation = parameter.annotation
    if annotation is None:
        return False
    names = ast.unparse(annotation).replace("[", " ").replace("'", " ").replace('"', " ").split()
    return any(name.rstrip("]").endswith("Task") for name in names)


def is_request_retries(module: Values, expression: ast.expr) -> bool:
    """Whether an expression is the running task's retry count (``self.request.retries``, or a
    local name for it)."""
    expression = module.read(expression)
    return (
        isinstance(expression, ast.Attribute)
        and expression.attr == "retries"
        and "request" in ast.unparse(expression.value)
    )


def retry_count_comparisons(module: Values, scope: Scope) -> Iterator[tuple[ast.Compare, ast.expr]]:
    """The comparisons of the retry count in a scope, each with what it is compared to."""
    for compare in scope.walk(ast.Compare):
        sides = [compare.left, *compare.comparators]
        for index, side in enumerate(sides):
            if _mentions_retry_count(module, side):
                for other in sides[:index] + sides[index + 1 :]:
                    yield compare, other
                break


def _mentions_retry_count(module: Values, expression: ast.expr) -> bool:
    return any(
        is_request_retries(module, node)
        for node in module.within(expression, (ast.Attribute, ast.Name))
    )


def _limits_by_hand(task: Task, scope: Scope) -> bool:
    module = task.module
    return any(
        _may_go_without_retry(task, scope, decision)
        for compare, limit in retry_count_comparisons(module, scope)
        if module.value(limit) != 0
        for decision in _decisions_by(module, compare)
    )


def _may_go_without_retry(task: Task, scope: Scope, decision: ast.AST) -> bool:
    """Whether one way of a decision leaves without a retry, and another retries."""
    module = task.module
    if isinstance(decision, ast.If) and task.retries_automatically:
        # Whatever fails is retried, so a way that leaves is one without a retry.
        return flow.leaves(module, decision.body) or flow.leaves(module, decision.orelse)
    if isinstance(decision, (ast.If, ast.Match)):
        return flow.decides(module, decision, scope.node, task.is_retry)
    return isinstance(decision, ast.Assert) or any(
        task.is_retry(call) for call in module.within(decision, ast.Call)
    )


def _decisions_by(module: Values, expression: ast.expr) -> Iterator[ast.AST]:
    """What an expression decides about, through a local name as well
    (``last = self.request.retries >= 3`` … ``if last:``)."""
    for parent, _field in module.ancestors(expression):
        if isinstance(parent, ast.stmt) and not isinstance(parent, ast.Assign):
            break
        target = parent.targets[0] if isinstance(parent, ast.Assign) else None
        if isinstance(parent, ast.NamedExpr):
            target = parent.target
        if isinstance(target, ast.Name):
            for name in module.scope_of(target).walk(ast.Name):
                if name.id == target.id and isinstance(name.ctx, ast.Load):
                    yield from _decisions_here(module, name)
    yield from _decisions_here(module, expression)


def _decisions_here(module: Values, expression: ast.expr) -> Iterator[ast.AST]:
    """The statement and the conditional expressions whose test an expression is part of."""
    child: ast.AST = expression
    for parent, field_name in module.ancestors(expression):
        if isinstance(parent, ast.match_case):
            yield module.parent(parent)
        elif isinstance(parent, ast.BoolOp):
            if child is not parent.values[-1]:
                yield parent
        elif field_name in {"test", "subject"}:
            yield parent
        if isinstance(parent, (ast.stmt, ast.match_case)):
            return
        child = parent
