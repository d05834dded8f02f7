"""AddImport, ForgetImport."""

from __future__ import annotations

import pytest
from rewriting import Edits, edited

from flake8_celery_retry.fixing.edits import (
    AddDecorator,
    AddImport,
    ForgetImport,
    RemoveStatement,
    ReplaceExpression,
)


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
