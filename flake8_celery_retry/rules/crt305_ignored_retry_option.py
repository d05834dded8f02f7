"""# ignored-retry-option (CRT305)

`retry_backoff` and the like that nothing reads

## What it does

Finds retry options that Celery ignores where they stand: `retry_backoff`, `retry_backoff_max`,
`retry_jitter`, `retry_kwargs` and `dont_autoretry_for` without `autoretry_for`; the two that refine
a backoff without `retry_backoff`; a fixed delay beside `retry_backoff`; a `max_retries` beside a
different one in `retry_kwargs`; a `dont_autoretry_for` of nothing but `Retry` and `Ignore`. In a
task whose automatic retries back off, also the retry call that does not.

## Why this is bad

The code says one thing and the worker does another. Whoever wrote `retry_backoff=10` believes that
a gateway in trouble is asked after ten seconds, and then less and less often.

## Celery does

These options belong to automatic retries. `self.retry()` waits `default_retry_delay`, 180 seconds,
every time, whatever `retry_backoff` says. An automatic retry takes its delay from `retry_backoff`
alone where there is one, and its limit from `retry_kwargs` where that has one.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, retry_backoff=10, max_retries=3)  # CRT305
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc)
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(autoretry_for=(GatewayDown,), retry_backoff=10, max_retries=3)
def charge_order(order_id):
    return charge(order_id)
```

## What stays silent

A task with a base class of another module (by `base=` too), an app made with `task_cls=`, or a
decorator of the project's own: each may bring `autoretry_for`, or the `retry_backoff` that is
missing beside `retry_jitter`. A class without `run`; an option that the body reads back
(`self.retry_backoff`); a task that hands itself to a function of another module. A task that never
retries and has a limit or a delay: CRT308 names all its options.

## Fix

None: whether the option or the way to retry is wrong is for the author to say.

## When to switch it off

Where something that isn't in the module reads the option: a signal handler, an admin page.

## See also

- Celery, "Automatic retry for known exceptions":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-autoretry>
- packit-service #1632, "Raise Exception for triggering celery autoretries":
  <https://github.com/packit/packit-service/pull/1632>

## Since

Version 0.1.0. `dont_autoretry_for` is Celery's since 5.3.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.misspellings import meant_argument
from ..facts.options import BACKOFF_OPTIONS
from ..linting.findings import Mistake
from ..linting.quoting import listed
from ..model import Module, RetryCall, Task
from ..model.policy.autoretry import backs_off
from ..model.policy.delays import waits_default_delay
from ..model.policy.ignored import WITHOUT_AUTORETRY, Ignored, ignored_options
from ..model.policy.in_force import delay_of_call_in_force
from ..model.policy.limits import calls_of
from ..model.policy.unused import options_of_no_retry
from ..model.work.uses import hands_itself_out

#: Of a task that may be another library's, nothing is said.
SPEAKS_OF_OPTIONS = True


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks:
        if options_of_no_retry(task):
            continue  # CRT308 says it all
        ignored = ignored_options(task)
        if ignored and not hands_itself_out(task):
            yield Mistake(ignored[0].option.value, _message(task, ignored))
        if task.retries_automatically and backs_off(task):
            for call in task.retry_calls:
                if call.is_own and waits_default_delay(call) and not _means_countdown(call):
                    yield Mistake(call.node, _message_for_call(call))


def _means_countdown(call: RetryCall) -> bool:
    return any(meant_argument(name) == "countdown" for name in call.arguments)


def _message(task: Task, ignored: list[Ignored]) -> str:
    name = task.name_at(ignored[0].option)
    names: dict[str, list[str]] = {}
    for option, reason in ignored:
        names.setdefault(reason, []).append(option.name)
    if list(names) == [WITHOUT_AUTORETRY]:
        options = names[WITHOUT_AUTORETRY]
        if calls_of(task):
            return _message_by_hand(name, options)
        return f"{name}: Celery reads {listed(options, 40)} only with autoretry_for; add it"
    advice = "drop it" if len(ignored) == 1 else "drop them"
    if len(names) == 1:
        [(reason, options)] = names.items()
        return f"{name}: Celery ignores {listed(options, 35)} {reason}; {advice}"
    shown = listed([found.option.name for found in ignored], 30)
    return f"{name}: Celery ignores {shown} beside other options; {advice}"


def _message_by_hand(name: str, options: list[str]) -> str:
    advice = "drop it" if BACKOFF_OPTIONS.isdisjoint(options) else "pass countdown="
    shown = listed(options, 25)
    return f"{name} retries by hand: Celery reads no {shown} there; {advice}"


def _message_for_call(call: RetryCall) -> str:
    number = delay_of_call_in_force(call).number
    delay = "default_retry_delay" if number is None else f"{number:g} s"
    return (
        f"{call.task_name} backs off in automatic retries only: this call waits {delay}; "
        "pass countdown="
    )
