"""Tasks with their options: functions that a decorator makes tasks, and class-based tasks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from ..syntax.scopes import FunctionNode, Scope
from ..syntax.values import Item, Items

if TYPE_CHECKING:
    from .module import Module
    from .retries import RetryCall

#: Names that people give the parameter that holds the task.
NAMES_FOR_A_TASK = frozenset(
    {
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


class Option(NamedTuple):
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


@dataclass(frozen=True, eq=False)
class Task:
    """A task function or a class-based task.

    ``function`` is the scope that runs (``run`` of a class; ``None`` where the class has none),
    ``bound`` is ``None`` where it can't be told, ``known_by`` says what shows that it is a task:
    one of Celery's decorators or base classes, an attribute ``.task`` of some object, an option
    that only Celery tasks have (a house decorator), or the user's configuration (one too).
    """

    module: Module
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
    #: Whether nothing but an attribute ``.task`` shows it, in a module that speaks of Celery
    #: nowhere: it may be another library's, and so may its options.
    may_be_foreign: bool = False
    has_base_elsewhere: bool = False
    #: The class-based tasks of the module that it inherits from (a function: those of its
    #: ``base=``), nearest first.
    bases: list[Task] = field(default_factory=list)

    @property
    def retry_calls(self) -> tuple[RetryCall, ...]:
        """The retry calls on it, in source order."""
        return self.module.calls.of_task.get(self, ())

    @property
    def unbound_retry_calls(self) -> tuple[RetryCall, ...]:
        """Calls that name ``self`` or ``retry`` though the task is not bound (CRT102)."""
        return self.module.calls.unbound.get(self, ())

    @property
    def calls_on_other_tasks(self) -> tuple[RetryCall, ...]:
        """``.retry(...)`` on the global name of another task of the module (CRT210)."""
        return self.module.calls.on_other_tasks.get(self, ())

    @property
    def is_class(self) -> bool:
        return isinstance(self.node, ast.ClassDef)

    @property
    def is_house(self) -> bool:
        """Whether a decorator of the project's own makes the task: it may bring options."""
        return self.known_by in {"option", "configuration"}

    @property
    def has_hidden_options(self) -> bool:
        """Whether options may come from where the module does not show them: a base class of
        another module (a ``base=`` too), a house decorator, an unreadable ``**``."""
        return self.is_house or self.has_base_elsewhere or not self.options_complete

    @property
    def holder(self) -> ast.expr | ast.ClassDef | None:
        """What holds the options that are its own alone: its decorator, or its class."""
        return self.node if isinstance(self.node, ast.ClassDef) else self.decorator

    @property
    def overrides_retry(self) -> bool:
        """Whether its class, or a base class of the module, has a method ``retry``."""
        scopes = [*self.scopes, *self.inherited_scopes] if self.is_class else self.inherited_scopes
        return any(getattr(scope.node, "name", "") == "retry" for scope in scopes)

    def name_at(self, option: Option) -> str:
        """The name for a message that is shown at an option: that of the class that brings it."""
        if option.is_own:
            return self.name
        assert isinstance(option.holder, ast.ClassDef)
        return option.holder.name

    def option(self, name: str) -> Option | None:
        """An option, wherever it is written."""
        return self.options.get(name)

    def own_option(self, name: str) -> Option | None:
        """An option of Celery's that is written for this task, and so reported where it is
        wrong."""
        return None if self.is_base else self.written_option(name)

    def written_option(self, name: str) -> Option | None:
        """The same of a base class, too: what is wrong in itself is so whoever inherits it."""
        option = self.options.get(name)
        if option is None or self.may_be_foreign:
            return None
        return option if option.is_own else None

    def judged_option(self, name: str) -> Option | None:
        """An option of Celery's that holds for this task, which isn't a base: written for it, or
        in a base class of the module (and reported there)."""
        return None if self.is_base or self.may_be_foreign else self.options.get(name)

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
        return self.module.values.items(option.value) if option else None

    @property
    def retries_automatically(self) -> bool:
        """Whether it has an ``autoretry_for`` that is not known to be empty."""
        option = self.options.get("autoretry_for")
        if option is None:
            return False
        return self.module.values.elements(option.value) != [] and (
            self.module.values.value(option.value) is not None
        )

    @property
    def retries(self) -> bool:
        """Whether it has a retry call (or inherits one) or ``autoretry_for``."""
        return (
            self.retries_automatically or bool(self.retry_calls) or bool(self.inherited_retry_calls)
        )

    def scopes_of_base(self, base: Task) -> list[Scope]:
        """The methods that it has from a base class of the module; not its ``run`` where a function
        takes its place (``base=``)."""
        return [scope for scope in base.scopes if self.is_class or scope is not base.function]

    @property
    def inherited_scopes(self) -> list[Scope]:
        """The methods that it has from all its base classes in the module."""
        return [scope for base in self.bases for scope in self.scopes_of_base(base)]

    @property
    def inherited_retry_calls(self) -> list[RetryCall]:
        """The retry calls in these methods, and in what is nested there."""
        inherited = set(self.inherited_scopes)
        return [
            call
            for base in self.bases
            for call in base.retry_calls
            if (home := self.module.enclosing_task(call.scope)) and home[1] in inherited
        ]

    @property
    def positional_parameters(self) -> list[ast.arg]:
        """What its function can be given by position, the task itself included."""
        if self.function is None:
            return []
        assert isinstance(self.function.node, FunctionNode)
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

    @cached_property
    def has_parameter_for_itself(self) -> bool:
        """Whether a bound task's function has a first parameter that is meant for the task: by its
        name, its annotation or its use; or takes ``*args`` first."""
        assert self.function is not None
        parameters = self.positional_parameters
        if not parameters:
            assert isinstance(self.function.node, FunctionNode)
            return self.function.node.args.vararg is not None
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
        for name in self.module.names.reads_of(parameter):
            use = self.module.tree.parent(name)
            if isinstance(use, ast.Attribute):
                yield use

    def _is_called_use(self, attribute: ast.Attribute) -> bool:
        """``.retry(…)`` and the like when called, ``.request.…`` when read further: a model or a
        form has attributes and methods of the same names, but not used like this."""
        parent = self.module.tree.parent(attribute)
        if attribute.attr == "request":
            return isinstance(parent, ast.Attribute)
        return (
            attribute.attr in CALLS_ON_A_TASK
            and isinstance(parent, ast.Call)
            and parent.func is attribute
        )

    def is_reference(self, expression: ast.expr) -> bool:
        """Whether an expression is the running task: its first parameter (a bound or class-based
        task's), the task's own global name, an instance of a class-based task, or
        ``celery.current_task``."""
        if self.module.recognition.is_current_task(expression):
            return True
        expression = self.module.values.read(expression)
        if self.is_class and self.module.values.instance_of(expression) is self.node:
            return True
        if not isinstance(expression, ast.Name):
            return False
        parameter = self.module.names.parameter(expression)
        if parameter is not None:
            receivers = [method.parameters[0] for method in self.methods if method.parameters]
            if not self.is_class:
                receivers = self.positional_parameters[:1] if self.self_name is not None else []
            return any(parameter is receiver for receiver in receivers)
        if self.is_class:
            return False
        return self.module.names.definition(expression) is self.node

    def is_retry(self, node: ast.AST) -> bool:
        """Whether a node is one of this task's retry calls, or a call of a function nested in it
        that retries."""
        return node in self._retries

    @cached_property
    def _retries(self) -> frozenset[ast.AST | None]:
        return frozenset(node for call in self.retry_calls for node in (call.node, call.called_at))

    @property
    def base_may_catch_exhaustion(self) -> bool:
        """Whether a base class of a class-based task catches ``MaxRetriesExceededError`` around
        what its subclasses do, or may do so where the module doesn't show it."""
        if self.has_base_elsewhere:
            return self.is_class
        clauses = [
            clause for scope in self.inherited_scopes for clause in scope.walk(ast.ExceptHandler)
        ]
        return any(self.module.handler(clause).catches_exhaustion for clause in clauses)

    @property
    def scopes(self) -> list[Scope]:
        """The scopes of its own body: the function, or the methods of a class."""
        if self.is_class:
            return self.methods
        return [self.function] if self.function else []


def is_name_for_a_task(name: str) -> bool:
    """Whether people use a name for the parameter that holds the task."""
    return name in NAMES_FOR_A_TASK or name.startswith("_") or name.endswith("self")


def _is_annotated_as_task(parameter: ast.arg) -> bool:
    """Whether an annotation names a class that is called some ``…Task``: the project's own base
    classes for tasks can't be resolved, and nobody annotates anything else so in first place."""
    annotation = parameter.annotation
    if annotation is None:
        return False
    names = ast.unparse(annotation).replace("[", " ").replace("'", " ").replace('"', " ").split()
    return any(name.rstrip("]").endswith("Task") for name in names)
