"""What is a retry call, in tasks, their helpers and nested functions, and what it is given."""

from __future__ import annotations

import ast
import sys
from textwrap import indent

import pytest
from short_modules import codes, model, retry_calls

from flake8_celery_retry.settings import Settings


def test_retry_calls_on_self_count_in_every_method_but_retry():
    source = """
        from celery import Task

        class Charge(Task):
            def run(self):
                raise self.retry()

            def refund(self):
                raise self.retry()

            async def settle(this):
                raise this.retry()

            def retry(self, *args, **kwargs):
                return self.retry(*args, **kwargs)

            @classmethod
            def make(cls):
                return cls.retry()

            @staticmethod
            def spare(self):
                self.retry()
    """
    module = model(source)
    functions = [
        call.scope.node.name  # type: ignore[union-attr]  # all of them stand in functions
        for call in module.retry_calls
    ]
    assert functions == ["run", "refund", "settle"]
    # CRT201 looks at run alone.
    assert codes(source) == ["CRT201"]


def test_overriding_retry_is_plumbing():
    source = """
        from celery import Task

        class Base(Task):
            def retry(self, *args, **kwargs):
                kwargs["queue"] = "slow"
                super().retry(*args, **kwargs)
                super(Base, self).retry(*args, **kwargs)

        class Charge(Base):
            def run(self):
                super().retry()
    """
    assert model(source).retry_calls == ()
    assert codes(source) == []


@pytest.mark.parametrize(
    "body",
    [
        "order.retry()",
        "self.order.retry()",
        "Order.objects.get(pk=1).retry(countdown='5')",
        "session.retry(5)",
        "self.request.retry()",
        "retry(order)",
        "@retry\n    def inner(): pass",
        "tenacity.retry(order)",
        "jobs[0].retry(countdown='5')",
    ],
)
def test_retry_on_anything_else_is_nobodys_business(body):
    source = f"""
import tenacity
from celery import shared_task
from tenacity import retry
from shop.models import Order
from shop.http import session

@shared_task(bind=True)
def charge(self, order, jobs):
    {body}
"""
    assert model(source).retry_calls == ()
    assert codes(source) == []


def test_another_task_is_retried_by_its_name_not_by_an_object_made_on_the_spot():
    module = model("""
        from celery import Task, shared_task
        from shop.celery import app

        class Notify(Task):
            def run(self): pass

        notify = app.register_task(Notify())

        @shared_task(bind=True)
        def charge(self):
            Notify.retry()
            Notify().retry()
            own = Notify()
            own.retry()
            notify.retry()
    """)
    [calls] = module.calls.on_other_tasks.values()
    assert [call.receiver for call in calls] == ["notify"]
    assert module.retry_calls == ()


@pytest.mark.parametrize("name", ["self", "task", "order_task", "_", "this"])
def test_a_retry_call_is_one_on_the_first_parameter_whatever_its_name(name):
    source = f"""
        from celery import shared_task

        @shared_task(bind=True)
        def charge({name}, order_id):
            {name}.retry(exc=OSError())
    """
    assert [call.receiver for call in retry_calls(source)] == [name]


@pytest.mark.parametrize(
    ("decorator", "body", "receivers"),
    [
        ("shared_task", "charge.retry()", ["charge"]),
        ("shared_task(bind=True)", "charge.retry()", ["charge"]),
        ("shared_task(bind=True)", "again = self\n    again.retry()", ["again"]),
        ("shared_task(bind=True)", "order_id.retry()", []),
        ("shared_task", "charge = order_id\n    charge.retry()", []),
        ("shared_task(bind=True)", "self = order_id\n    self.retry()", []),
    ],
)
def test_a_retry_call_is_one_on_the_running_task(decorator, body, receivers):
    source = f"""
from celery import shared_task

@{decorator}
def charge(self, order_id):
    {body}
"""
    assert [call.receiver for call in retry_calls(source)] == receivers


def test_its_arguments_count_the_same_by_position_as_by_name():
    call, named = retry_calls("""
        from celery import shared_task

        @shared_task(bind=True)
        def charge(self, order_id):
            self.retry((1,), {}, error, False, None, 5, 7, queue="slow")
            self.retry(args=(1,), kwargs={}, exc=error, throw=False, eta=None, countdown=5,
                       max_retries=7, queue="slow")
    """)
    assert {name: ast.unparse(item.value) for name, item in call.arguments.items()} == {
        name: ast.unparse(item.value) for name, item in named.arguments.items()
    }
    assert list(named.arguments)[:7] == list(call.arguments)[:7]
    assert call.throws is named.throws is False


HELPERS = [
    ("def again(self):", "self", "", True),
    ("def again(order, self):", "self", "", True),
    ("def again(task: Task):", "task", "", True),
    ("def again(task: celery.Task):", "task", "", True),
    ("def again(task: 'Task | None', order=None):", "task", "", True),
    ("def again(task: Optional[Task]):", "task", "", True),
    ("def again(order, *, job: Task):", "job", "", True),
    ("def again(job):", "job", "job.request.id", True),
    ("def again(job):", "job", "job.max_retries", True),
    ("def again(job):", "job", "job.MaxRetriesExceededError", True),
    ("def given(order, job):", "job", "", True),
    ("def given_by_name(order, job):", "job", "", True),
    ("def again(job):", "job", "", False),
    ("def again(job: Job):", "job", "", False),
    ("def again(job):", "job", "job.args", False),
    ("@receiver\ndef again(self):", "self", "", False),
]


@pytest.mark.parametrize(("head", "name", "use", "is_helper"), HELPERS)
def test_a_task_helper_is_a_function_that_is_passed_a_task(head, name, use, is_helper):
    source = f"""
import celery
from celery import Task, shared_task
from typing import Optional
from shop.models import Job

@shared_task(bind=True)
def charge(self, order_id):
    given(order_id, self)
    given_by_name(order_id, job=self)
    again(order_id)

{head}
    {use}
    {name}.retry(countdown=5)
"""
    calls = retry_calls(source)
    assert len(calls) == is_helper
    assert all(call.task is None and not call.is_own for call in calls)


IN_HANDLER = """\
try:
    charge(order)
except GatewayDown as exc:
    {}
"""

#: Rules about the retry call itself: they hold wherever the task was passed to.
ABOUT_THE_CALL = {
    "CRT103": IN_HANDLER.format("raise self.retry(exc)"),
    "CRT104": IN_HANDLER.format("raise self.retry(exc=str(exc))"),
    "CRT105": IN_HANDLER.format("raise self.retry(exc=exc, countdown='60')"),
    "CRT107": IN_HANDLER.format("raise self.retry(exc=exc, args='7')"),
    "CRT109": IN_HANDLER.format("raise self.retry(ex=exc)"),
    "CRT203": f"try:\n{indent(IN_HANDLER.format('raise self.retry(exc=exc)'), '    ')}"
    "except Exception:\n    pass\n",
    "CRT205": IN_HANDLER.format(
        "try:\n        raise self.retry(exc=exc)\n"
        "    except self.MaxRetriesExceededError:\n        pass"
    ),
    "CRT206": IN_HANDLER.format("self.retry(exc=exc, throw=False)\n    charge(order)"),
    "CRT209": "try:\n    charge(order)\nexcept* OSError as exc:\n    raise self.retry(exc=exc)\n",
    "CRT301": "try:\n    charge(order)\nexcept Exception as exc:\n    raise self.retry(exc=exc)\n",
    "CRT307": IN_HANDLER.format("raise self.retry(exc=exc, countdown=5, eta=order)"),
    "CRT312": IN_HANDLER.format("raise self.retry(exc=exc, countdown=5*self.request.retries)"),
    "CRT403": IN_HANDLER.format("time.sleep(5)\n    raise self.retry(exc=exc)"),
    "CRT901": IN_HANDLER.format("self.retry(exc=exc)"),
    "CRT904": IN_HANDLER.format("raise self.retry(exc=exc, countdown=2**self.request.retries)"),
}

#: Rules about the task's flow or options: the caller's context is unknown.
ABOUT_THE_TASK = {
    "CRT201": "raise self.retry(exc=OSError())\n",
    "CRT202": "if not order:\n    raise self.retry()\n",
    "CRT207": "with transaction.atomic():\n"
    + indent(IN_HANDLER.format("order.save()\n    raise self.retry(exc=exc)"), "    "),
    "CRT303": IN_HANDLER.format("raise self.retry(exc=exc, max_retries=0)"),
    "CRT304": IN_HANDLER.format("raise self.retry(exc=exc, max_retries=None)"),
    "CRT902": IN_HANDLER.format("raise self.retry()"),
}

CONTEXTS = {
    "helper": """
def again(self, order):
    self.request
{body}
""",
    "nested": """
@shared_task(bind=True)
def work(self, order):
    def again():
{deeper}
    return run_later(again)
""",
    "own": """
@shared_task(bind=True)
def work(self, order):
{body}
""",
}


@pytest.mark.parametrize("code", [*ABOUT_THE_CALL, *ABOUT_THE_TASK])
@pytest.mark.parametrize("context", CONTEXTS)
def test_rules_about_the_call_hold_in_helpers_and_nested_functions(context, code):
    if code == "CRT209" and sys.version_info < (3, 11):
        pytest.skip("its syntax needs a newer Python")
    body = {**ABOUT_THE_CALL, **ABOUT_THE_TASK}[code]
    around = CONTEXTS[context].format(body=indent(body, "    "), deeper=indent(body, " " * 8))
    source = f"""
import time
from celery import shared_task
from django.db import transaction
from shop.gateway import GatewayDown, charge
from shop.later import run_later
{around}"""
    found = codes(source, Settings(opinions=frozenset({code})))
    assert found == ([code] if code in ABOUT_THE_CALL or context == "own" else [])


@pytest.mark.parametrize("imports", ["import celery", "from shop.celery import app", "import os"])
def test_there_are_task_helpers_only_where_there_is_celery(imports):
    source = f"{imports}\n\ndef again(self):\n    self.request\n    self.retry()\n"
    assert len(retry_calls(source)) == (imports != "import os")


def test_a_method_named_self_is_no_helper():
    source = """
        import celery

        class Job:
            def again(self):
                self.request.id
                self.retry()
    """
    assert retry_calls(source) == []


NESTED = [
    ("def again():\n        {retry}\n    again()", True),
    ("def again():\n        {retry}\n    return again", False),
    ("def again():\n        {retry}\n    run_later(again)", False),
    ("async def again():\n        {retry}\n    await_(again())", True),
    ("return lambda: {retry}", False),
    ("return [{retry} for order in orders]", True),
    ("return list({retry} for order in orders)", True),
    ("{retry}", True),
]


@pytest.mark.parametrize(("body", "is_own"), NESTED)
def test_a_nested_functions_call_is_the_tasks_own_where_its_body_calls_it(body, is_own):
    source = f"""
from celery import shared_task

@shared_task(bind=True)
def charge(self, orders):
    {body.format(retry="self.retry()")}
"""
    [call] = retry_calls(source)
    assert call.task is not None
    assert call.is_own is is_own


def test_what_stands_around_the_call_of_a_nested_function_stands_around_its_retry():
    [call] = retry_calls("""
        from celery import shared_task

        @shared_task(bind=True)
        def charge(self, order):
            def again():
                raise self.retry()

            try:
                pay(order)
            except OSError:
                again()
    """)
    assert call.handler is not None
    assert call.handler.caught == ["OSError"]


CURRENT = """
    from celery import current_task, shared_task
    from celery import current_task as running

    {decorator}
    def charge(order_id):
        again()
        elsewhere(running)

    def again():
        raise current_task.retry()

    def elsewhere(task):
        this = running
        raise this.retry()
"""


@pytest.mark.parametrize(("decorator", "calls"), [("@shared_task", 2), ("# none", 0)])
def test_current_task_is_retried_in_a_function_that_a_task_calls(decorator, calls):
    found = model(CURRENT.format(decorator=decorator)).retry_calls
    assert [call.task for call in found] == [None] * calls


def test_current_task_is_the_task_in_its_own_body():
    module = model("""
        from celery import current_task, shared_task

        @shared_task
        def charge(order_id):
            def later():
                raise current_task.retry()

            later()
            return lambda: current_task.retry()
    """)
    assert [(call.task_name, call.is_own) for call in module.retry_calls] == [
        ("charge", True),
        ("charge", False),
    ]


def test_a_retry_of_a_helper_is_seen_from_every_call_that_gives_it_the_task():
    module = model("""
        from celery import shared_task

        def again(order_id, task):
            try:
                raise task.retry()
            except KeyError:
                task.retry(countdown=5)

        @shared_task(bind=True)
        def charge(self, order_id):
            again(order_id, self)
            again(order_id, task=self)
            again(order_id, None)

        @shared_task(bind=True)
        def refund(self, order_id):
            def later():
                again(order_id, self)

            later()
            return lambda: again(order_id, self)
    """)
    seen = list(module.calls_through_helpers(module.retry_calls))
    assert [call.task_name for call in seen] == ["charge", "charge", "refund"]
    assert {call.node for call in seen} == {module.retry_calls[0].node}
    assert [module.is_call_of_helper(call) for call in module.tree.calls].count(True) == 3
