"""Kombu's broker of files, made safe for readers and writers in one process and in several.

Kombu's writer opens a file, locks it and then writes; its reader takes no lock and may meet the
file empty. A message that cannot be written down leaves an empty file for good, on which the next
reader breaks. Here a file has its name when its text is in it.
"""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):  # type: ignore[misc]  # kombu has no types
    """Writes messages whole, or not at all where they are no JSON."""

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: object) -> None:
        text = dumps(payload)
        name = f"{round(monotonic() * 1000)}_{uuid4()}.{queue}.msg"
        path = Path(self.data_folder_out, name)
        unfinished = path.with_name(f"{name}.unfinished")
        unfinished.write_text(text, encoding="utf-8")
        unfinished.rename(path)


class Transport(filesystem.Transport):  # type: ignore[misc]  # kombu has no types
    """A broker that has to write its messages down as JSON, as Redis does."""

    Channel = Channel


def options(folder: Path) -> dict[str, Any]:
    """What Celery is to be told so that its messages lie in a folder."""
    return {
        "broker_url": "filesystem://",
        "broker_transport": "file_broker:Transport",
        "broker_transport_options": {
            "data_folder_in": str(folder),
            "data_folder_out": str(folder),
            "control_folder": str(folder / "control"),
            "polling_interval": 0.01,
        },
    }
