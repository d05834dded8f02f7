"""CRT108: outside a task there is nothing to retry."""

import pytest
from shop import gateway
from shop.gateway import GatewayDown


def test_there_is_no_self(lab, page):
    gateway.fails()

    with pytest.raises(NameError, match="name 'self' is not defined"):
        lab.load(page.example).charge_order(7)

    assert len(gateway.calls) == 1


def test_a_parameter_named_self_is_no_task_either(lab, page):
    with_self = page.example.replace("charge_order(order_id)", "charge_order(self, order_id)")
    gateway.fails()

    with pytest.raises(AttributeError, match="has no attribute 'retry'"):
        lab.load(with_self).charge_order(object(), 7)


def test_a_bare_retry_is_no_name(lab, page):
    gateway.fails()

    with pytest.raises(NameError, match="name 'retry' is not defined"):
        lab.load(page.example.replace("self.retry", "retry")).charge_order(7)


def test_as_a_bound_task_it_retries(lab, page):
    gateway.fails(GatewayDown("busy"), times=1)

    seen = lab.run(page.use_instead, "charge_order", 7)

    assert seen.ends == ["RETRY", "SUCCESS"]
