"""The hooks of ``.pre-commit-hooks.yaml``, run by pre-commit itself in a repository of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from project import copy_project

BAD = """\
from celery import shared_task


@shared_task(bind=True)
def send_receipt():
    print("receipt")
"""
FIXED = BAD.replace("send_receipt()", "send_receipt(self)")


def run(folder: Path, *command: str, status: int = 0) -> str:
    """Run a command in a folder; what it printed. Its exit status must be ``status``."""
    done = subprocess.run(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env={**os.environ, "PRE_COMMIT_COLOR": "never"},
    )
    assert done.returncode == status, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project as a repository that pre-commit can clone: its files as they stand now."""
    clone = tmp_path_factory.mktemp("hooks")
    copy_project(clone, without=("fixtures/", "tests/"))
    commit_all(clone)
    return clone


@pytest.fixture
def shop(tmp_path: Path, hooks: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a bad task, and the hooks installed."""
    monkeypatch.setenv("PRE_COMMIT_HOME", str(hooks.parent / "pre-commit-home"))
    revision = run(hooks, "git", "rev-parse", "HEAD").strip()
    tmp_path.joinpath(".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {hooks}\n  rev: {revision}\n  hooks:\n"
        "  - id: flake8-celery-retry-fix\n  - id: flake8-celery-retry\n"
    )
    tmp_path.joinpath("tasks.py").write_text(BAD)
    run(tmp_path, "git", "init", "--quiet")
    identify(tmp_path)
    run(tmp_path, sys.executable, "-m", "pre_commit", "install")
    run(tmp_path, "git", "add", ".")
    return tmp_path


def identify(repository: Path) -> None:
    run(repository, "git", "config", "user.name", "A developer")
    run(repository, "git", "config", "user.email", "developer@example.com")


def commit_all(repository: Path) -> None:
    run(repository, "git", "init", "--quiet")
    identify(repository)
    run(repository, "git", "add", ".")
    run(repository, "git", "commit", "--quiet", "--message", "All of it")


def test_a_commit_is_refused_fixed_and_then_accepted(shop: Path) -> None:
    refused = run(shop, "git", "commit", "--message", "Send receipts", status=1)
    assert "files were modified by this hook" in refused
    assert "CRT101" in refused
    assert (shop / "tasks.py").read_text() == FIXED

    run(shop, "git", "add", ".")
    accepted = run(shop, "git", "commit", "--message", "Send receipts")
    assert accepted.count("Passed") == 2
    assert run(shop, "git", "show", "HEAD:tasks.py") == FIXED


def test_what_no_safe_fix_repairs_is_reported_and_keeps_the_commit_out(shop: Path) -> None:
    swallowed = BAD.replace("(bind=True)", "(max_retries=3, autoretry_for=(Exception,))")
    (shop / "tasks.py").write_text(swallowed)
    run(shop, "git", "add", ".")

    refused = run(shop, "git", "commit", "--message", "Send receipts", status=1)

    assert "tasks.py:4:43: CRT302 send_receipt" in refused
    assert refused.count("CRT302") == 1
    assert refused.count("Passed") == 1
    assert (shop / "tasks.py").read_text() == swallowed


def test_a_configuration_for_plugins_that_hooks_lack_is_no_error(shop: Path) -> None:
    (shop / "setup.cfg").write_text(
        "[flake8]\nformat = wemake\nrequire-plugins = wemake-python-styleguide\n"
        "exclude = migrations\nenable-extensions = G\n"
        "[flake8:local-plugins]\nextension = XYZ = nowhere:Checker\n"
    )
    (shop / "migrations").mkdir()
    (shop / "migrations" / "tasks.py").write_text(BAD)
    (shop / "kept.py").write_text(BAD.replace("(bind=True)", "(max_retries=3)"))
    run(shop, "git", "add", ".")

    refused = run(shop, "git", "commit", "--message", "Send receipts", status=1)

    assert "tasks.py:5:1: CRT101 fixed: add self as first parameter" in refused
    assert "kept.py:4:26: CRT308 send_receipt" in refused
    assert (shop / "tasks.py").read_text() == FIXED
    assert (shop / "migrations" / "tasks.py").read_text() == BAD
    assert "error" not in refused.lower()


def test_what_is_configured_for_a_missing_plugin_is_said(shop: Path) -> None:
    (shop / "pyproject.toml").write_text("[tool.flake8]\nextend-ignore = ['CRT101']\n")
    run(shop, "git", "add", ".")
    refused = run(shop, "git", "commit", "--message", "Send receipts", status=1)
    assert (
        "flake8-celery-retry: [tool.flake8] in pyproject.toml is not read: "
        "that takes Flake8-pyproject" in refused
    )
    (shop / "tasks.py").write_text(BAD)
    (shop / "pyproject.toml").write_text("[tool.flake8-celery-retry]\nextend-ignore = ['CRT101']\n")
    run(shop, "git", "add", ".")
    run(shop, "git", "commit", "--message", "Send receipts")
