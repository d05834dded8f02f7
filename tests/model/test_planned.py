"""Whether an author plainly means that whatever fails is tried again."""

from __future__ import annotations

import pytest
from short_modules import model

from flake8_celery_retry.model.policy.planned import is_planned

HEAD = """
import logging, traceback, sentry_sdk
from celery import shared_task
from shop import UNKNOWN, charge_card, report

logger = logging.getLogger(__name__)
"""


def is_plan(clause: str, options: str = "", arguments: str = "exc=exc, countdown=5", tried="pass"):
    module = model(f"""{HEAD}
@shared_task(bind=True, {options})
def charge(self, order):
    try:
        {tried}
    except Exception as exc:
        {clause}
        self.retry({arguments})
""")
    return is_planned(module.retry_calls[-1])


TELLS = [
    ("logger.exception('x')", True),
    ("logger.error('x', exc_info=True)", True),
    ("logger.error('x', exc_info=exc)", True),
    ("logger.error('x', extra={}, exc_info=1)", True),
    ("logger.error('x', exc_info=False)", False),
    ("logger.error('x', exc_info=None)", False),
    ("logger.exception('x', exc_info=False)", False),
    ("logger.exception('x', extra={})", True),
    ("logger.error('x')", False),
    ("logger.error(exc)", False),
    ("logger.error(traceback.format_exc())", True),
    ("logger.error('%s', str(traceback.format_exc()))", True),
    ("report(traceback.format_exc())", False),
    ("report.exception('x')", False),
    ("report('x', exc_info=True)", False),
    ("traceback.print_exc()", True),
    ("traceback.print_stack()", False),
    ("print(exc)", False),
    ("print(traceback.format_exc())", True),
    ("sentry_sdk.capture_exception(exc)", True),
    ("sentry_sdk.capture_message('x')", False),
    ("logging.exception('x')", True),
    ("pass", False),
    # Not of each exception.
    ("if order: logger.exception('x')", False),
    ("for x in order: logger.exception('x')", False),
    ("with order: logger.exception('x')", True),
    ("try: order()\n        except OSError: logger.exception('x')", False),
    ("try: logger.exception('x')\n        finally: order()", True),
    ("order and logger.exception('x')", False),
    ("logger.exception('x') if order else None", False),
    ("if order: report()\n        logger.exception('x')", True),
]


@pytest.mark.parametrize(("clause", "tells"), TELLS)
def test_each_error_is_told_with_its_traceback(clause, tells):
    assert is_plan(clause) is tells


CHOICES = [
    ("", "countdown=5", True),
    ("", "eta=report()", True),
    ("", "max_retries=5", True),
    ("", "", False),
    ("", "countdown=None, max_retries=None", False),
    ("max_retries=5", "", True),
    ("max_retries=None", "", False),
    ("default_retry_delay=5", "", True),
    ("max_retries=UNKNOWN", "", True),
    ("retry_backoff=5", "", False),
    ("", "**UNKNOWN", False),
]


@pytest.mark.parametrize(("options", "arguments", "is_chosen"), CHOICES)
def test_a_limit_or_a_delay_is_chosen(options, arguments, is_chosen):
    assert is_plan("logger.exception('x')", options, arguments) is is_chosen


@pytest.mark.parametrize(
    ("tried", "is_planned"),
    [
        ("charge_card(order)", True),
        ("self.retry(exc=OSError())", False),
        ("if order: raise self.retry()", False),
        ("charge.retry()", False),
    ],
)
def test_no_retry_is_taken_for_one_more_error(tried, is_planned):
    assert is_plan("logger.exception('x')", tried=tried) is is_planned


def test_a_retry_outside_of_a_handler_is_no_plan_for_what_fails():
    module = model(
        f"{HEAD}@shared_task(bind=True)\ndef charge(self):\n"
        "    logger.exception('x')\n    self.retry(countdown=5)\n"
    )
    assert not is_planned(module.retry_calls[0])
