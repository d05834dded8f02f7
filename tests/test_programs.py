"""A program that a test runs is the one that a user starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import BAD_TASK, command, flake8, write

#: Python reads it when it starts: for a program that has it, nothing is forked.
FROM_SCRATCH = {"PYTHONHASHSEED": "0"}


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        (flake8, ["--select=CRT", "."]),
        (flake8, ["--no-such-option"]),
        (flake8, ["--version"]),
        (command, ["check", "--show-source", "--count", "."]),
        (command, ["check", "-"]),
        (command, ["fix", "--diff", "."]),
        (command, ["fix", "--no-such-option"]),
        (command, ["rule", "CRT101"]),
    ],
)
def test_it_does_forked_what_it_does_started_from_scratch(
    tmp_path: Path, program, arguments: list[str]
) -> None:
    write(tmp_path, {"tasks.py": BAD_TASK, "bücher.py": BAD_TASK + "def (:\n"})
    stdin = BAD_TASK.encode()
    forked = program(*arguments, cwd=tmp_path, stdin=stdin)
    assert forked == program(*arguments, cwd=tmp_path, stdin=stdin, environment=FROM_SCRATCH)
    assert forked.output or forked.errors
