"""CRT212: the hard time limit ends a process, in which nothing is raised.

Pools without processes know no hard limit, so the worker here is one of ``prefork``.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import processes
import pytest
from celery.exceptions import TimeLimitExceeded
from pages import read_page
from shop import books

#: Nothing takes a delay out of a message here.
DELAY = "default_retry_delay=60"


@pytest.fixture(scope="module")
def endings(tmp_path_factory) -> dict[str, processes.Ending]:
    """How ``add_up_month`` of each source ended: begun at once, for they do little but wait."""
    page = read_page("crt212")
    assert "TimeLimitExceeded" not in page.fixed.replace("import TimeLimitExceeded", "")
    killed = page.example.replace("TimeLimitExceeded", "WorkerLostError")
    sent = {
        "the example": (page.example, "May"),
        "a handler": (HANDLER, "May"),
        "killed": (killed.replace("time_limit=1", "time_limit=30"), books.KILLED),
        "use instead": (page.use_instead, "May"),
        "fixed": (page.fixed, "May"),
    }

    folders = [tmp_path_factory.mktemp("worker") for _ in sent]

    def ending(folder: Path, source: str, month: str) -> processes.Ending:
        source = source.replace(DELAY, "default_retry_delay=0")
        return processes.run(folder, source, "add_up_month", month)

    with ThreadPoolExecutor(len(sent)) as pool:
        endings = pool.map(ending, folders, *zip(*sent.values(), strict=True))
        return dict(zip(sent, endings, strict=True))


@pytest.mark.parametrize(
    ("source", "failure", "runs"),
    [
        pytest.param("the example", "TimeLimitExceeded", 1, id="it runs once and has failed"),
        pytest.param("a handler", "TimeLimitExceeded", 1, id="no handler ever sees it"),
        pytest.param("killed", "WorkerLostError", 1, id="so it is when the process is killed"),
        pytest.param("use instead", "SoftTimeLimitExceeded", 2, id="the soft limit is retried"),
        pytest.param("fixed", "TimeLimitExceeded", 1, id="fixed it ends as before"),
    ],
)
def test_it_has_failed_after_so_many_runs(endings, source, failure, runs):
    assert endings[source] == processes.Ending("FAILURE", failure, runs)


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
