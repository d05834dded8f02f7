"""The fixtures are the specification: bad code with its expectations in it.

What their names and comments mean is said in ``fixture_files.py``.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest
from fixture_files import (
    BAD,
    FOLDERS,
    LINTED,
    Findings,
    expected,
    findings,
    fixed_version,
    messages_among,
    name,
    needs_newer_python,
    opinions_of,
    read_messages,
    recorded_messages,
    what_fixes_make,
)
from programs import flake8
from project import FIXTURES

from flake8_celery_retry.fixing.fixer import fix_source
from flake8_celery_retry.rules import all_rules
from flake8_celery_retry.settings import Settings

FINDING = re.compile(r"(?P<path>.+?):(?P<line>\d+):\d+: (?P<code>CRT\d+) ")


@pytest.fixture(scope="module")
def reported(request: pytest.FixtureRequest) -> dict[Path, Findings]:
    """What the real flake8 reports over the fixtures that are asked about in this session."""
    asked = {
        item.callspec.params["path"]
        for item in request.session.items
        if isinstance(item, pytest.Function) and "reported" in item.fixturenames
    }
    runs = defaultdict[frozenset[str], list[str]](list)
    for path in asked:
        runs[opinions_of(path)].append(str(path))
    found = defaultdict[Path, Findings](set)
    for opinions, paths in runs.items():
        named = [f"--extend-select={code}" for code in opinions]
        run = flake8("--isolated", "--select=CRT", *named, *paths, cwd=FIXTURES)
        assert run.errors == ""
        for line in run.lines:
            match = FINDING.match(line)
            assert match, line
            found[Path(match["path"])].add((int(match["line"]), match["code"]))
    return found


@pytest.mark.parametrize("path", LINTED, ids=name)
def test_flake8_reports_what_the_fixture_expects_and_nothing_more(
    path: Path, reported: dict[Path, Findings]
) -> None:
    if needs_newer_python(path):
        pytest.skip("its syntax needs a newer Python")
    assert reported[path] == expected(path)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_rule_has_bad_code_and_a_lookalike(folder: Path) -> None:
    code = folder.name.partition("_")[0].upper()
    assert any(code in {found for _, found in expected(path)} for path in folder.glob("bad*.py"))
    lookalikes = list(folder.glob("lookalike*.py"))
    assert lookalikes
    assert all(expected(path) == set() for path in lookalikes)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_rule_says_what_messages_txt_says(folder: Path) -> None:
    """``python tests/rulebook.py fixed`` writes it: read the diff as a user would."""
    readable = [path for path in LINTED if path.parent == folder and not needs_newer_python(path)]
    said = {name(path): messages_among(findings(path), path) for path in readable}
    assert said == {name(path): recorded_messages(path) for path in readable}
    assert {*read_messages(folder)} <= {path.name for path in LINTED if path.parent == folder}


@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
@pytest.mark.parametrize("path", BAD, ids=name)
def test_the_fixes_of_the_rule_make_the_fixed_file(path: Path, unsafe: bool) -> None:
    if needs_newer_python(path):
        pytest.skip("its syntax needs a newer Python")
    made = what_fixes_make(path, unsafe=unsafe).decode()
    assert made == fixed_version(path, unsafe).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", LINTED, ids=name)
def test_all_fixes_together_parse_and_fixing_again_changes_nothing(path: Path) -> None:
    if needs_newer_python(path):
        pytest.skip("its syntax needs a newer Python")
    settings = Settings(opinions=frozenset(rule.code for rule in all_rules() if rule.is_opinion))
    source = path.read_bytes()

    once = fix_source(source, settings, unsafe=True)
    again = once if once.source == source else fix_source(once.source, settings, unsafe=True)

    ast.parse(once.source)
    assert (once.error, again.error) == (None, None)
    assert again.fixed == ()
    assert again.source == once.source
