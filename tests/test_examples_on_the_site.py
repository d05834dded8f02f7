"""The configurations and the code that pages show, where no test of the page itself runs them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from programs import command
from project import DOCS, EXPERIMENTS, PROJECT

from flake8_celery_retry.linting.lint import lint

#: A task with an opinion's finding, and one without a limit.
TASKS = """\
from celery import shared_task

@shared_task(bind=True, max_retries=None)
def charge_order(self, order_id):
    try:
        charge(order_id)
    except OSError as exc:
        self.retry(exc=exc, countdown=60)
"""

#: The page, its block, the file that it is a part of, and the codes that are reported then.
CONFIGURATIONS = [
    ("README.md", "ini", "setup.cfg", {"CRT304", "CRT901"}),
    ("docs/adoption.md", "ini", "setup.cfg", {"CRT304"}),
    ("docs/configuration.md", "toml", "pyproject.toml", {"CRT901"}),
]


def block(page: Path, language: str) -> str:
    """The first block of a language on a page."""
    found = re.search(
        rf"^( *)```{language}\n(.*?)^ *```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert found
    return re.sub(rf"^{found[1]}", "", found[2], flags=re.MULTILINE)


@pytest.mark.parametrize(("page", "language", "file", "codes"), CONFIGURATIONS)
def test_a_configuration_is_read(
    page: str, language: str, file: str, codes: set[str], tmp_path: Path
) -> None:
    shown = block(PROJECT / page, language)
    (tmp_path / file).write_text(shown, encoding="utf-8")
    (tmp_path / "tasks.py").write_text(TASKS, encoding="utf-8")
    if "celery-baseline" in shown:
        empty = '{"version": 1, "findings": []}\n'
        (tmp_path / "celery-baseline.json").write_text(empty, encoding="utf-8")

    ended = command("check", ".", cwd=tmp_path)

    assert {line.split()[1] for line in ended.lines} == codes, ended.errors


def test_the_first_example_has_the_mistakes_that_are_reported_below_it() -> None:
    readme = PROJECT / "README.md"
    module = f"from shop.celery import app\n\n\n{block(readme, 'python')}"

    found = lint(ast.parse(module), module.splitlines(keepends=True))

    reported = re.findall(r"^fixtures/\S+ (CRT\d+) ", readme.read_text("utf-8"), re.MULTILINE)
    assert [finding.code for finding in found] == reported


def test_the_experiment_is_one_that_is_run() -> None:
    experiments = (EXPERIMENTS / "test_crt102.py").read_text(encoding="utf-8")

    assert block(DOCS / "proof.md", "python") in experiments
