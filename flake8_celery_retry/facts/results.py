"""Results: what stands for a task that was sent, and what waits for it.

Read off ``celery/result.py``.
"""

from __future__ import annotations

#: Classes of results, which an app has as attributes too (``app.AsyncResult``).
RESULT_CLASSES = frozenset({"AsyncResult", "GroupResult", "ResultSet"})

#: Methods of a result that wait until the task has ended, and raise what it failed of.
WAITING_METHODS = frozenset({"collect", "get", "iterate", "join", "join_native", "wait"})

#: What these methods are given by name, and nothing else that is called so.
WAITING_PARAMETERS = frozenset(
    {
        "callback",
        "disable_sync_subtasks",
        "follow_parents",
        "interval",
        "no_ack",
        "on_interval",
        "on_message",
        "propagate",
        "timeout",
    }
)

#: Signatures of several tasks, which send them when they are called.
CANVAS = frozenset({"chain", "chord", "chunks", "group", "signature", "xmap", "xstarmap"})
