"""Whole processes timed in turn, so that a machine that gets slower is slower for all of them."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Container, Sequence
from dataclasses import dataclass, field


@dataclass
class Measured:
    """A command with the seconds its runs took: by the clock, and of processor time.

    ``statuses`` are those that it may exit with.
    """

    name: str
    command: Sequence[str]
    statuses: Container[int] = (0, 1)
    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def run(self) -> None:
        """Run it once more. Its output is dropped."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        ended = subprocess.run(
            self.command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        self.wall.append(time.perf_counter() - start)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.processor.append(used)
        assert ended.returncode in self.statuses, f"{self.name} exited with {ended.returncode}"


def interleaved(commands: Sequence[Measured], runs: int) -> None:
    """Run every command once to warm the caches, then all in turn, ``runs`` times."""
    for command in commands:
        command.run()
        command.wall.clear()
        command.processor.clear()
    for _ in range(runs):
        for command in commands:
            command.run()
