"""# retrying-handler-reads-unbound-name (CRT111)

a handler that reads what the failing `try` had no time to bind

## What it does

Finds `except` clauses that retry and, on the way to the retry, read a name that only their own
`try` body binds, where what they catch may come before the name is bound.

## Why this is bad

The clause is there for the day on which the first line of the `try` fails. On that day the name
has no value, so the clause itself fails, and the retry is never reached. As long as something
later fails, all is well: tests rarely try the first line.

## Celery does

The payment is not there yet: `UnboundLocalError` (in Celery's log and in the result) in place of a
retry. 1 run, FAILURE.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge
from shop.models import Payment


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        payment = Payment.objects.get(order_id=order_id)
        charge(order_id)
    except (GatewayDown, Payment.DoesNotExist) as exc:
        payment.status = "waiting"  # CRT111
        payment.save()
        raise self.retry(exc=exc, countdown=60)
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge
from shop.models import Payment


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    payment = None
    try:
        payment = Payment.objects.get(order_id=order_id)
        charge(order_id)
    except (GatewayDown, Payment.DoesNotExist) as exc:
        if payment is not None:
            payment.status = "waiting"
            payment.save()
        raise self.retry(exc=exc, countdown=60)
```

## What stays silent

A name that is bound before the `try`, by the clause itself (an assignment, a `with … as`, a `for`),
or in another place too; a parameter; a name of the module; a name that is bound before anything in
the `try` can fail, after constants, arithmetic, log calls, the clock and new containers. A body
that catches its failures by itself.

A read under a test of the exception or of another local name, which may know how far the body came;
one after such a test that leaves. A clause that asks `"name" in locals()`; a read whose own `try`
catches `NameError`; one that no retry follows; one in a function that is only handed on.

A clause narrower than `Exception`, unless it is known to catch what comes before the name is bound:
`requests` raises its own exceptions, `open` an `OSError`, and `Order.objects.get(…)` its
`Order.DoesNotExist`.

## Fix

None: what the retry needs before the name has a value, only the author knows.

## When to switch it off

Where the first lines of the `try` can't fail with what the clause catches, and only you know it.

## See also

- Celery, "Retrying":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-retry>
- Python, why there is an `UnboundLocalError`:
  <https://docs.python.org/3/faq/programming.html#why-am-i-getting-an-unboundlocalerror-when-the-variable-has-a-value>

## Since

Version 0.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..linting.findings import Mistake
from ..model import Module
from ..model.outcome.unbound import unbound_reads


def check(module: Module) -> Iterator[Mistake]:
    for read in unbound_reads(module):
        name = read.node.id
        yield Mistake(
            read.node,
            f"{read.reader} reads {name}, maybe unbound: UnboundLocalError, no retry; "
            "bind it before the try",
        )
