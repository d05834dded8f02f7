"""CONTRIBUTING.md is followed to the letter: a rule with a fix is added to a copy of the project.

Whatever had to be touched besides its own files and the changelog would be missing from the guide.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from project import PROJECT, copy_project

GUIDE = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")

#: What a newcomer writes over the skeleton's words: the file, what stands there, what is written.
#: The rule is a toy: it takes 77 seconds for too long.
WRITTEN = {
    "flake8_celery_retry/rules/crt199_retry_too_late.py": [
        (
            "`what is written`: what becomes of it, for the README's table, on one line",
            "77 seconds",
        ),
        (
            "from ..linting.findings import Mistake\n",
            "from ..fixing.edits import ReplaceExpression\n"
            "from ..linting.findings import Fix, Mistake\n",
        ),
        (
            'yield Mistake(call.node, f"{call.task.name}: what Celery does; what to write")',
            'message = f"{call.task.name}: the retry waits too long; write countdown=30"\n'
            '            countdown = call.argument("countdown")\n'
            "            assert countdown is not None\n"
            '            fix = Fix("wait less", True, (ReplaceExpression(countdown, ("30",)),))\n'
            "            yield Mistake(call.node, message, fix)",
        ),
        (
            "    return False",
            '    countdown = call.argument("countdown")\n'
            "    return countdown is not None and call.module.values.value(countdown) == 77",
        ),
        ("countdown=60)  # CRT199", "countdown=77)  # CRT199"),
        ("None: why, or Safe: what is written, or Unsafe: what is written and what", "Safe:"),
        ("Each sentence of this section is a look-alike", "Any other delay"),
    ],
    "fixtures/rules/crt199_retry_too_late/lookalike.py": [
        ("Each sentence of this section", "Any other delay"),
    ],
    "tests/celery/test_crt199.py": [
        ('seen.ends == ["RETRY", "FAILURE"]', "seen.countdowns == [77]")
    ],
    "fixtures/rules/crt199_retry_too_late/bad.py": [("countdown=60", "countdown=77")],
}


def steps() -> str:
    """The section that tells how to add a rule."""
    return GUIDE.partition("## Add a rule\n")[2].partition("\n## ")[0]


def command(said: str) -> list[str]:
    """A command of the guide, for the toy rule, with this Python."""
    assert f"`{said}`" in steps()
    for name, toy in (("CRT115", "CRT199"), ("crt115", "crt199"), ("-in-a-drawer", "-too-late")):
        said = said.replace(name, toy)
    return [sys.executable, *re.findall(r'"[^"]*"|\S+', said.removeprefix("python "))]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, its files as they stand now."""
    copy = tmp_path_factory.mktemp("house")
    copy_project(copy)
    return copy


def run(house: Path, line: list[str], status: int = 0) -> str:
    """What a command prints in the copy; its exit status must be ``status``."""
    line = [part.strip('"') for part in line]
    environment = {**os.environ, "PYTHONPATH": str(house)}
    for name in list(environment):
        # The nine programs share the bytecode of the house, which is not looked at in the end.
        if name.startswith("PYTEST") or name == "PYTHONDONTWRITEBYTECODE":
            del environment[name]
    # Assertions hold or not without the words that pytest would compile into each test file.
    environment["PYTEST_ADDOPTS"] = "--assert=plain"
    done = subprocess.run(
        line, cwd=house, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def test_a_rule_is_added_as_the_guide_says(house: Path) -> None:
    before = contents(house)
    made = run(house, command("python tests/rulebook.py new CRT115 retry-in-a-drawer")).split()
    assert sorted(made) == sorted(WRITTEN)
    # The skeleton is whole as it stands: it lints, and finds nothing yet.
    assert run(house, [sys.executable, "-m", "flake8", "--isolated", "--select=CRT", *made]) == ""

    for name, edits in WRITTEN.items():
        path = house / name
        text = path.read_text(encoding="utf-8")
        for old, new in edits:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
    fixed = run(house, command("python tests/rulebook.py fixed CRT115")).split()
    folder = "fixtures/rules/crt199_retry_too_late"
    assert fixed == [f"{folder}/fixed.py", f"{folder}/messages.txt"]
    assert "countdown=30" in (house / fixed[0]).read_text(encoding="utf-8")
    listed = run(house, command("python tests/rulebook.py lists")).split()
    assert listed == ["README.md", "CHANGELOG.md"]

    bad = "fixtures/rules/crt199_retry_too_late/bad.py"
    flake8 = [sys.executable, "-m", "flake8", "--isolated", "--select=CRT", bad]
    assert " CRT199 charge_order: the retry waits too long" in run(house, flake8, status=1)
    own = [sys.executable, "-m", "flake8_celery_retry"]
    assert run(house, [*own, "rule", "CRT199"]).startswith("# retry-too-late (CRT199)")
    passed = run(house, [*command('python -m pytest tests/rules -k "crt115 or CRT115"'), "-q"])
    assert " passed" in passed
    # Its experiment, the pairs with other rules' fixes, the lists: nothing else has to know of it.
    others = ["tests/celery", "tests/linting", "-k", "crt199"]
    run(house, [sys.executable, "-m", "pytest", "-q", *others])

    after = contents(house)
    touched = {name for name in after if after[name] != before.get(name)}
    assert touched == {*WRITTEN, *fixed, "README.md", "CHANGELOG.md"}


def contents(house: Path) -> dict[str, bytes]:
    """The files of the copy, without what runs leave behind."""
    files = (path for path in house.rglob("*") if path.is_file())
    return {
        str(path.relative_to(house)): path.read_bytes()
        for path in files
        if not {".pytest_cache", "__pycache__", ".hypothesis"} & {*path.parts}
    }
