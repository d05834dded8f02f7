"""The prefilter rules out no file that holds a finding: over real code, and over every fixture."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import files
from pathlib import Path

import pytest
from pages import read_page
from project import FIXTURES, RULES

from flake8_celery_retry.linting.lint import lint
from flake8_celery_retry.linting.prefilter import may_hold_findings
from flake8_celery_retry.linting.words import words_of_rules
from flake8_celery_retry.rules import all_rules
from flake8_celery_retry.settings import Settings

FILES = sorted(FIXTURES.rglob("*.py"))

#: Every rule, so that nothing can hide.
EVERYTHING = Settings(opinions=frozenset(rule.code for rule in all_rules()))


def found(source: str, settings: Settings = EVERYTHING, path: str = "") -> list[str]:
    """What the linter finds when no prefilter stands before it."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # of a newer Python, or of a template
        return []
    findings = lint(tree, source.splitlines(keepends=True), settings, path)
    return [f"{finding.line}: {finding.code}" for finding in findings]


def is_sound(source: str, path: str = "", settings: Settings = EVERYTHING) -> bool:
    return may_hold_findings(source, settings, path) or found(source, settings, path) == []


def pieces(source: str) -> Iterator[str]:
    """Each function and class of a module in a module of its own, without comments or docstrings,
    so that no word is there but those that make the finding."""
    body = ast.parse(source).body
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    rest = [statement for statement in body if not isinstance(statement, definitions)]
    if rest and isinstance(rest[0], ast.Expr):
        del rest[0]
    for statement in body:
        if isinstance(statement, definitions):
            alone = ast.Module([*rest, statement], type_ignores=[])
            yield ast.unparse(alone)
            needed = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
            used = [other for other in rest if _binds(other) & needed]
            yield ast.unparse(ast.Module([*used, statement], type_ignores=[]))


def _binds(statement: ast.stmt) -> set[str]:
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {alias.asname or alias.name.partition(".")[0] for alias in statement.names}
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


@pytest.mark.parametrize("package", ["celery", "django", "kombu"])
def test_findings_in_real_code_are_the_same_without_it(package: str) -> None:
    sources = {
        file: file.locate().read_text(encoding="utf-8", errors="replace")
        for file in files(package) or ()
        if file.suffix == ".py"
    }
    ruled_out = {path: source for path, source in sources.items() if not may_hold_findings(source)}
    assert len(ruled_out) > len(sources) / 2, "it spares most files the walk"
    missed = {path: hidden for path, source in ruled_out.items() if (hidden := found(source))}
    assert missed == {}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_it_lets_every_fixture_with_a_finding_pass(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert is_sound(source, str(path))
    try:
        alone = list(pieces(source))
    except SyntaxError:
        return  # except* on Python 3.10
    missed = [piece for piece in alone if not is_sound(piece, str(path))]
    assert missed == []


@pytest.mark.parametrize("code", sorted(path.name[:6] for path in RULES.glob("crt*.py")))
def test_it_lets_every_example_pass(code: str) -> None:
    assert may_hold_findings(read_page(code).example)


SPELLINGS = {
    "a decorator over several lines": """
        @(
            app
            .task(bind=True)
        )
        def charge(): pass
    """,
    "spaces where nobody puts them": """
        @ app . task ( bind = True )
        def charge(): pass
    """,
    "a decorator that goes on in the next line": """
        @app \\
            .task(bind=True)
        def charge(): pass
    """,
    "letters that Python reads as others": """
        @app.𝓽ask
        def charge(): self.𝓻etry()
    """,
    "another name for the decorator": """
        from celery import task as job
        @job(bind=True)
        def charge(): pass
    """,
    "another name on a line of its own": """
        from celery import (
            shared_task
            as job,
        )
        @job(bind=True)
        def charge(): pass
    """,
    "another name for another name": """
        from celery import shared_task
        base = shared_task
        job: object = (base)
        @job(bind=True)
        def charge(): pass
    """,
    "a partial": """
        from functools import partial
        import celery
        job = partial(
            celery.task,
            bind=True,
        )
        @job()
        def charge(): pass
    """,
    "an alias with a type": """
        job: object = app.task
        @job(bind=True)
        def charge(): pass
    """,
    "an alias by the way": """
        if (job := app.task):
            pass
        @job(bind=True)
        def charge(): pass
    """,
    "options in a dict": """
        POLICY = {'bind': True}
        @house(**POLICY)
        def charge(): pass
    """,
    "options in a call of dict": """
        POLICY = dict(bind=True)
        @house(**POLICY)
        def charge(): pass
    """,
    "a house decorator": """
        @house(
            bind
            =True
        )
        def charge(): pass
    """,
    "a decorator after a semicolon or in a block": """
        if True:
        \t@house(bind=True)
        \tdef charge(): pass
    """,
    "a class": """
        import celery
        class Charge(celery.Task):
            def run(self): self.retry()
    """,
    "a class of an app": """
        from shop.queue import app
        class Charge(app.Task):
            def run(self): self.retry()
    """,
    "a class over several lines": """
        from celery.app import task
        class Charge(
            task
            .Task
        ):
            def run(self): self.retry()
    """,
    "an option behind a comment": """
        @house(  # ours
            # self, too
            bind=True
        )
        def charge(): pass
    """,
    "an option that ends as another one": """
        @house(autoretry_for=ValueError)
        def charge(): pass
    """,
    "a registered class": """
        class Charge(Base):
            def run(self): self.retry()
        app.register_task(Charge())
    """,
    "a helper": """
        from shop.celery import app
        def again(self):
            self.request
            try: pass
            except Exception: self . retry ( )
    """,
    "an app that is made, and a function that is no task": """
        from celery import Celery
        app = Celery()
        def charge(): self.retry()
    """,
    "a plain function that sleeps": """
        from time import sleep
        def charge():
            try: pay()
            except OSError:
                sleep(5)
                charge ()
    """,
    "a method that sleeps": """
        import time
        class Charge:
            def charge(self):
                try: pay()
                except OSError:
                    time.sleep(5)
                    self.charge()
    """,
    "a task that sleeps": """
        import time
        @app.task
        def charge():
            while True:
                try: pay()
                except OSError: time.sleep(5)
                else: break
    """,
    "a task that sends itself": """
        @app.task
        def charge():
            try: pay()
            except OSError: charge.delay()
    """,
    "a task that sends its signature": """
        @app.task
        def charge():
            try: pay()
            except OSError: charge . s ( ) . delay ( )
    """,
    "a task that replaces itself": """
        @app.task(bind=True)
        def charge(self):
            try: pay()
            except OSError: self.replace(self.si())
    """,
    "a task that calls itself": """
        @app.task
        def charge():
            try: pay()
            except OSError: charge()
    """,
    "a task that calls itself by its parameter": """
        @app.task(bind=True)
        def charge(task):
            try: pay()
            except OSError: task()
    """,
    "a task that runs itself": """
        @app.task
        def charge():
            try: pay()
            except OSError: charge.run()
    """,
    "an option of another call": """
        from celery import shared_task
        @shared_task(eta=5)
        def charge(): pass
    """,
    "a message that is put back": """
        from celery import shared_task
        from celery.exceptions import Reject
        @shared_task
        def charge(): raise Reject("busy", True)
    """,
    "a setting of an app": """
        app.conf.max_retries = 5
        import celery
    """,
    "a setting of an app that is made": """
        from celery import Celery as App
        App("shop", default_retry_delay=5)
    """,
    "settings in a dict": """
        dict(worker_concurrency=5, timezone="UTC", enable_utc=True, max_retries=5)
    """,
    "a default of an app": """
        from celery import current_app
        current_app.add_defaults({"default_retry_delay": 5})
    """,
    "an option with a slip in its name": """
        from celery import shared_task
        @shared_task(max_rtries=5)
        def charge(): pass
    """,
    "an option with a slip, in a dict": """
        from celery import shared_task
        POLICY = {'maxRtries': 5}
        @shared_task(**POLICY)
        def charge(): pass
    """,
    "an end of the wrong type": """
        from datetime import timedelta
        from celery import shared_task
        @shared_task(expires=timedelta(hours=1))
        def charge(): pass
    """,
    "an option with a wrong name": """
        from celery import shared_task
        @shared_task(jitter=5)
        def charge(): pass
    """,
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_it_knows_every_way_to_write_it(name: str) -> None:
    first, *_ = SPELLINGS[name].strip("\n").split("\n")
    indent = len(first) - len(first.lstrip(" "))
    source = "\n".join(line[indent:] for line in SPELLINGS[name].strip("\n").split("\n"))
    assert found(source) != [], "the spelling is one that the linter reports"
    assert may_hold_findings(source, EVERYTHING)


def test_it_knows_a_module_of_settings_by_its_name() -> None:
    source, path = "max_retries = 5\n", "shop/celeryconfig.py"
    assert found(source) == []
    assert found(source, path=path) != []
    assert may_hold_findings(source, EVERYTHING, path)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(task_decorators=frozenset({"shop.jobs.job"})),
        Settings(task_bases=frozenset({"shop.jobs.Job"})),
    ],
    ids=["decorators", "bases"],
)
def test_it_knows_what_the_user_calls_a_task(settings: Settings) -> None:
    source = """\
from shop.jobs import Job, job

@job
def charge(order):
    charge.retry()

class Charge(Job):
    def run(self):
        self.retry()
"""
    assert found(source) == []
    assert found(source, settings) != []
    assert may_hold_findings(source, settings)


def test_a_rule_says_by_itself_which_words_it_needs() -> None:
    modules = [
        import_module(f"flake8_celery_retry.rules.{path.stem}") for path in RULES.glob("crt*.py")
    ]
    said = {word for module in modules for word in getattr(module, "WORDS", ())}
    assert "expires" in said
    assert words_of_rules() == tuple(sorted(said))
