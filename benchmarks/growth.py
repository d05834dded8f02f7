"""How the linter's work grows with what one module holds: ``python benchmarks/growth.py [SIZE]``.

For each shape of module, the processor seconds that lint takes at SIZE, twice and four times that
(default 200), and by what the time grows from one to the next: about 2 is linear.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from time import process_time

from flake8_celery_retry.linting.lint import lint
from flake8_celery_retry.rules import all_rules
from flake8_celery_retry.settings import Settings

ALL = Settings(opinions=frozenset(rule.code for rule in all_rules() if rule.is_opinion))
HEAD = "from celery import Task, shared_task\nfrom celery.exceptions import Reject, Retry\n\n"
TASK = "@shared_task(bind=True, max_retries=5)\ndef charge(self, order_id):\n"


def repeated(text: str) -> Callable[[int], str]:
    return lambda size: HEAD + "".join(text.replace("#", str(n)) for n in range(size))


def in_task(before: str, line: str, after: str = "") -> Callable[[int], str]:
    """A task whose body has a line (or block) many times."""
    return lambda size: (
        HEAD + TASK + before + "".join(line.replace("#", str(n)) for n in range(size)) + after
    )


def retrying(options: str, call: str, before: str = "") -> Callable[[int], str]:
    return repeated(
        f"@shared_task({options})\ndef charge_#(self, order_id, order=None):\n"
        f"    try:\n        {before}send(order_id)\n    except OSError as exc:\n        {call}\n\n"
    )


SHAPES: dict[str, Callable[[int], str]] = {
    "tasks": retrying("bind=True", "raise self.retry(exc=exc, countdown=60)"),
    "tasks with autoretry": retrying("autoretry_for=(OSError,), retry_backoff=True", "raise"),
    "tasks with args=(x)": retrying("bind=True", "raise self.retry(args=(order_id))"),
    "tasks that raise Retry": retrying("bind=True", "raise Retry()"),
    "tasks that reject": retrying("bind=True", "raise Reject(exc, requeue=True)"),
    "tasks that send themselves": retrying("bind=True", "charge_#.delay(order_id)"),
    "tasks that count": retrying(
        "bind=True",
        "if self.request.retries > 5:\n            raise\n        raise self.retry(exc=exc)",
    ),
    "tasks that change": retrying("bind=True", "raise self.retry(exc=exc)", "order.pop('a'); "),
    "tasks and helpers": repeated(
        "def again_#(task, exc):\n    raise task.retry(exc=exc)\n\n"
        "@shared_task(bind=True)\ndef charge_#(self, order_id):\n    try:\n        send(order_id)\n"
        "    except OSError as exc:\n        again_#(self, exc)\n\n"
    ),
    "tasks with a base each": repeated(
        "class Base_#(Task):\n    max_retries = 5\n\n"
        "@shared_task(bind=True, base=Base_#)\ndef charge_#(self):\n    self.retry()\n\n"
    ),
    "tasks of one base": lambda size: (
        HEAD
        + "class Base(Task):\n    max_retries = 5\n\n"
        + "".join(
            f"@shared_task(bind=True, base=Base)\ndef charge_{n}(self):\n    self.retry()\n\n"
            for n in range(size)
        )
    ),
    "class-based tasks": repeated(
        "class Charge_#(Task):\n    max_retries = 5\n    def run(self):\n        self.retry()\n\n"
    ),
    "a chain of classes": lambda size: (
        HEAD
        + "class C0(Task):\n    max_retries = 5\n\n"
        + "".join(f"class C{n + 1}(C{n}):\n    def run(self): self.retry()\n" for n in range(size))
    ),
    "tasks in a registry": lambda size: (
        repeated("@shared_task\ndef charge_#(order_id):\n    send(order_id)\n\n")(size)
        + "ALL = ["
        + ", ".join(f"charge_{n}" for n in range(size))
        + "]\n"
    ),
    "lines in a task": in_task("", "    send(order_id, #)\n"),
    "names in a task": in_task("", "    name_# = send(order_id)\n", "    return name_0\n"),
    "one name in a task": in_task("", "    name = send(order_id)\n", "    self.retry(args=name)\n"),
    "retries in a handler": in_task(
        "    try:\n        send()\n    except Exception as exc:\n",
        "        if exc.code == #:\n            self.retry(exc=exc)\n",
    ),
    "retries outside": in_task("", "    if send(#):\n        self.retry(countdown=#)\n"),
    "elif with a retry": in_task(
        "    try:\n        send()\n    except Exception as exc:\n        if exc.code == 0:\n"
        "            pass\n",
        "        elif exc.code == #:\n            self.retry(exc=exc)\n",
    ),
    "case with a retry": in_task(
        "    try:\n        send()\n    except Exception as exc:\n        match exc.code:\n",
        "            case #:\n                self.retry(exc=exc)\n",
    ),
    "handlers of one try": in_task(
        "    try:\n        send()\n", "    except Error_# as exc:\n        self.retry(exc=exc)\n"
    ),
    "broad handlers": in_task(
        "", "    try:\n        send()\n    except Exception as exc:\n        self.retry(exc=exc)\n"
    ),
    "retries in one try": in_task(
        "    try:\n", "        self.retry(countdown=#)\n", "    except Exception:\n        pass\n"
    ),
    "sleeps before a retry": in_task(
        "    try:\n        send()\n    except OSError as exc:\n",
        "        time.sleep(#)\n",
        "        self.retry(exc=exc)\n",
    ),
    "nested functions": in_task(
        "", "    def inner_#():\n        self.retry()\n", "    inner_0()\n"
    ),
    "tests of the count": in_task(
        "    try:\n        send()\n    except OSError as exc:\n",
        "        last_# = self.request.retries > 9\n        send(last_#)\n",
        "        self.retry(exc=exc)\n",
    ),
    "countdowns that are 0": in_task(
        "", "    if send(#):\n        self.retry(countdown=60 * self.request.retries)\n"
    ),
    "tasks that expire": retrying(
        "bind=True, expires=5", "raise self.retry(exc=exc, countdown=60 * 2**self.request.retries)"
    ),
    "sends of itself": in_task(
        "",
        "    if send(#):\n        charge.apply_async((order_id,), countdown=60)\n        return\n",
    ),
    "settings": lambda size: (
        "from celery import Celery\n\napp = Celery()\n"
        + "".join(f"app.conf.task_max_retries = {n}\n" for n in range(size))
    ),
    "functions that call themselves": repeated(
        "def poll_#():\n    try:\n        send()\n    except OSError:\n        time.sleep(1)\n"
        "        poll_#()\n\n"
    ),
    "options in a dict": lambda size: (
        HEAD
        + "OPTIONS = {"
        + ", ".join(f'"option_{n}": {n}' for n in range(size))
        + "}\n"
        + "@shared_task(bind=True, **OPTIONS)\ndef charge(self):\n    self.retry()\n"
    ),
    "aliases": lambda size: (
        HEAD
        + "job_0 = shared_task\n"
        + "".join(f"job_{n + 1} = job_{n}\n" for n in range(size))
        + f"@job_{size}(bind=True)\ndef charge(self):\n    self.retry()\n"
    ),
    "decorators": lambda size: (
        HEAD + "@shared_task(bind=True)\n" + "@note\n" * size + "def charge(self): self.retry()\n"
    ),
}


def seconds(source: str) -> float:
    tree, lines = ast.parse(source), source.splitlines(keepends=True)
    start = process_time()
    lint(tree, lines, ALL)
    return process_time() - start


def main(size: int) -> None:
    sys.setrecursionlimit(20_000)
    print(f"{'shape':32}{size:>8}{2 * size:>8}{4 * size:>8}   grows by")
    for name, shape in SHAPES.items():
        one, two, four = (seconds(shape(factor * size)) for factor in (1, 2, 4))
        print(f"{name:32}{one:8.3f}{two:8.3f}{four:8.3f}   {two / one:.1f}, {four / two:.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 200)
