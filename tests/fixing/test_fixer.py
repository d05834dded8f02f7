"""Source to fixed source: what is fixed, what is left and why, and what must never happen."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator, Sequence

import pytest

from flake8_celery_retry.fixing.edits import AddImport, Edit, ReplaceExpression, SetKeyword
from flake8_celery_retry.fixing.fixer import MOST_PASSES, fix_source
from flake8_celery_retry.fixing.outcomes import Outcome, Reason
from flake8_celery_retry.linting.findings import Finding, Fix
from flake8_celery_retry.settings import Settings

Edits = Callable[[ast.Call], tuple[Edit, ...] | None]


class Rules:
    """A linter for tests: it reports calls by the name that is called."""

    def __init__(self) -> None:
        self.rules: dict[str, tuple[str, Edits, bool]] = {}

    def add(self, called: str, code: str, edits: Edits, *, safe: bool = True) -> Rules:
        self.rules[called] = code, edits, safe
        return self

    def __call__(self, tree: ast.Module, lines: Sequence[str], settings: Settings) -> list[Finding]:
        return list(self.findings(tree))

    def findings(self, tree: ast.Module) -> Iterator[Finding]:
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            name = node.func.id
            if name in self.rules:
                code, edits, safe = self.rules[name]
                made = edits(node)
                fix = None if made is None else Fix(name, safe, made)
                yield Finding(code, node.lineno, node.col_offset, f"{name} is bad", fix)


def renaming(name: str) -> Edits:
    return lambda call: (ReplaceExpression(call.func, (name,)),)


def no_fix(call: ast.Call) -> None:
    return None


def fixed(source: str, rules: Rules, **options: object) -> Outcome:
    """What comes of it; fixing that again must change nothing."""
    outcome = fix_source(source.encode(), lint=rules, **options)
    again = fix_source(outcome.source, lint=rules, **options)
    assert again.source == outcome.source
    assert again.fixed == ()
    assert reasons(again) == reasons(outcome)
    return outcome


def reasons(outcome: Outcome) -> list[tuple[int, Reason, str]]:
    return [(left.finding.line, left.reason, left.detail) for left in outcome.left]


def test_safe_fixes_are_carried_out_and_unsafe_ones_on_request():
    rules = Rules().add("a", "CRT301", renaming("x")).add("b", "CRT302", renaming("y"), safe=False)
    outcome = fixed("a()\nb()\n", rules)
    assert outcome.source == b"x()\nb()\n"
    assert [finding.code for finding in outcome.fixed] == ["CRT301"]
    assert reasons(outcome) == [(2, Reason.UNSAFE, "")]
    assert outcome.error is None
    outcome = fixed("a()\nb()\n", rules, unsafe=True)
    assert outcome.source == b"x()\ny()\n"
    assert [finding.code for finding in outcome.fixed] == ["CRT301", "CRT302"]
    assert outcome.left == ()


def test_findings_without_a_fix_are_left():
    outcome = fixed("a()\n", Rules().add("a", "CRT201", no_fix))
    assert outcome.source == b"a()\n"
    assert reasons(outcome) == [(1, Reason.NO_FIX, "")]


def test_findings_that_are_not_wanted_are_left_wherever_they_move():
    def wrap(call: ast.Call) -> tuple[Edit, ...]:
        return ReplaceExpression(call.func, ("x",)), AddImport("os", "path")

    def not_silenced(lines: Sequence[str], finding: Finding) -> bool:
        return "noqa" not in lines[finding.line - 1]

    rules = Rules().add("a", "CRT301", wrap).add("b", "CRT302", renaming("y"))
    source = "import os\n\na(b())\nb()  # noqa\na()  # noqa\nb()\n"
    outcome = fixed(source, rules, wanted=not_silenced)
    after = "import os\nfrom os import path\n\nx(y())\nb()  # noqa\na()  # noqa\ny()\n"
    assert outcome.source.decode() == after
    assert reasons(outcome) == [(5, Reason.NOT_WANTED, ""), (6, Reason.NOT_WANTED, "")]


def test_fixes_that_overlap_are_carried_out_in_passes():
    def add(keyword: str, next_name: str) -> Edits:
        return lambda call: (
            SetKeyword(call, keyword, ("1",)),
            ReplaceExpression(call.func, (next_name,)),
        )

    rules = Rules().add("a", "CRT301", add("k", "b")).add("b", "CRT302", add("l", "c"))
    outcome = fixed("a(a(a(b())))\n", rules)
    inner = "c(l=1)"
    for _ in range(3):
        inner = f"c({inner}, k=1, l=1)"
    assert outcome.source.decode() == inner + "\n"
    assert [finding.code for finding in outcome.fixed].count("CRT302") == 4


def test_a_fix_that_changes_nothing_is_left():
    outcome = fixed("a()\nb()\n", Rules().add("a", "CRT301", renaming("a")))
    assert outcome.source == b"a()\nb()\n"
    assert reasons(outcome) == [(1, Reason.FAILED, "the finding would still be there")]


def test_a_fix_that_does_not_help_is_left_though_lines_move():
    def useless(call: ast.Call) -> tuple[Edit, ...]:
        return AddImport("os", f"x{len(ast.unparse(call))}"), SetKeyword(call, "k", ("1",))

    class Numbered(Rules):
        def findings(self, tree: ast.Module) -> Iterator[Finding]:
            for each in super().findings(tree):
                yield each._replace(message=f"bad, see line {each.line + 1}")

    outcome = fixed("import re\n\nf(a())\n", Numbered().add("a", "CRT301", useless))
    assert outcome.source == b"import re\n\nf(a())\n"
    assert reasons(outcome) == [(3, Reason.FAILED, "the finding would still be there")]


def test_a_fix_that_can_be_offered_only_once_must_help():
    def useless(call: ast.Call) -> tuple[Edit, ...] | None:
        return None if call.keywords else (SetKeyword(call, "k", ("1",)),)

    outcome = fixed("a()\n", Rules().add("a", "CRT301", useless))
    assert outcome.source == b"a()\n"


SWALLOWED = """\
from celery import shared_task
from celery.exceptions import Retry


@shared_task(bind=True)
def charge(self):
    try:
        try:
            try:
                pay()
            except OSError as exc:
                raise self.retry(exc=exc)
        except Exception:
            pass
    except Exception:
        pass
"""


def test_a_finding_that_the_fix_of_another_one_like_it_brings_to_light_is_fixed_too():
    outcome = fix_source(SWALLOWED.encode())
    inner = SWALLOWED.replace(
        "        except Exc", "        except Retry:\n            raise\n        except Exc"
    )
    both = inner.replace("\n    except Exc", "\n    except Retry:\n        raise\n    except Exc")
    assert outcome.source.decode() == both
    assert [finding.code for finding in outcome.fixed] == ["CRT203", "CRT203"]
    assert outcome.left == ()


def test_a_fix_that_makes_no_python_is_left_and_the_others_are_carried_out():
    rules = Rules().add("a", "CRT301", renaming("x")).add("bad", "CRT302", renaming("x +"))
    outcome = fixed("a()\nbad()\na(bad())\n", rules)
    assert outcome.source == b"x()\nbad()\nx(bad())\n"
    why = "its new source is no Python: x +"
    assert reasons(outcome) == [(2, Reason.FAILED, why), (3, Reason.FAILED, why)]


def test_a_fix_whose_result_would_not_compile_is_left():
    def leave(call: ast.Call) -> tuple[Edit, ...]:
        return (ReplaceExpression(call, ("(yield)",)),)

    rules = Rules().add("a", "CRT301", renaming("x")).add("bad", "CRT302", leave)
    outcome = fixed("a()\nbad()\n\ndef f():\n    bad()\n", rules)
    assert outcome.source == b"x()\nbad()\n\ndef f():\n    (yield)\n"
    assert reasons(outcome) == [(2, Reason.FAILED, "the result would not compile")]


def test_what_did_not_compile_before_is_fixed_too():
    outcome = fixed("return a()\n", Rules().add("a", "CRT301", renaming("x")))
    assert outcome.source == b"return x()\n"


def test_a_fix_that_keeps_the_task_from_running_is_left():
    rules = (
        Rules()
        .add("a", "CRT301", renaming("b"))
        .add("b", "CRT103", no_fix)
        .add("c", "CRT301", renaming("x"))
    )
    outcome = fixed("a()\nc()\n", rules)
    assert outcome.source == b"a()\nx()\n"
    assert reasons(outcome) == [(1, Reason.FAILED, "the result would have a new CRT103")]


def test_what_crt102_held_back_may_come_to_light():
    rules = Rules().add("a", "CRT102", renaming("b")).add("b", "CRT103", renaming("x"))
    outcome = fixed("a()\n", rules)
    assert outcome.source == b"x()\n"
    assert [finding.code for finding in outcome.fixed] == ["CRT102", "CRT103"]


def test_crt102_holds_back_nothing_about_binding():
    rules = Rules().add("a", "CRT102", renaming("b")).add("b", "CRT101", no_fix)
    outcome = fixed("a()\n", rules)
    assert outcome.source == b"a()\n"


def test_fixes_that_come_to_no_end_change_nothing():
    rules = Rules().add("a", "CRT301", renaming("b")).add("b", "CRT302", renaming("a"))
    outcome = fix_source(b"a()\n", lint=rules)
    assert outcome == Outcome(b"a()\n", error=f"its fixes came to no end in {MOST_PASSES} passes")


@pytest.mark.parametrize(
    ("source", "error"),
    [
        (b"a()\ndef f(:\n", "no Python: "),
        (b"a()\n\0\n", "no Python: "),
        (b"a()\n'''", "(line 2)"),
        (b"a()\n\xff\n", "byte 0xff in position 4"),
        (b"\xff\na()\n", "invalid or missing encoding declaration"),
        (b"# coding: klingon\na()\n", "unknown encoding"),
        (b"# coding: rot13\na()\n", "rot13"),
        (b"# coding: undefined\na()\n", "undefined encoding"),
        (b"# coding: utf-16\na()\n", "not decodable"),
        (b"# coding: cp500\na()\n", "no Python"),
        (b"# coding: ascii\na('\xc3\xa4')\n", "not decodable"),
        (b"\xef\xbb\xbf# coding: latin-1\na()\n", "encoding problem"),
        (b"# coding: utf-7\na('+AOk-')\n", "does not keep its bytes"),
        ("a()\n".encode("utf-16"), ""),
        (b"a()\n" + b"(" * 3000 + b")" * 3000, ""),
        (b"a()\n" + b"-" * 100_000 + b"1\n", ""),
    ],
)
def test_what_is_no_python_is_left_alone(source, error):
    outcome = fix_source(source, lint=Rules().add("a", "CRT301", renaming("x")))
    assert outcome.source == source
    assert outcome.fixed == outcome.left == ()
    assert error in outcome.error
    assert "\n" not in outcome.error


def test_an_empty_file_is_fine():
    assert fix_source(b"") == Outcome(b"")


def test_a_linter_that_runs_out_of_stack_leaves_the_file_alone():
    def deep(tree: ast.Module, lines: Sequence[str], settings: Settings) -> list[Finding]:
        return deep(tree, lines, settings)

    assert fix_source(b"a()\n", lint=deep) == Outcome(b"a()\n", error="the code nests too deeply")


def test_lines_are_as_flake8_makes_them():
    seen = []

    def lint(tree: ast.Module, lines: Sequence[str], settings: Settings) -> list[Finding]:
        seen.append(list(lines))
        assert settings.visibility_timeout == 60
        return []

    source = "\ufeffx = 'ä\f\x0b\x1c\u2028'\r\n\ry\n\f\nz".encode()
    fix_source(source, Settings(visibility_timeout=60), lint=lint)
    assert seen == [["x = 'ä\f\x0b\x1c\u2028'\n", "\n", "y\n", "\f\n", "z"]]


def test_warnings_about_the_source_are_not_ours_to_show():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        source = b"x = '\\d' is 'y'\na('\\d')\n"
        outcome = fix_source(source, lint=Rules().add("a", "CRT301", renaming("x")))
    assert outcome.source == source.replace(b"a(", b"x(")


def test_a_fix_that_loses_a_comment_is_left_with_the_reason():
    def remove(call: ast.Call) -> tuple[Edit, ...]:
        return (ReplaceExpression(call, ("None",)),)

    rules = Rules().add("a", "CRT301", remove)
    source = "if a(  # why\n    1): pass\n"
    outcome = fixed(source, rules)
    assert outcome.source.decode() == source
    assert reasons(outcome) == [(1, Reason.FAILED, "a comment would be lost")]


FOUR_MISTAKES = '''\
"""Orders."""

import time

from celery import shared_task


@shared_task(
    bind=True,
    max_retries=0,
)
def charge(
    order,
):
    try:
        pay(order)
    except Exception as e:
        # Give the gateway a moment.
        time.sleep(5)
        self.retry(e)
'''

MENDED = '''\
"""Orders."""

from celery import shared_task


@shared_task(
    bind=True,
)
def charge(
    self,
    order,
):
    try:
        pay(order)
    except Exception as e:
        # Give the gateway a moment.
        raise self.retry(exc=e, countdown=5)
'''


def test_the_rules_together_mend_a_function_with_many_mistakes():
    opinions = Settings(opinions=frozenset({"CRT901"}))
    outcome = fix_source(FOUR_MISTAKES.encode(), opinions, unsafe=True)
    assert outcome.error is None
    assert outcome.source.decode() == MENDED
    assert {finding.code for finding in outcome.fixed} >= {
        "CRT101", "CRT103", "CRT303", "CRT403", "CRT901",
    }  # fmt: skip
    assert {left.finding.code: left.reason for left in outcome.left} == {"CRT301": Reason.NO_FIX}
    assert fix_source(outcome.source, opinions, unsafe=True).source == outcome.source
