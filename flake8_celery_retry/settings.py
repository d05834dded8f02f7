"""What a user can set for a run of the linter."""

from __future__ import annotations

from typing import NamedTuple

#: What the codes of the rules that are off by default begin with.
OPINIONS = "CRT9"

#: What the codes of the rules begin with whose findings keep a task from running or from retrying.
FATAL = "CRT1"


class Settings(NamedTuple):
    """The linter's options.

    ``task_decorators`` and ``task_bases`` are dotted names or last parts of names
    (``shop.celery.task``, ``job``); ``visibility_timeout`` is in seconds (the default is that of
    Celery's Redis transport); ``opinions`` are the codes of the rules that are off by default and
    that the user named; ``baseline`` is the path of a file of known findings (empty: none).
    """

    task_decorators: frozenset[str] = frozenset()
    task_bases: frozenset[str] = frozenset()
    visibility_timeout: int = 3600
    opinions: frozenset[str] = frozenset()
    baseline: str = ""

    @property
    def names_tasks(self) -> bool:
        """Whether the user named decorators or base classes that make tasks."""
        return bool(self.task_decorators or self.task_bases)


DEFAULT = Settings()
