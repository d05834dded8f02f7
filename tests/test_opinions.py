"""Opinions (CRT9xx) are reported where they are named, and nowhere else: with real flake8."""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import command, flake8, write

#: A task that CRT901 (retry not raised), CRT902 (no exc=) and CRT202 have something to say about.
OPINIONATED = """\
from celery import shared_task

@shared_task(bind=True)
def send_receipt(self):
    try:
        print("sent")
    except OSError:
        self.retry()
"""

NEVER: set[str] = set()
BOTH = {"CRT901", "CRT902"}


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("", NEVER),
        ("ignore = E203,W503", NEVER),
        ("ignore =", NEVER),
        ("extend-ignore = E203,W503", NEVER),
        ("ignore = E203\nextend-ignore = W503", NEVER),
        ("select = C,E,F,W,B,B950", NEVER),
        ("select = CRT", NEVER),
        ("select = CRT\nignore = E203,W503", NEVER),
        ("extend-select = CRT", NEVER),
        ("extend-select = C,CRT2", NEVER),
        ("extend-select = CRT9", BOTH),
        ("extend-select = CRT90", BOTH),
        ("extend-select = CRT901", {"CRT901"}),
        ("select = CRT9", BOTH),
        ("select = E,CRT,CRT902", {"CRT902"}),
        ("select = E,F,W\nextend-select = CRT901,CRT902", BOTH),
        ("extend-select = CRT9\nignore = E203,W503", BOTH),
        ("extend-select = CRT9\nextend-ignore = CRT902", {"CRT901"}),
        ("extend-select = CRT9\nper-file-ignores = tasks.py: CRT901", {"CRT902"}),
        ("extend-select = CRT9\nper-file-ignores = other.py: CRT901", BOTH),
        ("per-file-ignores = other.py: CRT9", NEVER),
        ("enable-extensions = CRT", NEVER),
        ("enable-extensions = CRT9,CRT901", NEVER),
    ],
)
def test_an_opinion_is_off_until_it_is_named(
    tmp_path: Path, config: str, expected: set[str]
) -> None:
    write(tmp_path, {"tasks.py": OPINIONATED, ".flake8": f"[flake8]\n{config}\n"})
    theirs = flake8(cwd=tmp_path)
    assert theirs.errors == ""
    reported = {line.split()[1] for line in theirs.lines if "CRT" in line}
    assert reported == expected
    ours = command("check", cwd=tmp_path)
    assert ours.lines == [line for line in theirs.lines if "CRT" in line]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--select=CRT"], NEVER),
        (["--select=C"], NEVER),
        (["--extend-select=CRT901"], {"CRT901"}),
        (["--select=CRT9"], BOTH),
        (["--ignore=E1"], NEVER),
        (["--enable-extensions=CRT901"], NEVER),
    ],
)
def test_the_command_line_names_them_too(
    tmp_path: Path, arguments: list[str], expected: set[str]
) -> None:
    write(tmp_path, {"tasks.py": OPINIONATED})
    theirs = flake8("--isolated", *arguments, cwd=tmp_path)
    assert {line.split()[1] for line in theirs.lines if "CRT" in line} == expected
    ours = command("check", "--isolated", *arguments, cwd=tmp_path)
    assert ours.lines == [line for line in theirs.lines if "CRT" in line]
