"""Configuration: where a module sets Celery's settings, and where it reads them again."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..facts.celery_settings import (
    CERTAIN_PREFIXES,
    ENOUGH,
    INVENTED_SETTINGS,
    SETTINGS,
    SETTINGS_MODULES,
)
from ..facts.decorators import APP_CLASSES, APP_NAMES, is_foreign
from ..facts.options import RETRY_OPTIONS
from ..syntax.values import Constant, Unknown
from .module import Module
from .remembering import remembered

#: Methods of an app or its ``conf`` that set what they are given by name or in a dict.
SETTING_METHODS = frozenset({"add_defaults", "update"})


#: What names a place of settings: an app or its ``conf``, a setting in a dict.
PLACES = ("Celery", "conf", "add_defaults", *CERTAIN_PREFIXES)


class Assignment(NamedTuple):
    """A setting that is given a value: ``node`` is its name, in whatever form."""

    name: str
    node: ast.expr | ast.keyword
    value: ast.expr | None


def invented_settings(module: Module) -> Iterator[Assignment]:
    """The settings for retries that a module sets, that Celery doesn't have, and that the module
    itself reads nowhere."""
    if not module.tree.may_name(INVENTED_SETTINGS):
        return
    found = [each for each in _assignments(module) if each.name in INVENTED_SETTINGS]
    if found:
        read = frozenset(_names_read(module))
        yield from (each for each in found if each.name not in read)


@remembered
def annotated_options(module: Module) -> frozenset[str]:
    """The retry options that ``task_annotations`` set here, for some task or for all: they hold
    whatever stands at the task (``Task.annotate``)."""
    if not module.tree.may_name(["task_annotations"]):
        return frozenset()
    values = [each.value for each in _assignments(module) if each.name == "task_annotations"]
    names = (_names_in(module, value) for value in values if value is not None)
    return frozenset[str]().union(*names) & frozenset(RETRY_OPTIONS)


def _names_in(module: Module, annotations: ast.expr) -> Iterable[str]:
    """The options in ``{"*": {"max_retries": 5}}``; every one where they can't be read."""
    tasks = module.values.items(annotations)
    if tasks is None or not tasks.complete:
        return RETRY_OPTIONS
    names: list[str] = []
    for task in tasks.items:
        options = module.values.items(task.value)
        if options is None or not options.complete:
            return RETRY_OPTIONS
        names += [option.name for option in options.items]
    return names


@remembered
def _assignments(module: Module) -> list[Assignment]:
    found: list[Assignment] = []
    if not (module.name in SETTINGS_MODULES or module.tree.may_name(PLACES)):
        return found
    for scope in module.tree.scopes:
        for display in scope.walk(ast.Dict):
            found += _of_settings(_entries(display))
        for node in scope.walk((ast.Assign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                name = _setting_set(module, target)
                if isinstance(name, str):
                    found.append(Assignment(name, target, node.value))
    for call in module.tree.calls:
        found += _in_call(module, call)
    return found


def _setting_set(module: Module, target: ast.expr) -> Constant | Unknown:
    """The setting that an assignment to ``app.conf.name`` or ``app.conf["name"]`` sets, or, in a
    module of settings, one to ``name``; what is no text names none."""
    if isinstance(target, ast.Name):
        is_setting = module.name in SETTINGS_MODULES and (
            module.tree.scope_of(target) is module.tree.root
        )
        return target.id if is_setting else None
    if isinstance(target, ast.Attribute) and is_conf(module, target.value):
        return target.attr
    if isinstance(target, ast.Subscript) and is_conf(module, target.value):
        return module.values.value(target.slice)
    return None


def _in_call(module: Module, call: ast.Call) -> Iterator[Assignment]:
    # That of a ``**`` is no setting's.
    keywords = [Assignment(str(word.arg), word, word.value) for word in call.keywords]
    if isinstance(call.func, ast.Name) and call.func.id == "dict":
        yield from _of_settings(keywords)
    elif keywords and module.names.qualified(call.func) in APP_CLASSES:  # most calls have none
        yield from keywords
    elif isinstance(call.func, ast.Attribute):
        method, receiver = call.func.attr, call.func.value
        if method in SETTING_METHODS and _is_conf_or_app(module, receiver, method):
            yield from keywords
            if call.args and isinstance(call.args[0], ast.Dict):
                yield from _entries(call.args[0])
        elif method == "setdefault" and call.args and is_conf(module, receiver):
            name = module.values.value(call.args[0])
            if isinstance(name, str):
                yield Assignment(name, call.args[0], call.args[1] if call.args[1:] else None)


def _entries(display: ast.Dict) -> list[Assignment]:
    return [
        Assignment(str(key.value), key, value)
        for key, value in zip(display.keys, display.values, strict=True)
        if isinstance(key, ast.Constant)
    ]


def _of_settings(entries: list[Assignment]) -> list[Assignment]:
    """The entries of a dict, where it is one of Celery's settings."""
    known = [entry.name for entry in entries if entry.name in SETTINGS]
    is_certain = any(name.startswith(CERTAIN_PREFIXES) for name in known)
    return entries if len(known) >= ENOUGH and is_certain else []


def _is_conf_or_app(module: Module, expression: ast.expr, method: str) -> bool:
    return is_conf(module, expression) or (method == "add_defaults" and is_app(module, expression))


def is_conf(module: Module, expression: ast.expr) -> bool:
    """Whether an expression is the ``conf`` of a Celery app."""
    expression = module.values.read(expression)
    return (
        isinstance(expression, ast.Attribute)
        and expression.attr == "conf"
        and is_app(module, expression.value)
    )


def is_app(module: Module, expression: ast.expr) -> bool:
    """Whether an expression is a Celery app: one that is made here, or, in a module that imports
    Celery, one that is called as apps are."""
    maker = module.names.made_by(expression)
    if maker in APP_CLASSES:
        return True
    if not module.recognition.imports_celery or is_foreign(maker):
        return False
    qualified = module.names.qualified(expression) or ""
    if is_foreign(qualified):
        return False
    written = expression.attr if isinstance(expression, ast.Attribute) else None
    written = expression.id if isinstance(expression, ast.Name) else written
    return not {written, qualified.rpartition(".")[2]}.isdisjoint(APP_NAMES | {"current_app"})


def _names_read(module: Module) -> Iterator[str]:
    """The names of settings that a module reads, of the ``conf``, of a dict, or, in a module of
    settings, as they are."""
    for scope in module.tree.scopes:
        for node in scope.nodes:
            if isinstance(node, ast.Call):
                # ``conf.get("name")``, ``getattr(conf, "name")``
                is_get = isinstance(node.func, ast.Attribute) and node.func.attr in {"get", "pop"}
                is_getattr = isinstance(node.func, ast.Name) and node.func.id == "getattr"
                asked = node.args[:1] if is_get else node.args[1:2] if is_getattr else []
                yield from (str(module.values.value(name)) for name in asked)
            elif isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and (
                isinstance(node.ctx, ast.Load)
            ):
                yield from _read_by(module, node)


def _read_by(module: Module, node: ast.Name | ast.Attribute | ast.Subscript) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield from [node.id] if module.name in SETTINGS_MODULES else []
    elif isinstance(node, ast.Subscript):
        yield str(module.values.value(node.slice))
    elif is_conf(module, node.value):
        yield node.attr
