"""Edits that the fixes of several rules have in common."""

from __future__ import annotations

import ast

from .edits import (
    AddImport,
    Edit,
    RemoveArgument,
    RemoveItem,
    RemoveStatement,
    RenameKeyword,
    ReplaceExpression,
    SetFirstParameter,
    SetHandlerType,
    SetKeyword,
)
from .model import Handler, Module, Option, Task
from .model.tree import FunctionNode
from .model.values import Item

#: The name that a fix gives an exception, as Celery's own documentation does.
EXCEPTION_NAME = "exc"


def drop(option: Option | Item) -> Edit:
    """Take an option out of its call, dict display or class."""
    if isinstance(option.element, ast.stmt):
        return RemoveStatement(option.element)
    if isinstance(option.holder, ast.Dict):
        assert isinstance(option.element, ast.expr)
        return RemoveItem(option.holder, option.element)
    assert isinstance(option.holder, ast.Call)
    return RemoveArgument(option.holder, option.element)


def rename(option: Option | Item, name: str) -> Edit:
    """Give an option another name, its value untouched."""
    element = option.element
    if isinstance(element, ast.keyword):
        return RenameKeyword(element, name)
    if isinstance(element, ast.Assign):
        return ReplaceExpression(element.targets[0], (name,))
    if isinstance(element, ast.AnnAssign):
        return ReplaceExpression(element.target, (name,))
    assert isinstance(element, ast.expr)
    return ReplaceExpression(element, (f'"{name}"',))


def bind(task: Task) -> tuple[Edit, ...]:
    """Make a task function a bound one, with ``self`` as its first parameter."""
    assert task.decorator is not None
    assert isinstance(task.node, FunctionNode)
    bound = task.option("bind")
    if bound is None:
        binding: Edit = SetKeyword(task.decorator, "bind", ("True",))
    else:
        binding = ReplaceExpression(bound.value, ("True",))
    return binding, SetFirstParameter(task.node, "self")


def name_exception(handler: Handler) -> tuple[str, tuple[Edit, ...]]:
    """The name under which a handler holds its exception, and the edits that give it one."""
    if handler.name is not None:
        return handler.name, ()
    type_ = None if handler.node.type is not None else ("Exception",)
    return EXCEPTION_NAME, (SetHandlerType(handler.node, type_, EXCEPTION_NAME),)


def import_name(module: Module, source: str, name: str) -> tuple[str, tuple[Edit, ...]]:
    """The name to write for something of another module, and the import it may need."""
    known = module.local_name(f"{source}.{name}")
    if known is not None:
        return known, ()
    taken = any(name in scope.bindings for scope in module.scopes)
    alias = f"Celery{name}" if taken else None
    return alias or name, (AddImport(source, name, alias),)
