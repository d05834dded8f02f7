"""How long a retry waits, as far as the numbers can be read."""

from __future__ import annotations

import ast
import math

import pytest
from short_modules import model, only_task

from flake8_celery_retry.model.policy.calculation import (
    is_power_of_retry_count,
    may_be_random,
    parts,
)
from flake8_celery_retry.model.policy.counted import Counted
from flake8_celery_retry.model.policy.delays import (
    largest_automatic_delay,
    largest_delay,
    shortest_automatic_delay,
    shortest_delay,
    waits_default_delay,
)
from flake8_celery_retry.syntax.reading import MOST

HEAD = """
import math, random
from datetime import timedelta
from celery import shared_task
from django.utils import timezone
from shop import UNKNOWN, jitter, later, settings
"""

#: The task's options; the call's arguments; the largest and the shortest delay.
CALLS = [
    ("", "", None, 180),
    ("", "countdown=60", 60, 60),
    ("", "countdown=None", None, 180),
    ("default_retry_delay=5", "", None, 5),
    ("default_retry_delay=UNKNOWN", "", None, None),
    ("", "**UNKNOWN", None, None),
    ("", "eta=later", None, None),
    ("", "eta=timezone.now() + timedelta(minutes=5)", 300, 300),
    ("", "eta=timedelta(minutes=5) + timezone.now()", 300, 300),
    ("", "eta=timezone.now() - timedelta(minutes=5)", None, None),
    ("", "eta=later + timedelta(minutes=5)", None, None),
    ("", "eta=timezone.now() + timedelta(minutes=5), countdown=7", 7, 7),
    ("", "countdown=timedelta(minutes=5)", None, None),
    ("", "countdown=60 * n", 120, 0),
    ("", "countdown=60 * n, max_retries=5", 240, 0),
    ("max_retries=5", "countdown=2**n", 16, 1),
    ("max_retries=5", "countdown=2**n, max_retries=None", 16, 1),
    ("max_retries=None", "countdown=2**n", math.inf, 1),
    ("max_retries=None", "countdown=min(2**n, 600)", 600, 1),
    ("max_retries=None", "countdown=60", 60, 60),
    ("max_retries=3", "countdown=60 - 10 * n", 60, 40),
    # One of the last two can't be calculated.
    ("max_retries=None", "countdown=1 << n + 2", 2**64, None),
    ("max_retries=None", "countdown=60 / (62 - n)", 60, None),
    ("max_retries=UNKNOWN", "countdown=2**n", None, 1),
    ("max_retries=100", "countdown=n", 99, 0),
    ("", "countdown=60, max_retries=0", None, None),
    ("max_retries=0", "countdown=60", None, None),
    ("max_retries=0", "", None, None),
    ("", "countdown=UNKNOWN", None, None),
    ("", "countdown=UNKNOWN + n", None, None),
    ("", "countdown=random.randint(0, 600)", 600, None),
    ("", "countdown=random.randrange(600)", 600, None),
    ("", "countdown=random.triangular(0, 600, 60)", 600, None),
    ("", "countdown=random.random()", None, None),
    ("", "countdown=60 + random.uniform(0, 5)", 60, None),
    ("", "countdown=random.uniform(0, 5) + 60", 60, None),
    ("", "countdown=60 * random.random()", 60, None),
    ("", "countdown=60 - random.random()", 60, None),
    ("", "countdown=60 / random.random()", None, None),
    ("", "countdown=int(random.uniform(1, 5))", 5, None),
    ("", "countdown=max(random.uniform(1, 5), 60)", 60, None),
    ("", "countdown=5 if later else 60", 60, None),
    ("", "countdown=5 if later else UNKNOWN", 5, None),
    ("", "countdown=later or 60", None, None),
    ("", "countdown=10 * n or 5", 20, 5),
    ("", "countdown=60 + int(random.uniform(0, 5))", 60, None),
    ("", "countdown=60 + max(random.random(), 5)", None, None),
]


@pytest.mark.parametrize(("options", "arguments", "largest", "shortest"), CALLS)
def test_the_delays_of_a_retry_call(options, arguments, largest, shortest):
    module = model(f"""{HEAD}
@shared_task(bind=True, {options})
def charge(self, order):
    n = self.request.retries
    self.retry({arguments})
""")
    [call] = module.retry_calls
    assert largest_delay(call) == largest
    assert shortest_delay(call) == shortest


@pytest.mark.parametrize(
    ("options", "arguments", "waits"),
    [
        ("", "", True),
        ("", "countdown=None, eta=None", True),
        ("", "countdown=5", False),
        ("", "eta=later", False),
        ("", "**UNKNOWN", False),
        ("max_retries=0", "", False),
        ("max_retries=UNKNOWN", "", True),
    ],
)
def test_a_retry_call_leaves_its_delay_to_the_default(options, arguments, waits):
    [call] = model(
        f"{HEAD}@shared_task(bind=True, {options})\ndef charge(self): self.retry({arguments})\n"
    ).retry_calls
    assert waits_default_delay(call) is waits


@pytest.mark.parametrize(
    ("countdown", "largest", "shortest"), [("60", 60, 60), ("2**self.request.retries", None, 1)]
)
def test_who_runs_a_helper_may_limit_it(countdown, largest, shortest):
    [call] = model(
        f"{HEAD}def again(self): self.retry(countdown={countdown}, max_retries=5); self.name\n"
    ).retry_calls
    assert largest_delay(call) == largest
    assert shortest_delay(call) == shortest


@pytest.mark.parametrize(
    ("test", "largest"), [("n > 5", None), ("order > 5", 4), ("n > self.max_retries", None)]
)
def test_a_limit_by_hand_is_not_that_of_the_task(test, largest):
    module = model(f"""{HEAD}
@shared_task(bind=True)
def charge(self, order):
    n = self.request.retries
    if {test}:
        return
    self.retry(countdown=2**n)
""")
    [call] = module.retry_calls
    assert largest_delay(call) == largest


AUTORETRY = "autoretry_for=(OSError,), "
#: The task's options; the option that makes the largest delay, with that; the shortest one.
OPTIONS = [
    (AUTORETRY, None, 180),
    ("default_retry_delay=60", None, None),
    (AUTORETRY + "default_retry_delay=60", ("default_retry_delay", 60), 60),
    (AUTORETRY + "default_retry_delay=UNKNOWN", None, None),
    (AUTORETRY + "default_retry_delay=60, max_retries=0", None, None),
    (AUTORETRY + "default_retry_delay=60, max_retries=UNKNOWN", None, None),
    (AUTORETRY + "retry_backoff=True", ("retry_backoff", 4), None),
    (AUTORETRY + "retry_backoff=False, default_retry_delay=9", ("default_retry_delay", 9), 9),
    (AUTORETRY + "retry_backoff=10, retry_jitter=False", ("retry_backoff", 40), 10),
    (AUTORETRY + "retry_backoff=10, retry_jitter=None", ("retry_backoff", 40), 10),
    (AUTORETRY + "retry_backoff=10, retry_jitter=UNKNOWN", ("retry_backoff", 40), None),
    (AUTORETRY + "retry_backoff=10, retry_backoff_max=30", ("retry_backoff", 30), None),
    (AUTORETRY + "retry_backoff=10, retry_backoff_max=UNKNOWN", None, None),
    (AUTORETRY + "retry_backoff=0.5, retry_jitter=False", ("retry_backoff", 4), 1),
    (AUTORETRY + "retry_backoff=2.9, retry_jitter=False", ("retry_backoff", 8), 2),
    (AUTORETRY + "retry_backoff='5', retry_jitter=False", ("retry_backoff", 20), 5),
    (AUTORETRY + "retry_backoff=True, max_retries=1", ("retry_backoff", 1), None),
    (AUTORETRY + "retry_backoff=True, max_retries=None", ("retry_backoff", 600), None),
    (AUTORETRY + "retry_backoff=UNKNOWN", None, None),
    (AUTORETRY + "retry_backoff='inf', retry_jitter=False", None, None),
    (AUTORETRY + "retry_backoff=5, retry_backoff_max=1e999, retry_jitter=False", None, None),
    (AUTORETRY + "retry_kwargs={'countdown': 7}", ("countdown", 7), 7),
    (AUTORETRY + "retry_kwargs={'countdown': 7}, default_retry_delay=9", ("countdown", 7), 7),
    (AUTORETRY + "retry_kwargs={'countdown': 7}, retry_backoff=3", ("retry_backoff", 12), None),
]


@pytest.mark.parametrize(("options", "largest", "shortest"), OPTIONS)
def test_the_delays_of_automatic_retries(options, largest, shortest):
    task = only_task(f"{HEAD}\n@shared_task({options})\ndef charge(order): pass\n")
    found = largest_automatic_delay(task)
    assert (found and (found[0].name, found[1])) == largest
    assert shortest_automatic_delay(task) == shortest


#: A countdown; whether it is a power of the retry count, and whether it may be random.
COUNTDOWNS = [
    ("2**n", True, False),
    ("60 * 2**n", True, False),
    ("n**2", True, False),
    ("1 << n", True, False),
    ("pow(2, n)", True, False),
    ("min(math.pow(2, n), 600)", True, False),
    ("max(2, 2**self.request.retries)", True, False),
    ("2**5 * n", False, False),
    ("2 * n", False, False),
    ("1 >> n", False, False),
    ("max(n, 60)", False, False),
    ("later(n)", False, True),
    ("2**n if later else 5", True, False),
    ("5 if 2**n > later else 7", False, False),
    ("2**n + random.random()", True, True),
    ("2**n + settings.delay()", True, True),
    ("2**n + settings.DELAY", True, False),
    ("2**n + jitter", True, True),
    ("2**n + settings.JITTER", True, True),
    ("round(2**n)", True, False),
]


@pytest.mark.parametrize(("countdown", "is_power", "is_random"), COUNTDOWNS)
def test_a_power_of_the_retry_count(countdown, is_power, is_random):
    module = model(f"""{HEAD}
@shared_task(bind=True)
def charge(self, order):
    n = self.request.retries
    self.retry(countdown={countdown})
""")
    [call] = module.retry_calls
    given = call.argument("countdown")
    assert given is not None
    assert is_power_of_retry_count(module, given) is is_power
    assert may_be_random(module, given) is is_random


def test_the_parts_of_a_delay_are_told_once_each():
    module = model(f"""{HEAD}
@shared_task(bind=True)
def charge(self, order):
    step = 60 * order
    self.retry(countdown=step + step + min(jitter, 5))
""")
    [call] = module.retry_calls
    given = call.argument("countdown")
    assert given is not None
    told = ["step + step + min(jitter, 5)", "step + step", "60 * order", "60", "order"]
    assert [ast.unparse(part) for part in parts(module, given)] == [
        *told,
        "min(jitter, 5)",
        "jitter",
        "5",
    ]


def test_a_delay_of_many_parts_is_read_up_to_a_bound():
    numbers = ["0"] * (MOST - 2)
    for before, counts in (0, 1), (1, 0):
        given = ", ".join([*numbers, *["0"] * before, "charge.request.retries"])
        module = model(f"{HEAD}@shared_task\ndef charge(self): charge.retry(max({given}))\n")
        delay = module.retry_calls[0].node.args[0]
        assert len(list(Counted(module, 0).counts_in(delay))) == counts
        assert len(list(parts(module, delay))) == MOST
