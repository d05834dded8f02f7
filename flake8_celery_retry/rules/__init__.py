"""The rules: one file each, found by themselves.

A rule's file is named ``<code>_<name>.py``. Its docstring is the rule's page, and its function
``check(module)`` asks the model of a module its question and yields a
:class:`~flake8_celery_retry.linting.findings.Mistake` for every answer. Nobody keeps a list.

What else is to be known of a rule, its file says with a constant: ``HOLDS_OTHERS_BACK``,
``IS_SEEN_UNBOUND`` and ``SPEAKS_OF_OPTIONS`` (see :class:`Rule`).
"""

from __future__ import annotations

import ast
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from ..linting.findings import Mistake
from ..settings import FATAL, OPINIONS

if TYPE_CHECKING:
    from ..model import Module


class Rule(NamedTuple):
    """A rule: ``CRT101``, ``bound-task-without-self``, and the module that has its page and its
    check."""

    code: str
    name: str
    module: ModuleType

    @property
    def check(self) -> Callable[[Module], Iterator[Mistake]]:
        """Its question to a module, with an answer for every mistake."""
        check: Callable[[Module], Iterator[Mistake]] = self.module.check
        return check

    @property
    def page(self) -> str:
        """What it says of itself: a title, and sections in their order."""
        docstring = self.module.__doc__ or _docstring_in_source(self.module)
        if docstring is None:
            return f"{self.code} {self.name}: no page; Python ran with -OO, which leaves it out\n"
        return docstring.strip() + "\n"

    @property
    def is_opinion(self) -> bool:
        """Whether the rule runs only when it is named."""
        return self.code.startswith(OPINIONS)

    @property
    def needs_celery(self) -> bool:
        """Whether what it says holds only of a task that is known to be Celery's: an opinion, and
        what speaks of options (those of a retry call too), which other libraries have as well."""
        return self.is_opinion or getattr(self.module, "SPEAKS_OF_OPTIONS", False)

    @property
    def is_fatal(self) -> bool:
        """Whether what it finds keeps a task from running, or from retrying: no fix may cause it
        anew."""
        return self.code.startswith(FATAL)

    @property
    def holds_others_back(self) -> bool:
        """Whether others say nothing of a task before what this one finds in it is fixed."""
        return getattr(self.module, "HOLDS_OTHERS_BACK", False)

    @property
    def is_held_back(self) -> bool:
        """Whether it is one of these others."""
        return not getattr(self.module, "IS_SEEN_UNBOUND", False)


def _docstring_in_source(module: ModuleType) -> str | None:
    """The docstring of a module that Python loaded without it (``PYTHONOPTIMIZE=2``)."""
    try:
        with open(str(module.__file__), encoding="utf-8") as file:
            return ast.get_docstring(ast.parse(file.read()), clean=False)
    except (OSError, SyntaxError, ValueError):
        return None


def rule_of(code: str) -> Rule | None:
    """The rule with this code (``CRT101``)."""
    return _rules_by_code().get(code)


@cache
def _rules_by_code() -> dict[str, Rule]:
    return {rule.code: rule for rule in all_rules()}


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, by code."""
    rules = []
    for found in pkgutil.iter_modules(__path__):
        if found.ispkg:
            continue
        code, _, name = found.name.partition("_")
        module = import_module(f"{__name__}.{found.name}")
        rules.append(Rule(code.upper(), name.replace("_", "-"), module))
    return tuple(sorted(rules, key=lambda rule: rule.code))
