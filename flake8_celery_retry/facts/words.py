"""The words that retries are written with, as plain text."""

from __future__ import annotations

#: What a rule about a task looks at is written with one of these: ``retry``, ``max_retries``,
#: ``Retry``; ``Reject`` (CRT214); ``bind=``; sending (CRT404); an option of another call (CRT306);
#: sleeping.
RETRY_HINTS = (
    "etry",
    "etri",
    "Reject",
    "sleep",
    "delay",
    "apply",
    "send_task",
    "jitter",
    "countdown",
    "interval_",
)
