"""The files that the command looks at are those of flake8, whatever the patterns and names."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from flake8 import discover_files
from flake8.defaults import EXCLUDE
from flake8.utils import normalize_paths

from flake8_celery_retry.command.discovery import expand_paths

FILES = [
    "a.py",
    "a.PY",
    "stub.pyi",
    "script",
    ".hidden.py",
    "with space.py",
    "new\nline.py",
    "[brackets].py",
    "ümläut.py",
    ".git/hook.py",
    "build.egg/made.py",
    "docs/conf.py",
    "docs/sub/conf.py",
    "src/docs/page.py",
    "src/.py",
    "src/py",
    "src/x.py/inner.py",
    "src/*/star.py",
]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tree = tmp_path / "project"
    for name in FILES:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).touch()
    (tree / os.fsdecode(b"bytes\xff.py")).touch()
    (tree / "loop").symlink_to(tree)
    (tree / "src/up").symlink_to("..")
    (tree / "gone.py").symlink_to("nowhere")
    (tree / "self.py").symlink_to("self.py")
    (tree / "linked.py").symlink_to("a.py")
    monkeypatch.chdir(tree)
    return tree


PATHS = [
    [],
    ["."],
    ["./"],
    ["src"],
    ["src/", "docs//"],
    ["./src/../docs"],
    ["src/x.py"],
    ["a.py", "a.py", "script", "missing.py", "missing.egg"],
    ["loop", "loop/loop/src"],
    ["-"],
    ["-", "a.py"],
    [".git"],
    [".git/hook.py"],
    ["gone.py", "self.py"],
    [".."],
]

EXCLUDES = [
    list(EXCLUDE),
    [],
    ["docs"],
    ["./docs"],
    ["docs/"],
    ["src/docs", "*.egg"],
    ["*"],
    ["*/docs/*"],
    ["a.py", "[[]brackets].py", "*\n*"],
    ["src/x.py", "stdin", "shown.py"],
    ["s?c", "[!a-z]*"],
    ["."],
    [".."],
    ["conf.py", "ü*"],
]


@pytest.mark.parametrize("exclude", EXCLUDES, ids=str)
@pytest.mark.parametrize("filename", [["*.py"], ["*.pyi", "script"], [], ["./src/*"], ["*"]])
@pytest.mark.parametrize("shown", ["stdin", "shown.py", "docs/page.py"])
def test_finds_what_flake8_finds_in_the_same_order(
    tree: Path, exclude: list[str], filename: list[str], shown: str
) -> None:
    for paths in [*PATHS, [str(tree)], [str(tree / "src")]]:
        assert_same(paths, shown, filename, normalize_paths(exclude))


def assert_same(
    paths: Sequence[str], shown: str, filename: Sequence[str], exclude: Sequence[str]
) -> None:
    arguments = {
        "stdin_display_name": shown,
        "filename_patterns": filename,
        "exclude": exclude,
    }
    theirs = discover_files.expand_paths(paths=paths, **arguments)
    assert list(expand_paths(paths, **arguments)) == list(theirs), paths
