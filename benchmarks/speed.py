"""How fast the command is: ``python benchmarks/speed.py [RUNS] [FOLDER…]``.

Times ``flake8-celery-retry check`` beside ``ruff check`` (written in Rust; one group of rules, no
cache) and ``flake8 --select=CRT``, in turn, over real packages (those of packages.py, or the given
folders). All three must be installed in the environment that runs this.
"""

from __future__ import annotations

import sys
from pathlib import Path

from packages import fetch
from timing import Measured, interleaved, report


def main() -> None:
    runs = int(sys.argv[1]) if sys.argv[1:] else 5
    sources = [str(path) for path in (sys.argv[2:] or fetch())]
    programs = Path(sys.executable).parent
    commands = [
        Measured(
            "ruff check",
            [f"{programs}/ruff", "check", "--isolated", "--no-cache", "--select=F", *sources],
        ),
        Measured(
            "flake8-celery-retry check",
            [f"{programs}/flake8-celery-retry", "check", "--isolated", *sources],
        ),
        Measured(
            "flake8 --select=CRT",
            [f"{programs}/flake8", "--isolated", "--select=CRT", *sources],
        ),
    ]
    interleaved(commands, runs)
    files = sum(1 for source in sources for _ in Path(source).rglob("*.py"))
    print(f"{files} files, {runs} runs of each, in turn")
    report(commands)


if __name__ == "__main__":
    main()
