"""Every command that a page shows is run as it stands there, or it is said why not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from programs import BAD_TASK
from project import DOCS, PROJECT

PAGES = ["README.md", *sorted(f"docs/{path.name}" for path in DOCS.glob("*.md"))]

#: A line of a console, with or without a comment; what a shell is given; what is set apart.
SHOWN = re.compile(
    r"^ *\$ (?P<typed>.+?)(?:  +# .*| # .*)?$"
    r"|^```bash\n(?P<shell>.+)\n```$"
    r"|^    (?P<apart>(?:[A-Z_]+=\S+ )?python .+)$",
    re.MULTILINE,
)

#: What each command exits with, in a project with one mistake that is safe to fix.
STATUS = {
    "flake8": 1,
    "flake8-celery-retry check .": 1,
    "flake8-celery-retry fix --diff .": 1,
    "flake8-celery-retry fix --unsafe-fixes .": 0,
    "flake8-celery-retry rule CRT203": 0,
    "flake8-celery-retry fix .": 0,
    "flake8-celery-retry check --write-baseline": 0,
    "flake8-celery-retry fix --diff . | git apply": 0,
    "flake8-celery-retry fix --unsafe-fixes shop/tasks.py": 0,
    "flake8-celery-retry fix - < tasks.py > fixed.py": 0,
}

INSTALLS = "it asks a registry for a package; CI installs the wheel that it builds"
DOWNLOADS = "it downloads other projects or tools, for minutes"
SUITE = "it runs the suite, of which this is a part"

#: Those that are not run here, and why.
NOT_RUN = {
    "python -m pip install flake8-celery-retry": INSTALLS,
    "python -m pip install 'flake8-celery-retry[server]'": INSTALLS,
    "python -m pip install 'flake8-celery-retry[pylsp]'": INSTALLS,
    "flake8-celery-retry server": "it runs until it is told to stop; tests/editor talk to it",
    "flake8 --isolated --select=CRT fixtures/seed/question_4_bound_task.py": "tests/test_readme.py",
    "python benchmarks/field.py": DOWNLOADS,
    "python benchmarks/compare.py --semgrep-rules FOLDER": DOWNLOADS,
    "python -m pytest tests/celery": SUITE,
    "python -m pytest tests/celery -k test_crt -n0 --record=docs/runs.json": SUITE,
    "CELERY_BROKER_URL=redis://127.0.0.1:6379/0 python -m pytest tests/celery": "it needs Redis",
    "python3 -m venv .venv && .venv/bin/pip install --quiet . && .venv/bin/flake8 --isolated "
    "--select=CRT --exit-zero fixtures/seed": INSTALLS,
    "python3 -m venv .venv-test && .venv-test/bin/pip install --quiet '.[test]' && "
    ".venv-test/bin/python -m pytest": SUITE,
}


def shown(page: str) -> list[str]:
    """The commands of a page."""
    text = (PROJECT / page).read_text(encoding="utf-8")
    return [next(filter(None, found.groups())) for found in SHOWN.finditer(text)]


def test_each_command_is_run_or_it_is_said_why_not() -> None:
    everywhere = {command for page in PAGES for command in shown(page)}

    assert everywhere == {*STATUS, *NOT_RUN}


@pytest.mark.parametrize("command", STATUS)
def test_a_command_does_what_the_page_says(command: str, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "tasks.py").write_text(BAD_TASK, encoding="utf-8")
    (tmp_path / "shop" / "tasks.py").write_text(BAD_TASK, encoding="utf-8")
    if "baseline" in command:
        (tmp_path / "setup.cfg").write_text("[flake8]\ncelery-baseline = ./known.json\n")
    programs = str(Path(sys.executable).parent)

    done = subprocess.run(
        command,
        shell=True,
        cwd=tmp_path,
        env={**os.environ, "PATH": os.pathsep.join([programs, os.environ["PATH"]])},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == STATUS[command], done.stderr
    assert "Traceback" not in done.stderr
