"""What makes a task, an app or a signature; and libraries that have tasks of their own."""

from __future__ import annotations

#: Libraries with a ``task`` decorator of their own.
FOREIGN_LIBRARIES = (
    "procrastinate",
    "huey",
    "dramatiq",
    "taskiq",
    "arq",
    "rq",
    "invoke",
    "fabric",
    "prefect",
    "airflow",
    "luigi",
    "locust",
    "django.tasks",
    "django_tasks",
    "flytekit",
    "robocorp",
    "dagster",
    "pyinfra",
    "flask_apscheduler",
    "apscheduler",
    "hatchet_sdk",
)

TASK_DECORATORS = frozenset({"task", "shared_task", "periodic_task"})

TASK_CLASSES = frozenset({"Task", "PeriodicTask", "AbortableTask", "DjangoTask"})

#: What stands for the task that is running, wherever it is asked.
CURRENT_TASKS = frozenset({"celery.current_task", "celery._state.current_task"})

APP_CLASSES = frozenset({"celery.Celery", "celery.app.Celery", "celery.app.base.Celery"})

#: Names under which projects keep their Celery app, and modules they keep it in.
APP_NAMES = frozenset({"app", "celery", "celery_app"})

APP_MODULES = frozenset({"celery", "celery_app"})

#: What says which broker an app has: an argument of ``Celery``, settings of its ``conf``.
BROKER_SETTINGS = frozenset({"broker", "broker_url", "BROKER_URL", "CELERY_BROKER_URL"})

#: Methods that send a task.
SENDING_METHODS = frozenset({"apply_async", "apply_async_on_commit", "delay", "delay_on_commit"})

#: Methods that make a signature, which is then sent.
SIGNATURE_METHODS = frozenset({"s", "si", "signature", "subtask"})


def is_foreign(qualified: str | None) -> bool:
    """Whether a dotted name belongs to another library with tasks of its own."""
    return qualified is not None and any(
        qualified == library or qualified.startswith(library + ".") for library in FOREIGN_LIBRARIES
    )


def is_named_as_foreign(name: str | None) -> bool:
    """Whether an object has the name of such a library, as most projects' ``huey = …`` has: its
    decorators are that library's, wherever it comes from."""
    return name in FOREIGN_LIBRARIES


def is_celery(qualified: str | None, *names: str) -> bool:
    """Whether a dotted name is one of Celery's own of one of these last parts."""
    if qualified is None:
        return False
    root, _, rest = qualified.partition(".")
    return root == "celery" and rest.rpartition(".")[2] in names
