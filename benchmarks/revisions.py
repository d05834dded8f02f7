"""Whether this working copy is slower than an older revision of the project.

usage: python benchmarks/revisions.py REVISION [RUNS] FOLDER...

Runs ``check`` and ``fix --diff`` of both in turn over each folder, with the rules that both have,
and prints the medians of the processor time (user and system) and their ratio: this one's to the
older one's.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from timing import Measured, interleaved

PROJECT = Path(__file__).parent.parent
#: Programs write bytecode, or each start would be measured with the compilation of all it imports.
PYTHON = ["env", "--unset=PYTHONDONTWRITEBYTECODE"]


def codes(checkout: Path) -> set[str]:
    """The codes of a checkout's rules, opinions left out."""
    files = (checkout / "flake8_celery_retry" / "rules").glob("crt[1-8]*.py")
    return {path.name.partition("_")[0].upper() for path in files}


def main(revision: str, *arguments: str) -> None:
    runs = int(arguments[0]) if arguments[0].isdigit() else 5
    folders = [Path(each).resolve() for each in arguments if not each.isdigit()]
    with tempfile.TemporaryDirectory() as old:
        archive = subprocess.run(
            ["git", "archive", revision], cwd=PROJECT, check=True, stdout=subprocess.PIPE
        )
        subprocess.run(["tar", "--extract"], cwd=old, input=archive.stdout, check=True)
        select = ",".join(sorted(codes(Path(old)) & codes(PROJECT)))
        print("| | older | now | ratio |\n| --- | --- | --- | --- |")
        for folder in folders:
            for name in (["check"], ["fix", "--diff"]):
                options = [*name, "--isolated", "--jobs=1", f"--select={select}", str(folder)]
                both = [
                    Measured(
                        "",
                        [
                            *PYTHON,
                            f"PYTHONPATH={checkout}",
                            sys.executable,
                            "-m",
                            "flake8_celery_retry",
                            *options,
                        ],
                    )
                    for checkout in (old, PROJECT)
                ]
                interleaved(both, runs)
                older, now = (statistics.median(each.processor) for each in both)
                what = f"`{' '.join(name)}` {folder.name}"
                print(f"| {what} | {older:.2f} s | {now:.2f} s | {now / older:.2f} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
