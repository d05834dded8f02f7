"""What is a task: by its decorator, by its options, by its base, by what the user names."""

from __future__ import annotations

import pytest
from short_modules import codes, decorated, model, only_task, task_names

from flake8_celery_retry.settings import Settings

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


@pytest.mark.parametrize("decorator", ["(lambda: house_task)", "(None or house_task)"])
def test_what_the_user_names_is_a_name(decorator):
    source = decorated("from shop.tasks import house_task", decorator)
    assert task_names(source, Settings(task_decorators=frozenset({"house_task"}))) == []


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


@pytest.mark.parametrize("called", ["", "(retries=3)", "(retries=3, retry_backoff=2)"])
def test_an_object_with_the_name_of_another_library_is_of_it(called):
    assert task_names(decorated("from shop.queues import huey", f"huey.task{called}")) == []
    assert task_names(decorated("from shop import queues", f"queues.huey.task{called}")) == []
    assert task_names(decorated("from celery import Celery\nhuey = Celery()", "huey.task")) == [
        "charge"
    ]


@pytest.mark.parametrize(
    "decorator", ["app.on_after_configure.connect", "app.on_after_finalize.connect(weak=False)"]
)
def test_what_an_app_calls_at_a_signal_is_no_task(decorator):
    assert task_names(decorated("from celery import Celery\napp = Celery('shop')", decorator)) == []


def test_huey_has_a_backoff_too():
    imports, options = "from shop.decorators import job", "retry_backoff=2"
    assert task_names(decorated(imports, f"job({options})")) == ["charge"]
    assert task_names(decorated(imports, f"job({options}, retries=3)")) == []
    assert task_names(decorated(imports, f"job({options}, retry_delay=3)")) == []
    assert task_names(decorated(imports, f"job({options}, retries=3, bind=True)")) == ["charge"]


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
