"""The files that the command looks at are those of flake8, whatever the patterns and names, without
what is not the project's."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from flake8 import discover_files
from flake8.defaults import EXCLUDE
from flake8.utils import normalize_paths
from programs import BAD_TASK, FIXED_TASK, Ended, command, write

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


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = tmp_path_factory.mktemp("planted") / "project"
    for name in FILES:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).touch()
    (tree / os.fsdecode(b"bytes\xff.py")).touch()
    (tree / "loop").symlink_to(tree)
    (tree / "src/up").symlink_to("..")
    (tree / "gone.py").symlink_to("nowhere")
    (tree / "self.py").symlink_to("self.py")
    (tree / "linked.py").symlink_to("a.py")
    return tree


@pytest.fixture
def tree(planted: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tree, which nothing changes, as the current folder."""
    monkeypatch.chdir(planted)
    return planted


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


#: A project with what is not its own in it; only the first two files are. (flake8 excludes .eggs.)
FOREIGN = [
    "tasks.py",
    "env/tasks.py",
    ".venv/lib/tasks.py",
    "venv/tasks.py",
    "other-environment/pyvenv.cfg",
    "other-environment/tasks.py",
    "lib/site-packages/shop/tasks.py",
    "web/node_modules/gyp/tasks.py",
    "build/lib/tasks.py",
    ".eggs/tasks.py",
]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    write(tmp_path, dict.fromkeys(FOREIGN, BAD_TASK))
    return tmp_path


def files_of(ended: Ended) -> list[str]:
    return sorted({line.partition(":")[0].removeprefix("./") for line in ended.lines})


def test_what_is_not_the_projects_is_left_out_and_counted(shop: Path) -> None:
    ended = command("check", cwd=shop)
    assert files_of(ended) == ["env/tasks.py", "tasks.py"]
    assert ended.errors == "flake8-celery-retry: left out 6 folders (see --no-ignore)\n"
    everything = command("check", "--no-ignore", cwd=shop)
    expected = [name for name in FOREIGN if name.endswith(".py")]
    expected.remove(".eggs/tasks.py")  # flake8's own exclude names it
    assert files_of(everything) == sorted(expected)
    assert everything.errors == ""
    named = command("check", "build", ".venv/lib/tasks.py", "lib/site-packages", cwd=shop)
    assert len(files_of(named)) == 3
    assert named.errors == ""


def test_fix_writes_nothing_that_is_not_the_projects(shop: Path) -> None:
    assert command("fix", ".", cwd=shop).status == 0
    fixed = [name for name in FOREIGN if (shop / name).read_text() == FIXED_TASK]
    assert fixed == ["tasks.py", "env/tasks.py"]


def test_what_the_configuration_leaves_out_is_not_counted(shop: Path) -> None:
    write(shop, {"setup.cfg": "[flake8]\nextend-exclude = .venv,venv,*/node_modules\n"})
    assert "left out 3 folders (" in command("check", cwd=shop).errors
    assert command("check", "-q", cwd=shop).errors == ""


def test_git_says_what_is_ignored_and_keeps_what_it_tracks(tmp_path: Path) -> None:
    names = ["tasks.py", "made/tasks.py", "shop/old_tasks.py", "shop/old_kept.py", "shop/tasks.py"]
    write(tmp_path, dict.fromkeys([*names, "shop/local/tasks.py"], BAD_TASK))
    write(tmp_path, {".gitignore": "made\n*.log\nold_*.py\n", "shop/.gitignore": "/local\n"})
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--force", "shop/old_kept.py")
    ended = command("check", cwd=tmp_path)
    assert files_of(ended) == ["shop/old_kept.py", "shop/tasks.py", "tasks.py"]
    assert "left out 2 folders and 1 file (" in ended.errors
    assert files_of(command("check", "shop", cwd=tmp_path)) == ["shop/old_kept.py", "shop/tasks.py"]
    below = command("check", cwd=tmp_path / "shop")
    assert files_of(below) == ["old_kept.py", "tasks.py"]
    assert len(files_of(command("check", "--no-ignore", cwd=tmp_path))) == 6
    assert len(files_of(command("check", "made", "shop/old_tasks.py", cwd=tmp_path))) == 2


@pytest.mark.parametrize(
    ("head", "path", "complaint"),
    [("", None, "fatal: "), ("ref: refs/heads/main\n", "/nowhere", "git can't be run: ")],
)
def test_a_checkout_that_git_does_not_read_is_said(
    tmp_path: Path, head: str, path: str | None, complaint: str
) -> None:
    write(tmp_path, {"tasks.py": BAD_TASK, ".git/HEAD": head})
    environment = {"PATH": path} if path else {}
    ended = command("check", cwd=tmp_path, environment=environment)
    assert files_of(ended) == ["tasks.py"]
    assert f"flake8-celery-retry: .gitignore is not read: {complaint}" in ended.errors


@pytest.mark.parametrize("arguments", [["check"], ["fix", "--diff"]], ids=" ".join)
def test_named_files_are_excluded_by_force_only(tmp_path: Path, arguments: list[str]) -> None:
    config = "[flake8]\nexclude = migrations,*/old/*\n"
    names = ["tasks.py", "shop/migrations/a.py", "shop/old/b.py", "build/c.py", "made/d.py"]
    write(tmp_path, {**dict.fromkeys(names, BAD_TASK), "tox.ini": config, ".gitignore": "made\n"})
    git(tmp_path, "init", "--quiet")
    unforced = command(*arguments, *names, cwd=tmp_path)
    assert b"migrations" in unforced.output
    assert b"made" in unforced.output
    forced = command(*arguments, "--force-exclude", *names, cwd=tmp_path)
    assert b"tasks.py" in forced.output
    assert not any(name.encode() in forced.output for name in names[1:])
    assert "left out 2 files (see --no-ignore)" in forced.errors
    configured = command(*arguments, "--force-exclude", "--no-ignore", *names, cwd=tmp_path)
    assert [name for name in names if name.encode() in configured.output] == [
        "tasks.py",
        "build/c.py",
        "made/d.py",
    ]
    nothing = command(*arguments, "--force-exclude", "shop/migrations", cwd=tmp_path)
    assert (nothing.status, nothing.output) == (0, b"")
    elsewhere = tmp_path.parent / "migrations"
    write(elsewhere, {"tasks.py": BAD_TASK})
    outside = command(*arguments, "--force-exclude", str(elsewhere / "tasks.py"), cwd=tmp_path)
    assert outside.status == 1


def test_standard_input_is_excluded_by_its_name(tmp_path: Path) -> None:
    write(tmp_path, {"tox.ini": "[flake8]\nexclude = migrations\n"})
    arguments = ["--force-exclude", "--stdin-display-name=shop/migrations/a.py", "-"]
    checked = command("check", *arguments, cwd=tmp_path, stdin=BAD_TASK.encode())
    assert (checked.status, checked.output) == (0, b"")
    fixed = command("fix", *arguments, cwd=tmp_path, stdin=BAD_TASK.encode())
    assert (fixed.status, fixed.output) == (0, BAD_TASK.encode())


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True)
