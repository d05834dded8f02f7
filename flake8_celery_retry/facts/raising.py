"""Which calls of other libraries are known to raise what: a table by the root of their names."""

from __future__ import annotations

#: Functions that ask somebody over a network: by their last part, and what they raise when that
#: fails (by one name, :mod:`.exception_bases`).
HTTP_METHODS = frozenset({"delete", "get", "head", "options", "patch", "post", "put", "request"})
RAISED_BY: dict[str, tuple[frozenset[str], tuple[str, ...]]] = {
    "requests": (HTTP_METHODS | {"send"}, ("requests.ConnectTimeout", "requests.ReadTimeout")),
    "urllib": (frozenset({"urlopen"}), ("urllib.URLError",)),
    "open": (frozenset({"open"}), ("FileNotFoundError",)),
}


def raised_by(qualified: str) -> tuple[str, ...]:
    """The exceptions that a call of a function, or of a method of what it makes, is known to raise;
    none where it isn't known."""
    functions, raised = RAISED_BY.get(qualified.partition(".")[0], (frozenset(), ()))
    return raised if qualified.rpartition(".")[2] in functions else ()
