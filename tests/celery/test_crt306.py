"""CRT306: an option that Celery does not know becomes an attribute that nobody reads."""

import pytest
from shop import gateway


def test_the_limit_stays_at_three(lab, page):
    gateway.fails()

    module = lab.load(page.example)
    seen = lab.run(module, "charge_order", 7)

    assert seen.runs == 4
    assert (module.charge_order.max_retry, module.charge_order.max_retries) == (1, 3)


@pytest.mark.parametrize(
    "option", ["retry_delay=5", "countdown=5", "interval_start=5", "default_retry_countdown=5"]
)
def test_so_does_the_delay(lab, page, option):
    source = page.example.replace("max_retry=1", option).replace(", countdown=60)", ")")
    gateway.fails(times=1)

    assert lab.run(source, "charge_order", 7).countdowns == [180]


@pytest.mark.parametrize("option", ["autoretry=True", "autoretry_on=(GatewayDown,)"])
def test_autoretry_under_another_name_is_none(lab, page, option):
    gateway.fails(times=1)

    source = AUTOMATIC.replace("OPTION", option)

    assert lab.run(source, "charge_order", 7).ends == ["FAILURE"]


def test_fixed_the_limit_holds(lab, page):
    gateway.fails()

    assert lab.run(page.fixed, "charge_order", 7).runs == 2


AUTOMATIC = """
from celery import shared_task
from shop.gateway import GatewayDown, charge

@shared_task(OPTION)
def charge_order(order_id):
    return charge(order_id)
"""
