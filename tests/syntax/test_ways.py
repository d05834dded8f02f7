"""What stands around a node and runs before it: read once, however often it is asked."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from flake8_celery_retry.syntax import flow
from flake8_celery_retry.syntax.tree import ELIFS, Firsts, Tree


def named(tree: Tree, name: str) -> ast.Name:
    """The one place where a module reads a name."""
    [found] = [node for node in ast.walk(tree.root.node) if is_read(node, name)]
    assert isinstance(found, ast.Name)
    return found


def is_read(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


@pytest.mark.parametrize("length", [1, ELIFS - 1, ELIFS, ELIFS + 1, 5 * ELIFS])
def test_a_long_chain_of_elifs_hides_nothing_around_it(length: int) -> None:
    source = "while order:\n    if order == 0:\n        pass\n"
    source += "".join(f"    elif order == {n + 1}:\n        a_{n}\n" for n in range(length))
    tree = Tree(ast.parse(source))
    for number in (length - 1, 0, length // 2):
        frames = list(flow.frames(tree, named(tree, f"a_{number}")))
        assert [frame.kind for frame in frames] == ["if"] * (len(frames) - 1) + ["loop"]
        heads = [ast.unparse(frame.node.test) for frame in frames[:-1]]
        # Its own branch and those before it: of very many the nearest, and always the first.
        nearest = [f"order == {n}" for n in range(number + 1, 0, -1)]
        assert heads == [*nearest[: ELIFS + 1], "order == 0"]


def test_an_if_in_an_else_of_its_own_is_not_skipped_with_the_chain_inside() -> None:
    chain = "if a == 0:\n    pass\n" + "".join(
        f"elif a == {n + 1}:\n    b_{n}\n" for n in range(2 * ELIFS)
    )
    inner = "".join(f"    {line}\n" for line in chain.splitlines())
    tree = Tree(ast.parse(f"if c:\n    pass\nelse:\n    d\n{inner}"))
    frames = list(flow.frames(tree, named(tree, f"b_{2 * ELIFS - 1}")))
    assert [ast.unparse(frame.node.test) for frame in frames[-2:]] == ["a == 0", "c"]
    assert frames[-1].field == "orelse"


BLOCKS = """
first
if x:
    inside
    middle
try:
    tried
    tried_last
except E:
    caught
else:
    other
    other_last
finally:
    final
    final_last
last
"""

#: For each name, the names whose statements run before it.
BEFORE = {
    "first": set(),
    "inside": {"first"},
    "middle": {"first", "inside"},
    "tried": {"first", "inside", "middle"},
    "tried_last": {"first", "inside", "middle", "tried"},
    "caught": {"first", "inside", "middle"},
    "other": {"first", "inside", "middle", "tried", "tried_last"},
    "other_last": {"first", "inside", "middle", "tried", "tried_last", "other"},
    "final_last": {
        *("first", "inside", "middle", "tried", "tried_last", "other", "other_last", "final"),
    },
}


@pytest.mark.parametrize("order", [list(BEFORE), list(reversed(BEFORE))], ids=["down", "up"])
@pytest.mark.parametrize("looked_for", ["first", "inside", "tried_last", "other", "final", "last"])
def test_what_runs_before_a_node_is_the_same_in_whatever_order_it_is_asked(
    order: list[str], looked_for: str
) -> None:
    tree = Tree(ast.parse(dedent(BLOCKS)))
    known: Firsts = {}
    asked: list[ast.stmt] = []

    def holds(statement: ast.stmt) -> bool:
        asked.append(statement)
        return any(is_read(node, looked_for) for node in tree.within(statement, ast.Name))

    for name in order:
        answer = flow.is_run_before(tree, named(tree, name), holds, known)
        assert answer == (looked_for in BEFORE[name]), name
    assert len(asked) == len(set(asked))
