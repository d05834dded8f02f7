"""What makes a task: decorators and base classes, resolved through the module's names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import Literal, NamedTuple

from ..facts.decorators import (
    APP_CLASSES,
    APP_MODULES,
    APP_NAMES,
    BROKER_SETTINGS,
    CURRENT_TASKS,
    TASK_CLASSES,
    TASK_DECORATORS,
    is_celery,
    is_foreign,
    is_named_as_foreign,
)
from ..facts.options import are_of_celery
from ..settings import Settings
from ..syntax import Syntax
from ..syntax.scopes import FunctionNode
from ..syntax.tree import ALIASES
from .tasks import Option

#: More base classes than anybody has: what lies behind them is as good as another module's.
MOST_BASES = 32

KnownBy = Literal["celery", "attribute", "option", "configuration"]


class Decorator(NamedTuple):
    """What a decorator says: how it is known to make a task, and with which options."""

    known_by: KnownBy
    options: dict[str, Option]
    complete: bool

    @property
    def is_house(self) -> bool:
        """Whether it is one of the project's own: it may bring options."""
        return self.known_by in {"option", "configuration"}


class Recognition:
    """Which decorators and classes of a module make tasks."""

    def __init__(self, syntax: Syntax, settings: Settings) -> None:
        self.tree = syntax.tree
        self.names = syntax.names
        self.values = syntax.values
        self.settings = settings
        self._local_bases: dict[ast.ClassDef, tuple[ast.ClassDef, ...]] = {}
        self.imports_celery = any(_is_celery_import(name) for name in self.tree.imported)

    @cached_property
    def makes_app(self) -> bool:
        """Whether the module makes a Celery app."""
        return any(self._is_app_call(call) for call in self.tree.calls)

    @cached_property
    def makes_app_with_task_class(self) -> bool:
        """Whether an app made here has a ``task_cls=`` for all its tasks."""
        return any(
            keyword.arg == "task_cls"
            for call in self.tree.calls
            if self._is_app_call(call)
            for keyword in call.keywords
        )

    @cached_property
    def has_amqp_broker(self) -> bool:
        """Whether the module names a broker of AMQP (RabbitMQ): ``Celery(broker="amqp://…")``,
        ``app.conf.broker_url = …``, ``app.conf.update(broker_url=…)``."""
        named = [
            keyword.value
            for call in self.tree.calls
            for keyword in call.keywords
            if keyword.arg in BROKER_SETTINGS
        ]
        named += [
            statement.value
            for scope in self.tree.scopes
            for statement in scope.walk(ast.Assign)
            for target in statement.targets
            if getattr(target, "attr", getattr(target, "id", None)) in BROKER_SETTINGS
        ]
        urls = (self.values.value(expression) for expression in named)
        return any(isinstance(url, str) and url.startswith(("amqp", "pyamqp")) for url in urls)

    def is_task_type(self, annotation: ast.expr | None) -> bool:
        """Whether an annotation names Celery's ``Task`` or a class-based task of the module
        (quoted, or one side of ``… | None``, too)."""
        return any(self.is_task_class(node) for node in _names_in(annotation))

    def is_current_task(self, expression: ast.expr) -> bool:
        """Whether an expression is ``celery.current_task`` (or a name for it)."""
        return (
            self._may_name_current_task
            and self.names.qualified(self.values.read(expression)) in CURRENT_TASKS
        )

    @cached_property
    def _may_name_current_task(self) -> bool:
        return self.tree.may_name(["current_task"])

    def _is_app_call(self, call: ast.Call) -> bool:
        return self.names.qualified(call.func) in APP_CLASSES

    def read_decorator(self, expression: ast.expr) -> Decorator | None:
        options: dict[str, Option] = {}
        complete = True
        for _ in range(ALIASES):
            if isinstance(expression, ast.Call):
                keywords = self.values.keywords(expression)
                complete = complete and keywords.complete
                for item in keywords.items:
                    options.setdefault(item.name, Option.from_item(item))
                partial = self.names.qualified(expression.func) == "functools.partial"
                wrapped = partial and expression.args
                expression = expression.args[0] if wrapped else expression.func
                continue
            value = self.names.assigned(expression) if isinstance(expression, ast.Name) else None
            if not isinstance(value, (ast.Call, ast.Name, ast.Attribute)):
                break
            expression = value
        known_by = self._what_shows_a_task(expression, options)
        return Decorator(known_by, options, complete) if known_by else None

    def _what_shows_a_task(self, decorator: ast.expr, options: dict[str, Option]) -> KnownBy | None:
        qualified = self.names.qualified(decorator)
        if self._is_configured(decorator, self.settings.task_decorators):
            return "configuration"
        maker = self.names.made_by(decorator)
        if is_foreign(qualified) or is_foreign(maker):
            return None
        if is_celery(qualified, *TASK_DECORATORS):
            return "celery"
        if isinstance(decorator, ast.Attribute) and decorator.attr in {"task", "periodic_task"}:
            if maker in APP_CLASSES:
                return "celery"
            return None if is_named_as_foreign(_last_name(decorator.value)) else "attribute"
        return "option" if are_of_celery(options) else None

    def _is_configured(self, expression: ast.expr, names: frozenset[str]) -> bool:
        """Whether one of these dotted names is the end of what a name stands for, or of what is
        written."""
        return isinstance(expression, (ast.Name, ast.Attribute)) and any(
            f".{dotted}".endswith(f".{name}")
            for name in names
            for dotted in (self.names.qualified(expression), ast.unparse(expression))
        )

    def local_bases(self, node: ast.ClassDef) -> tuple[ast.ClassDef, ...]:
        """The classes of the module that a class inherits from, nearest first, up to
        :data:`MOST_BASES` of them."""
        if node not in self._local_bases:
            found: dict[ast.ClassDef, None] = {node: None}
            queue = [node]
            for around in queue:
                for base in around.bases:
                    definition = self.names.definition(base)
                    if isinstance(definition, ast.ClassDef) and definition not in found:
                        found[definition] = None
                        queue.append(definition)
                if len(found) > MOST_BASES:
                    break
            self._local_bases[node] = tuple(found)[1 : MOST_BASES + 1]
        return self._local_bases[node]

    def method(self, class_: ast.ClassDef, *names: str) -> FunctionNode | None:
        """The method of one of these names that a class has, or inherits from the nearest class of
        the module that has one."""
        for each in (class_, *self.local_bases(class_)):
            for statement in each.body:
                if isinstance(statement, FunctionNode) and statement.name in names:
                    return statement
        return None

    def leaves_module(self, node: ast.ClassDef) -> bool:
        """Whether a class inherits, through classes of the module perhaps, from one of another
        module that isn't Celery's own; or from more than can be followed."""
        bases = self.local_bases(node)
        return len(bases) >= MOST_BASES or any(map(self._is_elsewhere, (node, *bases)))

    def class_named(self, expression: ast.expr) -> ast.ClassDef | None:
        """The class of the module that a name (or an alias of it) stands for, and nothing else."""
        definition = self.names.definition(expression)
        if not isinstance(definition, ast.ClassDef):
            return None
        bindings = self.tree.scope_of(definition).bindings[definition.name]
        return definition if len(bindings) == 1 else None

    def _is_elsewhere(self, node: ast.ClassDef) -> bool:
        """Whether one of a class's own bases is of another module and isn't Celery's own."""
        return any(
            self.names.definition(base) is None
            and not self.is_celery_class(base)
            and self.names.qualified(base) != "object"
            for base in node.bases
        )

    def is_task_class(self, expression: ast.expr) -> bool:
        """Whether an expression is a class that makes tasks: Celery's, one that the user names, or
        one of the module that inherits from such."""
        if self.is_celery_class(expression):
            return True
        if self._is_configured(expression, self.settings.task_bases):
            return True
        definition = self.names.definition(expression)
        if not isinstance(definition, ast.ClassDef):
            return False
        return any(
            self.is_celery_class(base) or self._is_configured(base, self.settings.task_bases)
            for known in (definition, *self.local_bases(definition))
            for base in known.bases
        )

    def is_celery_class(self, expression: ast.expr) -> bool:
        """Whether an expression is Celery's own ``Task``, or that of an app."""
        if is_celery(self.names.qualified(expression), *TASK_CLASSES):
            return True
        if not (isinstance(expression, ast.Attribute) and expression.attr == "Task"):
            return False
        if self.names.made_by(expression) in APP_CLASSES:
            return True
        app = expression.value
        name = _last_name(app)
        return name in APP_NAMES and self.names.qualified(app) not in {name, None}


def _is_celery_import(name: str) -> bool:
    if name.partition(".")[0] == "celery":
        return True
    source, _, imported = name.rpartition(".")
    return imported in APP_NAMES and source.rpartition(".")[2] in APP_MODULES


def _last_name(expression: ast.expr) -> str | None:
    """``huey`` of ``huey``, ``queues.huey`` and ``self.huey``."""
    if isinstance(expression, ast.Name):
        return expression.id
    return expression.attr if isinstance(expression, ast.Attribute) else None


def _names_in(annotation: ast.expr | None) -> Iterator[ast.expr]:
    """The names and attributes in an annotation, those in quotes too."""
    if annotation is None:
        return
    stack: list[ast.AST] = [annotation]
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.Name, ast.Attribute)):
            yield node
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                stack.append(ast.parse(node.value, mode="eval").body)
            except (SyntaxError, ValueError):
                continue
        else:
            stack.extend(ast.iter_child_nodes(node))
