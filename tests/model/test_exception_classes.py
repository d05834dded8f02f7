"""What an exception class is derived from, as far as it is known."""

from __future__ import annotations

import ast

import pytest
from short_modules import model

from flake8_celery_retry.facts.python_exceptions import BROAD
from flake8_celery_retry.model.exception_classes import MOST_BASES, lineage

CLASSES = [
    ("OSError", {"OSError", "Exception", "BaseException"}),
    ("TimeoutError", {"TimeoutError", "OSError", "Exception", "BaseException"}),
    ("KeyboardInterrupt", {"KeyboardInterrupt", "BaseException"}),
    ("Elsewhere", {"shop.Elsewhere", "Exception", "BaseException"}),
    ("errors[0]", {"Exception", "BaseException"}),
    ("Own", {"Own", "OSError", "Exception", "BaseException"}),
    ("Derived", {"Derived", "Own", "OSError", "Exception", "BaseException"}),
    ("Unread", {"Unread", "OSError", "Exception", "BaseException"}),
    ("Twice", {"Twice", "Own", "Derived", "KeyError", "LookupError", "OSError", "Exception",
               "BaseException"}),
    ("Round", {"Round", "Exception", "BaseException"}),
]  # fmt: skip


@pytest.mark.parametrize(("written", "names"), CLASSES)
def test_the_classes_that_a_class_is_derived_from(written, names):
    module = model(f"""
from shop import Elsewhere, errors

class Own(OSError): pass
class Derived(Own): pass
class Unread(OSError, errors[0]): pass
class Twice(KeyError, Own, Derived, Own): pass
class Round(Round): pass

raise {written}
""")
    [leaving] = [node for node in ast.walk(module.tree.root.node) if isinstance(node, ast.Raise)]
    assert leaving.exc is not None
    found = lineage(module, leaving.exc)
    assert {each if isinstance(each, str) else each.name for each in found} == names


def test_a_chain_of_bases_is_followed_up_to_a_bound():
    classes = "".join(f"class C{n + 1}(C{n}): pass\n" for n in range(2 * MOST_BASES))
    module = model(f"class C0: pass\n{classes}raise C{2 * MOST_BASES}\n")
    [leaving] = module.tree.root.walk(ast.Raise)
    assert leaving.exc is not None
    assert len(lineage(module, leaving.exc)) == MOST_BASES + len(BROAD)
