"""SetKeyword, RenameKeyword, NameArgument, RemoveArgument, RemoveItem: what a call is given."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rewriting import bind, carried_out, cases, comments, edited, reason_against

from flake8_celery_retry.fixing.edits import (
    NameArgument,
    RemoveArgument,
    RemoveItem,
    RenameKeyword,
    SetKeyword,
)


@cases(
    ("@shared_task\ndef f(): pass\n", "@shared_task(bind=True)\ndef f(): pass\n"),
    ("@(app.task)\ndef f(): pass\n", "@(app.task)(bind=True)\ndef f(): pass\n"),
    ("@app.task  # c\ndef f(): pass\n", "@app.task(bind=True)  # c\ndef f(): pass\n"),
    ("@shared_task()\ndef f(): pass\n", "@shared_task(bind=True)\ndef f(): pass\n"),
    ("@shared_task( )\ndef f(): pass\n", "@shared_task(bind=True)\ndef f(): pass\n"),
    ("@task(a=1)\ndef f(): pass\n", "@task(a=1, bind=True)\ndef f(): pass\n"),
    ("@task(a=1,)\ndef f(): pass\n", "@task(a=1, bind=True,)\ndef f(): pass\n"),
    ("@task( a=1 )\ndef f(): pass\n", "@task( a=1, bind=True )\ndef f(): pass\n"),
    ("@task(a=1,b=2)\ndef f(): pass\n", "@task(a=1,b=2,bind=True)\ndef f(): pass\n"),
    ("@task(a = 1)\ndef f(): pass\n", "@task(a = 1, bind = True)\ndef f(): pass\n"),
    ("@task(*a, **b)\ndef f(): pass\n", "@task(*a, bind=True, **b)\ndef f(): pass\n"),
    ("@task(**b)\ndef f(): pass\n", "@task(bind=True, **b)\ndef f(): pass\n"),
    ("@task(bind=False)\ndef f(): pass\n", "@task(bind=True)\ndef f(): pass\n"),
    ("@task(ｂind=False)\ndef f(): pass\n", "@task(ｂind=True)\ndef f(): pass\n"),
    ("@task(bind=(False), a=1)\ndef f(): pass\n", "@task(bind=True, a=1)\ndef f(): pass\n"),
    (
        "@task(a=1, \\\n      b=2)\ndef f(): pass\n",
        "@task(a=1, \\\n      b=2, bind=True)\ndef f(): pass\n",
    ),
)
def test_a_keyword_is_added_to_a_call_on_one_line(before, after):
    assert edited(before, bind) == after


@cases(
    (
        """
        @task(
            a=1,
            b=2,
        )
        def f(): pass
        """,
        """
        @task(
            a=1,
            b=2,
            bind=True,
        )
        def f(): pass
        """,
    ),
    (
        """
        @task(
            a=1
        )
        def f(): pass
        """,
        """
        @task(
            a=1,
            bind=True,
        )
        def f(): pass
        """,
    ),
    (
        """
        @task(
            a=1,
            b=2  # two
        )
        def f(): pass
        """,
        """
        @task(
            a=1,
            b=2,  # two
            bind=True
        )
        def f(): pass
        """,
    ),
    (
        """
        @task(  # options
            # first
            a=1,  # one

            # second
            b=2,  # two
            # c=3,
        )
        def f(): pass
        """,
        """
        @task(  # options
            # first
            a=1,  # one

            # second
            b=2,  # two
            bind=True,
            # c=3,
        )
        def f(): pass
        """,
    ),
    (
        """
        @task(
            a=1,  # one
            # the rest
            **options,
        )
        def f(): pass
        """,
        """
        @task(
            a=1,  # one
            bind=True,
            # the rest
            **options,
        )
        def f(): pass
        """,
    ),
    (
        """
        @task(
            a=1, b=2
        )
        def f(): pass
        """,
        """
        @task(
            a=1, b=2, bind=True
        )
        def f(): pass
        """,
    ),
    (
        """
        @task(a=1,
              b=2)
        def f(): pass
        """,
        """
        @task(a=1,
              b=2,
              bind=True)
        def f(): pass
        """,
    ),
    (
        """
        @task(a=1, b={
            "c": 2,
        })
        def f(): pass
        """,
        """
        @task(a=1, b={
            "c": 2,
        }, bind=True)
        def f(): pass
        """,
    ),
    (
        """
        @task(
            # nothing yet
        )
        def f(): pass
        """,
        """
        @task(
            # nothing yet
            bind=True,
        )
        def f(): pass
        """,
    ),
    (
        """
        class Jobs:
        \t@task(
        \t\ta=1,
        \t)
        \tdef f(): pass
        """,
        """
        class Jobs:
        \t@task(
        \t\ta=1,
        \t\tbind=True,
        \t)
        \tdef f(): pass
        """,
    ),
)
def test_a_keyword_is_added_to_a_call_as_its_others_stand(before, after):
    assert edited(before, bind) == after


def test_a_keyword_takes_a_copied_value():
    def wait_as_long(module):
        retry = module.call("self.retry(exc=exc)")
        return [SetKeyword(retry, "countdown", ("2 * ", module.expression("a + b")))]

    before = "sleep(a + b)\nraise self.retry(exc=exc)\n"
    after = "sleep(a + b)\nraise self.retry(exc=exc, countdown=2 * (a + b))\n"
    assert edited(before, wait_as_long) == after


def test_a_keyword_is_renamed_and_its_value_stays():
    def rename(module):
        return [RenameKeyword(module.keyword("ex = (  # why\n    exc)"), "exc")]

    before = "self.retry(ex = (  # why\n    exc), countdown=1)\n"
    assert edited(before, rename) == before.replace("ex =", "exc =")


@pytest.mark.parametrize(
    ("argument", "named"),
    [
        ("exc", "exc=exc"),
        ("(exc)", "exc=exc"),
        ("((exc))", "exc=exc"),
        ("(a, b)", "exc=(a, b)"),
        ("(a\n    or b)", "exc=(a\n    or b)"),
        ("(  # why\n    a)", "exc=(  # why\n    a)"),
        ("(a := b)", "exc=(a := b)"),
        ("(yield)", "exc=(yield)"),
        ("lambda: a", "exc=lambda: a"),
    ],
)
@pytest.mark.parametrize(
    "rest", ["", ",", ", countdown=1", "  # c\n", ",  # c\n    countdown=1,\n"]
)
def test_a_positional_argument_gets_a_name(argument, named, rest):
    def name_it(module):
        [call] = [each for each in ast.walk(module.tree) if isinstance(each, ast.Call)]
        return [NameArgument(call, call.args[0], "exc")]

    before = f"def f():\n    self.retry({argument}{rest})\n"
    assert edited(before, name_it) == f"def f():\n    self.retry({named}{rest})\n"


def test_a_starred_argument_gets_no_name():
    def name_it(module):
        call = module.call("retry(*a)")
        return [NameArgument(call, call.args[0], "exc")]

    assert reason_against("retry(*a)\n", name_it) == "only a positional argument can be named"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("(x=1)", "()"),
        ("( x=1, )", "()"),
        ("(x=1, a=2)", "(a=2)"),
        ("(a=1, x=2)", "(a=1)"),
        ("(a=1, x=2,)", "(a=1,)"),
        ("(a=1, x=2, b=3)", "(a=1, b=3)"),
        ("(\n    x=1,\n)", "()"),
        ("(\n    x=1,\n    a=2,\n)", "(\n    a=2,\n)"),
        ("(\n    a=1,\n    x=2,\n)", "(\n    a=1,\n)"),
        ("(\n    a=1,\n    x=2\n)", "(\n    a=1\n)"),
        ("(\n    a=1,\n    x=2,\n    b=3,\n)", "(\n    a=1,\n    b=3,\n)"),
        ("(a=1,\n  x=2)", "(a=1)"),
        ("(a=1,\n  x=2,\n  b=3)", "(a=1,\n  b=3)"),
        ("(x=1,\n  b=3)", "(b=3)"),
        ("(a=1, x=2,\n  b=3)", "(a=1,\n  b=3)"),
        ("(a=1,\n  x=2, b=3)", "(a=1,\n  b=3)"),
        # Comments stay.
        (
            "(\n    a=1,  # one\n    # never\n    x=2,  # two\n    b=3,\n)",
            "(\n    a=1,  # one\n    # never\n    # two\n    b=3,\n)",
        ),
        ("(\n    x=2,  # two\n)", "(\n    # two\n)"),
        ("(\n    a=1,  # one\n    x=2,  # two\n)", "(\n    a=1,  # one\n    # two\n)"),
        ("(a=1,  # one\n  x=2)", "(a=1  # one\n  )"),
        ("(x=1,  # one\n  a=2)", "(  # one\n  a=2)"),
    ],
)
def test_an_argument_is_removed(before, after):
    def remove(module):
        [call] = [each for each in ast.walk(module.tree) if isinstance(each, ast.Call)]
        return [RemoveArgument(call, next(each for each in call.keywords if each.arg == "x"))]

    assert edited(f"@task{before}\ndef f(): pass\n", remove) == f"@task{after}\ndef f(): pass\n"


def test_one_of_several_arguments_that_go_does_not_take_another_one_with_it():
    def remove(module):
        call = module.call("f(a, b=1, c=2, **d)")
        return [RemoveArgument(call, call.keywords[0]), RemoveArgument(call, call.args[0])]

    assert edited("f(a, b=1, c=2, **d)\n", remove) == "f(c=2, **d)\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("(x, a, b)", "(a, b)"),
        ("(a, x)", "(a,)"),
        ("((x, a))", "((a,))"),
        ("(x,)", "()"),
        ("x, a", "a,"),
        ("x,", "()"),
        ("[x]", "[]"),
        ("[x, a]", "[a]"),
        ("[a, x, ]", "[a, ]"),
        ("{x: 1}", "{}"),
        ("{a: 1, x: 2, **b}", "{a: 1, **b}"),
        ("(\n    a,\n    x,\n)", "(a,)"),
        ("(\n    a,\n    x,\n    b,\n)", "(\n    a,\n    b,\n)"),
        ("(\n    a,\n    x,  # two\n)", "(\n    a,\n    # two\n)"),
        ("{\n    a: 1,  # one\n    x: 2,  # two\n}", "{\n    a: 1,  # one\n    # two\n}"),
        ("[\n    *a,\n    x,\n]", "[\n    *a,\n]"),
    ],
)
def test_an_item_is_removed(before, after):
    def remove(module):
        kinds = ast.Tuple | ast.List | ast.Dict
        [display] = [each for each in ast.walk(module.tree) if isinstance(each, kinds)]
        return [RemoveItem(display, module.expression("x"))]

    assert edited(f"args = {before}\n", remove) == f"args = {after}\n"


NAMES = st.sampled_from(["a", "ü", "name", "options"])
SPACE = st.sampled_from(["", " ", "  # c\n", "\n", "\n\n  # d\n    ", "\n    "])
VALUES = st.sampled_from(["1", "'ä'", "(1)", "{\n 1}", "lambda: 0", "f(x)", "(\n# e\n1)", "x or y"])


@st.composite
def calls(draw):
    """A call with keyword arguments in some layout, and maybe a ``**`` at the end."""
    names = draw(st.lists(NAMES, unique=True, max_size=4))
    items = [f"{name}{draw(SPACE)}={draw(SPACE)}{draw(VALUES)}" for name in names]
    if draw(st.booleans()):
        items.append(f"**{draw(SPACE)}rest")
    text = draw(SPACE)
    for index, item in enumerate(items):
        is_last = index == len(items) - 1
        comma = draw(st.sampled_from(["", ","])) if is_last else ","
        text += f"{item}{draw(SPACE)}{comma}{draw(SPACE)}"
    return f"@task({text})\ndef f(): pass\n"


@given(calls())
@settings(max_examples=300, deadline=None)
def test_a_keyword_is_added_whatever_the_layout(source):
    expected = ast.parse(source)
    call = expected.body[0].decorator_list[0]
    place = len(call.keywords) - any(each.arg is None for each in call.keywords)
    call.keywords.insert(place, ast.keyword("bind", ast.Constant(True)))
    after = edited(f"# é\n{source}# end", bind)
    assert ast.dump(ast.parse(after)) == ast.dump(expected)
    assert comments(after) == sorted([*comments(source), "# end", "# é"])
    assert after.startswith("# é\n@task(")
    assert after.endswith(")\ndef f(): pass\n# end")


@given(calls(), st.data())
@settings(max_examples=300, deadline=None)
def test_an_argument_is_removed_whatever_the_layout(source, data):
    expected = ast.parse(source)
    keywords = expected.body[0].decorator_list[0].keywords
    if not keywords:
        return
    index = data.draw(st.integers(0, len(keywords) - 1))

    def remove(module):
        call = module.decorator()
        return [RemoveArgument(call, call.keywords[index])]

    result = carried_out(source, remove)
    after = result.text.to_bytes().decode()
    assert comments(after) == comments(source)
    if result.done:
        del keywords[index]
    else:
        assert result.refused[0][1] == "a comment would be lost"
    assert ast.dump(ast.parse(after)) == ast.dump(expected)
