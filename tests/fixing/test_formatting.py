"""What was formatted stays formatted: Black and ruff have nothing to do after a fix.

The lines are long enough here for everything to fit: a line that a fix makes too long is for the
formatter to break.
"""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from fixture_files import BAD, name, needs_newer_python, opinions_of

from flake8_celery_retry.fixing.fixer import fix_source
from flake8_celery_retry.settings import Settings

FORMATTERS = {
    "black": ["-m", "black", "--quiet", "--fast", "--line-length=200"],
    "ruff": ["-m", "ruff", "format", "--quiet", "--isolated", "--line-length=200"],
}


@cache  # most files are the same to both formatters
def fixed_version(source: bytes, opinions: frozenset[str]) -> bytes:
    return fix_source(source, Settings(opinions=opinions), unsafe=True).source


@pytest.mark.parametrize("formatter", FORMATTERS)
def test_the_fixed_version_of_a_formatted_file_is_formatted(formatter: str, tmp_path: Path) -> None:
    files = {}
    for path in BAD:
        if not needs_newer_python(path):
            file = tmp_path / name(path).replace("/", "_")
            file.write_bytes(path.read_bytes())
            files[file] = opinions_of(path)
    command = [sys.executable, *FORMATTERS[formatter], str(tmp_path)]

    subprocess.run(command, check=True)
    fixed = {}
    for file, opinions in files.items():
        fixed[file] = fixed_version(file.read_bytes(), opinions)
        file.write_bytes(fixed[file])
    subprocess.run(command, check=True)

    read = {file: file.read_bytes().decode() for file in files}
    assert read == {file: source.decode() for file, source in fixed.items()}
