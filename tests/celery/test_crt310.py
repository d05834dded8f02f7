"""CRT310: a limit given to a retry call is kept for the automatic retries of all messages."""

import pytest
from shop import gateway
from shop.gateway import CardRefused


@pytest.mark.parametrize("limit", [0, 1])
def test_the_next_tasks_have_the_limit_of_the_one_before(lab, page, limit):
    module = lab.load(page.example.replace("max_retries=1)", f"max_retries={limit})"))
    gateway.fails()
    assert lab.run(module, "charge_order", 7).runs == 4

    gateway.fails(CardRefused("card expired"))
    assert lab.run(module, "charge_order", 8).runs == 1 + limit

    gateway.fails()
    assert lab.run(module, "charge_order", 9).runs == 1 + limit
    assert lab.run(module, "charge_order", 10).runs == 1 + limit, "it is never forgotten"


def test_a_limit_of_its_own_stays_with_the_message(lab, page):
    module = lab.load(page.use_instead)
    gateway.fails(CardRefused("card expired"))
    assert lab.run(module, "charge_order", 8).runs == 2

    gateway.fails()
    assert lab.run(module, "charge_order", 9).runs == 4
