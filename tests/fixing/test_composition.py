"""Fixes together: a task with two mistakes at once, for every two rules that have a fix."""

from __future__ import annotations

import ast

import pytest
from drafts import FIXING, HEAD, MISTAKES, PAIRS, fixed, module_with, settings_for

from flake8_celery_retry.fixing.outcomes import Reason
from flake8_celery_retry.linting.lint import lint


def test_the_drafted_mistakes_are_of_rules_that_have_a_fix() -> None:
    assert MISTAKES.keys() <= {*FIXING}


def held_back(first: str, second: str) -> set[str]:
    """Which of the two can be seen only when the other one is mended."""
    # Nothing is said of a retry call in a task that isn't bound, nor of limits on what then does
    # not retry; nothing of how long automatic retries wait that are forbidden; and a retry that is
    # forbidden sends nothing when it is swallowed.
    if first == "CRT102" or (first, second) == ("CRT303", "CRT903"):
        return {second}
    return {first} if (first, second) == ("CRT203", "CRT303") else set()


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=map("-".join, PAIRS))
def test_both_mistakes_are_found_and_fixed_at_once_and_nothing_is_left_to_fix(
    first: str, second: str
) -> None:
    source = module_with(first, second)
    lines = source.splitlines(keepends=True)
    findings = lint(ast.parse(source), lines, settings_for(first, second))
    missing = {first, second} - {finding.code for finding in findings}
    assert missing <= held_back(first, second)

    outcome = fixed(source, first, second)
    result = outcome.source.decode()

    assert outcome.error is None
    ast.parse(result)
    assert result.startswith(HEAD.splitlines()[0])
    done = {finding.code for finding in outcome.fixed}
    # The right name for ``retry_delay`` makes up for the backoff that was missed.
    assert {first, second} <= done or (done, second) == ({"CRT306"}, "CRT903")
    assert [left for left in outcome.left if left.reason is not Reason.NO_FIX] == []
    assert not [left for left in outcome.left if left.finding.code in {first, second}]
    assert not [left for left in outcome.left if left.finding.code.startswith("CRT1")]

    again = fixed(result, first, second)
    assert again.source == outcome.source
    assert again.fixed == ()
