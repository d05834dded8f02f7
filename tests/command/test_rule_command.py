"""``rule`` prints the pages of the rules."""

from __future__ import annotations

import compileall
import json
import shutil
from pathlib import Path

import pytest
from pages import read_page
from programs import BAD_TASK, FIXED_TASK, command, on_terminal, write
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
        (["CRT9011"], "there is no rule CRT9011; did you mean CRT901?"),
        (["retry-swalowed"], "there is no rule retry-swalowed; did you mean retry-swallowed?"),
        ([""], "there is no rule"),
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


def test_rules_are_named_by_the_beginning_of_their_codes_and_by_name(tmp_path: Path) -> None:
    begin = command("rule", "crt10", cwd=tmp_path)
    titles = [line for line in begin.lines if line.startswith("# ") and line.endswith(")")]
    assert [title[-7:-1] for title in titles] == [code for code in CODES if code < "CRT110"]
    by_name = command("rule", "retry-swallowed", cwd=tmp_path)
    assert by_name.output == command("rule", "CRT203", cwd=tmp_path).output
    twice = command("rule", "CRT203", "retry-swallowed", "CRT203", cwd=tmp_path)
    assert twice.output == by_name.output


def test_a_list_has_a_line_for_each(tmp_path: Path) -> None:
    lines = command("rule", "--list", cwd=tmp_path).lines
    assert [line[:6] for line in lines] == CODES
    assert "CRT203  retry-swallowed" in lines
    assert "CRT901  retry-not-raised  (off)" in lines
    assert command("rule", "--list", "CRT90", cwd=tmp_path).lines == [
        line for line in lines if line.startswith("CRT90")
    ]


def test_pages_for_other_programs(tmp_path: Path) -> None:
    (page,) = json.loads(command("rule", "--output-format=json", "CRT203", cwd=tmp_path).output)
    assert page["code"] == "CRT203"
    assert page["name"] == "retry-swallowed"
    assert page["is_on_by_default"]
    assert page["url"].endswith("/rules/CRT203/")
    example = read_page("CRT203").example
    assert page["sections"]["Example"] == f"```python\n{example}```"
    assert len(json.loads(command("rule", "--all", "--output-format=json", cwd=tmp_path).output))


def test_a_terminal_gets_headings_colours_and_at_most_80_columns(tmp_path: Path) -> None:
    shown = on_terminal("rule", "CRT203", cwd=tmp_path)
    assert shown.startswith("\033[1mCRT203 retry-swallowed\033[m\n")
    assert "\033[1mWhat it does\033[m\n" in shown
    assert "\033[36m    raise self.retry" in shown.replace(" " * 12, "")
    assert "```" not in shown
    plain = on_terminal("rule", "--all", cwd=tmp_path, environment={"NO_COLOR": "1"}, lines=99999)
    assert "\033" not in plain
    assert "CRT203 retry-swallowed\n======================\n" in plain
    text = [line for line in plain.splitlines() if not line.startswith("  <http")]
    assert max(map(len, text)) <= 80


def test_a_long_page_goes_through_the_pager(tmp_path: Path) -> None:
    paged = {"PAGER": "sed 's/^/> /'"}
    shown = on_terminal("rule", "CRT203", cwd=tmp_path, environment=paged, lines=24)
    assert all(line.startswith("> ") for line in shown.splitlines())
    missing = {"PAGER": "no-such-pager"}
    shown = on_terminal("rule", "CRT203", cwd=tmp_path, environment=missing, lines=24)
    assert "CRT203 retry-swallowed" in shown
