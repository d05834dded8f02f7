"""The bytes outside the edits: encodings, line ends, odd whitespace, the formatting."""

from __future__ import annotations

import subprocess
import sys

import pytest
from rewriting import Module, add_self, bind, carried_out, edited, reason_against

from flake8_celery_retry.fixing.edits import (
    AddDecorator,
    AddImport,
    Edit,
    InsertHandler,
    NameArgument,
    RemoveArgument,
    RemoveItem,
    RemoveStatement,
    ReplaceExpression,
    ReplaceStatement,
    SetFirstParameter,
    SetKeyword,
)
from flake8_celery_retry.fixing.rewrite import rewrite
from flake8_celery_retry.linting.findings import Fix

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
