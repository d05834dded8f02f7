"""Edits of options and arguments: drop, rename, write them as Celery takes them."""

from __future__ import annotations

import ast
from math import isfinite

from ...fixing.edits import (
    Edit,
    RemoveArgument,
    RemoveItem,
    RemoveStatement,
    RenameKeyword,
    ReplaceExpression,
    ReplaceStatement,
    Source,
)
from ...model import Module, Option, RetryCall, Task
from ...syntax.values import Item


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
        call.module.tree.parent(item.holder), ast.keyword
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


def say_never(task: Task, option: Option) -> tuple[Edit, ...]:
    """Put ``max_retries=0`` in the place of a ``retry_kwargs`` that says so."""
    limit = task.option("max_retries")
    if limit is None and isinstance(option.element, ast.stmt):
        return (ReplaceStatement(option.element, ("max_retries = 0",)),)
    if limit is None:
        return rename(option, "max_retries"), ReplaceExpression(option.value, ("0",))
    if limit.holder is not task.holder or task.module.values.number(limit.value) == 0:
        return (drop(option),)
    return drop(option), ReplaceExpression(limit.value, ("0",))


def rename(option: Option | Item, name: str) -> Edit:
    """Give an option another name, its value untouched."""
    element = option.element
    if isinstance(element, ast.keyword):
        return RenameKeyword(element, name)
    assert isinstance(element, ast.expr)
    return ReplaceExpression(element, (f'"{name}"',))


def in_seconds(module: Module, delay: ast.expr) -> Source | None:
    """What to write for a delay that is a ``timedelta`` or a number in quotes; ``None`` for a
    string of which the number can't be read."""
    is_timedelta = module.kinds.is_timedelta(delay)
    return total_seconds(delay) if is_timedelta else without_quotes(module, delay)


def total_seconds(delay: ast.expr) -> Source:
    """What to write for a delay that is a ``timedelta``."""
    if isinstance(delay, ast.BinOp):
        return "(", delay, ").total_seconds()"
    return delay, ".total_seconds()"


def without_quotes(module: Module, expression: ast.expr, whole: bool = False) -> Source | None:
    """What to write for a number in quotes (only a ``whole`` one, if so asked); ``None`` for a
    string of which the number can't be read."""
    text = module.values.value(expression)
    if not isinstance(text, str):
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    is_whole = text.strip().lstrip("+-").isdigit()  # ``int`` takes it
    if not isfinite(number) or (whole and not is_whole):
        return None
    if not isinstance(expression, ast.Constant):
        return f"{'int' if is_whole else 'float'}(", expression, ")"
    return (str(int(number) if number.is_integer() else number),)
