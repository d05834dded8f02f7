"""Finding tasks: the functions and classes of a module that Celery makes tasks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..facts.options import CELERY_ONLY_OPTIONS
from ..syntax.tree import FunctionNode, Scope
from ..syntax.values import UNKNOWN
from .recognition import Decorator
from .tasks import Option, Task

if TYPE_CHECKING:
    from .module import Module


def find_tasks(module: Module) -> tuple[Task, ...]:
    """The tasks of a module, in source order; an argument's ``tasks`` are not asked for."""
    registered = _registered_classes(module)
    found: dict[ast.AST, Task] = {}
    for scope in module.tree.scopes:
        node = scope.node
        task: Task | None = None
        if isinstance(node, FunctionNode):
            task = _task_of_function(module, node, scope)
        elif isinstance(node, ast.ClassDef):
            task = _task_of_class(module, node, scope, registered, found)
        if task is not None:
            found[node] = task
    return tuple(found.values())


def _task_of_function(module: Module, node: FunctionNode, scope: Scope) -> Task | None:
    for expression in node.decorator_list:
        decorator = module.recognition.read_decorator(expression)
        if decorator is None:
            continue
        return Task(
            module=module,
            name=node.name,
            node=node,
            function=scope,
            methods=[scope],
            decorator=expression,
            known_by=decorator.known_by,
            options=decorator.options,
            options_complete=decorator.complete,
            bound=_is_bound(module, decorator),
            may_be_foreign=(
                decorator.known_by == "attribute"
                and not module.recognition.imports_celery
                and CELERY_ONLY_OPTIONS.isdisjoint(decorator.options)
            ),
        )
    return None


def _is_bound(module: Module, decorator: Decorator) -> bool | None:
    option = decorator.options.get("bind")
    if option is None:
        return None if decorator.is_house or not decorator.complete else False
    value = module.values.value(option.value)
    if value is True:
        return True
    return None if value is UNKNOWN or value else False


def _registered_classes(module: Module) -> set[ast.AST]:
    found: set[ast.AST] = set()
    for call in module.tree.calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr == "register_task":
            made = module.values.instance_of(call.args[0]) if call.args else None
            found |= {made} if made is not None else set()
    return found


def _task_of_class(
    module: Module,
    node: ast.ClassDef,
    scope: Scope,
    registered: set[ast.AST],
    known: dict[ast.AST, Task],
) -> Task | None:
    if node not in registered and not any(
        module.recognition.is_task_class(base) for base in node.bases
    ):
        return None
    bases = module.recognition.local_bases(node)
    options = {option.name: option for option in _class_options(node)}
    for base in bases:
        for option in _class_options(base):
            options.setdefault(
                option.name,
                Option(option.name, option.value, option.holder, option.element, False),
            )
    methods = [
        inner
        for inner in scope.inner
        if isinstance(inner.node, FunctionNode) and not _is_static(inner.node)
    ]
    runs = [method for method in methods if _name_of(method) == "run"]
    abstract = options.get("abstract")
    is_abstract = (
        abstract is not None and abstract.is_own and module.values.value(abstract.value) is True
    )
    return Task(
        module=module,
        name=node.name,
        node=node,
        function=runs[0] if runs else None,
        methods=methods,
        decorator=None,
        known_by="celery",
        options=options,
        options_complete=True,
        bound=True,
        is_base=(not runs or is_abstract) and node not in registered,
        has_base_elsewhere=any(module.recognition.is_elsewhere(base) for base in (node, *bases)),
        bases=[known[base] for base in bases if base in known],
    )


def _class_options(node: ast.ClassDef) -> Iterator[Option]:
    for statement in node.body:
        if isinstance(statement, ast.Assign):
            targets, value = statement.targets, statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets, value = [statement.target], statement.value
        else:
            continue
        for target in targets:
            if isinstance(target, ast.Name):
                yield Option(target.id, value, node, statement)


def _is_static(node: FunctionNode) -> bool:
    return any(
        isinstance(decorator, ast.Name) and decorator.id in {"staticmethod", "classmethod"}
        for decorator in node.decorator_list
    )


def _name_of(scope: Scope) -> str:
    return scope.node.name if isinstance(scope.node, FunctionNode) else ""
