"""The rules: one file each, found by themselves.

A rule's file is named ``<code>_<name>.py``. Its docstring is the rule's page, and its function
``check(module)`` asks the model of a module its question and yields a
:class:`~flake8_celery_retry.linting.findings.Mistake` for every answer. Nobody keeps a list.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from ..linting.findings import Mistake
from ..settings import OPINIONS

if TYPE_CHECKING:
    from ..model import Module


@dataclass(frozen=True)
class Rule:
    """A rule: ``CRT101``, ``bound-task-without-self``, its page, and its check."""

    code: str
    name: str
    page: str
    check: Callable[[Module], Iterator[Mistake]]

    @property
    def is_opinion(self) -> bool:
        """Whether the rule runs only when it is named."""
        return self.code.startswith(OPINIONS)


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, by code."""
    rules = []
    for found in pkgutil.iter_modules(__path__):
        if found.ispkg:
            continue
        code, _, name = found.name.partition("_")
        module = import_module(f"{__name__}.{found.name}")
        assert module.__doc__, f"{found.name} has no page"
        page = module.__doc__.strip() + "\n"
        rules.append(Rule(code.upper(), name.replace("_", "-"), page, module.check))
    return tuple(sorted(rules, key=lambda rule: rule.code))
