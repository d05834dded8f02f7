"""Other libraries: what sleeps, what logs."""

from __future__ import annotations

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

#: Functions and methods that say what time it is: ``datetime.now``, Django's ``timezone.now``…
CLOCK_METHODS = frozenset({"localdate", "now", "today", "utcnow"})
CLOCKS = frozenset({"time.time", "time.monotonic", "time.perf_counter"})

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

#: Functions that tell people of the exception at hand with its traceback, or make a text of it.
TRACEBACK_REPORTS = frozenset({"traceback.print_exc", "sentry_sdk.capture_exception"})
TRACEBACK_TEXTS = frozenset({"traceback.format_exc", "traceback.format_exception"})

#: Modules that are at hand with their package, which imports them itself.
SUBMODULES = {"redis.exceptions": "redis", "urllib.error": "urllib"}

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

#: By what a broker tells that it delivers a message again: AMQP and Redis, RabbitMQ.
DELIVERY_COUNTS = frozenset({"redelivered", "x-death", "x-delivery-count"})
