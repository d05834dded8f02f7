"""Automatic retries: whether there are any, of what, and which options Celery ignores."""

from __future__ import annotations

import pytest
from short_modules import model

from flake8_celery_retry.model.policy.autoretry import (
    backs_off,
    broad_exception,
    has_policy,
    lacks_autoretry,
    never_retried,
    retries_whatever_fails,
)
from flake8_celery_retry.model.policy.ignored import ignored_options

HEAD = """
from celery import Celery, Task, shared_task
from celery.exceptions import Ignore, Reject, Retry
from shop import ERRORS, House, UNKNOWN, house_task, later

class Base(Task):
    autoretry_for = (OSError,)
    retry_backoff = 2
    max_retries = 5
    retry_kwargs = {"max_retries": 9}

class Empty(Task):
    autoretry_for = ()

class Settling(Task):
    def settle(self): self.retry()

def again(self): self.retry()
"""


def charging(options: str, body: str = "pass", decorator: str = "shared_task"):
    """The task that is decorated so."""
    return model(
        f"{HEAD}@{decorator}(bind=True, {options})\ndef charge(self, order): {body}\n"
    ).tasks[-1]


LACKS = [
    ("", True),
    ("max_retries=5", True),
    ("autoretry_for=()", True),
    ("autoretry_for=None", True),
    ("autoretry_for=(OSError,)", False),
    ("autoretry_for=ERRORS", False),
    ("autoretry=(OSError,)", False),
    ("max_retry=5", True),
    ("base=Base", False),
    ("base=Empty", True),
    ("base=House", False),
    ("base=House, autoretry_for=()", True),
    ("base=Task", True),
    ("**UNKNOWN", False),
]


@pytest.mark.parametrize(("options", "lacks"), LACKS)
def test_a_task_is_not_retried_automatically(options, lacks):
    assert lacks_autoretry(charging(options)) is lacks


BACKOFFS = [
    ("", False),
    ("retry_backoff=True", True),
    ("retry_backoff=5", True),
    ("retry_backoff='5'", True),
    ("retry_backoff=False", False),
    ("retry_backoff=0", False),
    ("retry_backoff='0'", False),
    ("retry_backoff=None", False),
    ("retry_backoff=UNKNOWN", None),
    ("base=House", None),
    ("base=Base", True),
    ("**UNKNOWN", None),
]


@pytest.mark.parametrize(("options", "answer"), BACKOFFS)
def test_automatic_retries_wait_longer_each_time(options, answer):
    assert backs_off(charging(options)) is answer


AUTO = "autoretry_for=(Exception,), "
NEVER = [
    ("", []),
    ("dont_autoretry_for=(OSError, Retry)", ["OSError", "celery.exceptions.Retry"]),
    ("dont_autoretry_for=()", []),
    ("dont_autoretry_for=None", []),
    ("dont_autoretry_for=[*ERRORS]", None),
    ("dont_autoretry_for=UNKNOWN", None),
    ("dont_autoretry_for=(later(),)", [None]),
    ("base=House", []),
    ("**UNKNOWN", None),
]


@pytest.mark.parametrize(("options", "names"), NEVER)
def test_some_exceptions_are_never_retried(options, names):
    assert never_retried(charging(AUTO + options)) == names


BROAD = [
    ("autoretry_for=(Exception,)", "Exception"),
    ("autoretry_for=[BaseException]", "BaseException"),
    ("autoretry_for=(OSError, Exception)", "Exception"),
    ("autoretry_for=(OSError,)", None),
    ("autoretry_for=ERRORS", None),
    ("", None),
    ("autoretry_for=(*ERRORS, Exception)", "Exception"),
    (AUTO + "dont_autoretry_for=(OSError,)", None),
    (AUTO + "dont_autoretry_for=(Retry,)", "Exception"),
    (AUTO + "dont_autoretry_for=(Retry, Ignore)", "Exception"),
    (AUTO + "dont_autoretry_for=(Retry, OSError)", None),
    (AUTO + "dont_autoretry_for=()", "Exception"),
    (AUTO + "dont_autoretry_for=UNKNOWN", None),
    (AUTO + "**UNKNOWN", None),
]


@pytest.mark.parametrize(("options", "name"), BROAD)
def test_a_task_is_retried_whatever_fails(options, name):
    task = charging(options)
    assert broad_exception(task) == name
    assert retries_whatever_fails(task) is (name is not None)


def test_it_is_not_where_there_is_no_retry_at_all():
    assert not retries_whatever_fails(charging(AUTO + "max_retries=0"))
    assert not retries_whatever_fails(charging(AUTO + "retry_kwargs={'max_retries': 0}"))
    assert retries_whatever_fails(charging(AUTO + "max_retries=UNKNOWN"))


POLICIES = [
    ("", False),
    ("max_retries=5", False),
    ("default_retry_delay=5", False),
    ("max_retries=5, default_retry_delay=5", True),
    ("max_retries=5, retry_backoff=5", True),
    ("max_retries=5, retry_kwargs={'countdown': 5}", True),
    ("retry_kwargs={'countdown': 5, 'max_retries': 5}", True),
    ("max_retries=None, retry_backoff=5", False),
    ("max_retries=5 if later else None, retry_backoff=5", True),
    ("max_retries=UNKNOWN, retry_backoff=UNKNOWN", True),
    ("base=House, max_retries=5", False),
]


@pytest.mark.parametrize(("options", "has_it"), POLICIES)
def test_the_author_wrote_out_a_policy(options, has_it):
    assert has_policy(charging(AUTO + options)) is has_it


WITHOUT, BESIDE, FLAT = "without autoretry_for", "beside retry_backoff", "without retry_backoff"
IGNORED = [
    # Without automatic retries.
    ("retry_backoff=5", "pass", {"retry_backoff": WITHOUT}),
    (
        "retry_jitter=False, retry_kwargs={}",
        "pass",
        {"retry_jitter": WITHOUT, "retry_kwargs": WITHOUT},
    ),
    ("retry_backoff_max=5", "pass", {"retry_backoff_max": WITHOUT}),
    ("dont_autoretry_for=(OSError,)", "pass", {"dont_autoretry_for": WITHOUT}),
    ("max_retries=5, default_retry_delay=5", "pass", {}),
    ("retry_backoff=5, base=House", "pass", {}),
    ("retry_backoff=5, autoretry_for=ERRORS", "pass", {}),
    ("retry_backoff=5, autoretry_for=()", "pass", {"retry_backoff": WITHOUT}),
    ("retry_backoff=5", "later(self.retry_backoff)", {}),
    ("retry_backoff=5", "later(self.retry_jitter)", {"retry_backoff": WITHOUT}),
    # Without a backoff.
    (AUTO + "retry_jitter=False", "pass", {"retry_jitter": FLAT}),
    (AUTO + "retry_backoff_max=5", "pass", {"retry_backoff_max": FLAT}),
    (AUTO + "retry_backoff_max=5, retry_backoff=False", "pass", {"retry_backoff_max": FLAT}),
    (AUTO + "retry_jitter=False, retry_backoff=5", "pass", {}),
    (AUTO + "retry_jitter=False, retry_backoff=UNKNOWN", "pass", {}),
    (AUTO + "retry_jitter=False, base=House", "pass", {}),
    # Beside a backoff.
    (
        AUTO + "retry_backoff=5, retry_kwargs={'countdown': 5}",
        "pass",
        {"countdown": BESIDE},
    ),
    (AUTO + "retry_backoff=0, retry_kwargs={'countdown': 5}", "pass", {}),
    (AUTO + "retry_backoff=UNKNOWN, retry_kwargs={'countdown': 5}", "pass", {}),
    (AUTO + "retry_kwargs={'countdown': 5}", "pass", {}),
    (
        AUTO + "retry_backoff=5, retry_kwargs={'countdown': 5}",
        "later(self.retry_kwargs)",
        {},
    ),
    (
        AUTO + "retry_backoff=5, default_retry_delay=5",
        "pass",
        {"default_retry_delay": BESIDE},
    ),
    (AUTO + "retry_backoff=5, default_retry_delay=5", "self.retry()", {}),
    (AUTO + "retry_backoff=5, default_retry_delay=5, base=Settling", "pass", {}),
    (AUTO + "retry_backoff=5, default_retry_delay=5", "again(self)", {}),
    (AUTO + "retry_backoff=0, default_retry_delay=5", "pass", {}),
    # Two limits.
    (
        AUTO + "max_retries=5, retry_kwargs={'max_retries': 9}",
        "pass",
        {"max_retries": "beside the 9 in retry_kwargs"},
    ),
    (AUTO + "max_retries=5, retry_kwargs={'max_retries': 9}", "self.retry()", {}),
    (AUTO + "max_retries=5, retry_kwargs={'max_retries': 5}", "pass", {}),
    (AUTO + "max_retries=5, retry_kwargs={'max_retries': None}", "pass", {}),
    (AUTO + "max_retries=5, retry_kwargs={'max_retries': UNKNOWN}", "pass", {}),
    (AUTO + "max_retries=UNKNOWN, retry_kwargs={'max_retries': 9}", "pass", {}),
    (AUTO + "retry_kwargs={'max_retries': 9}", "pass", {}),
    (AUTO + "max_retries=5, retry_kwargs={}", "pass", {}),
    (
        AUTO + "max_retries=None, retry_kwargs={'max_retries': 9}",
        "pass",
        {"max_retries": "beside the 9 in retry_kwargs"},
    ),
    # Exceptions that are never retried anyway.
    (
        AUTO + "dont_autoretry_for=(Retry, Ignore)",
        "pass",
        {"dont_autoretry_for": "as Retry and Ignore pass"},
    ),
    (AUTO + "dont_autoretry_for=(Retry, OSError)", "pass", {}),
    (AUTO + "dont_autoretry_for=()", "pass", {}),
    (AUTO + "dont_autoretry_for=UNKNOWN", "pass", {}),
    # In the base that brings it.
    ("base=Base", "pass", {"max_retries": "beside the 9 in retry_kwargs"}),
    ("base=Base, autoretry_for=()", "pass", {"retry_backoff": WITHOUT, "retry_kwargs": WITHOUT}),
]


@pytest.mark.parametrize(("options", "body", "found"), IGNORED)
def test_celery_ignores_an_option(options, body, found):
    ignored = ignored_options(charging(options, body))
    assert {each.option.name: each.reason for each in ignored} == found


def test_what_a_base_has_depends_on_who_inherits_it():
    options = "autoretry_for = (OSError,); retry_backoff = 5; retry_kwargs = {'countdown': 5}"
    base, charge = model(
        f"{HEAD}class Waiting(Task):\n    {options}\n"
        "@shared_task(base=Waiting)\ndef charge(): pass\n"
    ).tasks[-2:]
    assert ignored_options(base) == []
    assert [each.option.name for each in ignored_options(charge)] == ["countdown"]


def test_ignored_options_stand_in_source_order():
    task = charging("retry_jitter=False, retry_backoff_max=5, retry_backoff=5")
    names = [each.option.name for each in ignored_options(task)]
    assert names == ["retry_jitter", "retry_backoff_max", "retry_backoff"]
