"""``check --add-noqa`` silences today's findings, each line in its own way, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from programs import BAD_TASK, FIXED_TASK, command, flake8, write

HEAD = "from celery import shared_task\n\n"

#: The lines of a task with findings before and after, and nothing else in the file changes.
LINES = {
    "no comment": (
        "@shared_task(bind=True)\ndef f():\n    pass\n",
        "@shared_task(bind=True)\ndef f():  # noqa: CRT101\n    pass\n",
    ),
    "a comment": (
        "@shared_task(bind=True)\ndef f():  # sends\n    pass\n",
        "@shared_task(bind=True)\ndef f():  # sends  # noqa: CRT101\n    pass\n",
    ),
    "one code": (
        "@shared_task(bind=True)\ndef f():  # noqa: D103\n    pass\n",
        "@shared_task(bind=True)\ndef f():  # noqa: D103, CRT101\n    pass\n",
    ),
    "codes with commas": (
        "@shared_task(bind=True)\ndef f():  # noqa:D103,E501\n    pass\n",
        "@shared_task(bind=True)\ndef f():  # noqa:D103,E501,CRT101\n    pass\n",
    ),
    "codes with spaces, in capitals": (
        "@shared_task(bind=True)\ndef f():  # NOQA: D103 E501\n    pass\n",
        "@shared_task(bind=True)\ndef f():  # NOQA: D103 E501 CRT101\n    pass\n",
    ),
    "codes and words": (
        "@shared_task(bind=True)\ndef f():  # type: int # noqa: D103 (stub)\n    pass\n",
        "@shared_task(bind=True)\ndef f():  # type: int # noqa: D103, CRT101 (stub)\n    pass\n",
    ),
    "almost noqa": (
        "@shared_task(bind=True)\ndef f():  #noqa\n    pass\n",
        "@shared_task(bind=True)\ndef f():  #noqa  # noqa: CRT101\n    pass\n",
    ),
    "white space at the end": (
        "@shared_task(bind=True)\ndef f(): \t \n    pass\n",
        "@shared_task(bind=True)\ndef f():  # noqa: CRT101\n    pass\n",
    ),
    "parameters on lines of their own": (
        "@shared_task(bind=True)\ndef f(\n    *,\n    user_id,\n):\n    pass\n",
        "@shared_task(bind=True)\ndef f(  # noqa: CRT101\n    *,\n    user_id,\n):\n    pass\n",
    ),
    "a backslash": (
        "@shared_task(bind=True)\ndef \\\n    f():\n    pass\n",
        "@shared_task(bind=True)\ndef \\\n    f():  # noqa: CRT101\n    pass\n",
    ),
    "a string of several lines": (
        '@shared_task(bind=True)\ndef f(): """Send.\n\n    Really.\n    """\n',
        '@shared_task(bind=True)\ndef f(): """Send.\n\n    Really.\n    """  # noqa: CRT101\n',
    ),
    "a string of several lines and a comment": (
        "@shared_task(bind=True)\ndef f(): '''\n    '''  # noqa: D103\n",
        "@shared_task(bind=True)\ndef f(): '''\n    '''  # noqa: D103, CRT101\n",
    ),
    "an f-string of several lines": (
        "@shared_task(bind=True)\ndef f(): f'''{1}\n    {2}'''\n",
        "@shared_task(bind=True)\ndef f(): f'''{1}\n    {2}'''  # noqa: CRT101\n",
    ),
    "two findings in a line": (
        "@shared_task\ndef f(): self.retry(); self.retry()\n",
        "@shared_task\ndef f(): self.retry(); self.retry()  # noqa: CRT102\n",
    ),
    "two findings in lines that belong together": (
        "@shared_task\ndef f():\n    self.retry(); '''\n    '''; self.retry()\n",
        "@shared_task\ndef f():\n    self.retry(); '''\n    '''; self.retry()  # noqa: CRT102\n",
    ),
    "silent already": (
        "@shared_task(bind=True)\ndef f():  # noqa\n    pass\n",
        "@shared_task(bind=True)\ndef f():  # noqa\n    pass\n",
    ),
    "silent already, by a prefix": (
        "@shared_task(bind=True)\ndef f():  # noqa: CRT1\n    pass\n",
        "@shared_task(bind=True)\ndef f():  # noqa: CRT1\n    pass\n",
    ),
    "no line end": (
        "@shared_task(bind=True)\ndef f(): pass",
        "@shared_task(bind=True)\ndef f(): pass  # noqa: CRT101",
    ),
}


@pytest.mark.parametrize(("before", "after"), LINES.values(), ids=LINES)
def test_a_comment_comes_to_the_line_where_flake8_looks(
    tmp_path: Path, before: str, after: str
) -> None:
    write(tmp_path, {"tasks.py": HEAD + before})
    ended = command("check", "--add-noqa", "--isolated", "--select=CRT1", cwd=tmp_path)
    assert (tmp_path / "tasks.py").read_text() == HEAD + after
    assert (ended.status, ended.errors) == (0, "")
    assert flake8("--isolated", "--select=CRT1", cwd=tmp_path).lines == []


def test_several_codes_of_a_line_are_in_one_comment(tmp_path: Path) -> None:
    write(tmp_path, {"tasks.py": HEAD + "@shared_task(bind=True)\ndef f(): self.retry()\n"})
    arguments = ["--isolated", "--select=CRT,CRT9"]
    found = {line.split()[1] for line in command("check", *arguments, cwd=tmp_path).lines}
    assert len(found) > 1
    assert command("check", *arguments, "--add-noqa", cwd=tmp_path).status == 0
    added = (tmp_path / "tasks.py").read_text().splitlines()[-1].partition("  # noqa: ")[2]
    assert added.split(", ") == sorted(found)
    assert command("check", *arguments, cwd=tmp_path).lines == []


@pytest.mark.parametrize(
    "content",
    [
        BAD_TASK.replace("\n", "\r\n").encode(),
        BAD_TASK.replace("def send_receipt():\n", "def send_receipt():\r").encode(),
        b"\xef\xbb\xbf" + BAD_TASK.encode(),
        ("# coding: latin-1\n# Bücher\n" + BAD_TASK).encode("latin-1"),
        BAD_TASK.replace("@shared", "\x0c\n@shared").encode(),
    ],
    ids=["CRLF", "mixed", "BOM", "Latin-1", "form feed"],
)
def test_no_other_byte_changes(tmp_path: Path, content: bytes) -> None:
    write(tmp_path, {"tasks.py": content})
    os.chmod(tmp_path / "tasks.py", 0o640)
    (tmp_path / "link.py").symlink_to("tasks.py")
    ended = command("check", "--isolated", "--add-noqa", "link.py", cwd=tmp_path)
    assert ended.lines == ["silenced 1 finding in 1 file"]
    silent = content.replace(b"send_receipt():", b"send_receipt():  # noqa: CRT101")
    assert (tmp_path / "tasks.py").read_bytes() == silent
    assert (tmp_path / "tasks.py").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "link.py").is_symlink()


def test_only_what_flake8_shows_is_silenced(tmp_path: Path) -> None:
    config = "[flake8]\nper-file-ignores = old/*: CRT1\nexclude = made\n"
    files = {"tasks.py": BAD_TASK, "old/tasks.py": BAD_TASK, "made/tasks.py": BAD_TASK}
    write(tmp_path, {**files, "clean.py": FIXED_TASK, ".flake8": config})
    ended = command("check", "--add-noqa", cwd=tmp_path)
    assert (ended.status, ended.lines) == (0, ["silenced 1 finding in 1 file"])
    changed = [name for name in files if (tmp_path / name).read_text() != BAD_TASK]
    assert changed == ["tasks.py"]
    again = command("check", "--add-noqa", cwd=tmp_path)
    assert again.lines == ["silenced 0 findings in 0 files"]


def test_what_no_comment_can_silence_is_left_and_named(tmp_path: Path) -> None:
    source = HEAD + "@shared_task(bind=True)\ndef f(): '# noqa: E501'\n"
    broken = BAD_TASK.encode() + b"# \xff\n"
    write(tmp_path, {"tasks.py": source, "bytes.py": broken, "broken.py": BAD_TASK + "def (:\n"})
    ended = command("check", "--isolated", "--add-noqa", cwd=tmp_path)
    assert ended.status == 1
    assert ended.lines == ["silenced 0 findings in 0 files"]
    assert [line.split(":")[0] for line in ended.errors.splitlines()] == [
        "./broken.py",
        "./bytes.py",
        "./tasks.py",
    ]
    assert (tmp_path / "tasks.py").read_text() == source
    assert (tmp_path / "bytes.py").read_bytes() == broken


LONG = """\
from celery import shared_task
from shop.gateway import GatewayDown, charge


@shared_task(bind=True, autoretry_for=(GatewayDown, ConnectionError), max_retries=None)
def charge_order(self, order):
    try:
        charge(order)
    except Exception as exc:
        raise self.retry(exc=exc, countdown=30, kwargs={"order": order, "again": True})


@shared_task(bind=True)
def short():
    pass
"""


@pytest.mark.parametrize("formatter", [["black"], ["ruff", "format", "--isolated"]], ids=str)
def test_no_line_becomes_too_long_and_nothing_comes_back_after_a_formatter(
    tmp_path: Path, formatter: list[str]
) -> None:
    write(tmp_path, {"tasks.py": LONG, ".flake8": "[flake8]\nmax-line-length = 88\n"})
    before = command("check", cwd=tmp_path).lines
    ended = command("check", "--add-noqa", cwd=tmp_path)
    left = command("check", cwd=tmp_path).lines
    assert ended.status == 1
    assert 0 < len(left) < len(before)
    assert ended.errors.splitlines() == [
        f"{line} (left: no comment can, or its line would be too long; --write-baseline can)"
        for line in left
    ]
    assert flake8("--select=E501", cwd=tmp_path).lines == []
    text = (tmp_path / "tasks.py").read_text()
    line = [sys.executable, "-m", *formatter, "-q", "tasks.py"]
    subprocess.run(line, cwd=tmp_path, check=True)
    assert (tmp_path / "tasks.py").read_text() == text
    assert command("check", cwd=tmp_path).lines == left


def test_a_reason_stands_behind_the_codes(tmp_path: Path) -> None:
    write(tmp_path, {"tasks.py": BAD_TASK, "latin.py": "# coding: latin-1\n" + BAD_TASK})
    command("check", "--isolated", "--add-noqa", "--reason=older than us", "tasks.py", cwd=tmp_path)
    text = (tmp_path / "tasks.py").read_text()
    assert "def send_receipt():  # noqa: CRT101 (older than us)\n" in text
    assert flake8("--isolated", "--select=CRT", "tasks.py", cwd=tmp_path).lines == []
    ended = command("check", "--isolated", "--add-noqa", "--reason=✓", "latin.py", cwd=tmp_path)
    assert ended.status == 1
    assert "latin.py: left alone: " in ended.errors


def test_a_comment_lives_with_ruff_and_yesqa(tmp_path: Path) -> None:
    """docs/adoption.md says how."""
    write(tmp_path, {"tasks.py": BAD_TASK})
    command("check", "--isolated", "--add-noqa", cwd=tmp_path)
    silenced = (tmp_path / "tasks.py").read_text()
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "-q", "--select=RUF100,RUF102"]
    unknown = subprocess.run([*ruff, "tasks.py"], cwd=tmp_path, capture_output=True, text=True)
    assert "CRT101" in unknown.stdout
    external = [*ruff, "--config", 'lint.external = ["CRT"]', "--fix", "tasks.py"]
    known = subprocess.run(external, cwd=tmp_path, capture_output=True, text=True)
    assert (known.returncode, known.stdout) == (0, "")
    subprocess.run([sys.executable, "-m", "yesqa", "tasks.py"], cwd=tmp_path, check=True)
    assert (tmp_path / "tasks.py").read_text() == silenced
