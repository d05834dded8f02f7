"""Exceptions of Python itself."""

from __future__ import annotations

#: What a clause for it catches is everything that goes wrong.
BROAD = frozenset({"Exception", "BaseException"})
