"""docs/comparison.md: it shows the module as it is, and what we report of it today.

What the other tools say is written by ``benchmarks/compare.py``, which downloads them.
"""

from __future__ import annotations

import ast
import re

from pages import expectations
from project import DOCS, FIXTURES

from flake8_celery_retry.linting.lint import lint

SOURCE = (FIXTURES / "comparison" / "tasks.py").read_text(encoding="utf-8")
PAGE = (DOCS / "comparison.md").read_text(encoding="utf-8")


def test_the_module_on_the_page_is_the_one_that_is_checked() -> None:
    (shown,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)

    assert shown == SOURCE.replace("expect: ", "")


def test_our_column_is_what_we_report() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (CRT\d+) \|", PAGE, re.MULTILINE)
    found = lint(ast.parse(SOURCE), SOURCE.splitlines(keepends=True))

    codes = [finding.code for finding in found]
    assert [(finding.line, finding.code) for finding in found] == expectations(
        SOURCE.replace("expect: ", "")
    )
    assert [ours for _, ours in rows] == codes
    tasks = [node.name for node in ast.parse(SOURCE).body if isinstance(node, ast.FunctionDef)]
    assert [name for name, _ in rows] == tasks


def test_there_are_two_mistakes_of_each_family() -> None:
    codes = re.findall(r"# expect: CRT(\d)", SOURCE)

    assert codes == ["1", "1", "2", "2", "3", "3", "4", "4"]
