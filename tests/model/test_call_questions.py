"""What a retry call is given, whether it raises, and what stands around it."""

from __future__ import annotations

import ast
from textwrap import indent

import pytest
from short_modules import model

from flake8_celery_retry.model import RetryCall

HEAD = """
import celery
from celery import Task, current_task, shared_task
from celery.exceptions import MaxRetriesExceededError, Retry
from shop import UNKNOWN, later

GIVEN = {"countdown": 5}
"""


def call_in(body: str, parameters: str = "self, order") -> RetryCall:
    """The last retry call of a bound task."""
    module = model(
        f"{HEAD}@shared_task(bind=True)\ndef charge({parameters}):\n{indent(body, '    ')}\n"
    )
    return module.retry_calls[-1]


#: What a call is given; its arguments; and, of ``countdown``, whether it is passed.
ARGUMENTS = [
    ("", {}, False),
    ("countdown=5", {"countdown": "5"}, True),
    ("countdown=None", {"countdown": "None"}, False),
    ("countdown=UNKNOWN", {"countdown": "UNKNOWN"}, True),
    ("1, 2, 3", {"args": "1", "kwargs": "2", "exc": "3"}, False),
    ("1, *UNKNOWN", {"args": "1"}, None),
    ("1, *UNKNOWN, 3", {"args": "1"}, None),
    ("**UNKNOWN", {}, None),
    ("countdown=5, **UNKNOWN", {"countdown": "5"}, True),
    ("**GIVEN", {"countdown": "5"}, True),
    ("**{'countdown': None}", {"countdown": "None"}, False),
    ("1, args=2", {"args": "2"}, False),
    ("1, 2, 3, 4, 5, 6, 7, 8", dict(zip(
        ("args", "kwargs", "exc", "throw", "eta", "countdown", "max_retries"), "1234567",
        strict=True)), True),
    ("queue='slow'", {"queue": "'slow'"}, False),
]  # fmt: skip


@pytest.mark.parametrize(("written", "arguments", "passes"), ARGUMENTS)
def test_a_call_is_given_arguments(written, arguments, passes):
    call = call_in(f"self.retry({written})")
    assert {name: ast.unparse(item.value) for name, item in call.arguments.items()} == arguments
    assert all(item.name == name for name, item in call.arguments.items())
    assert call.passes("countdown") is passes
    assert call.has_unreadable_arguments is ("UNKNOWN" in written and "=UNKNOWN" not in written)
    given = call.argument("countdown")
    assert (ast.unparse(given) if given else None) == arguments.get("countdown")


THROWS = [
    ("", True),
    ("throw=True", True),
    ("throw=False", False),
    ("throw=0", False),
    ("throw=1", True),
    ("throw=UNKNOWN", None),
    ("throw=None", None),
    ("**UNKNOWN", None),
    ("*UNKNOWN", None),
    ("throw=True, **UNKNOWN", True),
    ("1, 2, 3, False", False),
]


@pytest.mark.parametrize(("written", "throws"), THROWS)
def test_a_call_raises(written, throws):
    assert call_in(f"self.retry({written})").throws is throws


RECEIVERS = [
    ("self.retry()", "self", "charge"),
    ("charge.retry()", "charge", "charge"),
    ("celery.current_task.retry()", "celery.current_task", "charge"),
]


@pytest.mark.parametrize(("body", "receiver", "name"), RECEIVERS)
def test_a_call_has_a_receiver(body, receiver, name):
    call = call_in(body)
    assert (call.receiver, call.task_name) == (receiver, name)


def test_a_call_in_a_helper_has_the_helpers_name():
    calls = model(
        f"{HEAD}def again(self):\n    self.retry()\n    lambda: self.retry()\n"
    ).retry_calls
    assert [call.task_name for call in calls] == ["again", "lambda"]
    assert [call.parameter.arg for call in calls if call.parameter] == ["self", "self"]


def test_a_bare_call_has_no_receiver():
    [task] = model(f"{HEAD}@shared_task\ndef charge(): retry()\n").tasks
    assert [call.receiver for call in task.unbound_retry_calls] == [""]


THE_TASK = [
    ("later(self)\nself.retry()", True),
    ("later(charge)\nself.retry()", True),
    ("later(order)\nself.retry()", False),
    ("later(current_task)\nself.retry()", True),
    ("later(5)\nself.retry()", False),
]


@pytest.mark.parametrize(("body", "is_it"), THE_TASK)
def test_an_expression_is_the_task_that_is_retried(body, is_it):
    call = call_in(body)
    [given] = [each for each in call.module.tree.calls if ast.unparse(each.func) == "later"]
    assert call.is_the_task(given.args[0]) is is_it


@pytest.mark.parametrize(
    ("source", "is_it"),
    [
        ("def again(self, order):\n    later(self)\n    self.retry()", True),
        ("def again(self, order):\n    later(order)\n    self.retry()", False),
        ("def again(self, order):\n    later(current_task)\n    self.retry()", True),
        ("def again(self, order):\n    later(5)\n    self.retry()", False),
        (
            "def again(order):\n    later(order)\n    current_task.retry()\n"
            "@shared_task\ndef charge(): again(5)",
            False,
        ),
        (
            "def again(order):\n    later(5)\n    current_task.retry()\n"
            "@shared_task\ndef charge(): again(5)",
            False,
        ),
    ],
)
def test_a_helper_has_the_task_as_a_parameter(source, is_it):
    call = model(f"{HEAD}{source}\n").retry_calls[0]
    assert call.is_the_task(call.module.tree.calls[0].args[0]) is is_it


SINGLE = [
    ("order", "later(order)", True),
    ("self", "later(order)", False),
    ("5", "later(order)", False),
    ("order", "order += 1", False),
    ("order", "order = later()", False),
    ("order", "for each in order: pass", False),
    ("order", "order[0]", False),
]


@pytest.mark.parametrize(("argument", "before", "is_single"), SINGLE)
def test_an_argument_is_one_parameter_as_it_came(argument, before, is_single):
    call = call_in(f"{before}\nself.retry({argument})", "self, order, card")
    assert call.is_single_parameter(call.node.args[0]) is is_single


def test_the_parameter_of_a_helper_is_none_of_a_task():
    [call] = model(f"{HEAD}def again(self, order): self.retry(order)\n").retry_calls
    assert not call.is_single_parameter(call.node.args[0])


BARE = [
    ("self.retry()", True),
    ("raise self.retry()", False),
    ("return self.retry()", False),
    ("x = self.retry()", False),
    ("later(self.retry())", False),
    ("self.retry() or later()", False),
]


@pytest.mark.parametrize(("body", "is_bare"), BARE)
def test_a_result_is_dropped(body, is_bare):
    assert call_in(body).is_bare_statement is is_bare


def test_what_is_awaited_is_dropped_too():
    module = model(
        f"{HEAD}@shared_task(bind=True)\nasync def charge(self):\n"
        "    await self.retry()\n    x = await self.retry()\n"
    )
    assert [call.is_bare_statement for call in module.retry_calls] == [True, False]


TRY = "try: later()\nexcept OSError as exc:\n    {}\n"
NESTED = "def again(): self.retry()\n"

#: A body; where its retry call stands, the guards around it, whether it is conditional, whether a
#: run in which nothing failed can reach it, and the exception that led to it.
PLACES = [
    ("self.retry()", None, 0, False, True, None),
    ("if order: self.retry()", None, 1, True, True, None),
    ("for x in order: self.retry()", None, 1, True, True, None),
    ("while order:\n    if order: self.retry()", None, 2, True, True, None),
    ("if order: return\nself.retry()", None, 0, True, True, None),
    ("if order: later()\nself.retry()", None, 0, False, True, None),
    ("with order: self.retry()", None, 0, False, True, None),
    ("try: self.retry()\nfinally: later()", None, 0, False, True, None),
    (TRY.format("self.retry()"), "handler", 0, False, False, "exc"),
    (TRY.format("if order: self.retry()"), "handler", 1, True, False, "exc"),
    (f"if order: return\n{TRY.format('self.retry()')}", "handler", 0, False, False, "exc"),
    ("if order:\n" + indent(TRY.format("self.retry()"), "    "), "handler", 0, False, False, "exc"),
    (TRY.format("if order: return\n    self.retry()"), "handler", 0, True, False, "exc"),
    (TRY.format("exc = 5\n    self.retry()"), "handler", 0, False, False, None),
    ("try: later()\nexcept OSError: self.retry()", "handler", 0, False, False, None),
    ("try: later()\nexcept OSError: later()\nelse: self.retry()", "else", 0, False, True, None),
    ("try: later()\nfinally: self.retry()", "finally", 0, False, True, None),
    (TRY.format("try: later()\n    finally: self.retry()"), "finally", 0, False, True, None),
    # In a function nested there that it calls.
    (NESTED + "again()", None, 0, False, True, None),
    (NESTED + "if order: again()", None, 1, True, True, None),
    (NESTED + "if order: return\nagain()", None, 0, True, True, None),
    (NESTED + TRY.format("again()"), "handler", 0, False, False, None),
    (NESTED + TRY.format("if order: return\n    again()"), "handler", 0, True, False, None),
    (f"def again():\n{indent(TRY.format('self.retry()'), '    ')}again()",
     "handler", 0, False, False, "exc"),
    ("def again():\n    if order: return\n    self.retry()\nagain()", None, 0, True, True, None),
    (f"def again():\n{indent(TRY.format('self.retry()'), '    ')}if order: return\nagain()",
     "handler", 0, False, False, "exc"),
    (NESTED + "later(again)", None, 0, False, False, None),
]  # fmt: skip


@pytest.mark.parametrize(("body", "kind", "guards", "conditional", "fine", "name"), PLACES)
def test_what_stands_around_a_call(body, kind, guards, conditional, fine, name):
    call = call_in(body)
    assert (call.setting.kind if call.setting else None) == kind
    assert (call.handler is not None) is (kind == "handler")
    assert len(call.guards) == guards
    assert call.is_conditional is conditional
    assert call.needs_no_failure is fine
    assert call.exception_name == name


def test_a_run_without_a_failure_is_one_of_run():
    module = model(f"""{HEAD}
class Charge(Task):
    def run(self): self.retry()
    def settle(self): self.retry()
def again(self, order): self.retry(order, self.name)
""")
    assert [call.needs_no_failure for call in module.retry_calls] == [True, False, False]


def test_a_helpers_call_is_none_of_the_tasks_own_body():
    module = model(
        f"{HEAD}def again(self): self.retry(queue=self.name)\n"
        "@shared_task(bind=True)\ndef charge(self): again(self)\n"
    )
    [call] = module.calls_through_helpers(module.retry_calls)
    assert call.task is not None
    assert not call.needs_no_failure


EXHAUSTION = [
    ("try: self.retry()\nexcept MaxRetriesExceededError: pass", True),
    ("try: self.retry()\nexcept self.MaxRetriesExceededError: pass", True),
    ("try: self.retry()\nexcept (OSError, MaxRetriesExceededError): pass", True),
    ("try: self.retry()\nexcept OSError: pass\nexcept MaxRetriesExceededError: pass", True),
    ("try: self.retry()\nexcept OSError: pass", False),
    ("try: self.retry()\nexcept Retry: pass", False),
    ("try: self.retry()\nexcept Exception: pass", False),
    ("try: later()\nexcept MaxRetriesExceededError: self.retry()", False),
    (
        "try:\n    try: self.retry()\n    except OSError: pass\n"
        "except MaxRetriesExceededError: pass",
        True,
    ),
    (NESTED + "try: again()\nexcept MaxRetriesExceededError: pass", True),
    ("self.retry()", False),
]


@pytest.mark.parametrize(("body", "is_dealt_with"), EXHAUSTION)
def test_the_end_of_the_retries_is_dealt_with(body, is_dealt_with):
    assert call_in(body).is_in_exhaustion_try is is_dealt_with


def test_handlers_stand_around_each_other():
    call = call_in(TRY.format("try: later()\n    except KeyError: self.retry()"))
    assert [handler.caught for handler in call.handlers] == [["KeyError"], ["OSError"]]
    assert [call.is_inside(handler) for handler in call.handlers] == [True, True]
    called = call_in(NESTED + TRY.format("again()"))
    assert [called.is_inside(handler) for handler in called.handlers] == [False]
