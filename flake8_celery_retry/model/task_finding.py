"""Finding tasks: the functions and classes of a module that Celery makes tasks."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from ..facts.options import are_of_celery
from ..syntax.scopes import FunctionNode, Scope
from .recognition import Decorator
from .tasks import Option, Task

if TYPE_CHECKING:
    from .module import Module


#: What a class says of itself alone: neither its tasks nor its subclasses take it over.
NOT_INHERITED = frozenset({"abstract", "name"})


def find_tasks(module: Module) -> tuple[Task, ...]:
    """The tasks of a module, in source order; an argument's ``tasks`` are not asked for."""
    decorators = {
        scope.node: made
        for scope in module.tree.scopes
        if isinstance(scope.node, FunctionNode)
        and (made := _decorator_of(module, scope.node)) is not None
    }
    classes = _ClassUses.of(module, [decorator for _, decorator in decorators.values()])
    found: dict[ast.AST, Task] = {}
    for scope in module.tree.scopes:
        node = scope.node
        task: Task | None = None
        if node in decorators:
            assert isinstance(node, FunctionNode)
            task = _task_of_function(module, node, scope, *decorators[node], found)
        elif isinstance(node, ast.ClassDef):
            task = _task_of_class(module, node, scope, classes, found)
        if task is not None:
            found[node] = task
    return tuple(found.values())


def _decorator_of(module: Module, node: FunctionNode) -> tuple[ast.expr, Decorator] | None:
    """The decorator that makes a function a task, and what it says."""
    for expression in node.decorator_list:
        decorator = module.recognition.read_decorator(expression)
        if decorator is not None:
            return expression, decorator
    return None


def _task_of_function(
    module: Module,
    node: FunctionNode,
    scope: Scope,
    expression: ast.expr,
    decorator: Decorator,
    known: dict[ast.AST, Task],
) -> Task:
    options = dict(decorator.options)
    base = options.get("base")
    class_ = module.recognition.class_named(base.value) if base is not None else None
    bases = [class_, *module.recognition.local_bases(class_)] if class_ is not None else []
    _inherit(options, bases)
    return Task(
        module=module,
        name=node.name,
        node=node,
        function=scope,
        methods=[scope],
        decorator=expression,
        known_by=decorator.known_by,
        options=options,
        options_complete=decorator.complete,
        bound=_is_bound(module, decorator),
        may_be_foreign=(
            decorator.known_by == "attribute"
            and not module.recognition.imports_celery
            and not are_of_celery(decorator.options)
        ),
        has_base_elsewhere=base is not None and _is_base_elsewhere(module, base.value, class_),
        bases=[known[each] for each in bases if each in known],
    )


def _is_base_elsewhere(module: Module, base: ast.expr, class_: ast.ClassDef | None) -> bool:
    """Whether the chain of classes that begins with a ``base=`` leaves the module."""
    if class_ is not None:
        return module.recognition.leaves_module(class_)
    return not module.recognition.is_celery_class(base)


def _inherit(options: dict[str, Option], bases: Iterable[ast.ClassDef]) -> None:
    """Add what base classes bring, the nearest first."""
    for base in bases:
        for option in _class_options(base):
            if option.name not in NOT_INHERITED:
                options.setdefault(option.name, option._replace(is_own=False))


def _is_bound(module: Module, decorator: Decorator) -> bool | None:
    option = decorator.options.get("bind")
    if option is None:
        return None if decorator.is_house or not decorator.complete else False
    value = module.values.value(option.value)
    if value is True:
        return True
    return None if value else False  # what can't be read may be true


class _ClassUses(NamedTuple):
    """What a module does with its classes.

    ``registered`` are those whose instance it hands to ``register_task``, ``replaced`` those that
    it only uses as ``base=`` of functions (with their own bases): their ``run`` never runs, for the
    function takes its place.
    """

    registered: frozenset[ast.ClassDef | None]
    replaced: frozenset[ast.ClassDef]

    @classmethod
    def of(cls, module: Module, decorators: list[Decorator]) -> _ClassUses:
        return cls(_registered_classes(module), _replaced_classes(module, decorators))


def _registered_classes(module: Module) -> frozenset[ast.ClassDef | None]:
    return frozenset(
        module.values.instance_of(call.args[0])
        for call in module.tree.calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == "register_task" and call.args
    )


def _replaced_classes(module: Module, decorators: list[Decorator]) -> frozenset[ast.ClassDef]:
    given = [
        decorator.options["base"].value for decorator in decorators if "base" in decorator.options
    ]
    direct = [class_ for value in given if (class_ := module.recognition.class_named(value))]
    found = {
        each for class_ in direct for each in (class_, *module.recognition.local_bases(class_))
    }
    if not found:
        return frozenset()
    found -= _classes_named_otherwise(module, {id(value) for value in given})
    children: dict[ast.ClassDef, list[ast.ClassDef]] = defaultdict(list)
    for scope in module.tree.scopes:
        if isinstance(scope.node, ast.ClassDef):
            for base in module.recognition.local_bases(scope.node):
                children[base].append(scope.node)
    # ``local_bases`` holds all of them, so no round but this one is needed.
    return frozenset(each for each in found if found.issuperset(children[each]))


def _classes_named_otherwise(module: Module, as_base: set[int]) -> set[ast.ClassDef]:
    """The classes that the module names elsewhere than as a base, in an annotation or in their own
    methods."""
    found: set[ast.ClassDef] = set()
    for scope in module.tree.scopes:
        for name in scope.walk(ast.Name):
            if id(name) in as_base or module.tree.field(name) in {"annotation", "bases", "returns"}:
                continue
            class_ = module.recognition.class_named(name)
            if class_ is not None and not module.tree.is_inside(name, class_):
                found.add(class_)
    return found


def _task_of_class(
    module: Module,
    node: ast.ClassDef,
    scope: Scope,
    classes: _ClassUses,
    known: dict[ast.AST, Task],
) -> Task | None:
    is_registered = node in classes.registered
    if not is_registered and not any(map(module.recognition.is_task_class, node.bases)):
        return None
    bases = module.recognition.local_bases(node)
    options = {option.name: option for option in _class_options(node)}
    abstract = options.get("abstract")
    is_abstract = abstract is not None and module.values.value(abstract.value) is True
    _inherit(options, bases)
    methods = [
        inner
        for inner in scope.inner
        if isinstance(inner.node, FunctionNode)
        and not _is_static(inner.node)
        and not (node in classes.replaced and _name_of(inner) == "run")
    ]
    runs = [method for method in methods if _name_of(method) == "run"]
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
        is_base=(not runs or is_abstract) and not is_registered,
        has_base_elsewhere=module.recognition.leaves_module(node),
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
