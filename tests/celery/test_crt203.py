"""CRT203: a broad handler swallows what retry raises, and the retry is on its way."""

import pytest
from shop import gateway, mail

RETRYING_HANDLER = (
    '        logger.exception("order %s could not be charged", order_id)',
    "        raise self.retry(countdown=60)",
)


def test_every_run_reports_success_while_its_copy_runs_again(lab, page):
    gateway.fails()

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.ends == ["SUCCESS"] * 4
    assert not mail.calls


@pytest.mark.parametrize(("limit", "runs"), [(1, 3), (2, 7), (3, 15)])
def test_a_handler_that_retries_too_doubles_every_run(lab, page, limit, runs):
    source = page.example.replace(*RETRYING_HANDLER).replace(
        "max_retries=3", f"max_retries={limit}"
    )
    gateway.fails()

    assert lab.run(source, "charge_order", 7).runs == runs == 2 ** (limit + 1) - 1


def test_a_finally_that_returns_swallows_it_as_well(lab, page):
    source = page.example.replace("    except Exception:\n", "    finally:\n")
    source += "        return\n"
    gateway.fails()

    assert lab.run(source, "charge_order", 7).ends == ["SUCCESS"] * 4


def test_so_does_suppress(lab, page):
    source = "from contextlib import suppress\n" + page.example
    source = source.replace("    try:\n        try:", "    with suppress(Exception):\n        try:")
    source = source[: source.index("    except Exception:")]
    gateway.fails()

    assert lab.run(source, "charge_order", 7).ends == ["SUCCESS"] * 4


def test_fixed_a_retry_is_a_retry(lab, page):
    gateway.fails(times=2)

    seen = lab.run(page.fixed, "charge_order", 7)

    assert seen.ends == ["RETRY", "RETRY", "SUCCESS"]
    assert len(mail.calls) == 1
