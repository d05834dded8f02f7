"""Apps that a module makes, its classes with their bases, and annotations that name a task."""

from __future__ import annotations

import ast

import pytest
from short_modules import model

from flake8_celery_retry.model.recognition import MOST_BASES

HEAD = """
import celery
from celery import Celery, Task, current_task
from shop import Celery as Carrot, House, Job, UNKNOWN, later
"""

APPS = [
    ("app = Celery()", True, False),
    ("app = celery.Celery('shop')", True, False),
    ("app = Celery(task_cls=House)", True, True),
    ("app = Celery('shop', broker='x', task_cls='shop.House')", True, True),
    ("app = Carrot(task_cls=House)", False, False),
    ("later(task_cls=House)", False, False),
    ("app = Celery\nlater(task_cls=House)", False, False),
    ("app = Celery()\nlater(task_cls=House)", True, False),
    ("app = Celery(**UNKNOWN)", True, False),
    ("def make(): return Celery()", True, False),
]


@pytest.mark.parametrize(("source", "makes_app", "with_class"), APPS)
def test_a_module_makes_an_app(source, makes_app, with_class):
    recognition = model(f"{HEAD}{source}\n").recognition
    assert recognition.makes_app is makes_app
    assert recognition.makes_app_with_task_class is with_class


BROKERS = [
    ("app = Celery(broker='amqp://shop')", True),
    ("app = Celery(broker='pyamqp://shop')", True),
    ("app = Celery(broker='redis://shop')", False),
    ("app = Celery(backend='amqp://shop')", False),
    ("app = Celery(broker=UNKNOWN)", False),
    ("app = Celery(broker=5)", False),
    ("app.conf.broker_url = 'amqp://shop'", True),
    ("app.conf.update(broker_url='amqp://shop')", True),
    ("broker_url = 'amqp://shop'", True),
    ("app.conf.result_backend = 'amqp://shop'", False),
    ("broker = other = 5\nbroker_url = also = 'amqp://shop'", True),
    ("a, b = 1, 2", False),
    ("def f():\n    app.conf.broker_url = 'amqp://shop'", True),
    ("URL = 'amqp://shop'\napp = Celery(broker=URL)", True),
]


@pytest.mark.parametrize(("source", "is_amqp"), BROKERS)
def test_a_module_names_a_broker_of_amqp(source, is_amqp):
    assert model(f"{HEAD}{source}\n").recognition.has_amqp_broker is is_amqp


ANNOTATIONS = [
    ("Task", True),
    ("celery.Task", True),
    ("'Task'", True),
    ("Task | None", True),
    ("Optional[Task]", True),
    ("'Optional[Task]'", True),
    ("Optional['Task']", True),
    ("\"'Task'\"", True),
    ("Charge", True),
    ("House", False),
    ("Job", False),
    ("None", False),
    ("5", False),
    ("'Task or'", False),
    ("'5'", False),
    ("Task[Job]", True),
    ("Job[Job, 'no text', Task]", True),
]


@pytest.mark.parametrize(("annotation", "is_task"), ANNOTATIONS)
def test_an_annotation_names_a_task(annotation, is_task):
    module = model(f"{HEAD}class Charge(Task): pass\ndef f(x: {annotation}): pass\n")
    [parameter] = module.functions[0].parameters
    assert module.recognition.is_task_type(parameter.annotation) is is_task
    assert not module.recognition.is_task_type(None)


CURRENT = [
    ("later(current_task)", True),
    ("later(celery.current_task)", True),
    ("this = current_task\nlater(this)", True),
    ("later(current_task.request)", False),
    ("later(self)", False),
    ("def f(current_task): later(current_task)", False),
]


@pytest.mark.parametrize(("source", "is_it"), CURRENT)
def test_current_task_is_celerys(source, is_it):
    module = model(f"{HEAD}{source}\n")
    assert module.recognition.is_current_task(module.tree.calls[0].args[0]) is is_it


def test_another_current_task_is_not():
    module = model("from shop import current_task\nlater(current_task)\n")
    assert not module.recognition.is_current_task(module.tree.calls[0].args[0])


CLASSES = """
class Plain: pass
class Root(Task):
    def run(self): "of Root"
    run_first = 5
class Middle(Root):
    def settle(self): "of Middle"
class Left(Middle, object):
    def run(self): "of Left"
class Right(Middle, House): pass
class Both(Left, Right): pass
class Made(later()): pass
class Inner(Plain): pass
"""

CLASS_ROWS = [
    ("Plain", [], False, None),
    ("Root", [], False, "of Root"),
    ("Middle", ["Root"], False, "of Root"),
    ("Left", ["Middle", "Root"], False, "of Left"),
    ("Right", ["Middle", "Root"], True, "of Root"),
    ("Both", ["Left", "Right", "Middle", "Root"], True, "of Left"),
    ("Made", [], True, None),
    ("Inner", ["Plain"], False, None),
]


@pytest.mark.parametrize(("name", "bases", "leaves", "run"), CLASS_ROWS)
def test_a_class_inherits_from_the_nearest_first(name, bases, leaves, run):
    module = model(HEAD + CLASSES)
    recognition = module.recognition
    class_ = next(
        scope.node
        for scope in module.tree.scopes
        if isinstance(scope.node, ast.ClassDef) and scope.node.name == name
    )
    assert [each.name for each in recognition.local_bases(class_)] == bases
    assert recognition.leaves_module(class_) is leaves
    method = recognition.method(class_, "run", "start")
    assert (ast.get_docstring(method) if method else None) == run


def test_a_class_that_inherits_from_too_many_may_leave_the_module():
    for count, leaves in ((MOST_BASES - 1, False), (MOST_BASES, True), (2 * MOST_BASES, True)):
        chain = "".join(f"class C{n + 1}(C{n}): pass\n" for n in range(count))
        module = model(f"class C0: pass\n{chain}")
        class_ = module.tree.scopes[-1].node
        assert isinstance(class_, ast.ClassDef)
        assert module.recognition.leaves_module(class_) is leaves
        assert len(module.recognition.local_bases(class_)) == min(count, MOST_BASES)


NAMED = [
    ("later(Root)", "Root"),
    ("Alias = Root\nlater(Alias)", "Root"),
    ("later(Task)", None),
    ("later(f)", None),
    ("later(5)", None),
    ("class Root: pass\nlater(Root)", None),
    ("if later: Root = 5\nlater(Root)", None),
]


@pytest.mark.parametrize(("source", "name"), NAMED)
def test_a_name_stands_for_a_class_and_nothing_else(source, name):
    module = model(f"{HEAD}class Root(Task): pass\ndef f(): pass\n{source}\n")
    call = next(each for each in module.tree.calls if ast.unparse(each.func) == "later")
    class_ = module.recognition.class_named(call.args[0])
    assert (class_.name if class_ else None) == name


DECORATORS = [
    ("shared_task", {}, True),
    ("shared_task()", {}, True),
    ("shared_task(max_retries=5)", {"max_retries": "5"}, True),
    ("shared_task(**UNKNOWN)", {}, False),
    ("shared_task(max_retries=5, **UNKNOWN)", {"max_retries": "5"}, False),
    ("partial(shared_task)", {}, True),
    ("partial(shared_task, max_retries=5)()", {"max_retries": "5"}, True),
    ("partial(shared_task, max_retries=5)(max_retries=9)", {"max_retries": "9"}, True),
    ("partial(shared_task, **UNKNOWN)(max_retries=9)", {"max_retries": "9"}, False),
    ("partial(shared_task, max_retries=9)(**UNKNOWN)", {"max_retries": "9"}, False),
    ("job", {"max_retries": "5"}, True),
    ("job(max_retries=9)", {"max_retries": "9"}, True),
    ("again", {"max_retries": "5"}, True),
    ("partial()", None, None),
    ("partial(bind=True)", {"bind": "True"}, True),
    ("later(shared_task)", None, None),
    ("number", None, None),
    ("later", None, None),
    ("jobs[0]", None, None),
]


@pytest.mark.parametrize(("decorator", "options", "complete"), DECORATORS)
def test_a_decorator_brings_options(decorator, options, complete):
    module = model(f"""
from functools import partial
from celery import shared_task
from shop import UNKNOWN, later

job = partial(shared_task, max_retries=5)
again = job
number = 5

@{decorator}
def charge(): pass
""")
    [expression] = module.functions[0].node.decorator_list
    read = module.recognition.read_decorator(expression)
    if options is None:
        assert read is None
    else:
        written = {name: ast.unparse(option.value) for name, option in read.options.items()}
        assert (written, read.complete) == (options, complete)


CELERYS = [
    ("Task", True),
    ("celery.Task", True),
    ("made.Task", True),
    ("made.task", False),
    ("made.Tasks", False),
    ("imported.app.Task", True),
    ("imported.site.Task", False),
    ("app.Task", True),
    ("celery_app.Task", False),
    ("House", False),
    ("Local", False),
    ("5", False),
]


@pytest.mark.parametrize(("expression", "is_celerys"), CELERYS)
def test_a_class_is_celerys_own(expression, is_celerys):
    module = model(f"""
import celery
import shop as imported
from celery import Celery, Task
from shop import House, app, later

made = Celery()
class Local(Task): pass
later({expression})
""")
    call = next(each for each in module.tree.calls if ast.unparse(each.func) == "later")
    assert module.recognition.is_celery_class(call.args[0]) is is_celerys
