"""The fixtures are the specification: bad code with its expectations in it.

``fixtures/rules/<rule>/bad*.py`` says with ``# expect: CRT101`` (several codes with commas) which
lines hold which findings, and there may be no others. ``fixed*.py`` beside it is what the rule's
safe fixes make of it, ``unsafely_fixed*.py`` what all of its fixes make of it; where there is none,
nothing is changed. ``lookalike*.py`` is right, however wrong it looks. A name that ends in
``_py311`` needs that Python.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from flake8_celery_retry.fixing.fixer import fix_source
from flake8_celery_retry.rules import all_rules
from flake8_celery_retry.settings import Settings

FIXTURES = Path(__file__).parent.parent / "fixtures"
RULES = sorted(path for path in (FIXTURES / "rules").iterdir() if path.is_dir())
LINTED = sorted(
    path
    for path in (*FIXTURES.glob("seed/*.py"), *FIXTURES.glob("rules/*/*.py"))
    if "fixed" not in path.name
)
BAD = [path for path in LINTED if path.name.startswith("bad")]

EXPECTATION = re.compile(r"#.*?\bexpect: (CRT\d+(?:, CRT\d+)*)")
FINDING = re.compile(r"(?P<path>.+?):(?P<line>\d+):\d+: (?P<code>CRT\d+) ")

Findings = set[tuple[int, str]]


def name(path: Path) -> str:
    return str(path.relative_to(FIXTURES))


def needs_newer_python(path: Path) -> bool:
    return path.stem.endswith("_py311") and sys.version_info < (3, 11)


def opinions_of(path: Path) -> frozenset[str]:
    """An opinion is asked for in its own folder, and nowhere else."""
    code = path.parent.name.partition("_")[0].upper()
    return frozenset({code}) if code.startswith("CRT9") else frozenset()


def expected(path: Path) -> Findings:
    found = set()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for match in EXPECTATION.finditer(line):
            found |= {(number, code) for code in match.group(1).split(", ")}
    return found


@cache
def reported(*select: str) -> dict[Path, Findings]:
    """What the real flake8 reports over all fixtures."""
    run = subprocess.run(
        [sys.executable, "-m", "flake8", "--isolated", "--select=CRT", *select, str(FIXTURES)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stderr == ""
    found: dict[Path, Findings] = {}
    for line in run.stdout.splitlines():
        match = FINDING.match(line)
        assert match, line
        found.setdefault(Path(match["path"]), set()).add((int(match["line"]), match["code"]))
    return found


@pytest.mark.parametrize("path", LINTED, ids=name)
def test_flake8_reports_what_the_fixture_expects_and_nothing_more(path: Path) -> None:
    if needs_newer_python(path):
        pytest.skip("except* is syntax of Python 3.11")
    select = [f"--extend-select={code}" for code in opinions_of(path)]
    assert reported(*select).get(path, set()) == expected(path)


@pytest.mark.parametrize("folder", RULES, ids=lambda folder: folder.name)
def test_every_rule_has_bad_code_and_a_lookalike(folder: Path) -> None:
    code = folder.name.partition("_")[0].upper()
    assert any(code in {found for _, found in expected(path)} for path in folder.glob("bad*.py"))
    lookalikes = list(folder.glob("lookalike*.py"))
    assert lookalikes
    assert all(expected(path) == set() for path in lookalikes)


@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
@pytest.mark.parametrize("path", BAD, ids=name)
def test_the_fixes_of_the_rule_make_the_fixed_file(path: Path, unsafe: bool) -> None:
    if needs_newer_python(path):
        pytest.skip("except* is syntax of Python 3.11")
    code = path.parent.name.partition("_")[0].upper()
    source = path.read_bytes()
    outcome = fix_source(
        source,
        Settings(opinions=opinions_of(path)),
        unsafe=unsafe,
        wanted=lambda lines, finding: finding.code == code,
    )
    assert outcome.error is None
    assert outcome.source.decode() == fixed_version(path, unsafe).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", LINTED, ids=name)
def test_all_fixes_together_parse_and_fixing_again_changes_nothing(path: Path) -> None:
    if needs_newer_python(path):
        pytest.skip("except* is syntax of Python 3.11")
    settings = Settings(opinions=frozenset(rule.code for rule in all_rules() if rule.is_opinion))

    once = fix_source(path.read_bytes(), settings, unsafe=True)
    again = fix_source(once.source, settings, unsafe=True)

    ast.parse(once.source)
    assert (once.error, again.error) == (None, None)
    assert again.fixed == ()
    assert again.source == once.source


def fixed_version(path: Path, unsafe: bool) -> Path:
    rest = path.name.removeprefix("bad")
    for prefix in ["unsafely_fixed", "fixed"] if unsafe else ["fixed"]:
        if (version := path.with_name(prefix + rest)).exists():
            return version
    return path
