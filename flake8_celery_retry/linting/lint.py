"""Source to findings: prefilter, model, rules."""

from __future__ import annotations

import ast
import os
from collections.abc import Sequence

from ..settings import DEFAULT, Settings
from .findings import Finding, Node


def lint(
    tree: ast.Module, lines: Sequence[str], settings: Settings = DEFAULT, path: str = ""
) -> list[Finding]:
    """All findings in a module, by place and code.

    ``tree`` is what ``ast.parse`` makes of the lines (each with its line end, without a BOM);
    ``path`` tells a module of settings (``celeryconfig.py``) by its name, and what the baseline
    knows of the file. Raises ``OSError`` or ``ValueError`` for a baseline that can't be read.
    """
    # A file that the text scan rules out is linted by nothing of this.
    from ..model import read_module
    from ..rules import all_rules

    module = read_module(tree, settings, lines, module_name(path))
    findings: dict[tuple[int, int, str], Finding] = {}
    for rule in all_rules():
        if rule.is_opinion and rule.code not in settings.opinions:
            continue
        for node, message, fix in rule.check(module):
            task = module.task_of(node)
            if task is not None and task.may_be_foreign:
                # It may be no task of Celery's at all: nothing is certain enough to change it.
                if rule.needs_celery:
                    continue
                fix = None
            line, column = _place(lines, node.lineno, node.col_offset)
            finding = Finding(rule.code, line, column, message, fix, _end(lines, node))
            findings.setdefault((line, column, rule.code), finding)
    found = [findings[place] for place in sorted(findings)]
    if not (found and settings.baseline):
        return found
    # Most projects have none.
    from .baseline import without_known

    return without_known(found, tree, settings.baseline, path)


def _place(lines: Sequence[str], line: int, offset: int) -> tuple[int, int]:
    """A place as people and editors count: ast counts columns in bytes of UTF-8."""
    return line, len(lines[line - 1].encode()[:offset].decode(errors="replace"))


def _end(lines: Sequence[str], node: Node) -> tuple[int, int]:
    """The place behind a node; behind the first line of what has a body of its own."""
    if hasattr(node, "body") and not isinstance(node, ast.expr):
        return node.lineno, len(lines[node.lineno - 1].rstrip())
    return _place(lines, node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)


def module_name(path: str) -> str:
    """The name of the module in a file: ``celeryconfig`` of ``shop/celeryconfig.py``."""
    return os.path.splitext(os.path.basename(path))[0]
