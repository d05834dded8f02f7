"""Whether this working copy is slower than an older revision of the project.

usage: python benchmarks/revisions.py REVISION [RUNS] FOLDER...

Runs ``check`` and ``fix --diff`` of both in turn over each folder, with the rules that both have,
and prints the medians of the processor time (user and system) and their ratio: this one's to the
older one's.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from timing import Measured, interleaved

PROJECT = Path(__file__).parent.parent
PACKAGE = "flake8_celery_retry"
#: Elsewhere than in a working copy, for ``python -m`` takes what lies in its folder before all
#: else; and with bytecode, or each start would be measured with the compilation of all it imports.
ELSEWHERE = ["env", "-C", "/", "-u", "PYTHONDONTWRITEBYTECODE"]


def without_rules_that_the_other_lacks(packages: Sequence[Path]) -> None:
    """Take the rules' files out of copies of the package that are not in all of them."""
    files = [{path.name for path in package.glob("rules/crt*.py")} for package in packages]
    for package, names in zip(packages, files, strict=True):
        for name in names.difference(set.intersection(*files)):
            (package / "rules" / name).unlink()


def main(revision: str, *arguments: str) -> None:
    runs = int(arguments[0]) if arguments[0].isdigit() else 5
    folders = [Path(each).resolve() for each in arguments if not each.isdigit()]
    with tempfile.TemporaryDirectory() as copies:
        older, now = Path(copies, "older"), Path(copies, "now")
        older.mkdir()
        archive = ["git", "archive", revision, PACKAGE]
        packed = subprocess.run(archive, cwd=PROJECT, check=True, stdout=subprocess.PIPE)
        subprocess.run(["tar", "--extract"], cwd=older, input=packed.stdout, check=True)
        shutil.copytree(PROJECT / PACKAGE, now / PACKAGE)
        without_rules_that_the_other_lacks([older / PACKAGE, now / PACKAGE])
        print("| | older | now | ratio |\n| --- | --- | --- | --- |")
        for folder in folders:
            for name in (["check"], ["fix", "--diff"]):
                options = [*name, "--isolated", "--jobs=1", "--select=CRT", str(folder)]
                program = [sys.executable, "-m", PACKAGE, *options]
                both = [
                    Measured("", [*ELSEWHERE, f"PYTHONPATH={each}", *program])
                    for each in (older, now)
                ]
                interleaved(both, runs)
                then, today = (statistics.median(each.processor) for each in both)
                what = f"`{' '.join(name)}` {folder.name}"
                print(f"| {what} | {then:.2f} s | {today:.2f} s | {today / then:.2f} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
