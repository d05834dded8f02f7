"""CRT110: an option named retry hides the method."""

from shop import gateway


def test_there_is_no_method_where_the_retry_is_needed(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.ends == ["FAILURE"]
    assert seen.failure == "TypeError: 'bool' object is not callable"


def test_so_it_is_with_an_attribute_of_a_class(lab):
    gateway.fails(times=1)

    seen = lab.run(CLASS_BASED, "charge_order", 7)

    assert seen.failure == "TypeError: 'bool' object is not callable"


def test_fixed_it_retries(lab, page):
    gateway.fails(times=1)

    assert lab.run(page.fixed, "charge_order", 7).ends == ["RETRY", "SUCCESS"]


CLASS_BASED = """
from celery import Task
from shop.celery import app
from shop.gateway import GatewayDown, charge

class ChargeOrder(Task):
    name = "charge-order"
    retry = True

    def run(self, order_id):
        try:
            return charge(order_id)
        except GatewayDown as exc:
            raise self.retry(exc=exc)

charge_order = app.register_task(ChargeOrder())
"""
