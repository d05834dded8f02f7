"""Which ``Reject(…, requeue=True)`` has a message delivered again without an end."""

from __future__ import annotations

from textwrap import indent

import pytest
from short_modules import model

from flake8_celery_retry.model.outcome.requeuing import endless_requeuings

HEAD = """
import time
import celery
from celery import shared_task
from celery.exceptions import Ignore, Reject
from shop import AGAIN, is_open, pay

def came_back(task):
    delivery = task.request.delivery_info
    return delivery["redelivered"]

def may_come_back(task):
    return task.request.delivery_tag
"""


def requeuings(source):
    return [each for found in endless_requeuings(model(source)).values() for each in found]


def requeuings_in(body, options="bind=True"):
    """Those of a task with this body."""
    return requeuings(
        f"{HEAD}\n@shared_task({options})\ndef charge(self, order):\n{indent(body, '    ')}\n"
    )


#: What a task does; whether it puts its message back.
REQUEUES = [
    ("raise Reject('busy', requeue=True)", True),
    ("raise Reject('busy', True)", True),
    ("raise celery.exceptions.Reject('busy', requeue=True)", True),
    ("raise Reject('busy', **{'requeue': True})", True),
    ("raise Reject(*order, requeue=True)", True),
    ("again = Reject('busy', requeue=True)\nraise again", True),
    ("raise Reject('busy', requeue=False)", False),
    ("raise Reject('busy', requeue=AGAIN)", False),
    ("raise Reject('busy', False)", False),
    ("raise Reject(*order, True)", False),
    ("raise Reject('busy', False, True)", False),
    ("raise Reject('busy', **{'later': True})", False),
    ("raise Reject('busy')", False),
    ("raise Reject", False),
    ("try: pay()\nexcept OSError: raise", False),
    ("raise Ignore('busy', True)", False),
    ("raise OSError('busy', True)", False),
    ("raise order", False),
    ("Reject('busy', requeue=True)", False),
    ("def give_back(): raise Reject('busy', requeue=True)\ngive_back()", True),
    ("def give_back(): raise Reject('busy', requeue=True)\npay(give_back)", False),
]


@pytest.mark.parametrize(("body", "does"), REQUEUES)
def test_a_task_puts_its_message_back(body, does):
    assert bool(requeuings_in(body)) is does


def test_a_function_that_no_task_calls_puts_no_message_back():
    assert requeuings(f"{HEAD}\ndef give_back(): raise Reject('busy', requeue=True)\n") == []


def test_each_place_is_found_by_its_task():
    source = f"""{HEAD}
@shared_task
def charge(order):
    if order:
        raise Reject('busy', requeue=True)
    raise Reject('no order', requeue=True)

@shared_task
def refund(order):
    raise Reject('busy', requeue=True)
"""
    found = endless_requeuings(model(source))
    assert {task.name: len(places) for task, places in found.items()} == {"charge": 2, "refund": 1}


#: What a task asks before it puts its message back; whether that says how often.
TESTS = [
    ("order", False),
    ("not is_open(order)", False),
    ("self.request.delivery_info['redelivered']", True),
    ("not self.request.delivery_info.get('redelivered')", True),
    ("self.request.redelivered", True),
    ("self.request.headers['x-death']", True),
    ("self.request.delivery_info['exchange']", False),
    ("is_open(order) and not self.request.redelivered", True),
    ("order.times < 3", True),
    ("order.times > 3", True),
    ("order.times <= 3", True),
    ("order.times >= 3", True),
    ("order.times == 3", False),
    ("order.kind == 1 < order.times", True),
    ("self.request.retries < 3", False),
    ("self.request.retries < order.times", False),
    ("time.time() < order", True),
    ("order.deadline", True),
    ("came_back(self)", True),
    ("order and came_back(self)", True),
    ("may_come_back(self)", False),
    ("is_first", True),
    ("is_urgent", False),
]


@pytest.mark.parametrize(("test", "says"), TESTS)
def test_a_test_says_how_often_a_message_comes_back(test, says):
    body = f"""is_first = not self.request.redelivered
is_urgent = order.is_urgent
if {test}:
    raise Reject('busy', requeue=True)
"""
    assert (requeuings_in(body) == []) is says


def test_how_long_the_text_of_the_error_is_says_nothing():
    body = """try: pay()
except OSError as exc:
    if len(str(exc)) < 3: raise Reject('busy', requeue=True)
"""
    assert requeuings_in(body) != []


#: The options of a task; whether it acknowledges late.
LATE = [
    ("acks_late=True", True),
    ("acks_late=False", False),
    ("acks_late=AGAIN", None),
    ("acks_late=1", None),
    ("bind=True", None),
]


@pytest.mark.parametrize(("options", "late"), LATE)
def test_a_task_acknowledges_late(options, late):
    [found] = requeuings_in("raise Reject('busy', requeue=True)", options)
    assert found.is_late is late
