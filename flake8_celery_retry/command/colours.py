"""Colours on a terminal, where the user has not switched them off."""

from __future__ import annotations

import os
from typing import TextIO

BOLD = "\033[1m"
RED = "\033[31m"
CYAN = "\033[36m"
RESET = "\033[m"


def wants_colour(stream: TextIO, choice: str = "auto") -> bool:
    """Whether a stream gets colours: ``choice`` is flake8's ``--color``; ``auto`` means a terminal
    whose user has not set ``NO_COLOR`` (https://no-color.org)."""
    if choice == "auto":
        return stream.isatty() and not os.environ.get("NO_COLOR")
    return choice == "always"


def coloured(text: str, *colours: str) -> str:
    """The text in these colours."""
    return "".join(colours) + text + RESET
