"""Which retries expire before they are due."""

from __future__ import annotations

import pytest
from short_modules import model

from flake8_celery_retry.model.policy.expiry import expiries_of_task, expiry_of_call

HEAD = """
import random
from celery import Task, shared_task
from shop import UNKNOWN, later

def again(self): self.retry(countdown=5, queue=self.name)
def told(self): print(self.name)
"""

CALLS = [
    ("expires=5, countdown=60", (5, 60)),
    ("expires=60, countdown=60", (60, 60)),
    ("expires=61, countdown=60", None),
    ("expires=5", (5, 180)),
    ("expires=180", (180, 180)),
    ("expires=200", None),
    ("expires=0, countdown=0", (0, 0)),
    ("countdown=60", None),
    ("expires=None, countdown=60", None),
    ("expires=UNKNOWN, countdown=60", None),
    ("expires=5, countdown=UNKNOWN", None),
    ("expires=5, eta=UNKNOWN", None),
    ("expires=5, **UNKNOWN", None),
    ("expires=5, max_retries=0", None),
    ("expires=5, countdown=60 * self.request.retries", None),
    ("expires=5, countdown=60 * (self.request.retries + 1)", (5, 60)),
    ("expires=5, countdown=60 + random.random()", None),
]


@pytest.mark.parametrize(("arguments", "expiry"), CALLS)
def test_a_retry_call_expires_before_it_is_due(arguments, expiry):
    module = model(
        f"{HEAD}@shared_task(bind=True)\ndef charge(self, order): self.retry({arguments})\n"
    )
    assert expiry_of_call(module.retry_calls[-1]) == expiry


AUTO = "autoretry_for=(OSError,), "
OWN, ENTRY = ("expires", 60, 180), ("retry_kwargs", 60, 180)

#: The options of a task, its body, and what expires, when, and when it is due.
TASKS = [
    ("expires=60", "self.retry()", OWN),
    ("expires=180", "self.retry()", ("expires", 180, 180)),
    ("expires=181", "self.retry()", None),
    ("expires=None", "self.retry()", None),
    ("expires=UNKNOWN", "self.retry()", None),
    ("", "self.retry()", None),
    ("expires=60", "pass", None),
    ("expires=60", "self.retry(countdown=300)", ("expires", 60, 300)),
    ("expires=60", "self.retry(countdown=30)", None),
    ("expires=60, default_retry_delay=30", "self.retry()", None),
    ("expires=60, default_retry_delay=300", "self.retry()", ("expires", 60, 300)),
    # Of several retries the first that is due counts.
    ("expires=60", "self.retry(countdown=300); self.retry()", OWN),
    ("expires=60", "self.retry(countdown=30); self.retry()", None),
    ("expires=60", "self.retry(countdown=UNKNOWN); self.retry()", None),
    ("expires=60", "self.retry(**UNKNOWN)", None),
    # One with an ``expires`` of its own, or that never retries, leaves the others.
    ("expires=60", "self.retry(expires=5)", None),
    ("expires=60", "self.retry(expires=None)", None),
    ("expires=60", "self.retry(expires=None, countdown=5); self.retry()", OWN),
    ("expires=60", "self.retry(max_retries=0, countdown=5); self.retry()", OWN),
    ("expires=60", "self.retry(max_retries=-1); self.retry()", OWN),
    ("expires=60", "self.retry(max_retries=1); self.retry(countdown=200)", OWN),
    ("expires=60", "self.retry(max_retries=UNKNOWN); self.retry()", OWN),
    ("expires=60, max_retries=0", "self.retry()", None),
    # Automatic retries.
    (AUTO + "expires=60", "pass", OWN),
    (AUTO + "expires=60, max_retries=0", "pass", None),
    (AUTO + "expires=60, max_retries=UNKNOWN", "pass", None),
    (AUTO + "expires=60, retry_backoff=90", "pass", None),
    (AUTO + "expires=60, retry_backoff=90, retry_jitter=False", "pass", ("expires", 60, 90)),
    (AUTO + "expires=60, retry_backoff=30, retry_jitter=False", "pass", None),
    (AUTO + "expires=60", "self.retry(countdown=30)", None),
    (AUTO + "expires=60", "self.retry(countdown=300)", OWN),
    (AUTO + "expires=60, retry_kwargs={'countdown': 90}", "pass", ("expires", 60, 90)),
    (AUTO + "expires=60, retry_kwargs=UNKNOWN", "pass", None),
    (AUTO + "expires=60, retry_kwargs={'expires': 600}", "pass", None),
    (AUTO + "retry_kwargs={'expires': 60}", "pass", ENTRY),
    (AUTO + "retry_kwargs={'expires': 600}", "pass", None),
    (AUTO + "retry_kwargs={'expires': UNKNOWN}", "pass", None),
    (AUTO + "retry_kwargs={'expires': 60, 'countdown': 30}", "pass", None),
    ("retry_kwargs={'expires': 60}", "self.retry()", None),
    # The task may be retried elsewhere, by what gets it.
    ("expires=60", "self.retry(); later(self)", None),
    ("expires=60", "later(self)", None),
    ("expires=60", "again(self); self.retry()", None),
    ("expires=60", "told(self); self.retry()", OWN),
    ("expires=60, bind=UNKNOWN", "self.retry()", OWN),
]


def shown(module, task):
    return [
        ("retry_kwargs" if option.holder is not task.decorator else option.name, *expiry)
        for option, expiry in expiries_of_task(task)
    ]


@pytest.mark.parametrize(("options", "body", "found"), TASKS)
def test_the_first_retry_of_a_task_expires(options, body, found):
    bind = "" if "bind" in options else "bind=True, "
    module = model(f"{HEAD}@shared_task({bind}{options})\ndef charge(self, order): {body}\n")
    assert shown(module, module.tasks[0]) == ([found] if found else [])


def test_both_expire():
    module = model(
        f"{HEAD}@shared_task(bind=True, expires=60, {AUTO}retry_kwargs={{'expires': 5}})\n"
        "def charge(self): self.retry()\n"
    )
    assert shown(module, module.tasks[0]) == [("retry_kwargs", 5, 180), OWN]


@pytest.mark.parametrize(
    "source",
    [
        "class Charge(Task):\n    expires = 60\n    def settle(self): self.retry()",
        "@later(bind=True, expires=60)\ndef charge(self): self.retry()",
        "class Base(Task):\n    expires = 60\n"
        "@shared_task(base=Base)\ndef charge(): charge.retry()",
    ],
)
def test_a_base_and_a_house_decorator_do_with_their_options_what_they_like(source):
    module = model(f"{HEAD}{source}\n")
    assert shown(module, module.tasks[-1]) == []


def test_a_class_expires_like_a_function():
    module = model(
        f"{HEAD}class Charge(Task):\n    expires = 60\n    def run(self): self.retry()\n"
    )
    [(option, expiry)] = expiries_of_task(module.tasks[0])
    assert (option.name, *expiry) == OWN
