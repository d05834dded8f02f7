"""Where a module sets a setting that Celery doesn't have, and where it reads it again."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest
from short_modules import model

from flake8_celery_retry.model import read_module
from flake8_celery_retry.model.configuration import annotated_options, invented_settings
from flake8_celery_retry.settings import DEFAULT

HEAD = """
import huey
import shop
from celery import Celery, current_app
from shop.celery import app as ours, celery_app
from shop.web import site
from huey.contrib import app as theirs

app = Celery("shop")
other = site()
queue = huey.Huey()
NAME = "max_retries"
"""


def set_in(source: str, head: str = HEAD) -> list[str]:
    """What is set, each with its value."""
    found = invented_settings(model(head + source))
    return [f"{each.name}={ast.unparse(each.value) if each.value else ''}" for each in found]


def set_by_module(source: str, name: str = "celeryconfig") -> list[str]:
    source = dedent(source)
    module = read_module(ast.parse(source), DEFAULT, source.splitlines(keepends=True), name)
    return [each.name for each in invented_settings(module)]


PLACES = [
    ("app.conf.max_retries = 5", ["max_retries=5"]),
    ("app.conf.max_retries: int = 5", ["max_retries=5"]),
    ("app.conf.max_retries: int", ["max_retries="]),
    ("app.conf.x = app.conf.max_retries = 5", ["max_retries=5"]),
    ("app.conf['max_retries'] = 5", ["max_retries=5"]),
    ("app.conf[NAME] = 5", ["max_retries=5"]),
    ("a, b = 1, 2\napp.conf.max_retries = 5", ["max_retries=5"]),
    ("app.conf[5] = 5\napp.conf.max_retries = 5", ["max_retries=5"]),
    ("app.conf[shop.NAME] = 5\napp.conf.max_retries = 5", ["max_retries=5"]),
    ("app.conf.task_acks_late = 5", []),
    ("app.settings.max_retries = 5", []),
    ("app.settings['max_retries'] = 5", []),
    ("app.max_retries = 5", []),
    ("conf.max_retries = 5", []),
    ("max_retries = 5", []),
    ("ours.conf.max_retries = 5", ["max_retries=5"]),
    ("celery_app.conf.max_retries = 5", ["max_retries=5"]),
    ("current_app.conf.max_retries = 5", ["max_retries=5"]),
    ("shop.app.conf.max_retries = 5", ["max_retries=5"]),
    ("shop.celery_app.conf.max_retries = 5", ["max_retries=5"]),
    ("Celery('x').conf.max_retries = 5", ["max_retries=5"]),
    # Apps of something else.
    ("other.conf.max_retries = 5", []),
    ("site.conf.max_retries = 5", []),
    ("shop.site.conf.max_retries = 5", []),
    ("theirs.conf.max_retries = 5", []),
    ("queue.conf.max_retries = 5", []),
    ("huey.app.conf.max_retries = 5", []),
    ("celery_app = huey.Huey()\ncelery_app.conf.max_retries = 5", []),
    ("apps[0].conf.max_retries = 5", []),
    # In a function.
    ("def f(app):\n    app.conf.max_retries = 5", ["max_retries=5"]),
    ("def f(site):\n    site.conf.max_retries = 5", []),
    ("c = app.conf\nc.max_retries = 5", ["max_retries=5"]),
    # By a call.
    ("Celery('x', max_retries=5)", ["max_retries=5"]),
    ("Celery('x', **{'max_retries': 5})", []),
    ("shop.Celery('x', max_retries=5)", []),
    ("app.conf.update(max_retries=5)", ["max_retries=5"]),
    ("app.conf.update({'max_retries': 5})", ["max_retries=5"]),
    ("app.conf.update(shop.SETTINGS, max_retries=5)", ["max_retries=5"]),
    ("app.conf.update({'a': 1}, max_retries=5)", ["max_retries=5"]),
    ("app.conf.update({5: 5, NAME: 5, **shop.MORE})", []),
    ("app.conf.add_defaults(max_retries=5)", ["max_retries=5"]),
    ("app.add_defaults({'max_retries': 5})", ["max_retries=5"]),
    ("app.update({'max_retries': 5})", []),
    ("app.conf.humanize({'max_retries': 5})", []),
    ("site.add_defaults({'max_retries': 5})", []),
    ("site.conf.update(max_retries=5)", []),
    ("update(max_retries=5)", []),
    ("app.conf.setdefault('max_retries', 5)", ["max_retries=5"]),
    ("app.conf.setdefault('max_retries')", ["max_retries="]),
    ("app.conf.setdefault()\napp.conf.max_retries = 5", ["max_retries=5"]),
    ("app.conf.setdefault(5, 5)\napp.conf.max_retries = 5", ["max_retries=5"]),
    ("app.conf.pop('x', 'max_retries')", []),
    ("app.conf.humanize('max_retries', 5)", []),
    ("app.setdefault('max_retries', 5)", []),
    ("site.conf.setdefault('max_retries', 5)", []),
    # A dict of settings: three of Celery's, one of them with a beginning of its own.
    ("X = {'task_routes': 1, 'timezone': 1, 'include': 1, 'max_retries': 5}", ["max_retries=5"]),
    ("X = {'task_routes': 1, 'timezone': 1, 'max_retries': 5}", []),
    ("X = {'task_routes': 1, 'timezone': 1, 'hurry': 1, 'max_retries': 5}", []),
    ("X = {'imports': 1, 'timezone': 1, 'include': 1, 'max_retries': 5}", []),
    ("X = {'imports': 1, 'timezone': 1, 'include': 1, 'task_x': 1, 'max_retries': 5}", []),
    ("X = dict(task_routes=1, timezone=1, include=1, max_retries=5)", ["max_retries=5"]),
    ("X = dict(task_routes=1, timezone=1, max_retries=5)", []),
    ("X = shop.dict(task_routes=1, timezone=1, include=1, max_retries=5)", []),
    ("X = list(task_routes=1, timezone=1, include=1, max_retries=5)", []),
    # Two at once.
    ("app.conf.max_retries = 5\napp.conf.task_max_retries = 6",
     ["max_retries=5", "task_max_retries=6"]),
]  # fmt: skip


@pytest.mark.parametrize(("source", "found"), PLACES)
def test_a_setting_is_set(source, found):
    assert set_in(source) == found


def test_apps_are_known_by_their_names_only_where_celery_is_imported():
    source = "from shop import app\napp.conf.max_retries = 5\n"
    assert set_in(source, "import celery\n")
    assert not set_in(source, "import carrot\n")


SET = "app.conf.max_retries = 5\n"
READS = [
    ("print(app.conf.max_retries)", True),
    ("print(app.conf['max_retries'])", True),
    ("print(app.conf[NAME])", True),
    ("print(shop.SETTINGS['max_retries'])", True),
    ("print(app.conf.get('max_retries'))", True),
    ("print(app.conf.get('max_retries', 5))", True),
    ("print(app.conf.pop('max_retries'))", True),
    ("print(getattr(app.conf, 'max_retries'))", True),
    ("print(getattr(app.conf, 'max_retries', 5))", True),
    ("def f(): return app.conf.max_retries", True),
    ("print(app.conf.get('x', 'max_retries'))", False),
    ("print(getattr(app.conf, 'x', 'max_retries'))", False),
    ("getattr('max_retries', 'x')", False),
    ("print(app.conf.task_max_retries)", False),
    ("print(shop.max_retries)", False),
    ("print(max_retries)", False),
    ("print('x', 'max_retries')", False),
    ("app.conf.max_retries = 6", False),
    ("app.conf['max_retries'] = 6", False),
    ("del app.conf.max_retries", False),
    ("app.conf.set('x', 'max_retries')", False),
    ("print(app.conf.look('max_retries'))", False),
    ("app.conf.get(); getattr(app)", False),
]


@pytest.mark.parametrize(("source", "is_read"), READS)
def test_a_setting_is_read_again(source, is_read):
    assert bool(set_in(SET + source)) != is_read


@pytest.mark.parametrize(
    ("source", "name", "found"),
    [
        ("max_retries = 5", "celeryconfig", ["max_retries"]),
        ("max_retries = 5", "celery_config", ["max_retries"]),
        ("max_retries = 5", "settings", []),
        ("max_retries: int = 5", "celeryconfig", ["max_retries"]),
        ("x.max_retries = 5", "celeryconfig", []),
        ("def f():\n    max_retries = 5", "celeryconfig", []),
        ("class C:\n    max_retries = 5", "celeryconfig", []),
        ("max_retries = 5\nx = max_retries", "celeryconfig", []),
        ("max_retries = 5\nx = y['max_retries']", "celeryconfig", []),
        ("max_retries = 5\nx = y.max_retries", "celeryconfig", ["max_retries"]),
        ("max_retries = 5\nmax_retries = 6", "celeryconfig", ["max_retries", "max_retries"]),
    ],
)
def test_a_module_of_settings_is_known_by_its_name(source, name, found):
    assert set_by_module(source, name) == found


@pytest.mark.parametrize(
    ("source", "options"),
    [
        ("app.conf.task_annotations = {'*': {'max_retries': 5}}", {"max_retries"}),
        ("app.conf.task_annotations: dict", set()),
        ("app.conf.task_acks_late = {'*': {'max_retries': 5}}", set()),
        ("site.conf.task_annotations = {'*': {'max_retries': 5}}", set()),
        ("task_annotations = {'*': {'max_retries': 5}}", set()),
        (
            "app.conf.task_routes = {'*': {'max_retries': 5}}\napp.conf.task_annotations = {}",
            set(),
        ),
        (
            "app.conf.task_annotations = {'*': {'max_retries': 5}}\n"
            "ours.conf.task_annotations = {'*': {'retry_jitter': False}}",
            {"max_retries", "retry_jitter"},
        ),
    ],
)
def test_annotations_are_a_setting_of_an_app(source, options):
    assert annotated_options(model(HEAD + source)) == options
