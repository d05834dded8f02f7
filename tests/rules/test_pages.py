"""The examples on the pages of the rules: linted here, run on a worker in ``tests/celery``."""

from __future__ import annotations

import ast
import json
import re
import sys

import pytest
from pages import Page, PageError, expectations, parse_page, read_page
from project import DOCS, EXPERIMENTS, RULES
from rulebook import versions

from flake8_celery_retry.linting.lint import lint
from flake8_celery_retry.settings import Settings

CODES = sorted(path.name[:6].upper() for path in RULES.glob("crt*.py"))

#: An entry of "See also": what it is, a colon, and the address on a line of its own.
LINK = re.compile(r"^- (?P<text>(?:.|\n  (?!<))+):\n  <(?P<url>https://[^\s<>]+)>$", re.MULTILINE)

#: What is said of an issue or a pull request: its number, and its title.
THREAD = re.compile(
    r"https://github\.com/[\w.-]+/(?P<name>[\w.-]+)/(?:issues|pull)/(?P<number>\d+)"
)

#: Rules whose example is no program on Python 3.10, which has no ``except*``.
NEWER = {"CRT209"} if sys.version_info < (3, 11) else set()


def findings(page: Page, source: str) -> list[tuple[int, str]]:
    settings = Settings(opinions=frozenset({page.code} if page.code.startswith("CRT9") else ()))
    found = lint(ast.parse(source), source.splitlines(keepends=True), settings)
    return [(finding.line, finding.code) for finding in found]


@pytest.mark.parametrize("code", [code for code in CODES if code not in NEWER])
def test_the_example_shows_the_mistake_and_no_other(code: str) -> None:
    page = read_page(code)

    assert {found for _, found in page.expected} == {code}
    assert findings(page, page.example) == page.expected


@pytest.mark.parametrize("code", CODES)
def test_what_to_use_instead_has_no_finding(code: str) -> None:
    page = read_page(code)

    assert findings(page, page.use_instead) == []


@pytest.mark.parametrize("code", CODES)
def test_every_rule_has_an_experiment(code: str) -> None:
    assert (EXPERIMENTS / f"test_{code.lower()}.py").exists()


@pytest.mark.parametrize("code", CODES)
def test_a_page_leads_to_documentation_and_discussions(code: str) -> None:
    section = read_page(code).section("See also")
    links = list(LINK.finditer(section))

    assert "\n".join(link[0] for link in links) == section
    assert not THREAD.match(links[0]["url"]), "documentation comes first"
    for link in links:
        if thread := THREAD.fullmatch(link["url"]):
            said = " ".join(link["text"].split())
            assert re.fullmatch(rf'{thread["name"]} #{thread["number"]}, ".+"', said)


@pytest.mark.parametrize("code", CODES)
def test_a_page_says_since_which_version(code: str) -> None:
    since = re.match(r"Version (\S+)\.(?:\n| |$)", read_page(code).section("Since"))

    assert since
    assert since[1] in versions()


def test_each_run_that_is_written_down_is_still_an_experiment() -> None:
    recorded = json.loads((DOCS / "runs.json").read_text(encoding="utf-8"))["rules"]
    for code, rows in recorded.items():
        source = (EXPERIMENTS / f"test_{code.lower()}.py").read_text(encoding="utf-8")
        for row in rows:
            assert f"def test_{row['experiment'].replace(' ', '_')}(" in source, code


def test_a_page_may_indent_its_example() -> None:
    page = parse_page("CRT101", "A title\n\n## Example\n\nLike so:\n\n    x = 1\n\n    y = 2\n")

    assert page.title == "A title"
    assert page.example == "x = 1\n\ny = 2\n"


def test_a_missing_section_is_named() -> None:
    page = parse_page("CRT101", "A title\n\n## Example\n\n    x = 1\n")

    with pytest.raises(PageError, match="CRT101 has no section 'Use instead'; it has: Example"):
        _ = page.use_instead


def test_an_unknown_rule_is_named() -> None:
    with pytest.raises(PageError, match="CRT999"):
        read_page("CRT999")


def test_a_comment_announces_findings() -> None:
    assert expectations("a\nb  # CRT101, CRT301\nc  # see CRT101 there\n") == [
        (2, "CRT101"),
        (2, "CRT301"),
    ]
