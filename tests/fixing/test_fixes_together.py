"""Several fixes, carried out in one pass."""

from __future__ import annotations

from rewriting import add_self, bind, carried_out, dedented, edited, replacing

from flake8_celery_retry.fixing.edits import (
    AddDecorator,
    AddImport,
    RemoveStatement,
    ReplaceExpression,
    ReplaceStatement,
    SetFirstParameter,
    SetHandlerType,
)


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
