"""ReplaceExpression."""

from __future__ import annotations

import ast

import pytest
from rewriting import edited, replacing

from flake8_celery_retry.fixing.edits import (
    NameArgument,
    RemoveArgument,
    RenameKeyword,
    ReplaceExpression,
    ReplaceStatement,
    SetKeyword,
)


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
