"""Modules that hold one thing many times: what the linter's work must not grow faster than."""

from __future__ import annotations

from collections.abc import Callable

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
    "retries of a task without self": lambda size: (
        HEAD
        + "@shared_task(bind=True)\ndef charge(order_id):\n"
        + "".join(f"    if send(order_id, {n}):\n        charge.retry()\n" for n in range(size))
    ),
    "broad handlers of one try": in_task(
        "    try:\n        send()\n", "    except Exception as exc:\n        self.retry(exc=exc)\n"
    ),
    "retries in an atomic block": in_task(
        "    with transaction.atomic():\n        order.save()\n",
        "        if send(#):\n            self.retry()\n",
    ),
    "writes in an atomic block": in_task(
        "    with transaction.atomic():\n",
        "        updated = order.objects.update(a=#)\n"
        "        if not updated:\n            self.retry()\n",
    ),
    "atomic blocks": in_task(
        "",
        "    with transaction.atomic():\n        order.save()\n"
        "        if send(#):\n            self.retry()\n",
    ),
    "Retry raised in a task": in_task("", "    if send(#):\n        raise Retry()\n"),
    "retries that are not raised": in_task(
        "", "    if send(#):\n        self.retry(throw=False)\n        raise Retry()\n"
    ),
    "Reject raised in a task": in_task("", "    if send(#):\n        raise Reject(requeue=True)\n"),
    "parameters": lambda size: (
        HEAD
        + "@shared_task(bind=True)\ndef charge(self, "
        + ", ".join(f"p_{n}" for n in range(size))
        + "):\n"
        + "".join(f"    p_{n}.pop('a')\n" for n in range(size))
        + "    try:\n        send()\n    except OSError as exc:\n        self.retry(exc=exc)\n"
    ),
    "sleeps and retries": in_task(
        "    try:\n        send()\n    except OSError as exc:\n",
        "        if exc.code == #:\n            time.sleep(#)\n            self.retry(exc=exc)\n",
    ),
    "names that a handler reads": in_task(
        "    try:\n        name_0 = send()\n",
        "        name_# = send(#)\n",
        "    except OSError as exc:\n        log(name_0, name_1)\n        self.retry(exc=exc)\n",
    ),
    "reads in a handler": in_task(
        "    try:\n        name = send()\n    except OSError as exc:\n        if name:\n"
        "            return\n",
        "        log(name)\n",
        "        self.retry(exc=exc)\n",
    ),
    "loops with a retry": in_task(
        "", "    while order_id:\n        time.sleep(#)\n        self.retry()\n"
    ),
    "loops that retry by hand": in_task(
        "",
        "    for attempt in range(3):\n        try:\n            send()\n            break\n"
        "        except OSError:\n            time.sleep(#)\n",
    ),
    "responses": in_task(
        "", "    response_# = requests.get(url)\n    if not response_#:\n        self.retry()\n"
    ),
    "one response": in_task(
        "    response = requests.get(url)\n", "    if not response:\n        self.retry()\n"
    ),
    "tries around each other's retries": in_task(
        "",
        "    try:\n        self.retry(countdown=#)\n    except MaxRetriesExceededError:\n"
        "        send(#)\n",
    ),
    "polls": in_task(
        "",
        "    if not send(#):\n        self.retry(countdown=60, max_retries=5)\n"
        "    try:\n        send()\n    except Exception as exc:\n        self.retry(exc=exc)\n",
    ),
    "tasks that call the next": lambda size: (
        HEAD
        + "".join(
            f"@shared_task(bind=True)\ndef charge_{n}(self):\n    charge_{n + 1}()\n"
            f"    self.retry()\n\n"
            for n in range(size)
        )
    ),
    "helpers that call the next": lambda size: (
        HEAD
        + TASK
        + "    help_0(self)\n\n"
        + "".join(
            f"def help_{n}(task):\n    help_{n + 1}(task)\n    task.retry()\n\n"
            for n in range(size)
        )
    ),
    "terms of a sum": lambda size: (
        HEAD + TASK + "    self.retry(countdown=" + " + ".join(["order_id"] * size) + ")\n"
    ),
    "terms of a test": lambda size: (
        HEAD + TASK + "    if " + " or ".join(["order_id"] * size) + ":\n        self.retry()\n"
    ),
    "a chain of calls": lambda size: (
        HEAD + TASK + "    order_id" + ".filter(a=1)" * size + "\n    self.retry()\n"
    ),
    "decorators": lambda size: (
        HEAD + "@shared_task(bind=True)\n" + "@note\n" * size + "def charge(self): self.retry()\n"
    ),
}
