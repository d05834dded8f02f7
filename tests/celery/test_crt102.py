"""CRT102: a task that is not bound has no self to retry on."""

from pathlib import Path

import pytest
from shop import gateway

FIXTURES = Path(__file__).parents[2] / "fixtures" / "rules" / "crt102_retry_without_bind"


def test_it_fails_at_the_moment_the_retry_is_needed(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.runs == 1
    assert seen.failure == "NameError: name 'self' is not defined"


def test_nobody_notices_before(lab, page):
    assert lab.run(page.example, "charge_order", 7).state == "SUCCESS"


def test_with_a_self_parameter_the_task_cannot_be_sent(lab, page):
    unbound = page.example.replace("(order_id):", "(self, order_id):")

    with pytest.raises(TypeError, match="missing 1 required positional argument: 'order_id'"):
        lab.run(unbound, "charge_order", 7)


def test_a_bare_retry_is_no_name(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.example.replace("self.retry", "retry"), "charge_order", 7)

    assert seen.failure == "NameError: name 'retry' is not defined"


def test_fixed_it_retries(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.fixed, "charge_order", 7)

    assert seen.ends == ["RETRY", "SUCCESS"]
    assert seen.countdowns == [60]
    assert seen.result == "receipt-7"


def test_the_fixture_fails_on_a_worker(lab):
    bad = (FIXTURES / "bad_on_a_worker.py").read_text()

    assert lab.run(bad, "fill_shelf", "tea").failure == "NameError: name 'self' is not defined"
    assert lab.run(bad, "read_letters", "you").failure == "NameError: name 'retry' is not defined"
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'self'"):
        lab.run(bad, "ask_customer", "sugar?")


def test_the_fixed_fixture_runs_to_the_end(lab):
    module = lab.load((FIXTURES / "fixed_on_a_worker.py").read_text())

    assert lab.run(module, "fill_shelf", "tea").ends == ["RETRY", "RETRY", "SUCCESS"]
    assert lab.run(module, "read_letters", "you").result == "thank you"
    assert lab.run(module, "ask_customer", "sugar?").result == "yes"
