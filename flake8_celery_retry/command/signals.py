"""What asks a program to stop."""

from __future__ import annotations

import signal
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager

#: What asks it to stop, by name: not every platform has all of them.
STOPPING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")


@contextmanager
def held_back(names: Collection[str] = STOPPING) -> Iterator[None]:
    """Have these signals wait meanwhile; a process that is started keeps them waiting for good.

    Windows has no such thing: there they come through.
    """
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.Signals[name] for name in names])
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
