"""The fixtures, as the tests read them.

``fixtures/rules/<rule>/bad*.py`` says with ``# expect: CRT101`` (several codes with commas) which
lines hold which findings, and there may be no others. ``fixed*.py`` beside it is what the rule's
safe fixes make of it, ``unsafely_fixed*.py`` what all of its fixes make of it; where there is none,
nothing is changed. ``lookalike*.py`` is right, however wrong it looks. A name that ends in
``_py311`` needs that Python, or a newer one. ``messages.txt`` is what the rule says in its
folder, in source order: what a user reads.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from project import FIXTURES

from flake8_celery_retry.fixing.fixer import fix_source
from flake8_celery_retry.linting.findings import Finding
from flake8_celery_retry.linting.lint import lint
from flake8_celery_retry.settings import Settings

#: A folder for each rule.
FOLDERS = sorted(path for path in (FIXTURES / "rules").iterdir() if path.is_dir())
#: What is linted: the fixtures without what fixes make of them.
LINTED = sorted(
    path
    for path in (*FIXTURES.glob("seed/*.py"), *FIXTURES.glob("rules/*/*.py"))
    if "fixed" not in path.name
)
BAD = [path for path in LINTED if path.name.startswith("bad")]

EXPECTATION = re.compile(r"#.*?\bexpect: (CRT\d+(?:, CRT\d+)*)")

NEEDED = re.compile(r"_py3(\d+)$")

Findings = set[tuple[int, str]]


def name(path: Path) -> str:
    """Its path from the folder of the fixtures."""
    return str(path.relative_to(FIXTURES))


def needs_newer_python(path: Path) -> bool:
    """Whether it has syntax that this Python can't read."""
    needed = NEEDED.search(path.stem)
    return needed is not None and sys.version_info < (3, int(needed[1]))


def code_of(path: Path) -> str:
    """The code of the rule whose folder holds it."""
    return path.parent.name.partition("_")[0].upper()


def opinions_of(path: Path) -> frozenset[str]:
    """An opinion is asked for in its own folder, and nowhere else."""
    code = code_of(path)
    return frozenset({code}) if code.startswith("CRT9") else frozenset()


@cache
def findings(path: Path, source: str | None = None) -> list[Finding]:
    """What the linter finds in it, or in this source in its place."""
    source = path.read_text(encoding="utf-8") if source is None else source
    settings = Settings(opinions=opinions_of(path))
    return lint(ast.parse(source), source.splitlines(keepends=True), settings, str(path))


def expected(path: Path) -> Findings:
    """The line (from 1) and code of each finding that its comments announce."""
    found = set()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for match in EXPECTATION.finditer(line):
            found |= {(number, code) for code in match.group(1).split(", ")}
    return found


def messages_among(found: Iterable[Finding], path: Path) -> list[str]:
    """What the rule of its folder says there, in source order."""
    own = [finding for finding in found if finding.code == code_of(path)]
    own.sort(key=lambda finding: (finding.line, finding.column))
    return [finding.message for finding in own]


def recorded_messages(path: Path) -> list[str]:
    """The same as ``messages.txt`` beside it has it."""
    return read_messages(path.parent).get(path.name, [])


def read_messages(folder: Path) -> dict[str, list[str]]:
    """What ``messages.txt`` of a folder holds, by the name of the file."""
    path = folder / "messages.txt"
    recorded: dict[str, list[str]] = {}
    heading = ""
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        if line.startswith(" "):
            recorded[heading].append(line.strip())
        else:
            heading = line
            recorded[heading] = []
    return recorded


def text_of_messages(recorded: dict[str, list[str]]) -> str:
    """The same as it is written there."""
    return "".join(
        "".join(f"{line}\n" for line in (heading, *(f"    {message}" for message in messages)))
        for heading, messages in sorted(recorded.items())
    )


def fixed_version(path: Path, unsafe: bool) -> Path:
    """The file that holds what the fixes make of a ``bad*.py``: itself where there are none."""
    rest = path.name.removeprefix("bad")
    for prefix in ["unsafely_fixed", "fixed"] if unsafe else ["fixed"]:
        if (version := path.with_name(prefix + rest)).exists():
            return version
    return path


def what_fixes_make(path: Path, *, unsafe: bool) -> bytes:
    """What the fixes of its folder's rule make of a ``bad*.py``.

    Raises `ValueError` when the fixer leaves it alone.
    """
    outcome = fix_source(
        path.read_bytes(),
        Settings(opinions=opinions_of(path)),
        unsafe=unsafe,
        wanted=lambda _lines, finding: finding.code == code_of(path),
    )
    if outcome.error is not None:
        raise ValueError(f"{name(path)}: {outcome.error}")
    return outcome.source


def fixed_versions(path: Path) -> dict[Path, bytes | None]:
    """What ``fixed*.py`` and ``unsafely_fixed*.py`` of a ``bad*.py`` hold; None: there is none."""
    before = path.read_bytes()
    safely = what_fixes_make(path, unsafe=False)
    unsafely = what_fixes_make(path, unsafe=True)
    rest = path.name.removeprefix("bad")
    return {
        path.with_name("fixed" + rest): None if safely == before else safely,
        path.with_name("unsafely_fixed" + rest): None if unsafely == safely else unsafely,
    }
