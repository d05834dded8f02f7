"""A few of the modules that ``benchmarks/fuzz.py`` lints and fixes by the thousand."""

from __future__ import annotations

from random import Random

import pytest
from changed_modules import changed, real_modules
from grammar import modules
from hypothesis import HealthCheck, given, settings
from invariants import Seen, check_module, first_changed

#: Python warns of what it reads in them.
quiet = pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")


@quiet
def test_what_a_few_changes_make_of_real_modules() -> None:
    chance = Random(54)
    sources = [path.read_text(encoding="utf-8") for path in real_modules()]
    seen = Seen()
    for _ in range(25):
        check_module(changed(chance.choice(sources), sources, chance).encode(), seen)
    assert 0 < seen.unreadable < seen.modules
    assert seen.fixed


@quiet
def test_what_a_grammar_of_tasks_draws() -> None:
    seen = Seen()

    @settings(max_examples=30, derandomize=True, deadline=None, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(modules())
    def look(source: str) -> None:
        check_module(source.encode(), seen)

    look()
    assert seen.unreadable < seen.modules / 2
    assert len(seen.found) > 10
    assert len(seen.fixed) > 3


ALIKE = ["try:", "    a()", "    b()", "except A:", "    c()", ""]


@pytest.mark.parametrize(
    ("new", "changed_line"),
    [
        (["try:", *ALIKE[1:], *ALIKE, "d()"], None),
        ([*ALIKE, *ALIKE, "d()"], None),
        ([*ALIKE, "if x:", *ALIKE[1:], "d()"], None),
        (["import x", "try:  # once", *ALIKE[1:], "", *ALIKE, "d()"], None),
        ([*ALIKE[:4], "    e()", "", *ALIKE, "d()"], 8),
        ([*ALIKE, *ALIKE[:4], "    e()", "", "d()"], 11),
        ([*ALIKE, *ALIKE], 13),
        (["d()", *ALIKE, *ALIKE], 13),
    ],
)
def test_lines_outside_edits_are_found_among_the_new_ones(
    new: list[str], changed_line: int | None
) -> None:
    assert first_changed([*ALIKE, *ALIKE, "d()"], new, {1, 7}) == changed_line
