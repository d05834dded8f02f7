"""CRT102: a task that is not bound has no self to retry on."""

import pytest
from shop import gateway


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
