"""Edits to source: each kind of edit, in the layouts people write, with their comments."""

from __future__ import annotations

import ast
import io
import subprocess
import sys
import textwrap
import tokenize
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flake8_celery_retry.fixing.edits import (
    AddDecorator,
    AddImport,
    Edit,
    ForgetImport,
    InsertHandler,
    NameArgument,
    RemoveArgument,
    RemoveItem,
    RemoveStatement,
    RenameKeyword,
    ReplaceExpression,
    ReplaceStatement,
    SetFirstParameter,
    SetHandlerType,
    SetKeyword,
)
from flake8_celery_retry.fixing.rewrite import Rewriting, rewrite
from flake8_celery_retry.fixing.text import Text
from flake8_celery_retry.linting.findings import Fix


class Module:
    """A parsed module whose nodes are named by their source."""

    def __init__(self, source: bytes | str) -> None:
        self.text = Text.read(source.encode() if isinstance(source, str) else source)
        self.source = "".join(self.text.lines)
        self.tree = ast.parse(self.source)

    def expression(self, source: str, occurrence: int = 0) -> ast.expr:
        return self._node(ast.expr, source, occurrence)

    def call(self, source: str) -> ast.Call:
        return self._node(ast.Call, source)

    def keyword(self, source: str) -> ast.keyword:
        return self._node(ast.keyword, source)

    def statement(self, source: str, occurrence: int = 0) -> ast.stmt:
        return self._node(ast.stmt, source, occurrence)

    def display(self, source: str) -> ast.Tuple | ast.List | ast.Dict:
        return self._node(ast.Tuple | ast.List | ast.Dict, source)

    def function(self, name: str = "f") -> ast.FunctionDef | ast.AsyncFunctionDef:
        kinds = ast.FunctionDef | ast.AsyncFunctionDef
        return next(
            each for each in ast.walk(self.tree) if isinstance(each, kinds) and each.name == name
        )

    def handler(self, index: int = 0) -> ast.ExceptHandler:
        return [each for each in ast.walk(self.tree) if isinstance(each, ast.ExceptHandler)][index]

    def decorator(self, name: str = "f") -> ast.expr:
        return self.function(name).decorator_list[0]

    def _node(self, kind, source, occurrence=0):
        """The node of some kind with this source, be it in parentheses."""
        return [
            each
            for each in ast.walk(self.tree)
            if isinstance(each, kind) and ast.get_source_segment(self.source, each) == source
        ][occurrence]


Edits = Callable[[Module], Sequence[Edit]]


def carried_out(source: bytes | str, *fixes: Edits) -> Rewriting:
    module = Module(source)
    return rewrite(
        module.text,
        module.tree,
        [Fix(f"fix {index}", True, tuple(edits(module))) for index, edits in enumerate(fixes)],
    )


def edited(source: str, *fixes: Edits) -> str:
    """The new source; every fix must have been carried out."""
    result = carried_out(source, *fixes)
    assert not result.refused
    assert len(result.done) == len(fixes)
    return result.text.to_bytes().decode()


def reason_against(source: str, edits: Edits) -> str:
    """Why the only fix was not carried out; the source must be as it was."""
    result = carried_out(source, edits)
    assert result.done == ()
    assert result.text.to_bytes() == source.encode()
    [(_, reason)] = result.refused
    return reason


def comments(source: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return sorted(token.string for token in tokens if token.type == tokenize.COMMENT)


def dedented(source: str) -> str:
    return textwrap.dedent(source).lstrip("\n")


def cases(*pairs: tuple[str, str]):
    """Before and after, with their common indentation and first line break taken off."""
    return pytest.mark.parametrize(
        ("before", "after"), [(dedented(before), dedented(after)) for before, after in pairs]
    )


def bind(module: Module) -> list[Edit]:
    return [SetKeyword(module.decorator(), "bind", ("True",))]


def add_self(module: Module) -> list[Edit]:
    return [SetFirstParameter(module.function(), "self")]


# SetKeyword


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


# SetFirstParameter


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


# RenameKeyword, NameArgument, RemoveArgument


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


# RemoveItem


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


# ReplaceExpression


def replacing(old: str, *new: str) -> Edits:
    """Replace the expression ``old``; ``$…`` in ``new`` is the source of a node to copy."""

    def edits(module):
        source = tuple(
            module.expression(each[1:]) if each.startswith("$") else each for each in new
        )
        return [ReplaceExpression(module.expression(old), source)]

    return edits


@pytest.mark.parametrize(
    ("before", "old", "new", "after"),
    [
        ("x = a.b", "a", ["c + d"], "x = (c + d).b"),
        ("x = -a", "a", ["c + d"], "x = -(c + d)"),
        ("x = a * b", "b", ["c + d"], "x = a * (c + d)"),
        ("x = not a", "a", ["c or d"], "x = not (c or d)"),
        ("x = a[b]", "b", ["c or d"], "x = a[c or d]"),
        ("x = a[b]", "a", ["c or d"], "x = (c or d)[b]"),
        ("x = a(b)", "a", ["lambda: c"], "x = (lambda: c)(b)"),
        ("x = a.real", "a", ["1"], "x = (1).real"),
        ("x = [y for y in z if a]", "a", ["b if c else d"],
         "x = [y for y in z if (b if c else d)]"),
        ("async def f():\n    await a", "a", ["b or c"], "async def f():\n    await (b or c)"),
        ("f(a, b=a)", "a", ["c or d"], "f(c or d, b=a)"),
        ("f(*a)", "a", ["c or d"], "f(*c or d)"),
        ("x = a", "a", ["c, d"], "x = (c, d)"),
        ("f(a)", "a", ["c, d"], "f((c, d))"),
        ("x = (a)", "a", ["b"], "x = b"),
        ("f((  a ), b)", "a", ["c + d"], "f(c + d, b)"),
        ("return_ = (a)if(b)else(c)", "b", ["d"], "return_ = (a)if(d)else(c)"),
        ("for x in(a): pass", "a", ["b"], "for x in(b): pass"),
        ("raise[a][0]", "[a]", ["b"], "raise(b)[0]"),
        ("x = (\n    a\n    + b\n)", "a", ["c", " * ", "d"], "x = (\n    (c * d)\n    + b\n)"),
        # Sources that copy.
        ("f(a=X)", "X", ["(", "$X", ",)"], "f(a=(X,))"),
        ("f(a=(X))", "X", ["(", "$X", ",)"], "f(a=(X,))"),
        ("f(a=x or y)", "x or y", ["$x or y", ".z()"], "f(a=(x or y).z())"),
        ("f(a=x or y)", "x or y", ["g(", "$x or y", ")"], "f(a=g(x or y))"),
        ("f(a=(x or y))", "x or y", ["g(", "$x or y", ", 1)"], "f(a=g(x or y, 1))"),
        ("f(a=t(1))", "t(1)", ["$t(1)", ".z()"], "f(a=t(1).z())"),
        ("f(a=lambda: 1)", "lambda: 1", ["$lambda: 1", " or b"], "f(a=(lambda: 1) or b)"),
        ("f(a=(x := 1))", "x := 1", ["[", "$x := 1", "]"], "f(a=[x := 1])"),
        ("f((x, y))", "(x, y)", ["[", "$(x, y)", "]"], "f([(x, y)])"),
        ("f(*a)", "f(*a)", ["g(b, ", "$*a", ")"], "g(b, *a)"),
        ("f([*a])", "f([*a])", ["g(b, ", "$*a", ")"], "g(b, *a)"),
        ("f((y for y in z))", "(y for y in z)", ["g(", "$(y for y in z)", ", 1)"],
         "f(g((y for y in z), 1))"),
        ("x = 1", "1", ["$1", ".real"], "x = (1).real"),
        ("x = 'ü' + é", "é", ["f('ö', ", "$'ü'", ")"], "x = 'ü' + f('ö', 'ü')"),
        # A value that goes over several lines keeps, or gets, parentheses unless brackets hold it.
        ("f(a=(x or\n  y))", "x or\n  y", ["$x or\n  y", ".z()"], "f(a=(x or\n  y).z())"),
        ("f(x or\n  y)", "x or\n  y", ["$x or\n  y"], "f((x or\n  y))"),
        ("f((x or\n  y))", "x or\n  y", ["(", "$x or\n  y", ",)"], "f((x or\n  y,))"),
        ("f((  # c\n  x))", "x", ["(", "$x", ",)"], "f(((  # c\n  x),))"),
        # Code below and above, and a literal that only looks like code.
        ("'''\na = b\n'''\nx = a\nx = b", "a", ["c"], "'''\na = b\n'''\nx = c\nx = b"),
    ],
)  # fmt: skip
def test_an_expression_is_replaced(before, old, new, after):
    assert edited(before + "\n", replacing(old, *new)) == after + "\n"
    expected = ast.dump(ast.parse(after))
    assert ast.dump(ast.parse(edited(before, replacing(old, *new)))) == expected


def test_what_is_copied_is_copied_with_its_own_edits():
    def raise_it(module):
        retry = module.call("self.retry(exc, throw=False)")
        return [
            ReplaceStatement(module.statement("self.retry(exc, throw=False)"), ("raise ", retry)),
            RemoveArgument(retry, retry.keywords[0]),
            NameArgument(retry, retry.args[0], "exc"),
            SetKeyword(retry, "countdown", ("60",)),
        ]

    before = "def f():\n    self.retry(exc, throw=False)\n"
    assert edited(before, raise_it) == "def f():\n    raise self.retry(exc=exc, countdown=60)\n"


def test_an_expression_is_wrapped_together_with_the_edits_inside_it():
    def wrap(module):
        inner = module.call("g(a=1)")
        outer = module.call("f(g(a=1))")
        return [
            ReplaceExpression(outer, ("list(", outer, ")")),
            RenameKeyword(inner.keywords[0], "b"),
            ReplaceExpression(inner.func, ("h",)),
        ]

    assert edited("x = f(g(a=1))\n", wrap) == "x = list(f(h(b=1)))\n"


# ReplaceStatement


@cases(
    ("retry()\n", "raise retry()\n"),
    ("retry();\n", "raise retry();\n"),
    ("if x: a; retry(); b  # c\n", "if x: a; raise retry(); b  # c\n"),
    ("if x:\n    # b\n    retry()  # c\n", "if x:\n    # b\n    raise retry()  # c\n"),
)
def test_a_statement_is_replaced(before, after):
    def raise_it(module):
        return [
            ReplaceStatement(module.statement("retry()"), ("raise ", module.call("retry()"))),
        ]

    assert edited(before, raise_it) == after


def test_comments_inside_a_replaced_statement_move_above_it():
    def replace(module):
        [statement] = module.function().body
        return [ReplaceStatement(statement, ("raise self.retry()",))]

    before = """
        def f():
            # above
            send(
                a,  # first
                # second
                b,
            )  # end
        """
    after = """
        def f():
            # above
            # first
            # second
            raise self.retry()  # end
        """
    assert edited(dedented(before), replace) == dedented(after)


def test_a_fix_that_would_lose_a_comment_is_not_carried_out():
    before = "if x: send(a,  # first\n    b)\n"

    def replace(module):
        return [ReplaceStatement(module.tree.body[0].body[0], ("retry()",))]

    assert reason_against(before, replace) == "a comment would be lost"


def test_only_a_simple_statement_can_replace_one():
    def replace(module):
        return [ReplaceStatement(module.statement("a"), ("if b: c",))]

    assert "one simple statement" in reason_against("a\n", replace)


def test_a_new_source_that_is_no_python_is_refused():
    assert "no Python" in reason_against("x = a\n", replacing("a", "b +"))


# RemoveStatement


def removing(*statements: str) -> list[Edits]:
    return [
        lambda module, source=source: [RemoveStatement(module.statement(source))]
        for source in statements
    ]


@cases(
    ("if x: nap()\n", "if x: pass\n"),
    ("if x: nap()  # c\n", "if x: pass  # c\n"),
    ("if x: nap(); a\n", "if x: a\n"),
    ("if x: a; nap()  # c\n", "if x: a  # c\n"),
    ("if x:\n    nap(); a; b;\n", "if x:\n    a; b;\n"),
    ("if x:\n    a; nap(); b\n", "if x:\n    a; b\n"),
    ("if x:\n    a; nap()\n", "if x:\n    a\n"),
    ("if x:\n    a; nap();\n", "if x:\n    a;\n"),
    ("if x:\n    nap()\n", "if x:\n    pass\n"),
    ("if x:\n    nap()\n    a\n", "if x:\n    a\n"),
    ("if x:\n    a\n    nap()\nb\n", "if x:\n    a\nb\n"),
    ("if x:\n    a\n\n    nap()\n\n    b\n", "if x:\n    a\n\n    b\n"),
    ("if x:\n    a\n    nap()\n\n    b\n", "if x:\n    a\n\n    b\n"),
    ("if x:\n    a\n\n    nap()\n    b\n", "if x:\n    a\n\n    b\n"),
    ("if x:\n    nap()\n\n    a\n", "if x:\n    a\n"),
    ("a\nnap()\nb\n", "a\nb\n"),
    ("a\nnap()", "a\n"),
    ("nap()  # c\na\n", "# c\na\n"),
    (
        """
        def f():
            # before
            nap()  # beside

            # next
            a
        """,
        """
        def f():
            # before
            # beside

            # next
            a
        """,
    ),
    (
        """
        def f():
            a
            # before
            nap()  # beside
            # footer
        b
        """,
        """
        def f():
            a
            # before
            # beside
            # footer
        b
        """,
    ),
    (
        """
        def f():
            # before
            nap()  # beside
        """,
        """
        def f():
            # before
            # beside
            pass
        """,
    ),
    (
        """
        try:
            a
        except E:
            nap()
        else:
            b
        """,
        """
        try:
            a
        except E:
            pass
        else:
            b
        """,
    ),
)
def test_a_statement_is_removed(before, after):
    assert edited(before, *removing("nap()")) == after


def test_a_block_that_several_fixes_empty_gets_one_pass():
    before = "if x:\n    a  # 1\n    b; c  # 2\n    # 3\n"
    after = "if x:\n    # 1\n    # 2\n    pass\n    # 3\n"
    assert edited(before, *removing("a", "b", "c")) == after


def test_comments_inside_a_removed_statement_stay():
    before = "def f():\n    nap(  # long\n        1)  # enough\n    a\n"
    after = "def f():\n    # long\n    # enough\n    a\n"
    assert edited(before, *removing("nap(  # long\n        1)")) == after


# SetHandlerType, InsertHandler, AddDecorator


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


# AddImport


def importing(module: str, name: str, alias: str | None = None) -> Edits:
    """Import something that the function ``f`` needs."""

    def edits(parsed):
        return [AddImport(module, name, alias), AddDecorator(parsed.function(), "d")]

    return edits


def with_import(source: str, module: str, name: str, alias: str | None = None) -> str:
    after = edited(source, importing(module, name, alias))
    return after.replace("@d\n", "")


F = "def f(): pass\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from celery import b\n", "from celery import b, shared_task\n"),
        ("from celery import z  # noqa\n", "from celery import shared_task, z  # noqa\n"),
        ("from celery import Task, z\n", "from celery import Task, shared_task, z\n"),
        ("from celery import z, a\n", "from celery import z, a, shared_task\n"),
        ("from celery import (a, b)\n", "from celery import (a, b, shared_task)\n"),
        (
            "from celery import (\n    a,  # 1\n    z,  # 2\n)\n",
            "from celery import (\n    a,  # 1\n    shared_task,\n    z,  # 2\n)\n",
        ),
        (
            "from celery import (\n    a,  # 1\n)\n",
            "from celery import (\n    a,  # 1\n    shared_task,\n)\n",
        ),
        (
            "from celery import a, \\\n    b\n",
            "from celery import a, \\\n    b, shared_task\n",
        ),
        ("import os; from celery import a\n", "import os; from celery import a, shared_task\n"),
        # What is there is not imported again.
        ("from celery import shared_task\n", "from celery import shared_task\n"),
        ("from celery import (a, shared_task as shared_task)\n",
         "from celery import (a, shared_task as shared_task)\n"),
    ],
)  # fmt: skip
def test_a_name_joins_an_import(before, after):
    assert with_import(f"{before}\n\n{F}", "celery", "shared_task") == f"{after}\n\n{F}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # After the imports of the same package, and after those of its group.
        (
            "import os\n\nimport celery\nimport django\n",
            "import os\n\nimport celery\nfrom celery import shared_task\nimport django\n",
        ),
        (
            "import os\n\n# errors\nfrom celery.exceptions import Retry\n",
            "import os\n\nfrom celery import shared_task\n# errors\n"
            "from celery.exceptions import Retry\n",
        ),
        ("import os\n", "import os\n\nfrom celery import shared_task\n"),
        (
            "import os\n\nimport django\n\nfrom . import a\n",
            "import os\n\nimport django\nfrom celery import shared_task\n\nfrom . import a\n",
        ),
        ("from . import a\n", "from celery import shared_task\n\nfrom . import a\n"),
        ("from celery import *\n", "from celery import *\nfrom celery import shared_task\n"),
        (
            "from celery import a as shared_task\n",
            "from celery import a as shared_task, shared_task\n",
        ),
        ("import os; x = 1\n", "import os; x = 1\n\nfrom celery import shared_task\n"),
        ("import os; \\\nx = 1\n", "import os; \\\nx = 1\n\nfrom celery import shared_task\n"),
        (
            "import a\n\nx = 1\nimport z\n",
            "import a\nfrom celery import shared_task\n\nx = 1\nimport z\n",
        ),
        # Where there are none yet.
        ("", "from celery import shared_task\n"),
        ('"""Doc."""\n', '"""Doc."""\n\nfrom celery import shared_task\n'),
        (
            '"""Doc."""\n\nfrom __future__ import annotations\n',
            '"""Doc."""\n\nfrom __future__ import annotations\n\nfrom celery import shared_task\n',
        ),
        (
            "#!/usr/bin/python\n# coding: utf-8\n# The tasks.\n",
            "#!/usr/bin/python\n# coding: utf-8\n# The tasks.\n\n\n"
            "from celery import shared_task\n",
        ),
        ("# Copyright\n\n# Me\n", "# Copyright\n\n# Me\n\n\nfrom celery import shared_task\n"),
    ],
)
def test_an_import_finds_its_place(before, after):
    gap = "\n\n" if before else ""
    assert with_import(before + gap + F, "celery", "shared_task") == f"{after}\n\n{F}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "#!/usr/bin/python\n# coding: utf-8\n# The task.\n",
            "#!/usr/bin/python\n# coding: utf-8\nfrom celery import shared_task\n\n\n# The task.\n",
        ),
        ('"""Doc."""\n', '"""Doc."""\n\nfrom celery import shared_task\n\n\n'),
        ("x = 1\n", "from celery import shared_task\n\nx = 1\n"),
    ],
)
def test_an_import_makes_the_blank_lines_it_needs(before, after):
    assert with_import(before + F, "celery", "shared_task") == after + F


def test_an_import_of_the_standard_library_goes_above_the_others():
    before = "import os\n\nfrom celery import shared_task\n\n\n" + F
    after = "import os\nfrom smtplib import SMTPException\n\nfrom celery import shared_task\n\n\n"
    assert with_import(before, "smtplib", "SMTPException") == after + F
    before = "from celery import shared_task\n\n\n" + F
    after = "from smtplib import SMTPException\n\nfrom celery import shared_task\n\n\n"
    assert with_import(before, "smtplib", "SMTPException") == after + F


def test_an_import_below_the_code_that_needs_it_does_not_count():
    before = F + "from celery import shared_task\n"
    after = "from celery import shared_task\n\n\n" + F + "from celery import shared_task\n"
    assert with_import(before, "celery", "shared_task") == after


def test_a_name_is_imported_under_an_alias():
    before = "from celery.exceptions import Ignore\n\n\n" + F
    after = "from celery.exceptions import Ignore, Retry as CeleryRetry\n\n\n" + F
    assert with_import(before, "celery.exceptions", "Retry", "CeleryRetry") == after
    assert with_import(F, "celery.exceptions", "Retry", "CeleryRetry").startswith(
        "from celery.exceptions import Retry as CeleryRetry\n"
    )


# ForgetImport


def forgetting(source: str, name: str = "nap") -> str:
    """The source without the statements ``nap()``, and without the import of the name where that
    was its only use."""

    def forget(occurrence: int) -> Edits:
        return lambda module: [
            RemoveStatement(module.statement("nap()", occurrence)),
            ForgetImport(name),
        ]

    return edited(source, *map(forget, range(source.count("nap()"))))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from a import nap\n\nf()\nnap()\n", "f()\n"),
        ("import z\nfrom a import nap\n\n\nz()\nnap()\n", "import z\n\n\nz()\n"),
        ("import z\n\nfrom a import nap\n\nz()\nnap()\n", "import z\n\nz()\n"),
        ('"""A."""\n\nfrom a import nap\n\n\nz()\nnap()\n', '"""A."""\n\n\nz()\n'),
        ("import c, nap\n\nc()\nnap()\n", "import c\n\nc()\n"),
        ("import nap.b as d, nap.c, c\n\nc(d)\nnap()\n", "import nap.b as d, c\n\nc(d)\n"),
        ("from a import (\n    b,\n    nap,\n)\n\nnap()\nb\n", "from a import (\n    b,\n)\n\nb\n"),
        ("from a import b as nap, c\n\nc()\nnap()\n", "from a import c\n\nc()\n"),
        # All its uses go, though no fix takes more than one of them.
        ("from a import nap\n\nf()\nnap()\ng()\nnap()\n", "f()\ng()\n"),
        # It is read again: in a function, as an annotation, in quotes.
        ("import nap\n\nnap()\ndef f(): nap\n", "import nap\n\ndef f(): nap\n"),
        ("import nap\n\nnap()\nx: nap.B\n", "import nap\n\nx: nap.B\n"),
        ("import nap\n\nnap()\nx: 'list[nap.B]'\n", "import nap\n\nx: 'list[nap.B]'\n"),
        # It is exported.
        ("import nap\n__all__ = ['nap']\nnap()\n", "import nap\n__all__ = ['nap']\n"),
        ("from a import nap as nap\nnap()\n", "from a import nap as nap\n"),
        # What can't be taken out without loss stays.
        ("import nap  # noqa\nnap()\n", "import nap  # noqa\n"),
        ("import nap; c()\nnap()\n", "import nap; c()\n"),
        ("try:\n    import nap\nfinally: c()\nnap()\n", "try:\n    import nap\nfinally: c()\n"),
        # A text that speaks of it does not read it.
        ('"""When to nap, and why."""\nimport nap\nnap()\n', '"""When to nap, and why."""\n'),
    ],
)  # fmt: skip
def test_an_import_that_nothing_reads_any_more_goes(before, after):
    assert forgetting(before) == after


def test_an_import_that_another_fix_needs_stays():
    def other(module):
        return [AddImport("a", "nap"), ReplaceExpression(module.expression("c()"), ("nap",))]

    def forget(module):
        return [RemoveStatement(module.statement("nap()")), ForgetImport("nap")]

    assert edited("from a import nap\n\nnap()\nc()\n", forget, other) == (
        "from a import nap\n\nnap\n"
    )


def test_imports_that_several_fixes_need_come_once():
    def of(name):
        return lambda module: [AddImport("celery", name), AddDecorator(module.function(name), "d")]

    before = "import os\n\n\ndef b(): pass\ndef a(): pass\n"
    again = [lambda module: [AddImport("celery", "a")]]
    after = edited(before, of("b"), of("a"), *again)
    assert after == (
        "import os\n\nfrom celery import a, b\n\n\n@d\ndef b(): pass\n@d\ndef a(): pass\n"
    )


# Fixes together


def test_fixes_that_overlap_wait():
    result = carried_out("@task\ndef f(): pass\n", bind, replacing("task", "job"))
    assert [fix.title for fix in result.done] == ["fix 0"]
    assert result.refused == ()
    assert result.text.to_bytes() == b"@task(bind=True)\ndef f(): pass\n"


def test_fixes_that_share_an_edit_are_carried_out_together():
    def fix(call):
        return lambda module: [
            *bind(module),
            *add_self(module),
            ReplaceExpression(module.call(call).func, ("self.retry",)),
        ]

    before = "@task\ndef f():\n    retry(1)\n    retry(2)\n"
    after = "@task(bind=True)\ndef f(self):\n    self.retry(1)\n    self.retry(2)\n"
    assert edited(before, fix("retry(1)"), fix("retry(2)")) == after


def test_a_fix_that_fails_fails_whole_and_does_not_hold_up_others():
    def half(module):
        return [*bind(module), ReplaceExpression(module.expression("b"), ("c +",))]

    result = carried_out("@task\ndef f(a):\n    b\n", half, add_self)
    assert [fix.title for fix in result.done] == ["fix 1"]
    assert [fix.title for fix, _ in result.refused] == ["fix 0"]
    assert result.text.to_bytes() == b"@task\ndef f(self, a):\n    b\n"


def test_one_fix_may_edit_many_places():
    def make_a_task(module):
        fetch = module.function("fetch")
        wait = module.expression("2 ** n")
        return [
            AddImport("celery", "shared_task"),
            AddDecorator(fetch, "shared_task(bind=True, max_retries=3)"),
            SetFirstParameter(fetch, "self"),
            SetHandlerType(module.handler(), None, "exc"),
            RemoveStatement(module.statement("time.sleep(2 ** n)")),
            ReplaceStatement(
                module.statement("return fetch(url)"),
                ("raise self.retry(exc=exc, countdown=", wait, ")"),
            ),
        ]

    before = '''
        """Fetch."""

        import time


        # Fetches.
        def fetch(url):
            try:
                get(url)
            except IOError:
                time.sleep(2 ** n)  # wait
                return fetch(url)
        '''
    after = '''
        """Fetch."""

        import time

        from celery import shared_task


        # Fetches.
        @shared_task(bind=True, max_retries=3)
        def fetch(self, url):
            try:
                get(url)
            except IOError as exc:
                # wait
                raise self.retry(exc=exc, countdown=2 ** n)
        '''
    assert edited(dedented(before), make_a_task) == dedented(after)


# Bytes


PROGRAM = '''\
"""Täsks."""
from x import y; z = "ä\tö"


class Jobs:
    name = "ü"; é = f(
        "ß" ,
    )

    @task(max_retries = 3,
          name='é')  # ü
    def f(é, *, b = "ö"):  # ß
        """d\u00f6c"""; retry("ä" , é)

        if é: retry("ö"); nap() ; é
        x = "a" \\
            "b"
'''


def mend(module: Module) -> list[Edit]:
    retry = module.call('retry("ä" , é)')
    return [
        *bind(module),
        *add_self(module),
        RemoveArgument(retry, retry.args[1]),
        ReplaceExpression(retry.func, ("self.retry",)),
        ReplaceStatement(module.statement('retry("ö")'), ("raise ", module.call('retry("ö")'))),
        RemoveStatement(module.statement("nap()")),
        AddImport("celery", "shared_task"),
    ]


MENDED = '''\
"""Täsks."""
from x import y; z = "ä\tö"
from celery import shared_task


class Jobs:
    name = "ü"; é = f(
        "ß" ,
    )

    @task(max_retries = 3,
          name='é',
          bind = True)  # ü
    def f(self, é, *, b = "ö"):  # ß
        """d\u00f6c"""; self.retry("ä")

        if é: raise retry("ö"); é
        x = "a" \\
            "b"
'''


@pytest.mark.parametrize("is_whole", [True, False])
@pytest.mark.parametrize(
    ("encoding", "head", "end"),
    [
        ("utf-8", "", "\n"),
        ("utf-8", "", "\r\n"),
        ("utf-8", "", "\r"),
        ("utf-8", "\f\n", "\n"),
        ("utf-8", "\f", "\r\n"),
        ("utf-8-sig", "", "\n"),
        ("utf-8-sig", "", "\r"),
        ("utf-8-sig", "# coding: utf-8\n", "\r\n"),
        ("latin-1", "# -*- coding: latin-1 -*-\n", "\r\n"),
        ("cp1252", "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n", "\n"),
    ],
)
def test_encodings_and_line_ends_stay(encoding, head, end, is_whole):
    def as_bytes(source):
        source = head + source
        return (source if is_whole else source.rstrip("\n")).replace("\n", end).encode(encoding)

    result = carried_out(as_bytes(PROGRAM), mend)
    assert not result.refused
    assert result.text.to_bytes() == as_bytes(MENDED)


def test_mixed_line_ends_stay_where_they_are():
    before = b"import os\r\nx = 1\n@task(\r    a=1,\n    b=2,\r\n)\ndef f(a,\r      b):\n    pass\r"
    after = (
        b"import os\r\nx = 1\n@task(\r    a=1,\n    b=2,\r\n    bind=True,\r\n)\n"
        b"def f(self,\r      a,\r      b):\n    pass\r"
    )
    result = carried_out(before, bind, add_self)
    assert result.text.to_bytes() == after


@pytest.mark.parametrize(
    "before",
    [
        "@task\n\f\ndef f(): pass\n",
        "\f@task\ndef f(): pass\n",
        "x = 1\n\f\n@task\ndef f():\n    x\n\f\n    y\n",
        "\f# c\n\f@task # d\ndef f():\n  '''\f\n\x0b\x1c\u2028'''\n",
        "if 1:\n\t@task\n\tdef f():\n\t\t'''\tx'''\n",
        "if 1: # c\n  # d\n @task\n def f(): pass\n # e\n# f\n",
        "x = 1; \\\ny = 2\n@ \\\n  task\ndef f(): pass; \\\n  pass\n",
        "x = '''\n@task\n''' # task\n@task\ndef f(): return 1;\n",
        "@task\ndef f():\n    return 1    \n    \n  \n",
    ],
)
def test_odd_whitespace_stays(before):
    position = before.rindex("task\n") if "task\n" in before else before.index("task #")
    after = before[: position + 4] + "(bind=True)" + before[position + 4 :]
    assert edited(before, bind) == after


def test_what_libcst_does_not_give_back_is_left_alone():
    before = "class A:\n    x = 1\n\f    @task\n    def f(): pass\n"
    assert "libcst would change lines 1 to 4" in reason_against(before, bind)


def test_code_that_nests_too_deeply_is_left_alone():
    deep = "+".join(["1"] * 600)
    assert "deeply" in reason_against(f"@task\ndef f(): return {deep}\n", bind)
    # … but not because something else in the file does.
    assert edited(f"x = {deep}\n@task\ndef f(): pass\n", bind).endswith(
        "bind=True)\ndef f(): pass\n"
    )


# Layouts at random


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


FORMATTED = '''\
"""Tasks."""

import time
from datetime import timedelta

from celery import shared_task

from shop import mail


@shared_task(
    bind=True,
    max_retries=3,
    default_retry_delay=10,
    autoretry_for=(ValueError, KeyError),
)
def send(
    self,
    order,
    *,
    urgent=False,
):
    try:
        mail.send(order)
    except Exception as exc:
        time.sleep(5)

        self.retry(exc, throw=False)


@shared_task
def collect(order):
    """Collect."""
    collect_all(order, wait=timedelta(1))


def plain():
    # Nothing.
    pass
'''


def mend_all(module: Module) -> list[list[Edit]]:
    retry = module.call("self.retry(exc, throw=False)")
    send = module.decorator("send")
    return [
        [
            RemoveArgument(send, send.keywords[1]),
            RemoveItem(module.display("(ValueError, KeyError)"), module.expression("ValueError")),
        ],
        [
            ReplaceStatement(
                module.function("send").body[0].handlers[0].body[1], ("raise ", retry)
            ),
            RemoveStatement(module.statement("time.sleep(5)")),
            NameArgument(retry, retry.args[0], "exc"),
            RemoveArgument(retry, retry.keywords[0]),
        ],
        [InsertHandler(module.handler(), "Retry"), AddImport("celery.exceptions", "Retry")],
        [
            SetKeyword(module.decorator("collect"), "bind", ("True",)),
            SetFirstParameter(module.function("collect"), "self"),
        ],
        [
            ReplaceExpression(
                module.call("timedelta(1)"), (module.call("timedelta(1)"), ".total_seconds()")
            )
        ],
        [
            AddDecorator(module.function("plain"), "shared_task"),
            AddImport("smtplib", "SMTPException"),
        ],
    ]


def test_formatted_source_stays_formatted():
    module = Module(FORMATTED)
    assert formatted(FORMATTED) == FORMATTED
    fixes = [Fix(f"fix {index}", True, tuple(each)) for index, each in enumerate(mend_all(module))]
    result = rewrite(module.text, module.tree, fixes)
    assert result.done == tuple(fixes)
    after = result.text.to_bytes().decode()
    assert formatted(after) == after


def formatted(source: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "-"]
    return subprocess.run(command, input=source, capture_output=True, text=True, check=True).stdout
