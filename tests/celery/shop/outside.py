"""What the services outside the shop have in common: they count calls and fail on command."""

import copy
import sys
from dataclasses import dataclass, field
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
    failure: Exception | None = None
    failures_left: float = 0

    def fails(self, with_: Exception, times: float = float("inf")) -> None:
        """Let the next calls fail with a fresh copy of the exception; the ones after succeed."""
        self.failure = with_
        self.failures_left = times

    def answer(self, function: str, *arguments: object) -> None:
        """Note a call, and fail if that was ordered."""
        self.calls.append(Call(function, arguments, _depth()))
        if self.failure is None or self.failures_left < 1:
            return
        self.failures_left -= 1
        raise copy.copy(self.failure)

    def reset(self) -> None:
        """Forget all calls and orders."""
        self.calls.clear()
        self.failure, self.failures_left = None, 0


def _depth() -> int:
    depth, frame = 0, sys._getframe()
    while frame.f_back is not None:
        depth, frame = depth + 1, frame.f_back
    return depth
