"""A baseline of known findings: silent for flake8, ``check`` and ``fix``, whatever moves them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from programs import BAD_TASK, command, flake8, write

#: Badly formatted, with findings in lines that a formatter breaks and moves.
TASKS = """\
from celery import shared_task
from shop.gateway import GatewayDown, charge, release, warehouse_that_ships_an_order
@shared_task(bind=True,autoretry_for=(GatewayDown,ConnectionError,TimeoutError),max_retries=None)
def charge_order(self,order):
    try: charge(order)
    except Exception as exc: raise self.retry(exc=exc,countdown=30,kwargs={'order':order,'again':1})
class Shop:
    @staticmethod
    @shared_task(bind=True)
    def release(): pass
"""

CONFIGURED = {".flake8": "[flake8]\nselect = CRT,CRT9\ncelery-baseline = ./known.json\n"}

FORMATTERS = [["black", "-q"], ["ruff", "format", "-q", "--isolated"]]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    write(tmp_path, {"shop/tasks.py": TASKS, "tasks.py": BAD_TASK, **CONFIGURED})
    (tmp_path / "known.json").write_text('{"version": 1, "findings": []}')
    return tmp_path


def run_formatter(formatter: list[str], folder: Path) -> None:
    subprocess.run([sys.executable, "-m", *formatter, "."], cwd=folder, check=True)


@pytest.mark.parametrize("formatter", FORMATTERS, ids=lambda each: each[0])
def test_nothing_comes_back_after_a_formatter(shop: Path, formatter: list[str]) -> None:
    before = command("check", cwd=shop).lines
    assert len(before) > 4
    long_lines = flake8("--select=E501", cwd=shop).lines
    recorded = command("check", "--write-baseline", cwd=shop)
    assert recorded.status == 0
    assert recorded.lines == [f"recorded {len(before)} findings in known.json"]
    assert flake8("--select=E501", cwd=shop).lines == long_lines
    for _ in range(2):
        assert flake8(cwd=shop).lines == []
        for where, path in [(shop, "."), (shop, "shop/tasks.py"), (shop / "shop", "tasks.py")]:
            assert command("check", path, cwd=where).lines == []
        run_formatter(formatter, shop)
    assert command("check", "--celery-baseline=", cwd=shop).lines != before


def test_what_is_new_is_shown(shop: Path) -> None:
    command("check", "--write-baseline", cwd=shop)
    text = (shop / "tasks.py").read_text()
    (shop / "tasks.py").write_text("# moved\n\n" + text + text.replace("receipt", "invoice"))
    expected = ["./tasks.py:11:1:"]
    assert [line.split()[0] for line in command("check", cwd=shop).lines] == expected
    assert [line.split()[0] for line in flake8(cwd=shop).lines] == expected


def test_of_more_than_are_known_none_is_silent(shop: Path) -> None:
    command("check", "--write-baseline", cwd=shop)
    (shop / "tasks.py").write_text(BAD_TASK + BAD_TASK)
    assert len(command("check", "tasks.py", cwd=shop).lines) == 2


def test_fix_leaves_alone_what_is_known(shop: Path) -> None:
    command("check", "--write-baseline", cwd=shop)
    assert command("fix", "--unsafe-fixes", cwd=shop).lines == ["fixed 0 findings in 0 files"]
    assert (shop / "tasks.py").read_text() == BAD_TASK
    assert command("fix", "--celery-baseline=", "tasks.py", cwd=shop).status == 0
    assert (shop / "tasks.py").read_text() != BAD_TASK


def test_entries_say_what_is_known_and_keep_their_reasons(shop: Path) -> None:
    command("check", "--write-baseline", "--reason=older than us", "tasks.py", cwd=shop)
    content = json.loads((shop / "known.json").read_text())
    entry = {"path": "tasks.py", "scope": "send_receipt", "code": "CRT101", "count": 1}
    assert content["findings"] == [{**entry, "reason": "older than us"}]
    command("check", "--write-baseline", "shop", cwd=shop)
    (shop / "tasks.py").write_text("\n" + BAD_TASK)
    command("check", "--write-baseline", cwd=shop)
    findings = json.loads((shop / "known.json").read_text())["findings"]
    assert {**entry, "reason": "older than us"} in findings
    scopes = {each["scope"] for each in findings}
    assert scopes == {"send_receipt", "charge_order", "Shop.release"}
    (shop / "tasks.py").unlink()
    ended = command("check", "--write-baseline", cwd=shop)
    assert ended.lines[0].endswith(" in known.json; 1 of its entries are gone")
    assert len((shop / "known.json").read_text().splitlines()) == 5 + len(findings) - 1


def test_the_file_need_not_exist_before_it_is_written(shop: Path) -> None:
    (shop / "known.json").unlink()
    for program in (flake8, command):
        ended = program(*(["check"] if program is command else []), cwd=shop)
        said = ended.errors if program is command else ended.output.decode()
        assert ended.status in {1, 2}
        assert "known.json can't be read: No such file or directory" in said
    assert command("check", "--write-baseline", cwd=shop).status == 0
    assert command("check", cwd=shop).status == 0


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "no baseline: JSONDecodeError"),
        ("[]", "no baseline: TypeError"),
        ('{"version": 2, "findings": []}', "version 2 is not 1"),
        ('{"version": 1, "findings": [1]}', "no baseline: TypeError"),
    ],
)
def test_what_is_no_baseline_is_named(shop: Path, content: str, complaint: str) -> None:
    (shop / "known.json").write_text(content)
    ended = command("check", cwd=shop)
    assert (ended.status, ended.output) == (2, b"")
    assert complaint in ended.errors
    assert complaint in flake8(cwd=shop).output.decode()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--isolated", "--write-baseline"], "name the file first: celery-baseline = "),
        (["--write-baseline", "-"], "--write-baseline needs files"),
        (["--reason=why"], "--reason means nothing without --add-noqa or --write-baseline"),
    ],
)
def test_wrong_usage_is_named(shop: Path, arguments: list[str], complaint: str) -> None:
    ended = command("check", *arguments, cwd=shop)
    assert (ended.status, ended.output) == (2, b"")
    assert complaint in ended.errors


def test_what_cannot_be_checked_is_named(shop: Path) -> None:
    write(shop, {"broken.py": BAD_TASK + "def (:\n"})
    ended = command("check", "--write-baseline", cwd=shop)
    assert ended.status == 1
    assert "broken.py" in ended.errors
    assert command("check", "tasks.py", cwd=shop).status == 0
