"""CRT213: another decorator that retries takes Retry for a failure."""

import pytest
from shop import gateway

DECORATOR = "@retry(stop=stop_after_attempt(3))"
IMPORT = "from tenacity import retry, stop_after_attempt"


def wrapped(page, import_, decorator):
    return page.example.replace(IMPORT, import_).replace(DECORATOR, decorator)


THREE_ATTEMPTS = {
    "tenacity": (IMPORT, DECORATOR),
    "tenacity, raising again": (IMPORT, "@retry(stop=stop_after_attempt(3), reraise=True)"),
    "backoff": (
        "import backoff",
        "@backoff.on_exception(backoff.constant, Exception, max_tries=3, interval=0, jitter=None)",
    ),
    "retrying": ("from retrying import retry", "@retry(stop_max_attempt_number=3)"),
    "retry": ("from retry import retry", "@retry(tries=3)"),
    "stamina": (
        "import stamina",
        "@stamina.retry(on=Exception, attempts=3, wait_initial=0, wait_max=0, wait_jitter=0)",
    ),
}


@pytest.mark.parametrize("library", THREE_ATTEMPTS)
def test_every_attempt_sends_one_more(lab, page, library):
    gateway.fails()

    seen = lab.run(wrapped(page, *THREE_ATTEMPTS[library]), "charge_order", 7)

    assert seen.runs == 1 + 3 + 9
    assert len(gateway.calls) == 39


@pytest.mark.parametrize(
    ("import_", "attempts"),
    [
        (
            "from tenacity import Retrying, stop_after_attempt",
            "Retrying(stop=stop_after_attempt(3))",
        ),
        (
            "import stamina",
            "stamina.retry_context(on=Exception, attempts=3, wait_initial=0, wait_max=0)",
        ),
    ],
    ids=["tenacity", "stamina"],
)
def test_so_it_is_with_a_block_of_attempts(lab, import_, attempts):
    gateway.fails()

    seen = lab.run(f"{import_}\n" + BLOCK.replace("ATTEMPTS", attempts), "charge_order", 7)

    assert seen.runs == 1 + 3 + 9


@pytest.mark.parametrize(
    ("handler", "runs"),
    [
        ("return function(*args)", 1 + 2 + 4),
        ("raise args[0].retry(countdown=60)", 1 + 2 + 4),
        ("raise", 3),
    ],
    ids=["calls again", "retries", "lets it pass"],
)
def test_a_wrapper_of_the_module_doubles_every_run(lab, handler, runs):
    gateway.fails()

    assert lab.run(WRAPPER.replace("HANDLER", handler), "charge_order", 7).runs == runs


def test_above_the_task_decorator_it_wraps_no_run(lab, page):
    lines = page.example.splitlines()
    task = next(line for line in lines if line.startswith("@shared_task"))
    source = page.example.replace(f"{task}\n{DECORATOR}", f"{DECORATOR}\n{task}")
    gateway.fails()

    module = lab.load(source)
    module.task = lab.app.tasks[f"{module.__name__}.charge_order"]

    assert lab.run(module, "task", 7).runs == 3


FILTERED = {
    "tenacity": (
        "import tenacity",
        "@tenacity.retry(retry=tenacity.retry_if_exception_type(OSError))",
    ),
    "backoff": (
        "import backoff",
        "@backoff.on_exception(backoff.constant, OSError, max_tries=3, interval=0)",
    ),
    "retry": ("from retry import retry", "@retry(OSError, tries=3)"),
    "stamina": ("import stamina", "@stamina.retry(on=OSError, attempts=3)"),
}


@pytest.mark.parametrize("library", FILTERED)
def test_one_that_is_told_what_to_retry_lets_it_pass(lab, page, library):
    gateway.fails()

    seen = lab.run(wrapped(page, *FILTERED[library]), "charge_order", 7)

    assert seen.ends == ["RETRY", "RETRY", "FAILURE"]


def test_told_what_not_to_retry_it_lets_it_pass(lab, page):
    gateway.fails()

    seen = lab.run(page.use_instead, "charge_order", 7)

    assert seen.ends == ["RETRY", "RETRY", "FAILURE"]
    assert len(gateway.calls) == 3


BLOCK = """
from celery import shared_task
from shop.gateway import GatewayDown, charge

@shared_task(bind=True, max_retries=2)
def charge_order(self, order_id):
    for attempt in ATTEMPTS:
        with attempt:
            try:
                charge(order_id)
            except GatewayDown as exc:
                raise self.retry(exc=exc, countdown=60)
"""

WRAPPER = """
import functools
from celery import shared_task
from shop.gateway import GatewayDown, charge

def twice(function):
    @functools.wraps(function)
    def wrapper(*args):
        try:
            return function(*args)
        except Exception:
            HANDLER
    return wrapper

@shared_task(bind=True, max_retries=2)
@twice
def charge_order(self, order_id):
    try:
        charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)
"""
