"""The library ``requests``: its exceptions carry the response, whose truth is ``response.ok``.

``Response.__bool__`` is false for every status from 400 on (``requests/models.py``).
"""

from __future__ import annotations

#: The attribute of an exception that holds the response; ``None`` where nobody answered.
RESPONSE = "response"


def is_of_requests(qualified: str | None) -> bool:
    """Whether a dotted name is one of the library's: an exception, a function, a session."""
    return (qualified or "").partition(".")[0] == "requests"
