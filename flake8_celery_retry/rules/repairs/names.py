"""Edits that give a thing a name: a handler's exception, something imported."""

from __future__ import annotations

import ast

from ...facts.libraries import SUBMODULES
from ...fixing.edits import AddImport, Edit, ForgetImport, SetHandlerType
from ...model import Handler, Module

#: The name that a fix gives an exception, as Celery's own documentation does.
EXCEPTION_NAME = "exc"


def name_exception(handler: Handler) -> tuple[str, tuple[Edit, ...]]:
    """The name under which a handler holds its exception, and the edits that give it one."""
    if handler.name is not None:
        return handler.name, ()
    type_ = None if handler.node.type is not None else ("Exception",)
    name = _free_exception_name(handler)
    return name, (SetHandlerType(handler.node, type_, name),)


def _free_exception_name(handler: Handler) -> str:
    """A name that a handler can bind without harm: none that its function means something else
    by, for Python takes the name away again at the handler's end."""
    module = handler.module
    for name in (EXCEPTION_NAME, "error", "failure"):
        found = module.names.lookup(name, module.tree.scope_of(handler.node))
        nodes = [binding.node for binding in found[1]] if found is not None else []
        if all(
            isinstance(node, ast.ExceptHandler) and not module.tree.is_inside(handler.node, node)
            for node in nodes
        ):
            return name
    return f"retry_{EXCEPTION_NAME}"


def import_name(module: Module, source: str, name: str) -> tuple[str, tuple[Edit, ...]]:
    """The name to write for something of another module, and the import it may need."""
    known = module.names.local_name(f"{source}.{name}")
    if known is not None:
        return known, ()
    taken = name in module.names.bound
    alias = f"{source.partition('.')[0].capitalize()}{name}" if taken else None
    return alias or name, (AddImport(source, name, alias),)


def forget_name(function: ast.expr) -> Edit:
    """Take the name by which a function or class is reached out of its import, where that was the
    only use of it in the module."""
    while isinstance(function, ast.Attribute):
        function = function.value
    assert isinstance(function, ast.Name)
    return ForgetImport(function.id)


def name_class(module: Module, node: ast.AST, qualified: str) -> tuple[str, tuple[Edit, ...]]:
    """What to write at a node for a builtin or a class of another module, through a name that is
    imported there already (``requests.RequestException``), and the import it may need."""
    source, _, name = qualified.rpartition(".")
    if not source:
        return name, ()
    known = module.names.visible_name(node, qualified)
    if known is not None:
        return known, ()
    around = module.names.visible_name(node, source)
    if around is not None:
        return f"{around}.{name}", ()
    package = SUBMODULES.get(source)
    around = module.names.visible_name(node, package) if package else None
    if around is not None:
        return f"{around}.{source.rpartition('.')[2]}.{name}", ()
    return import_name(module, source, name)
