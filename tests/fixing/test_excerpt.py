"""libcst sees what edits are about, and nothing else: so nothing else can keep a fix back."""

from __future__ import annotations

import ast
import random
import sys
from itertools import chain
from pathlib import Path

import celery
import libcst as cst
import pytest
from rewriting import Module, edited, reason_against

from flake8_celery_retry.fixing.edits import (
    Edit,
    InsertHandler,
    RemoveStatement,
    ReplaceExpression,
    SetHandlerType,
)
from flake8_celery_retry.fixing.rewrite.excerpt import Excerpt
from flake8_celery_retry.fixing.rewrite.sections import sections_of
from flake8_celery_retry.fixing.text import Text

#: Legal spellings that libcst can't read, would change, or runs out of stack at.
ODD: dict[str, str] = {
    "a space before the colon of an except": "try:\n    y\nexcept ValueError :\n    pass\n",
    "stars after a keyword": "class A(metaclass=M, *bases): pass\n",
    "an annotation of a name in parentheses": "(y) : int = 1\n",
    "a comment further out than its block": "if y:\n    y\n\n  # further out\n\n",
    "a long flat chain": "y(" + " or ".join(["y"] * 8000) + ")\n",
    "many strings that are one": "y = (" + "'y' " * 3000 + ")\n",
    "a long dotted name": "import " + ".".join(["y"] * 3000) + "\n",
}

#: Where odd code may stand around the call of ``x`` that is edited.
PLACES: dict[str, str] = {
    "before": "def f():\n{}    x()\n",
    "after": "def f():\n    x()\n{}",
    "in the same block, one further out": "class A:\n{}    def f(self):\n        x()\n",
    "in another branch": "if z:\n    pass\nelif z:\n{}else:\n    x()\n",
    "in a branch before": "if z:\n    x()\nelif z:\n    pass\nelse:\n{}",
    "in a try": "try:\n{}except OSError:\n    x()\nelse:\n    z\n",
    "in another handler": "try:\n    z\nexcept OSError:\n{}except KeyError:\n    x()\n",
    "in a finally": "try:\n    x()\nfinally:\n{}",
    "in a loop's else": "for z in z:\n    x()\nelse:\n{}",
    "in another case": "match z:\n    case 1:\n        x()\n    # two\n    case 2:\n    {}",
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_odd_code_elsewhere_keeps_no_edit_back(odd: str, place: str) -> None:
    indent = "        " if "    {}" in place else "    "
    lines = "".join(indent + line for line in odd.splitlines(keepends=True))
    source = place.replace("    {}", "{}").format(lines)

    def rename(module: Module) -> list[Edit]:
        return [ReplaceExpression(module.call("x()").func, ("renamed",))]

    assert edited(source, rename) == source.replace("x()", "renamed()")


HEADS = {
    "class": "class A(metaclass=M, *bases):\n    x()\n",
    "except": "try:\n    z\nexcept ValueError :\n    x()\n",
    "except, a group": "try:\n    z\nexcept* ValueError :\n    x()\n",
    "if": "if " + " or ".join(["y"] * 8000) + ":\n    x()\n",
    "elif": "if z: pass\n" + "elif z:\n    pass\n" * 400 + "elif y :\n    x()\nelse :\n    z\n",
    "while": "while " + "y or " * 8000 + "y :\n    # comment\n    x()\n",
    "for": "for z in " + "y or " * 8000 + "y:\n    x()\n",
    "with": "with (\n  y(" + "y or " * 8000 + "y) as z, # comment\n): # comment\n    x()\n",
    "def": "@y(" + "y or " * 8000 + "y)\nasync def f( a=(\n# comment\n) ) :\n    x()\n",
    "match": "match " + "y or " * 8000 + "y :\n  case 1 if z :\n    x()\n  case z: pass\n",
    "case": "match z:\n  case _ if (\n" + "y or " * 8000 + "y\n  ) :\n    x()\n  case _ : pass\n",
}


@pytest.mark.parametrize("source", HEADS.values(), ids=HEADS)
def test_the_head_of_a_block_keeps_no_edit_in_it_back(source: str) -> None:
    if "except*" in source and sys.version_info < (3, 11):
        pytest.skip("no except* before Python 3.11")

    def rename(module: Module) -> list[Edit]:
        return [ReplaceExpression(module.call("x()").func, ("renamed",))]

    assert edited(source, rename) == source.replace("x()", "renamed()")


def test_a_handler_whose_head_is_written_anew_may_be_spelled_in_any_way() -> None:
    source = "try:\n    z\nexcept ValueError :\n    pass\n"
    after = edited(source, lambda module: [SetHandlerType(module.handler(), ("OSError",))])
    assert after == "try:\n    z\nexcept OSError:\n    pass\n"


def test_a_handler_before_which_another_one_is_put_stays_as_it_is() -> None:
    source = "try:\n    z\n# why\nexcept ValueError :\n    pass\n"
    after = edited(source, lambda module: [InsertHandler(module.handler(), "OSError")])
    assert (
        after == "try:\n    z\nexcept OSError:\n    raise\n# why\nexcept ValueError :\n    pass\n"
    )


def test_a_statement_goes_with_its_blank_lines_and_without_its_comments() -> None:
    source = "def f():\n    y\n\n    # why\n    x()\n\n    # next\n    z\n"
    after = edited(source, lambda module: [RemoveStatement(module.statement("x()"))])
    assert after == "def f():\n    y\n\n    # why\n\n    # next\n    z\n"


@pytest.mark.parametrize(
    "source",
    [
        "x(" + "y or " * 8000 + "y)\n",
        "x(" + "'y' " * 3000 + ")\n",
        "x(z " + "for z in z " * 400 + ")\n",
        "x(" + "-" * 400 + "1)\n",
    ],
)
def test_what_is_edited_itself_must_not_nest_too_deeply_for_libcst(source: str) -> None:
    def rename(module: Module) -> list[Edit]:
        call = module.tree.body[0]
        assert isinstance(call, ast.Expr)
        assert isinstance(call.value, ast.Call)
        return [ReplaceExpression(call.value.func, ("renamed",))]

    assert reason_against(source, rename) == "the code nests too deeply"


def test_what_libcst_says_is_one_line() -> None:
    source = "(a) : int = x()\n"

    def rename(module: Module) -> list[Edit]:
        return [ReplaceExpression(module.call("x()").func, ("renamed",))]

    reason = reason_against(source, rename)
    assert reason.startswith("libcst can't read or write it: ")
    assert "\n" not in reason


def test_a_name_of_ours_is_nobodys() -> None:
    source = "def f():\n    hidden_0 = hidden__1\n    x()\n    hidden_1\n"
    after = edited(source, lambda module: [ReplaceExpression(module.call("x()"), ("hidden_0",))])
    assert after == source.replace("x()", "hidden_0")


REAL = sorted(Path(celery.__file__).parent.glob("app/*.py"))


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_of_real_code_every_statement_can_be_shown_alone(path: Path) -> None:
    text = Text.read(path.read_bytes())
    tree = ast.parse("".join(text.lines))
    chance = random.Random(path.name)
    for section in sections_of(text, tree):
        span = section.first, section.last
        statements = chain.from_iterable(ast.walk(each) for each in section.statements)
        choices = [node for node in statements if isinstance(node, ast.stmt | ast.ExceptHandler)]
        for node in chance.sample(choices, min(5, len(choices))):
            edit = RemoveStatement(node) if isinstance(node, ast.stmt) else InsertHandler(node, "A")
            excerpt = Excerpt(text, section.statements, span, [edit])
            source = "".join(excerpt.lines)
            assert cst.parse_module(source).code == source
            place = excerpt.line_of(node.lineno), node.col_offset
            kinds = {type(each) for each in ast.walk(ast.parse(source)) if place_of(each) == place}
            assert type(node) in kinds
            assert excerpt.restored(excerpt.lines) == list(text.lines[slice(*span)])


def place_of(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
