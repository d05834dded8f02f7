"""What the plugin costs flake8: ``python benchmarks/overhead.py [RUNS] [FOLDER…]``.

Makes two virtual environments, flake8 alone and flake8 with this project, and runs them in turn
over real packages (those of packages.py, or the given folders). Prints the medians and their ratio.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from packages import fetch
from timing import Measured, interleaved, report

PROJECT = Path(__file__).parent.parent


def environment(folder: Path, *requirements: str) -> Path:
    """A new virtual environment with some requirements; its Python."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *requirements], check=True)
    return python


def main() -> None:
    runs = int(sys.argv[1]) if sys.argv[1:] else 5
    sources = [str(path) for path in (sys.argv[2:] or fetch())]
    with tempfile.TemporaryDirectory() as folder:
        alone = environment(Path(folder, "alone"), "flake8>=7,<8")
        beside = environment(Path(folder, "beside"), str(PROJECT))
        arguments = ["-m", "flake8", "--isolated", "--jobs=1", *sources]
        commands = [
            Measured("flake8", [str(alone), *arguments]),
            Measured("flake8 with flake8-celery-retry", [str(beside), *arguments]),
        ]
        interleaved(commands, runs)
    files = sum(1 for source in sources for _ in Path(source).rglob("*.py"))
    print(f"{files} files, {runs} runs of each, in turn")
    report(commands)


if __name__ == "__main__":
    main()
