"""CRT104: what is given as the exception is none."""

import pytest
from shop import gateway


def with_exc(page, expression):
    return page.example.replace("exc=str(exc)", f"exc={expression}")


def test_the_last_retry_fails_on_it(lab, page):
    gateway.fails()

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.ends == ["RETRY", "RETRY", "RETRY", "FAILURE"]
    assert seen.failure == "TypeError: exceptions must derive from BaseException"


def test_while_retries_last_it_looks_fine(lab, page):
    gateway.fails(times=2)

    assert lab.run(page.example, "charge_order", 7).ends == ["RETRY", "RETRY", "SUCCESS"]


@pytest.mark.parametrize("failures", [None, 2], ids=["to the end", "twice"])
@pytest.mark.filterwarnings("ignore:Exception raised outside body:RuntimeWarning")
def test_with_a_number_the_result_can_never_be_read_again_not_even_a_success(lab, page, failures):
    gateway.fails(times=failures)

    seen = lab.run(with_exc(page, "503"), "charge_order", 7)

    assert seen.runs == (4 if failures is None else 3)
    assert set(seen.states) == {"PENDING", "UNREADABLE"}
    assert "isn't an instance of BaseException, it must be a dictionary" in seen.failure


@pytest.mark.filterwarnings("ignore:Exception raised outside body:RuntimeWarning")
def test_with_a_class_the_retries_run_and_each_is_recorded_as_a_failure(lab, page):
    gateway.fails(times=2)

    seen = lab.run(with_exc(page, "GatewayDown"), "charge_order", 7)

    assert seen.states == ["PENDING", "FAILURE", "FAILURE", "SUCCESS"]


def test_fixed_it_ends_with_the_real_error(lab, page):
    gateway.fails()

    seen = lab.run(page.fixed, "charge_order", 7)

    assert seen.states == ["PENDING", "RETRY", "RETRY", "RETRY", "FAILURE"]
    assert seen.failure == "GatewayDown: busy"
