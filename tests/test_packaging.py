"""What is released: built for real, read, installed, and tested from what was unpacked."""

from __future__ import annotations

import email
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from email.message import Message
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from project import DOCS, PROJECT, copy_project

import flake8_celery_retry

REPOSITORY = "https://github.com/flake8-celery-retry/flake8-celery-retry"

#: Tests of each kind that need nothing but pytest: what is built, what it fixes, what it says.
QUICK = [
    *("tests/test_rooms.py", "tests/command/test_rule_command.py", "tests/rules/test_fixtures.py"),
    *("-k", "rooms or rule_command or the_fixes and crt101"),
]


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with a source distribution, and a wheel that was built from it.

    With this environment's setuptools; CI builds in an environment that has nothing else.
    """
    folder = tmp_path_factory.mktemp("release")
    copy_project(folder / "source")
    build = [sys.executable, "-m", "build", "--quiet", "--no-isolation"]
    run(folder, *build, "--outdir", "dist", "source")
    return folder / "dist"


@pytest.fixture(scope="module")
def metadata(dist: Path) -> Message:
    """What the package index is told."""
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [each for each in archive.namelist() if each.endswith(".dist-info/METADATA")]
        return email.message_from_bytes(archive.read(name))


def run(folder: Path, *command: str) -> str:
    environment = {**os.environ}
    # The folder is thrown away: what runs there keeps the bytecode of the little that it imports.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_version_stands_in_one_place(metadata: Message) -> None:
    assert metadata["Version"] == flake8_celery_retry.__version__
    hooks = (DOCS / "integrations" / "pre-commit-config.yaml").read_text(encoding="utf-8")
    assert f"rev: v{flake8_celery_retry.__version__}\n" in hooks
    changelog = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\S+) \((unreleased|\d{4}-\d\d-\d\d)\)$", changelog, re.MULTILINE)
    assert newest
    assert newest[1] == flake8_celery_retry.__version__


def test_every_link_of_the_description_leads_somewhere(metadata: Message) -> None:
    description = metadata.get_payload()
    assert isinstance(description, str)
    assert metadata["Description-Content-Type"] == "text/markdown"
    links = re.findall(r"\]\(([^)]+)\)", description)
    assert links
    for link in links:
        assert link.startswith(("https://", "#")), link
        place, _, path = link.partition("/blob/main/")
        if place == REPOSITORY:
            assert (PROJECT / path.partition("#")[0]).exists(), link


def test_the_package_index_shows_where_to_go(metadata: Message) -> None:
    urls = dict(each.split(", ", 1) for each in metadata.get_all("Project-URL", []))
    assert set(urls) == {"Documentation", "Source", "Issues", "Changelog"}
    assert all(urlsplit(url).scheme == "https" for url in urls.values())


def test_the_wheel_holds_the_package_and_nothing_else(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"flake8_celery_retry"}


def test_the_source_distribution_runs_its_own_tests(dist: Path, tmp_path: Path) -> None:
    (archive,) = dist.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path)
    (source,) = tmp_path.iterdir()
    (wheel,) = dist.glob("*.whl")  # that pip would build of it once more
    run(tmp_path, sys.executable, "-m", "virtualenv", "--quiet", "environment")
    python = str(tmp_path / "environment" / "bin" / "python")
    install = [python, "-m", "pip", "install", "--quiet", "--no-compile"]
    run(source, *install, str(wheel), "pytest", "pytest-xdist")

    said = run(source, python, "-m", "pytest", "--assert=plain", *QUICK)

    assert re.search(r"\b\d{2,} passed", said)
