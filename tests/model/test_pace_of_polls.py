"""Which retries are looks at something that is to come, and say how long."""

from __future__ import annotations

import pytest
from short_modules import model

from flake8_celery_retry.model.policy.polling import (
    goes_on_polling,
    is_paced,
    says_how_long_to_poll,
)

HEAD = """
from celery import Task, shared_task
from shop import UNKNOWN, is_ready, later
"""

#: The options of a task, the arguments of its call, and whether both ends are written.
WRITTEN = [
    ("", "countdown=5, max_retries=9", True),
    ("", "eta=later(), max_retries=9", True),
    ("", "countdown=None, max_retries=None", True),
    ("", "countdown=5", False),
    ("", "max_retries=9", False),
    ("", "", False),
    ("max_retries=9", "countdown=5", True),
    ("default_retry_delay=5", "max_retries=9", True),
    ("max_retries=9, default_retry_delay=5", "", True),
    ("max_retries=None, default_retry_delay=5", "", True),
    ("max_retries=9", "", False),
    ("default_retry_delay=5", "", False),
    ("base=Base", "", True),
    ("countdown=5", "max_retries=9", True),
]


@pytest.mark.parametrize(("options", "arguments", "is_written"), WRITTEN)
def test_a_poll_says_how_often_and_how_long_it_waits(options, arguments, is_written):
    module = model(f"""{HEAD}
class Base(Task):
    max_retries = 9
    default_retry_delay = 5

@shared_task(bind=True, {options})
def charge(self): self.retry({arguments})
""")
    assert says_how_long_to_poll(module.retry_calls[0]) is is_written


def test_a_helper_says_it_at_the_call():
    module = model(
        f"{HEAD}def f(self): self.retry(countdown=5, max_retries=9); self.retry(countdown=5)\n"
    )
    assert [says_how_long_to_poll(call) for call in module.retry_calls] == [True, False]


POLL = "if not is_ready(): self.retry({})\n"
FAILED = "try: later()\nexcept OSError as exc: self.retry({})\n"
BOTH = "countdown=5, max_retries=9"

#: A body whose last retry call is asked: whether it is one more look, and whether none of the
#: task's retries can be too many.
BODIES = [
    (POLL.format(BOTH) + FAILED.format(BOTH), True, False),
    (POLL.format(BOTH) + FAILED.format("exc=exc, " + BOTH), True, False),
    (POLL.format(BOTH) + FAILED.format("countdown=6, max_retries=9"), False, False),
    (POLL.format(BOTH) + FAILED.format("countdown=5, max_retries=8"), False, False),
    (POLL.format(BOTH) + FAILED.format("countdown=5"), False, False),
    (POLL.format(BOTH) + FAILED.format("eta=5, max_retries=9"), False, False),
    (POLL.format("countdown=5") + FAILED.format("countdown=5"), False, False),
    (FAILED.format(BOTH), False, False),
    ("self.retry(countdown=5, max_retries=9)\n" + FAILED.format(BOTH), False, False),
    (POLL.format(BOTH), True, False),
]


@pytest.mark.parametrize(("body", "goes_on", "paced"), BODIES)
def test_a_retry_in_a_handler_is_one_more_look(body, goes_on, paced):
    body = body.replace("\n", "\n    ")
    module = model(f"{HEAD}@shared_task(bind=True)\ndef charge(self):\n    {body}\n")
    assert goes_on_polling(module.retry_calls[-1]) is goes_on
    assert is_paced(module.tasks[0]) is paced


def test_a_helper_goes_on_with_nothing():
    module = model(f"{HEAD}def f(self):\n    {POLL.format(BOTH)}    {POLL.format(BOTH)}\n")
    assert not goes_on_polling(module.retry_calls[-1])


#: The options of a task, its body, and whether each of its retries waits for what is to come.
PACED = [
    ("max_retries=None", POLL.format("countdown=5"), True),
    ("max_retries=None", POLL.format(""), False),
    ("max_retries=None, default_retry_delay=5", POLL.format(""), True),
    ("max_retries=None", "self.retry(countdown=5)\n", False),
    ("max_retries=None", FAILED.format("countdown=5"), False),
    ("max_retries=None", FAILED.format("countdown=exc.retry_after"), True),
    ("max_retries=None", FAILED.format("eta=exc.retry_after"), True),
    ("max_retries=None", FAILED.format("countdown=int(exc.headers['x'])"), True),
    ("max_retries=None", FAILED.format("countdown=exc.wait if exc.wait else 5"), True),
    ("max_retries=None", FAILED.format("countdown=9 if exc.wait else 5"), False),
    ("max_retries=None", FAILED.format("countdown=later.exc.wait"), False),
    ("max_retries=None", FAILED.format("countdown=exc"), False),
    ("max_retries=None", FAILED.format("countdown=later(exc)"), False),
    ("max_retries=None", FAILED.format("exc=exc"), False),
    ("max_retries=None", "try: later()\nexcept OSError: self.retry(countdown=exc.wait)\n", False),
    ("max_retries=None", POLL.format("countdown=5") + FAILED.format("countdown=exc.wait"), True),
    ("max_retries=None", POLL.format("countdown=5") + FAILED.format("countdown=5"), False),
    # A call with a limit of its own has it.
    ("max_retries=None", POLL.format("countdown=5, max_retries=9"), False),
    ("max_retries=None", POLL.format("countdown=5, max_retries=None"), True),
    ("max_retries=None", POLL.format("countdown=5, **UNKNOWN"), False),
    (
        "max_retries=None",
        POLL.format("countdown=5") + FAILED.format("countdown=5, max_retries=9"),
        True,
    ),
    ("", POLL.format("countdown=5"), False),
    ("max_retries=None, autoretry_for=(OSError,)", POLL.format("countdown=5"), False),
    ("max_retries=None, base=Base", POLL.format("countdown=5"), False),
    ("max_retries=None", "pass", False),
]


@pytest.mark.parametrize(("options", "body", "paced"), PACED)
def test_no_number_of_retries_is_right_for_what_is_to_come(options, body, paced):
    body = body.replace("\n", "\n    ")
    module = model(f"""{HEAD}
class Base(Task):
    def settle(self): self.retry()

@shared_task(bind=True, {options})
def charge(self):
    {body}
""")
    assert is_paced(module.tasks[-1]) is paced
