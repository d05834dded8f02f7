"""Whether a task can take what it is retried with: what is bounded, and what nobody can tell."""

from __future__ import annotations

import ast

import pytest

from flake8_celery_retry.model import read_module
from flake8_celery_retry.model.work.signature import Misfit, misfit_of
from flake8_celery_retry.settings import DEFAULT


def misfit(parameters: str, arguments: str, options: str = "bind=True") -> Misfit | None:
    source = (
        "from celery import shared_task\n"
        f"@shared_task({options})\n"
        f"def charge({parameters}):\n"
        f"    self.retry({arguments})\n"
    )
    [call] = read_module(ast.parse(source), DEFAULT).retry_calls
    return misfit_of(call)


def test_a_signature_of_255_parameters() -> None:
    parameters = ", ".join(["self", *(f"p{number}" for number in range(254))])
    given = ", ".join("0" for _ in range(254))

    assert misfit(parameters, f"args=({given},), kwargs={{}}") is None
    assert misfit(parameters, f"args=({given}, 0), kwargs={{}}") == Misfit(
        "too many", True, (), 255, 254
    )
    assert misfit(parameters, "args=(0,), kwargs={}", "bind=True") is not None


def test_a_display_of_ten_thousand_arguments() -> None:
    given = ", ".join("0" for _ in range(10_000))
    assert misfit("self, a", f"args=[{given}]") == Misfit("too many", True, (), 10_000, 1)


@pytest.mark.parametrize(
    ("parameters", "arguments"),
    [
        ("*args", "args=(1, 2, 3), kwargs={}"),
        ("self, /", "args=(), kwargs={}"),
        ("self, a=1, /, b=2, *, c=3", "args=(1, 2), kwargs={'c': 3}"),
        ("self, a, *, b=1, c", "args=(1,), kwargs={'c': 3}"),
        ("self, /, self_=1", "args=(), kwargs={'self_': 3}"),
    ],
)
def test_what_fits(parameters: str, arguments: str) -> None:
    assert misfit(parameters, arguments) is None


@pytest.mark.parametrize(
    ("parameters", "arguments", "expected"),
    [
        ("self", "args=(1,)", Misfit("too many", True, (), 1, 0)),
        ("self, /, a", "args=(1, 2)", Misfit("too many", True, (), 2, 1)),
        ("self, a, *, b=1, c", "args=(1,), kwargs={}", Misfit("missing", True, ("c",))),
        ("self, a, b=1", "args=(), kwargs={'b': 1}", Misfit("missing", True, ("a",))),
        ("self, a", "args=(), kwargs={}", Misfit("missing", True, ("a",), 0, 0)),
        ("self, a", "args=(1,), kwargs={'self': 1}", Misfit("unknown", True, ("self",))),
        ("self, a, /, **k", "args=(), kwargs={'a': 1}", Misfit("missing", False, ("a",))),
    ],
)
def test_what_does_not_fit(parameters: str, arguments: str, expected: Misfit) -> None:
    assert misfit(parameters, arguments) == expected


def test_nothing_is_said_where_the_task_does_not_receive_itself() -> None:
    assert misfit("order_id", "args=(1, 2), kwargs={}") is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("print(b); self.retry(args=(a,))", Misfit("lost", False, ("b",))),
        ("print(b); self.retry(args=(a, b))", None),
        ("print(b); self.retry(args=(a,), kwargs={'b': b})", None),
        ("print(b); self.retry(args=(a,), kwargs=rest)", None),
        ("print(b); self.retry(args=(a,), kwargs=other)", None),
        ("print(a); self.retry(args=(a,))", None),  # nobody misses it
        ("self.retry(args=(a,), exc=b)", None),
        ("print(b); self.retry(args=(a,), exc=b)", Misfit("lost", False, ("b",))),
        ("if b: self.retry(args=(a,))", None),  # it goes without because of what it is
        ("if a: print(b); self.retry(args=(a,))", Misfit("lost", False, ("b",))),
        ("while b: self.retry(args=(a,))", None),
        ("self.retry(args=(), kwargs=rest)", Misfit("missing", True, ("a",))),
        ("rest['a'] = a; self.retry(args=(), kwargs=rest)", None),
    ],
)
def test_what_the_body_says_of_its_parameters(body: str, expected: Misfit | None) -> None:
    source = (
        "from celery import shared_task\n"
        "from shop import other\n"
        "@shared_task(bind=True)\n"
        f"def charge(self, a, b=1, **rest):\n    {body}\n"
    )
    [call] = read_module(ast.parse(source), DEFAULT).retry_calls
    assert misfit_of(call) == expected


@pytest.mark.parametrize(
    ("parameters", "arguments", "expected"),
    [
        ("self, a", "args=(1, 2)", Misfit("too many", False, (), 2, 1)),
        ("self, a", "args=(1,), kwargs={'b': 1}", Misfit("unknown", False, ("b",))),
        ("self, a", "args=(), kwargs={}", Misfit("missing", False, ("a",))),
        ("self, a", "args=(1,), kwargs={'a': 1}", Misfit("twice", False, ("a",))),
    ],
)
def test_celery_does_not_check_what_a_class_runs(parameters, arguments, expected) -> None:
    source = (
        "from celery import Task\n"
        "class Charge(Task):\n"
        f"    def run({parameters}):\n"
        f"        self.retry({arguments})\n"
    )
    [call] = read_module(ast.parse(source), DEFAULT).retry_calls
    assert misfit_of(call) == expected
