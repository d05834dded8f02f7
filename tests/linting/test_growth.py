"""Twice as much code is twice as much work, whatever there is more of."""

from __future__ import annotations

import ast

import pytest
from growing_modules import SHAPES
from work_done import calls_made

from flake8_celery_retry.linting.lint import lint
from flake8_celery_retry.rules import all_rules
from flake8_celery_retry.settings import Settings

ALL = Settings(opinions=frozenset(rule.code for rule in all_rules() if rule.is_opinion))

#: Each of these took the square of it once. ``benchmarks/growth.py`` measures all shapes.
ONCE_WORSE = [
    "broad handlers",
    "broad handlers of one try",
    "countdowns that are 0",
    "elif with a retry",
    "retries in one try",
    "retries of a task without self",
    "retries that are not raised",
    "sends of itself",
    "sleeps and retries",
]


@pytest.mark.parametrize("name", ONCE_WORSE)
def test_twice_as_much_is_twice_the_work(name: str) -> None:
    assert work(name, 300) < 2.2 * work(name, 150)


def work(name: str, size: int) -> int:
    source = SHAPES[name](size)
    tree, lines = ast.parse(source), source.splitlines(keepends=True)
    return calls_made(lambda: lint(tree, lines, ALL))
