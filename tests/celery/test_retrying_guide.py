"""docs/guide.md: the test that it shows, and the claims that no rule's experiment makes."""

from __future__ import annotations

import re

import pytest
from project import DOCS
from shop import gateway
from shop.gateway import GatewayDown

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
