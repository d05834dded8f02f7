"""Short modules, and what the model and the linter see in them.

A test of the model is such a module and the sentence about it; all of them are dedented here.
"""

from __future__ import annotations

import ast
from textwrap import dedent

from flake8_celery_retry.linting.lint import lint
from flake8_celery_retry.model import Module, RetryCall, Task, read_module
from flake8_celery_retry.settings import DEFAULT, Settings


def model(source: str, settings: Settings = DEFAULT) -> Module:
    """The module as the rules see it."""
    source = dedent(source)
    return read_module(ast.parse(source), settings, source.splitlines(keepends=True))


def task_names(source: str, settings: Settings = DEFAULT) -> list[str]:
    """The names of its tasks."""
    return [task.name for task in model(source, settings).tasks]


def only_task(source: str, settings: Settings = DEFAULT) -> Task:
    """Its task; it has only one."""
    [task] = model(source, settings).tasks
    return task


def retry_calls(source: str) -> list[RetryCall]:
    """Its retry calls."""
    return list(model(source).retry_calls)


def codes(source: str, settings: Settings = DEFAULT) -> list[str]:
    """The codes of all findings in it."""
    source = dedent(source)
    findings = lint(ast.parse(source), source.splitlines(keepends=True), settings)
    return [finding.code for finding in findings]


def decorated(imports: str, decorator: str) -> str:
    """A module with a function that is decorated so."""
    return f"{imports}\n\n@{decorator}\ndef charge(order_id):\n    pass\n"
