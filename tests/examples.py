"""All that the fixtures and pages say of the rules, asked in one process.

An example is a ``bad*.py``, a ``lookalike*.py`` or the code of a page. It holds where the linter
finds in it what its comments announce and nothing else, says what ``messages.txt`` says, and the
fixes make of it what stands beside it. `tests/rules` asks the same of the real flake8; here it is
seconds, for `mutants.py`.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from fixture_files import (
    BAD,
    LINTED,
    expected,
    findings,
    fixed_version,
    messages_among,
    name,
    needs_newer_python,
    recorded_messages,
    what_fixes_make,
)
from pages import expectations, read_page
from rulebook import codes

from flake8_celery_retry.linting.lint import lint
from flake8_celery_retry.settings import Settings


def examples() -> dict[str, Callable[[], bool]]:
    """The examples that this Python can read, by name; each says whether it holds."""
    found: dict[str, Callable[[], bool]] = {}
    for path in LINTED:
        if needs_newer_python(path):
            continue
        found[f"{name(path)} (findings)"] = partial(_fixture_holds, path)
        for unsafe in (False, True) if path in BAD else ():
            kind = "unsafe" if unsafe else "safe"
            found[f"{name(path)} ({kind} fixes)"] = partial(_fixes_hold, path, unsafe)
    for code in codes():
        for heading in ("Example", "Use instead"):
            found[f"{code}, {heading}"] = partial(_page_holds, code, heading)
    return found


def _fixture_holds(path: Path) -> bool:
    found = findings(path)
    if {(finding.line, finding.code) for finding in found} != expected(path):
        return False
    return messages_among(found, path) == recorded_messages(path)


def _fixes_hold(path: Path, unsafe: bool) -> bool:
    return what_fixes_make(path, unsafe=unsafe) == fixed_version(path, unsafe).read_bytes()


def _page_holds(code: str, heading: str) -> bool:
    page = read_page(code)
    source = page.example if heading == "Example" else page.use_instead
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return sys.version_info < (3, 11)  # ``except*``
    settings = Settings(opinions=frozenset({code} if code.startswith("CRT9") else ()))
    found = lint(tree, source.splitlines(keepends=True), settings)
    return {(finding.line, finding.code) for finding in found} == set(expectations(source))
