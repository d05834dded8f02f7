"""Exhaustion: what a retry call raises when the retries are used up, and who waits for it.

``Task.retry`` raises the exception it was given as ``exc``; only without one does it raise
``MaxRetriesExceededError`` (``celery/app/task.py``).
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence

from ...facts.exceptions import BROAD, is_celery_exception
from ..handlers import Handler
from ..module import Module
from ..retries import RetryCall

EXHAUSTED = "MaxRetriesExceededError"


def unreachable_handlers(calls: Sequence[RetryCall]) -> Iterator[tuple[Handler, list[RetryCall]]]:
    """The clauses for ``MaxRetriesExceededError`` that none of the retry calls in the body of
    their ``try`` can reach, with these calls."""
    waiting: dict[ast.ExceptHandler, tuple[Handler, list[RetryCall]]] = {}
    for call in calls:
        for statement in call.tries:
            for handler in call.handlers_of(statement):
                if handler.catches(EXHAUSTED):
                    waiting.setdefault(handler.node, (handler, []))[1].append(call)
    for handler, called in waiting.values():
        if all(_raises_something_else(call, handler) for call in called):
            yield handler, called


def _raises_something_else(call: RetryCall, handler: Handler) -> bool:
    """Whether an exhausted retry call raises an exception that a clause does not catch."""
    exc = call.argument("exc")
    if exc is None:
        return False
    return all(
        not _may_be_none(call.module, arm) and not _may_be_caught(arm, handler)
        for arm in call.module.values.arms(exc)
    )


def _may_be_none(module: Module, exc: ast.expr) -> bool:
    """Whether an expression may come to ``None``: a parameter that says so, a name that is given
    ``None`` somewhere, ``error or None``."""
    if isinstance(exc, ast.BoolOp):
        return any(_may_be_none(module, value) for value in exc.values)
    if module.values.value(exc) is None:
        return True
    if not isinstance(exc, ast.Name):
        return False
    parameter = module.names.parameter(exc)
    if parameter is not None and _is_optional(module, parameter):
        return True
    found = module.names.lookup(exc.id, module.tree.scope_of(exc))
    values = [binding.value for binding in found[1]] if found is not None else []
    return any(value is not None and module.values.value(value) is None for value in values)


def _is_optional(module: Module, parameter: ast.arg) -> bool:
    arguments = module.tree.parent(parameter)
    assert isinstance(arguments, ast.arguments)
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = dict(zip(reversed(positional), reversed(arguments.defaults), strict=False))
    defaults |= {
        parameter: default
        for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is not None
    }
    default = defaults.get(parameter)
    if default is not None and module.values.value(default) is None:
        return True
    annotation = ast.unparse(parameter.annotation) if parameter.annotation else ""
    return "None" in annotation or "Optional" in annotation


def _may_be_caught(exc: ast.expr, handler: Handler) -> bool:
    """Whether a clause for ``MaxRetriesExceededError`` may catch the exception of a retry call, as
    far as their classes can be told."""
    kinds = _kinds_of(handler.module, exc)
    if any(is_celery_exception(kind, EXHAUSTED) for kind in kinds):
        return True
    others = [name for name in handler.caught if not is_celery_exception(name, EXHAUSTED)]
    return any(_may_be_related(kind, other) for kind in kinds for other in others)


def _kinds_of(module: Module, exc: ast.expr) -> list[str | None]:
    """The classes that an exception may be of; ``None`` for each that can't be told."""
    if isinstance(exc, ast.Call):
        return [module.values.exception(exc.func)]
    if isinstance(exc, ast.Name):
        for around, _ in module.tree.ancestors(exc):
            if isinstance(around, ast.ExceptHandler) and around.name == exc.id:
                return module.values.exceptions(around.type)
    return [module.values.exception(exc)]


def _may_be_related(kind: str | None, other: str | None) -> bool:
    """Whether an exception of one class may also be one of another."""
    if kind is None or other is None or kind == other or other in BROAD:
        return True
    if other.startswith("celery."):
        return kind in BROAD or kind.startswith("celery.")
    known, known_other = getattr(builtins, kind, None), getattr(builtins, other, None)
    if isinstance(known, type) and isinstance(known_other, type):
        return issubclass(known, known_other) or issubclass(known_other, known)
    return True
