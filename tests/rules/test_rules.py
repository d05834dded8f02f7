"""Every rule is whole: a page with all its sections, fixtures, an experiment, a line in the README.

The README's table is written from the pages. What they say is held against the rule itself: code
and name against the name of its file, whether it is on against whether it runs, its fix against
the fixes that it offers for the bad code in its fixtures.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from fixture_files import needs_newer_python
from pages import expectations, read_page
from project import EXPERIMENTS, FIXTURES
from rulebook import CHANGELOG, README, line_of, table, with_numbers, with_table

from flake8_celery_retry.command.pages import rendered
from flake8_celery_retry.linting.findings import Finding
from flake8_celery_retry.linting.lint import lint
from flake8_celery_retry.rules import Rule, all_rules
from flake8_celery_retry.settings import DEFAULT, Settings

SECTIONS = [
    "What it does",
    "Why this is bad",
    "Celery does",
    "Example",
    "Use instead",
    "What stays silent",
    "Fix",
]

#: A section of a page whose claim a run can't show: why it is right all the same.
PROOF = "Proof"

LAST_SECTIONS = ["When to switch it off", "See also", "Since"]

by_code = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)


@cache
def shown_findings(rule: Rule) -> list[Finding]:
    """What the rule finds in its bad fixtures and its example."""
    settings = Settings(opinions=frozenset({rule.code}) if rule.is_opinion else frozenset())
    bad = [path for path in folder_of(rule).glob("bad*.py") if not needs_newer_python(path)]
    found: list[Finding] = []
    for path in bad:
        source = path.read_text(encoding="utf-8")
        found += lint(ast.parse(source), source.splitlines(keepends=True), settings)
    return [finding for finding in found if finding.code == rule.code]


def folder_of(rule: Rule) -> Path:
    return FIXTURES / "rules" / f"{rule.code.lower()}_{rule.name.replace('-', '_')}"


def test_the_readme_and_the_changelog_list_what_the_pages_say() -> None:
    readme, changelog = README.read_text(encoding="utf-8"), CHANGELOG.read_text(encoding="utf-8")
    assert with_table(readme) == readme, "run: python tests/rulebook.py lists"
    assert with_numbers(changelog) == changelog, "run: python tests/rulebook.py lists"
    lines = [line for line in readme.splitlines() if line.startswith("| CRT")]
    assert lines == [str(line).rstrip() for line in table()]
    assert [(line.code, line.name) for line in table()] == [
        (rule.code, rule.name) for rule in all_rules()
    ]


def test_every_fixture_folder_is_a_rules() -> None:
    folders = {path for path in (FIXTURES / "rules").iterdir() if path.is_dir()}
    assert folders == {folder_of(rule) for rule in all_rules()}


@by_code
def test_a_rule_is_on_as_the_readme_says(rule: Rule) -> None:
    source = read_page(rule.code).example
    try:
        tree = ast.parse(source)
    except SyntaxError:
        pytest.skip("its syntax needs a newer Python")
    found = {finding.code for finding in lint(tree, source.splitlines(keepends=True), DEFAULT)}
    assert (rule.code in found) == (line_of(read_page(rule.code)).default == "on")


@by_code
def test_a_rule_fixes_what_the_readme_says(rule: Rule) -> None:
    offered = {finding.fix.safe if finding.fix else None for finding in shown_findings(rule)}
    said = line_of(read_page(rule.code)).fix
    if rule.code == "CRT209" and not offered:
        pytest.skip("its syntax needs a newer Python")
    assert {"safe": True in offered, "unsafe": offered <= {False, None} and False in offered}.get(
        said, offered == {None}
    )
    assert said in {"safe", "unsafe", "none"}


@by_code
def test_a_fix_that_is_offered_changes_something(rule: Rule) -> None:
    assert all(finding.fix.edits for finding in shown_findings(rule) if finding.fix)


@by_code
def test_a_page_has_all_its_sections(rule: Rule) -> None:
    page = read_page(rule.code)
    assert page.title == f"{rule.name} ({rule.code})"
    proof = [PROOF] if PROOF in page.sections else []
    assert list(page.sections) == [*SECTIONS, *proof, *LAST_SECTIONS]
    assert all(page.sections.values())


@by_code
def test_a_page_can_be_read_in_a_terminal(rule: Rule) -> None:
    lines = rule.page.splitlines()
    assert max(len(line) for line in lines if not line.startswith("  <http")) <= 100
    shown = rendered(rule.page, 80, in_colour=False).splitlines()
    assert max(len(line) for line in shown if not line.startswith("  <http")) <= 80
    assert lines[0] == f"# {rule.name} ({rule.code})"


@by_code
def test_an_opinion_says_that_it_is_off(rule: Rule) -> None:
    assert (
        f"off unless `select` or `extend-select` names it (`CRT9`, `{rule.code}`)"
        in (" ".join(read_page(rule.code).introduction.split()))
    ) == rule.is_opinion


@by_code
def test_the_example_and_what_to_use_instead_are_whole_modules(rule: Rule) -> None:
    page = read_page(rule.code)
    assert {code for _, code in page.expected} == {rule.code}
    assert expectations(page.use_instead) == []
    assert "import" in page.example
    assert "import" in page.use_instead


@by_code
def test_a_rule_is_proved_on_a_worker_or_says_why_it_cannot_be(rule: Rule) -> None:
    experiment = EXPERIMENTS / f"test_{rule.code.lower()}.py"
    has_experiment = experiment.exists() and "lab.run" in experiment.read_text(encoding="utf-8")
    assert has_experiment or PROOF in read_page(rule.code).sections


@by_code
def test_a_rule_has_bad_code_and_lookalikes(rule: Rule) -> None:
    assert list(folder_of(rule).glob("bad*.py"))
    assert list(folder_of(rule).glob("lookalike*.py"))


def test_what_speaks_of_options_says_nothing_of_other_libraries_tasks() -> None:
    """They have options of these names as well."""
    speaking = {rule.code for rule in all_rules() if rule.needs_celery and not rule.is_opinion}
    assert sorted(speaking) == [
        *("CRT105", "CRT106", "CRT110", "CRT302", "CRT303", "CRT304", "CRT305", "CRT306"),
        *("CRT308", "CRT309", "CRT310", "CRT311", "CRT312", "CRT314"),
    ]
    assert all(rule.needs_celery for rule in all_rules() if rule.is_opinion)


def test_before_a_task_is_bound_only_binding_is_spoken_of() -> None:
    assert [rule.code for rule in all_rules() if rule.holds_others_back] == ["CRT102"]
    seen = [rule.code for rule in all_rules() if not rule.is_held_back]
    assert seen == ["CRT101", "CRT102", "CRT108"]


def test_what_is_fatal_keeps_a_task_from_running_or_retrying() -> None:
    assert {rule.code[:4] for rule in all_rules() if rule.is_fatal} == {"CRT1"}
    assert all(rule.is_fatal for rule in all_rules() if rule.code.startswith("CRT1"))


def rule_of_module(docstring: str | None, file: Path | None) -> Rule:
    module = ModuleType("crt999_an_example", docstring)
    module.__file__ = str(file) if file else None
    return Rule("CRT999", "an-example", module)


def test_a_page_is_the_docstring_of_the_rule(tmp_path: Path) -> None:
    file = tmp_path / "crt999_an_example.py"
    file.write_text('"""# In the file"""\n', encoding="utf-8")
    assert rule_of_module("# As it was loaded\n\n", file).page == "# As it was loaded\n"
    assert rule_of_module("# As it was loaded", None).page == "# As it was loaded\n"
    assert rule_of_module(None, file).page == "# In the file\n"
    assert rule_of_module(None, None).page.startswith("CRT999 an-example: no page")
