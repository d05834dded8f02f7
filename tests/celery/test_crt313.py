"""CRT313: a setting that Celery doesn't have is kept, and read by nobody."""

from collections.abc import Iterator

import pytest
from celery.app.defaults import SETTING_KEYS
from shop import gateway

from flake8_celery_retry.facts.celery_settings import INVENTED_SETTINGS, SETTINGS

SETTING = "app.conf.task_max_retries = 1"

#: Settings that don't exist, with what they are to do.
INVENTED = {
    "task_max_retries": 1,
    "max_retries": 1,
    "task_default_retry_delay": 5,
    "default_retry_delay": 5,
    "task_autoretry_for": (gateway.CardRefused,),
    "task_retry_backoff": 2,
    "task_retry_backoff_max": 4,
    "task_retry_jitter": False,
    "task_retry_kwargs": {"max_retries": 1},
}


@pytest.fixture(autouse=True)
def settings(lab) -> Iterator[None]:
    """The app's settings as they were. It reads `task_annotations` once and keeps them."""
    lab.app.__dict__.pop("annotations", None)
    yield
    lab.app.conf.task_annotations = None
    for name in INVENTED:
        lab.app.conf.pop(name, None)
    lab.app.__dict__.pop("annotations", None)


def test_the_task_is_retried_as_if_it_were_not_there(lab, page):
    gateway.fails()

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.countdowns == [180, 180, 180]
    assert lab.app.conf.task_max_retries == 1, "it is kept all the same"


@pytest.mark.parametrize("name", INVENTED)
@pytest.mark.parametrize(
    "setting", ["app.conf.{} = {}", "app.conf['{}'] = {}", "app.conf.update({}={})"]
)
def test_so_it_is_with_each_of_them(lab, page, name, setting):
    value = INVENTED[name]
    written = "(OSError,)" if isinstance(value, tuple) else repr(value)
    gateway.fails()

    seen = lab.run(page.example.replace(SETTING, setting.format(name, written)), "charge_order", 7)

    assert seen.countdowns == [180, 180, 180]


def test_a_setting_for_automatic_retries_makes_none(lab, page):
    source = page.example.replace(SETTING, "app.conf.task_autoretry_for = (OSError,)")
    gateway.fails(OSError("connection reset"))

    assert lab.run(source, "charge_order", 7).runs == 1


def test_annotations_are_read(lab, page):
    gateway.fails()

    seen = lab.run(page.use_instead, "charge_order", 7)

    assert seen.ends == ["RETRY", "FAILURE"]


def test_annotations_make_automatic_retries_too(lab, page):
    automatic = '"autoretry_for": (OSError,), "retry_backoff": 5, "retry_jitter": False'
    gateway.fails(OSError("connection reset"))

    seen = lab.run(page.use_instead.replace('"max_retries": 1', automatic), "charge_order", 7)

    assert seen.countdowns == [5, 10, 20]


def test_the_names_are_none_of_celerys(lab):
    assert SETTING_KEYS.isdisjoint(INVENTED_SETTINGS)
    assert {*INVENTED} == {*INVENTED_SETTINGS}
    assert SETTING_KEYS <= SETTINGS
