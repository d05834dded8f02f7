"""# misspelled-retry-argument (CRT109)

`ex=exc`, `delay=60`, `retries=3` become publish options

## What it does

Finds keywords of a retry call, and keys of `retry_kwargs`, that are not quite those of `retry`: a
typing error (`coutdown`, `countDown`, `maxretries`, `exce`); another word for one (`ex`, `e`,
`err`, `error` or `exception` for `exc`; `delay`, `retry_delay` or `default_retry_delay` for
`countdown`; `max_retry` or `retries` for `max_retries`); or options of the task (`retry_backoff`,
`retry_jitter`…), which mean nothing there.

## Why this is bad

`retry` takes any keyword: what it does not know becomes an option of the published message. So
there is no error where the mistake is, and the delay, the limit or the cause is not the one that is
written there.

## Celery does

An exception as an option can't be serialized: with a transport that writes messages down (Redis,
RabbitMQ; not the one in memory) the task is rejected and gone, and its result stays `PENDING`
(since Celery 5.7 it is `FAILURE`). `retries=` raises `KeyError` at once. The others are
ignored: the retry comes after the default delay, up to the default limit.

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

Every other keyword: `queue`, `priority`, `expires`, `MessageGroupId`… are options of the message. A
slip is one or two letters added, dropped, changed or swapped, in a short name one (in one of four
letters, two swapped ones: `etag` is no `eta`), and an English word is none (`throws`).

## Fix

Safe: the right name, unless it is there already or may be (or an `eta` is, over which the
`countdown` would win); and where that would hold a value of the
wrong kind (CRT104, CRT105), a right one. None for options of the task, nor for an exception in
`retry_kwargs`: Celery passes the one that was raised.

## When to switch it off

Where your broker has an option of that very name. Rename nothing then; say `# noqa: CRT109`.

## See also

- Celery, `Task.retry`:
  <https://docs.celeryq.dev/en/stable/reference/celery.app.task.html#celery.app.task.Task.retry>

## Since

Version 0.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..fixing.edits import Edit, ReplaceExpression, Source
from ..linting.findings import Fix, Mistake
from ..linting.quoting import quoted
from ..model import Module, RetryCall, Task
from ..model.misplaced import Misspelling, misspelled, misspelling
from .repairs.options import in_seconds, rename, without_quotes


def check(module: Module) -> Iterator[Mistake]:
    for call in module.retry_calls:
        found = misspelled(call)
        if found:
            message = f"{call.task_name} retries with {_told(found[0], 12)}; {_advice(found[0])}"
            yield Mistake(call.node, message, _fix_of_call(call, found))
    for task in module.tasks:
        if task.written_option("retry_kwargs") is not None:
            yield from _mistakes_in_retry_kwargs(task)


def _mistakes_in_retry_kwargs(task: Task) -> Iterator[Mistake]:
    taken: set[str | None] = {*task.retry_kwargs}
    for option in task.retry_kwargs.values():
        found = misspelling(option)
        if found is None:
            continue
        edits = None
        if task.retry_kwargs_complete and found.meant not in taken and found.meant != "exc":
            edits = _edits(task.module, found, None)
        told = f"{task.name} has in retry_kwargs {_told(found, 8)}"
        fix = Fix(f"write {found.meant}", safe=True, edits=edits) if edits else None
        yield Mistake(option.value, f"{told}; {_advice_for_entry(found)}", fix)
        taken.add(found.meant)


def _told(found: Misspelling, most: int) -> str:
    """The argument as it is written, and what Celery does with it."""
    written = f"{found.written.name}={quoted(found.written.value, most)}"
    if found.meant is None:
        return f"{written}: retry ignores it"
    if found.meant == "exc":
        return f"{written}: it can't be sent"
    if found.written.name == "retries":
        return f"{written}: a KeyError at once"
    return f"{written}: Celery ignores it"


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


def _fix_of_call(call: RetryCall, found: Sequence[Misspelling]) -> Fix | None:
    """Mends all that is misspelled in a call, or nothing."""
    if call.has_unreadable_arguments:
        return None
    taken: set[str | None] = {*call.arguments}
    if call.passes("eta"):
        taken.add("countdown")  # it would win over the eta
    edits: list[Edit] = []
    for each in found:
        repair = _edits(call.module, each, call.exception_name)
        if repair is None or each.meant in taken:
            return None
        edits += repair
        taken.add(each.meant)
    title = ", ".join(str(each.meant) for each in found)
    return Fix(f"write {title}", safe=True, edits=tuple(edits))


def _edits(module: Module, found: Misspelling, exception: str | None) -> tuple[Edit, ...] | None:
    """The right name, and what that has to hold where the value is of the wrong kind, too."""
    written, meant = found
    value = written.value
    if meant is None:
        return None
    source: Source | None = None
    if meant == "exc" and module.kinds.kind_of_no_exception(value):
        source = (exception,) if exception else None
    elif meant == "countdown" and (module.kinds.is_text(value) or module.kinds.is_timedelta(value)):
        source = in_seconds(module, value)
    elif meant == "max_retries" and module.kinds.is_text(value):
        source = without_quotes(module, value, whole=True)
    else:
        return (rename(written, meant),)
    return (rename(written, meant), ReplaceExpression(value, source)) if source else None
