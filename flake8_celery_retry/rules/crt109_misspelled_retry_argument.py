"""# misspelled-retry-argument (CRT109)

## What it does

Finds keywords of a retry call, and keys of `retry_kwargs`, that are not quite those of `retry`:
`ex`, `e`, `err`, `error` or `exception` for `exc`; `delay`, `count_down` or `default_retry_delay`
for `countdown`; `max_retry` or `retries` for `max_retries`; or options of the task
(`retry_backoff`, `retry_jitter`…), which mean nothing there.

## Why this is bad

`retry` takes any keyword: what it does not know becomes an option of the published message. So
there is no error where the mistake is, and the wait, the limit or the cause is not the one that
stands there.

## Celery does

An exception as an option can't be serialized: with a transport that writes messages down (Redis,
RabbitMQ; not the one in memory) the task is rejected and gone. `retries=` raises `KeyError` at
once. The others are ignored: the retry comes after the default delay, up to the default limit.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(ex=exc, countdown=60)  # CRT109
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)
```

## What stays silent

Every other keyword: `queue`, `priority`, `expires`, `MessageGroupId`… are options of the message.

## Fix

Safe: the right name, unless it is there already or may be. None for options of the task, nor for an
exception in `retry_kwargs`: Celery passes the one that was raised.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Fix, Mistake
from ..model import Module, RetryCall, Task
from ..model.misplaced import Misspelling, misspelled, misspelling
from ..quoting import quoted
from ..repairs import rename


def check(module: Module) -> Iterator[Mistake]:
    for call in module.retry_calls:
        for found in misspelled(call):
            message = f"{call.task_name} retries with {_told(found)}; {_advice(found)}"
            yield Mistake(call.node, message, _fix_of_call(call, found))
    for task in module.tasks:
        if task.own_option("retry_kwargs") is None:
            continue
        taken = set(task.retry_kwargs)
        for option in task.retry_kwargs.values():
            found_option = misspelling(option)
            if found_option is None:
                continue
            told = f"{task.name} has in retry_kwargs {_told(found_option)}"
            fix = _fix_of_entry(task, found_option, taken)
            yield Mistake(option.value, f"{told}; {_advice_for_entry(found_option)}", fix)
            taken.add(found_option.meant or "")


def _told(found: Misspelling) -> str:
    """The argument as it is written, and what Celery does with it."""
    written = f"{found.written.name}={quoted(found.written.value)}"
    if found.meant is None:
        return f"{written}, an option of the task: retry ignores it"
    if found.meant == "exc":
        return f"{written}, which can't be serialized: the task is gone"
    if found.written.name == "retries":
        return f"{written}, unknown to retry: KeyError at once"
    return f"{written}, unknown to retry: it is ignored"


def _advice(found: Misspelling) -> str:
    if found.meant is None:
        return "write it in the decorator"
    return f"write {found.meant}="


def _advice_for_entry(found: Misspelling) -> str:
    if found.meant is None:
        return "write it in the decorator"
    if found.meant == "exc":
        return "drop it, Celery passes it"
    return f'write "{found.meant}"'


def _fix_of_call(call: RetryCall, found: Misspelling) -> Fix | None:
    is_taken = found.meant in call.arguments or call.has_unreadable_arguments
    return None if is_taken else _fix(found)


def _fix_of_entry(task: Task, found: Misspelling, taken: set[str]) -> Fix | None:
    is_taken = found.meant in taken or found.meant == "exc" or not task.retry_kwargs_complete
    return None if is_taken else _fix(found)


def _fix(found: Misspelling) -> Fix | None:
    if found.meant is None:
        return None
    edits = (rename(found.written, found.meant),)
    return Fix(f"write {found.meant}", safe=True, edits=edits)
