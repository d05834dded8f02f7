"""Who waits for ``MaxRetriesExceededError`` in vain."""

from __future__ import annotations

from textwrap import indent

import pytest
from short_modules import model

from flake8_celery_retry.model.outcome.exhaustion import dead_ends

HEAD = """
from celery import Task, shared_task
from celery.exceptions import CeleryError, MaxRetriesExceededError, Reject
from shop import Elsewhere, errors, helper, pay, result

class Own(Exception): pass

def retries(task): task.retry(exc=OSError())

@shared_task
def other(order): pass
"""

#: What stands in the ``try``; where the retries are made that its clause waits for in vain.
BODIES = {
    "self.retry(exc=OSError())": ["here"],
    "self.retry()": [],
    "self.retry(exc=None)": [],
    "self.retry(exc=order or None)": [],
    "self.retry(exc=OSError() or KeyError())": ["here"],
    "self.retry(exc=OSError() if order else None)": [],
    "self.retry(exc=optional)": [],
    "self.retry(exc=hinted)": [],
    "self.retry(exc=keyword)": [],
    "self.retry(exc=error)": ["here"],
    "found = None\nif order: found = OSError()\nself.retry(exc=found)": [],
    "self.retry(exc=MaxRetriesExceededError())": [],
    "self.retry(exc=OSError())\nself.retry()": [],
    "if order: self.retry(exc=OSError())\nself.retry(exc=KeyError())": ["here"],
    "self.retry(exc=OSError())\nhelper(self)": [],
    "pay(order)": ["autoretry"],
    "raise": ["autoretry"],
    "raise OSError": ["autoretry"],
    "raise Own(order)": ["autoretry"],
    "raise MaxRetriesExceededError": [],
    "raise MaxRetriesExceededError(order)": [],
    "raise errors[0]": [],
    "raise self.retry(exc=OSError())": ["here"],
    "try: pay(order)\nexcept (OSError, MaxRetriesExceededError) as exc: raise exc": [],
    "try: pay(order)\nexcept (OSError, KeyError) as exc: raise exc": ["autoretry"],
    "other(order)": [],
    "other.run(order)": [],
    "other.delay(order)": ["autoretry"],
    "result.get()": [],
    "result.ready()": ["autoretry"],
    "self.pay(order)": [],
    "helper(self)": [],
    "helper(order, task=self)": [],
    "helper(order)": ["autoretry"],
    "super().run(order)": [],
    "other.pay(order)": ["autoretry"],
    "order.run(order)": ["autoretry"],
    "order.apply()": [],
    "charge(order)": [],
    "raise charge": [],
    "raise OSError() from self": ["autoretry"],
    "failed = OSError()\nraise failed": [],
    "failed = self.retry(exc=OSError())\nraise failed": ["here"],
    "def again(): self.retry(exc=OSError())\nagain()": ["here"],
    "def again(): self.retry()\nagain()": [],
    "def again(): self.retry(exc=OSError())\nagain()\nhelper(self)": [],
    "retries(self)": [],
    "def inner(): helper(self)": ["autoretry"],
    "try: pay(order)\nexcept OSError as exc: raise order": [],
    "try: pay(order)\nexcept OSError as exc:\n    try: pay(1)\n    except KeyError: raise exc":
        ["autoretry"],
    "found = OSError()\nif order: found = KeyError()\nself.retry(exc=found)": ["here"],
    "found = OSError()\nself.retry(exc=found)": ["here"],
    "self.retry(exc=OSError() if order else KeyError())": ["here"],
    "self.retry(exc=MaxRetriesExceededError() if order else KeyError())": [],
    "self.retry(exc=unheard_of)": ["here"],
    "try: pay(order)\nexcept (OSError, MaxRetriesExceededError) as exc: self.retry(exc=exc)": [],
    "try: pay(order)\nexcept (OSError, KeyError) as exc: self.retry(exc=exc)": ["here"],
}  # fmt: skip


def found_in(source: str) -> list[str]:
    return [end.elsewhere or "here" for end in dead_ends(model(source))]


def clause(body: str, caught: str = "MaxRetriesExceededError") -> str:
    return f"""
@shared_task(bind=True, autoretry_for=(OSError,))
def charge(self, order, error, optional=None, hinted: "OSError | None" = OSError, *, keyword=None):
    try:
{indent(body, "        ")}
    except {caught}:
        pay(order)
"""


@pytest.mark.parametrize(("body", "waits"), BODIES.items(), ids=BODIES)
def test_a_clause_waits_for_the_end_of_retries_in_vain(body, waits):
    assert found_in(HEAD + clause(body)) == waits


#: How a helper takes the exception that it retries with, and whether it is always given one.
PARAMETERS = {
    "task, exc": True,
    "task, exc=None": False,
    "task, exc=OSError": True,
    "task=None, exc=OSError": True,
    "task, /, exc=None": False,
    "task, exc, /": True,
    "task, exc, last=None": True,
    "task, *, exc": True,
    "task, *, exc=None": False,
    "task, *, last=None, exc": True,
    "task, *, last, exc=None": False,
    "task, exc: OSError": True,
    "task, exc: Optional[OSError]": False,
    "task, exc: OSError | None": False,
    "task, exc: 'OSError | None'": False,
}


@pytest.mark.parametrize(("parameters", "is_given"), PARAMETERS.items(), ids=PARAMETERS)
def test_a_parameter_holds_an_exception(parameters, is_given):
    source = f"""
def again({parameters}):
    pay(task.request.id)
    try:
        pay.now()
        task.retry(exc=exc)
    except MaxRetriesExceededError:
        pay(exc)
"""
    assert found_in(HEAD + source) == (["here"] if is_given else [])


def test_the_name_of_who_waits_in_vain():
    beside = """
@shared_task(bind=True)
def refund(self, order):
    try:
        pay(order)
    except OSError as exc:
        self.retry(exc=exc)
    except MaxRetriesExceededError:
        pay(order)
"""
    ends = list(dead_ends(model(HEAD + beside + clause("self.retry(exc=OSError())"))))
    assert [(end.name, end.elsewhere, len(end.calls)) for end in ends] == [
        ("refund", "beside", 0),
        ("charge", None, 1),
    ]


def test_a_clause_that_may_get_it_does_not_keep_the_next_one_from_being_seen():
    assert found_in(HEAD + clause("helper(self)") + clause("pay(order)")) == ["autoretry"]


def test_where_nothing_is_retried_there_is_no_end_to_wait_for():
    source = clause("pay(order)").replace(", autoretry_for=(OSError,)", "")
    assert found_in(HEAD + source) == []


@pytest.mark.parametrize(
    ("caught", "exc", "waits"),
    [
        ("(MaxRetriesExceededError, OSError)", "OSError()", []),
        ("(MaxRetriesExceededError, OSError)", "TimeoutError()", []),
        ("(MaxRetriesExceededError, TimeoutError)", "OSError()", []),
        ("(MaxRetriesExceededError, OSError)", "KeyError()", ["here"]),
        ("(MaxRetriesExceededError, OSError)", "Elsewhere()", []),
        ("(MaxRetriesExceededError, Elsewhere)", "KeyError()", []),
        ("(MaxRetriesExceededError, errors[0])", "KeyError()", []),
        ("(MaxRetriesExceededError, Exception)", "KeyError()", []),
        ("(MaxRetriesExceededError, CeleryError)", "Reject()", []),
        ("(MaxRetriesExceededError, CeleryError)", "Exception()", []),
        ("(MaxRetriesExceededError, CeleryError)", "KeyError()", ["here"]),
        ("(MaxRetriesExceededError, CeleryError)", "Elsewhere()", ["here"]),
        ("(MaxRetriesExceededError, KeyError)", "Exception()", []),
        ("(MaxRetriesExceededError, Elsewhere)", "Elsewhere()", []),
        ("(MaxRetriesExceededError, KeyError, OSError)", "OSError()", []),
        ("(MaxRetriesExceededError, print)", "KeyError()", []),
        ("(MaxRetriesExceededError, KeyError)", "print()", []),
        ("(OSError, MaxRetriesExceededError)", "KeyError()", ["here"]),
        ("MaxRetriesExceededError", "errors[0]", ["here"]),
        ("(MaxRetriesExceededError, OSError)", "errors[0]", []),
        ("(MaxRetriesExceededError, KeyError)", "KeyError()", []),
        ("(MaxRetriesExceededError, Reject)", "Reject()", []),
        ("MaxRetriesExceededError", "Elsewhere()", ["here"]),
    ],
)
def test_a_clause_that_catches_the_exception_itself_waits_for_it(caught, exc, waits):
    assert found_in(HEAD + clause(f"self.retry(exc={exc})", caught)) == waits


def test_a_clause_for_more_does_not_keep_the_next_one_from_being_seen():
    several = clause("pay(order)", "(MaxRetriesExceededError, KeyError)")
    assert found_in(HEAD + several + clause("pay(order)")) == ["autoretry"]


IN_VAIN = "isinstance(exc, MaxRetriesExceededError)"
HOOKS = [
    ("on_failure", IN_VAIN, "self.retry(exc=OSError())", "", ["hook"]),
    ("on_retry", IN_VAIN, "self.retry(exc=OSError())", "", ["hook"]),
    ("on_success", IN_VAIN, "self.retry(exc=OSError())", "", []),
    ("on_failure", "isinstance(task_id, MaxRetriesExceededError)", "self.retry(exc=1)", "", []),
    ("on_failure", "isinstance(exc, OSError)", "self.retry(exc=OSError())", "", []),
    ("on_failure", "isinstance(exc, (OSError, MaxRetriesExceededError))", "self.retry(exc=1)", "",
     ["hook"]),
    ("on_failure", "matches(exc, MaxRetriesExceededError)", "self.retry(exc=OSError())", "", []),
    ("on_failure", IN_VAIN, "self.retry()", "", []),
    ("on_failure", IN_VAIN, "self.retry(exc=OSError())\n        self.retry()", "", []),
    ("on_failure", IN_VAIN, "pay(order)", "", []),
    ("on_failure", IN_VAIN, "pay(order)", "autoretry_for = (OSError,)", ["hook"]),
    ("on_failure", IN_VAIN, "raise errors[0]", "autoretry_for = (OSError,)", []),
    ("on_failure", IN_VAIN, "self.retry()", "autoretry_for = (OSError,)", []),
    ("on_failure", "isinstance(exc)", "self.retry(exc=OSError())", "", []),
    ("on_failure", "isinstance(exc, errors[0])", "self.retry(exc=OSError())", "", []),
    ("on_failure", f"{IN_VAIN} or {IN_VAIN}", "self.retry(exc=1)", "", ["hook", "hook"]),
    ("on_failure", "exc", "self.retry(exc=OSError())", "", []),
    ("on_failure", IN_VAIN, "helper(self)", "autoretry_for = (OSError,)", []),
]  # fmt: skip


@pytest.mark.parametrize(("hook", "test", "body", "options", "waits"), HOOKS)
def test_a_hook_asks_for_the_end_of_retries_in_vain(hook, test, body, options, waits):
    source = f"""{HEAD}
class Charge(Task):
    {options or "name = 'charge'"}

    def run(self, order):
        {body}

    def {hook}(self, exc, task_id, args, kwargs, einfo):
        if {test}:
            helper(self)
"""
    assert found_in(source) == waits


TWO = """
class Base(Task):
    {}

    def on_failure(self, exc, task_id, args, kwargs, einfo):
        if isinstance(exc, MaxRetriesExceededError):
            helper(self)

class Charge(Base):
    def run(self, order):
        {}

class Refund(Base):
    def run(self, order):
        {}
"""


@pytest.mark.parametrize(
    ("options", "first", "second", "waits"),
    [
        ("abstract = True", "self.retry(exc=OSError())", "self.retry(exc=OSError())", True),
        ("abstract = True", "self.retry(exc=OSError())", "pay(order)", True),
        ("abstract = True", "self.retry(exc=OSError())", "self.retry()", False),
        ("abstract = True", "pay(order)", "pay(order)", False),
        ("autoretry_for = (OSError,)", "pay(order)", "pay(order)", True),
        ("autoretry_for = (OSError,)", "pay(order)", "raise errors[0]", False),
    ],
)
def test_a_hook_of_a_base_is_asked_for_all_who_have_it(options, first, second, waits):
    assert found_in(HEAD + TWO.format(options, first, second)) == (["hook"] if waits else [])


def test_a_method_of_another_class_is_no_hook():
    source = f"""
class Plain:
    def on_failure(self, exc):
        return {IN_VAIN}

    def run(self): self.retry(exc=OSError())
"""
    assert found_in(HEAD + source) == []


def test_a_method_that_celery_does_not_call_at_a_failure_is_no_hook():
    source = f"""
class Charge(Task):
    def run(self, order):
        self.retry(exc=OSError())

    def judge(self, exc):
        return {IN_VAIN}

    def on_failure(self, exc):
        return exc
"""
    assert found_in(HEAD + source) == []
    assert found_in(HEAD + source.replace("judge", "on_retry")) == ["hook"]


def test_a_hook_of_a_base_is_in_vain_where_one_of_its_tasks_retries():
    source = f"""
class Base(Task):
    abstract = True

    def on_failure(self, exc):
        return {IN_VAIN}

class Charge(Base):
    autoretry_for = (OSError,)

    def run(self, order): pay(order)

class Refund(Base):
    def run(self, order): pay(order)
"""
    assert found_in(HEAD + source) == ["hook"]


def test_a_task_that_is_called_like_a_hook_is_none():
    source = f"""
@shared_task(bind=True, autoretry_for=(OSError,))
def on_failure(self, exc):
    pay({IN_VAIN})
"""
    assert found_in(HEAD + source) == []
