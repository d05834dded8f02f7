"""Options of a task that Celery does not know, which of its own they mean, and what fits there."""

from __future__ import annotations

import pytest
from short_modules import model, only_task

from flake8_celery_retry.model.spelling import fits, is_meant, unknown_options

HEAD = """
from datetime import timedelta
from celery import Celery, Task, shared_task
from shop import DELAY, ERRORS, House, later
"""

UNKNOWN_OPTIONS = [
    ("max_retry=5", "pass", ["max_retry"]),
    ("max_retires=5, retries=5", "pass", ["max_retires", "retries"]),
    ("retries=5, max_retires=5", "pass", ["retries", "max_retires"]),
    ("retry_on=ERRORS", "pass", ["retry_on"]),
    ("countdown=5", "pass", ["countdown"]),
    ("max_retries=5", "pass", []),
    ("queue='slow'", "pass", []),
    ("**{'max_retry': 5}", "pass", ["max_retry"]),
    # Somebody may read it.
    ("max_retry=5", "later(self.max_retry)", []),
    ("max_retry=5", "later(self.retries)", ["max_retry"]),
    ("max_retry=5, base=House", "pass", []),
    ("max_retry=5, base=Task", "pass", ["max_retry"]),
]


@pytest.mark.parametrize(("options", "body", "names"), UNKNOWN_OPTIONS)
def test_an_option_that_celery_does_not_know(options, body, names):
    task = only_task(f"{HEAD}@shared_task(bind=True, {options})\ndef charge(self): {body}\n")
    assert [option.name for option in unknown_options(task)] == names


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("class Charge(Task):\n    max_retry = 5\n    def run(self): pass", []),
        ("@later(acks_late=True, max_retry=5)\ndef charge(): pass", []),
        ("app = Celery()\n@app.task(max_retry=5)\ndef charge(): pass", ["max_retry"]),
        ("app = Celery(task_cls=House)\n@app.task(max_retry=5)\ndef charge(): pass", []),
        (
            "class Base(Task):\n    max_retry = 5\n@shared_task(base=Base)\ndef charge(): pass",
            [],
        ),
    ],
)
def test_it_is_read_by_what_the_project_makes_itself(source, names):
    task = model(f"{HEAD}{source}\n").tasks[-1]
    assert [option.name for option in unknown_options(task)] == names


def test_it_is_perhaps_another_librarys():
    source = "@broker.task({})\ndef charge(): pass\n"
    assert not unknown_options(only_task(source.format("max_retry=5")))
    assert unknown_options(only_task(source.format("max_retry=5, acks_late=True")))


def test_it_means_an_option():
    task = only_task(f"{HEAD}@shared_task(autoretry=ERRORS, retry_on=1)\ndef charge(): pass\n")
    assert is_meant(task, "autoretry_for")
    assert not is_meant(task, "max_retries")


CLASSES, ENTRIES = "autoretry_for", "retry_kwargs"
FACTOR, DELAY, LIMIT, SWITCH = "retry_backoff", "retry_backoff_max", "max_retries", "retry_jitter"
NUMBERS = {FACTOR, DELAY, LIMIT}
EVERY = {CLASSES, ENTRIES, *NUMBERS, SWITCH}

#: A value, and for which options it can stand.
VALUES = [
    ("5", NUMBERS),
    ("0", NUMBERS),
    ("2.5", {FACTOR, DELAY}),
    ("True", {FACTOR, SWITCH}),
    ("False", {FACTOR, SWITCH}),
    ("None", {LIMIT}),
    ("'5'", set()),
    ("f'{later}'", {ENTRIES}),
    ("(OSError,)", {CLASSES}),
    ("[OSError]", {CLASSES}),
    ("OSError", {ENTRIES, *NUMBERS, SWITCH}),
    ("ERRORS", EVERY),
    ("later()", EVERY),
    ("{'countdown': 5}", {ENTRIES}),
    ("timedelta(minutes=5)", {CLASSES, ENTRIES}),
]


@pytest.mark.parametrize(("value", "names"), VALUES)
def test_what_fits_an_option(value, names):
    task = only_task(f"{HEAD}@shared_task(max_retry={value})\ndef charge(): pass\n")
    [option] = task.options.values()
    assert {name for name in EVERY if fits(task.module, option, name)} == names
