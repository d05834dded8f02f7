"""What a module says of itself: which task a place belongs to, what sleeps, logs and tells the
time, and which functions are passed a task."""

from __future__ import annotations

import ast

import pytest
from short_modules import model

from flake8_celery_retry.model import Module

HEAD = """
import asyncio, logging, time, traceback, loguru, structlog, sentry_sdk
import gevent
import celery
from celery import Celery, Task, current_task, shared_task
from celery.utils.log import get_task_logger
from datetime import date, datetime
from time import monotonic, sleep as nap
from django.utils.timezone import localdate, now
from shop import Job, job, later, trail

app = Celery("shop")
told = logging.getLogger(__name__)
record = get_task_logger(__name__)
"""


def last_call(source: str) -> tuple[Module, ast.Call]:
    """The call that stands last in a module."""
    module = model(HEAD + source)
    return module, max(module.tree.calls, key=lambda call: (call.lineno, call.end_col_offset))


LOG_CALLS = [
    ("print('x')", True),
    ("warnings.warn('x')", True),
    ("traceback.print_exc()", True),
    ("traceback.format_exc()", False),
    ("sentry_sdk.capture_exception(e)", True),
    ("sentry_sdk.init()", False),
    ("logging.info('x')", True),
    ("logging.shutdown()", True),
    ("loguru.logger.opt(x)", True),
    ("structlog.get_logger()", True),
    ("told.info('x')", True),
    ("told.setLevel(5)", False),
    ("record.warning('x')", True),
    ("trail.info('x')", False),
    ("trail.log('x')", False),
    ("logger.info('x')", True),
    ("LOG.info('x')", True),
    ("logger.handle('x')", False),
    ("self.logger.error('x')", True),
    ("self.log.error('x')", True),
    ("self.trail.error('x')", False),
    ("logger.trail.error('x')", False),
    ("get_logger().error('x')", True),
    ("get_trail().error('x')", False),
    ("loggers[0].error('x')", False),
    ("info('x')", False),
    ("logger('x')", False),
    ("later.getLogger('x')\nspoken = later.getLogger('x')\nspoken.error('x')", True),
    ("spoken = later.getVoice('x')\nspoken.error('x')", False),
    ("later(print)", False),
]


@pytest.mark.parametrize(("source", "is_log"), LOG_CALLS)
def test_a_log_call_does_nothing_but_tell_people(source, is_log):
    module, call = last_call(source)
    assert module.is_log_call(call) is is_log


CLOCKS = [
    ("time.time()", True),
    ("time.monotonic()", True),
    ("monotonic()", True),
    ("datetime.now()", True),
    ("datetime.utcnow()", True),
    ("date.today()", True),
    ("later.clock.now()", True),
    ("now()", False),
    ("localdate()", False),
    ("today()", True),
    ("datetime.fromtimestamp(5)", False),
    ("time.ctime()", False),
    ("later.time()", False),
    ("clocks[0]()", False),
]


@pytest.mark.parametrize(("source", "is_clock"), CLOCKS)
def test_a_clock_says_what_time_it_is(source, is_clock):
    module, call = last_call(source)
    assert module.is_clock(call) is is_clock


SLEEPS = [
    ("time.sleep(5)", True),
    ("nap(5)", True),
    ("sleep(5)", True),
    ("asyncio.sleep(5)", True),
    ("gevent.sleep(5)", True),
    ("later.sleep(5)", False),
    ("job.sleep(5)", False),
    ("time.time()", False),
]


@pytest.mark.parametrize(("source", "sleeps"), SLEEPS)
def test_what_sleeps_is_known_by_its_library(source, sleeps):
    module, call = last_call(f"def f():\n    {source}\ndef g(): pass\n")
    assert module.is_sleep(call) is sleeps
    assert [scope.node.name for scope in module.sleeping_scopes] == ["f"] * sleeps


NAMED = [
    ("", False),
    ("charge()", True),
    ("later(charge)", True),
    ("later('charge')", True),
    ("later('shop.tasks.charge')", True),
    ("later('charge.order')", False),
    ("later('recharge')", False),
    ("later(5)", False),
    ("charge = 5", False),
    ("def charge(): pass", False),
    ("job.charge()", False),
    ("def other():\n    return charge", True),
    ("later(charge=5)", False),
    ("del charge", False),
]


@pytest.mark.parametrize(("source", "is_named"), NAMED)
def test_a_function_is_named_again(source, is_named):
    module = model(f"{HEAD}def charge(): pass\n{source}\n")
    assert module.is_named_again(module.functions[0].node) is is_named


TASKS = """
class Notify(Task):
    def run(self): pass

class Note: pass

notify = app.register_task(Notify())

@shared_task(bind=True)
def refund(self): pass

@shared_task(bind=True)
def charge(self, order):
    {}

def plain(self, order):
    {}
"""

ATTRIBUTES = [
    ("self.max_retries = 5", "", {"charge": {"max_retries"}}),
    ("self.max_retries = 5; self.name = 5", "", {"charge": {"max_retries", "name"}}),
    ("self.max_retries += 5", "", {"charge": {"max_retries"}}),
    ("self.max_retries: int = 5", "", {"charge": {"max_retries"}}),
    ("(lambda: self.max_retries)()", "", {}),
    ("later(self.max_retries)", "", {}),
    ("del self.max_retries", "", {}),
    ("order.max_retries = 5", "", {}),
    ("self.order.max_retries = 5", "", {}),
    ("current_task.max_retries = 5", "", {"charge": {"max_retries"}}),
    ("charge.max_retries = 5", "", {"charge": {"max_retries"}}),
    ("refund.max_retries = 5", "", {"refund": {"max_retries"}}),
    ("notify.max_retries = 5", "", {"Notify": {"max_retries"}}),
    ("pass", "charge.max_retries = 5", {"charge": {"max_retries"}}),
    ("pass", "notify.max_retries = 5", {"Notify": {"max_retries"}}),
    ("pass", "self.max_retries = 5", {}),
    ("pass", "plain.max_retries = 5", {}),
    ("pass", "job.max_retries = 5", {}),
    ("def f(): self.max_retries = 5", "", {"charge": {"max_retries"}}),
]


@pytest.mark.parametrize(("body", "plain", "found"), ATTRIBUTES)
def test_attributes_of_tasks_are_set_by_hand(body, plain, found):
    by_hand = model(HEAD + TASKS.format(body, plain or "pass")).options_set_by_hand
    assert {task.name: names for task, names in by_hand.items()} == found


NAMES = [
    ("charge", "charge"),
    ("refund", "refund"),
    ("alias", "charge"),
    ("Notify", "Notify"),
    ("notify", "Notify"),
    ("Notify()", "Notify"),
    ("Note()", None),
    ("note", None),
    ("plain", None),
    ("job", None),
    ("job.charge", None),
    ("charge.s", None),
]


@pytest.mark.parametrize(("expression", "name"), NAMES)
def test_a_name_stands_for_a_task(expression, name):
    module = model(
        f"{HEAD}{TASKS.format('pass', 'pass')}alias = charge\nnote = Note()\nlater({expression})\n"
    )
    call = next(each for each in module.tree.calls if ast.unparse(each.func) == "later")
    task = module.task_named(call.args[0])
    assert (task.name if task else None) == name


PLACES = [
    ("@shared_task\ndef charge(): later()", "charge", "charge"),
    ("@shared_task\ndef charge():\n    def f(): later()\n    f()", "charge", "charge"),
    ("@shared_task\ndef charge():\n    def f(): later()\n    job(f)", "charge", None),
    ("@shared_task\ndef charge():\n    f = lambda: later()\n    f()", "charge", "charge"),
    ("@shared_task\ndef charge(): [later() for each in job]", "charge", "charge"),
    ("@shared_task\ndef charge():\n    class F:\n        x = later()\n    F()", "charge", None),
    (
        "@shared_task\ndef charge():\n"
        "    def f():\n        def g(): later()\n        g()\n    f()\n    g()",
        "charge",
        None,
    ),
    (
        "@shared_task\ndef charge():\n    def f(): later()\n    def g(): f()\n    g()",
        "charge",
        None,
    ),
    ("def charge(): later()", None, None),
    ("class Charge(Task):\n    def run(self): later()", "Charge", "Charge"),
    ("class Charge(Task):\n    def settle(self): later()", "Charge", "Charge"),
    ("class Charge(Task):\n    x = later()", None, None),
    ("later()", None, None),
]


@pytest.mark.parametrize(("source", "around", "running"), PLACES)
def test_a_place_belongs_to_a_task_and_is_run_by_it(source, around, running):
    module = model(f"{HEAD}{source}\n")
    call = next(each for each in module.tree.calls if ast.unparse(each.func) == "later")
    found, runs = module.task_of(call), module.task_running(call)
    assert (found.name if found else None) == around
    assert (runs.name if runs else None) == running


CALLS = [
    ("def f(): pass\n@shared_task\ndef charge(): f()", {"f": 1}),
    ("def f(): pass\n@shared_task\ndef charge(): f(); f()", {"f": 2}),
    ("def f(): pass\ndef g(): f()\n@shared_task\ndef charge(): g()", {"g": 1}),
    ("def f(): pass\nf()\n@shared_task\ndef charge(): later(f)", {}),
    ("@shared_task\ndef f(): pass\n@shared_task\ndef charge(): f()", {}),
    ("class F: pass\n@shared_task\ndef charge(): F()", {}),
    ("@shared_task\ndef charge():\n    def f(): pass\n    f()", {"f": 1}),
    ("def f(): pass\n@shared_task\ndef charge():\n    def g(): f()\n    g()", {"f": 1, "g": 1}),
    ("def f(): pass\n@shared_task\ndef charge():\n    def g(): f()\n    later(g)", {}),
]


@pytest.mark.parametrize(("source", "counts"), CALLS)
def test_tasks_call_the_plain_functions_of_a_module(source, counts):
    found = model(f"{HEAD}{source}\n").calls_by_tasks
    assert {function.name: len(calls) for function, calls in found.items()} == counts
    assert all(task.name == "charge" for calls in found.values() for task, _ in calls)


PASSED = [
    ("def f(self): pass", True),
    ("def f(order, self): pass", True),
    ("def f(job): pass", False),
    ("def f(job: Task): pass", True),
    ("def f(job: Job): pass", False),
    ("def f(job): job.request", True),
    ("def f(job): job.max_retries", True),
    ("def f(job): job.name", False),
    ("def f(job, order): order.request", False),
    ("@later\ndef f(self): self.request", False),
    ("@later\ndef f(job: Task): pass", False),
    ("class C:\n    def f(self): self.request", False),
    ("class C:\n    def f(order, self): pass", False),
    ("class C:\n    def f(order, job): job.request", True),
    ("class C:\n    def f(order, job: Task): pass", True),
    ("def g():\n    def f(self): pass", False),
    ("def g():\n    def f(self): self.request", True),
    ("def f(job): pass\n@shared_task(bind=True)\ndef charge(self): f(self)", True),
    ("def f(job): pass\n@shared_task(bind=True)\ndef charge(self): f(job=self)", True),
    ("def f(job): pass\n@shared_task(bind=True)\ndef charge(self): f(order=self)", False),
    ("def f(job): pass\n@shared_task(bind=True)\ndef charge(self): f(5)", False),
    ("def f(job): pass\n@shared_task(bind=True)\ndef charge(self): f(5, self)", False),
    ("def f(order, job): pass\n@shared_task(bind=True)\ndef charge(self): f(5, self)", True),
    ("def f(order, job): pass\n@shared_task(bind=True)\ndef charge(self): f(self, 5)", False),
    ("def f(*, job): pass\n@shared_task(bind=True)\ndef charge(self): f(job=self)", True),
    ("def f(*jobs): pass\n@shared_task(bind=True)\ndef charge(self): f(self)", False),
    ("def f(job): pass\n@shared_task(bind=True)\ndef charge(self): later(f, self)", False),
    ("def f(job): pass\n@shared_task\ndef charge(): f(charge)", True),
    ("def f(job): pass\n@shared_task\ndef charge(self): f(self)", False),
]


@pytest.mark.parametrize(("source", "is_passed"), PASSED)
def test_a_function_is_passed_a_task(source, is_passed):
    module = model(f"{HEAD}{source}\n")
    [function] = [
        each
        for each in ast.walk(module.tree.root.node)
        if isinstance(each, ast.FunctionDef) and each.name == "f"
    ]
    arguments = function.args
    parameters = [*arguments.args, *arguments.kwonlyargs, arguments.vararg]
    last = [each for each in parameters if each is not None and each.arg != "order"][-1]
    assert module.is_passed_task(last) is is_passed


def test_a_function_is_passed_a_task_only_where_celery_is_or_a_task():
    source = "def f(self): self.request\n"
    for head, is_passed in [
        ("import celery\n", True),
        ("@later(acks_late=True)\ndef charge(): pass\n", True),
        ("import os\n", False),
    ]:
        module = model(head + source)
        function = module.functions[-1]
        assert module.is_passed_task(function.parameters[0]) is is_passed


HELPED = [
    ("def f(job): job.retry()", "f(self)", 1),
    ("def f(job): job.retry()", "f(self); f(self)", 2),
    ("def f(job): job.retry(); job.retry()", "f(self)", 1),
    ("def f(job: Task): job.retry()", "f(order)", 0),
    ("def f(job: Task): job.retry()", "later(f, self)", 0),
    ("def f(): current_task.retry()", "f()", 1),
    ("def f(): charge.retry()", "f()", 0),
    ("def f(job):\n    def g(): job.retry()\n    g()", "f(self)", 0),
]


@pytest.mark.parametrize(("helper", "body", "calls"), HELPED)
def test_a_task_retries_through_its_helpers(helper, body, calls):
    module = model(f"{HEAD}{helper}\n@shared_task(bind=True)\ndef charge(self, order): {body}\n")
    found = list(module.calls_through_helpers(module.retry_calls))
    assert [call.task_name for call in found] == ["charge"] * calls
    sites = [each for each in module.tree.calls if module.is_call_of_helper(each)]
    assert {call.called_at for call in found} == set(sites)
    assert all(map(module.is_retry, sites))


QUIET = [
    ("self.retry()", False),
    ("self.retry(throw=True)", False),
    ("self.retry(throw=False)", True),
    ("self.retry(throw=order)", True),
    ("self.retry(**order)", True),
]


@pytest.mark.parametrize(("call", "is_quiet"), QUIET)
def test_a_retry_call_may_not_raise(call, is_quiet):
    module = model(f"{HEAD}@shared_task(bind=True)\ndef charge(self, order): {call}\n")
    assert len(module.quiet_retries) == is_quiet
    assert module.is_retry(module.retry_calls[0].node)


def test_a_task_runs_in_its_function_alone():
    module = model(f"""{HEAD}
class Notify(Task):
    def run(self): pass
    def settle(self): pass

@shared_task
def charge():
    def f(): pass
    f()
""")
    running = [
        scope.node.name for scope in module.functions if module.task_run_by(scope) is not None
    ]
    assert running == ["run", "charge"]


def test_a_base_that_a_task_inherits_from_is_judged_with_it():
    module = model(f"""{HEAD}
class Lone(Task): pass
class Shared(Task): pass
class Notify(Shared):
    def run(self): pass
class Refund(Notify):
    def run(self): pass
""")
    assert [task.name for task in module.tasks_and_lone_bases] == ["Lone", "Notify", "Refund"]


def test_a_clause_is_always_the_same_handler():
    module = model("try: pass\nexcept OSError: pass\n")
    [clause] = module.tree.root.walk(ast.ExceptHandler)
    assert module.handler(clause) is module.handler(clause)
    assert module.handler(clause).node is clause
