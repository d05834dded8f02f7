"""# retry-number-of-wrong-type (CRT105)

`countdown="60"`, `eta=60`, `max_retries="3"`

## What it does

Finds delays and limits of a type that Celery can't calculate with: a `countdown` or
`default_retry_delay` that is a string or a `timedelta`, an `eta` that is a number or a `timedelta`,
an `expires` (of a retry call or a task) that is a `timedelta`, a `max_retries` in quotes, a
`retry_backoff` or `retry_backoff_max` that is `None` or no number.

## Why this is bad

Delays are numbers of seconds, an `eta` is a moment. Celery does not convert anything, and finds out
when it writes the message for the next run.

## Celery does

With a wrong delay publishing fails with `TypeError: '<' not supported …` (with a wrong `eta`,
`AttributeError: … no attribute 'isoformat'`), and the message is rejected without requeue: the task
is gone, and its result stays `PENDING` (since Celery 5.7 it is `FAILURE`). A task whose `expires`
is a `timedelta` can't be sent at all, with the same `TypeError`. `max_retries="3"` fails with
`TypeError: '>' not supported …` at the first retry.
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
        countdown = timedelta(minutes=1).total_seconds()
        raise self.retry(exc=exc, countdown=countdown)
```

## What stays silent

Numbers, and what can't be read: names, settings, the result of a function. An `eta` beside a
`countdown`, which wins. An `expires` that is a number or a moment. A `retry_backoff` in quotes that
is a number: Celery converts that one.

## Fix

Safe: the number without its quotes, `.total_seconds()` after a `timedelta`, `countdown=` for
`eta=`; an option that is `None` is dropped. None for words, and for strings that are put together.

## When to switch it off

Where a base class of yours overrides `retry` or `apply_async` and converts the value. Celery
itself does not: a pull request that would let it take a `timedelta` is below.

## See also

- Celery, "ETA and countdown":
  <https://docs.celeryq.dev/en/stable/userguide/calling.html#calling-eta>
- celery #8128, "Reject: (TypeError("'<' not supported between instances of 'str' and 'int'"),
  False)":
  <https://github.com/celery/celery/issues/8128>
- celery #10614, "Accept timedelta for countdown, expires and time limits":
  <https://github.com/celery/celery/pull/10614>

## Since

Version 0.1.0.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from ..fixing.edits import Edit, ReplaceExpression
from ..linting.findings import Fix, Mistake
from ..linting.quoting import quoted, quoted_source, whole
from ..model import Module, Option
from ..model.policy.misfits import BACKOFFS, Misfit, misfits_of_call, misfits_of_task
from ..syntax.values import Item
from .repairs.options import drop, in_seconds, rename, total_seconds, without_quotes

#: Of a task that may be another library's, nothing is said.
SPEAKS_OF_OPTIONS = True

LOST = "no retry is sent"

#: Words that a file needs for a finding, and that tell nobody of a retry.
WORDS = ("expires",)


class Wrong(NamedTuple):
    """An argument or option of the wrong type: what Celery does with it, what to write instead,
    and the edits for it."""

    option: Item | Option
    outcome: str
    advice: str
    edits: tuple[Edit, ...] = ()


def check(module: Module) -> Iterator[Mistake]:
    for call in module.retry_calls:
        found = [_wrong(module, item, misfit) for item, misfit in misfits_of_call(call)]
        if found:
            yield _mistake(call.node, f"{call.task_name} retries with", found)
    for task in module.tasks:
        for option, misfit in misfits_of_task(task):
            wrong = _wrong(module, option, misfit)
            yield _mistake(option.value, f"{task.name} has", [wrong])


def _mistake(node: ast.expr, beginning: str, found: list[Wrong]) -> Mistake:
    """One for a call or an option: it tells of the first, and mends all of them or none."""
    option, outcome, advice, _ = found[0]
    message = f"{beginning} {option.name}={quoted(option.value, 14)}: {outcome}; {advice}"
    if not all(wrong.edits for wrong in found):
        return Mistake(node, message)
    edits = tuple(edit for wrong in found for edit in wrong.edits)
    return Mistake(node, message, Fix(advice, safe=True, edits=edits))


def _wrong(module: Module, option: Item | Option, misfit: Misfit) -> Wrong:
    value = option.value
    if option.name in BACKOFFS:
        if misfit is Misfit.NONE:
            return Wrong(option, "no worker starts", "drop it", (drop(option),))
        return Wrong(option, "no worker starts", "write a number")
    if option.name == "eta":
        return _wrong_eta(option, misfit)
    is_limit = option.name == "max_retries"
    source = without_quotes(module, value, whole=True) if is_limit else in_seconds(module, value)
    edits = (ReplaceExpression(value, source),) if source else ()
    number = "a whole number" if is_limit else "a number of seconds"
    advice = f"write {quoted_source(source) if source else number}"
    if misfit is Misfit.TIMEDELTA:
        advice = "add .total_seconds()"
    return Wrong(option, _outcome(option), advice, edits)


def _outcome(option: Item | Option) -> str:
    if option.name == "max_retries":
        return "TypeError at the first retry"
    is_of_task = option.name == "expires" and not isinstance(option, Item)
    return "it can't be sent" if is_of_task else LOST


def _wrong_eta(option: Item | Option, misfit: Misfit) -> Wrong:
    value = option.value
    is_named = isinstance(option.element, ast.keyword) or isinstance(option.holder, ast.Dict)
    renamed: tuple[Edit, ...] = (rename(option, "countdown"),) if is_named else ()
    if misfit is Misfit.NUMBER:
        return Wrong(option, LOST, f"write countdown={whole(value, 12) or ''}", renamed)
    edits = (*renamed, ReplaceExpression(value, total_seconds(value))) if renamed else ()
    return Wrong(option, LOST, "write countdown= in seconds", edits)
