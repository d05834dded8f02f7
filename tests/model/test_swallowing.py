"""What becomes of the ``Retry`` that a retry call raises."""

from __future__ import annotations

from textwrap import indent

import pytest
from short_modules import retry_calls

from flake8_celery_retry.model.outcome.swallowing import lets_retry_pass, swallower_of

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
    ("for each in order: break\nraise", True),
    ("while order: continue\nraise", True),
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
    call, *_ = retry_calls(f"""{HEAD}
    try:
        self.retry()
    except Exception as exc:
{indent(clause, "        ")}
""")
    [statement] = call.tries
    [handler] = call.handlers_of(statement)
    assert lets_retry_pass(handler) is passes


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
]


@pytest.mark.parametrize(("around", "kind"), AROUND)
def test_what_stands_around_a_retry_call_swallows_it(around, kind):
    [call] = retry_calls(f"{HEAD}{indent(around.format('self.retry()'), '    ')}\n")
    swallower = swallower_of(call)
    assert (swallower and swallower.kind) == kind
