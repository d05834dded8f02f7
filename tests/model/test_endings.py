"""What ends a task that sends itself again: a clock, a deadline, a counter."""

from __future__ import annotations

import ast

import pytest
from short_modules import model

from flake8_celery_retry.model.work.attempts import sends_of_itself
from flake8_celery_retry.model.work.endings import asks_for_an_end, counts_in_a_row, is_limited

HEAD = """
import time
from celery import shared_task
from django.db.models import F
from django.utils import timezone
from shop import cache, is_expired, status_of

@shared_task(bind=True)
def charge(self, order, number, cursor):
    left = order.deadline - 5
    also_left = left
    total = order.total
    walked = walked.next
"""

TESTS = [
    ("time.time() > 5", True),
    ("timezone.now() > order.at", True),
    ("status_of(order) == 'new'", False),
    ("deadline < 5", True),
    ("order.deadline < 5", True),
    ("order.EXPIRES_AT", True),
    ("is_expired(order)", True),
    ("order.is_too_late", True),
    ("left > 0", True),
    ("not (also_left > 0)", True),
    ("order.attempts > 3", True),
    ("attempts > 3", False),
    ("order.attempts()", False),
    ("self.request.retries > 2", False),
    ("self.max_retries > 2", False),
    ("order.total > 2", False),
    ("total > 2", False),
    ("walked > 2", False),
    ("len(order.attempts) > 2", True),
    ("left and total and total", True),
    ("left", True),
    ("is_expired", True),
    ("status_of(order).attempts", True),
]


@pytest.mark.parametrize(("test", "asks"), TESTS)
def test_a_test_asks_for_an_end(test, asks):
    module = model(f"{HEAD}    if {test}: pass\n")
    [branch] = [node for node in ast.walk(module.tree.root.node) if isinstance(node, ast.If)]
    assert asks_for_an_end(module, branch.test) is asks


COUNTS = [
    ("order.attempts += 1", True),
    ("order['times'] += 1", True),
    ("order.total += number", False),
    ("number += 1", False),
    ("order.attempts = number", True),
    ("first = order.attempts = number", True),
    ("order.total = 5", False),
    ("cache.incr('times')", True),
    ("incr('times')", False),
    ("order.update(attempts=F('attempts') + 1)", True),
    ("order.update(**number)", False),
    ("order.update(total=5)", False),
    ("order.filter(attempts=5)", False),
    ("order.update(total=5, attempts=5)", True),
    ("first = order.total = number", False),
    ("order.attempts: int = number", False),
    ("order.attempts -= 1", True),
    ("order.attempts += number", False),
    ("self.max_retries = 5", False),
    ("order.attempts()", False),
    ("cache.set('times', 1)", False),
    ("order.lines[0].count += 1", True),
]


@pytest.mark.parametrize(("statement", "counts"), COUNTS)
def test_a_task_counts_in_something_that_is_stored(statement, counts):
    module = model(f"{HEAD}    {statement}\n    self.delay(order)\n")
    [send] = sends_of_itself(module.tasks[0])
    assert counts_in_a_row(send) is counts


LIMITS = [
    ("if order.deadline: {}", "(order, number, cursor)", True),
    ("if status_of(order): {}", "(order, number, cursor)", False),
    ("if order.attempts > 5: return\n    {}", "(order, number, cursor)", True),
    ("if order.attempts > 5: pass\n    {}", "(order, number, cursor)", False),
    ("if number > 5: return\n    {}", "(order, number + 1, cursor)", True),
    ("if number > 5: return\n    {}", "(order, number, cursor)", False),
    ("if cursor > 5: return\n    {}", "(order, number + 1, cursor)", False),
    ("while time.time() < 5: {}", "(order, number, cursor)", True),
    ("match order:\n        case 1 if order.attempts < 5: {}", "(order, number, cursor)", True),
    ("match order:\n        case 1: {}", "(order, number, cursor)", False),
    ("order.attempts and {}", "(order, number, cursor)", True),
    ("{} if order.attempts else 0", "(order, number, cursor)", True),
]


@pytest.mark.parametrize(("body", "arguments", "limited"), LIMITS)
def test_a_send_is_limited_by_a_test_on_the_way(body, arguments, limited):
    module = model(f"{HEAD}    {body.format(f'self.delay{arguments}')}\n")
    [send] = sends_of_itself(module.tasks[0])
    assert is_limited(send) is limited
