"""Edits that the fixes of several rules have in common."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from math import isfinite

from .edits import (
    AddImport,
    Edit,
    RemoveArgument,
    RemoveItem,
    RemoveStatement,
    RenameKeyword,
    ReplaceExpression,
    ReplaceStatement,
    SetFirstParameter,
    SetHandlerType,
    SetKeyword,
    Source,
)
from .model import Handler, Module, Option, RetryCall, Task
from .model.flow import is_bare_return, what_follows
from .model.kinds import Kinds
from .model.tree import FunctionNode, Scope
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


def drop_argument(call: RetryCall, name: str, default: str) -> Edit | None:
    """Take an argument out of a retry call; where others follow by position, its default takes its
    place. ``None`` where it stands in a dict that may be meant for others, too."""
    item = call.arguments[name]
    if item.holder is not call.node and not isinstance(
        call.module.parent(item.holder), ast.keyword
    ):
        return None
    if item.element in call.node.args[:-1]:
        return ReplaceExpression(item.value, (default,))
    return drop(item)


def drop_limit(task: Task, option: Option | Item) -> tuple[Edit, ...] | None:
    """Take a ``max_retries`` out, and a ``retry_kwargs`` that would hold nothing else with it;
    ``None`` where its assignment gives another name the same value."""
    element = option.element
    if isinstance(element, ast.Assign) and len(element.targets) > 1:
        return None
    around = task.option("retry_kwargs")
    is_alone = len(task.retry_kwargs) == 1 and task.retry_kwargs_complete
    if around is not None and around.value is option.holder and is_alone:
        return (drop(around),)
    return (drop(option),)


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


def in_seconds(module: Kinds, delay: ast.expr) -> Source | None:
    """What to write for a delay that is a ``timedelta`` or a number in quotes; ``None`` for a
    string of which the number can't be read."""
    if not module.is_timedelta(delay):
        return without_quotes(module, delay)
    if isinstance(delay, ast.BinOp):
        return "(", delay, ").total_seconds()"
    return delay, ".total_seconds()"


def without_quotes(module: Kinds, expression: ast.expr, whole: bool = False) -> Source | None:
    """What to write for a number in quotes (only a ``whole`` one, if so asked); ``None`` for a
    string of which the number can't be read."""
    text = module.value(expression)
    try:
        number = float(text) if isinstance(text, str) else None
    except ValueError:
        return None
    if number is None or not isfinite(number) or (whole and not _is_whole(text)):
        return None
    type_ = "int" if _is_whole(text) else "float"
    if not isinstance(expression, ast.Constant):
        return f"{type_}(", expression, ")"
    return (str(int(number) if number.is_integer() else number),)


def _is_whole(text: object) -> bool:
    """Whether ``int`` takes a string."""
    return isinstance(text, str) and text.strip().lstrip("+-").isdigit()


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
    made = module.read(decorator)
    if made is decorator or not isinstance(made, ast.Call):
        return decorator
    if module.qualified(made.func) == "functools.partial":
        return decorator
    assert isinstance(decorator, ast.Name)
    return made if module.times_read(decorator.id) == 1 else None


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
        found = module.lookup(name, module.scope_of(handler.node))
        nodes = [binding.node for binding in found[1]] if found is not None else []
        if all(
            isinstance(node, ast.ExceptHandler) and not module.is_inside(handler.node, node)
            for node in nodes
        ):
            return name
    return f"retry_{EXCEPTION_NAME}"


def import_name(module: Module, source: str, name: str) -> tuple[str, tuple[Edit, ...]]:
    """The name to write for something of another module, and the import it may need."""
    known = module.local_name(f"{source}.{name}")
    if known is not None:
        return known, ()
    taken = any(name in scope.bindings for scope in module.scopes)
    alias = f"{source.partition('.')[0].capitalize()}{name}" if taken else None
    return alias or name, (AddImport(source, name, alias),)


def name_class(module: Module, node: ast.AST, qualified: str) -> tuple[str, tuple[Edit, ...]]:
    """What to write at a node for a builtin or a class of another module, through a name that is
    imported there already (``requests.RequestException``), and the import it may need."""
    source, _, name = qualified.rpartition(".")
    if not source:
        return name, ()
    known = module.visible_name(node, qualified)
    if known is not None:
        return known, ()
    around = module.visible_name(node, source)
    if around is not None:
        return f"{around}.{name}", ()
    return import_name(module, source, name)


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
    scope: Scope | None = module.scope_of(node)
    while scope is not None and scope not in task.scopes:
        scope = scope.parent
    if scope is None:
        return None
    names = [parameter.arg for parameter in scope.parameters[:1]] + [task.name]
    for name in names:
        found = module.lookup(name, module.scope_of(node))
        if found is None or len(found[1]) != 1:
            continue
        meant = found[1][0].node
        if task.receives(meant) or (meant is task.node and not task.is_class):
            return name
    return None


def retry_call(receiver: str, arguments: Sequence[tuple[str, str | ast.expr]]) -> Source:
    """The source of a retry call with these arguments by name."""
    source: list[str | ast.expr] = [f"{receiver}.retry("]
    for index, (name, value) in enumerate(arguments):
        source += [", " if index else "", f"{name}=", value]
    return (*source, ")")


def raise_instead(
    module: Module, call: ast.Call, until: ast.AST, retry: Source
) -> tuple[Edit, ...] | None:
    """Raise a retry in the place of the statement that is a call (``f()``, ``return f()``); a bare
    ``return`` after it goes.

    ``None`` where the statement does more, or where more happens between it and the end of
    ``until`` (a handler or branch).
    """
    statement = module.statement_of(call)
    value = statement.exc if isinstance(statement, ast.Raise) else getattr(statement, "value", None)
    if isinstance(value, ast.Await):
        value = value.value
    if value is not call or not isinstance(statement, (ast.Expr, ast.Return, ast.Raise)):
        return None
    replaced = ReplaceStatement(statement, ("raise ", *retry))
    if not isinstance(statement, ast.Expr):
        return (replaced,)
    if not all(map(_does_nothing, what_follows(module, call, until))):
        return None
    return replaced, *(RemoveStatement(later) for later in module.statements_after(statement))


def _does_nothing(statement: ast.stmt) -> bool:
    return is_bare_return(statement) or isinstance(statement, ast.Pass)
