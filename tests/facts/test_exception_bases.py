"""What the linter knows of exception classes, held against the libraries themselves."""

from __future__ import annotations

import builtins
import smtplib
import urllib.error

import celery.exceptions
import django.core.exceptions
import django.db
import django.db.utils
import pytest
import requests.exceptions

from flake8_celery_retry.facts.exception_bases import ALIASES, LIBRARIES, bases_of, known_name

MODULES = {
    "celery": [celery.exceptions],
    "django": [django.db.utils, django.core.exceptions],
    "requests": [requests.exceptions],
    "smtplib": [smtplib],
    "urllib": [urllib.error],
}
NAMES = [f"{library}.{name}" for library, classes in LIBRARIES.items() for name in classes]


def class_named(name: str) -> type[BaseException]:
    library, _, last = name.rpartition(".")
    modules = MODULES[library] if library else [builtins]
    return next(getattr(module, last) for module in modules if hasattr(module, last))


@pytest.mark.parametrize("name", NAMES)
def test_a_class_is_derived_from_what_is_said(name: str) -> None:
    assert bases_of(name)
    for base in bases_of(name):
        assert issubclass(class_named(name), class_named(base)), base


@pytest.mark.parametrize("alias", ALIASES)
def test_an_alias_is_the_same_class(alias: str) -> None:
    module, _, last = alias.rpartition(".")
    named = getattr(__import__(module) if module else builtins, last)
    assert named is class_named(ALIASES[alias])


@pytest.mark.parametrize(
    ("qualified", "name"),
    [
        ("requests.exceptions.HTTPError", "requests.HTTPError"),
        ("requests.HTTPError", "requests.HTTPError"),
        ("django.db.utils.OperationalError", "django.OperationalError"),
        ("django.db.models.OperationalError", "django.OperationalError"),
        ("IOError", "OSError"),
        ("shop.errors.HTTPError", "shop.errors.HTTPError"),
        (".errors.HTTPError", ".errors.HTTPError"),
        ("requests.NoSuchError", "requests.NoSuchError"),
    ],
)
def test_a_class_that_goes_by_several_names_has_one(qualified: str, name: str) -> None:
    assert known_name(qualified) == name


def test_builtin_classes_are_known_by_themselves() -> None:
    assert bases_of("ConnectionResetError") == ("ConnectionError",)
    assert bases_of("BaseException") == ()
    assert bases_of("print") == ()
    assert bases_of("shop.errors.HTTPError") == ()
