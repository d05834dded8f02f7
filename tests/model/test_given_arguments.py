"""What a function is given when it does its work again, and whether that is other work."""

from __future__ import annotations

from textwrap import indent

import pytest
from short_modules import model

from flake8_celery_retry.model.work.arguments import (
    changes_nothing_but_the_wait,
    goes_on_with_other_work,
)
from flake8_celery_retry.model.work.attempts import calls_of_itself, sends_of_itself

HEAD = """
import time
from celery import shared_task
from shop import Order, current, fill, pay

@shared_task(bind=True)
def charge(self, order, count=0, *rest, currency="EUR", **options):
    row = Order.objects.get(pk=order)
    again = (order, count)
    failed = OSError(order)
"""

#: A retry call, and whether it goes on with other work.
RETRIES = {
    "self.retry()": False,
    "self.retry(args=(order,))": False,
    "self.retry(args=[order, count])": False,
    "self.retry((order, count))": False,
    "self.retry(args=again)": False,
    "self.retry(args=(order, 5))": True,
    "self.retry((order, 5))": True,
    "self.retry((order, count + 1))": True,
    "self.retry((count,))": True,
    "self.retry((order, count, *rest))": False,
    "self.retry((order, count, rest))": True,
    "self.retry((self, order))": False,
    "self.retry((self, 5))": True,
    "self.retry([self, order])": False,
    "self.retry(kwargs=(5,))": True,
    "self.retry(args={'order': order})": True,
    "self.retry((self,))": False,
    "self.retry((row.pk,))": False,
    "self.retry(())": False,
    "self.retry(None)": False,
    "self.retry(kwargs=None)": False,
    "self.retry(kwargs={'order': order})": False,
    "self.retry(kwargs={'order': 5})": True,
    "self.retry(kwargs={'currency': currency})": False,
    "self.retry(kwargs={'currency': 'USD'})": True,
    "self.retry(kwargs={'unheard': 5})": True,
    "self.retry(kwargs={'order': order, **options})": True,
    "self.retry(kwargs=options)": False,
    "self.retry(kwargs=fill(order))": True,
    "self.retry((order,), {'order': order})": True,
    "self.retry((order,), {'count': count})": False,
    "self.retry((order,), {'count': 5})": True,
    "self.retry(args=fill(order))": True,
    "self.retry(args=self.request.args, kwargs=self.request.kwargs)": False,
    "self.retry(args=list(self.request.args))": False,
    "self.retry(args=self.request.kwargs)": True,
    "self.retry(args=fill(order).args)": True,
    "self.retry(args=failed)": False,
    "self.retry(OSError(order))": False,
    "self.retry('order')": False,
    "self.retry(5)": False,
    "self.retry(5.5)": False,
    "self.retry(b'order')": True,
    "self.retry(order)": False,
    "self.retry(int(order))": False,
    "self.retry(row)": True,
    "self.retry(exc=failed)": False,
    "self.retry(countdown=5)": False,
    "pay((lambda: self.retry(args=(order,)))())": False,
}


@pytest.mark.parametrize(("written", "is_other"), RETRIES.items(), ids=RETRIES)
def test_a_retry_goes_on_with_other_work(written, is_other):
    [call] = model(f"{HEAD}    {written}\n").retry_calls
    assert goes_on_with_other_work(call) is is_other


@pytest.mark.parametrize(
    ("written", "is_other"),
    [
        ("task.retry()", False),
        ("task.retry(args=(order,))", True),
        ("task.retry(args=task.request.args)", False),
        ("task.retry(kwargs=dict(order=order))", True),
        ("[task.retry(args=(order,)) for _ in order]", True),
        ("[task.retry(args=order.rest) for _ in order]", True),
        ("[task.retry(args=rest) for _ in order]", False),
        ("(lambda: task.retry(args=rest))()", False),
    ],
)
def test_what_a_helper_sends_is_not_what_the_task_was_sent(written, is_other):
    source = f"from celery import shared_task\ndef again(self, task, order, *rest): {written}\n"
    source = source.replace("task.re", "self.re")
    [call] = model(source).retry_calls
    assert goes_on_with_other_work(call) is is_other


def test_the_arguments_of_a_method_beside_run():
    source = """
from celery import Task
class Charge(Task):
    def prepare(self, order, *rest):
        self.retry(args={})
"""
    [own] = model(source.format("rest")).retry_calls
    assert goes_on_with_other_work(own) is False
    [other] = model(source.format("(order,)")).retry_calls
    assert goes_on_with_other_work(other) is True


#: What a plain function does before it calls itself, and whether all that it changes is the wait.
CALLS = {
    "charge(order)": True,
    "charge(order, wait)": True,
    "charge(order, wait * 2)": True,
    "time.sleep(wait)\ncharge(order, wait * 2)": True,
    "time.sleep(order)\ncharge(order, wait * 2)": True,
    "time.sleep(wait)\ncharge(order + 1)": True,
    "pay(order)\ncharge(order + 1)": False,
    "pay(wait)\ncharge(order, wait * 2)": False,
    "if wait > 5: return\ncharge(order, wait * 2)": False,
    "print(wait)\ncharge(order, wait * 2)": True,
    "longer = wait * 2\ncharge(order, longer)": True,
    "longer = wait * 2\ntime.sleep(longer)\ncharge(order, longer)": True,
    "longer = wait * 2\npay(longer)\ncharge(order, longer)": False,
    "longer: int = wait * 2\ntime.sleep(longer)\ncharge(order, longer)": True,
    "longer: int = wait * 2\npay(longer)\ncharge(order, longer)": False,
    "longer = 5\nlonger += wait\npay(longer)\ncharge(order, longer)": False,
    "longer = 5\nlonger += wait\ncharge(order, longer)": True,
    "longer = further = wait\npay(further)\ncharge(order, longer * 2)": False,
    "longer = further = wait\ntime.sleep(further)\ncharge(order, longer * 2)": True,
    "order.wait = wait\ncharge(order, wait * 2)": False,
    "(longer := wait)\npay(longer)\ncharge(order, wait * 2)": False,
    "(longer := wait)\ntime.sleep(longer)\ncharge(order, wait * 2)": True,
    "wait = wait * 2\ncharge(order, wait)": True,
    "wait = wait * 2\npay(wait)\ncharge(order, wait)": False,
    "def inner(): pay(wait)\ncharge(order, wait * 2)": False,
    "def inner(wait): pay(wait)\ncharge(order, wait * 2)": True,
    "charge(order, wait * 2)\ncharge(order, wait * 3)": True,
    "charge(order, *fill(wait))": False,
    "return wait\ncharge(order, wait * 2)": False,
}


@pytest.mark.parametrize(("body", "only_waits"), CALLS.items(), ids=CALLS)
def test_a_call_changes_nothing_but_the_wait(body, only_waits):
    head = "import time\nfrom shop import fill, pay\ndef charge(order, wait=1):\n"
    module = model(f"{head}{indent(body, '    ')}\n")
    repeats = calls_of_itself(module, module.functions[0])
    assert {changes_nothing_but_the_wait(repeat, repeats) for repeat in repeats} == {only_waits}


@pytest.mark.parametrize(
    ("written", "depends"),
    [
        ("self.apply_async((order, count + 1), countdown=count)", True),
        ("self.apply_async((order, count + 1), countdown=2 ** count)", True),
        ("self.apply_async((order, count + 1), countdown=count.total)", True),
        ("self.apply_async((order, count + 1), countdown=order)", False),
        ("self.apply_async((order, count + 1), countdown=5)", False),
        ("self.apply_async((order, count), countdown=count)", False),
        ("self.apply_async((order, count + 1), queue='a', countdown=count)", True),
        ("self.apply_async((order, count + 1))", False),
    ],
)
def test_an_option_depends_on_what_is_changed(written, depends):
    [send] = sends_of_itself(model(f"{HEAD}    {written}\n").tasks[0])
    assert send.counts_in_options is depends


#: What a task that stops at a step does and sends: whether that is new work.
STEPS = {
    "self.delay(order, step + 1)": False,
    "if order: raise OSError(step)\nself.delay(order, step + 1)": False,
    "while step: time.sleep(1)\nself.delay(order, step + 1)": False,
    "match step:\n    case 5: return\nself.delay(order, step + 1)": False,
    "match order:\n    case 5 if step: return\nself.delay(order, step + 1)": True,
    "return step\nself.delay(order, step + 1)": True,
    "for each in range(step): pass\nself.delay(order, step + 1)": True,
    "self.delay(order, 5)": True,
    "self.delay(order, step + 'a')": True,
    "self.delay(order, -step)": True,
    "self.delay(order, step + step)": True,
    "self.delay(order, order + 1)": True,
    "step += 1\nself.delay(order, step)": False,
    "step -= 2\nself.delay(order, step)": False,
    "step += order\nself.delay(order, step)": True,
    "step += 1\nstep = 5\nself.delay(order, step)": True,
    "step = step + 1\nself.delay(order, step)": False,
    "if order: step = 5\nstep += 1\nself.delay(order, step)": True,
    "if order: step -= 5\nstep += 1\nself.delay(order, step)": False,
    "def inner():\n    for step in order: pay(1)\nself.delay(order, step + 1)": False,
    "for step in order: pass\nself.delay(order, step + 1)": False,
    "for step in order: self.delay(order, step)": True,
    "pay(step)\nself.delay(order, self.request.retries + 1)": True,
}


@pytest.mark.parametrize(("body", "is_new"), STEPS.items(), ids=STEPS)
def test_a_step_is_counted(body, is_new):
    head = "import time\nfrom celery import shared_task\nfrom shop import pay\n"
    head += "@shared_task(bind=True)\ndef charge(self, order, step):\n    if step > 5: return\n"
    [send] = sends_of_itself(model(f"{head}{indent(body, '    ')}\n").tasks[0])
    assert send.has_new_work is is_new


@pytest.mark.parametrize(
    ("body", "is_new"),
    [
        ("time.sleep(step)\nself.delay(order, step * 2)", False),
        ("time.sleep(step)\nself.delay(order, 5)", False),
        ("self.delay(order, 5)", True),
        ("self.delay(order, step * 2)", False),
        ("time.sleep(step)\npay(step)\nself.delay(order, step * 2)", True),
        ("if step: return\ntime.sleep(step)\nself.delay(order, step * 2)", True),
    ],
)
def test_a_step_is_slept_for(body, is_new):
    head = "import time\nfrom celery import shared_task\nfrom shop import pay\n"
    head += "@shared_task(bind=True)\ndef charge(self, order, step):\n"
    [send] = sends_of_itself(model(f"{head}{indent(body, '    ')}\n").tasks[0])
    assert send.has_new_work is is_new


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("attempt", True),
        ("attempts", True),
        ("retry", True),
        ("Retries", True),
        ("tries", True),
        ("last_try", True),
        ("country", False),
        ("page", False),
    ],
)
def test_a_parameter_counts_attempts_by_its_name(name, counts):
    source = f"""
from celery import shared_task
from shop import pay
@shared_task(bind=True)
def charge(self, {name}):
    pay({name})
    self.delay({name} + 1)
"""
    [send] = sends_of_itself(model(source).tasks[0])
    assert send.has_new_work is not counts


def test_a_list_of_attempts_is_not_counted_by_being_filled():
    source = """
from celery import shared_task
@shared_task(bind=True)
def charge(self, attempts):
    attempts.append(1)
    self.delay(attempts)
"""
    [send] = sends_of_itself(model(source).tasks[0])
    assert send.has_new_work is True


#: How a row was looked up, what of it is sent, and whether that is the argument it was found by.
KEYS = [
    ("Order.objects.get(pk=order)", "row.pk", True),
    ("Order.objects.get(id=order)", "row.pk", True),
    ("await Order.objects.aget(pk=order)", "row.id", True),
    ("get_object_or_404(Order, pk=order)", "row.id", True),
    ("Order.objects.get(number=order)", "row.pk", False),
    ("Order.objects.get(pk=order, id=order)", "row.pk", False),
    ("Order.objects.get(pk=count)", "row.pk", False),
    ("Order.objects.get(pk=order)", "row.number", False),
    ("Order.objects.get(pk=order)", "row", False),
    ("Order.objects.get(order)", "row.pk", False),
    ("order", "row.pk", False),
    ("order", "row", True),
]


@pytest.mark.parametrize(("looked_up", "sent", "is_same"), KEYS)
def test_the_key_of_a_row_is_what_it_was_looked_up_by(looked_up, sent, is_same):
    source = f"""
from celery import shared_task
from shop import Order, get_object_or_404
@shared_task(bind=True)
async def charge(self, order, count):
    row = {looked_up}
    self.delay({sent}, count)
"""
    [send] = sends_of_itself(model(source).tasks[0])
    assert (not send.changed) is is_same
