"""Can this file hold a finding at all? A look at its bytes, long before anybody decodes or parses.

Every rule needs a task, a task helper, a setting of Celery's, or a function that sleeps and calls
itself. Nine files of ten hold none of the words that these are written with: looking for a word
takes some 3 µs for an average file, decoding it twice as long, parsing it a millisecond. What is
left is looked at again, for the signs themselves (:mod:`.signs`).
"""

from __future__ import annotations

from ..settings import DEFAULT, Settings


def may_hold_findings(source: str | bytes, settings: Settings = DEFAULT, path: str = "") -> bool:
    """Whether a file with this source and path may hold a finding; where it says no, there is
    none.

    Bytes are those of UTF-8, or of an encoding that writes ASCII as ASCII does.
    """
    content = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    if _has_signs(content, settings, path):
        return True
    if content.isascii():
        return False
    normal = _in_normal_form(content)
    return normal is not None and _has_signs(normal, settings, path)


def _in_normal_form(content: bytes) -> bytes | None:
    """The content as Python reads its names (`ſelf` is `self`), where that is another one."""
    # Most files are ASCII.
    import unicodedata

    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = content.decode("latin-1")  # as flake8 does
    if unicodedata.is_normalized("NFKC", text):
        return None
    # Most of what is not normal can't be part of a name: `…`, `½`, spaces of all kinds.
    if all(
        unicodedata.is_normalized("NFKC", each) for each in set(text) if f"_{each}".isidentifier()
    ):
        return None
    return unicodedata.normalize("NFKC", text).encode()


def _has_signs(content: bytes, settings: Settings, path: str) -> bool:
    # `ask` stands for `task` and `Task`, `retr` for `retry` and `max_retries`: each word costs as
    # much as the others. A decorator without them may have an option that only Celery's have.
    if not (
        b"ask" in content
        or b"retr" in content
        or b"sleep" in content
        or (
            b"@" in content
            and (b"bind" in content or b"acks_late" in content or b"reject_on_" in content)
        )
        or settings.names_tasks
    ):
        return False
    # Most files are ruled out by now, without its patterns and the facts that it knows.
    from .signs import has_signs

    return has_signs(content, settings, path)
