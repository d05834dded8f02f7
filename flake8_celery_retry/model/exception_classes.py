"""Exception classes: whether a clause for one catches another, as far as that can be told."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..facts.exception_bases import bases_of, known_name
from ..facts.python_exceptions import BROAD
from .handlers import Handler
from .remembering import remembered_for_node

if TYPE_CHECKING:
    from .module import Module

#: A class of the module by its definition, another one by its one name; ``None`` is unknown.
ExceptionClass = ast.ClassDef | str | None
#: Classes of a chain of bases that are looked at; real ones have some five.
MOST_BASES = 50


def class_of(module: Module, expression: ast.expr) -> ExceptionClass:
    """The exception class that an expression names."""
    definition = module.names.definition(expression)
    if isinstance(definition, ast.ClassDef):
        return definition
    qualified = module.values.exception(expression)
    return known_name(qualified) if qualified is not None else None


def lineage(module: Module, expression: ast.expr) -> frozenset[ExceptionClass]:
    """An exception class with all the classes that it is known to be derived from; what isn't known
    is an ``Exception``."""
    found: set[ExceptionClass] = set()
    waiting = [class_of(module, expression)]
    while waiting and len(found) < MOST_BASES:
        known = waiting.pop()
        if known is None or known in found:
            continue
        found.add(known)
        if isinstance(known, ast.ClassDef):
            waiting.extend(class_of(module, base) for base in known.bases)
        else:
            waiting.extend(bases_of(known))
    return frozenset(found if "BaseException" in found else found | BROAD)


def first_to_catch(
    module: Module, statement: ast.Try, kinds: frozenset[ExceptionClass]
) -> Handler | None:
    """The first clause of a ``try`` that catches an exception of this lineage."""
    for clause in statement.handlers:
        if not kinds.isdisjoint(classes_caught(module, clause)):
            return Handler(module, clause, statement)
    return None


@remembered_for_node
def classes_caught(module: Module, clause: ast.ExceptHandler) -> frozenset[ExceptionClass]:
    """The classes that a clause names; a bare one catches everything."""
    if clause.type is None:
        return frozenset({"BaseException"})
    caught = module.values.elements(clause.type)
    named = [clause.type] if caught is None else caught
    return frozenset({class_of(module, each) for each in named} - {None})
