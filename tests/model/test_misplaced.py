"""Arguments of a retry call in the wrong place, under a wrong name, or of a wrong type; and what
says that a row is missing."""

from __future__ import annotations

import ast

import pytest
from short_modules import model, only_task

from flake8_celery_retry.model.misplaced import exception_in_args, is_misplaced, misspelled
from flake8_celery_retry.model.missing_rows import missing_rows
from flake8_celery_retry.model.policy.misfits import Misfit, misfits_of_call, misfits_of_task

HEAD = """
from datetime import timedelta
from celery import Task, shared_task
from shop import LATER, Order, later
from django.core.exceptions import ObjectDoesNotExist
from sqlalchemy.exc import NoResultFound
from sqlalchemy import exc as errors
"""


def call_with(arguments: str, options: str = ""):
    module = model(f"""{HEAD}
@shared_task(bind=True, {options})
def charge(self, order):
    try: later()
    except OSError as exc: self.retry({arguments})
""")
    return module.retry_calls[0]


FIRST = [
    ("exc", "exc"),
    ("(exc)", "exc"),
    ("OSError", "OSError"),
    ("OSError()", "OSError()"),
    ("(order,)", None),
    ("[exc]", None),
    ("*exc", None),
    ("order", None),
    ("(order,), {}, exc", None),
    ("(order,), exc", None),
    ("exc=exc", None),
    ("", None),
]


@pytest.mark.parametrize(("arguments", "exception"), FIRST)
def test_an_exception_stands_where_the_arguments_belong(arguments, exception):
    call = call_with(arguments)
    found = exception_in_args(call)
    assert (found and ast.unparse(found)) == exception
    assert is_misplaced(call) is (exception is not None)


WORDS = [
    ("ex=exc", [("ex", "exc")]),
    ("coutdown=5, error=exc", [("coutdown", "countdown"), ("error", "exc")]),
    ("retry_backoff=5", [("retry_backoff", None)]),
    ("jitter=5", [("jitter", None)]),
    ("autoretry_on=5", [("autoretry_on", None)]),
    ("exc=exc, countdown=5, max_retries=5", []),
    ("queue='slow'", []),
]


@pytest.mark.parametrize(("arguments", "found"), WORDS)
def test_an_argument_has_a_wrong_name(arguments, found):
    call = call_with(arguments)
    assert [(each.written.name, each.meant) for each in misspelled(call)] == found
    assert is_misplaced(call) is bool(found)


TIMEDELTA, TEXT, NUMBER, NONE = Misfit.TIMEDELTA, Misfit.TEXT, Misfit.NUMBER, Misfit.NONE
SPAN = "timedelta(minutes=5)"

ARGUMENTS = [
    (f"countdown={SPAN}", [("countdown", TIMEDELTA)]),
    ("countdown='5'", [("countdown", TEXT)]),
    ("countdown=f'{order}'", [("countdown", TEXT)]),
    ("countdown=5", []),
    ("countdown=None", []),
    ("countdown=order", []),
    (f"eta={SPAN}", [("eta", TIMEDELTA)]),
    ("eta=5", [("eta", NUMBER)]),
    ("eta=0", []),
    ("eta='5'", []),
    ("eta=later()", []),
    # A countdown wins, also one that may come.
    (f"eta={SPAN}, countdown=5", []),
    ("eta=5, countdown=5", []),
    ("eta=5, **order", []),
    ("eta=5, countdown=None", [("eta", NUMBER)]),
    (f"expires={SPAN}", [("expires", TIMEDELTA)]),
    ("expires='5'", []),
    ("expires=5", []),
    ("max_retries='5'", [("max_retries", TEXT)]),
    ("max_retries=5", []),
    (f"max_retries={SPAN}", []),
    (f"default_retry_delay={SPAN}", [("default_retry_delay", TIMEDELTA)]),
    (f"queue={SPAN}", []),
    ("queue='slow'", []),
    (f"countdown={SPAN}, max_retries='5'", [("countdown", TIMEDELTA), ("max_retries", TEXT)]),
]


@pytest.mark.parametrize(("arguments", "found"), ARGUMENTS)
def test_an_argument_does_not_fit(arguments, found):
    misfits = misfits_of_call(call_with(arguments))
    assert [(item.name, misfit) for item, misfit in misfits] == found


OPTIONS = [
    ("retry_backoff='5'", []),
    ("retry_backoff='2.5'", []),
    ("retry_backoff='x'", [("retry_backoff", TEXT)]),
    ("retry_backoff=None", [("retry_backoff", NONE)]),
    ("retry_backoff=5", []),
    ("retry_backoff=LATER", []),
    ("retry_backoff_max='5'", []),
    ("retry_backoff_max='2.5'", [("retry_backoff_max", TEXT)]),
    ("retry_backoff_max=None", [("retry_backoff_max", NONE)]),
    (f"default_retry_delay={SPAN}", [("default_retry_delay", TIMEDELTA)]),
    ("default_retry_delay='5'", [("default_retry_delay", TEXT)]),
    ("max_retries='5'", [("max_retries", TEXT)]),
    (f"expires={SPAN}", [("expires", TIMEDELTA)]),
    ("expires=5", []),
    ("countdown='5'", []),
    ("retry_kwargs={'countdown': '5'}", [("countdown", TEXT)]),
    ("retry_kwargs={'eta': 5}", [("eta", NUMBER)]),
    ("retry_kwargs={'eta': 5, 'countdown': 5}", []),
    ("retry_kwargs={'max_retries': '5'}", [("max_retries", TEXT)]),
    ("retry_kwargs=LATER", []),
]


@pytest.mark.parametrize(("options", "found"), OPTIONS)
def test_an_option_does_not_fit(options, found):
    task = only_task(f"{HEAD}@shared_task({options})\ndef charge(): pass\n")
    assert [(option.name, misfit) for option, misfit in misfits_of_task(task)] == found


def test_an_option_does_not_fit_where_it_stands():
    base, charge = model(f"""{HEAD}
class Base(Task):
    max_retries = '5'
    retry_kwargs = {{'countdown': '5'}}

@shared_task(base=Base)
def charge(): pass
""").tasks
    assert [option.name for option, _ in misfits_of_task(base)] == ["max_retries", "countdown"]
    assert list(misfits_of_task(charge)) == []


ROWS = [
    ("Order.DoesNotExist", ["Order.DoesNotExist"]),
    ("order.models.Order.DoesNotExist", ["order.models.Order.DoesNotExist"]),
    ("DoesNotExist", []),
    ("Order.MultipleObjectsReturned", []),
    ("ObjectDoesNotExist", ["ObjectDoesNotExist"]),
    ("NoResultFound", ["NoResultFound"]),
    ("errors.NoResultFound", ["errors.NoResultFound"]),
    ("later.NoResultFound", []),
    ("(OSError, Order.DoesNotExist)", ["Order.DoesNotExist"]),
    ("(Order.DoesNotExist, NoResultFound)", ["Order.DoesNotExist", "NoResultFound"]),
    ("MISSING", ["Order.DoesNotExist"]),
    ("OSError", []),
]


@pytest.mark.parametrize(("exceptions", "found"), ROWS)
def test_an_exception_says_that_a_row_is_not_there(exceptions, found):
    module = model(f"{HEAD}MISSING = Order.DoesNotExist\ntry: later()\nexcept {exceptions}: pass\n")
    [clause] = module.tree.root.walk(ast.ExceptHandler)
    assert [ast.unparse(each) for each in missing_rows(module, clause.type)] == found
    assert module.handler(clause).missing_rows == missing_rows(module, clause.type)
