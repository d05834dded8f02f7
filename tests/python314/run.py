"""Lint the fixtures in Python 3.14: ``python tests/python314/run.py``.

The npm package ``pyodide`` carries that Python; flake8 and this project are those of the Python
that runs this, for both are pure Python. Needs node and npm.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import flake8

HERE = Path(__file__).parent
PROJECT = HERE.parent.parent


def main() -> int:
    """Install Pyodide where it isn't yet, run, and give the exit status on."""
    if not (HERE / "node_modules" / "pyodide").exists():
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--no-package-lock"]
        subprocess.run(command, cwd=HERE, check=True)
    site_packages = Path(flake8.__file__).parent.parent
    script = "/project/tests/python314/lint_fixtures.py"
    run = ["node", str(HERE / "python.mjs"), str(site_packages), str(PROJECT), script]
    return subprocess.run(run, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
