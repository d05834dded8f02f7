"""ReplaceStatement, RemoveStatement: and the comments in them."""

from __future__ import annotations

from rewriting import Edits, cases, dedented, edited, reason_against, replacing

from flake8_celery_retry.fixing.edits import RemoveStatement, ReplaceStatement


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
