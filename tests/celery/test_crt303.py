"""CRT303: with a limit of zero the first retry is one too many."""

import pytest
from pages import fixed
from shop import gateway


@pytest.mark.parametrize("limit", ["0", "-1"])
def test_there_is_no_second_run(lab, page, limit):
    gateway.fails(times=1)

    seen = lab.run(page.example.replace("max_retries=0", f"max_retries={limit}"), "charge_order", 7)

    assert seen.ends == ["FAILURE"]
    assert seen.failure == "GatewayDown: busy"


def test_so_it_is_with_a_zero_in_the_retry_call(lab, page):
    source = page.example.replace("bind=True, max_retries=0", "bind=True")
    gateway.fails(times=1)

    seen = lab.run(source.replace("countdown=60", "max_retries=0"), "charge_order", 7)

    assert seen.ends == ["FAILURE"]


def test_so_it_is_with_a_zero_in_retry_kwargs(lab, page):
    automatic = "autoretry_for=(OSError,), retry_kwargs={'max_retries': 0}"
    gateway.fails(OSError("connection reset"), times=1)

    seen = lab.run(page.example.replace("max_retries=0", automatic), "charge_order", 7)

    assert seen.ends == ["FAILURE"]


def test_fixed_it_retries(lab, page):
    gateway.fails(times=1)

    assert lab.run(page.fixed, "charge_order", 7).ends == ["RETRY", "SUCCESS"]


AUTOMATIC = """\
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(
    autoretry_for=(GatewayDown,),
    retry_backoff=True,
    default_retry_delay=5,
    retry_kwargs={"max_retries": 0},
)
def charge_order(order_id):
    return charge(order_id)
"""


def test_automatic_retries_that_never_happen_change_nothing_when_they_go(lab):
    mended = fixed(AUTOMATIC, "CRT303")
    assert "autoretry_for" not in mended
    assert "max_retries=0" in mended

    for source in (AUTOMATIC, mended):
        gateway.fails(times=1)
        seen = lab.run(source, "charge_order", 7)
        assert seen.ends == ["FAILURE"]
        assert seen.failure == "GatewayDown: busy"
