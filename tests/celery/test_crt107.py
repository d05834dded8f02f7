"""CRT107: the arguments of a retry are a tuple, without the task."""

import pytest
from laboratory import STATE_OF_A_REJECTED_TASK
from shop import gateway


def with_args(page, expression):
    return page.example.replace("args=(self, order_id)", f"args={expression}")


def test_with_the_task_there_is_one_argument_too_many_and_the_task_is_gone(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.ends == ["REJECTED"]
    assert seen.state == STATE_OF_A_REJECTED_TASK
    assert len(seen.messages) == 1, "the retry was never sent"
    assert "takes 2 positional arguments but 3 were given" in seen.rejection


def test_a_string_is_unpacked_letter_by_letter(lab, page):
    gateway.fails(times=1)

    seen = lab.run(with_args(page, "'7'"), "charge_order", 7)

    assert [message.args for message in seen.messages] == [(7,), ("7",)]

    gateway.fails(times=1)

    assert lab.run(with_args(page, "'42'"), "charge_order", 42).ends == ["REJECTED"]


@pytest.mark.parametrize("number", ["order_id", "(order_id)", "7"])
def test_a_number_is_not_iterable(lab, page, number):
    gateway.fails(times=1)

    seen = lab.run(with_args(page, number), "charge_order", 7)

    assert seen.ends == ["FAILURE"]
    assert seen.failure == "TypeError: 'int' object is not iterable"


def test_fixed_it_retries_with_the_same_order(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.fixed, "charge_order", 7)

    assert seen.ends == ["RETRY", "SUCCESS"]
    assert [message.args for message in seen.messages] == [(7,), (7,)]
