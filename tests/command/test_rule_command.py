"""``rule`` prints the pages of the rules."""

from __future__ import annotations

import compileall
import shutil
from pathlib import Path

import pytest
from pages import read_page
from programs import BAD_TASK, FIXED_TASK, command, write
from project import RULES

CODES = sorted(path.name[:6].upper() for path in RULES.glob("crt*.py"))


@pytest.mark.parametrize("name", ["CRT101", "crt101"])
def test_a_page_is_what_the_rules_file_says(tmp_path: Path, name: str) -> None:
    ended = command("rule", name, cwd=tmp_path)
    assert (ended.status, ended.errors) == (0, "")
    assert ended.lines[0].startswith("# ")
    assert "CRT101" in ended.lines[0]
    shown = ended.output.decode()
    assert read_page("CRT101").example in shown
    assert read_page("CRT101").section("What stays silent").strip() in shown


def test_several_pages_come_in_the_order_asked_for(tmp_path: Path) -> None:
    ended = command("rule", "CRT102", "CRT101", cwd=tmp_path)
    titles = [line for line in ended.lines if line.startswith("# ")]
    assert [title[-7:-1] for title in titles if "CRT" in title] == ["CRT102", "CRT101"]


def test_all_pages_are_there_by_code(tmp_path: Path) -> None:
    ended = command("rule", "--all", cwd=tmp_path)
    assert ended.status == 0
    titles = [line for line in ended.lines if line.startswith("# ") and line.endswith(")")]
    assert [title[-7:-1] for title in titles] == CODES


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["CRT999"], "there is no rule CRT999"),
        (["CRT101", "E501"], "there is no rule E501"),
        (["bound-task"], "there is no rule bound-task"),
        (["--al"], "there is no rule --al"),
        ([], "which rule?"),
    ],
)
def test_what_is_no_rule_is_named_in_a_line(
    tmp_path: Path, arguments: list[str], complaint: str
) -> None:
    ended = command("rule", *arguments, cwd=tmp_path)
    assert (ended.status, ended.output) == (2, b"")
    assert ended.errors.startswith(f"flake8-celery-retry: {complaint}")
    assert ended.errors.count("\n") == 1


WITHOUT_DOCSTRINGS = {"PYTHONOPTIMIZE": "2"}


def test_a_python_that_drops_docstrings_lints_fixes_and_shows_pages(tmp_path: Path) -> None:
    write(tmp_path, {"tasks.py": BAD_TASK})
    found = command("check", "--isolated", cwd=tmp_path, environment=WITHOUT_DOCSTRINGS)
    assert found.output == command("check", "--isolated", cwd=tmp_path).output
    assert found.lines[0].startswith("./tasks.py:4:1: CRT101 ")
    page = command("rule", "CRT101", cwd=tmp_path, environment=WITHOUT_DOCSTRINGS)
    assert page.output == command("rule", "CRT101", cwd=tmp_path).output
    assert command("fix", "--isolated", cwd=tmp_path, environment=WITHOUT_DOCSTRINGS).status == 0
    assert (tmp_path / "tasks.py").read_text() == FIXED_TASK


def test_it_says_why_where_a_page_is_nowhere(tmp_path: Path) -> None:
    copy = tmp_path / "flake8_celery_retry"
    shutil.copytree(RULES.parent, copy)
    [rule] = copy.glob("rules/crt101_*.py")
    assert compileall.compile_file(rule, legacy=True, optimize=2, quiet=1)
    rule.unlink()
    ended = command("rule", "CRT101", cwd=tmp_path, environment=WITHOUT_DOCSTRINGS)
    assert ended.lines == [
        "CRT101 bound-task-without-self: no page; Python ran with -OO, which leaves it out"
    ]
