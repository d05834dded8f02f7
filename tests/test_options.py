"""The plugin's options through the real flake8 and the command: what they change, wherever they
are written. Wrong values, and names in other forms, are in ``test_plugin.py``."""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import Ended, command, flake8, write

TASKS = {
    "house.py": """\
from shop.jobs import Job, job


@job
def charge(self):
    self.retry()


class Charge(Job):
    max_retries = 0

    def run(self):
        raise self.retry()
""",
    "waiting.py": """\
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=8)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=30 * 2**self.request.retries)


@shared_task(autoretry_for=(GatewayDown,), default_retry_delay=1800)
def charge_deposit(order_id):
    return charge(order_id)
""",
}

DECORATED = "house.py:6: CRT201"
CLASS_BASED = ["house.py:10: CRT303", "house.py:13: CRT201"]
CALCULATED = "waiting.py:11: CRT906"
BY_DEFAULT = "waiting.py:14: CRT906"


def places(ended: Ended) -> list[str]:
    """``file:line: code`` of each finding, columns and messages left out."""
    assert ended.errors == ""
    found = [line.split(" ")[:2] for line in ended.lines]
    return sorted(f"{place.rsplit(':', 2)[0].removeprefix('./')}: {code}" for place, code in found)


def in_both(folder: Path, *arguments: str) -> list[str]:
    """What flake8 reports; ``check`` must say the same."""
    reported = places(flake8(*arguments, cwd=folder))
    assert places(command("check", *arguments, cwd=folder)) == reported
    return reported


NAMES = [
    ({}, []),
    ({"celery-task-decorators": "job"}, [DECORATED]),
    ({"celery-task-decorators": "shop.jobs.job"}, [DECORATED]),
    ({"celery-task-decorators": "other, job"}, [DECORATED]),
    ({"celery-task-decorators": "shop.other.job"}, []),
    ({"celery-task-bases": "Job"}, CLASS_BASED),
    ({"celery-task-bases": "other,shop.jobs.Job"}, CLASS_BASED),
    ({"celery-task-bases": "job"}, []),
    ({"celery-task-decorators": "job", "celery-task-bases": "Job"}, [*CLASS_BASED, DECORATED]),
]

TIMEOUTS = [
    ({}, [CALCULATED]),
    ({"celery-visibility-timeout": "3840"}, [CALCULATED]),
    ({"celery-visibility-timeout": "3841"}, []),
    ({"celery-visibility-timeout": "1800"}, [CALCULATED, BY_DEFAULT]),
    ({"celery-visibility-timeout": "43200"}, []),
]


@pytest.mark.parametrize(
    ("options", "expected"),
    [(options, ("CRT", found)) for options, found in NAMES]
    + [(options, ("CRT906", found)) for options, found in TIMEOUTS],
)
def test_an_option_says_the_same_wherever_it_is_written(
    tmp_path: Path, options: dict[str, str], expected: tuple[str, list[str]]
) -> None:
    select, found = expected
    write(tmp_path, {**TASKS, ".flake8": f"[flake8]\nselect = {select}\n"})
    arguments = [f"--{name}={value}" for name, value in options.items()]
    assert in_both(tmp_path, *arguments) == sorted(found)

    dashed = "".join(f"{name} = {value}\n" for name, value in options.items())
    write(tmp_path, {".flake8": f"[flake8]\nselect = {select}\n{dashed}"})
    assert in_both(tmp_path) == sorted(found)

    spread = "".join(
        f"{name.replace('-', '_')} =\n    {value.replace(',', ',' + chr(10) + '    ')}\n"
        for name, value in options.items()
    )
    write(tmp_path, {".flake8": f"[flake8]\nselect = {select}\n{spread}"})
    assert in_both(tmp_path) == sorted(found)


def test_the_command_line_has_the_last_word(tmp_path: Path) -> None:
    configuration = "[flake8]\nselect = CRT906\ncelery-visibility-timeout = 1800\n"
    write(tmp_path, {**TASKS, "tox.ini": configuration})
    assert in_both(tmp_path) == [CALCULATED, BY_DEFAULT]
    assert in_both(tmp_path, "--celery-visibility-timeout=3600") == [CALCULATED]


def test_flake8s_processes_know_the_options(tmp_path: Path) -> None:
    copies = {f"orders_{number}.py": TASKS["house.py"] for number in range(8)}
    write(tmp_path, copies)
    arguments = ["--isolated", "--select=CRT201", "--celery-task-decorators=job", "-j2"]
    assert in_both(tmp_path, *arguments) == sorted(f"{name}:6: CRT201" for name in copies)
