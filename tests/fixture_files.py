"""The fixtures, as the tests read them.

``fixtures/rules/<rule>/bad*.py`` says with ``# expect: CRT101`` (several codes with commas) which
lines hold which findings, and there may be no others. ``fixed*.py`` beside it is what the rule's
safe fixes make of it, ``unsafely_fixed*.py`` what all of its fixes make of it; where there is none,
nothing is changed. ``lookalike*.py`` is right, however wrong it looks. A name that ends in
``_py311`` needs that Python, or a newer one.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from project import FIXTURES

from flake8_celery_retry.fixing.fixer import fix_source
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


def opinions_of(path: Path) -> frozenset[str]:
    """An opinion is asked for in its own folder, and nowhere else."""
    code = path.parent.name.partition("_")[0].upper()
    return frozenset({code}) if code.startswith("CRT9") else frozenset()


def expected(path: Path) -> Findings:
    """The line (from 1) and code of each finding that its comments announce."""
    found = set()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for match in EXPECTATION.finditer(line):
            found |= {(number, code) for code in match.group(1).split(", ")}
    return found


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
    code = path.parent.name.partition("_")[0].upper()
    outcome = fix_source(
        path.read_bytes(),
        Settings(opinions=opinions_of(path)),
        unsafe=unsafe,
        wanted=lambda _lines, finding: finding.code == code,
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
