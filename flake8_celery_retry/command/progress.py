"""The line on a terminal that says how far a long run has come."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from time import perf_counter
from typing import TypeVar

Item = TypeVar("Item")

#: Seconds before the line appears, and between two changes of it.
PATIENCE = 1.0
INTERVAL = 0.1


def with_progress(
    items: Iterable[Item], total: int, doing: str, clock: Callable[[], float] = perf_counter
) -> Iterator[Item]:
    """Yield the items, with a line on standard error that counts them (``doing`` begins it).

    A short run has none, nor has one whose standard error is not a terminal; in the end it is gone.
    ``clock`` tells the seconds since some moment.
    """
    if not sys.stderr.isatty():
        yield from items
        return
    due = clock() + PATIENCE
    width = 0
    try:
        for number, item in enumerate(items, 1):
            yield item
            if clock() >= due:
                due = clock() + INTERVAL
                line = f"{doing} {number} of {total} files"
                width = max(width, len(line))
                sys.stderr.write(f"\r{line:{width}}")
                sys.stderr.flush()
    finally:
        if width:
            sys.stderr.write(f"\r{'':{width}}\r")
            sys.stderr.flush()
