"""The project's checks, each in an environment of its own: ``nox --list`` names them.

``nox`` alone runs all but the mutants, on every Python that is there; ``nox --session celery`` runs
the laboratory with the oldest and the newest Celery. What stands behind ``--`` is pytest's.
``nox --session browser`` looks at the site in Chromium, which must be there.
"""

from __future__ import annotations

import nox

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_missing_interpreters = False
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["lint", "types", "tests", "ends", "celery", "docs"]

PYTHONS = ["3.10", "3.11", "3.12", "3.13"]

#: The lowest version of each library that the suite passes with; pyproject.toml asks for no less.
LOWEST = {"flake8": "flake8==7.0.0", "libcst": "libcst==1.5.0", "celery": "celery==5.3.6"}

#: The same for the site's generator.
LOWEST_OF_DOCS = ["mkdocs==1.6.0", "mkdocs-material==9.6.0"]


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The whole suite, with the newest libraries."""
    session.install("--editable", ".[test]")
    session.run("pytest", *session.posargs)


@nox.session(python=["3.10", "3.13"])
@nox.parametrize("end", ["lowest", "newest"])
def ends(session: nox.Session, end: str) -> None:
    """All but the rules' experiments, with the lowest and the newest flake8 and libcst."""
    session.install("--editable", ".[test]")
    if end == "lowest":
        session.install(LOWEST["flake8"], LOWEST["libcst"])
    else:
        session.install("--upgrade", "flake8<8", "libcst")
    session.run("pytest", "--ignore-glob=*/celery/test_crt*", *session.posargs)


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


@nox.session
@nox.parametrize("end", ["lowest", "newest"])
def docs(session: nox.Session, end: str) -> None:
    """The site, built with the lowest and the newest generator; a warning ends it."""
    session.install("--editable", ".[test]")
    if end == "lowest":
        session.install(*LOWEST_OF_DOCS)
    else:
        session.install("--upgrade", "mkdocs", "mkdocs-material")
    session.run("pytest", "tests/test_site.py", *session.posargs)


@nox.session
def browser(session: nox.Session) -> None:
    """The site in a headless Chromium: both widths, light and dark, search, the playground."""
    session.install("--editable", ".[test]", "playwright>=1.40")
    session.run("python", "tests/browser/look.py", *session.posargs)
