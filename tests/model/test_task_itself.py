"""What stands for a task: its parameters and names; and whose its options are."""

from __future__ import annotations

import ast

import pytest
from short_modules import model, only_task

HEAD = """
import celery
from celery import Celery, Task, current_task, shared_task
from celery.exceptions import MaxRetriesExceededError
from shop import HouseTask, House, Job, UNKNOWN, house_task, later, logged

app = Celery("shop")
"""


def charging(parameters: str, body: str = "pass", decorator: str = "shared_task(bind=True)"):
    body = body.replace("\n", "\n    ")
    return model(f"{HEAD}@{decorator}\ndef charge({parameters}):\n    {body}\n").tasks[-1]


PARAMETERS = [
    ("self", "pass", True),
    ("task", "pass", True),
    ("this", "pass", True),
    ("_", "pass", True),
    ("_job", "pass", True),
    ("myself", "pass", True),
    ("selfish", "pass", False),
    ("tasks", "pass", False),
    ("order", "pass", False),
    ("*orders", "pass", True),
    ("**orders", "pass", False),
    ("*, self", "pass", False),
    ("", "pass", False),
    ("self, /, order", "pass", True),
    ("order, self", "pass", False),
    # By its annotation.
    ("order: Task", "pass", True),
    ("order: HouseTask", "pass", True),
    ("order: 'HouseTask'", "pass", True),
    ("order: 'shop.HouseTask | None'", "pass", True),
    ("order: Optional[HouseTask]", "pass", True),
    ("order: Job", "pass", False),
    ("order: TaskJob", "pass", False),
    ("order: 5", "pass", False),
    # By its use.
    ("order", "order.retry()", True),
    ("order", "order.update_state(x=5)", True),
    ("order", "order.apply_async()", True),
    ("order", "order.send_event('x')", True),
    ("order", "order.max_retries", True),
    ("order", "order.request.id", True),
    ("order", "order.request.retries + 1", True),
    ("order", "order.request", False),
    ("order", "order.request()", False),
    ("order", "order.retry", False),
    ("order", "later(order.retry)", False),
    ("order", "later(order.retry())", True),
    ("order", "order.save()", False),
    ("order", "later(order)", False),
    ("order, job", "job.retry()", False),
    ("order", "lambda: order.retry()", True),
]


@pytest.mark.parametrize(("parameters", "body", "has_one"), PARAMETERS)
def test_a_first_parameter_is_meant_for_the_task(parameters, body, has_one):
    assert charging(parameters, body).has_parameter_for_itself is has_one


BOUND, FREE, HIDDEN = "shared_task(bind=True)", "shared_task", "shared_task(**UNKNOWN)"

#: The decorator; the name for the task, and the parameters that a message fills.
NAMES = [
    (BOUND, "self, order", "self", ["order"]),
    (BOUND, "order", None, ["order"]),
    (BOUND, "", None, []),
    (BOUND, "*orders", None, []),
    (BOUND, "self, *orders, job, **more", "self", ["job"]),
    (BOUND, "self, /, order", "self", ["order"]),
    (FREE, "self, order", None, ["self", "order"]),
    (HIDDEN, "self, order", "self", ["order"]),
    (HIDDEN, "order", None, ["order"]),
]


@pytest.mark.parametrize(("decorator", "parameters", "name", "filled"), NAMES)
def test_a_task_receives_itself_and_what_a_message_brings(decorator, parameters, name, filled):
    task = charging(parameters, decorator=decorator)
    assert task.self_name == name
    assert [each.arg for each in task.own_parameters] == filled
    receivers = [each.arg for each in task.function.parameters if task.receives(each)]
    assert receivers == ([name] if name else [])


def test_a_method_of_a_class_receives_the_task_first():
    task = only_task(f"""{HEAD}
class Charge(Task):
    def run(order, job): pass
    def settle(this, job): pass
    def reset(): pass
""")
    assert task.self_name == "order"
    assert [each.arg for each in task.own_parameters] == ["job"]
    assert [each.arg for method in task.methods for each in method.parameters
            if task.receives(each)] == ["order", "this"]  # fmt: skip


def test_a_class_without_run_has_no_parameters():
    task = only_task(f"{HEAD}class Charge(Task):\n    def settle(self, order): pass\n")
    assert (task.self_name, task.own_parameters, task.positional_parameters) == (None, [], [])
    assert [scope.node.name for scope in task.scopes] == ["settle"]


REFERENCES = [
    (BOUND, "self, order", "later(self)", True),
    (BOUND, "self, order", "later(order)", False),
    (BOUND, "order", "later(order)", False),
    (BOUND, "order", "later(self)", False),
    (FREE, "self, order", "later(self)", False),
    (HIDDEN, "self, order", "later(self)", True),
    (HIDDEN, "order", "later(order)", False),
    (BOUND, "self", "later(charge)", True),
    (FREE, "order", "later(charge)", True),
    (BOUND, "self", "later(refund)", False),
    (BOUND, "self", "later(self.name)", False),
    (BOUND, "self", "later(current_task)", True),
    (BOUND, "self", "later(celery.current_task)", True),
    (BOUND, "self", "later(celery.current_app)", False),
    (BOUND, "self", "this = self\nlater(this)", True),
    (BOUND, "self", "this = current_task\nlater(this)", True),
    (BOUND, "self", "def f(self): later(self)", False),
    (BOUND, "self", "def f(): later(self)", True),
    (BOUND, "self", "charge = 5\nlater(charge)", False),
    (BOUND, "self", "later(Charge())", False),
    (BOUND, "self", "later(5)", False),
]


@pytest.mark.parametrize(("decorator", "parameters", "body", "is_task"), REFERENCES)
def test_an_expression_is_the_running_task(decorator, parameters, body, is_task):
    task = charging(parameters, body, decorator)
    call = next(each for each in task.module.tree.calls if ast.unparse(each.func) == "later")
    assert task.is_reference(call.args[0]) is is_task


CLASS_REFERENCES = [
    ("def run(self): later(self)", True),
    ("def run(self, order): later(order)", False),
    ("def settle(this): later(this)", True),
    ("def run(self): later(charge)", True),
    ("def run(self): later(Charge())", True),
    ("def run(self): later(Charge)", False),
    ("def run(self): later(Other())", False),
    ("def run(self): later(other)", False),
    ("def run(self): later(current_task)", True),
    ("def run(self):\n        def f(x): later(x)", False),
    ("def run(self):\n        def f(): later(self)", True),
    ("def reset(): later(5)", False),
]


@pytest.mark.parametrize(("method", "is_task"), CLASS_REFERENCES)
def test_an_expression_is_an_instance_of_a_class_based_task(method, is_task):
    module = model(f"""{HEAD}
class Charge(Task):
    {method}
class Other(Task): pass
charge = app.register_task(Charge())
other = app.register_task(Other())
""")
    call = next(each for each in module.tree.calls if ast.unparse(each.func) == "later")
    assert module.tasks[0].is_reference(call.args[0]) is is_task


BASES = """
class Base(Task):
    max_retries = 5
    retry_kwargs = {"countdown": 5}
    def settle(self): pass

class Retrying(Task):
    def retry(self): pass
"""

#: What makes a task; its option ``max_retries`` as its own, as written there, and as judged.
OPTIONS = [
    ("@shared_task(max_retries=9)\ndef charge(): pass", "charge", True, True, True),
    ("@shared_task\ndef charge(): pass", None, False, False, False),
    ("@shared_task(base=Base)\ndef charge(): pass", "Base", False, False, True),
    ("@shared_task(base=Base, max_retries=9)\ndef charge(): pass", "charge", True, True, True),
    ("@house_task(acks_late=1, max_retries=9)\ndef charge(): pass", "charge", True, True, True),
    ("class Charge(Task):\n    max_retries = 9\n    def run(self): pass", "Charge", 1, 1, 1),
    ("class Charge(Base):\n    def run(self): pass", "Base", False, False, True),
    ("class Charge(Task):\n    max_retries = 9", "Charge", False, True, False),
    ("class Charge(Base): pass", "Base", False, False, False),
]


@pytest.mark.parametrize(("source", "holder", "own", "written", "judged"), OPTIONS)
def test_an_option_is_reported_where_it_stands(source, holder, own, written, judged):
    task = model(f"{HEAD}{BASES}{source}\n").tasks[-1]
    option = task.option("max_retries")
    assert (task.name_at(option) if option else None) == holder
    assert task.own_option("max_retries") == (option if own else None)
    assert task.written_option("max_retries") == (option if written else None)
    assert task.judged_option("max_retries") == (option if judged else None)


def test_an_option_that_may_be_another_librarys_is_nobodys():
    task = only_task("@broker.task(max_retries=9)\ndef charge(): pass\n")
    assert task.may_be_foreign
    assert task.option("max_retries") is not None
    assert task.own_option("max_retries") is None
    assert task.written_option("max_retries") is None
    assert task.judged_option("max_retries") is None


ENTRIES = [
    ("", set(), True),
    ("retry_kwargs={}", set(), True),
    ("retry_kwargs={'countdown': 5}", {"countdown"}, True),
    ("retry_kwargs=dict(countdown=5, max_retries=5)", {"countdown", "max_retries"}, True),
    ("retry_kwargs={'countdown': 5, **UNKNOWN}", {"countdown"}, False),
    ("retry_kwargs=UNKNOWN", set(), False),
    ("retry_kwargs=5", set(), False),
    ("base=Base", {"countdown"}, True),
]


@pytest.mark.parametrize(("options", "names", "complete"), ENTRIES)
def test_the_arguments_of_automatic_retries_are_read(options, names, complete):
    task = model(f"{HEAD}{BASES}@shared_task({options})\ndef charge(): pass\n").tasks[-1]
    assert set(task.retry_kwargs) == names
    assert task.retry_kwargs_complete is complete


HIDING = [
    ("@shared_task\ndef charge(): pass", False, False),
    ("@shared_task(**UNKNOWN)\ndef charge(): pass", False, True),
    ("@shared_task(base=House)\ndef charge(): pass", False, True),
    ("@shared_task(base=Base)\ndef charge(): pass", False, False),
    ("@house_task(acks_late=True)\ndef charge(): pass", True, True),
    ("@app.task\ndef charge(): pass", False, False),
    ("class Charge(Task):\n    def run(self): pass", False, False),
    ("class Charge(Task, House):\n    def run(self): pass", False, True),
    ("class Charge(Task, object):\n    def run(self): pass", False, False),
]


@pytest.mark.parametrize(("source", "is_house", "is_hidden"), HIDING)
def test_options_are_hidden_where_the_project_makes_the_task(source, is_house, is_hidden):
    task = model(f"{HEAD}{BASES}{source}\n").tasks[-1]
    assert task.is_house is is_house
    assert task.has_hidden_options is is_hidden
    assert isinstance(task.holder, ast.ClassDef) is task.is_class


OVERRIDES = [
    ("class Charge(Task):\n    def run(self): pass", False),
    ("class Charge(Task):\n    def retry(self): pass", True),
    ("class Charge(Retrying):\n    def run(self): pass", True),
    ("class Charge(Base):\n    def run(self): pass", False),
    ("@shared_task(base=Retrying)\ndef charge(): pass", True),
    ("@shared_task(base=Base)\ndef charge(): pass", False),
    ("@shared_task\ndef retry(): pass", False),
]


@pytest.mark.parametrize(("source", "overrides"), OVERRIDES)
def test_a_class_may_override_retry(source, overrides):
    task = model(f"{HEAD}{BASES}{source}\n").tasks[-1]
    assert task.overrides_retry is overrides


BELOW = [
    ("@shared_task\n", []),
    ("@shared_task\n@logged\n", ["logged"]),
    ("@logged\n@shared_task\n", []),
    ("@logged\n@shared_task\n@logged(5)\n@later\n", ["logged(5)", "later"]),
]


@pytest.mark.parametrize(("decorators", "below"), BELOW)
def test_a_decorator_stands_between_a_task_and_its_function(decorators, below):
    task = only_task(f"{HEAD}{decorators}def charge(): pass\n")
    assert [ast.unparse(each) for each in task.decorators_below] == below


def test_a_class_has_no_decorator_of_a_task():
    task = only_task(f"{HEAD}@logged\nclass Charge(Task):\n    def run(self): pass\n")
    assert task.decorators_below == []


CATCHING = """
class Catching(Task):
    abstract = True
    def __call__(self):
        try: self.run()
        except {caught}: pass
"""

CATCHERS = [
    ("MaxRetriesExceededError", "class Charge(Catching):\n    def run(self): pass", True),
    ("Exception", "class Charge(Catching):\n    def run(self): pass", True),
    (
        "(OSError, MaxRetriesExceededError)",
        "class Charge(Catching):\n    def run(self): pass",
        True,
    ),
    ("OSError", "class Charge(Catching):\n    def run(self): pass", False),
    ("Exception", "@shared_task(base=Catching)\ndef charge(): pass", True),
    ("OSError", "@shared_task(base=Catching)\ndef charge(): pass", False),
    ("Exception", "@shared_task\ndef charge(): pass", False),
    ("Exception", "class Charge(Task):\n    def run(self): pass", False),
    ("OSError", "class Charge(Task, House):\n    def run(self): pass", True),
    ("Exception", "@shared_task(base=House)\ndef charge(): pass", False),
]


@pytest.mark.parametrize(("caught", "source", "may"), CATCHERS)
def test_a_base_may_catch_exhaustion(caught, source, may):
    module = model(f"{HEAD}{CATCHING.format(caught=caught)}{source}\n")
    assert module.tasks[-1].base_may_catch_exhaustion is may


def test_a_call_of_a_nested_function_that_retries_is_a_retry():
    task = charging(
        "self", "def again(): self.retry()\nagain()\nlater(again)\nself.retry()\nlater()"
    )
    retries = [ast.unparse(each) for each in task.module.tree.calls if task.is_retry(each)]
    assert sorted(retries) == ["again()", "self.retry()", "self.retry()"]


def test_a_task_retries_by_what_it_inherits():
    module = model(f"""{HEAD}
class Base(Task):
    def run(self): self.retry()
    def settle(self): pass

class Charge(Base): pass
class Refund(Base):
    autoretry_for = (OSError,)
class Plain(Task): pass

@shared_task(base=Base)
def charge(): pass
""")
    assert {task.name: task.retries for task in module.tasks} == {
        "Base": True,
        "Charge": True,
        "Refund": True,
        "Plain": False,
        "charge": False,
    }
