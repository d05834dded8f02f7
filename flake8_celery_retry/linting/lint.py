"""Source to findings: prefilter, model, rules."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ..settings import DEFAULT, Settings
from .findings import Finding


def lint(tree: ast.Module, lines: Sequence[str], settings: Settings = DEFAULT) -> list[Finding]:
    """All findings in a module, by place and code.

    ``tree`` is what ``ast.parse`` makes of the lines (each with its line end, without a BOM).
    """
    from ..model import read_module
    from ..rules import all_rules

    module = read_module(tree, settings)
    findings: dict[tuple[int, int, str], Finding] = {}
    for rule in all_rules():
        if rule.is_opinion and rule.code not in settings.opinions:
            continue
        for node, message, fix in rule.check(module):
            task = module.task_of(node)
            if task is not None and task.may_be_foreign:
                # It may be no task of Celery's at all: nothing is certain enough to change it.
                if rule.is_opinion:
                    continue
                fix = None
            line = node.lineno
            offset = node.col_offset
            # ast counts columns in bytes of UTF-8; people and editors count characters.
            column = len(lines[line - 1].encode()[:offset].decode(errors="replace"))
            place = (line, column, rule.code)
            findings.setdefault(place, Finding(rule.code, line, column, message, fix))
    return [findings[place] for place in sorted(findings)]
