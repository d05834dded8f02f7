"""# retry-options-without-a-retry (CRT308)

`max_retries=5` on a task that never retries

## What it does

Finds `max_retries` and `default_retry_delay` on tasks that have no `autoretry_for` and no retry
call, and from which no retry can be made. The finding names the task's other retry options, too.

## Why this is bad

These options limit retries, they don't cause any. The task looks as if it were tried again after a
failure. It is not: the first failure is final.

## Celery does

`charge_order` fails once and has ended in FAILURE, after one run.

## Example

```python
from celery import shared_task

from shop.gateway import charge


@shared_task(max_retries=5, default_retry_delay=60)  # CRT308
def charge_order(order_id):
    return charge(order_id)
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(
    autoretry_for=(GatewayDown,), max_retries=5, default_retry_delay=60
)
def charge_order(order_id):
    return charge(order_id)
```

## What stays silent

`max_retries=0`, which is how one says "never"; a bound task that hands `self` to something or gives
it another name; a task that hands its own name to something in its body; a base class of another
module (by `base=` too), an app made with `task_cls=`, a decorator of the project's own, options
that can't be read; options that it shares with a task that may retry (a `**` dict, a `partial`, a
base class of the module); a task that speaks of somebody's `.retry`, itself or in a function of the
module that it calls (`current_task.retry`), raises `Retry` by hand (CRT204) or puts its message
back (CRT214); a misspelled `autoretry_for` (CRT306); a decorator `@something.task` in a module that
imports no Celery.

## Fix

None: which failures are to be retried is for the author to say.

## When to switch it off

Where the options stand there for a base class or a signal handler that isn't in the module.

## See also

- Celery, "Retrying":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-retry>
- courtlistener #2089, "Analyze if our celery retries are working at all":
  <https://github.com/freelawproject/courtlistener/issues/2089>

## Since

Version 0.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..linting.findings import Mistake
from ..linting.quoting import listed
from ..model import Module
from ..model.policy.unused import options_of_no_retry

#: Of a task that may be another library's, nothing is said.
SPEAKS_OF_OPTIONS = True

#: Characters that the message has room for options.
MOST_OF_OPTIONS = 36


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks:
        options = options_of_no_retry(task)
        if options:
            yield Mistake(
                options[0].value,
                f"{task.name_at(options[0])} {_told([option.name for option in options])}",
            )


def _told(names: list[str]) -> str:
    verb = "does" if len(names) == 1 else "do"
    found = f"never retries: {listed(names, MOST_OF_OPTIONS)} {verb} nothing"
    if "autoretry_for" in names:
        return f"{found}; name exceptions in it"
    is_short = names == ["max_retries"]  # so there is room for both
    return f"{found}; add autoretry_for{' or self.retry' if is_short else ''}"
