"""Letting out: whether an exception may leave a clause or a function of the module again."""

from __future__ import annotations

import ast

from ...syntax.scopes import FunctionNode, Scope
from ..handlers import Handler
from ..module import Module
from ..remembering import remembered
from ..tasks import Task


@remembered
def functions_that_raise(module: Module) -> frozenset[Scope]:
    """The functions of the module that may raise or retry by what is written in them, or in one
    that they call."""
    callers: dict[Scope, list[Scope]] = {}
    waiting: list[Scope] = []
    for scope in module.functions:
        for node in scope.walk((ast.Raise, ast.Assert, ast.Call)):
            if not isinstance(node, ast.Call) or _raises_by_name(node):
                waiting.append(scope)
            elif (called := function_called(module, node)) is not None:
                callers.setdefault(called, []).append(scope)
    found: set[Scope] = set()
    while waiting:
        scope = waiting.pop()
        if scope not in found:
            found.add(scope)
            waiting.extend(callers.get(scope, ()))
    return frozenset(found)


def lets_out(task: Task, handler: Handler) -> bool:
    """Whether a clause of a task may end in an exception or a retry on some path: itself, or in a
    function that it calls or hands the task to."""
    module = handler.module
    raising = functions_that_raise(module)
    for node in module.tree.within(handler.node.body, (ast.Raise, ast.Assert, ast.Call)):
        if not isinstance(node, ast.Call) or _raises_by_name(node):
            return True
        called = function_called(module, node)
        if called in raising:
            return True
        given = [*node.args, *(word.value for word in node.keywords)]
        if called is None and any(map(task.is_reference, given)):
            return True
    return False


def function_called(module: Module, call: ast.Call) -> Scope | None:
    """The function of the module that a call runs: by its name, or a method by that of ``self``."""
    function: ast.AST | None
    if isinstance(call.func, ast.Attribute):
        function = _method(module, call.func)
    else:
        function = module.names.definition(call.func)
    return module.tree.scope_made_by(function) if isinstance(function, FunctionNode) else None


def _method(module: Module, attribute: ast.Attribute) -> ast.AST | None:
    """The method of the class around, or of its bases in the module, that ``self.name`` is."""
    parameter = module.names.parameter(attribute.value)
    if parameter is None:
        return None
    method = module.tree.scope_of_parameter(parameter)
    assert method.parent is not None
    around = method.parent.node
    if not isinstance(around, ast.ClassDef) or method.parameters[:1] != [parameter]:
        return None
    for class_ in (around, *module.recognition.local_bases(around)):
        for binding in module.tree.scope_made_by(class_).bindings.get(attribute.attr, ()):
            if binding.kind == "definition":
                return binding.node
    return None


def _raises_by_name(call: ast.Call) -> bool:
    """Whether a call is of somebody's ``retry``, or of what says that it raises
    (``response.raise_for_status()``, ``six.reraise(…)``)."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if isinstance(call.func, ast.Name):
        name = call.func.id
    return name == "retry" or "raise" in name.lower()
