"""The setting in force: written, Celery's default, hidden or unreadable; and who says so."""

from __future__ import annotations

import math

import pytest
from short_modules import codes, model, only_task, retry_calls

from flake8_celery_retry.model.policy.in_force import (
    delay_in_force,
    delay_of_call_in_force,
    limit_in_force,
    limit_of_call_in_force,
    setting_of_task,
)
from flake8_celery_retry.syntax.values import UNKNOWN

HEAD = """
from celery import Celery, Task, shared_task
from shop.tasks import House, OPTIONS, house_task
"""


def task(decorator: str, head: str = ""):
    return only_task(f"{HEAD}{head}\n@{decorator}\ndef charge(self): charge.retry()\n")


def test_what_is_written_is_known_with_its_place() -> None:
    setting = setting_of_task(task("shared_task(max_retries=5)"), "max_retries")
    assert (setting.value, setting.limit, setting.is_default) == (5, 5, False)
    assert setting.place is not None
    assert setting.place.name == "max_retries"


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("max_retries", 3),
        ("default_retry_delay", 180),
        ("retry_backoff_max", 600),
        ("retry_backoff", False),
        ("retry_jitter", True),
    ],
)
def test_what_nobody_writes_is_celerys_default(name: str, default: object) -> None:
    setting = setting_of_task(task("shared_task(base=Task)"), name)
    assert setting.is_default
    assert setting.value == default


@pytest.mark.parametrize(
    ("decorator", "head"),
    [
        ("shared_task(base=House)", ""),
        ("house_task(bind=True)", ""),
        ("shared_task(**OPTIONS)", ""),
        ("app.task()", "app = Celery(task_cls=House)"),
    ],
)
def test_what_another_module_may_say_is_hidden(decorator: str, head: str) -> None:
    setting = setting_of_task(task(decorator, head), "max_retries")
    assert setting.is_hidden
    assert setting.place is None
    assert setting.limit is None


@pytest.mark.parametrize(
    ("decorator", "limit"),
    [
        ("shared_task(max_retries=5, **OPTIONS)", 5),
        ("shared_task(max_retries=5, base=House)", 5),
        ("shared_task(base=Base)", 7),
        ("shared_task(base=Base, **OPTIONS)", None),
        ("shared_task(base=Base, max_retries=5, **OPTIONS)", 5),
    ],
)
def test_what_is_written_at_the_task_itself_is_not_hidden(decorator, limit) -> None:
    head = "class Base(Task):\n    max_retries = 7\n    abstract = True\n"
    module = model(f"{HEAD}{head}\n@{decorator}\ndef charge(self): charge.retry()\n")
    setting = setting_of_task(module.tasks[-1], "max_retries")
    assert setting.limit == limit
    assert setting.is_hidden is (limit is None)


def test_a_name_of_another_module_is_unreadable_where_it_stands() -> None:
    setting = setting_of_task(task("shared_task(max_retries=OPTIONS)"), "max_retries")
    assert setting.value is UNKNOWN
    assert setting.place is not None
    assert not setting.is_hidden


def test_none_is_no_limit() -> None:
    assert setting_of_task(task("shared_task(max_retries=None)"), "max_retries").limit == math.inf


@pytest.mark.parametrize(
    ("options", "limit"),
    [
        ('max_retries=5, retry_kwargs={"max_retries": 9}', 9),
        ('max_retries=5, retry_kwargs={"max_retries": None}', 5),
        ("max_retries=5, retry_kwargs={}", 5),
        ("retry_kwargs={}", 3),
        ("max_retries=5, retry_kwargs=OPTIONS", None),
        ("max_retries=5, base=House", 5),
    ],
)
def test_retry_kwargs_limit_automatic_retries(options: str, limit: float | None) -> None:
    assert limit_in_force(task(f"shared_task(autoretry_for=(OSError,), {options})")).limit == limit


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ('retry_backoff=2, retry_kwargs={"countdown": 9}, default_retry_delay=5', "retry_backoff"),
        ('retry_backoff=False, retry_kwargs={"countdown": 9}', "countdown"),
        ("default_retry_delay=5", "default_retry_delay"),
        ("base=House, default_retry_delay=5", None),
    ],
)
def test_a_backoff_overrides_a_countdown_and_that_the_default_delay(
    options: str, place: str | None
) -> None:
    setting = delay_in_force(task(f"shared_task(autoretry_for=(OSError,), {options})"))
    assert (setting.place.name if setting.place else None) == place


@pytest.mark.parametrize(
    ("arguments", "limit", "delay"),
    [
        ("", 5, 30),
        ("max_retries=2, countdown=7", 2, 7),
        ("max_retries=None, countdown=None", 5, 30),
        ("**OPTIONS", None, None),
        ("eta=OPTIONS", 5, None),
    ],
)
def test_a_retry_call_says_it_first(
    arguments: str, limit: float | None, delay: float | None
) -> None:
    [call] = retry_calls(
        f"""
        from celery import shared_task
        from shop.tasks import OPTIONS
        @shared_task(bind=True, max_retries=5, default_retry_delay=30)
        def charge(self): self.retry({arguments})
        """
    )
    assert limit_of_call_in_force(call).limit == limit
    assert delay_of_call_in_force(call).number == delay
    assert delay_of_call_in_force(call).is_hidden is (arguments == "**OPTIONS")
    assert limit_of_call_in_force(call).is_hidden is (arguments == "**OPTIONS")


@pytest.mark.parametrize("value", ["'nan'", "'inf'", "1e400", "[]", "...", "b''", "1j", "-1"])
@pytest.mark.parametrize("name", ["retry_backoff", "retry_backoff_max", "max_retries"])
def test_an_option_may_be_anything(name: str, value: str) -> None:
    codes(
        f"""
        from celery import shared_task
        @shared_task(autoretry_for=(OSError,), {name}={value})
        def charge(): pass
        """
    )


@pytest.mark.parametrize(
    ("arguments", "limit", "delay"),
    [
        ("", None, None),
        ("max_retries=2, countdown=7", 2, 7),
        ("max_retries=None", None, None),
        ("eta=OPTIONS", None, None),
    ],
)
def test_what_a_helpers_call_leaves_out_is_hidden(
    arguments: str, limit: float | None, delay: float | None
) -> None:
    [call] = retry_calls(f"{HEAD}def again(self): self.name; self.retry({arguments})\n")
    assert limit_of_call_in_force(call).limit == limit
    assert limit_of_call_in_force(call).is_hidden is (limit is None)
    assert delay_of_call_in_force(call).number == delay
    assert delay_of_call_in_force(call).is_hidden is ("=OPTIONS" not in arguments and delay is None)


@pytest.mark.parametrize(
    ("value", "number", "converted", "limit"),
    [
        ("5", 5, 5, 5),
        ("2.5", 2.5, 2.5, 2.5),
        ("True", None, 1, None),
        ("'5'", None, 5, None),
        ("'x'", None, None, None),
        ("None", None, None, math.inf),
        ("OPTIONS", None, None, None),
    ],
)
def test_a_value_is_a_number(
    value: str, number: float | None, converted: float | None, limit: float | None
) -> None:
    setting = setting_of_task(task(f"shared_task(max_retries={value})"), "max_retries")
    assert setting.number == number
    assert setting.converted_number == converted
    assert setting.limit == limit
    assert setting.is_chosen is (value != "None")


def test_celerys_default_is_a_number_too() -> None:
    for name, number, converted in [
        ("max_retries", 3, 3),
        ("retry_jitter", None, 1),
        ("retry_backoff", None, 0),
        ("autoretry_for", None, None),
    ]:
        setting = setting_of_task(task("shared_task"), name)
        assert (setting.number, setting.converted_number) == (number, converted)
        assert not setting.is_chosen
