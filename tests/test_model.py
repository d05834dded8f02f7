"""What the model takes for a task, a retry call, a value: the specification, sentence by sentence.

Each case is a short module and what Celery will see in it.
"""

from __future__ import annotations

import ast
import sys
from textwrap import dedent, indent

import pytest

from flake8_celery_retry.linting.lint import lint
from flake8_celery_retry.model import UNKNOWN, Module, RetryCall, Task, read_module
from flake8_celery_retry.settings import DEFAULT, Settings


def model(source: str, settings: Settings = DEFAULT) -> Module:
    return read_module(ast.parse(dedent(source)), settings)


def task_names(source: str, settings: Settings = DEFAULT) -> list[str]:
    return [task.name for task in model(source, settings).tasks]


def only_task(source: str, settings: Settings = DEFAULT) -> Task:
    [task] = model(source, settings).tasks
    return task


def codes(source: str, settings: Settings = DEFAULT) -> list[str]:
    source = dedent(source)
    findings = lint(ast.parse(source), source.splitlines(keepends=True), settings)
    return [finding.code for finding in findings]


def decorated(imports: str, decorator: str) -> str:
    return f"{imports}\n\n@{decorator}\ndef charge(order_id):\n    pass\n"


# -- decorators ------------------------------------------------------------------------------

CELERYS_OWN = [
    ("from celery import shared_task", "shared_task"),
    ("from celery import task", "task"),
    ("import celery", "celery.shared_task"),
    ("import celery", "celery.task"),
    ("import celery", "celery.app.shared_task"),
    ("from celery.app import shared_task", "shared_task"),
    ("from celery.decorators import task", "task"),
    ("from celery.decorators import periodic_task", "periodic_task"),
    ("from celery.task import task", "task"),
    ("from celery.task import periodic_task", "periodic_task"),
    ("from celery.task.base import periodic_task", "periodic_task"),
    ("import celery.task", "celery.task.task"),
    ("import celery.decorators", "celery.decorators.task"),
]

RENAMED = [
    ("from celery import shared_task as st", "st"),
    ("import celery as c", "c.shared_task"),
    ("from celery import shared_task\njob = shared_task", "job"),
    ("from celery import shared_task\nfirst = shared_task\njob = first", "job"),
    ("import celery\njob = celery.shared_task", "job"),
    ("from celery import Celery\napp = Celery('shop')\njob = app.task", "job"),
    (
        "from functools import partial\nfrom celery import shared_task\n"
        "task = partial(shared_task, bind=True)",
        "task",
    ),
    ("import functools as f\nimport celery as c\ntask = f.partial(c.shared_task)", "task"),
    (
        "from celery import shared_task\n"
        "retrying_task = shared_task(autoretry_for=(Exception,), max_retries=3)",
        "retrying_task",
    ),
    (
        "try:\n    from celery import shared_task\nexcept ImportError:\n    shared_task = None",
        "shared_task",
    ),
]

ATTRIBUTES = [
    ("from celery import Celery\napp = Celery('shop')", "app.task"),
    ("from shop.celery import celery_app", "celery_app.task"),
    ("import proj.celery", "proj.celery.app.task"),
    ("from celery import current_app", "current_app.task"),
    ("from shop.queues import queue", "queue.task"),
    ("from shop.celery import app", "app.periodic_task"),
    ("from shop.celery import make_app", "make_app().task"),
    ("", "app.task"),
]


@pytest.mark.parametrize("called", ["", "()", "(max_retries=5)", "('shop.charge')"])
@pytest.mark.parametrize(("imports", "decorator"), [*CELERYS_OWN, *RENAMED, *ATTRIBUTES])
def test_a_decorator_makes_a_task_called_or_bare(imports, decorator, called):
    assert task_names(decorated(imports, decorator + called)) == ["charge"]


@pytest.mark.parametrize("definition", ["def", "async def"])
def test_the_function_may_be_a_coroutine(definition):
    source = f"from celery import shared_task\n@shared_task\n{definition} charge():\n    pass\n"
    assert task_names(source) == ["charge"]


@pytest.mark.parametrize(
    ("imports", "decorator"),
    [
        ("def shared_task(function):\n    return function", "shared_task"),
        ("from shop.decorators import shared_task", "shared_task"),
        ("from shop.decorators import shared_task", "shared_task(max_retries=5)"),
        ("import shop.decorators", "shop.decorators.shared_task"),
    ],
)
def test_spelling_alone_makes_no_task(imports, decorator):
    assert task_names(decorated(imports, decorator)) == []


ONLY_CELERYS = [
    "bind=True",
    "bind=False",
    "autoretry_for=(Exception,)",
    "dont_autoretry_for=(ValueError,)",
    "retry_backoff=True",
    "retry_backoff_max=60",
    "retry_jitter=False",
    "retry_kwargs={}",
    "default_retry_delay=5",
    "acks_late=True",
    "reject_on_worker_lost=True",
]


@pytest.mark.parametrize("option", ONLY_CELERYS)
@pytest.mark.parametrize(
    ("imports", "decorator"),
    [
        ("from shop.tasks import shared_dedicated_task", "shared_dedicated_task"),
        ("from shop import tasks", "tasks.dedicated"),
        ("from shop.tasks import task", "task"),
        ("", "task"),
        ("def house_task(**options):\n    pass", "house_task"),
    ],
)
def test_an_option_that_only_celery_tasks_have_makes_one(imports, decorator, option):
    task = only_task(decorated(imports, f"{decorator}({option})"))
    assert task.is_house


def test_such_an_option_may_stand_in_a_dict():
    options = "from shop.tasks import house_task\nPOLICY = {'autoretry_for': (OSError,)}"
    assert task_names(decorated(options, "house_task(**POLICY)")) == ["charge"]


@pytest.mark.parametrize("option", ["max_retries=3", "queue='slow'", "name='charge'", "retry=True"])
def test_any_other_option_makes_none(option):
    assert task_names(decorated("from shop.tasks import house_task", f"house_task({option})")) == []


@pytest.mark.parametrize("name", ["house_task", "tasks.house_task", "shop.tasks.house_task"])
@pytest.mark.parametrize(
    ("imports", "decorator"),
    [
        ("from shop.tasks import house_task", "house_task"),
        ("from shop.tasks import house_task as job", "job"),
        ("import shop.tasks", "shop.tasks.house_task"),
        ("from shop import tasks", "tasks.house_task()"),
        ("from shop.tasks import house_task", "house_task(queue='slow')"),
    ],
)
def test_a_decorator_that_the_user_names_makes_one(imports, decorator, name):
    source = decorated(imports, decorator)
    assert task_names(source) == []
    task = only_task(source, Settings(task_decorators=frozenset({name})))
    assert task.is_house
    assert task.bound is None


def test_a_last_part_is_a_whole_one():
    source = decorated("from shop.tasks import house_task", "house_task")
    assert task_names(source, Settings(task_decorators=frozenset({"task"}))) == []


FOREIGN = [
    "procrastinate",
    "huey",
    "dramatiq",
    "taskiq",
    "arq",
    "rq",
    "invoke",
    "fabric",
    "prefect",
    "airflow",
    "luigi",
    "locust",
    "django.tasks",
    "django_tasks",
    "flytekit",
    "robocorp",
    "dagster",
    "pyinfra",
    "flask_apscheduler",
    "apscheduler",
    "hatchet_sdk",
]


@pytest.mark.parametrize(
    ("imports", "decorator"),
    [
        ("from {} import task", "task"),
        ("from {} import task as job", "job"),
        ("import {} as library", "library.task"),
        ("import {}", "{}.task"),
        ("from {}.contrib import task", "task"),
        ("from {} import App\napp = App('shop')", "app.task"),
        ("from {} import App\napp = App('shop').open()", "app.task"),
        ("import {}\napp = {}.App()", "app.periodic_task"),
        ("from {} import App\napp = App.configured('shop')", "app.task"),
        ("from {} import App\napp: App = App('shop')\njob = app.task", "job"),
        ("from {} import app", "app.task"),
    ],
)
@pytest.mark.parametrize("library", FOREIGN)
def test_other_libraries_have_tasks_of_their_own(library, imports, decorator):
    imports, decorator = imports.replace("{}", library), decorator.replace("{}", library)
    for called in ["", "(3)", "(bind=True)", "(max_retries=3, acks_late=True)"]:
        assert task_names(decorated(imports, decorator + called)) == []


def test_part_of_a_librarys_name_is_another_librarys():
    assert task_names(decorated("from invoked import app", "app.task")) == ["charge"]
    assert task_names(decorated("from django import app", "app.task")) == ["charge"]


@pytest.mark.parametrize("imports", ["", "from shop.decorators import task", "from shop import *"])
@pytest.mark.parametrize("called", ["", "()", "(3)", "(max_retries=3)"])
def test_a_bare_task_from_nowhere_known_is_none(imports, called):
    assert task_names(decorated(imports, f"task{called}")) == []


def test_methods_with_a_foreign_task_decorator_are_none():
    source = """
        from locust import HttpUser, task

        class Buyer(HttpUser):
            @task(3)
            def look(self):
                self.retry()
    """
    assert task_names(source) == []
    assert codes(source) == []


@pytest.mark.parametrize(
    ("imports", "imports_celery"),
    [
        ("import celery", True),
        ("import celery.exceptions", True),
        ("from celery.utils.log import get_task_logger", True),
        ("from shop.celery import app", True),
        ("from .celery import app", True),
        ("from shop.celery_app import celery_app as queue", True),
        ("from celery_app import celery", True),
        ("from shop import app", False),
        ("from shop.celery import configuration", False),
        ("from shop.celeryapp import app", False),
        ("from celeryd import app", False),
        ("import shop", False),
    ],
)
def test_a_task_by_its_attribute_alone_may_be_another_librarys(imports, imports_celery):
    """CRT306 and CRT308 are silent there, unless an option is only Celery's."""
    assert model(imports).recognition.imports_celery is imports_celery
    bare = decorated(imports, "broker.task(max_retries=3, max_retry=2)")
    assert task_names(bare) == ["charge"]
    assert sorted(codes(bare)) == (["CRT306", "CRT308"] if imports_celery else [])
    sure = decorated(imports, "broker.task(max_retries=3, max_retry=2, acks_late=True)")
    assert sorted(codes(sure)) == ["CRT306", "CRT308"]


# -- options ---------------------------------------------------------------------------------

SHARED = """
    from functools import partial
    from celery import shared_task

    POLICY = {{"max_retries": None}}
    task = partial(shared_task, bind=True, max_retries=None)
    retrying_task = shared_task(autoretry_for=(OSError,), retry_backoff=1, max_retries=None)

    @{decorator}
    def charge(self, order_id):
        raise self.retry(exc=OSError()) if order_id else OSError()

    @{decorator}
    def refund(self, order_id):
        raise self.retry(exc=OSError()) if order_id else OSError()
"""


@pytest.mark.parametrize(
    ("decorator", "line"), [("shared_task(bind=True, **POLICY)", 5), ("task", 6), ("task()", 6)]
)
def test_shared_options_count_for_every_use_and_are_reported_once_at_the_option(decorator, line):
    source = dedent(SHARED.format(decorator=decorator))
    tasks = model(source).tasks
    assert [(task.name, task.bound) for task in tasks] == [("charge", True), ("refund", True)]
    assert all(task.option("max_retries") for task in tasks)
    findings = lint(ast.parse(source), source.splitlines(keepends=True))
    assert [(finding.code, finding.line) for finding in findings] == [("CRT304", line)]


def test_a_ready_made_decorator_brings_its_options():
    task = model(SHARED.format(decorator="retrying_task")).tasks[0]
    assert set(task.options) == {"autoretry_for", "retry_backoff", "max_retries"}
    assert task.bound is False


def test_the_use_overrides_what_is_shared():
    task = only_task("""
        from functools import partial
        from celery import shared_task

        job = partial(shared_task, max_retries=5, bind=True)

        @job(max_retries=2)
        def charge(self): pass
    """)
    assert task.module.values.value(task.options["max_retries"].value) == 2
    assert task.bound is True


BINDS = [
    ("shared_task(bind=True)", True),
    ("shared_task(bind=ALWAYS)", True),
    ("shared_task(bind=False)", False),
    ("shared_task(bind=None)", False),
    ("shared_task()", False),
    ("shared_task", False),
    ("app.task", False),
    ("app.task(bind=True)", True),
    ("shared_task(bind=1)", None),
    ("shared_task(bind='yes')", None),
    ("shared_task(bind=settings.BIND)", None),
    ("shared_task(bind=is_bound())", None),
    ("shared_task(**options)", None),
    ("shared_task(**{'bind': True})", True),
    ("shared_task(**dict(bind=True))", True),
    ("shared_task(**BOUND)", True),
    ("shared_task(**{**BOUND, 'max_retries': 3})", True),
    ("shared_task(bind=True, **options)", True),
    ("house_task(acks_late=True)", None),
    ("house_task(bind=True)", True),
    ("house_task(bind=False)", False),
]


@pytest.mark.parametrize(("decorator", "bound"), BINDS)
def test_a_task_is_bound_by_the_constant_true(decorator, bound):
    imports = """
from celery import shared_task
from shop.celery import app, house_task, options, is_bound
from django.conf import settings
ALWAYS = True
BOUND = {"bind": True}
"""
    assert only_task(decorated(imports, decorator)).bound is bound


# -- class-based tasks -------------------------------------------------------------------------

TASK_CLASSES = [
    ("import celery", "celery.Task"),
    ("from celery import Task", "Task"),
    ("from celery import Task as Base", "Base"),
    ("from celery.app.task import Task", "Task"),
    ("import celery.app.task", "celery.app.task.Task"),
    ("from celery.task import Task", "Task"),
    ("from celery import Celery\nqueue = Celery('shop')", "queue.Task"),
    ("import celery as c\nqueue = c.Celery('shop')", "queue.Task"),
    ("from shop.queue import app", "app.Task"),
    ("from shop.queue import celery", "celery.Task"),
    ("from shop import celery_app", "celery_app.Task"),
    ("import shop.queue", "shop.queue.app.Task"),
    ("from celery import current_app", "current_app.Task"),
    ("from celery import Task\nclass Base(Task):\n    pass", "Base"),
    ("from celery import Task\nclass Root(Task):\n    pass\nclass Base(Root):\n    pass", "Base"),
    ("from celery import Task\nfrom shop.tasks import Logged", "Logged, Task"),
    ("from celery import Task\nBase = Task", "Base"),
]


@pytest.mark.parametrize(("imports", "bases"), TASK_CLASSES)
def test_a_class_is_a_task_by_its_base(imports, bases):
    source = f"{imports}\n\nclass Charge({bases}):\n    def run(self):\n        pass\n"
    task = model(source).tasks[-1]
    assert (task.name, task.bound, task.is_base) == ("Charge", True, False)


@pytest.mark.parametrize(
    ("imports", "bases"),
    [
        ("from django.db import models", "models.Model"),
        ("from shop.models import Task", "Task"),
        ("from django.db import models\nclass Task(models.Model):\n    pass", "Task"),
        ("from todo import app_tasks", "app_tasks.Task"),
        ("from shop import app_config", "app_config.Task"),
        ("from flask import Flask\napp = Flask('shop')", "app.Task"),
        ("import luigi", "luigi.Task"),
        ("from asyncio import Task", "Task"),
        ("", "Task"),
        ("", "object"),
    ],
)
def test_other_classes_called_task_make_none(imports, bases):
    source = f"{imports}\n\nclass Charge({bases}):\n    def run(self):\n        self.retry()\n"
    assert task_names(source) == []
    assert codes(source) == []


@pytest.mark.parametrize("name", ["ShopTask", "tasks.ShopTask", "shop.tasks.ShopTask"])
def test_a_base_that_the_user_names_makes_one(name):
    source = """
        from shop.tasks import ShopTask

        class Charge(ShopTask):
            def run(self):
                raise self.retry()

        class Refund(Charge):
            pass
    """
    assert task_names(source) == []
    assert codes(source) == []
    settings = Settings(task_bases=frozenset({name}))
    assert task_names(source, settings) == ["Charge", "Refund"]
    assert codes(source, settings) == ["CRT201"]


@pytest.mark.parametrize(
    "registration",
    [
        "app.register_task(Charge())",
        "current_app.register_task(Charge(3))",
        "Charge = app.register_task(Charge())",
        "charge = Charge()\napp.register_task(charge)",
        "charge = app.register_task(Charge())",
    ],
)
def test_a_class_is_a_task_when_the_module_registers_an_instance(registration):
    source = f"""
from shop.base import Base
from shop.celery import app
from celery import current_app

class Charge(Base):
    abstract = True

    def process(self):
        pass

{registration}
"""
    task = only_task(source)
    assert (task.name, task.is_base) == ("Charge", False)


def test_its_options_are_its_class_attributes():
    task = only_task("""
        from celery import Task

        class Charge(Task):
            max_retries = 7
            default_retry_delay: int = 60
            autoretry_for = retry_for = (OSError,)

            def run(self):
                self.max_retries = 9
    """)
    values = {name: ast.unparse(option.value) for name, option in task.options.items()}
    assert values == {
        "max_retries": "7",
        "default_retry_delay": "60",
        "autoretry_for": "(OSError,)",
        "retry_for": "(OSError,)",
    }


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
    functions = [call.scope.node.name for call in module.retry_calls]  # type: ignore[union-attr]
    assert functions == ["run", "refund", "settle"]
    # CRT201 looks at run alone.
    assert codes(source) == ["CRT201"]


@pytest.mark.parametrize(
    ("body", "is_base"),
    [
        ("max_retries = 0", True),
        ("abstract = True\n    def run(self): self.retry()", True),
        ("abstract = False\n    def run(self): self.retry()", False),
        ("def run(self): self.retry()", False),
    ],
)
def test_a_class_without_run_or_abstract_is_a_base(body, is_base):
    source = f"from celery import Task\nclass Charge(Task):\n    max_retries = 0\n    {body}\n"
    assert only_task(source).is_base is is_base
    assert ("CRT303" in codes(source)) is not is_base


def test_a_base_passes_its_options_on():
    module = model("""
        from celery import Task

        class Base(Task):
            abstract = True
            autoretry_for = (OSError,)
            max_retries = 7

        class Charge(Base):
            max_retries = 5

            def run(self):
                pass
    """)
    charge = module.tasks[1]
    assert charge.retries_automatically
    assert not charge.is_base
    assert charge.own_option("autoretry_for") is None
    assert module.values.value(charge.options["max_retries"].value) == 5


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


# -- retry calls -------------------------------------------------------------------------------


def retry_calls(source: str) -> list[RetryCall]:
    return model(source).retry_calls


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
        pytest.skip("except* is syntax of Python 3.11")
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


@pytest.mark.parametrize(
    ("clause", "is_broad"),
    [
        ("except:", True),
        ("except Exception:", True),
        ("except BaseException as exc:", True),
        ("except (OSError, Exception):", True),
        ("except builtins.Exception:", True),
        ("except ANY:", True),
        ("except EVERY:", True),
        ("except OSError:", False),
        ("except (OSError, ValueError):", False),
        ("except CeleryError:", False),
        ("except Elsewhere:", False),
    ],
)
def test_a_broad_handler_catches_any_exception(clause, is_broad):
    [call] = retry_calls(f"""
import builtins
from celery import shared_task
from celery.exceptions import CeleryError
from shop import Elsewhere

ANY = Exception
EVERY = (OSError, ANY)

@shared_task(bind=True)
def charge(self):
    try:
        pay()
    {clause}
        raise self.retry()
""")
    assert call.handler is not None
    assert call.handler.is_broad is is_broad


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


INNERMOST = [
    (
        "else:\n        try:\n            pay()\n        except ValueError:\n            {}",
        "handler",
    ),
    (
        "except OSError:\n        try:\n            pay()\n        finally:\n            {}",
        "finally",
    ),
    (
        "except OSError:\n        try:\n            pay()\n        except ValueError:\n"
        "            pass\n        else:\n            {}",
        "else",
    ),
    ("except OSError:\n        if order:\n            {}", "handler"),
    ("except OSError:\n        pass\n    {}", None),
]


@pytest.mark.parametrize(("rest", "kind"), INNERMOST)
def test_where_blocks_nest_the_innermost_wins(rest, kind):
    before = "except TypeError:\n        pass\n    " if rest.startswith("else") else ""
    [call] = retry_calls(f"""
from celery import shared_task

@shared_task(bind=True)
def charge(self, order):
    try:
        pay(order)
    {before}{rest.format("self.retry()")}
""")
    assert (call.setting.kind if call.setting else None) == kind
    assert (call.handler is not None) == (kind == "handler")


# -- values ------------------------------------------------------------------------------------

CONSTANTS = """
import os
from shop.settings import FROM_ELSEWHERE

ONCE = 5
TWICE = 5
TWICE = 6
TYPED: int = 5
HOURS = 12 * 60 * 60
NEXT = ONCE + 1
CALLED = os.getpid()
if HOURS:
    SOMETIMES = 5
COUNTED = 5
COUNTED += 1
for LOOPED in range(5):
    pass

def change():
    global CHANGED
    CHANGED = 6

CHANGED = 5
"""

VALUES = [
    ("5", 5),
    ("-5", -5),
    ("'5'", "5"),
    ("None", None),
    ("True", True),
    ("12 * 60 * 60", 43200),
    ("2 ** 10 // 3 - 1.5", 339.5),
    ("ONCE", 5),
    ("TYPED", 5),
    ("HOURS", 43200),
    ("NEXT", 6),
    ("ONCE * 2", 10),
    ("TWICE", UNKNOWN),
    ("SOMETIMES", UNKNOWN),
    ("COUNTED", UNKNOWN),
    ("LOOPED", UNKNOWN),
    ("CHANGED", UNKNOWN),
    ("CALLED", UNKNOWN),
    ("FROM_ELSEWHERE", UNKNOWN),
    ("nowhere", UNKNOWN),
    ("os.getpid()", UNKNOWN),
    ("settings.DELAY", UNKNOWN),
    ("5 / 0", UNKNOWN),
    ("10 ** 10 ** 10", UNKNOWN),
    ("f'{ONCE}'", UNKNOWN),
    ("5 if ONCE else 6", UNKNOWN),
]


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_constants_and_their_arithmetic_are_read_and_nothing_else(expression, value):
    task = only_task(
        f"{CONSTANTS}\nfrom celery import shared_task\n"
        f"@shared_task(default_retry_delay={expression})\ndef charge(): pass\n"
    )
    assert task.module.values.value(task.options["default_retry_delay"].value) == value


@pytest.mark.parametrize(
    ("arguments", "names", "complete"),
    [
        ("**POLICY", {"max_retries", "acks_late"}, True),
        ("**MADE", {"max_retries", "acks_late"}, True),
        ("**{'max_retries': 5}", {"max_retries"}, True),
        ("**dict(POLICY, bind=True)", {"max_retries", "acks_late", "bind"}, True),
        ("**{**POLICY, 'bind': True}", {"max_retries", "acks_late", "bind"}, True),
        ("bind=True, **POLICY", {"max_retries", "acks_late", "bind"}, True),
        ("bind=True, **elsewhere", {"bind"}, False),
        ("bind=True, **policy()", {"bind"}, False),
        ("bind=True, **FILLED", {"bind", "max_retries"}, False),
        ("bind=True, **{key: 5}", {"bind"}, False),
    ],
)
def test_options_in_a_dict_are_read_key_by_key(arguments, names, complete):
    task = only_task(f"""
from celery import shared_task

POLICY = {{"max_retries": 5, "acks_late": True}}
MADE = dict(max_retries=5, acks_late=True)
FILLED = {{"max_retries": 5}}
FILLED["acks_late"] = True

@shared_task({arguments})
def charge(): pass
""")
    assert set(task.options) == names
    assert task.options_complete is complete


@pytest.mark.parametrize(
    "written",
    [
        "(OSError, Down)",
        "[OSError, Down]",
        "{OSError, Down}",
        "ERRORS",
        "(OSError,) + (Down,)",
        "tuple([OSError, Down])",
        "(OSError, *MORE)",
    ],
)
def test_tuples_lists_and_sets_of_names_are_read(written):
    task = only_task(f"""
from celery import shared_task
from shop.gateway import Down

ERRORS = (OSError, Down)
MORE = (Down,)

@shared_task(autoretry_for={written})
def charge(): pass
""")
    names = task.module.values.exceptions(task.options["autoretry_for"].value)
    assert sorted(map(str, names)) == ["OSError", "shop.gateway.Down"]


LOCALS = [
    ("delay = 5\n    self.retry(countdown=delay)", 5),
    ("delay = 5\n    if order:\n        self.retry(countdown=delay)", 5),
    ("if order:\n        delay = 5\n    self.retry(countdown=delay)", 5),
    ("delay = 5\n    delay = 6\n    self.retry(countdown=delay)", 6),
    ("delay = 5\n    if order:\n        delay = 6\n        self.retry(countdown=delay)", 6),
    ("delay = 5\n    if order:\n        delay = 6\n    self.retry(countdown=delay)", UNKNOWN),
    ("delay = 5\n    delay += 1\n    self.retry(countdown=delay)", UNKNOWN),
    ("for delay in (5, 6):\n        self.retry(countdown=delay)", UNKNOWN),
    ("self.retry(countdown=order)", UNKNOWN),
    ("options = {'countdown': 5}\n    self.retry(**options)", 5),
]


@pytest.mark.parametrize(("body", "value"), LOCALS)
def test_a_local_name_is_read_where_only_one_value_is_possible(body, value):
    [call] = retry_calls(f"""
from celery import shared_task

@shared_task(bind=True)
def charge(self, order):
    {body}
""")
    assert call.module.values.value(call.argument("countdown")) == value


def test_both_arms_of_a_conditional_expression_are_known():
    [call] = retry_calls("""
        from celery import shared_task

        @shared_task(bind=True)
        def charge(self, order):
            self.retry(countdown=5 if order else (60 if self.request.retries else None))
    """)
    countdown = call.argument("countdown")
    assert countdown is not None
    assert [call.module.values.value(arm) for arm in call.module.values.arms(countdown)] == [
        5,
        60,
        None,
    ]


FREE = [
    ("@shared_task\ndef charge():\n    self.retry()", True),
    ("@shared_task\ndef charge():\n    retry()", True),
    ("from shop import *\n@shared_task\ndef charge():\n    self.retry()", False),
    ("from shop import retry\n@shared_task\ndef charge():\n    retry()", False),
    ("def retry(): pass\n@shared_task\ndef charge():\n    retry()", False),
    ("self = object()\n@shared_task\ndef charge():\n    self.retry()", False),
    ("@shared_task\ndef charge():\n    self = find()\n    self.retry()", False),
    ("def make(self):\n    @shared_task\n    def charge():\n        self.retry()", False),
    ("def make(self):\n    pass\n@shared_task\ndef charge():\n    self.retry()", True),
    ("@shared_task\ndef charge():\n    def inner(self):\n        self.retry()", False),
    ("@shared_task\ndef charge():\n    for self in []:\n        self.retry()", False),
    ("@shared_task\ndef charge():\n    with lock() as self:\n        self.retry()", False),
    ("@shared_task\ndef charge():\n    import self\n    self.retry()", False),
]


@pytest.mark.parametrize(("rest", "is_free"), FREE)
def test_a_name_is_free_if_nothing_around_it_binds_it(rest, is_free):
    source = f"from celery import shared_task\n{rest}\n"
    assert codes(source) == (["CRT102"] if is_free else [])
