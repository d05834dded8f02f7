"""Edits that bind a task, and the name by which it then is reached."""

from __future__ import annotations

import ast

from ...fixing.edits import Edit, SetFirstParameter, SetKeyword
from ...model import Task
from ...syntax.scopes import FunctionNode


def bind(task: Task) -> tuple[Edit, ...] | None:
    """Make a task function a bound one, with ``self`` as its first parameter; ``None`` where the
    option could only be written in a place that other tasks share."""
    assert task.decorator is not None
    assert isinstance(task.node, FunctionNode)
    call = _call_for_options(task)
    bound = task.option("bind")
    if call is None or (bound is not None and isinstance(bound.holder, ast.Dict)):
        return None
    return SetKeyword(call, "bind", ("True",)), SetFirstParameter(task.node, "self")


def _call_for_options(task: Task) -> ast.expr | None:
    """Where options of one task can be written: its decorator, or the call that made it ready for
    use (``job = shared_task(max_retries=3)``, then ``@job``), where no other task has it."""
    module = task.module
    decorator = task.decorator
    assert decorator is not None
    made = module.values.read(decorator)
    if made is decorator or not isinstance(made, ast.Call):
        return decorator
    if module.names.qualified(made.func) == "functools.partial":
        return decorator
    assert isinstance(decorator, ast.Name)
    return made if module.names.times_read(decorator.id) == 1 else None


def receive_task(task: Task) -> tuple[str, tuple[Edit, ...]]:
    """What to write before ``.retry`` in a task, and the edits that bind it where it is not."""
    if task.self_name is not None:
        return task.self_name, ()
    edits = bind(task) if task.bound is False else None
    return ("self", edits) if edits is not None else (task.name, ())


def name_of_running_task(task: Task, node: ast.AST) -> str | None:
    """What stands for the running task at a node in it: the name under which its function
    receives it, else its own global name; ``None`` where neither means the task there."""
    module = task.module
    around = module.enclosing_task(module.tree.scope_of(node))
    assert around is not None
    names = [*(parameter.arg for parameter in around[1].parameters), task.name]
    for name in names:
        found = module.names.lookup(name, module.tree.scope_of(node))
        if found is None or len(found[1]) != 1:
            continue
        meant = found[1][0].node
        if task.receives(meant) or (meant is task.node and not task.is_class):
            return name
    return None
