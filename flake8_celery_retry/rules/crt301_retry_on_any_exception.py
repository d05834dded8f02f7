"""# retry-on-any-exception (CRT301)

a retry of every `Exception`, bugs included

## What it does

Finds retry calls in an `except` clause that catches `Exception`, `BaseException` or everything.

## Why this is bad

A retry helps where waiting helps: a network that is down, a service that is busy. A misspelled
name, a wrong argument, a refused card or a run that took too long (`SoftTimeLimitExceeded` is an
`Exception` too) fails in the same way every time. Each of them is run again, up to the last retry,
before anybody learns of it.

## Celery does

`mail_receipt` runs four times with `NameError: name 'recipient' is not defined`: RETRY, RETRY,
RETRY, FAILURE. The same happens with `SoftTimeLimitExceeded`.

## Example

```python
from celery import shared_task
from django.core.mail import send_mail


@shared_task(bind=True, max_retries=3)
def mail_receipt(self, order_id, address):
    try:
        send_mail(f"Order {order_id}", "Thanks!", "shop@example.com", [address])
    except Exception as exc:  # CRT301
        raise self.retry(exc=exc, countdown=60)
```

## Use instead

```python
from celery import shared_task
from django.core.mail import send_mail


@shared_task(bind=True, max_retries=3)
def mail_receipt(self, order_id, address):
    try:
        send_mail(f"Order {order_id}", "Thanks!", "shop@example.com", [address])
    except OSError as exc:
        raise self.retry(exc=exc, countdown=60)
```

## What stays silent

A handler that sorts the exception out: a test in which it takes part (`isinstance`, a comparison,
`match`, a call with it, or with its cause or its status code) decides whether the retry is reached,
and not only which log level is taken. An earlier `except` clause of the same `try` that ends
without a retry sorts as well, unless it is one for `Retry`, `Ignore` or `Reject`. A retry call with
`args=` or `kwargs=` that differ from the task's own: it goes on with the rest of the work. A clause
with a comment that says that its breadth is meant (`# noqa: BLE001`, `# pylint:
disable=broad-except`). A `try` that does nothing but raise a plain `Exception(...)`, to have a
cause for the retry: there is no narrower class. A task with `autoretry_for=(Exception,)`, of which
CRT302 and CRT908 speak: what a narrower clause lets pass is retried all the same. A plan for all
that may fail: the clause logs each error with its traceback (`logger.exception`, `exc_info=True`),
so that nobody waits for the last retry to hear of a bug, and a limit or a delay is written out (and
no retry call stands in the `try`, which the clause would take for an error). A task that polls,
retrying without an error too, after the same delay and with the same limit.

## Fix

Unsafe, and only where all that the `try` body calls, as far as that can be told, leads to one known
library: `requests`, `httpx`, `urllib.request`, `smtplib` and `django.core.mail`, `boto3`, `redis`,
or the database through Django. The handler then catches that library's exceptions.

## When to switch it off

Where anything may be raised (a plugin, a driver) and each failure is worth another try. At one
clause, a `# noqa: BLE001` says that it is meant to be broad, and this rule believes it.

## See also

- Celery, "Retrying":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-retry>

## Since

Version 0.1.0.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..facts.exceptions import is_subclass
from ..facts.python_exceptions import BROAD
from ..fixing.edits import Edit, SetHandlerType, Source
from ..linting.findings import Fix, Mistake
from ..linting.quoting import runs_of_a_bug
from ..model import Handler, Module, RetryCall
from ..model.outcome.sorting import is_sorted_out, raises_to_have_a_cause
from ..model.policy.autoretry import retries_whatever_fails
from ..model.policy.limits import limit_of_call
from ..model.policy.planned import is_planned
from ..model.policy.polling import goes_on_polling
from ..model.work.arguments import goes_on_with_other_work
from ..model.work.families import Family, family_of, family_of_body
from .repairs.names import name_class


def check(module: Module) -> Iterator[Mistake]:
    in_helpers = (call for call in module.retry_calls if call.setting is None)
    by_handler: dict[Handler, list[RetryCall]] = {}
    for call in (*module.retry_calls, *module.calls_through_helpers(in_helpers)):
        if call.handler is not None:
            by_handler.setdefault(call.handler, []).append(call)
    for handler, calls in by_handler.items():
        found = next((call for call in calls if _retries_anything(call, handler)), None)
        if found is None:
            continue
        family = family_of_body(module, handler.statement.body)
        yield Mistake(
            handler.node,
            f"{found.task_name} retries any error: {runs_of_a_bug(limit_of_call(found))}; "
            f"catch {_advice(family)}",
            _fix(handler, family) if family else None,
        )


def _retries_anything(call: RetryCall, handler: Handler) -> bool:
    return (
        handler.is_broad
        and not handler.is_meant_to_be_broad
        and not raises_to_have_a_cause(handler)
        and not is_sorted_out(call)
        and not goes_on_with_other_work(call)
        and not is_planned(call)
        and not goes_on_polling(call)
        and not (call.task is not None and retries_whatever_fails(call.task))
    )


def _advice(family: Family | None) -> str:
    if family is None:
        return "timeouts and connection errors"
    if len(family.exceptions) == 1:
        return family.exceptions[0]
    return " and ".join(name.rpartition(".")[2] for name in family.exceptions)


def _fix(handler: Handler, family: Family) -> Fix:
    edits: tuple[Edit, ...] = ()
    kept = dict(_narrow_ones(handler, family))
    classes: list[str | ast.expr] = [*kept]
    for qualified in family.exceptions:
        if not any(is_subclass(qualified, wider) for wider in kept.values()):
            name, imports = name_class(handler.module, handler.node, qualified)
            classes.append(name)
            edits += imports
    caught = SetHandlerType(handler.node, _as_source(classes))
    return Fix(f"catch {' and '.join(family.exceptions)}", safe=False, edits=(caught, *edits))


def _narrow_ones(handler: Handler, family: Family) -> Iterator[tuple[ast.expr, str]]:
    """The exceptions that stand beside the broad one and are not of the family, with their dotted
    names (empty where they can't be told)."""
    if not isinstance(handler.node.type, ast.Tuple):
        return
    for element in handler.node.type.elts:
        qualified = handler.module.values.exception(element) or ""
        if qualified in BROAD or family_of(qualified) is family:
            continue
        if not any(is_subclass(qualified, wider) for wider in family.exceptions):
            yield element, qualified


def _as_source(classes: list[str | ast.expr]) -> Source:
    if len(classes) == 1:
        return tuple(classes)
    separated: list[str | ast.expr] = ["("]
    for index, class_ in enumerate(classes):
        separated += [", ", class_] if index else [class_]
    return (*separated, ")")
