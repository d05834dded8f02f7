"""Raised after: what a run raises right after a retry call that raises nothing itself."""

from __future__ import annotations

import ast

from ...facts.exceptions import is_celery_exception
from ...syntax.flow import frames, tries_among
from ..module import Module
from ..retries import RetryCall
from .sorting import SIGNALS


def raised_after(call: RetryCall) -> ast.Raise | None:
    """The ``raise`` that stands right after the statement of a retry call, in no ``try`` of its
    function that may catch what it raises."""
    tree = call.module.tree
    following = tree.statements_after(call.statement)[:1]
    if not following or not isinstance(following[0], ast.Raise):
        return None
    return None if tries_among(frames(tree, following[0])) else following[0]


def is_signal(module: Module, statement: ast.Raise) -> bool:
    """Whether a ``raise`` ends the run by an exception that Celery made for it: ``Ignore``."""
    if statement.exc is None:
        return False
    made = module.values.read(statement.exc)
    class_ = made.func if isinstance(made, ast.Call) else made
    return is_celery_exception(module.names.qualified(class_), *SIGNALS)
