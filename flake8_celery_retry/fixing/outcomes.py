"""What comes of fixing a file, as plain data: nothing here imports libcst."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..linting.findings import Finding

#: Whether flake8 would show a finding, from the lines of the file as they stand now.
Wanted = Callable[[Sequence[str], Finding], bool]


def show_all(lines: Sequence[str], finding: Finding) -> bool:
    """Every finding is wanted."""
    return True


class Reason(enum.Enum):
    """Why a finding is left."""

    #: flake8 does not show it: ``noqa``, ``ignore``, ``per-file-ignores`` …
    NOT_WANTED = enum.auto()
    NO_FIX = enum.auto()
    #: There is a fix, but only an unsafe one.
    UNSAFE = enum.auto()
    #: Its fix could not be carried out, or did not stand the test; ``Left.detail`` says why.
    FAILED = enum.auto()


@dataclass(frozen=True)
class Left:
    """A finding that is still there, and why."""

    finding: Finding
    reason: Reason
    detail: str = ""


@dataclass(frozen=True)
class Outcome:
    """What came of fixing a file.

    ``source`` is the new source, or the old one where nothing was fixed or ``error`` says why the
    file was left alone. ``fixed`` are findings with the places they had when they were fixed (a fix
    before them may have moved them); ``left`` those of the new source.
    """

    source: bytes
    fixed: tuple[Finding, ...] = ()
    left: tuple[Left, ...] = ()
    error: str | None = None
