"""Raised after: what a run raises right after a retry call that raises nothing itself."""

from __future__ import annotations

import ast

from ...facts.exceptions import is_celery_exception
from ...syntax.flow import frames, may_catch, tries_among
from ..module import Module
from ..retries import RetryCall
from .sorting import SIGNALS


def raised_after(call: RetryCall) -> ast.Raise | None:
    """The ``raise`` that stands right after the statement of a retry call, where no ``try`` of its
    function catches what it raises."""
    tree, values = call.module.tree, call.module.values
    following = tree.statements_after(call.statement)[:1]
    if not following or not isinstance(following[0], ast.Raise):
        return None
    raised = following[0]
    around = tries_among(frames(tree, raised))
    return None if any(may_catch(values, each, raised) for each in around) else raised


def is_signal(module: Module, raised: ast.Raise) -> bool:
    """Whether a ``raise`` ends the run by an exception that Celery made for it: ``Ignore``."""
    return is_celery_exception(module.values.raised(raised), *SIGNALS)
