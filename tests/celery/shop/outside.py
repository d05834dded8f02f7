"""What the services outside the shop have in common: they count calls and fail on command."""

import copy
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import NamedTuple


class Call(NamedTuple):
    """A call of a service: its function, its arguments, and how many frames deep it was made."""

    function: str
    arguments: tuple[object, ...]
    depth: int


@dataclass
class Service:
    """A service that answers until it is told to fail."""

    calls: list[Call] = field(default_factory=list)
    plan: Iterator[Exception | None] = field(default_factory=lambda: repeat(None))

    def fails(self, with_: Exception, times: int | None = None) -> None:
        """Let the next calls fail, all of them or so many; the ones after succeed."""
        self.plan = repeat(with_) if times is None else chain([with_] * times, repeat(None))

    def fails_in_turn(self, *failures: Exception | None) -> None:
        """Say of each of the next calls how it fails, or with None that it succeeds."""
        self.plan = chain(failures, repeat(None))

    def answer(self, function: str, *arguments: object) -> None:
        """Note a call, and fail if that was ordered."""
        self.calls.append(Call(function, arguments, _depth()))
        failure = next(self.plan)
        if failure is not None:
            raise copy.copy(failure)

    def reset(self) -> None:
        """Forget all calls and orders."""
        self.calls.clear()
        self.plan = repeat(None)


def _depth() -> int:
    depth, frame = 0, sys._getframe()
    while frame.f_back is not None:
        depth, frame = depth + 1, frame.f_back
    return depth
