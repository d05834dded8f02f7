"""# setting-nobody-reads (CRT313)

`app.conf.task_max_retries = 5`: retries are set at tasks

## What it does

Finds settings for retries that Celery doesn't have: `app.conf.task_max_retries = 1`.

## Why this is bad

Retries are configured at tasks. Celery keeps a setting that it doesn't know and says nothing, so
it looks as if all tasks had a limit that none of them has.

## Celery does

`charge_order` is retried three times, 180 seconds apart, as if the setting weren't there.

## Example

```python
from shop.celery import app
from shop.gateway import GatewayDown, charge

app.conf.task_max_retries = 1  # CRT313


@app.task(bind=True)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc)
```

## Use instead

```python
from shop.celery import app
from shop.gateway import GatewayDown, charge

app.conf.task_annotations = {"*": {"max_retries": 1}}


@app.task(bind=True)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc)
```

`task_annotations` sets any option of all tasks, or of one by its name. It overrides what stands at
the task, and it must be set before the first task is made. A base class (`Celery(task_cls=...)`)
brings options that a task may override.

## What stays silent

Settings that Celery has (`task_annotations`, `task_publish_retry_policy`,
`broker_connection_max_retries`); a setting that the module reads again, for its tasks' options,
say; Django's `CELERY_...` names, which a project may read itself; the `.conf` of something that is
no Celery app; a dict that holds no three settings of Celery's.

## Fix

None: which tasks the limit is meant for is for the author to say.

## When to switch it off

Where another module reads the setting, for a base class of yours, say.

## See also

- Celery, the setting `task_annotations`:
  <https://docs.celeryq.dev/en/stable/userguide/configuration.html#std-setting-task_annotations>
- celery #976, "Task retries max at 3 attempts":
  <https://github.com/celery/celery/issues/976>
- celery #2457, "CELERY_TASK_PUBLISH_RETRY_POLICY doesn't change retry delay (3.1.17)":
  <https://github.com/celery/celery/issues/2457>

## Since

Version 0.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.celery_settings import INVENTED_SETTINGS
from ..linting.findings import Mistake
from ..model import Module
from ..model.configuration import invented_settings


def check(module: Module) -> Iterator[Mistake]:
    for setting in invented_settings(module):
        option = INVENTED_SETTINGS[setting.name]
        yield Mistake(
            setting.node,
            f"{setting.name} is no Celery setting: nobody reads it; "
            f"set {option} in task_annotations",
        )
