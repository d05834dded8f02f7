"""The sleeps on the way to a retry call, and the one that its countdown can take the place of."""

from __future__ import annotations

from textwrap import indent

import pytest
from short_modules import retry_calls

from flake8_celery_retry.model.work.sleeps import plain_sleep_before_retry, sleeps_before_retry

#: A body whose last line retries; how many sleeps are on the way, and whether one is plain.
BODIES = {
    "in the handler": ("try:\n    pay()\nexcept OSError:\n    sleep(1)\n    {}", 1, True),
    "awaited": ("try:\n    pay()\nexcept OSError:\n    await sleep(1)\n    {}", 1, True),
    "two": ("try:\n    pay()\nexcept OSError:\n    sleep(1)\n    sleep(2)\n    {}", 2, False),
    "by name": ("try:\n    pay()\nexcept OSError:\n    sleep(seconds=1)\n    {}", 1, True),
    "for a time unread": ("try:\n    pay()\nexcept OSError:\n    sleep(*ages)\n    {}", 1, False),
    "for no time": ("try:\n    pay()\nexcept OSError:\n    sleep()\n    {}", 1, False),
    "for options": ("try:\n    pay()\nexcept OSError:\n    sleep(**ages)\n    {}", 1, False),
    "for two times": ("try:\n    pay()\nexcept OSError:\n    sleep(1, 2)\n    {}", 1, False),
    "in a value": ("try:\n    pay()\nexcept OSError:\n    slept = sleep(1)\n    {}", 1, False),
    "sometimes": ("try:\n    pay()\nexcept OSError:\n    if slow: sleep(1)\n    {}", 1, False),
    "it leaves": (
        "try:\n    pay()\nexcept OSError:\n    if slow:\n        sleep(1)\n        return\n    {}",
        0,
        False,
    ),
    "before the try": ("sleep(1)\ntry:\n    pay()\nexcept OSError:\n    {}", 0, False),
    "in the try": ("try:\n    sleep(1)\n    pay()\nexcept OSError:\n    {}", 0, False),
    "in a branch": ("if slow():\n    sleep(1)\n    {}", 1, True),
    "in a branch of a branch": ("if slow():\n    sleep(1)\n    if slow():\n        {}", 1, True),
    "in a case": ("match slow():\n    case True:\n        sleep(1)\n        {}", 1, True),
    "before the branch": ("sleep(1)\nif slow():\n    {}", 0, False),
    "in a loop": ("while slow():\n    sleep(1)\n    {}", 0, False),
    "in a branch in a loop": (
        "while slow():\n    sleep(1)\n    if slow():\n        sleep(2)\n        {}",
        1,
        True,
    ),
    "before a with": (
        "if slow():\n    sleep(1)\n    with pay():\n        pay()\n        {}",
        1,
        True,
    ),
    "before a condition": ("if slow():\n    sleep(1)\n    slow() and {}", 1, True),
    "before a loop": ("if slow():\n    sleep(1)\n    while slow():\n        {}", 0, False),
    "in what is awaited": (
        "try:\n    pay()\nexcept OSError:\n    await pay(sleep(1))\n    {}",
        1,
        False,
    ),
    "in a handler of a nested function": (
        "def again():\n    try:\n        pay()\n    except OSError:\n        sleep(1)\n        {}\n"
        "if slow(): again()",
        1,
        True,
    ),
    "in a handler of a nested function and before it": (
        "def again():\n    try:\n        pay()\n    except OSError:\n        sleep(1)\n        {}\n"
        "try:\n    pay()\nexcept OSError:\n    sleep(2)\n    again()",
        2,
        False,
    ),
    "in an else in a branch": (
        "if slow():\n    sleep(1)\n    try:\n        pay()\n    except OSError:\n        pass\n"
        "    else:\n        {}",
        0,
        False,
    ),
    "in an else": (
        "try:\n    pay()\nexcept OSError:\n    pass\nelse:\n    sleep(1)\n    {}",
        0,
        False,
    ),
    "in a finally": ("try:\n    pay()\nfinally:\n    sleep(1)\n    {}", 0, False),
    "first in a try in a branch": (
        "if slow():\n    sleep(1)\n    try:\n        {}\n    finally:\n        pay()",
        1,
        True,
    ),
    "later in a try in a branch": (
        "if slow():\n    sleep(1)\n    try:\n        pay()\n        {}\n    finally:\n        go()",
        0,
        False,
    ),
    "after an exit": ("if paid():\n    return\nsleep(1)\n{}", 1, True),
    "after an exit and a log call": (
        "if paid():\n    raise OSError\nlogger.info('no')\nawait sleep(1)\n{}",
        1,
        True,
    ),
    "after work after an exit": ("if paid():\n    return\nsleep(1)\npay()\n{}", 0, False),
    "after a branch that goes on": ("if paid():\n    pay()\nsleep(1)\n{}", 0, False),
    "after two branches": ("if paid():\n    return\nelse:\n    pay()\nsleep(1)\n{}", 0, False),
    "in the test of an exit": ("if sleep(2):\n    return\nsleep(1)\n{}", 1, True),
    "before an exit": ("sleep(2)\nif paid():\n    return\nsleep(1)\n{}", 1, True),
    "by a nested function": (
        "def again():\n    sleep(1)\n    {}\ntry:\n    pay()\nexcept OSError:\n    again()",
        1,
        False,
    ),
    "before and in a nested function": (
        "def again():\n    sleep(1)\n    {}\n"
        "try:\n    pay()\nexcept OSError:\n    sleep(2)\n    again()",
        2,
        False,
    ),
    "by a nested function that nothing leads to": (
        "def again():\n    sleep(1)\n    {}\npay()\nagain()",
        0,
        False,
    ),
}


@pytest.mark.parametrize(("body", "number", "is_plain"), BODIES.values(), ids=BODIES)
def test_the_sleeps_on_the_way_to_a_retry_call(body, number, is_plain):
    [call] = retry_calls(f"""
import logging
from asyncio import sleep
from celery import shared_task

logger = logging.getLogger()

@shared_task(bind=True)
async def charge(self, ages):
{indent(body.format("self.retry()"), "    ")}
""")
    sleeps = sleeps_before_retry(call)
    assert len(sleeps) == number
    assert plain_sleep_before_retry(call) == (sleeps[0] if is_plain else None)
