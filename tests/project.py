"""Where the project's parts lie."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

#: The folder that holds the repository.
PROJECT = Path(__file__).parent.parent
FIXTURES = PROJECT / "fixtures"
DOCS = PROJECT / "docs"
#: The rules' files; each begins with its page.
RULES = PROJECT / "flake8_celery_retry" / "rules"
#: A rule's experiment on a worker is ``test_crt101.py`` there.
EXPERIMENTS = PROJECT / "tests" / "celery"


def copy_project(folder: Path, *, without: tuple[str, ...] = ()) -> None:
    """Copy the project's files into a folder as they stand now, committed or not.

    ``without`` says with what the paths begin that are left out, as ``tests/``.
    """
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=PROJECT, capture_output=True, check=True).stdout
    for name in filter(None, os.fsdecode(names).split("\0")):
        if (PROJECT / name).is_file() and not name.startswith(without):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, folder / name)
