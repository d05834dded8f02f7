"""CRT211: what the task catches itself is never retried automatically."""

import pytest
from shop import gateway

NAMED = "    except GatewayDown:"


@pytest.mark.parametrize("clause", [NAMED, "    except Exception:", "    except:"])
def test_it_runs_once_and_reports_success(lab, page, clause):
    gateway.fails()

    seen = lab.run(page.example.replace(NAMED, clause), "charge_order", 7)

    assert seen.ends == ["SUCCESS"]
    assert len(gateway.calls) == 1
    assert len(seen.messages) == 1, "nothing but the first message was sent"


def test_a_listed_class_that_is_raised_and_caught_again_is_not_retried_either(lab):
    gateway.fails()

    seen = lab.run(RAISED_AND_CAUGHT, "charge_order", 7)

    assert seen.ends == ["SUCCESS"]
    assert any("trying again" in line for line in seen.log)


def test_so_it_is_with_run_of_a_class(lab):
    gateway.fails()

    assert lab.run(CLASS_BASED, "charge_order", 7).ends == ["SUCCESS"]


def test_raised_again_it_is_retried(lab, page):
    gateway.fails()

    seen = lab.run(page.use_instead, "charge_order", 7)

    assert seen.ends == ["RETRY", "RETRY", "RETRY", "FAILURE"]


RAISED_AND_CAUGHT = """
import logging
from celery import shared_task
from shop.gateway import GatewayDown, charge

class Again(Exception):
    pass

@shared_task(autoretry_for=(Again,), max_retries=3)
def charge_order(order_id):
    try:
        try:
            charge(order_id)
        except GatewayDown as exc:
            logging.getLogger(__name__).warning("trying again")
            raise Again from exc
    except Exception:
        logging.getLogger(__name__).exception("no")
"""

CLASS_BASED = """
from celery import Task
from shop.celery import app
from shop.gateway import GatewayDown, charge

class ChargeOrder(Task):
    name = "charge-order"
    autoretry_for = (GatewayDown,)
    max_retries = 3

    def run(self, order_id):
        try:
            charge(order_id)
        except GatewayDown:
            return None

charge_order = app.register_task(ChargeOrder())
"""
