"""Findings that a project knows of and lives with, in a file beside its code.

A finding is known by its path, its code and the function or class that it stands in, not by its
line or its message: formatting, edits elsewhere and new versions of this linter leave it known.
"""

from __future__ import annotations

import ast
import json
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from .findings import Finding

VERSION = 1


class Known(NamedTuple):
    """What findings are known by: the path from the baseline's folder, with slashes; the dotted
    name of the function or class around them (empty: none); and their code."""

    path: str
    scope: str
    code: str


@dataclass(frozen=True)
class Entry:
    """How many such findings are known, and perhaps why they stay."""

    known: Known
    count: int
    reason: str = ""


class UnreadableBaseline(ValueError):
    """A file that is no baseline; says why."""


@cache
def read_baseline(path: str) -> tuple[Entry, ...]:
    """The entries of a baseline.

    Raises ``OSError`` where there is no such file, and :class:`UnreadableBaseline`.
    """
    with open(path, encoding="utf-8") as file:
        text = file.read()
    try:
        content = json.loads(text)
        if content["version"] != VERSION:
            raise UnreadableBaseline(f"version {content['version']} is not {VERSION}")
        return tuple(
            Entry(
                Known(str(each["path"]), str(each["scope"]), str(each["code"])),
                int(each["count"]),
                str(each.get("reason", "")),
            )
            for each in content["findings"]
        )
    except UnreadableBaseline:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableBaseline(f"no baseline: {type(error).__name__}: {error}") from error


def written(entries: Iterable[Entry]) -> str:
    """The text of a baseline: an entry a line, so that branches merge."""
    lines = [
        json.dumps(
            {**entry.known._asdict(), "count": entry.count}
            | ({"reason": entry.reason} if entry.reason else {})
        )
        for entry in sorted(entries, key=lambda entry: entry.known)
    ]
    inner = "".join(f"\n    {line}," for line in lines).rstrip(",")
    return f'{{\n  "version": {VERSION},\n  "findings": [{inner}\n  ]\n}}\n'


def path_in(baseline: str, path: str) -> str:
    """A file's path as the baseline has it."""
    folder = os.path.dirname(os.path.abspath(baseline))
    return os.path.relpath(os.path.abspath(path), folder).replace(os.sep, "/")


def kinds_of(
    findings: Sequence[Finding], tree: ast.Module, baseline: str, path: str
) -> list[Known]:
    """What each of a module's findings is known by."""
    scopes = _scopes(tree)
    name = path_in(baseline, path)
    return [Known(name, _scope_of(scopes, each.line), each.code) for each in findings]


def without_known(
    findings: Sequence[Finding], tree: ast.Module, baseline: str, path: str
) -> list[Finding]:
    """The findings that a baseline doesn't know.

    Where there are more of a kind than it knows, it can't be told which are new: all stay.
    """
    known = {entry.known: entry.count for entry in read_baseline(baseline)}
    kinds = kinds_of(findings, tree, baseline, path)
    found = Counter(kinds)
    return [
        finding
        for finding, kind in zip(findings, kinds, strict=True)
        if found[kind] > known.get(kind, 0)
    ]


class _Scope(NamedTuple):
    first: int
    last: int
    name: str


def _scopes(tree: ast.Module) -> list[_Scope]:
    """The functions and classes of a module, the outer ones first, with their decorators."""
    scopes = []
    waiting: list[tuple[ast.AST, str]] = [(tree, "")]
    while waiting:
        parent, outer = waiting.pop()
        for node in ast.iter_child_nodes(parent):
            if not isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
                continue
            name = outer
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                name = f"{outer}.{node.name}".lstrip(".")
                first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
                scopes.append(_Scope(first, node.end_lineno or node.lineno, name))
            waiting.append((node, name))
    return sorted(scopes, key=lambda scope: (scope.first, -scope.last))


def _scope_of(scopes: Sequence[_Scope], line: int) -> str:
    inner = [scope.name for scope in scopes if scope.first <= line <= scope.last]
    return inner[-1] if inner else ""
