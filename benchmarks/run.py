"""What it costs, in one table: ``python benchmarks/run.py [RUNS] [FOLDER…]``.

Installs this project and ruff in one new virtual environment and flake8 alone in another, then
runs in turn:

- ``flake8-celery-retry check`` beside ``ruff check --select=F`` (written in Rust; no cache), over
  packages that use Celery (those of packages.py, or the given folders) and over large libraries
  that don't (those of packages.py), which is what most files of a project are like;
- flake8 with the plugin beside flake8 without, over one file with tasks, one without, and a tree.

Prints the medians, their ratios, and the versions of all that was compared.
"""

from __future__ import annotations

import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from packages import fetch, fetch_libraries
from timing import Measured, interleaved

PROJECT = Path(__file__).parent.parent
#: A file with tasks, and one without.
TASKS = PROJECT / "fixtures" / "rules" / "crt301_retry_on_any_exception" / "bad.py"
PLAIN = PROJECT / "flake8_celery_retry" / "syntax" / "tree.py"
#: Files of the tree that flake8 looks at: it needs half a minute for 2,400.
TREE = PROJECT / "flake8_celery_retry"


def environment(folder: Path, *requirements: str) -> Path:
    """A new virtual environment with some requirements; the folder of its programs."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    programs = folder / "bin"
    command = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--compile"]
    subprocess.run([*command, *requirements], check=True)
    return programs


def versions(programs: Path) -> str:
    """The versions of what was compared."""
    asked = subprocess.run(
        [str(programs / "python"), "-m", "pip", "list", "--format=freeze"],
        check=True,
        capture_output=True,
        text=True,
    )
    names = ("flake8=", "flake8-celery-retry=", "ruff=", "libcst=")
    found = [line for line in asked.stdout.splitlines() if line.startswith(names)]
    return ", ".join([f"Python {platform.python_version()}", *found])


def row(name: str, ours: Measured, theirs: Measured) -> str:
    """A line of the table: both medians by the clock, and the ratios of clock and processor."""
    mine, other = statistics.median(ours.wall), statistics.median(theirs.wall)
    processor = statistics.median(ours.processor) / statistics.median(theirs.processor)
    return f"| {name} | {mine:.3f} s | {other:.3f} s | {mine / other:.2f} | {processor:.2f} |"


def main() -> None:
    runs = int(sys.argv[1]) if sys.argv[1:] else 5
    trees = {"with tasks": sys.argv[2:] or fetch(), "of libraries": [fetch_libraries()]}
    print("| | ours | theirs | ratio | of processor time |\n| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        beside = environment(Path(folder, "beside"), str(PROJECT), "ruff")
        alone = environment(Path(folder, "alone"), "flake8>=7,<8")
        for name, paths in trees.items():
            sources = list(map(str, paths))
            files = sum(1 for source in sources for _ in Path(source).rglob("*.py"))
            # ruff leaves out what .gitignore names, and so does check: here all is looked at.
            ours = ["check", "--isolated", "--no-ignore", *sources]
            ruff = ["check", "--isolated", "--no-cache", "--no-respect-gitignore", "--quiet"]
            pair = [
                Measured("", [f"{beside}/flake8-celery-retry", *ours]),
                Measured("", [f"{beside}/ruff", *ruff, "--select=F", *sources]),
            ]
            interleaved(pair, runs)
            print(row(f"`check` beside `ruff check`: {files:,} files {name}", *pair), flush=True)
        places = {"a file with tasks": TASKS, "a file without": PLAIN, "a tree": TREE}
        for name, place in places.items():
            arguments = ["--isolated", "--jobs=1", str(place)]
            pair = [Measured("", [f"{each}/flake8", *arguments]) for each in (beside, alone)]
            interleaved(pair, 3 * runs)
            print(row(f"flake8 with the plugin and without: {name}", *pair), flush=True)
        print(f"\nMedians of {runs} runs ({3 * runs} of flake8) in turn; {versions(beside)}.")


if __name__ == "__main__":
    main()
