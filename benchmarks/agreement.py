"""Does ``check`` print what flake8 prints? ``python benchmarks/agreement.py [FOLDER…]``.

Compares the CRT lines of both over real packages (those of packages.py, or the given folders), in a
copy with a configuration that people have: opinions on, folders excluded, files with ignores of
their own, and a ``noqa`` comment on the line of every second finding. Exits with 1 where they
differ. flake8 takes its time.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import copytree

from packages import fetch

CONFIGURATION = """\
[flake8]
select = CRT
extend-select = CRT9
exclude = migrations, */converter/*
per-file-ignores =
    */documents/*:CRT305
    */services/mail.py:CRT30,CRT9
"""


def lines(folder: Path, *command: str) -> list[str]:
    """The CRT lines that a command prints in a folder."""
    run = subprocess.run(
        [sys.executable, "-m", *command, "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return [line for line in run.stdout.splitlines() if ": CRT" in line]


def silence_every_second(folder: Path, found: list[str]) -> None:
    for line in found[::2]:
        path, number, _, rest = line.split(":", 3)
        file = folder / path
        content = file.read_text(encoding="utf-8").splitlines(keepends=True)
        code, end = content[int(number) - 1].rstrip("\n"), "\n"
        if not code.endswith("\\"):
            content[int(number) - 1] = f"{code}  # noqa: {rest.split()[0]}{end}"
        file.write_text("".join(content), encoding="utf-8")


def agree(source: Path) -> bool:
    """Whether both print the same about a package."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = copytree(source, Path(temporary, source.name))
        (folder / "setup.cfg").write_text(CONFIGURATION, encoding="utf-8")
        before = lines(folder, "flake8_celery_retry", "check", "--no-ignore")
        silence_every_second(folder, before)
        ours = lines(folder, "flake8_celery_retry", "check", "--no-ignore")
        theirs = lines(folder, "flake8")
    print(f"{source.name}: {len(before)} lines, {len(ours)} with noqa:", ours == theirs)
    return ours == theirs


if __name__ == "__main__":
    outcomes = [agree(folder) for folder in map(Path, sys.argv[1:])] or list(map(agree, fetch()))
    sys.exit(0 if all(outcomes) else 1)
