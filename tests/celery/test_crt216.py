"""CRT216: the retry sends the arguments as the body has changed them."""

import pytest
from shop import gateway

BY_CALL = """
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=3)
def charge_order(self, {parameter}):
    {change}
    try:
        return charge(7)
    except GatewayDown as exc:
        raise self.retry(exc=exc)
"""

AUTOMATIC = """
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(autoretry_for=(GatewayDown,), max_retries=3)
def charge_order({parameter}):
    {change}
    return charge(7)
"""

either_way = pytest.mark.parametrize("source", [BY_CALL, AUTOMATIC])


def test_what_was_taken_out_is_missing_in_the_next_run(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.example, "charge_order", {"id": 7})

    assert seen.ends == ["RETRY", "FAILURE"]
    assert seen.failure == "KeyError: 'id'"
    assert [message.args for message in seen.messages] == [({"id": 7},), ({},)]


def test_so_it_is_with_a_broker_that_writes_messages_down(lab_on_disk, page):
    gateway.fails(times=1)

    seen = lab_on_disk.run(page.example, "charge_order", {"id": 7})

    assert seen.ends == ["RETRY", "FAILURE"]
    assert seen.messages[1].args == ({},)


@either_way
@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        ("order.pop('id')", {"id": 7}, {}),
        ("del order['id']", {"id": 7}, {}),
        ("order['tries'] = order.get('tries', 0) + 1", {}, {"tries": 1}),
        ("order['total'] += 1", {"total": 7}, {"total": 8}),
        ("order.update(total=8)", {"total": 7}, {"total": 8}),
        ("order.append(8)", [7], [7, 8]),
        ("order += [8]", [7], [7, 8]),
    ],
)
def test_each_change_goes_along(lab, source, change, before, after):
    gateway.fails(times=1)

    seen = lab.run(source.format(parameter="order", change=change), "charge_order", before)

    assert [message.args for message in seen.messages] == [(before,), (after,)]


def test_it_goes_along_by_name_too(lab):
    gateway.fails(times=1)
    source = BY_CALL.format(parameter="order", change="order.pop('id')")

    seen = lab.run(source, "charge_order", order={"id": 7})

    assert seen.messages[1].kwargs == {"order": {}}


def test_what_json_cannot_take_is_never_sent(lab_on_disk):
    gateway.fails(times=1)
    source = BY_CALL.format(parameter="order", change="order['lines'] = {1, 2}")

    seen = lab_on_disk.run(source, "charge_order", {"id": 7})

    assert seen.ends == ["REJECTED"]
    assert len(seen.messages) == 1
    assert "set is not JSON serializable" in "".join(seen.log)


@either_way
@pytest.mark.parametrize(
    ("parameter", "change", "args", "kwargs"),
    [
        ("order", "order = dict(order); order.pop('id')", ({"id": 7},), {}),
        ("order", "order = {**order}; del order['id']", ({"id": 7},), {}),
        ("**order", "order.pop('id')", (), {"id": 7}),
    ],
)
def test_a_copy_keeps_the_arguments(lab, source, parameter, change, args, kwargs):
    gateway.fails(times=1)
    module = lab.load(source.format(parameter=parameter, change=change))

    seen = lab.run(module, "charge_order", *args, **kwargs)

    assert seen.ends == ["RETRY", "SUCCESS"]
    assert seen.messages[1].args == seen.messages[0].args == args
    assert seen.messages[1].kwargs == kwargs


def test_a_copy_first_and_it_retries(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.use_instead, "charge_order", {"id": 7})

    assert seen.ends == ["RETRY", "SUCCESS"]
    assert [message.args for message in seen.messages] == [({"id": 7},), ({"id": 7},)]
