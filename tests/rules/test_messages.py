"""What every message is held to: one line, short, no full stop, the task's name in it.

The messages are those for all bad fixtures, with the tasks and functions in them renamed to names
of 20 characters.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median

import pytest
from fixture_files import LINTED, findings, needs_newer_python
from project import FIXTURES

from flake8_celery_retry.facts.celery_settings import INVENTED_SETTINGS
from flake8_celery_retry.linting.findings import Finding
from flake8_celery_retry.model import read_module
from flake8_celery_retry.settings import Settings

#: Characters that a message may have, with a task's name of so many; and half of all messages.
LONGEST = 110
MEDIAN = 90
NAME = 20

#: Methods that Celery knows by their name.
CELERYS = {"on_failure", "on_retry", "retry", "run"}

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@cache
def definitions(tree: ast.Module) -> list[Definition]:
    """The functions, and those classes that are tasks."""
    return list(_definitions(tree))


def _definitions(tree: ast.Module) -> Iterator[Definition]:
    tasks = {task.node for task in read_module(tree, Settings()).tasks}
    for node in ast.walk(tree):
        if not isinstance(node, Definition):
            continue
        is_known_by_name = node.name in CELERYS or node.name.startswith("__")
        if node in tasks if isinstance(node, ast.ClassDef) else not is_known_by_name:
            yield node


def long_names(tree: ast.Module) -> dict[str, str]:
    """A name of 20 characters for each of them; it begins as the old one does."""
    names = sorted({node.name for node in definitions(tree)})
    return {
        name: f"{name[: NAME - 4]}_{number:02}".ljust(NAME, "x")
        for number, name in enumerate(names)
    }


def renamed(source: str, names: dict[str, str]) -> str:
    """The source with other names, wherever they stand: in strings too, for tasks are sent by
    name."""
    if not names:
        return source
    return re.sub(rf"\b({'|'.join(names)})\b", lambda match: names[match[1]], source)


@cache
def with_long_names(path: Path) -> tuple[list[Finding], ast.Module]:
    """The findings in a fixture whose tasks have names of 20 characters, and its tree."""
    source = path.read_text(encoding="utf-8")
    rewritten = renamed(source, long_names(ast.parse(source)))
    found = findings(path, rewritten)
    assert [(finding.line, finding.code) for finding in found] == [
        (finding.line, finding.code) for finding in findings(path, source)
    ], "a name changes nothing about what is found"
    return found, ast.parse(rewritten)


def names_around(tree: ast.Module, line: int) -> set[str]:
    """The names of the tasks and functions that a line stands in, their decorators included."""
    return {
        node.name
        for node in definitions(tree)
        if min([node.lineno, *(part.lineno for part in node.decorator_list)]) <= line
        and line <= (node.end_lineno or node.lineno)
    }


BAD = [path for path in LINTED if not needs_newer_python(path) and "expect:" in path.read_text()]

fixtures = pytest.mark.parametrize(
    "path",
    BAD,
    ids=lambda path: str(path.relative_to(FIXTURES).with_suffix("")),
)


@fixtures
def test_a_message_is_one_short_line_without_a_full_stop(path: Path) -> None:
    messages = [finding.message for finding in with_long_names(path)[0]]
    assert messages
    for message in messages:
        assert message.isprintable(), "one line, no tabs"
        assert message == message.strip()
        assert not message.endswith("."), message
        assert len(message) <= LONGEST, f"{len(message)}: {message}"


def test_most_messages_are_shorter_by_far() -> None:
    lengths = [len(finding.message) for path in BAD for finding in with_long_names(path)[0]]
    assert median(lengths) <= MEDIAN


@fixtures
def test_a_message_names_the_task(path: Path) -> None:
    """Or the setting, which belongs to no task."""
    found, tree = with_long_names(path)
    everywhere = {node.name for node in definitions(tree)}
    for finding in found:
        around = names_around(tree, finding.line) or everywhere
        if finding.code == "CRT313":
            around = {*INVENTED_SETTINGS}
        assert any(name in finding.message for name in around), finding.message


@fixtures
def test_a_message_says_what_was_found_what_celery_does_and_what_to_write(path: Path) -> None:
    """In this order, set off from each other."""
    for finding in with_long_names(path)[0]:
        assert re.search(r"\S[:,;] .*; \S", finding.message), finding.message
