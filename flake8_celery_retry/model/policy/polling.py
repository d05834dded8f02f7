"""Polling: a task that waits for something, and says how long."""

from __future__ import annotations

from ..retries import RetryCall


def says_how_long_to_poll(call: RetryCall) -> bool:
    """Whether how long a retry waits *and* how many retries there can be is written out (``None``
    included): at the call, in the task's decorator or class, or in a base class of the module."""
    return _is_written(call, "countdown", "eta", "default_retry_delay") and _is_written(
        call, "max_retries"
    )


def _is_written(call: RetryCall, *names: str) -> bool:
    options = call.task.options if call.task is not None else {}
    return any(name in call.arguments or name in options for name in names)
