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


#: What stands over a task that is retried with too much, and whether that is what takes it.
DECORATORS = {
    "@shared_task(bind=True)": True,
    "@shared_task(bind=True, typing=True)": True,
    "@shared_task(bind=True, typing=CHECKED)": True,
    "@shared_task(bind=True, typing=False)": False,
    "@shared_task(bind=True, typing=unread)": False,
    "@shared_task(bind=True)\n@guarded": False,
    "@house_task(bind=True)": False,
    "@huey.task(bind=True)": False,
    "@shared_task(bind=True, base=Plain)": True,
    "@shared_task(bind=True, base=Calling)": False,
    "@shared_task(bind=True, base=Derived)": False,
}


@pytest.mark.parametrize(("decorators", "is_read"), DECORATORS.items(), ids=DECORATORS)
def test_who_takes_the_arguments(decorators: str, is_read: bool) -> None:
    source = f"""
from celery import Task, shared_task
from shop import guarded, house_task, huey, unread
CHECKED = True

class Plain(Task): ...

class Calling(Task):
    def __call__(self, *args): ...

class Derived(Calling): ...

{decorators}
def charge(self, a):
    self.retry(args=(1, 2))
"""
    found = [misfit_of(call) for call in read_module(ast.parse(source), DEFAULT).retry_calls]
    assert any(each is not None for each in found) is is_read


#: The base of a task that is retried with the wrong arguments, and what is said of them.
BASES = {
    ("Task", "args=(1, 2)"): "too many",
    ("Task", "kwargs={'b': 1}"): "unknown",
    ("Elsewhere", "args=(1, 2)"): "too many",
    ("Elsewhere", "kwargs={'b': 1}"): None,
    ("Elsewhere", "args=(), kwargs={}"): None,
}


@pytest.mark.parametrize(("given", "kind"), BASES.items(), ids=map(" ".join, BASES))
def test_a_base_that_nobody_can_see_may_take_more(given: tuple[str, str], kind: str) -> None:
    base, arguments = given
    for app in ("", "from celery import Celery\napp = Celery(task_cls='shop.Task')\n"):
        source = f"""
{app}
from celery import Task, shared_task
from shop import Elsewhere

@shared_task(bind=True, base={base})
def charge(self, a):
    self.retry({arguments})
"""
        [call] = read_module(ast.parse(source), DEFAULT).retry_calls
        found = misfit_of(call)
        expected = kind if kind == "too many" or not app else None
        assert (found.kind if found is not None else None) == expected


@pytest.mark.parametrize(
    ("parameters", "arguments", "options", "kind"),
    [
        ("", "args=()", "bind=False", None),
        ("*a", "args=(1,)", "bind=True", None),
        ("a", "args=(1, 2)", "bind=False", "too many"),
        ("a", "args=(1,)", "bind=False", None),
        ("a, self=None", "args=(1, 2)", "bind=False", None),
        ("self, a, b", "args=(1, 2), kwargs={'b': 1}", "bind=True", "twice"),
        ("self, a, b", "args=(1,), kwargs={'b': 1}", "bind=True", None),
        ("self, a, b, /", "args=(1, 2), kwargs={'b': 1}", "bind=True", "unknown"),
        ("self, a, b", "args=(1, *p)", "bind=True", None),
        ("self, a", "args=(1, 2, *p)", "bind=True", None),
        ("self, a", "args=p", "bind=True", None),
        ("self, a", "args=(self, 1, 2)", "bind=True", None),
        ("self, a", "args=(1, self)", "bind=True", "too many"),
        ("self, a", "args=(1,), **p", "bind=True", None),
        ("self, a", "args=(1,), kwargs=p", "bind=True", None),
        ("self, a", "args=(), kwargs={**p}", "bind=True", None),
        ("self, a", "args=(), kwargs={'b': 1, **p}", "bind=True", "unknown"),
        ("self, a, b=1", "kwargs={'c': 1}", "bind=True", "unknown"),
        ("self, a, b=1, *, c, **d", "args=(1,), kwargs={}", "bind=True", "missing"),
        ("self, a, b=1, *, c=1, **d", "args=(1,), kwargs={}", "bind=True", None),
        ("self, a, *b", "args=(1, 2, 3)", "bind=True", None),
        ("self, a, b, /, **k", "args=(1, 2), kwargs={'b': 1}", "bind=True", None),
        ("self, a, b", "kwargs={'b': 1}", "bind=True", None),
        ("self, a, b", "args=(1,)", "bind=True", None),
    ],
)
def test_what_a_task_takes(parameters: str, arguments: str, options: str, kind: str | None) -> None:
    source = (
        "from celery import shared_task\n"
        f"@shared_task({options})\n"
        f"def charge({parameters}):\n"
        f"    charge.retry({arguments})\n"
    )
    [call] = read_module(ast.parse(source), DEFAULT).retry_calls
    found = misfit_of(call)
    assert (found.kind if found is not None else None) == kind


def test_arguments_that_are_filled_later() -> None:
    source = """
from celery import shared_task
@shared_task(bind=True)
def charge(self, a):
    given = [1, 2]
    {}
    self.retry(args=given)
"""
    for statement, is_read in {"given.append(3)": False, "print(given)": True}.items():
        module = read_module(ast.parse(source.format(statement)), DEFAULT)
        assert (misfit_of(module.retry_calls[0]) is not None) is is_read


@pytest.mark.parametrize(
    ("arguments", "lost"), [("", ()), ("args=()", ()), ("args=(1,)", ("b",)), ("args=(1, 2)", ())]
)
def test_what_is_lost_where_everything_has_a_default(arguments: str, lost: tuple[str, ...]) -> None:
    source = f"""
from celery import shared_task
@shared_task(bind=True)
def charge(self, a=1, b=2):
    print(a, b)
    self.retry({arguments})
"""
    [call] = read_module(ast.parse(source), DEFAULT).retry_calls
    found = misfit_of(call)
    assert (found.names if found is not None else ()) == lost
