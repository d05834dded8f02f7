"""docs/guide.md: the test that it shows, and the claims that no rule's experiment makes."""

from __future__ import annotations

import re
from textwrap import indent

import processes
import pytest
from celery.app.defaults import SETTING_KEYS
from project import DOCS
from shop import gateway
from shop.gateway import GatewayDown

from flake8_celery_retry.facts.celery_settings import INVENTED_SETTINGS

GUIDE = (DOCS / "guide.md").read_text(encoding="utf-8")

TASK = """\
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=3, default_retry_delay=60)
def charge_order(self, order_id):
    try:
        charge(order_id)
    except GatewayDown as exc:
        raise self.retry({exc})
"""


def shown(start: str) -> str:
    """The Python of the guide that begins so."""
    blocks = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    return next(block for block in blocks if block.startswith(start))


def test_the_test_for_eager_tasks_passes(lab, monkeypatch):
    module = lab.load(TASK.format(exc="exc=exc"))
    names = {"charge_order": module.charge_order, "GatewayDown": GatewayDown}
    test = shown("def test_the_gateway").replace("shop.tasks.charge", f"{module.__name__}.charge")

    exec(test, names)

    names["test_the_gateway_is_asked_four_times"](monkeypatch)


@pytest.mark.parametrize(
    ("exc", "failure"), [("exc=exc", "GatewayDown: busy"), ("", "MaxRetriesExceededError: Can't")]
)
def test_what_comes_at_the_end(lab, exc, failure):
    gateway.fails()

    seen = lab.run(TASK.format(exc=exc), "charge_order", 7)

    assert seen.runs == 4
    assert seen.failure.startswith(failure)


def test_the_task_of_the_first_section_is_the_one_that_runs_here():
    assert shown("@shared_task") in TASK.format(exc="exc=exc")


def test_who_catches_the_exception_does_not_stop_the_retry(lab):
    swallowing = f"""
from celery import shared_task
import logging
log = logging.getLogger(__name__)

def ready(order_id):
    return False

@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
{indent(shown("try:"), "    ")}
"""
    seen = lab.run(swallowing, "charge_order", 7)

    # The fourth raises MaxRetriesExceededError, which is caught as well.
    assert seen.ends == ["SUCCESS"] * 4


def test_the_last_run_is_known_by_its_count(lab):
    gateway.fails()
    counting = TASK.format(exc="exc=exc").replace(
        "        raise self.retry(exc=exc)\n", shown("   ")
    )

    seen = lab.run(counting + "\nfailed = []\nmark_as_failed = failed.append\n", "charge_order", 7)

    assert seen.ends == ["RETRY"] * 3 + ["FAILURE"]
    assert seen.failure == "GatewayDown: busy"


def test_each_block_of_python_is_run_here():
    blocks = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)

    assert [block.split()[0] for block in blocks] == [
        "@shared_task(bind=True,",
        "try:",
        "if",
        "def",
    ]


def test_the_settings_are_celerys_and_the_invented_ones_are_not():
    table = GUIDE.partition("\n| setting | what it does |\n")[2].partition("\n\n")[0]
    *existing, invented = table.splitlines()[1:]

    assert {name for row in existing for name in settings(row)} <= SETTING_KEYS
    assert settings(invented) <= {*INVENTED_SETTINGS}
    assert len(existing) == 5
    assert "**nothing**" in invented


def settings(row: str) -> set[str]:
    """The settings that a row of the table names."""
    return set(re.findall(r"`(\w+)", row.split("|")[1]))


def test_how_often_sending_is_tried_is_no_limit_of_retries(lab, monkeypatch):
    monkeypatch.setitem(lab.app.conf, "task_publish_retry_policy", {"max_retries": 1})
    monkeypatch.setitem(lab.app.conf, "broker_connection_max_retries", 1)
    gateway.fails()

    assert lab.run(TASK.format(exc="exc=exc"), "charge_order", 7).runs == 4


def test_acknowledged_late_a_task_retries_as_before(lab):
    gateway.fails()

    late = TASK.format(exc="exc=exc").replace("bind=True", "bind=True, acks_late=True")
    seen = lab.run(late, "charge_order", 7)

    assert seen.ends == ["RETRY"] * 3 + ["FAILURE"]


def test_a_message_whose_process_died_is_delivered_again_and_not_counted(tmp_path):
    ending = processes.run(tmp_path, KILLED_ONCE, "add_up", str(tmp_path / "was-here"))

    assert (ending.state, ending.runs) == ("SUCCESS", 2)


KILLED_ONCE = """
import os
import signal
from pathlib import Path

from celery import shared_task

@shared_task(bind=True, max_retries=0, acks_late=True, reject_on_worker_lost=True)
def add_up(self, path):
    if not Path(path).exists():
        Path(path).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    assert self.request.retries == 0
"""
