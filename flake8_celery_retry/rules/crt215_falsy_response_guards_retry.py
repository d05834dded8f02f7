"""# falsy-response-guards-retry (CRT215)

`if exc.response and …`: false for every HTTP error

## What it does

Finds handlers for exceptions of `requests` in which the truth of the exception's `.response`
decides whether the task retries, or how long it waits.

## Why this is bad

A `requests.Response` is false for every status from 400 on (`bool(response)` is `response.ok`). In
a handler that is every response there is: `if exc.response and …` is never true, so exactly the
errors that it should sort all take the other branch.

## Celery does

`fetch_rates` should try again when the server says 503. It runs once: FAILURE. With `if not
exc.response` it retries whatever the server says, a 404 too.

## Example

```python
import requests
from celery import shared_task


@shared_task(bind=True, max_retries=3)
def fetch_rates(self, url):
    try:
        response = requests.get(url, timeout=5)
        response.raise_for_status()
    except requests.RequestException as exc:
        if exc.response and exc.response.status_code >= 500:  # CRT215
            raise self.retry(exc=exc, countdown=60)
        raise
    return response.json()
```

## Use instead

```python
import requests
from celery import shared_task


@shared_task(bind=True, max_retries=3)
def fetch_rates(self, url):
    try:
        response = requests.get(url, timeout=5)
        response.raise_for_status()
    except requests.RequestException as exc:
        if exc.response is not None and exc.response.status_code >= 500:
            raise self.retry(exc=exc, countdown=60)
        raise
    return response.json()
```

## What stays silent

`is None`, `is not None`, `hasattr`; a test that decides about neither the retry nor its delay
(which line to log); exceptions of other libraries: a response of `httpx` is always true.

## Fix

Safe: `is not None`, or `is None` for `not`. None where the value of the test is used for more than
the decision.

## When to switch it off

Where the exception's response is an object of your own, which is true for errors.

## See also

- requests, `Response.ok`, by which a response is true or false:
  <https://requests.readthedocs.io/en/latest/api/#requests.Response.ok>
- mex-common #777, "hotfix/fix http retries for 429 errors":
  <https://github.com/robert-koch-institut/mex-common/pull/777>
- osidb #23, "Fix retry logic":
  <https://github.com/RedHatProductSecurity/osidb/pull/23>
- langgraph #8907, "default_retry_on retries non-retryable requests 4xx responses":
  <https://github.com/langchain-ai/langgraph/issues/8907>

## Since

Version 0.1.0.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..fixing.edits import ReplaceExpression
from ..linting.findings import Fix, Mistake
from ..linting.quoting import quoted
from ..model import Module
from ..model.outcome.responses import ResponseTest, response_tests


def check(module: Module) -> Iterator[Mistake]:
    for test in response_tests(module):
        parent = module.tree.parent(test.tested)
        is_negated = isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not)
        instead = "is None" if is_negated else "is not None"
        yield Mistake(
            test.tested,
            f"{test.name} tests {quoted(test.tested, 14)}: false from status 400 on; "
            f"write {instead}",
            _fix(test, parent if is_negated else None),
        )


def _fix(test: ResponseTest, negation: ast.AST | None) -> Fix | None:
    if not test.is_pure:
        return None
    if isinstance(negation, ast.UnaryOp):
        edit = ReplaceExpression(negation, (test.tested, " is None"))
        return Fix("write is None", safe=test.is_sure, edits=(edit,))
    edit = ReplaceExpression(test.tested, (test.tested, " is not None"))
    return Fix("write is not None", safe=test.is_sure, edits=(edit,))
