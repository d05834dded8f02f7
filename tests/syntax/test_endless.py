"""Code that says something which takes for ever to work out is unreadable, not a reason to hang."""

from __future__ import annotations

import ast
import signal

import pytest

from flake8_celery_retry.linting.lint import lint
from flake8_celery_retry.settings import Settings

OPINIONS = Settings(opinions=frozenset({"CRT903", "CRT904", "CRT906"}))

TASK = """\
@shared_task(bind=True, {option})
def charge(self, order_id):
    try:
        charge_card(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, {argument})
"""


@pytest.fixture(autouse=True)
def ten_seconds():
    """No test here may take longer than that."""
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.alarm(10)
    yield
    signal.alarm(0)


def doubled(first: str, doubling: str, levels: int = 60) -> str:
    """``a0 = first``, then as often as that a name that says the one before twice."""
    lines = [f"a0 = {first}"]
    lines += [f"a{n + 1} = " + doubling.replace("_", f"a{n}") for n in range(levels)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("option", "argument"),
    [
        ("max_retries=a60", ""),
        ("autoretry_for=a60", ""),
        ("dont_autoretry_for=a60, autoretry_for=(OSError,)", ""),
        ("retry_kwargs=a60, autoretry_for=(OSError,)", ""),
        ("retry_backoff=a60, autoretry_for=(OSError,)", ""),
        ("default_retry_delay=a60", ""),
        ("**a60", ""),
        ("", "countdown=a60"),
        ("", "eta=a60"),
        ("", "args=a60"),
        ("", "kwargs=a60"),
        ("", "max_retries=a60"),
        ("", "**a60"),
    ],
)
@pytest.mark.parametrize(
    ("first", "doubling"),
    [
        ("1", "_ + _"),
        ("1", "_ * _"),
        ("1", "_ ** _"),
        ("'1'", "_ + _"),
        ("x", "_ * _"),
        ("(X,)", "_ + _"),
        ("(X,)", "(*_, *_)"),
        ("1", "_ if x else _"),
        ("1", "min(_, _)"),
        ("{'countdown': 5}", "{**_, **_}"),
        ("{'countdown': 5}", "dict(_, **_)"),
        ("timedelta(1)", "_ + _"),
        ("OSError", "(_, _)"),
        ("_", "_"),
    ],
)
def test_what_doubles_with_each_line_is_read_in_no_time(option, argument, first, doubling):
    head = "from celery import shared_task\nfrom datetime import timedelta\n"
    source = head + doubled(first, doubling) + TASK.format(option=option, argument=argument)
    lint(ast.parse(source), source.splitlines(keepends=True), OPINIONS)


@pytest.mark.parametrize("value", ["a", "a + 1", "(*a,)", "{**a}", "a if a else a", "min(a, a)"])
@pytest.mark.parametrize(
    "option", ["max_retries=a", "default_retry_delay=a", "autoretry_for=(OSError,), retry_kwargs=a"]
)
def test_what_stands_for_itself_is_unreadable(value, option):
    task = TASK.format(option=option, argument="countdown=a")
    source = f"from celery import shared_task\na = {value}\n" + task
    findings = lint(ast.parse(source), source.splitlines(keepends=True), OPINIONS)
    assert {finding.code for finding in findings} <= {"CRT903"}
