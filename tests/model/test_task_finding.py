"""Which functions and classes of a module are tasks, and what their classes bring."""

from __future__ import annotations

import ast

import pytest
from short_modules import model

from flake8_celery_retry.settings import Settings

HEAD = """
from functools import partial
from celery import Celery, Task, shared_task
from shop import House, UNKNOWN, house_task, later, logged

app = Celery("shop")
"""

FOUND = [
    ("@shared_task\ndef f(): pass", ["f"]),
    ("@logged\n@shared_task\n@logged\ndef f(): pass", ["f"]),
    ("@logged\ndef f(): pass", []),
    ("def f(): pass", []),
    ("f = lambda: 5", []),
    ("@shared_task\ndef f():\n    @shared_task\n    def g(): pass", ["f", "g"]),
    ("class C:\n    @shared_task\n    def f(self): pass", ["f"]),
    ("@shared_task\ndef f(): pass\nclass C(Task): pass\n@app.task\ndef g(): pass", ["f", "C", "g"]),
    ("class C: pass", []),
    ("class C(House): pass", []),
    ("class C(House, Task): pass", ["C"]),
    ("class C(House): pass\napp.register_task(C())", ["C"]),
    ("class C(House): pass\nregister_task(C())", []),
    ("class C(House): pass\napp.register_task(C)", []),
    ("class C(House): pass\napp.register_task()", []),
    ("class C(House): pass\nlater(C())", []),
    ("@shared_task\nclass C: pass", []),
]


@pytest.mark.parametrize(("source", "names"), FOUND)
def test_what_is_a_task(source, names):
    assert [task.name for task in model(f"{HEAD}{source}\n").tasks] == names


def test_the_decorator_that_makes_the_task_is_its():
    [task] = model(f"{HEAD}@logged\n@shared_task\n@app.task\ndef f(): pass\n").tasks
    assert task.decorator is not None
    assert ast.unparse(task.decorator) == "shared_task"


ATTRIBUTES = [
    ("max_retries = 5", {"max_retries"}),
    ("max_retries: int = 5", {"max_retries"}),
    ("max_retries: int", set()),
    ("max_retries = retries = 5", {"max_retries", "retries"}),
    ("max_retries, retries = 5, 6", set()),
    ("x.max_retries = 5", set()),
    ("x['max_retries'] = 5", set()),
    ("x.max_retries: int = 5", set()),
    ("max_retries += 5", set()),
    ("if x: max_retries = 5", set()),
    ("def max_retries(self): pass", set()),
    ("'max_retries'", set()),
]


@pytest.mark.parametrize(("body", "names"), ATTRIBUTES)
def test_a_class_attribute_is_an_option(body, names):
    [task] = model(f"{HEAD}class Charge(Task):\n    {body}\n").tasks
    assert set(task.options) == names
    assert all(option.is_own for option in task.options.values())


#: A class, whether it is a base, its ``run``, and its methods.
CLASSES = [
    ("def run(self): pass", False, True, ["run"]),
    ("async def run(self): pass", False, True, ["run"]),
    ("def settle(self): pass", True, False, ["settle"]),
    ("pass", True, False, []),
    ("abstract = True\n    def run(self): pass", True, True, ["run"]),
    ("abstract = False\n    def run(self): pass", False, True, ["run"]),
    ("abstract = 1\n    def run(self): pass", False, True, ["run"]),
    ("abstract = UNKNOWN\n    def run(self): pass", False, True, ["run"]),
    ("abstract: bool = True\n    def run(self): pass", True, True, ["run"]),
    ("run = later\n    def settle(self): pass", True, False, ["settle"]),
    ("def run(self): pass\n    run_later = lambda self: 5", False, True, ["run"]),
    ("def run(self): pass\n    class Meta: pass", False, True, ["run"]),
    ("@staticmethod\n    def run(order): pass", True, False, []),
    ("@classmethod\n    def make(cls): pass\n    def run(self): pass", False, True, ["run"]),
    ("@logged\n    def run(self): pass", False, True, ["run"]),
    ("@property\n    def queue(self): pass", True, False, ["queue"]),
]


@pytest.mark.parametrize(("body", "is_base", "runs", "methods"), CLASSES)
def test_a_class_runs_or_is_a_base(body, is_base, runs, methods):
    [task] = model(f"{HEAD}class Charge(Task):\n    {body}\n").tasks
    assert task.is_base is is_base
    assert (task.function is not None) is runs
    assert [method.node.name for method in task.methods] == methods
    assert task.known_by == "celery"
    assert task.bound is True
    assert task.options_complete


@pytest.mark.parametrize("body", ["pass", "abstract = True\n    def run(self): pass"])
def test_a_class_that_is_registered_is_no_base(body):
    [task] = model(f"{HEAD}class Charge(Task):\n    {body}\napp.register_task(Charge())\n").tasks
    assert not task.is_base


INHERITED = """
class Root(Task):
    abstract = True
    name = "root"
    max_retries = 5
    queue = "slow"

class Middle(Root):
    max_retries = 7

class Elsewhere(House, Root): pass
class Plain:
    max_retries = 8
class Mixed(Plain, Root): pass
"""

#: What inherits; its bases that are tasks, its limit, and whether its chain leaves the module.
INHERITING = [
    ("class Charge(Root): pass", ["Root"], "5", False),
    ("class Charge(Middle): pass", ["Middle", "Root"], "7", False),
    ("class Charge(Middle):\n    max_retries = 9", ["Middle", "Root"], "9", False),
    ("class Charge(Elsewhere): pass", ["Elsewhere", "Root"], "5", True),
    ("class Charge(Mixed): pass", ["Mixed", "Root"], "8", False),
    ("class Charge(Plain, Task): pass", [], "8", False),
    ("@shared_task(base=Root)\ndef charge(): pass", ["Root"], "5", False),
    ("@shared_task(base=Middle)\ndef charge(): pass", ["Middle", "Root"], "7", False),
    (
        "@shared_task(base=Middle, max_retries=9)\ndef charge(): pass",
        ["Middle", "Root"],
        "9",
        False,
    ),
    ("@shared_task(base=Elsewhere)\ndef charge(): pass", ["Elsewhere", "Root"], "5", True),
    ("@shared_task(base=Mixed)\ndef charge(): pass", ["Mixed", "Root"], "8", False),
    ("@shared_task(base=Plain)\ndef charge(): pass", [], "8", False),
    ("@shared_task(base=House)\ndef charge(): pass", [], None, True),
    ("@shared_task(base=app.Task)\ndef charge(): pass", [], None, False),
    ("@shared_task(base=None)\ndef charge(): pass", [], None, True),
    ("@shared_task\ndef charge(): pass", [], None, False),
]


@pytest.mark.parametrize(("source", "bases", "limit", "leaves"), INHERITING)
def test_a_task_inherits_the_options_of_its_bases(source, bases, limit, leaves):
    task = model(f"{HEAD}{INHERITED}{source}\n").tasks[-1]
    assert [base.name for base in task.bases] == bases
    option = task.option("max_retries")
    assert (ast.unparse(option.value) if option else None) == limit
    assert task.has_base_elsewhere is leaves
    if option is not None:
        assert option.is_own is (limit == "9")
    # What a class says of itself alone.
    assert task.option("abstract") is None
    assert task.option("name") is None
    assert (task.option("queue") is not None) is ("Root" in bases)


#: What else a module does with a class that is the ``base=`` of a function, and whether its ``run``
#: is replaced for good.
REPLACED = [
    ("", True),
    ("Exporting()", False),
    ("later(Exporting)", False),
    ("later('Exporting')", True),
    ("def f(x: Exporting): pass", True),
    ("x: Exporting = later()", True),
    ("def f() -> Exporting: pass", True),
    ("Exporting = later", False),
    ("class Saving(Exporting): pass", False),
    ("class Saving(Exporting): pass\n@shared_task(base=Saving)\ndef g(): pass", True),
    ("class Saving(Exporting): pass\n@shared_task(base=Saving)\ndef g(): later(Saving)", False),
    ("@shared_task(base=Exporting)\ndef g(): pass", True),
    ("@shared_task(base=[Exporting])\ndef g(): pass", False),
]


@pytest.mark.parametrize(("use", "is_replaced"), REPLACED)
def test_the_run_of_a_base_of_functions_is_replaced(use, is_replaced):
    module = model(f"""{HEAD}
class Exporting(Task):
    def run(self): pass
    def settle(self): return Exporting

@shared_task(base=Exporting)
def export(): pass

{use}
""")
    exporting = module.tasks[0]
    assert (exporting.function is None) is is_replaced
    assert exporting.is_base is is_replaced
    assert [method.node.name for method in exporting.methods][-1] == "settle"


@pytest.mark.parametrize(
    ("source", "may_be_foreign"),
    [
        ("@broker.task\ndef f(): pass", True),
        ("@broker.task(max_retries=5)\ndef f(): pass", True),
        ("@broker.task(bind=True)\ndef f(): pass", False),
        ("@house_task(bind=True)\ndef f(): pass", False),
        ("import celery\n@broker.task\ndef f(): pass", False),
    ],
)
def test_a_task_may_be_another_librarys(source, may_be_foreign):
    [task] = model(source).tasks
    assert task.may_be_foreign is may_be_foreign


def test_what_the_user_names_is_celerys():
    settings = Settings(task_decorators=frozenset({"broker.task"}))
    [task] = model("@broker.task\ndef f(): pass\n", settings).tasks
    assert not task.may_be_foreign
