"""SetFirstParameter."""

from __future__ import annotations

import pytest
from rewriting import add_self, edited, reason_against


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "self"),
        (" a ", " self, a "),
        ("a, b=1", "self, a, b=1"),
        ("*args", "self, *args"),
        ("**options", "self, **options"),
        ("*, a", "self, *, a"),
        ("a, /", "self, a, /"),
        ("a, /, b", "self, a, /, b"),
        ("a, self", "self, a"),
        ("a, self, b", "self, a, b"),
        ("a, self=None", "self, a"),
        ("a, self: Task", "self: Task, a"),
        ("*, self, a", "self, *, a"),
        ("*, self", "self"),
        ("*args, self", "self, *args"),
        ("a, *, self=None, **b", "self, a, **b"),
        ("a, self, /", "self, a, /"),
        ("a, /, self", "self, a, /"),
        ("self, a", "self, a"),
        ("ſelf, a", "ſelf, a"),
        ("a, *, ｓelf: Task", "self: Task, a"),
        ("self: Task", "self: Task"),
        ("\n    a,\n    b,\n", "\n    self,\n    a,\n    b,\n"),
        ("\n    a\n", "\n    self,\n    a,\n"),
        ("\n    a, b\n", "\n    self, a, b\n"),
        ("a,\n      b", "self,\n      a,\n      b"),
        ("a, b,\n      c", "self, a, b,\n      c"),
        (
            "  # all\n    # one\n    a,  # 1\n    b,  # 2\n",
            "  # all\n    self,\n    # one\n    a,  # 1\n    b,  # 2\n",
        ),
        (
            "\n    a,  # 1\n    # the task\n    self,  # 2\n    b,\n",
            "\n    self,\n    a,  # 1\n    # the task\n    # 2\n    b,\n",
        ),
    ],
)
def test_a_parameter_becomes_the_first(before, after):
    assert edited(f"def f({before}): pass\n", add_self) == f"def f({after}): pass\n"


def test_async_functions_and_return_annotations_are_left_alone():
    before = "class A:\n    async def f(x: int) -> None:\n        pass\n"
    after = "class A:\n    async def f(self, x: int) -> None:\n        pass\n"
    assert edited(before, add_self) == after


@pytest.mark.parametrize("parameters", ["*self", "**self", "a, *self"])
def test_a_name_that_takes_the_rest_stays(parameters):
    assert "self has the name already" in reason_against(f"def f({parameters}): pass\n", add_self)
