"""flake8 with the plugin: options, their values, what is imported, and what never stops a run."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from pathlib import Path

import pytest
from programs import BAD_TASK, command, flake8, write

from flake8_celery_retry.plugin import Plugin, opinions_named_by

HOUSE_TASK = """\
from celery import shared_task
from shop.celery import house_task, HouseTask

@house_task
def send_receipt():
    self.retry()

class SendReceipt(HouseTask):
    def run(self):
        raise self.retry()
"""


def codes(lines: list[str]) -> list[str]:
    return [line.split()[1] for line in lines]


def test_flake8_knows_the_plugin(tmp_path: Path) -> None:
    shown = " ".join(flake8("--version", cwd=tmp_path).lines)
    assert f"flake8-celery-retry: {Plugin.version}" in shown


def test_findings_have_flake8s_form(tmp_path: Path) -> None:
    write(tmp_path, {"tasks.py": BAD_TASK})
    ended = flake8("--select=CRT", "tasks.py", cwd=tmp_path)
    assert ended.status == 1
    assert re.fullmatch(r"tasks\.py:4:1: CRT101 send_receipt \S.*[^.]", ended.lines[0])
    assert len(ended.lines) == 1


@pytest.mark.parametrize(
    ("arguments", "config"),
    [
        (["--celery-task-bases=shop.celery.HouseTask"], ""),
        (["--celery-task-bases", "Other, HouseTask"], ""),
        ([], "celery-task-bases = HouseTask"),
        ([], "celery_task_bases =\n    shop.base.Other,\n    shop.celery.HouseTask\n"),
    ],
)
def test_own_base_classes_are_named_on_the_command_line_or_in_the_configuration(
    tmp_path: Path, arguments: list[str], config: str
) -> None:
    write(tmp_path, {"tasks.py": HOUSE_TASK, "tox.ini": f"[flake8]\nselect = CRT201\n{config}\n"})
    assert codes(flake8(*arguments, cwd=tmp_path).lines) == ["CRT201"]
    assert codes(command("check", *arguments, cwd=tmp_path).lines) == ["CRT201"]


@pytest.mark.parametrize("name", ["house_task", "shop.celery.house_task", "a.b, house_task"])
def test_own_decorators_are_named(tmp_path: Path, name: str) -> None:
    write(tmp_path, {"tasks.py": HOUSE_TASK.replace("send_receipt()", "send_receipt(self)")})
    arguments = ["--isolated", "--select=CRT201"]
    assert flake8(*arguments, cwd=tmp_path).lines == []
    named = flake8(*arguments, f"--celery-task-decorators={name}", cwd=tmp_path)
    assert codes(named.lines) == ["CRT201"]


@pytest.mark.parametrize(
    ("option", "value", "complaint"),
    [
        ("celery-visibility-timeout", "soon", "'soon' is not a whole number of seconds above 0"),
        ("celery-visibility-timeout", "0", "'0' is not a whole number of seconds above 0"),
        ("celery-visibility-timeout", "-5", "'-5' is not a whole number of seconds above 0"),
        ("celery-visibility-timeout", "1.5", "'1.5' is not a whole number of seconds above 0"),
        ("celery-task-decorators", "shop.task,shop-task", "'shop-task' is not a dotted name"),
        ("celery-task-decorators", "shop..task", "'shop..task' is not a dotted name"),
        ("celery-task-bases", "Base()", "'Base()' is not a dotted name"),
    ],
)
@pytest.mark.parametrize("in_config", [False, True], ids=["argument", "configuration"])
def test_a_wrong_value_is_a_line_about_the_usage(
    tmp_path: Path, option: str, value: str, complaint: str, in_config: bool
) -> None:
    write(tmp_path, {".flake8": f"[flake8]\n{option} = {value}\n" if in_config else "[flake8]\n"})
    arguments = [] if in_config else [f"--{option}={value}"]
    ended = flake8(*arguments, cwd=tmp_path)
    assert ended.status == 2
    assert ended.errors.splitlines()[-1] == f"flake8: error: argument --{option}: {complaint}"


def test_the_options_are_in_flake8s_help(tmp_path: Path) -> None:
    shown = flake8("--help", cwd=tmp_path).output.decode()
    for option in ["task-decorators", "task-bases", "visibility-timeout"]:
        assert f"--celery-{option}" in shown


def imported(environment_errors: str) -> set[str]:
    return set(re.findall(r"\|\s+([\w.]+)$", environment_errors, re.MULTILINE))


@pytest.mark.parametrize(
    ("source", "rules"), [("import os\n\nprint(os.name)\n", False), (BAD_TASK, True)]
)
def test_the_rules_are_imported_for_the_first_file_that_needs_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, rules: bool
) -> None:
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    write(tmp_path, {"module.py": source})
    modules = imported(flake8("--isolated", "-j1", "module.py", cwd=tmp_path).errors)
    assert "flake8_celery_retry.linting.prefilter" in modules
    assert ("flake8_celery_retry.rules" in modules) == rules
    assert ("flake8_celery_retry.model" in modules) == rules
    assert "libcst" not in modules
    assert "celery" not in modules


def test_linting_runs_nothing_of_what_it_reads(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "tasks.py": "open('ran', 'w')\n" + BAD_TASK,
            "shop/__init__.py": "open('imported', 'w')\n",
            "celery.py": "open('imported', 'w')\n",
        },
    )
    assert flake8("--isolated", cwd=tmp_path).status == 1
    assert not (tmp_path / "ran").exists()
    assert not (tmp_path / "imported").exists()


def reported(tree: ast.Module) -> list[tuple[int, int, str]]:
    findings = Plugin(tree, BAD_TASK.splitlines(keepends=True)).run()
    return [(line, column, text) for line, column, text, _ in findings]


def test_what_nests_too_deeply_is_named_and_ends_nothing() -> None:
    tree = ast.parse(BAD_TASK)
    assert [text[:6] for _, _, text in reported(tree)] == ["CRT101"]
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 15)
    try:
        findings = reported(tree)
    finally:
        sys.setrecursionlimit(usual)
    assert findings == [(1, 0, "CRT000 not checked for Celery retries: its code nests too deeply")]


def test_a_bug_is_named_and_ends_nothing() -> None:
    tree = ast.parse(BAD_TASK)
    del tree.body[1].lineno
    [(line, column, text)] = reported(tree)
    assert (line, column) == (1, 0)
    assert text.startswith("CRT000 not checked for Celery retries: a bug in flake8-celery-retry, ")
    assert "\n" not in text


@pytest.mark.parametrize(
    ("prefixes", "named"),
    [
        ([], False),
        (["C", "E", "F", "W", "B", "B950"], False),
        (["CRT"], False),
        (["CRT1", "CRT3"], False),
        (["CRT9"], True),
        (["CRT90"], True),
        (["CRT901"], True),
        (["E", "CRT901", "CRT"], True),
    ],
)
def test_opinions_must_be_named(prefixes: list[str], named: bool) -> None:
    assert ("CRT901" in opinions_named_by(prefixes)) == named
