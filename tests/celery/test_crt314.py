"""CRT314: a retry that expires before it is due never runs."""

import pytest
from laboratory import PATIENCE
from shop import gateway

CALL = "exc=exc, countdown=300, expires=60"
OPTIONS = "bind=True, max_retries=3"

CALLBACK = """
failures = []


def note(self, exc, task_id, args, kwargs, einfo):
    failures.append(exc)


charge_order.on_failure = note.__get__(charge_order)
"""


def test_it_is_revoked_when_it_falls_due(lab, page):
    gateway.fails(times=1)
    module = lab.load(page.example + CALLBACK)

    seen = lab.run(module, "charge_order", 7)

    assert (seen.ends, seen.countdowns) == (["RETRY"], [300])
    assert seen.state == "REVOKED"
    assert len(gateway.calls) == 1
    assert module.failures == []


def test_a_worker_that_really_waits_does_the_same(lab, page):
    gateway.fails(times=1)
    example = page.example.replace("countdown=300, expires=60", "countdown=0.6, expires=0.2")

    with lab.waiting():
        seen = lab.run(example, "charge_order", 7)
        result = lab.app.AsyncResult(seen.messages[0].id)
        result.get(timeout=PATIENCE, interval=0.05, propagate=False)

    assert len(gateway.calls) == 1
    assert result.state == "REVOKED"


def test_use_instead_the_retry_runs(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.use_instead, "charge_order", 7)

    assert seen.ends == ["RETRY", "SUCCESS"]


def test_use_instead_a_failure_is_one(lab, page):
    gateway.fails()
    module = lab.load(page.use_instead + CALLBACK)

    assert lab.run(module, "charge_order", 7).runs == 4
    assert len(module.failures) == 1


def test_the_tasks_own_counts_from_its_first_send(lab, page):
    source = page.example.replace(OPTIONS, f"{OPTIONS}, expires=700")
    source = source.replace(", expires=60", "")
    gateway.fails()

    seen = lab.run(source, "charge_order", 7)

    assert (seen.countdowns, seen.state) == ([300, 300, 300], "REVOKED")
    assert seen.ends == ["RETRY", "RETRY", "RETRY"], "the third retry falls due after 900 s"


def test_the_default_delay_is_180_s(lab, page):
    source = page.example.replace(OPTIONS, f"{OPTIONS}, expires=60").replace(CALL, "exc=exc")
    gateway.fails(times=1)

    seen = lab.run(source, "charge_order", 7)

    assert (seen.ends, seen.countdowns, seen.state) == (["RETRY"], [180], "REVOKED")


@pytest.mark.parametrize("value", ["600", "None"])
def test_the_retry_calls_own_takes_its_place(lab, page, value):
    source = page.example.replace(OPTIONS, f"{OPTIONS}, expires=60")
    source = source.replace("expires=60)  #", f"expires={value})  #")
    gateway.fails(times=1)

    seen = lab.run(source, "charge_order", 7)

    assert seen.ends == ["RETRY", "SUCCESS"]


@pytest.mark.parametrize(
    "options",
    [
        "retry_kwargs={'countdown': 300, 'expires': 60}",
        "retry_kwargs={'expires': 60}",
        "expires=60",
        "expires=60, retry_backoff=60, retry_jitter=False",
    ],
)
def test_so_it_is_with_automatic_retries(lab, page, options):
    source = page.example.replace(OPTIONS, f"bind=True, autoretry_for=(OSError,), {options}")
    gateway.fails(OSError("connection reset"), times=1)

    seen = lab.run(source, "charge_order", 7)

    assert (seen.ends, seen.state) == (["RETRY"], "REVOKED")
