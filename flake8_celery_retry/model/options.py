"""The facts about Celery: which options there are, who reads them, what they default to.

Read off ``celery/app/task.py``, ``celery/app/autoretry.py`` and ``celery/app/base.py`` of
Celery 5.7, and observed on a live worker.
"""

from __future__ import annotations

#: Options that only Celery's task decorators take: a decorator that carries one makes a task.
CELERY_ONLY_OPTIONS = frozenset(
    {
        "bind",
        "autoretry_for",
        "dont_autoretry_for",
        "retry_backoff",
        "retry_backoff_max",
        "retry_jitter",
        "retry_kwargs",
        "default_retry_delay",
        "acks_late",
        "reject_on_worker_lost",
    }
)

#: Options that nothing but automatic retries read (``add_autoretry_behaviour``).
AUTORETRY_OPTIONS = frozenset(
    {"retry_backoff", "retry_backoff_max", "retry_jitter", "retry_kwargs", "dont_autoretry_for"}
)

#: Every retry option of a task.
RETRY_OPTIONS = AUTORETRY_OPTIONS | {"autoretry_for", "max_retries", "default_retry_delay"}

#: The parameters of ``Task.retry``, in order; every other keyword is a publish option.
RETRY_PARAMETERS = ("args", "kwargs", "exc", "throw", "eta", "countdown", "max_retries")

#: What people write for them: every other keyword is an option of the published message.
MISSPELLED_RETRY_PARAMETERS = {
    "ex": "exc",
    "e": "exc",
    "err": "exc",
    "error": "exc",
    "exception": "exc",
    "delay": "countdown",
    "count_down": "countdown",
    "default_retry_delay": "countdown",
    "max_retry": "max_retries",
    "retries": "max_retries",
}

#: ``Task.max_retries``, ``Task.default_retry_delay`` and autoretry's ``retry_backoff_max``
#: (the latter two in seconds).
DEFAULT_MAX_RETRIES = 3
DEFAULT_RETRY_DELAY = 180
DEFAULT_BACKOFF_MAX = 600

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
APP_CLASSES = frozenset({"celery.Celery", "celery.app.Celery", "celery.app.base.Celery"})

#: Names under which projects keep their Celery app, and modules they keep it in.
APP_NAMES = frozenset({"app", "celery", "celery_app"})
APP_MODULES = frozenset({"celery", "celery_app"})

#: Methods that send a task.
SENDING_METHODS = frozenset({"apply_async", "apply_async_on_commit", "delay", "delay_on_commit"})
#: Methods that make a signature, which is then sent.
SIGNATURE_METHODS = frozenset({"s", "si", "signature", "subtask"})

SLEEPS = frozenset(
    {
        "time.sleep",
        "sleep",
        "asyncio.sleep",
        "gevent.sleep",
        "eventlet.sleep",
        "eventlet.greenthread.sleep",
    }
)

#: Functions that tell people something and do nothing else; libraries of such functions.
REPORTS = frozenset(
    {
        "print",
        "warnings.warn",
        "traceback.print_exc",
        "sentry_sdk.capture_exception",
        "sentry_sdk.capture_message",
        "sentry_sdk.add_breadcrumb",
    }
)
LOGGING_LIBRARIES = frozenset({"logging", "loguru", "structlog"})
LOGGER_MAKERS = frozenset({"getLogger", "get_task_logger", "get_logger", "getChild"})
LOGGER_METHODS = frozenset(
    {
        "critical",
        "debug",
        "error",
        "exception",
        "fatal",
        "info",
        "log",
        "trace",
        "success",
        "warn",
        "warning",
    }
)

BROAD = frozenset({"Exception", "BaseException"})


def is_foreign(qualified: str | None) -> bool:
    """Whether a dotted name belongs to another library with tasks of its own."""
    return qualified is not None and any(
        qualified == library or qualified.startswith(library + ".") for library in FOREIGN_LIBRARIES
    )


def is_celery(qualified: str | None, *names: str) -> bool:
    """Whether a dotted name is one of Celery's own of one of these last parts."""
    if qualified is None:
        return False
    root, _, rest = qualified.partition(".")
    return root == "celery" and rest.rpartition(".")[2] in names


def is_celery_exception(qualified: str | None, *names: str) -> bool:
    """Whether a dotted name is an exception of Celery's (``Retry``, ``Ignore``…).

    ``MaxRetriesExceededError`` is also an attribute of every task (``self.``…): no other library
    has one of that name.
    """
    if qualified is None:
        return False
    last = qualified.rpartition(".")[2]
    if last not in names:
        return False
    return last == "MaxRetriesExceededError" or qualified.startswith("celery.")


def is_missing_row(qualified: str | None) -> bool:
    """Whether an exception says that a row of the database is not there: Django's, SQLAlchemy's."""
    root, _, rest = (qualified or "").partition(".")
    last = rest.rpartition(".")[2]
    if last == "NoResultFound":
        return root.startswith("sqlalchemy")
    return last in {"ObjectDoesNotExist", "DoesNotExist"}


def swallows_retry(qualified: str | None) -> bool:
    """Whether an ``except`` clause for this exception catches what a retry call raises:
    ``Retry``, which is a ``TaskPredicate``, which is a ``CeleryError``."""
    return qualified in BROAD or is_celery_exception(
        qualified, "Retry", "TaskPredicate", "CeleryError"
    )
