"""docs/integrations.md: what it shows is what is checked in, and the commands in it work.

pre-commit and the language server are run for real in tests of their own; a hosted CI and a desktop
editor can't be, so here their configuration is read and the commands in it are run.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from programs import BAD_TASK, FIXED_TASK
from project import DOCS

from flake8_celery_retry.command.configuration import OWN_PREFIX

FILES = sorted((DOCS / "integrations").iterdir())

COMMAND = re.compile(r"flake8-celery-retry (?:check|fix) [^\"\n]+")


def read(name: str) -> str:
    return (DOCS / "integrations" / name).read_text(encoding="utf-8")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project with a bad task."""
    (tmp_path / "tasks.py").write_text(BAD_TASK)
    return tmp_path


def run(shop: Path, command: str, status: int, text: str = "") -> str:
    """Run a command of a shell in the project, with this environment's programs."""
    programs = str(Path(sys.executable).parent)
    path = os.pathsep.join([programs, os.environ["PATH"]])
    done = subprocess.run(
        command,
        cwd=shop,
        shell=True,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": path},
    )
    assert done.returncode == status, done.stderr
    return done.stdout


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_page_shows_the_file(file: Path) -> None:
    page = (DOCS / "integrations.md").read_text(encoding="utf-8")
    assert f"\n{file.read_text(encoding='utf-8')}```\n" in page


def test_github_annotates_the_line(shop: Path) -> None:
    (command,) = COMMAND.findall(read("github-annotations.yml"))

    shown = run(shop, command, status=1)

    assert shown.startswith("::error file=tasks.py,line=4,col=1,title=CRT101::send_receipt has")


def test_github_code_scanning_gets_sarif(shop: Path) -> None:
    (command,) = COMMAND.findall(read("github-code-scanning.yml"))

    run(shop, command, status=0)

    report: dict[str, Any] = json.loads((shop / "celery-retry.sarif").read_text())
    assert report["version"] == "2.1.0"
    (result,) = report["runs"][0]["results"]
    assert result["ruleId"] == "CRT101"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"].endswith("tasks.py")
    assert place["region"]["startLine"] == 4


def test_gitlab_gets_a_code_quality_report(shop: Path) -> None:
    (command,) = COMMAND.findall(read("gitlab-ci.yml"))

    run(shop, command, status=0)

    (issue,) = json.loads((shop / "gl-code-quality-report.json").read_text())
    assert issue["description"].startswith("send_receipt has bind=True")
    assert issue["description"].endswith("[CRT101]")
    assert issue["location"] == {"path": "tasks.py", "lines": {"begin": 4, "end": 4}}
    assert issue["fingerprint"]


def test_visual_studio_codes_task_fixes_the_file(shop: Path) -> None:
    (task,) = json.loads(read("vscode-tasks.json"))["tasks"]

    run(shop, task["command"].replace("${file}", "tasks.py"), status=0)

    assert (shop / "tasks.py").read_text() == FIXED_TASK


def test_zeds_task_fixes_the_file(shop: Path) -> None:
    (task,) = json.loads(read("zed-tasks.json"))

    run(shop, task["command"].replace("$ZED_FILE", "tasks.py"), status=0)

    assert (shop / "tasks.py").read_text() == FIXED_TASK


def test_vim_filters_the_buffer(shop: Path) -> None:
    (command,) = COMMAND.findall(read("vim.vim"))

    assert run(shop, command.replace("%", "tasks.py"), status=0, text=BAD_TASK) == FIXED_TASK


def test_emacs_filters_the_buffer(shop: Path) -> None:
    (command,) = COMMAND.findall(read("emacs-fix.el"))

    assert run(shop, command, status=0, text=BAD_TASK) == FIXED_TASK


def test_the_editors_that_speak_to_pylsp_switch_flake8_on() -> None:
    zed = json.loads(read("zed-pylsp.json"))["lsp"]["pylsp"]["settings"]["plugins"]
    assert zed["flake8"] == {"enabled": True}
    assert "flake8 = { enabled = true }" in read("neovim-pylsp.lua")
    assert "flake8 = { enabled = true }" in read("helix-pylsp.toml")
    assert ":flake8 (:enabled t)" in read("emacs-pylsp.el")


def test_helix_can_read_its_configuration() -> None:
    tomllib = pytest.importorskip("tomllib", reason="tomllib came with Python 3.11")
    helix = tomllib.loads(read("helix-pylsp.toml"))
    assert helix["language-server"]["pylsp"]["config"]["pylsp"]["plugins"]["flake8"]["enabled"]


def test_visual_studio_code_uses_the_environments_flake8() -> None:
    settings = json.loads(read("vscode-settings.json"))
    assert settings["flake8.importStrategy"] == "fromEnvironment"
    (letter,) = settings["flake8.severity"]
    assert OWN_PREFIX.startswith(letter)  # the extension looks at the first letter of a code
