"""``except`` clauses: what they catch, who is meant to be caught, and where the exception goes."""

from __future__ import annotations

import ast
from textwrap import indent

import pytest
from short_modules import model

from flake8_celery_retry.model import Handler
from flake8_celery_retry.model.exception_classes import class_of, classes_caught, first_to_catch
from flake8_celery_retry.model.handlers import MOST_NODES

HEAD = """
import sys, traceback
from celery.exceptions import CeleryError, Ignore, MaxRetriesExceededError, Reject, Retry, TaskError
from shop import Elsewhere, MaxRetriesExceededError as Shops, Order, errors, pay
from requests import RequestException
from socket import timeout

class Own(OSError): pass

ERRORS = (OSError, Own)
"""


def clause(head: str, body: str = "pass") -> Handler:
    """The last clause that is written so, as one of a function."""
    module = model(
        f"{HEAD}def again(order):\n    try: pay()\n    {head}\n{indent(body, '        ')}\n"
    )
    function = next(scope for scope in module.functions if scope.node.name == "again")
    return module.handler(list(function.walk(ast.ExceptHandler))[-1])


EXHAUSTED = "MaxRetriesExceededError"

#: A clause; what it catches; whether that is the end of the retries, and nothing but that.
CAUGHT = [
    ("except:", ["BaseException"], True, False),
    ("except Exception:", ["Exception"], True, False),
    ("except OSError as exc:", ["OSError"], False, False),
    (f"except {EXHAUSTED}:", [f"celery.exceptions.{EXHAUSTED}"], True, True),
    (f"except (OSError, {EXHAUSTED}):", ["OSError", f"celery.exceptions.{EXHAUSTED}"], True, False),
    ("except TaskError:", ["celery.exceptions.TaskError"], True, False),
    ("except CeleryError:", ["celery.exceptions.CeleryError"], True, False),
    ("except Retry:", ["celery.exceptions.Retry"], False, False),
    ("except Shops:", [f"shop.{EXHAUSTED}"], False, False),
    (f"except order.{EXHAUSTED}:", [f"celery.exceptions.{EXHAUSTED}"], True, True),
    ("except ERRORS:", ["OSError", None], False, False),
    ("except errors[0]:", [None], False, False),
]


@pytest.mark.parametrize(("head", "caught", "catches", "only"), CAUGHT)
def test_a_clause_catches_the_end_of_the_retries(head, caught, catches, only):
    handler = clause(head)
    assert [name if name != "again.Own" else None for name in handler.caught] == caught
    assert handler.catches_exhaustion is catches
    assert handler.catches_only(EXHAUSTED) is only
    assert handler.name == ("exc" if " as " in head else None)
    assert not handler.is_star


def test_a_clause_catches_one_of_several_of_celerys():
    handler = clause("except (Retry, Ignore):")
    assert handler.catches("Retry")
    assert handler.catches("Reject", "Ignore")
    assert not handler.catches("Reject")
    assert handler.catches_only("Retry", "Ignore", "Reject")
    assert not handler.catches_only("Retry")


COMMENTS = [
    ("except Exception:  # noqa: BLE001", "pass", True),
    ("except Exception:  # noqa:E501,BLE001", "pass", True),
    ("except Exception:  # noqa: E501", "pass", False),
    ("except Exception:  # noqa", "pass", False),
    ("except Exception:  # pylint: disable=broad-except", "pass", True),
    ("except Exception:  # whatever fails", "pass", False),
    ("except Exception:", "# pylint: disable=broad-except\npass", True),
    ("except Exception:", "pass  # noqa: BLE001", False),
    ("except Exception:", "pass\n# noqa: BLE001\npass", False),
    ("except (  # noqa: BLE001\n        Exception):", "pass", True),
    ("except Exception: pass  # noqa: BLE001", "", True),
]


@pytest.mark.parametrize(("head", "body", "is_meant"), COMMENTS)
def test_a_comment_says_that_a_clause_is_meant_to_be_broad(head, body, is_meant):
    assert clause(head, body).is_meant_to_be_broad is is_meant


#: What a clause does; the names that hold its exception there, or something got from it.
NAMES = [
    ("exc.code", {"exc"}),
    ("code = exc.code", {"exc", "code"}),
    ("first = later\nlater = exc", {"exc", "later", "first"}),
    ("a = b\nb = c\nc = d\nd = exc", {"exc", "a", "b", "c", "d"}),
    ("a = b\nb = c\nc = d\nd = e\ne = exc", {"exc", "b", "c", "d", "e"}),
    ("code, text = exc.args", {"exc", "code", "text"}),
    ("order.code = exc", {"exc"}),
    ("async def f(): pass", {"exc"}),
    ("with pay(exc) as paid: pass", {"exc"}),
    ("if exc.code:\n    if order: code = 5", {"exc", "code"}),
    ("if order:\n    code = 5\n    if exc.code: pass", {"exc"}),
    ("while exc.code: code = 5", {"exc"}),
    ("code = traceback.format_exc()", {"exc", "code"}),
    ("code = sys.exc_info()[1].code", {"exc", "code"}),
    ("code = sys.exit()", {"exc"}),
    ("match order:\n    case 5 if exc.code: code = 5", {"exc"}),
    ("match exc:\n    case code: pass", {"exc", "code"}),
    ("match exc:\n    case OSError() as code: pass", {"exc", "code"}),
    ("match exc:\n    case _: pass", {"exc"}),
    ("for code in exc.args: pass", {"exc", "code"}),
    ("for code in order:\n    pay(exc)", {"exc"}),
    ("[code for code in exc.args]", {"exc"}),
    # In the functions of the module that it is given to.
    ("told(exc)", {"exc", "error", "code"}),
    ("told(error=exc)", {"exc", "error", "code"}),
    ("told(exc.code)", {"exc", "error", "code"}),
    ("told(order)", {"exc"}),
    ("told(order, exc)", {"exc", "other"}),
    ("told(**{'error': exc})", {"exc"}),
    ("code = exc.code\ntold(code)", {"exc", "error", "code"}),
    ("pay(exc)", {"exc"}),
    ("Own(exc)", {"exc"}),
    ("looked()", {"exc"}),
    ("looked(exc)", {"exc", "order", "seen"}),
    ("told(exc, order, exc)", {"exc", "error", "code"}),
]


@pytest.mark.parametrize(("body", "names"), NAMES)
def test_the_exception_goes_from_name_to_name(body, names):
    source = """
def told(error, other=None):
    code = error.code
    other_code = order.code
def looked(order=None):
    seen = sys.exc_info()
"""
    module = model(
        f"{HEAD}{source}def again(order, d=5):\n    try: pay()\n    except OSError as exc:\n"
        f"{indent(body, '        ')}\n"
    )
    [node] = [each for scope in module.functions for each in scope.walk(ast.ExceptHandler)]
    assert module.handler(node).exception_names == names


def test_an_asynchronous_loop_takes_names_too():
    module = model(
        "async def f():\n    try: pay()\n    except OSError as exc:\n"
        "        async for part in exc.parts(): pass\n"
    )
    [node] = module.functions[0].walk(ast.ExceptHandler)
    assert module.handler(node).exception_names == {"exc", "part"}


def test_a_function_that_is_too_large_is_not_followed():
    filling = "    pay(1)\n" * MOST_NODES
    for more, names in ("", {"exc", "error", "code"}), (filling, {"exc", "error"}):
        module = model(
            f"from shop import pay\ndef told(error):\n    code = error.code\n{more}"
            "try: pay()\nexcept OSError as exc: told(exc)\n"
        )
        [node] = module.tree.root.walk(ast.ExceptHandler)
        assert module.handler(node).exception_names == names


INVOLVED = [
    ("pay(exc)", True),
    ("pay(exc.code)", True),
    ("pay(order)", False),
    ("pay(sys.exc_info())", True),
    ("pay(traceback.format_exc())", True),
    ("pay(sys.exit())", False),
    ("pay(order.exc)", False),
]


@pytest.mark.parametrize(("body", "is_involved"), INVOLVED)
def test_the_exception_takes_part_in_an_expression(body, is_involved):
    handler = clause("except OSError as exc:", body)
    statement = handler.node.body[0]
    assert isinstance(statement, ast.Expr)
    assert handler.involves_exception(statement.value) is is_involved


def test_a_clause_without_a_name_has_no_names():
    assert clause("except OSError:", "pay(exc)").exception_names == set()


CLASSES = [
    ("OSError", "OSError"),
    ("IOError", "OSError"),
    ("Own", "class Own"),
    ("Elsewhere", "shop.Elsewhere"),
    ("RequestException", "requests.RequestException"),
    ("errors[0]", None),
    ("order", None),
]


def shown(kind):
    return f"class {kind.name}" if isinstance(kind, ast.ClassDef) else kind


@pytest.mark.parametrize(("written", "name"), CLASSES)
def test_an_exception_class_has_one_name(written, name):
    handler = clause(f"except {written}:")
    assert shown(class_of(handler.module, handler.node.type)) == name


CLAUSES = [
    ("except:", {"BaseException"}),
    ("except OSError:", {"OSError"}),
    ("except (OSError, Own):", {"OSError", "class Own"}),
    ("except ERRORS:", {"OSError", "class Own"}),
    ("except errors[0]:", set()),
    ("except (OSError, errors[0]):", {"OSError"}),
    ("except ():", set()),
]


@pytest.mark.parametrize(("head", "names"), CLAUSES)
def test_a_clause_names_classes(head, names):
    handler = clause(head)
    assert {shown(each) for each in classes_caught(handler.module, handler.node)} == names


FIRST = [
    ("except OSError: pass\n    except KeyError: pass", "OSError", 0),
    ("except KeyError: pass\n    except OSError: pass", "OSError", 1),
    ("except (KeyError, OSError): pass", "OSError", 0),
    ("except: pass", "OSError", 0),
    ("except KeyError: pass", "OSError", None),
    ("except Exception: pass", "OSError", None),
]


@pytest.mark.parametrize(("clauses", "name", "number"), FIRST)
def test_the_first_clause_that_names_it_catches_an_exception(clauses, name, number):
    module = model(f"{HEAD}def again(order):\n    try: pay()\n    {clauses}\n")
    [statement] = module.functions[0].walk(ast.Try)
    handler = first_to_catch(module, statement, frozenset({name, "BaseException"}))
    assert (handler and statement.handlers.index(handler.node)) == number
