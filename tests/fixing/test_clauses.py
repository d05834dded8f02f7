"""SetHandlerType, InsertHandler, AddDecorator: what stands above a body."""

from __future__ import annotations

import sys

import pytest
from rewriting import cases, edited, reason_against

from flake8_celery_retry.fixing.edits import AddDecorator, InsertHandler, SetHandlerType


@pytest.mark.parametrize(
    ("clause", "type_", "name", "after"),
    [
        ("except:", "A", None, "except A:"),
        ("except:", "A", "exc", "except A as exc:"),
        ("except :  # c", "A", "exc", "except A as exc:  # c"),
        ("except A:", None, "exc", "except A as exc:"),
        ("except A as e:", "B", None, "except B as e:"),
        ("except A as e:", None, "", "except A:"),
        ("except A as e:", "(B, C)", None, "except (B, C) as e:"),
        ("except(A)as e:", "B", None, "except B as e:"),
        ("except(A):", None, "exc", "except (A) as exc:"),
        ("except A:", "B, C", None, "except (B, C):"),
        ("except (A,\n        B):", None, "exc", "except (A,\n        B) as exc:"),
    ],
)
def test_a_handler_catches_something_else(clause, type_, name, after):
    def set_type(module):
        return [SetHandlerType(module.handler(), (type_,) if type_ else None, name)]

    before = f"try:\n    a\n# why\n{clause}\n    b\n"
    assert edited(before, set_type) == f"try:\n    a\n# why\n{after}\n    b\n"


def test_a_bare_except_gets_no_name_without_a_type():
    def set_type(module):
        return [SetHandlerType(module.handler(), None, "exc")]

    assert "needs a type" in reason_against("try: a\nexcept: b\n", set_type)


if sys.version_info >= (3, 11):

    def test_a_group_handler_catches_something_else():
        def set_type(module):
            return [SetHandlerType(module.handler(), ("B",), "exc")]

        before = "try:\n    a\nexcept* A:\n    b\n"
        assert edited(before, set_type) == "try:\n    a\nexcept* B as exc:\n    b\n"

    def test_no_handler_is_put_among_those_of_groups():
        def insert(module):
            return [InsertHandler(module.handler(), "Retry")]

        assert "InsertHandler" in reason_against("try: a\nexcept* A: b\n", insert)


def test_comments_in_the_old_type_are_not_lost():
    def set_type(module):
        return [SetHandlerType(module.handler(), ("B",))]

    before = "try:\n    a\nexcept (\n    A,  # why\n):\n    b\n"
    assert reason_against(before, set_type) == "a comment would be lost"


@cases(
    (
        """
        try:
            a
        except A:
            b
        # all the rest
        except Exception:  # c
            d
        """,
        """
        try:
            a
        except A:
            b
        except Retry:
            raise
        # all the rest
        except Exception:  # c
            d
        """,
    ),
    (
        "try: a\nexcept A: b\nexcept: c\nfinally: d\n",
        "try: a\nexcept A: b\nexcept Retry: raise\nexcept: c\nfinally: d\n",
    ),
    (
        """
        def f():
          try:
            a
          except A: b
          except Exception:
              c
        """,
        """
        def f():
          try:
            a
          except A: b
          except Retry:
              raise
          except Exception:
              c
        """,
    ),
    (
        "if x:\n\ttry:\n\t\ta\n\texcept A:\n\t\tb\n\texcept:\n\t\tc\n",
        "if x:\n\ttry:\n\t\ta\n\texcept A:\n\t\tb\n\texcept Retry:\n\t\traise\n\texcept:\n\t\tc\n",
    ),
)
def test_a_handler_is_put_before_another_one(before, after):
    def insert(module):
        return [InsertHandler(module.handler(1), "Retry")]

    assert edited(before, insert) == after


@cases(
    ("def f(): pass\n", "@task(bind=True)\ndef f(): pass\n"),
    ("# c\ndef f(): pass\n", "# c\n@task(bind=True)\ndef f(): pass\n"),
    (
        """
        class A:
            a = 1

            # above
            @other  # beside
            # between
            async def f(): pass
        """,
        """
        class A:
            a = 1

            # above
            @task(bind=True)
            @other  # beside
            # between
            async def f(): pass
        """,
    ),
)
def test_a_decorator_is_put_on_top(before, after):
    def decorate(module):
        return [AddDecorator(module.function(), "task(bind=True)")]

    assert edited(before, decorate) == after
