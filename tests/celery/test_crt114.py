"""CRT114: arguments for a retry that the task cannot take."""

import pytest
from shop import gateway

WITH = """
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task({options}, max_retries=3)
def charge_order(self, {parameters}):
    try:
        return charge(7)
    except GatewayDown as exc:
        raise self.retry(exc=exc, {arguments})
"""

CLASS = """
from celery import Task

from shop.celery import app
from shop.gateway import GatewayDown, charge


class ChargeOrder(Task):
    name = "shop.charge_order"

    def run(self, order_id):
        try:
            return charge(order_id)
        except GatewayDown as exc:
            raise self.retry(exc=exc, args=(order_id, "again"))


charge_order = app.register_task(ChargeOrder())
"""


def charge_with(parameters, arguments, options="bind=True"):
    return WITH.format(options=options, parameters=parameters, arguments=arguments)


def test_nothing_is_sent_and_the_run_is_rejected(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.ends == ["REJECTED"]
    assert len(seen.messages) == 1, "the retry was never sent"
    assert "takes 2 positional arguments but 3 were given" in "".join(seen.log)
    # From some version between 5.5 and 5.7 on, Celery stores what was rejected as a failure.
    assert seen.state in {"FAILURE", "PENDING"}


@pytest.mark.parametrize(
    ("parameters", "arguments", "complaint"),
    [
        ("order_id", "args=(7, 8)", "takes 2 positional arguments but 3 were given"),
        ("order_id, amount", "args=(7,), kwargs={}", "missing 1 required positional argument"),
        ("order_id", "args=(), kwargs={'amount': 1}", "argument"),
        ("order_id", "kwargs={'amount': 1}", "unexpected keyword argument 'amount'"),
        ("order_id", "args=(7,), kwargs={'order_id': 7}", "multiple values for argument"),
        ("order_id=7, *, amount=1", "args=(7, 8)", "takes from 1 to 2 positional arguments"),
        ("order_id, **rest", "args=(), kwargs=rest", "missing 1 required positional argument"),
    ],
)
def test_too_many_too_few_unknown_or_twice(lab, parameters, arguments, complaint):
    gateway.fails(times=1)
    values = {"amount": 1} if "amount" in parameters else {}

    seen = lab.run(charge_with(parameters, arguments), "charge_order", 7, **values)

    assert seen.ends == ["REJECTED"]
    assert len(seen.messages) == 1
    assert complaint in "".join(seen.log)


@pytest.mark.parametrize(
    "source",
    [
        CLASS,
        charge_with("order_id, /", "args=(), kwargs={'order_id': 7}"),
        charge_with("order_id", "args=(7, 8)", "bind=True, typing=False"),
    ],
)
def test_what_celery_does_not_check_fails_in_the_next_run(lab, source):
    gateway.fails(times=1)

    seen = lab.run(source, "charge_order", 7)

    assert seen.ends == ["RETRY", "FAILURE"]
    assert seen.failure.startswith("TypeError")


def test_args_alone_keep_what_was_sent_by_name(lab):
    gateway.fails(times=1)
    source = charge_with("order_id, amount", "args=(7,)")

    seen = lab.run(source, "charge_order", 7, amount=1)

    assert seen.ends == ["RETRY", "SUCCESS"]
    assert seen.messages[1].kwargs == {"amount": 1}


def test_args_alone_lose_an_optional_argument_that_was_sent_by_position(lab):
    gateway.fails(times=1)
    source = charge_with("order_id, amount=5", "args=(7,)")

    seen = lab.run(source, "charge_order", 7, 1)

    assert seen.ends == ["RETRY", "SUCCESS"]
    assert [message.args for message in seen.messages] == [(7, 1), (7,)]


def test_none_is_as_good_as_left_out(lab):
    gateway.fails(times=1)

    seen = lab.run(charge_with("order_id", "args=None, kwargs={}"), "charge_order", 7)

    assert seen.ends == ["RETRY", "SUCCESS"]


def test_arguments_that_fit_are_retried_with(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.use_instead, "charge_order", 7)

    assert seen.ends == ["RETRY", "SUCCESS"]
    assert [message.args for message in seen.messages] == [(7,), (7,)]
