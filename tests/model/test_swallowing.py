"""What becomes of the ``Retry`` that a retry call raises."""

from __future__ import annotations

from textwrap import indent

import pytest
from short_modules import model, retry_calls

from flake8_celery_retry.model.outcome.swallowing import (
    lets_out,
    lets_retry_pass,
    only_tells,
    raises_another,
    retries,
    swallower_of,
)

HEAD = """
from contextlib import contextmanager, suppress
from celery import shared_task
from celery.exceptions import Ignore, Retry
from shop import log, other, pay, quiet, unknown

@contextmanager
def keeping():
    try: yield
    except Exception: pass

@contextmanager
def telling():
    try: yield
    except Exception: raise

@contextmanager
def passing(): yield

@contextmanager
def again():
    with again(): yield

class Keeping:
    def __exit__(self, *error): return True

class KeepingLater:
    async def __aexit__(self, *error): return True

class Sometimes:
    def __exit__(self, *error):
        if error: return True

class Leaving:
    def __exit__(self, *error): return False

class Plain: pass

@shared_task(bind=True)
def charge(self, order):
"""

#: A clause for any exception; whether it raises again what is a ``Retry``.
CLAUSES = [
    ("raise", True),
    ("raise exc", True),
    ("raise exc.with_traceback(None)", True),
    ("raise exc.of(order)", False),
    ("raise OSError from exc", False),
    ("raise other", False),
    ("pass", False),
    ("return", False),
    ("log(exc)", False),
    ("log(exc)\nraise", True),
    ("self.retry()\nraise", False),
    ("return self.retry()", False),
    ("order and self.retry()\nraise", False),
    ("if isinstance(exc, Retry): raise", True),
    ("if isinstance(exc, Retry): raise\nreturn", True),
    ("if not isinstance(exc, Retry): return\nraise", True),
    ("if isinstance(exc, OSError): return\nraise", True),
    ("if isinstance(exc, OSError): raise", False),
    ("if isinstance(exc, (OSError, Retry)): raise", True),
    ("if isinstance(exc, unknown[0]): raise", True),
    ("if isinstance(exc): raise", True),
    ("if isinstance(other, Retry): raise", False),
    ("if order: pass\nelif isinstance(exc, Retry): raise", False),
    ("if isinstance(exc, OSError): pass\nelif isinstance(exc, Retry): raise", True),
    ("if isinstance(exc, OSError): pass\nelse: raise", True),
    ("if isinstance(exc, OSError): pass\nelse:\n    if order: pass\n    raise", True),
    ("if type(exc) is Retry: raise", True),
    ("if type(exc) is OSError: raise", False),
    ("if type(exc) == Retry: raise", True),
    ("if type(exc) is not Retry: return\nraise", True),
    ("if type(exc) != OSError: raise", True),
    ("if exc.__class__ in (Retry, Ignore): raise", True),
    ("if exc.__class__ not in (Retry, Ignore): return\nraise", True),
    ("if type(exc) in (OSError, unknown[0]): return\nraise", True),
    ("if type(other) is Retry: raise", False),
    ("if exc.kind is Retry: return\nraise", True),
    ("if isinstance(exc, Retry) or order: raise", True),
    ("if order or isinstance(exc, Retry): raise", True),
    ("if isinstance(exc, OSError) and order: return\nraise", True),
    ("if isinstance(exc, OSError) or order: return\nraise", True),
    ("if isinstance(exc, OSError) or isinstance(exc, KeyError): return\nraise", True),
    ("if isinstance(exc, Retry) and not isinstance(exc, OSError): raise", True),
    ("if not order: return\nraise", False),
    ("if order: raise", False),
    ("if order: raise\nelse: raise", True),
    ("if order: return\nraise", False),
    ("if self.request.retries < self.max_retries: raise", True),
    ("if self.request.retries <= self.max_retries: raise", True),
    ("if self.request.retries != self.max_retries: raise", True),
    ("if self.request.retries > self.max_retries: return\nraise", True),
    ("if self.request.retries >= self.max_retries: return\nraise", True),
    ("if self.request.retries == self.max_retries: return\nraise", True),
    ("if self.request.retries < self.max_retries: return\nraise", False),
    ("if self.max_retries > self.request.retries: raise", True),
    ("if self.max_retries >= self.request.retries: raise", True),
    ("if self.max_retries < self.request.retries: return\nraise", True),
    ("if self.max_retries <= self.request.retries: return\nraise", True),
    ("if self.max_retries == self.request.retries: return\nraise", True),
    ("if self.request.retries is self.max_retries: return\nraise", False),
    ("if 0 < self.request.retries < self.max_retries: return\nraise", False),
    ("if self.request.retries > 3: return\nraise", False),
    ("for each in order: raise", False),
    ("for each in order: return\nraise", False),
    ("async for each in order: return\nraise", False),
    ("while order: return\nraise", False),
    ("for each in order: break\nraise", True),
    ("while order: continue\nraise", True),
    ("async for each in order: raise", False),
    ("async with order: raise", True),
    ("with order: raise", True),
    ("with order: return", False),
    ("try: log()\nfinally: pass\nraise", True),
    ("try: raise\nfinally: log()", True),
    ("try: raise\nfinally: return", False),
    ("try: raise\nexcept OSError: return", True),
    ("try: log()\nexcept OSError: return\nelse: raise", True),
    ("match exc:\n    case Retry(): raise", True),
    ("match exc:\n    case OSError(): return\n    case _: raise", True),
    ("match exc:\n    case OSError(): raise", False),
    ("match exc:\n    case Retry(when=1): raise", True),
    ("match exc:\n    case Retry(1): raise", True),
    ("match exc:\n    case OSError() | Retry(): raise", True),
    ("match exc:\n    case OSError() | KeyError(): raise", False),
    ("match exc:\n    case Retry() as again: raise", True),
    ("match exc:\n    case OSError() as again: raise", False),
    ("match exc:\n    case Retry() if order: raise", True),
    ("match exc:\n    case found: raise", True),
    ("match exc:\n    case None: return\nraise", True),
    ("match order:\n    case 1: raise", False),
    ("match order:\n    case 1: raise\n    case _: raise", True),
    ("match order:\n    case 1: raise\n    case _: return", False),
]


@pytest.mark.parametrize(("clause", "passes"), CLAUSES)
def test_a_clause_lets_a_retry_pass(clause, passes):
    assert lets_retry_pass(clause_with(clause)) is passes


def clause_with(block):
    """A clause around a retry call, with this in it."""
    call, *_ = retry_calls(f"""{HEAD}
    try:
        self.retry()
    except Exception as exc:
{indent(block, "        ")}
""")
    [statement] = call.tries
    [handler] = call.handlers_of(statement)
    return handler


def test_a_clause_in_a_loop_that_goes_round_lets_nothing_pass():
    [call] = retry_calls(f"""{HEAD}
    for each in order:
        try:
            self.retry()
        except Exception:
            continue
""")
    [statement] = call.tries
    [handler] = call.handlers_of(statement)
    assert not lets_retry_pass(handler)


#: What stands around a retry call; what swallows the ``Retry``.
AROUND = [
    ("{}", None),
    ("try: {}\nexcept Exception: pass", "except"),
    ("try: {}\nexcept OSError: pass", None),
    ("try: {}\nexcept Exception: raise", None),
    ("try: {}\nexcept Retry: raise\nexcept Exception: pass", None),
    ("try: {}\nexcept OSError: raise\nexcept Exception: pass", "except"),
    ("try: pay()\nexcept OSError: {}\nexcept Exception: pass", None),
    ("try: pay()\nexcept OSError: pass\nelse: {}", None),
    ("try:\n    try: {}\n    except OSError: pass\nexcept Exception: pass", "except"),
    ("with suppress(Exception): {}", "with"),
    ("with suppress(OSError): {}", None),
    ("with suppress(OSError, Retry): {}", "with"),
    ("with suppress(*[Exception]): {}", "with"),
    ("with order, suppress(Exception): {}", "with"),
    ("with keeping(): {}", "with"),
    ("with telling(): {}", None),
    ("with passing(): {}", None),
    ("with again(): {}", None),
    ("with Keeping(): {}", "with"),
    ("with KeepingLater(): {}", "with"),
    ("with Sometimes(): {}", None),
    ("with Leaving(): {}", None),
    ("with Plain(): {}", None),
    ("with quiet(): {}", None),
    ("with quiet: {}", None),
    ("try: {}\nfinally: return", "finally"),
    ("try: {}\nfinally: pay()", None),
    ("try: {}\nfinally: raise OSError", None),
    ("try: pay()\nexcept OSError: {}\nfinally: return", "finally"),
    ("try: pay()\nexcept OSError: pass\nelse: {}\nfinally: return", "finally"),
    ("try: pay()\nfinally:\n    {}\n    return", None),
    ("while order:\n    try: {}\n    finally: break", "finally"),
    ("while order:\n    try: {}\n    finally: continue", "finally"),
    ("try: {}\nfinally:\n    while order: break", None),
    ("while order:\n    try: {}\n    finally:\n        while order: break", None),
]


@pytest.mark.parametrize(("around", "kind"), AROUND)
def test_what_stands_around_a_retry_call_swallows_it(around, kind):
    [call] = retry_calls(f"{HEAD}{indent(around.format('self.retry()'), '    ')}\n")
    swallower = swallower_of(call)
    assert (swallower and swallower.kind) == kind


#: What a task with a decorator, or a helper, does; what swallows its retry.
DECORATED = [
    ("@swallowing\ndef work(self): self.retry()", "decorator"),
    ("@swallowing(1)\ndef work(self): self.retry()", None),
    ("@letting\ndef work(self): self.retry()", None),
    ("@letting\n@swallowing\ndef work(self): self.retry()", "decorator"),
    ("@swallowing\ndef work(self):\n    def again(): self.retry()\n    again()", "decorator"),
    ("@swallowing\ndef work(self):\n    def again(): self.retry()\n    pay(again)", None),
]


@pytest.mark.parametrize(("task", "kind"), DECORATED)
def test_a_decorator_of_the_module_swallows_what_leaves_the_task(task, kind):
    [call] = retry_calls(f"""
from celery import shared_task
from shop import pay

def swallowing(function):
    def wrapper(*args):
        try: return function(*args)
        except Exception: pass
    return wrapper

def letting(function):
    def wrapper(*args):
        try: return function(*args)
        except OSError: pass
    return wrapper

@shared_task(bind=True)
{task}
""")
    swallower = swallower_of(call)
    assert (swallower and swallower.kind) == kind


def test_a_helper_has_no_decorators_of_its_task():
    [call] = retry_calls("""
from celery import Task

def again(task: Task):
    task.retry()
""")
    assert swallower_of(call) is None


def test_what_a_helper_raises_passes_the_decorators_of_the_task_that_calls_it():
    module = model("""
from celery import Task, shared_task

def swallowing(function):
    def wrapper(*args):
        try: return function(*args)
        except Exception: pass
    return wrapper

def again(task: Task):
    task.retry()

@shared_task(bind=True)
@swallowing
def charge(self): again(self)
""")
    [call] = module.calls_through_helpers(module.retry_calls)
    swallower = swallower_of(call)
    assert swallower is not None
    assert swallower.kind == "decorator"


#: What a task does; whether its ``Retry`` leaves the function that makes it.
WAYS = [
    ("self.retry()", True),
    ("self.retry(throw=False)", False),
    ("self.retry(throw=order)", False),
    ("self.retry(**order)", False),
    ("try: self.retry()\nexcept Exception: pass", False),
    ("def again(): self.retry()\ntry: again()\nexcept Exception: pass", True),
]


@pytest.mark.parametrize(("body", "leaves"), WAYS)
def test_a_retry_leaves_its_function(body, leaves):
    [call] = retry_calls(f"{HEAD}{indent(body, '    ')}\n")
    assert lets_out(call) is leaves


#: A clause; whether it only tells what happened.
TELLING = [
    ("pass", True),
    ("log.warning(exc)", True),
    ("print(exc)", True),
    ("'nothing can be done'", True),
    ("order.done", False),
    ("pay()", False),
    ("log.warning(exc)\npay()", False),
    ("return", True),
    ("return order", True),
    ("return str(exc)", True),
    ("return pay()", False),
    ("raise", False),
    ("order = None", False),
    ("if order: log.warning(exc)", True),
    ("if isinstance(exc, OSError): return", True),
    ("if pay(): return", False),
    ("if order: pay()", False),
    ("if order: pay()\nelse: return", False),
    ("if order: return\nelse: pay()", False),
    ("for each in order: log.warning(exc)", False),
]


@pytest.mark.parametrize(("block", "tells"), TELLING)
def test_a_clause_only_tells(block, tells):
    assert only_tells(clause_with(block)) is tells


#: A clause; whether it retries; whether it ends in another exception.
ENDS = [
    ("pass", False, False),
    ("self.retry()", True, False),
    ("order and self.retry()", True, False),
    ("order.retry()", False, False),
    ("raise", False, False),
    ("raise exc", False, False),
    ("raise OSError", False, True),
    ("if order: raise OSError", False, False),
    ("if order: return\nraise OSError from exc", False, True),
]


@pytest.mark.parametrize(("block", "again", "another"), ENDS)
def test_a_clause_retries_or_raises_another_exception(block, again, another):
    handler = clause_with(block)
    assert retries(handler) is again
    assert raises_another(handler) is another
