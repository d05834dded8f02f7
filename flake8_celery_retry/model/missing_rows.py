"""Missing rows: exceptions that say that a row of the database is not there."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..facts.exceptions import is_missing_row

if TYPE_CHECKING:
    from .module import Module


def missing_rows(module: Module, exceptions: ast.expr) -> list[ast.expr]:
    """Those of the exceptions in an ``except`` clause or an option that say that a row of the
    database is not there: ``Order.DoesNotExist`` and its like."""
    listed = module.values.elements(exceptions) or [exceptions]
    return [each for each in map(module.values.read, listed) if _is_missing_row(module, each)]


def _is_missing_row(module: Module, exception: ast.expr) -> bool:
    # Every model has an exception of its own as attribute, and few models can be resolved.
    if isinstance(exception, ast.Attribute) and exception.attr == "DoesNotExist":
        return True
    return is_missing_row(module.names.qualified(exception))
