"""The configurations of docs/integrations, in the editors themselves where they can be started.

Neovim and Emacs are started without a window and do what a user does; Helix in a terminal that tmux
makes. Zed and Visual Studio Code can't be: from their configurations the server is started as they
would start it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from language_server import LanguageServer
from programs import BAD_TASK, FIXED_TASK
from project import DOCS

CONFIGURATIONS = DOCS / "integrations"
DRIVERS = Path(__file__).parent / "drivers"

SHOWN = "4 flake8-celery-retry [CRT101]: send_receipt has bind=True but no self"

#: This environment's programs are the first that an editor finds.
ENVIRONMENT = {
    **os.environ,
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
}


@cache
def neovims() -> list[tuple[str, tuple[int, ...]]]:
    """The Neovims that are installed, with their versions."""
    found = []
    for folder in os.environ["PATH"].split(os.pathsep):
        if program := shutil.which("nvim", path=folder):
            said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
            if version := re.search(r"NVIM v(\d+)\.(\d+)", said):
                found.append((program, tuple(map(int, version.groups()))))
    return found


@cache
def has_eglot() -> bool:
    if not shutil.which("emacs"):
        return False
    asked = ["emacs", "--batch", "-f", "package-initialize", "--eval", "(require 'eglot)"]
    return subprocess.run(asked, capture_output=True).returncode == 0


def in_neovim(program: str, configuration: str, folder: Path) -> str:
    path = folder / "tasks.py"
    path.write_text(BAD_TASK)
    line = [program, "--clean", "--headless"]
    for name in (configuration, "neovim-fix-on-save.lua"):
        line += ["--cmd", f"luafile {CONFIGURATIONS / name}"]
    line += ["tasks.py", "-c", f"luafile {DRIVERS / 'neovim.lua'}"]
    environment = {**ENVIRONMENT, "SEEN": str(folder / "seen")}
    subprocess.run(line, cwd=folder, env=environment, check=True, timeout=120, capture_output=True)
    return (folder / "seen").read_text()


@pytest.mark.skipif(
    not any(version >= (0, 11) for _, version in neovims()),
    reason="Neovim 0.11 or newer is not installed",
)
def test_neovim_shows_findings_and_fixes_on_save(tmp_path: Path) -> None:
    program = next(each for each, version in neovims() if version >= (0, 11))
    assert in_neovim(program, "neovim.lua", tmp_path).startswith(SHOWN)
    assert (tmp_path / "tasks.py").read_text() == FIXED_TASK


@pytest.mark.skipif(
    not any((0, 7) <= version < (0, 11) for _, version in neovims()),
    reason="no Neovim from 0.7 to 0.10 is installed",
)
def test_an_older_neovim_does_so_too(tmp_path: Path) -> None:
    program = next(each for each, version in neovims() if (0, 7) <= version < (0, 11))
    assert in_neovim(program, "neovim-older.lua", tmp_path).startswith(SHOWN)
    assert (tmp_path / "tasks.py").read_text() == FIXED_TASK


@pytest.mark.skipif(not has_eglot(), reason="Emacs with Eglot is not installed")
def test_emacs_shows_findings_and_fixes_them(tmp_path: Path) -> None:
    (tmp_path / "tasks.py").write_text(BAD_TASK)
    files = [CONFIGURATIONS / "emacs-eglot.el", DRIVERS / "emacs.el"]
    line = ["emacs", "--batch", "-f", "package-initialize"]
    line += [part for file in files for part in ("-l", str(file))]
    done = subprocess.run(
        line, cwd=tmp_path, env=ENVIRONMENT, timeout=120, capture_output=True, text=True
    )
    assert done.stdout.startswith(SHOWN), done.stderr
    assert (tmp_path / "tasks.py").read_text() == FIXED_TASK


class Terminal:
    """A terminal without a window, in which a program runs."""

    def __init__(self, line: list[str], folder: Path, environment: dict[str, str]) -> None:
        self._tmux = ["tmux", "-S", str(folder / "tmux")]
        subprocess.run(
            [*self._tmux, "-f", os.devnull, "new-session", "-d", "-x", "120", "-y", "30", *line],
            cwd=folder,
            env={**environment, "TERM": "xterm-256color"},
            check=True,
        )

    def shows(self, text: str) -> str:
        """Wait for a text; what is on the screen, when it is there or never comes."""
        until = time.monotonic() + 60
        while True:
            shot = [*self._tmux, "capture-pane", "-p"]
            screen = subprocess.run(shot, capture_output=True, text=True, check=True).stdout
            if text in screen or time.monotonic() > until:
                return screen
            time.sleep(0.1)

    def press(self, *keys: str) -> None:
        """Press keys, as tmux names them."""
        subprocess.run([*self._tmux, "send-keys", *keys], check=True)

    def close(self) -> None:
        """End all that runs there."""
        subprocess.run([*self._tmux, "kill-server"], check=False, capture_output=True)


@pytest.mark.skipif(
    not (shutil.which("hx") and shutil.which("tmux")), reason="Helix or tmux is not installed"
)
def test_helix_shows_findings_and_fixes_them(tmp_path: Path) -> None:
    settings = tmp_path / "helix"
    settings.mkdir()
    shutil.copy(CONFIGURATIONS / "helix-languages.toml", settings / "languages.toml")
    (tmp_path / "tasks.py").write_text(BAD_TASK)
    helix = Terminal(
        ["hx", "tasks.py"], tmp_path, {**ENVIRONMENT, "XDG_CONFIG_HOME": str(tmp_path)}
    )
    try:
        assert "send_receipt()" in helix.shows("\u25cf")  # the mark of an error beside the line
        helix.press("j", "j", "j")
        assert "send_receipt has bind=True but no self" in helix.shows("(CRT101)")
        helix.press("Space", "a")
        assert "Disable CRT101" in helix.shows("add self as first parameter (CRT101, safe)")
        helix.press("Enter")
        assert "send_receipt(self)" in helix.shows("send_receipt(self)")
        helix.press(":", "w", "q", "Enter")
        wait_for(lambda: (tmp_path / "tasks.py").read_text() == FIXED_TASK)
    finally:
        helix.close()


def wait_for(holds: Callable[[], bool]) -> None:
    """Wait until something holds, a minute at most."""
    until = time.monotonic() + 60
    while not holds() and time.monotonic() < until:
        time.sleep(0.1)
    assert holds()


# -- those that have no way to be started here -----------------------------------------------


def read(name: str) -> Any:
    text = (CONFIGURATIONS / name).read_text(encoding="utf-8")
    if name.endswith(".json"):
        return json.loads(text)
    tomllib = pytest.importorskip("tomllib", reason="tomllib came with Python 3.11")
    return tomllib.loads(text)


def is_served_by(program: str, arguments: list[str], folder: Path) -> bool:
    """Whether a program, started so, is our server."""
    path = folder / "tasks.py"
    path.write_text(BAD_TASK)
    assert program == "flake8-celery-retry"
    with LanguageServer(folder, ["flake8_celery_retry", *arguments]) as server:
        return [each["code"] for each in server.open(path)] == ["CRT101"]


def test_helix_starts_the_server(tmp_path: Path) -> None:
    helix = read("helix-languages.toml")
    server = helix["language-server"]["flake8-celery-retry"]
    assert "flake8-celery-retry" in helix["language"][0]["language-servers"]
    assert is_served_by(server["command"], server["args"], tmp_path)


def test_zed_starts_the_server(tmp_path: Path) -> None:
    zed = read("zed-settings.json")
    binary = zed["lsp"]["pylsp"]["binary"]
    assert zed["languages"]["Python"]["language_servers"][0] == "pylsp"
    assert is_served_by(binary["path"], binary["arguments"], tmp_path)


def test_visual_studio_codes_generic_client_starts_the_server(tmp_path: Path) -> None:
    code = read("vscode-server-settings.json")
    assert code["glspc.server.languageId"] == ["python"]
    arguments = code["glspc.server.commandArguments"]
    assert is_served_by(code["glspc.server.command"], arguments, tmp_path)
