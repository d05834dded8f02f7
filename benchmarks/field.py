"""The figures of docs/field-report.md: ``python benchmarks/field.py [FOLDER…]``.

Lints real packages (those of packages.py, or the given folders) and prints every finding, with
the number of tasks that were looked at. Then fixes a copy with all fixes, unsafe ones too: every
file must still parse, and a second run must change nothing. Exits with 1 where that fails.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from shutil import copytree

from packages import fetch

from flake8_celery_retry.model import read_module
from flake8_celery_retry.settings import DEFAULT

COMMAND = [sys.executable, "-m", "flake8_celery_retry"]


def tasks_in(folder: Path) -> int:
    """How many tasks the linter sees in a folder's files."""
    count = 0
    for path in folder.rglob("*.py"):
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError, RecursionError):
            continue
        count += sum(not task.is_base for task in read_module(tree, DEFAULT).tasks)
    return count


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*.py"))}


def parses(source: bytes) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    return True


def fix(folder: Path) -> None:
    subprocess.run(
        [*COMMAND, "fix", "--isolated", "--unsafe-fixes", str(folder)],
        stdout=subprocess.DEVNULL,
        check=False,
    )


def report(source: Path) -> bool:
    """Print what there is to say of a package; whether its fixed copy is as it should be."""
    run = subprocess.run(
        [*COMMAND, "check", "--isolated", "--select=CRT", "."],
        cwd=source,
        capture_output=True,
        text=True,
        check=False,
    )
    codes = Counter(line.split()[1] for line in run.stdout.splitlines())
    print(f"## {source.name}: {tasks_in(source)} tasks, {codes.total()} findings", dict(codes))
    print(run.stdout)
    with tempfile.TemporaryDirectory() as folder:
        copy = copytree(source, Path(folder, source.name))
        before = contents(copy)
        fix(copy)
        once = contents(copy)
        fix(copy)
        broken = [path for path in once if parses(before[path]) and not parses(once[path])]
        unstable = [path for path, text in contents(copy).items() if text != once[path]]
    changed = sum(before[path] != once[path] for path in before)
    print(f"fixed: {changed} files changed, {len(broken)} broken, {len(unstable)} changed again\n")
    return not broken and not unstable


if __name__ == "__main__":
    folders = [Path(path).resolve() for path in sys.argv[1:]] or fetch()
    outcomes = [report(folder) for folder in folders]
    sys.exit(0 if all(outcomes) else 1)
