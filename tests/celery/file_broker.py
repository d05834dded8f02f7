"""Kombu's broker of files, made safe for a reader and a writer in one process.

Kombu's writer opens a file, locks it and then writes; its reader takes no lock and may meet the
file empty. A message that cannot be written down leaves an empty file for good, on which the next
reader breaks.
"""

from __future__ import annotations

from threading import Lock
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps

_files = Lock()


class Channel(filesystem.Channel):  # type: ignore[misc]
    """Reads and writes one message at a time, and opens no file for one that is no JSON."""

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: object) -> None:
        dumps(payload)
        with _files:
            super()._put(queue, payload, **kwargs)

    def _get(self, queue: str) -> Any:
        with _files:
            return super()._get(queue)


class Transport(filesystem.Transport):  # type: ignore[misc]
    """A broker that has to write its messages down as JSON, as Redis does."""

    Channel = Channel
