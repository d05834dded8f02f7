"""Misplaced: arguments of a retry call that do not arrive where they are meant to."""

from __future__ import annotations

import ast
from typing import NamedTuple

from ..facts.misspellings import is_task_option, meant_argument
from ..syntax.values import Item
from .retries import RetryCall
from .tasks import Option


class Misspelling(NamedTuple):
    """A keyword that ``Task.retry`` does not know, and the one that is meant; ``None`` for an
    option of the task, which means nothing there."""

    written: Item | Option
    meant: str | None


def exception_in_args(call: RetryCall) -> ast.expr | None:
    """The exception, or the class of one, that a retry call passes first, where ``args`` stands."""
    return next(filter(call.module.kinds.is_exception, call.node.args[:1]), None)


def misspelling(written: Item | Option) -> Misspelling | None:
    """The misspelling in the name of an argument, if it is one."""
    meant = meant_argument(written.name)
    if meant is None and not is_task_option(written.name):
        return None
    return Misspelling(written, meant)


def misspelled(call: RetryCall) -> list[Misspelling]:
    """The misspelled arguments of a retry call, in source order."""
    return [found for item in call.arguments.values() if (found := misspelling(item))]


def is_misplaced(call: RetryCall) -> bool:
    """Whether an argument of a retry call stands in the wrong place or under a wrong name: what
    it lacks then is no decision of the author's (CRT103, CRT109)."""
    return exception_in_args(call) is not None or bool(misspelled(call))
