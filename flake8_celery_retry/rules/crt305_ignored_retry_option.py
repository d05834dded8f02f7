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
a gateway in trouble is asked after ten seconds, and then ever more seldom.

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

A task with `base=`, a base class of another module, an app made with `task_cls=`, or a decorator of
the project's own, each of which may bring `autoretry_for` (where it is written out, that is the
one); a class without `run`; an option that the body reads back (`self.retry_backoff`); a task that
hands itself to a function of another module.

## Fix

None: whether the option or the way to retry is wrong is for the author to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..facts.exceptions import is_celery_exception
from ..facts.options import AUTORETRY_OPTIONS, DEFAULT_RETRY_DELAY, MISSPELLED_RETRY_PARAMETERS
from ..linting.findings import Mistake
from ..model import UNKNOWN, Module, Option, RetryCall, Task
from ..model.policy.autoretry import backs_off, lacks_autoretry
from ..model.policy.delays import waits_default_delay
from ..model.work.uses import hands_itself_out, hands_itself_to_retry, reads_option


class Ignored(NamedTuple):
    """An option that Celery ignores; ``reason`` reads on after the option's name."""

    option: Option
    reason: str


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks:
        ignored = sorted(
            (found for found in _ignored(task) if _is_for_celery(task, found)),
            key=lambda found: (found.option.value.lineno, found.option.value.col_offset),
        )
        if ignored and not hands_itself_out(task):
            yield Mistake(ignored[0].option.value, _message(task, ignored))
        if task.retries_automatically and backs_off(task):
            for call in task.retry_calls:
                if call.is_own and waits_default_delay(call) and not _means_countdown(call):
                    yield Mistake(call.node, _message_for_call(task))


def _ignored(task: Task) -> Iterator[Ignored]:
    if lacks_autoretry(task):
        for name in sorted(AUTORETRY_OPTIONS):
            yield from _own(task, name, "without autoretry_for")
    elif task.retries_automatically:
        yield from _ignored_delays(task)
        yield from _ignored_limit(task)
        denied = task.never_retried
        if denied and all(is_celery_exception(name, "Retry", "Ignore") for name in denied):
            yield from _own(task, "dont_autoretry_for", "as Retry and Ignore pass")


def _ignored_delays(task: Task) -> Iterator[Ignored]:
    backoff = backs_off(task)
    if backoff is False:
        yield from _own(task, "retry_backoff_max", "without retry_backoff")
        yield from _own(task, "retry_jitter", "without retry_backoff")
    if not backoff:
        return
    countdown = task.retry_kwargs.get("countdown")
    if countdown is not None and task.own_option("retry_kwargs") is not None:
        yield Ignored(countdown, "beside retry_backoff")
    if not _retries_itself(task):
        yield from _own(task, "default_retry_delay", "beside retry_backoff")


def _ignored_limit(task: Task) -> Iterator[Ignored]:
    option, other = task.own_option("max_retries"), task.retry_kwargs.get("max_retries")
    if option is None or other is None or _retries_itself(task):
        return
    limit, used = task.module.values.value(option.value), task.module.values.value(other.value)
    if UNKNOWN not in (limit, used) and used is not None and limit != used:
        yield Ignored(option, f"beside the {used!r} in retry_kwargs")


def _own(task: Task, name: str, reason: str) -> Iterator[Ignored]:
    option = task.own_option(name)
    if option is not None:
        yield Ignored(option, reason)


def _retries_itself(task: Task) -> bool:
    calls = [*task.retry_calls, *(call for base in task.bases for call in base.retry_calls)]
    return bool(calls) or hands_itself_to_retry(task)


def _is_for_celery(task: Task, found: Ignored) -> bool:
    is_in_kwargs = found.option.name == "countdown"
    name = "retry_kwargs" if is_in_kwargs else found.option.name
    return not reads_option(task, name)


def _means_countdown(call: RetryCall) -> bool:
    return any(MISSPELLED_RETRY_PARAMETERS.get(name) == "countdown" for name in call.arguments)


def _message(task: Task, ignored: list[Ignored]) -> str:
    names: dict[str, list[str]] = {}
    for option, reason in ignored:
        names.setdefault(reason, []).append(option.name)
    if list(names) == ["without autoretry_for"]:
        advice = "add it" if len(ignored) > 2 else f"add it{_wait_of_calls(task)}"
        return f"{task.name}: Celery reads {_listed(ignored)} only with autoretry_for; {advice}"
    advice = "drop it" if len(ignored) == 1 else "drop them"
    if len(names) > 2:
        return f"{task.name}: Celery ignores {_listed(ignored)} beside the other options; {advice}"
    reasons = ", ".join(f"{' and '.join(listed)} {reason}" for reason, listed in names.items())
    return f"{task.name}: Celery ignores {reasons}; {advice}"


def _listed(ignored: list[Ignored]) -> str:
    return ", ".join(found.option.name for found in ignored)


def _wait_of_calls(task: Task) -> str:
    is_told = not any(waits_default_delay(call) for call in task.retry_calls)
    return "" if is_told else f", or pass countdown=: self.retry waits {_default_delay(task)}"


def _message_for_call(task: Task) -> str:
    return (
        f"{task.name} backs off in automatic retries only: this call waits "
        f"{_default_delay(task)} every time; pass countdown=, or leave it to autoretry_for"
    )


def _default_delay(task: Task) -> str:
    option = task.option("default_retry_delay")
    if option is None and not task.has_hidden_options:
        return f"{DEFAULT_RETRY_DELAY} s"
    number = task.module.values.number(option.value) if option else None
    return "default_retry_delay" if number is None else f"{number:g} s"
