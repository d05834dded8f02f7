"""# retry-number-of-wrong-type (CRT105)

## What it does

Finds delays and limits of a type that Celery can't reckon with: a `countdown` or
`default_retry_delay` that is a string or a `timedelta`, an `eta` that is a number or a `timedelta`,
a `max_retries` in quotes, a `retry_backoff` or `retry_backoff_max` that is `None` or a word.

## Why this is bad

Delays are numbers of seconds, an `eta` is a moment. Celery does not convert anything, and finds out
when it writes the message for the next run.

## Celery does

With a wrong delay publishing fails with `TypeError: '<' not supported …` (with a wrong `eta`,
`AttributeError: … no attribute 'isoformat'`), and the message is rejected without requeue: the task
is gone. `max_retries="3"` fails with `TypeError: '>' not supported …` at the first retry.
`retry_backoff=None` fails when the task is finalized: the worker does not start.

## Example

```python
from datetime import timedelta

from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=timedelta(minutes=1))  # CRT105
```

## Use instead

```python
from datetime import timedelta

from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=timedelta(minutes=1).total_seconds())
```

## What stays silent

Numbers, and what can't be read: names, settings, the result of a function. An `eta` beside a
`countdown`, which wins. A `retry_backoff` in quotes that is a number: Celery converts that one.

## Fix

Safe: the number without its quotes, `.total_seconds()` after a `timedelta`, `countdown=` for
`eta=`; an option that is `None` is dropped. None for words, and for strings that are put together.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from math import isfinite
from typing import NamedTuple

from ..edits import Edit, ReplaceExpression, Source
from ..findings import Fix, Mistake
from ..model import Module, Option
from ..model.values import Item
from ..quoting import quoted
from ..repairs import drop, rename

DELAYS = frozenset({"countdown", "default_retry_delay"})
BACKOFFS = {"retry_backoff": float, "retry_backoff_max": int}
OPTIONS = (*BACKOFFS, "default_retry_delay", "max_retries")

LOST = "the retry can't be published, the task is gone"


class Wrong(NamedTuple):
    """What Celery does with a value of the wrong type, what to write, and the edits for it."""

    outcome: str
    advice: str
    edits: tuple[Edit, ...] = ()


def check(module: Module) -> Iterator[Mistake]:
    for call in module.retry_calls:
        has_delay = call.passes("countdown") is not False
        for item in call.arguments.values():
            wrong = _wrong(module, item, has_delay)
            if wrong is not None:
                yield _mistake(call.node, f"{call.task_name} retries with", item, wrong)
    for task in module.tasks:
        options = [option for name in OPTIONS if (option := task.own_option(name))]
        if task.own_option("retry_kwargs"):
            options += task.retry_kwargs.values()
        for option in options:
            wrong = _wrong(module, option, "countdown" in task.retry_kwargs)
            if wrong is not None:
                yield _mistake(option.value, f"{task.name} has", option, wrong)


def _mistake(node: ast.expr, beginning: str, option: Item | Option, wrong: Wrong) -> Mistake:
    message = f"{beginning} {option.name}={quoted(option.value)}: {wrong.outcome}; {wrong.advice}"
    fix = Fix(wrong.advice, safe=True, edits=wrong.edits) if wrong.edits else None
    return Mistake(node, message, fix)


def _wrong(module: Module, option: Item | Option, has_delay: bool) -> Wrong | None:
    if option.name in DELAYS:
        return _wrong_delay(module, option)
    if option.name == "eta":
        return None if has_delay else _wrong_eta(module, option)
    if option.name == "max_retries":
        return _wrong_limit(module, option)
    return _wrong_backoff(module, option) if option.name in BACKOFFS else None


def _wrong_delay(module: Module, option: Item | Option) -> Wrong | None:
    value = option.value
    if module.is_timedelta(value):
        seconds = ReplaceExpression(value, _total_seconds(value))
        return Wrong(LOST, "add .total_seconds()", (seconds,))
    if not module.is_text(value):
        return None
    number = _without_quotes(module, value)
    if number is None:
        return Wrong(LOST, "write a number of seconds")
    return Wrong(LOST, f"write {option.name}={number}", (ReplaceExpression(value, (number,)),))


def _wrong_eta(module: Module, option: Item | Option) -> Wrong | None:
    value = option.value
    edits: tuple[Edit, ...]
    if module.is_timedelta(value):
        advice = "write countdown= with .total_seconds()"
        edits = (ReplaceExpression(value, _total_seconds(value)),)
    elif module.number(value):  # eta=0 is taken for none
        advice, edits = f"write countdown={quoted(value)}", ()
    else:
        return None
    is_named = isinstance(option.element, ast.keyword) or isinstance(option.holder, ast.Dict)
    return Wrong(LOST, advice, (rename(option, "countdown"), *edits) if is_named else ())


def _wrong_limit(module: Module, option: Item | Option) -> Wrong | None:
    if not module.is_text(option.value):
        return None
    outcome = "the first retry ends in TypeError"
    number = _without_quotes(module, option.value)
    if number is None or "." in number or number.startswith("float"):
        return Wrong(outcome, "write a whole number")
    edits = (ReplaceExpression(option.value, (number,)),)
    return Wrong(outcome, f"write max_retries={number}", edits)


def _wrong_backoff(module: Module, option: Item | Option) -> Wrong | None:
    outcome = "the worker does not start"
    value = module.value(option.value)
    if value is None:
        return Wrong(outcome, "drop it", (drop(option),))
    if not isinstance(value, str):
        return None
    try:
        BACKOFFS[option.name](value)
    except ValueError:
        return Wrong(outcome, "write a number of seconds")
    return None


def _without_quotes(module: Module, value: ast.expr) -> str | None:
    """The source of the number that a string holds; ``None`` where it holds none."""
    text = module.value(value)
    try:
        number = float(text) if isinstance(text, str) else None
    except ValueError:
        return None
    if number is None or not isfinite(number):
        return None
    type_ = "int" if str(text).strip().isdigit() else "float"
    if not isinstance(value, ast.Constant):
        return f"{type_}({ast.unparse(value)})"
    return str(int(number) if number.is_integer() else number)


def _total_seconds(value: ast.expr) -> Source:
    if isinstance(value, ast.BinOp):
        return "(", value, ").total_seconds()"
    return value, ".total_seconds()"
