"""docs/other-linters.md: ruff and this linter say of its code what the page says they say.

The title of each block of code names all that is reported, ``content`` nothing.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys

import pytest
from project import DOCS

from flake8_celery_retry.linting.lint import lint

PAGE = (DOCS / "other-linters.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r'^```python title="([^"]+)"\n(.*?)^```$', PAGE, re.MULTILINE | re.DOTALL)
EXTERNAL = re.findall(r"^```toml\n\[tool\.ruff\.lint\]\n(.*)\n```$", PAGE, re.MULTILINE)


def ruff(source: str, *options: str) -> set[str]:
    """The codes that ruff reports."""
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", *options]
    select = "--select=B,BLE,C4,EM,PERF,PIE,RET,RUF,S,SIM,TRY"
    run = subprocess.run(
        [*command, select, "--output-format=json", "-"],
        input=source,
        capture_output=True,
        text=True,
    )
    return {finding["code"] for finding in json.loads(run.stdout)}


def ours(source: str) -> set[str]:
    """The codes that we report, comments or not."""
    return {each.code for each in lint(ast.parse(source), source.splitlines(keepends=True))}


@pytest.mark.parametrize(("title", "source"), BLOCKS)
def test_each_says_what_the_page_says(title: str, source: str) -> None:
    said = set() if title == "content" else set(title.split(", "))
    is_silenced = "# noqa: CRT" in source
    # Older versions of ruff report our comments as RUF100.
    found = {"RUF102" if code == "RUF100" else code for code in ruff(source)}

    assert found | (set() if is_silenced else ours(source)) == said


def test_a_comment_that_ruff_knows_the_owner_of_stays() -> None:
    (silenced,) = [source for title, source in BLOCKS if title == "RUF102"]

    assert ruff(silenced, "--config", f"lint.{EXTERNAL[0]}") == set()
    assert ours(silenced) == {"CRT301"}, "the comment silences something"


def test_without_raise_b904_is_silent() -> None:
    source = dict(BLOCKS)["B904"].replace("raise self", "self")

    assert "B904" not in ruff(source)
