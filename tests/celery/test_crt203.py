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


@pytest.mark.parametrize("handler", [RETRYING_HANDLER, ("", "")], ids=["retries too", "logs"])
def test_with_a_limit_of_0_nothing_is_sent(lab, page, handler):
    source = page.example.replace(*handler).replace("max_retries=3", "max_retries=0")
    gateway.fails()

    seen = lab.run(source, "charge_order", 7)

    assert (seen.runs, len(seen.messages)) == (1, 1)


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


QUIETLY = """

@contextmanager
def quietly(order_id):
    try:
        yield
    except Exception:
        logger.exception("order %s could not be charged", order_id)
"""
QUIET_CLASS = """

class quietly:
    def __init__(self, order_id):
        self.order_id = order_id

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        return True
"""


@pytest.mark.parametrize("manager", [QUIETLY, QUIET_CLASS], ids=["generator", "class"])
def test_so_does_a_context_manager_of_the_module(lab, page, manager):
    source = "from contextlib import contextmanager\n" + page.example
    source = source.replace("    try:\n        try:", "    with quietly(order_id):\n        try:")
    source = source[: source.index("    except Exception:")] + manager
    gateway.fails()

    assert lab.run(source, "charge_order", 7).ends == ["SUCCESS"] * 4


QUIET_DECORATOR = """
def quietly(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except Exception:
            logger.exception("not charged")

    return wrapper


@shared_task"""


def test_so_does_a_decorator_of_the_module(lab, page):
    source = page.example.replace("    except Exception:", "    except KeyError:")
    source = source.replace("def charge_order(", "@quietly\ndef charge_order(")
    source = "import functools\n" + source.replace("@shared_task", QUIET_DECORATOR)
    gateway.fails()

    assert lab.run(source, "charge_order", 7).ends == ["SUCCESS"] * 4


def test_a_helper_that_retries_is_no_better(lab, page):
    source = page.example.replace(
        "            raise self.retry(exc=exc, countdown=60)", "            charge_later(self, exc)"
    )
    source += "\n\ndef charge_later(self, exc):\n    raise self.retry(exc=exc, countdown=60)\n"
    gateway.fails()

    assert lab.run(source, "charge_order", 7).ends == ["SUCCESS"] * 4


def test_a_handler_that_raises_again_only_at_last_doubles_every_run_before(lab, page):
    source = page.example.replace(
        RETRYING_HANDLER[0],
        """        if self.request.retries < self.max_retries:
            raise self.retry(countdown=60)
        raise""",
    )
    gateway.fails()

    assert lab.run(source, "charge_order", 7).runs == 15


def test_fixed_a_retry_is_a_retry(lab, page):
    gateway.fails(times=2)

    seen = lab.run(page.fixed, "charge_order", 7)

    assert seen.ends == ["RETRY", "RETRY", "SUCCESS"]
    assert len(mail.calls) == 1
