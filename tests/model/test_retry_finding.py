"""Which calls of ``retry`` retry which task: its own, another one, none."""

from __future__ import annotations

from textwrap import indent

import pytest
from short_modules import model

from flake8_celery_retry.settings import Settings

HEAD = """
import celery
from celery import Celery, Task, current_task, shared_task
from shop import Job, job, later

app = Celery("shop")

@shared_task(bind=True)
def refund(self): pass

class Notify(Task):
    def run(self): pass

notify = app.register_task(Notify())
"""


def kinds(source: str, settings: Settings | None = None) -> list[str]:
    """What each call of something called ``retry`` is, in source order."""
    module = model(HEAD + source, settings or Settings())
    calls = module.calls
    found = {}
    for call in calls.everywhere:
        of_task = "own" if call.is_own else "nested"
        found[call.node] = "helper" if call.task is None else of_task
        assert call.task is None or call in call.task.retry_calls
    for group, kind in ((calls.unbound, "unbound"), (calls.on_other_tasks, "another")):
        found.update({call.node: kind for several in group.values() for call in several})
    found.update({call.node: "stray" for call in calls.strays})
    outside = [*calls.strays, *(call for call in calls.everywhere if call.task is None)]
    assert not any(call.is_own for call in outside)
    named = [
        call
        for call in module.tree.calls
        if getattr(call.func, "attr", getattr(call.func, "id", "")) == "retry"
    ]
    return [found.get(call, "none") for call in named]


def in_task(decorator: str, body: str, parameters: str = "self, order") -> str:
    return f"{decorator}\ndef charge({parameters}):\n{indent(body, '    ')}\n"


BOUND, FREE, HIDDEN = "@shared_task(bind=True)", "@shared_task", "@shared_task(**later)"

IN_TASKS = [
    (BOUND, "self, order", "self.retry()", "own"),
    (BOUND, "self, order", "order.retry()", "none"),
    (BOUND, "order, self", "self.retry()", "own"),
    (BOUND, "order, self", "order.retry()", "own"),
    (BOUND, "order, *, self", "self.retry()", "own"),
    (BOUND, "order, job", "job.retry()", "none"),
    (BOUND, "order", "self.retry()", "own"),
    (BOUND, "order", "it.retry()", "none"),
    (BOUND, "self", "retry()", "none"),
    (BOUND, "self", "self.retried()", None),
    (BOUND, "self", "self = later()\nself.retry()", "none"),
    (BOUND, "self", "charge.retry()", "own"),
    (BOUND, "self", "refund.retry()", "another"),
    (BOUND, "self", "Notify.retry()", "none"),
    (BOUND, "self", "notify.retry()", "another"),
    (BOUND, "self", "Notify().retry()", "none"),
    (BOUND, "self", "notify = Notify()\nnotify.retry()", "none"),
    (BOUND, "self", "job.retry()", "none"),
    (BOUND, "self", "later().retry()", "none"),
    (BOUND, "self", "this = self\nthis.retry()", "own"),
    (BOUND, "self", "current_task.retry()", "own"),
    (BOUND, "self", "celery.current_task.retry()", "own"),
    (FREE, "self", "self.retry()", "unbound"),
    (FREE, "order, self", "self.retry()", "unbound"),
    (FREE, "task", "task.retry()", "none"),
    (FREE, "order", "self.retry()", "unbound"),
    (FREE, "order", "retry()", "unbound"),
    (FREE, "order, retry", "retry()", "none"),
    (FREE, "order", "it.retry()", "none"),
    (FREE, "order", "charge.retry()", "own"),
    (FREE, "order", "current_task.retry()", "own"),
    (FREE, "self", "self = later()\nself.retry()", "none"),
    # Whether it is bound can't be told.
    (HIDDEN, "self", "self.retry()", "own"),
    (HIDDEN, "order, self", "order.retry()", "own"),
    (HIDDEN, "order, self", "self.retry()", "none"),
    (HIDDEN, "order", "self.retry()", "none"),
    (HIDDEN, "order", "retry()", "none"),
    # In a function nested there.
    (BOUND, "self", "lambda: self.retry()", "nested"),
    (BOUND, "self", "def f(): self.retry()\nf()", "own"),
    (BOUND, "self", "def f(): self.retry()\nlater(f)", "nested"),
    (BOUND, "self", "def f(): current_task.retry()\nf()", "own"),
    (BOUND, "self", "def f(): current_task.retry()\nlater(f)", "nested"),
    (BOUND, "self", "def f(self): self.retry()\nf(self)", "helper"),
    (BOUND, "self", "def f(job): job.retry()\nf(self)", "helper"),
    (BOUND, "self", "def f(job): job.retry()\nf(job)", "none"),
    (BOUND, "self", "def f(job: Task): job.retry()\nlater(f)", "helper"),
    (BOUND, "self", "def f(job): refund.retry()\nf(job)", "another"),
    (FREE, "order", "def f(): retry()\nf()", "unbound"),
]


@pytest.mark.parametrize(("decorator", "parameters", "body", "kind"), IN_TASKS)
def test_a_call_in_a_task(decorator, parameters, body, kind):
    assert kinds(in_task(decorator, body, parameters)) == ([kind] if kind else [])


def test_a_task_may_be_called_retry():
    assert kinds("@shared_task(bind=True)\ndef retry(self): self.retry()\n") == ["own"]


CLASSES = [
    ("def run(self): self.retry()", ["own"]),
    ("def run(task): task.retry()", ["own"]),
    ("def run(self, job): job.retry()", ["none"]),
    ("def run(self): retry()", ["none"]),
    ("def run(): self.retry()", ["none"]),
    ("def run(self): Charge.retry()", ["none"]),
    ("def run(self): charge.retry()", ["own"]),
    ("def run(self): notify.retry()", ["another"]),
    ("def retry(self): self.retry(); charge.retry()", ["none", "none"]),
    ("def run(self): current_task.retry()", ["own"]),
    ("def run(self, job: Task): job.retry()", ["none"]),
    ("def run(self):\n        def f(): self.retry()\n        f()", ["own"]),
]


@pytest.mark.parametrize(("method", "found"), CLASSES)
def test_a_call_in_a_class_based_task(method, found):
    source = f"class Charge(Task):\n    {method}\ncharge = app.register_task(Charge())\n"
    assert kinds(source) == found


PLAIN = [
    # There is no task to retry.
    ("def f(order): retry()", "stray"),
    ("def f(order): self.retry()", "stray"),
    ("def f(self): self.retry()", "stray"),
    ("def f(self): self.retry(); self.retry()", "stray"),
    ("def f(): lambda: self.retry()", "none"),
    ("f = lambda: retry()", "none"),
    ("f = lambda self: self.retry()", "none"),
    ("async def f(order): retry()", "stray"),
    # One that the module calls or hands on, or decorates, may get one.
    ("def f(order): retry()\nf(5)", "none"),
    ("def f(self): self.retry()\nf(5)", "helper"),
    ("def f(order): self.retry()\nlater(f)", "none"),
    ("def f(self): self.retry()\nlater('shop.tasks.f')", "helper"),
    ("@later\ndef f(order): retry()", "none"),
    ("@later\ndef f(self): self.retry()", "none"),
    ("class C:\n    def f(self): self.retry()", "none"),
    ("class C:\n    def f(self): retry()", "none"),
    ("class C:\n    def f(order, self): self.retry()", "none"),
    # So may one that does more with it, or takes it elsewhere than first.
    ("def f(self): self.retry(); self.name", "helper"),
    ("def f(self): self.retry(); later(self)", "helper"),
    ("def f(order, self): self.retry()", "helper"),
    ("def f(self: Task): self.retry()", "helper"),
    ("def f(self: Job): self.retry()", "helper"),
    ("def f(job): job.retry()", "none"),
    ("def f(job: Task): job.retry()", "helper"),
    ("def f(): it.retry()", "none"),
    ("def f(): job.retry()", "none"),
    ("def f(): refund.retry()", "none"),
    ("def f(): self = later(); self.retry()", "none"),
    ("def f(retry): retry()", "none"),
    ("def f(): tenacity.retry()", "none"),
    ("retry()", "none"),
    ("self.retry()", "none"),
    ("current_task.retry()", "none"),
    ("def f(): current_task.retry()", "none"),
    ("def f(): current_task.retry()\nf()", "none"),
    ("def f(): current_task.retry()\n@shared_task\ndef charge(): f()", "helper"),
    ("def f(): current_task.retry()\n@shared_task\ndef charge(): later(f)", "none"),
]


@pytest.mark.parametrize(("source", "kind"), PLAIN)
def test_a_call_in_a_plain_function(source, kind):
    assert set(kinds(source + "\n")) == {kind}


def test_a_call_is_stray_only_where_the_module_has_to_do_with_tasks():
    source = "def f(order): self.retry()\n"
    for head, strays in [
        ("from celery import Celery\napp = Celery()\n", 1),
        ("from celery import shared_task\n@shared_task\ndef charge(): pass\n", 1),
        ("import celery\n", 0),
        ("", 0),
    ]:
        assert len(model(head + source).stray_retry_calls) == strays
