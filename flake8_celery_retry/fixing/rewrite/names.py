"""Names as Python reads them."""

from __future__ import annotations

import unicodedata


def as_read(name: str) -> str:
    """The name that Python makes of one in source: ``ſelf`` and ``ｓelf`` are ``self`` (NFKC, as
    "Identifiers and keywords" in its reference says). ``ast`` has them so, libcst does not."""
    return name if name.isascii() else unicodedata.normalize("NFKC", name)
