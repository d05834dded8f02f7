"""The figures of docs/field-report.md: ``python benchmarks/field.py [FOLDER…]``.

Lints real packages (those of packages.py, or the given folders) and prints every finding, with
the number of tasks that were looked at. Then fixes a copy with all fixes, unsafe ones too: what
compiled must still compile, a second run must change nothing, and no run may end in a traceback, a
bug or a death of the fixer. Exits with 1 where that fails.
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
#: What none of its runs may say.
WRONG = ("Traceback", "a bug in flake8-celery-retry", "the fixer died")


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


def compiles(source: bytes) -> bool:
    """Whether a source is Python; nothing of it runs."""
    try:
        compile(source, "<source>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


def run(*arguments: str, cwd: Path) -> tuple[str, bool]:
    """What the command says of a folder, and whether it went wrong there."""
    ended = subprocess.run(
        [*COMMAND, *arguments, "."], cwd=cwd, capture_output=True, text=True, check=False
    )
    said = ended.stdout + ended.stderr
    went_wrong = ended.returncode not in {0, 1} or any(word in said for word in WRONG)
    if went_wrong:
        print(said)
    return ended.stdout, went_wrong


def report(source: Path) -> bool:
    """Print what there is to say of a package; whether its fixed copy is as it should be."""
    findings, failed = run("check", "--isolated", "--select=CRT", cwd=source)
    codes = Counter(line.split()[1] for line in findings.splitlines())
    print(f"## {source.name}: {tasks_in(source)} tasks, {codes.total()} findings", dict(codes))
    print(findings)
    with tempfile.TemporaryDirectory() as folder:
        copy = copytree(source, Path(folder, source.name))
        before = contents(copy)
        fixes = [run("fix", "--isolated", "--unsafe-fixes", cwd=copy)[1]]
        once = contents(copy)
        fixes += [run("fix", "--isolated", "--unsafe-fixes", cwd=copy)[1]]
        changed = [path for path in before if before[path] != once[path]]
        broken = [path for path in changed if compiles(before[path]) > compiles(once[path])]
        unstable = [path for path, text in contents(copy).items() if text != once[path]]
    print(f"fixed: {len(changed)} files changed, {len(broken)} broken, {len(unstable)} unstable\n")
    return not (failed or any(fixes) or broken or unstable)


if __name__ == "__main__":
    folders = [Path(path).resolve() for path in sys.argv[1:]] or fetch()
    outcomes = [report(folder) for folder in folders]
    sys.exit(0 if all(outcomes) else 1)
