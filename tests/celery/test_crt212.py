"""CRT212: the hard time limit ends a process, in which nothing is raised.

Pools without processes know no hard limit, so the worker here is one of ``prefork``.
"""

import processes
import pytest
from celery.exceptions import TimeLimitExceeded
from shop import books

#: Nothing takes a delay out of a message here.
DELAY = "default_retry_delay=60"


def add_up_month(source, folder, month):
    source = source.replace(DELAY, "default_retry_delay=0")
    return processes.run(folder, source, "add_up_month", month)


def test_it_runs_once_and_has_failed(page, tmp_path):
    ending = add_up_month(page.example, tmp_path, "May")

    assert (ending.state, ending.failure, ending.runs) == ("FAILURE", "TimeLimitExceeded", 1)


def test_no_handler_ever_sees_it(tmp_path):
    ending = add_up_month(HANDLER, tmp_path, "May")

    assert (ending.state, ending.failure, ending.runs) == ("FAILURE", "TimeLimitExceeded", 1)


def test_so_it_is_when_the_process_is_killed(page, tmp_path):
    source = page.example.replace("TimeLimitExceeded", "WorkerLostError")
    source = source.replace("time_limit=1", "time_limit=30")

    ending = add_up_month(source, tmp_path, books.KILLED)

    assert (ending.state, ending.failure, ending.runs) == ("FAILURE", "WorkerLostError", 1)


def test_the_soft_limit_is_retried(page, tmp_path):
    ending = add_up_month(page.use_instead, tmp_path, "May")

    assert (ending.state, ending.failure, ending.runs) == ("FAILURE", "SoftTimeLimitExceeded", 2)


def test_fixed_it_ends_as_before(page, tmp_path):
    assert "TimeLimitExceeded" not in page.fixed.replace("import TimeLimitExceeded", "")

    ending = add_up_month(page.fixed, tmp_path, "May")

    assert (ending.state, ending.failure, ending.runs) == ("FAILURE", "TimeLimitExceeded", 1)


@pytest.mark.parametrize("error", [TimeLimitExceeded(1)])
def test_who_waits_for_another_tasks_result_is_raised_it(lab, error):
    lab.app.backend.mark_as_failure("another", error)

    seen = lab.run(WAITING, "add_up_month", "another")

    assert seen.ends == ["RETRY", "RETRY", "FAILURE"]
    assert seen.failure.startswith("TimeLimitExceeded")


HANDLER = """
from celery import shared_task
from celery.exceptions import TimeLimitExceeded
from shop.books import add_up

@shared_task(bind=True, time_limit=1, max_retries=1)
def add_up_month(self, month):
    try:
        return add_up(month)
    except TimeLimitExceeded as exc:
        raise self.retry(exc=exc, countdown=0)
"""

WAITING = """
from celery import shared_task
from celery.exceptions import TimeLimitExceeded
from celery.result import AsyncResult, allow_join_result

@shared_task(autoretry_for=(TimeLimitExceeded,), max_retries=2)
def add_up_month(sent):
    with allow_join_result():
        return AsyncResult(sent).get()
"""
