"""What a task with ``autoretry_for`` catches itself, so that Celery never sees it."""

from __future__ import annotations

import ast
from textwrap import indent

import pytest
from short_modules import model

from flake8_celery_retry.model.outcome.unreached import (
    kept_from_autoretry,
    never_retries_automatically,
)

HEAD = """
import logging
import requests
import bank
from celery import Task, shared_task
from shop import CardRefused, ERRORS, GatewayDown, charge, errors, mail, settle
from .beside import Near, nearly

logger = logging.getLogger(__name__)
client = requests.Session()

class Narrow(GatewayDown): pass
class Wide(OSError): pass

def plain(order): return order
def asks(order): return requests.get(order)
def asks_later(order): return asks(order)
def round_and_round(order): return round_and_round(order)
"""


def kept_by(source: str) -> str:
    """The clauses that keep something, by what they catch; ``all`` where nothing leaves."""
    [task] = [each for each in model(HEAD + source).tasks if each.name != "other"]
    found = kept_from_autoretry(task)
    assert never_retries_automatically(task) == found.is_all
    kept = [ast.unparse(each.handler.node.type or ast.Name("all")) for each in found.clauses]
    return " ".join([*kept, *(["all"] if found.is_all else [])])


def task(body: str, options: str = "autoretry_for=(GatewayDown,)", below: str = "") -> str:
    return f"@shared_task({options})\n{below}\ndef task(order, box=None):\n{indent(body, '    ')}\n"


def attempt(clause: str = "GatewayDown", then: str = "pass") -> str:
    return f"try:\n    charge(order)\nexcept {clause}:\n{indent(then, '    ')}\n"


TRY = attempt()

OPTIONS = [
    ("autoretry_for=(GatewayDown,)", "GatewayDown all"),
    ("", ""),
    ("autoretry_for=(GatewayDown,), max_retries=0", ""),
    ("autoretry_for=(GatewayDown,), max_retries=-1", ""),
    ("autoretry_for=(GatewayDown,), max_retries=1", "GatewayDown all"),
    ("autoretry_for=(GatewayDown,), max_retries=None", "GatewayDown all"),
    ("autoretry_for=(GatewayDown,), max_retries=errors[0]", "GatewayDown all"),
    ("autoretry_for=(GatewayDown,), **errors[0]", "GatewayDown all"),
    ("autoretry_for=(CardRefused,)", ""),
    # CardRefused leaves the task, which does nothing else.
    ("autoretry_for=(CardRefused, GatewayDown)", "GatewayDown"),
    # What else is listed can't be read.
    ("autoretry_for=(GatewayDown, *ERRORS)", "GatewayDown"),
    ("autoretry_for=(GatewayDown, errors[0])", "GatewayDown"),
    ("autoretry_for=(Narrow,)", "GatewayDown all"),
    ("autoretry_for=(Exception,)", ""),
]


@pytest.mark.parametrize(("options", "kept"), OPTIONS)
def test_what_is_listed_is_kept_inside(options, kept):
    assert kept_by(task(TRY, options)) == kept


@pytest.mark.parametrize("listed", ["()", "(errors[0],)", "ERRORS"])
def test_nothing_that_can_be_read_is_listed(listed):
    assert kept_by(task(attempt("Exception"), f"autoretry_for={listed}")) == ""


def test_a_class_without_run_runs_nothing():
    source = "class Charge(Task):\n    name = 'charge'\n    autoretry_for = (GatewayDown,)\n"
    for registered in ("", "import celery\ncelery.Celery('shop').register_task(Charge())\n"):
        tasks = model(HEAD + source + registered).tasks
        assert [kept_from_autoretry(each).clauses for each in tasks] == [()]


def test_a_decorator_below_may_raise_it_again():
    assert kept_by(task(TRY, below="@bank.guarded")) == ""


def test_a_base_class_is_no_task():
    source = "class Other(Task):\n    autoretry_for = (GatewayDown,)\n    abstract = True\n"
    run = f"    def run(self, order):\n{indent(TRY, ' ' * 8)}"
    assert all(not kept_from_autoretry(each).clauses for each in model(HEAD + source + run).tasks)


HANDLERS = [
    ("GatewayDown", "logger.info(order)", "GatewayDown all"),
    ("GatewayDown", "raise", ""),
    ("GatewayDown", "assert order", ""),
    ("GatewayDown", "bank.raise_for(order)", ""),
    ("GatewayDown", "task.retry()", ""),
    # It does what the body does, once more.
    ("GatewayDown", "charge(order)", ""),
    ("GatewayDown", "if charge(order): pass", ""),
    ("GatewayDown", "plain(order)", "GatewayDown all"),
    ("GatewayDown", "settle(order)", "GatewayDown all"),
    ("(GatewayDown, CardRefused)", "pass", "(GatewayDown, CardRefused) all"),
    ("Exception", "pass", "Exception all"),
    ("BaseException", "pass", "BaseException all"),
    ("ERRORS", "pass", ""),
    ("errors[0]", "pass", ""),
    ("CardRefused", "pass", ""),
]


@pytest.mark.parametrize(("clause", "then", "kept"), HANDLERS)
def test_a_clause_keeps_what_it_does_not_let_out(clause, then, kept):
    assert kept_by(task(attempt(clause, then))) == kept


#: The task's body; what is kept where ``autoretry_for`` lists ``GatewayDown``, then where it lists
#: ``Exception`` and the clause catches that.
BODIES = [
    # What stands around the try, and may fail.
    (f"settle(order)\n{TRY}", "GatewayDown", "Exception"),
    (f"{TRY}settle(order)", "GatewayDown", ""),
    (f"logger.info(order)\n{TRY}", "GatewayDown all", "Exception all"),
    (f"{TRY}return order", "GatewayDown all", "Exception all"),
    (f"x = len(order)\n{TRY}", "GatewayDown all", "Exception all"),
    (f"x: int = 1\n{TRY}", "GatewayDown all", "Exception all"),
    (f"x = 1\nx += 1\n{TRY}", "GatewayDown all", "Exception all"),
    (f"import os\n{TRY}", "GatewayDown all", "Exception all"),
    (f"from os import path\n{TRY}", "GatewayDown all", "Exception all"),
    (f"global x\n{TRY}", "GatewayDown all", "Exception all"),
    (f"pass\n{TRY}", "GatewayDown all", "Exception all"),
    (f"def later(): pass\n{TRY}", "GatewayDown all", "Exception all"),
    (f"if order: return None\n{TRY}", "GatewayDown all", "Exception all"),
    (f"if settle(order): return None\n{TRY}", "GatewayDown", "Exception"),
    (f"if order: settle(order)\n{TRY}", "GatewayDown", "Exception"),
    (f"if order: pass\nelse: settle(order)\n{TRY}", "GatewayDown", "Exception"),
    (f"raise CardRefused\n{TRY}", "GatewayDown", "Exception"),
    (f"del order\n{TRY}", "GatewayDown", "Exception"),
    (f"{TRY}del order", "GatewayDown", ""),
    (f"{TRY}yield order", "GatewayDown", ""),
    # An attribute or an index raises nothing that is listed, but by an `Exception`.
    (f"x = order.pk\n{TRY}", "GatewayDown all", "Exception"),
    (f"x = order[0]\n{TRY}", "GatewayDown all", "Exception"),
    (f"{TRY}x = order.pk", "GatewayDown all", ""),
    # Else and finally belong to what is done after it.
    (f"{TRY}else:\n    settle(order)", "GatewayDown", ""),
    (f"{TRY}finally:\n    settle(order)", "GatewayDown", ""),
    (f"{TRY}else:\n    logger.info(order)", "GatewayDown all", "Exception all"),
    (f"{TRY}finally:\n    logger.info(order)", "GatewayDown all", "Exception all"),
    # Around it.
    (f"if order:\n{indent(TRY, '    ')}", "GatewayDown all", "Exception all"),
    (f"if order: pass\nelse:\n{indent(TRY, '    ')}", "GatewayDown all", "Exception all"),
    (f"if settle(order): pass\nelse:\n{indent(TRY, '    ')}", "GatewayDown", ""),
    (f"if settle(order):\n{indent(TRY, '    ')}", "GatewayDown", "Exception"),
    (f"if settle(order):\n{indent(TRY, '    ')}else: pass", "GatewayDown", ""),
    (f"if charge(order):\n{indent(TRY, '    ')}", "GatewayDown", ""),
    (f"with bank.open():\n{indent(TRY, '    ')}", "GatewayDown", "Exception"),
    (f"with charge(order):\n{indent(TRY, '    ')}", "GatewayDown", ""),
    (f"async with bank.open():\n{indent(TRY, '    ')}", "GatewayDown", "Exception"),
    (f"async with charge(order):\n{indent(TRY, '    ')}", "GatewayDown", ""),
    (f"for x in order:\n{indent(TRY, '    ')}", "", ""),
    (f"while order:\n{indent(TRY, '    ')}", "", ""),
    (f"try:\n{indent(TRY, '    ')}finally: pass", "GatewayDown", ""),
    # What stands before it does a part of its work.
    (f"charge(order)\n{TRY}", "GatewayDown", ""),
    (f"x = charge(order)\n{TRY}", "GatewayDown", ""),
    (f"bank.charge(order)\n{TRY}", "GatewayDown", "Exception"),
    (f"if order:\n    with settle(order):\n{indent(TRY, ' ' * 8)}", "GatewayDown", "Exception"),
]


@pytest.mark.parametrize(("body", "narrow", "broad"), BODIES)
def test_what_stands_around_a_try(body, narrow, broad):
    assert kept_by(task(body)) == narrow
    wide = body.replace("GatewayDown", "Exception")
    assert kept_by(task(wide, "autoretry_for=(Exception,)")) == broad


GOES_ON = [
    # A name that the clause gives a value, and that is used afterwards.
    ("box = 1", "settle(box)", ""),
    ("box = 1", "x = box", ""),
    ("box = 1", "if box: settle(order)", ""),
    ("box = 1", "return settle(box)", ""),
    ("box = 1", "return box", "GatewayDown all"),
    ("box = 1", "logger.info(box)", "GatewayDown all"),
    ("box = 1", "box = 2", "GatewayDown all"),
    ("x = box", "settle(box)", "GatewayDown"),
    ("del box", "settle(box)", ""),
]


@pytest.mark.parametrize(("then", "after", "kept"), GOES_ON)
def test_a_clause_goes_on_with_a_value(then, after, kept):
    assert kept_by(task(f"{attempt(then=then)}{after}")) == kept


def test_a_name_that_is_used_before_or_in_the_clause_is_not_gone_on_with():
    assert kept_by(task(f"settle(box)\n{attempt(then='box = 1')}")) == "GatewayDown"
    assert kept_by(task(attempt(then="box = 1\nsettle(box)"))) == "GatewayDown all"
    assert kept_by(task(f"{attempt(then='box = 1')}x = box; return x")) == ""


BOUND = [
    ("x = charge(order)", "x.save()", "GatewayDown all"),
    ("x = charge(order)", "x.items[0].save()", "GatewayDown all"),
    ("x = charge(order)", "order.save()", "GatewayDown"),
    ("charge(x)", "x.save()", "GatewayDown"),
    ("charge(order)", "mail(order).send()", "GatewayDown"),
    ("x = charge(order)", "if x.ok(): return None", "GatewayDown all"),
    ("x = charge(order)", "if order.ok(): return None", "GatewayDown"),
]


@pytest.mark.parametrize(("work", "after", "kept"), BOUND)
def test_what_the_try_has_bound_works(work, after, kept):
    source = f"try:\n    {work}\nexcept GatewayDown:\n    return None\n{after}"
    assert kept_by(task(source)) == kept


LIBRARIES = [
    # What the library of a listed class does before may fail as well, and is retried.
    ("requests.get(order)", ""),
    ("requests.Session().get(order)", ""),
    ("asks(order)", ""),
    ("asks_later(order)", ""),
    ("bank.ask(order)", "Exception"),
    ("plain(order)", "Exception"),
    ("round_and_round(order)", "Exception"),
    ("with requests.Session():\n    pass", ""),
    ("client.get(order)", ""),
]


@pytest.mark.parametrize(("before", "kept"), LIBRARIES)
def test_a_call_of_the_library_before_is_retried(before, kept):
    source = f"{before}\n{attempt('Exception')}"
    assert kept_by(task(source, "autoretry_for=(requests.Timeout,)")) == kept


@pytest.mark.parametrize(
    ("before", "listed", "kept"),
    [
        ("Order.objects.get(pk=order)", "django.db.OperationalError", ""),
        ("Order.objects.get(pk=order)", "bank.Closed", "Exception"),
        ("Order.find(pk=order)", "django.db.OperationalError", "Exception"),
        # Builtins and what is imported from beside the module belong to no library.
        ("nearly(order)", "Near", "Exception"),
        ("open(order)", "OSError", "Exception"),
        ("nearly(order)", "Wide", "Exception"),
    ],
)
def test_a_library_is_what_a_name_begins_with(before, listed, kept):
    work = f"{before}\n{attempt('Exception')}"
    source = f"import django.db\n{task(work, f'autoretry_for=({listed},)')}"
    assert kept_by(source) == kept


def test_functions_are_followed_so_far():
    chain = "".join(f"def f{place}(order): f{place + 1}(order)\n" for place in range(40))
    body = f"f0(order)\n{attempt('Exception')}"
    assert kept_by(chain + task(body, "autoretry_for=(GatewayDown,)")) == ""
    assert kept_by(chain + task(body, "autoretry_for=(Near,)")) == "Exception"


RAISED = [
    ("raise GatewayDown", "GatewayDown", "GatewayDown"),
    ("raise GatewayDown(order)", "GatewayDown", "GatewayDown"),
    ("raise GatewayDown(order)", "Exception", "Exception"),
    ("raise Narrow", "Exception", "Exception"),
    ("raise CardRefused", "Exception", ""),
    ("raise errors[0]", "Exception", ""),
    ("raise", "Exception", ""),
    ("raise\n    raise GatewayDown", "GatewayDown", "GatewayDown"),
    ("raise CardRefused\n    raise GatewayDown", "GatewayDown", "GatewayDown"),
    ("raise\n    raise GatewayDown", "Exception", "Exception"),
    ("raise CardRefused\n    raise GatewayDown", "Exception", "Exception"),
]


@pytest.mark.parametrize(("leaving", "clause", "kept"), RAISED)
def test_a_task_catches_what_it_raises_for_its_retries(leaving, clause, kept):
    body = f"try:\n    if charge(order): {leaving}\nexcept {clause}:\n    pass\nsettle(order)"
    assert kept_by(task(body)) == kept


def test_the_first_clause_that_catches_what_is_raised_counts():
    inner = "try:\n    raise GatewayDown\nexcept CardRefused: pass\nexcept Exception: raise\n"
    around = f"try:\n{indent(inner, '    ')}except Exception: pass\nsettle(order)"
    assert kept_by(task(around)) == ""
    passed = "try:\n    raise GatewayDown\nexcept CardRefused: pass\n"
    around = f"try:\n{indent(passed, '    ')}except Exception: pass\nsettle(order)"
    assert kept_by(task(around)) == "Exception"


def test_what_everything_is_derived_from_is_not_raised_for_a_retry():
    body = "try:\n    raise CardRefused\nexcept CardRefused:\n    pass\nsettle(order)"
    assert kept_by(task(body, "autoretry_for=(Exception,)")) == ""
    body = body.replace("CardRefused", "Exception")
    assert kept_by(task(body, "autoretry_for=(Exception,)")) == "Exception"


def test_each_class_is_kept_by_the_first_clause_that_catches_it():
    body = f"{attempt('GatewayDown')}except CardRefused:\n    {{then}}\nexcept Exception: pass"
    both = "autoretry_for=(GatewayDown, CardRefused)"
    assert kept_by(task(body.format(then="pass"), both)) == "GatewayDown CardRefused all"
    assert kept_by(task(body.format(then="raise"), both)) == "GatewayDown"
    assert kept_by(task(body.format(then="pass"))) == "GatewayDown all"


def test_what_is_told_in_the_body_and_in_the_clause_is_not_tried_again():
    told = TRY.replace("charge(order)", "logger.info(len(order))\n    charge(order)")
    assert kept_by(task(told.replace("pass", "logger.info(len(box))"))) == "GatewayDown all"


def test_a_try_in_the_try_around_all():
    body = f"try:\n{indent(TRY, '    ')}    charge(order)\nexcept GatewayDown: pass"
    assert kept_by(task(body)) == "GatewayDown GatewayDown all"


def test_the_last_try_of_two_keeps_whatever_it_catches():
    first = TRY.replace("charge", "bank.ask")
    assert kept_by(task(first + attempt("Exception"))) == "GatewayDown Exception"
    assert kept_by(task(attempt("Exception") + first)) == "GatewayDown"
