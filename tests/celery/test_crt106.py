"""CRT106: the classes for autoretry are a tuple."""

import pytest
from shop import gateway


@pytest.mark.parametrize("classes", ["GatewayDown", "None"])
def test_the_worker_does_not_start(lab, page, classes):
    start = lab.start_worker(page.example.replace("=GatewayDown", f"={classes}"))

    kind = "NoneType" if classes == "None" else "type"
    assert not start.is_ready
    assert start.last_line == f"TypeError: '{kind}' object is not iterable"


@pytest.mark.parametrize("names", ["'GatewayDown'", "('GatewayDown',)"])
def test_with_strings_it_starts_and_the_first_failure_ends_in_another(lab, page, names):
    gateway.fails(times=1)

    seen = lab.run(page.example.replace("=GatewayDown", f"={names}"), "charge_order", 7)

    assert seen.ends == ["FAILURE"]
    assert seen.failure.startswith(
        "TypeError: catching classes that do not inherit from BaseException"
    )


def test_fixed_the_worker_starts(lab, page):
    assert lab.start_worker(page.fixed).is_ready


def test_fixed_the_task_retries(lab, page):
    gateway.fails(times=2)

    assert lab.run(page.fixed, "charge_order", 7).ends == ["RETRY", "RETRY", "SUCCESS"]
