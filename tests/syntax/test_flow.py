"""How a block can end, and what comes before and after a node."""

from __future__ import annotations

import ast
from textwrap import indent

import pytest

from flake8_celery_retry.syntax import Syntax, exits, flow

#: A block; the ways in which it can end. What is looked for is ``go()``.
ENDS = {
    "pass": {"through"},
    "go()": {"reached"},
    "return": {"left"},
    "raise go()": {"reached"},
    "return go() if a else b": {"reached", "left"},
    "a and go()": {"reached", "through"},
    "pay(); go(); pay()": {"reached"},
    "return; go()": {"left"},
    "if a: go()": {"reached", "through"},
    "if a: go()\nelse: return": {"reached", "left"},
    "if a: pass\nelse: go()": {"reached", "through"},
    "if a: return\ngo()": {"reached", "left"},
    "with a: go()": {"reached"},
    "async with a: go()": {"reached"},
    # loops
    "for a in b: go()": {"reached", "through"},
    "async for a in b: go()": {"reached", "through"},
    "while a: go()": {"reached", "through"},
    "for a in b: return": {"left", "through"},
    "while a: break": {"through"},
    "while a: continue": {"through"},
    "while a:\n    if b: break\n    raise OSError": {"left", "through"},
    "while a:\n    if b: continue\n    go()": {"reached", "through"},
    # match
    "match a:\n    case 1: go()": {"reached", "through"},
    "match a:\n    case 1: go()\n    case _: return": {"reached", "left"},
    "match a:\n    case 1: go()\n    case b: go()": {"reached"},
    "match a:\n    case 1: go()\n    case b if c: go()": {"reached", "through"},
    "match a:\n    case 1: go()\n    case [*b]: go()": {"reached", "through"},
    "match a:\n    case 1: go()\n    case 2 as b: go()": {"reached", "through"},
    # try
    "try: go()\nexcept OSError: pass": {"reached", "through"},
    "try: pay()\nexcept OSError: go()": {"reached", "through"},
    "try: pay()\nexcept OSError: return\nelse: go()": {"reached", "left"},
    "try: return\nexcept OSError: return\nelse: go()": {"left"},
    "try: pay()\nfinally: go()": {"reached"},
    "try: go()\nfinally: return": {"left"},
    "try: go()\nfinally: pay()": {"reached"},
    # what is defined isn't run
    "def f(): go()": {"through"},
    "f = lambda: go()": {"through"},
}


def syntax_of(block: str) -> tuple[Syntax, ast.AsyncFunctionDef]:
    """A block in a function."""
    source = f"async def charge(a, b, c):\n{indent(block, '    ')}\n"
    tree = ast.parse(source)
    [function] = tree.body
    assert isinstance(function, ast.AsyncFunctionDef)
    return Syntax(tree, source.splitlines(keepends=True)), function


def is_go(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node) == "go()"


def statement_with(function: ast.AsyncFunctionDef, text: str) -> ast.stmt:
    """The innermost statement that is written so."""
    found = [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.stmt) and ast.unparse(node).startswith(text)
    ]
    return found[-1]


@pytest.mark.parametrize(("block", "ways"), ENDS.items(), ids=ENDS)
def test_the_ways_in_which_a_block_can_end(block, ways):
    syntax, function = syntax_of(block)
    assert exits.ends(syntax.tree, function.body, is_go) == ways


@pytest.mark.parametrize(
    ("block", "leaves"),
    [
        ("return", True),
        ("raise OSError", True),
        ("pay()", False),
        ("if a: return", False),
        ("if a: return\nelse: raise OSError", True),
        ("while a: return", False),
        ("try: pay()\nfinally: return", True),
        ("match a:\n    case _: return", True),
    ],
)
def test_every_way_through_a_block_leaves(block, leaves):
    syntax, function = syntax_of(block)
    assert exits.leaves(syntax.tree, function.body) is leaves


#: A block with ``here()``; whether something may leave before it.
SKIPPED = [
    ("pay()\nhere()", False),
    ("if a: return\nhere()", True),
    ("if a: raise OSError\nhere()", True),
    ("if a: pay()\nhere()", False),
    ("while a:\n    if b: continue\n    here()", True),
    ("while a:\n    if b: break\n    here()", True),
    ("while a:\n    if b: break\nhere()", False),
    ("for a in b: continue\nhere()", False),
    ("for a in b: pay()\nelse: return\nhere()", True),
    ("while c:\n    for a in b: pay()\n    else: break\n    here()", True),
    ("try: raise OSError\nexcept OSError: pass\nhere()", False),
    ("try: raise OSError(1)\nexcept (ValueError, OSError): pass\nhere()", False),
    ("try: raise OSError\nexcept ValueError: pass\nhere()", True),
    ("try: raise OSError\nexcept Exception: pass\nhere()", False),
    ("try: raise OSError\nexcept: pass\nhere()", False),
    ("try: raise\nexcept ValueError: pass\nhere()", True),
    ("try:\n    if a: return\nexcept OSError: pass\nelse: here()", True),
    ("try: pay()\nexcept OSError: return\nelse: here()", False),
    ("def f(): return\nhere()", False),
]


@pytest.mark.parametrize(("block", "skipped"), SKIPPED)
def test_something_may_leave_before_a_node(block, skipped):
    syntax, function = syntax_of(block)
    node = statement_with(function, "here()")
    assert flow.can_be_skipped(syntax.values, node) is skipped


#: A block with ``here()``; whether another statement of the function may come after it.
CONTINUED = [
    ("here()", False),
    ("here()\npay()", True),
    ("here()\npass", False),
    ("here()\nreturn", False),
    ("here()\nreturn None", False),
    ("here()\nreturn a", True),
    ("here()\nraise OSError", True),
    ("if a: here()\npay()", True),
    ("if a: here()\nelse: pay()", False),
    ("while a: here()", True),
    ("while a:\n    here()\n    break", False),
    ("while a:\n    here()\n    break\npay()", True),
    ("while a: pay()\nelse: here()", False),
    ("for a in b:\n    if c:\n        here()\n        break\nreturn", False),
    ("try: here()\nexcept OSError: pay()", False),
    ("try: here()\nexcept OSError: pass\nelse: pay()", True),
    ("try: here()\nfinally: pay()", True),
    ("try: pay()\nexcept OSError: here()\nelse: pay()", False),
    ("try: pay()\nexcept OSError: here()\nfinally: pay()", True),
    ("try: pay()\nfinally: here()", False),
    ("match a:\n    case 1: here()\npay()", True),
    ("match a:\n    case 1: here()\n    case 2: pay()", False),
    ("with a: here()", False),
]


@pytest.mark.parametrize(("block", "continued"), CONTINUED)
def test_another_statement_may_come_after_one(block, continued):
    syntax, function = syntax_of(block)
    node = statement_with(function, "here()")
    assert exits.can_continue_after(syntax.tree, node) is continued


#: A statement around ``here()``; whether control can get from there to what follows it.
PAST = [
    ("if a: here()", True),
    ("if a:\n    here()\n    return", False),
    ("if a:\n    here()\n    if b: return", True),
    ("while a:\n    here()\n    break", True),
    ("if a:\n    while b:\n        here()\n        break", True),
    ("if a:\n    while b:\n        here()\n        return", False),
]


@pytest.mark.parametrize(("block", "gets_past"), PAST)
def test_control_gets_past_a_statement(block, gets_past):
    syntax, function = syntax_of(f"{block}\npay()")
    node = statement_with(function, "here()")
    assert exits.gets_past(syntax.tree, node, function.body[0]) is gets_past


#: A branch, and whether it decides if ``go()`` is reached.
DECIDING = [
    ("if a: go()", True),
    ("if a: pay()\ngo()", False),
    ("if a: return\ngo()", True),
    ("if a: go()\nelse: go()", False),
    ("if a: go()\ngo()", False),
    ("if a: return", False),
    ("match a:\n    case 1: go()", True),
    ("match a:\n    case 1: go()\n    case _: go()", False),
    ("match a:\n    case 1: return\ngo()", True),
    ("match a:\n    case 1: pay()\ngo()", False),
]


@pytest.mark.parametrize(("block", "decides"), DECIDING)
def test_a_branch_decides_what_is_reached(block, decides):
    syntax, function = syntax_of(block)
    branch = function.body[0]
    assert isinstance(branch, ast.If | ast.Match)
    assert exits.decides(syntax.tree, branch, function, is_go) is decides


#: A block with ``here()``; the statements that have run before it.
BEFORE = [
    ("a1()\nif a:\n    a2()\n    here()", ["a2()", "a1()"]),
    ("try: a1()\nexcept OSError: here()", []),
    ("try: a1()\nexcept OSError: pass\nelse: here()", ["a1()"]),
    ("try: a1()\nexcept OSError: pass\nelse: a2()\nfinally: here()", ["a1()", "a2()"]),
]


@pytest.mark.parametrize(("block", "before"), BEFORE)
def test_the_statements_that_run_before_a_node(block, before):
    syntax, function = syntax_of(block)
    node = statement_with(function, "here()")
    assert [ast.unparse(each) for each in flow.run_before(syntax.tree, node)] == before
