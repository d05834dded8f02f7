"""The project's checks, each in an environment of its own: ``nox --list`` names them.

``nox`` alone runs all but the mutants, on every Python that is there; ``nox --session celery`` runs
the laboratory with the oldest and the newest Celery. What stands behind ``--`` is pytest's.
"""

from __future__ import annotations

import nox

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_missing_interpreters = False
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["lint", "types", "tests", "ends", "celery"]

PYTHONS = ["3.10", "3.11", "3.12", "3.13"]

#: The lowest version of each library that the suite passes with; pyproject.toml asks for no less.
LOWEST = {"flake8": "flake8==7.0.0", "libcst": "libcst==1.5.0", "celery": "celery==5.3.6"}


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The whole suite, with the newest libraries."""
    session.install("--editable", ".[test]")
    session.run("pytest", *session.posargs)


@nox.session(python=["3.10", "3.13"])
@nox.parametrize("end", ["lowest", "newest"])
def ends(session: nox.Session, end: str) -> None:
    """All but the laboratory, with the lowest and the newest flake8 and libcst."""
    session.install("--editable", ".[test]")
    if end == "lowest":
        session.install(LOWEST["flake8"], LOWEST["libcst"])
    else:
        session.install("--upgrade", "flake8<8", "libcst")
    session.run("pytest", "--ignore=tests/celery", *session.posargs)


@nox.session
@nox.parametrize("end", ["lowest", "newest"])
def celery(session: nox.Session, end: str) -> None:
    """The laboratory, with the lowest and the newest Celery."""
    session.install("--editable", ".[test]")
    if end == "lowest":
        session.install(LOWEST["celery"])
    else:
        session.install("--upgrade", "celery")
    session.run("pytest", "tests/celery", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Both linters and the formatter."""
    session.install("--editable", ".[test]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("flake8")


@nox.session
def types(session: nox.Session) -> None:
    """The type checker."""
    session.install("--editable", ".[test]")
    session.run("mypy")


@nox.session
def mutation(session: nox.Session) -> None:
    """A sample of mutants, each against the tests that reach its line; prints what survives."""
    session.install("--editable", ".[test]", "coverage>=7.6")
    session.run("python", "tests/mutants.py", *session.posargs)
