"""Misspellings: what people write for Celery's retry options and for the arguments of ``retry``.

Two kinds, one measure: a slip of the fingers (``max_retires``, ``coutdown``), and another word for
the same thing (``max_retry``, ``error=exc``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from .options import CELERY_ONLY_OPTIONS, RETRY_OPTIONS, RETRY_PARAMETERS

#: Other words for an option, further from its name than a slip of the fingers.
OTHER_WORDS_FOR_OPTIONS = {
    "auto_retry": "autoretry_for",
    "autoretry": "autoretry_for",
    "autoretry_on": "autoretry_for",
    "default_retry_countdown": "default_retry_delay",
    "jitter": "retry_jitter",
    "max_retry": "max_retries",
    "retries": "max_retries",
    "retry_backoff_maximum": "retry_backoff_max",
    "retry_delay": "default_retry_delay",
}

#: Retry settings that Celery doesn't have, some of which other libraries do, and the one of
#: Celery's that does the most like it. Their values mean something else there.
INVENTED_OPTIONS = {
    "max_attempts": "max_retries",
    "max_retry_delay": "retry_backoff_max",
    "retry_backoff_base": "retry_backoff",
    "retry_backoff_factor": "retry_backoff",
    "retry_backoff_jitter": "retry_jitter",
    "retry_backoff_min": "retry_backoff",
    "retry_count": "max_retries",
    "retry_exceptions": "autoretry_for",
    "retry_max_backoff": "retry_backoff_max",
    "retry_on": "autoretry_for",
    "retry_times": "max_retries",
}

#: Options of ``apply_async`` and of its ``retry_policy``, which say how long to wait there.
PUBLISH_OPTIONS = frozenset({"interval_start", "interval_step", "interval_max", "countdown", "eta"})

#: Other words for an argument of ``retry``.
OTHER_WORDS_FOR_ARGUMENTS = {
    "ex": "exc",
    "e": "exc",
    "err": "exc",
    "error": "exc",
    "exce": "exc",
    "exception": "exc",
    "delay": "countdown",
    "default_retry_delay": "countdown",
    "retry_delay": "countdown",
    "max_retry": "max_retries",
    "retries": "max_retries",
}

#: Options of a task under other names, which mean nothing in a retry call either.
OTHER_TASK_OPTIONS = frozenset({"jitter", "backoff", "backoff_max"})

#: How many letters of a whole name may be added, dropped, changed or swapped; in a word of a few
#: letters one.
SLIPS = 2
FEW = 6
#: Words of so many letters or fewer are too like others (``meta``, ``etag``).
SHORT = 4

#: English words, and options that exist, within a slip or two of a word of Celery's.
WORDS_OF_THEIR_OWN = frozenset(
    {
        *("ate", "eat", "tea", "rags", "gars", "or", "fork", "ford", "form", "four"),
        *("throes", "throne", "throng", "throw", "thrown", "throws", "threw"),
        *("decay", "deal", "delta", "delays", "relay", "display", "dealt", "delete"),
        *("rely", "reply", "retro", "entry", "reset", "rest", "retort"),
        *("recipes", "recites", "refries", "relies", "replies", "reprises", "retrials"),
        *("retrieves", "reties", "rearise", "reveries", "remedies"),
        *("backup", "backed", "backlog", "takeoff", "bitter", "litter", "fitter"),
    }
)


@cache
def meant_option(name: str) -> str | None:
    """The retry option of Celery's that the name of an option is a misspelling of."""
    if name in RETRY_OPTIONS or name in INVENTED_OPTIONS or name in RETRY_PARAMETERS:
        return None
    return OTHER_WORDS_FOR_OPTIONS.get(name) or _slipped_from(name, RETRY_OPTIONS)


@cache
def meant_argument(name: str) -> str | None:
    """The parameter of ``Task.retry`` that the name of an argument is a misspelling of."""
    if name in RETRY_PARAMETERS:
        return None
    return OTHER_WORDS_FOR_ARGUMENTS.get(name) or _slipped_from(name, RETRY_PARAMETERS)


def is_task_option(name: str) -> bool:
    """Whether the name of an argument of ``retry`` is, or is meant for, an option of the task that
    means nothing there."""
    return (
        name in CELERY_ONLY_OPTIONS or name in OTHER_TASK_OPTIONS or meant_option(name) is not None
    )


def is_about_retries(name: str) -> bool:
    """Whether an option that Celery doesn't know means a retry setting."""
    return name in INVENTED_OPTIONS or name in PUBLISH_OPTIONS or meant_option(name) is not None


def _slipped_from(name: str, known: Iterable[str]) -> str | None:
    return next((each for each in sorted(known) if is_slip(name, each)), None)


def is_slip(written: str, known: str) -> bool:
    """Whether a name is another one with one or two letters added, dropped, changed or swapped,
    case and ``_`` aside: ``max_retires``, ``retry_backof``, ``maxRetries``, ``coutdown``.

    A name with another word in it (``retry_backoff_base``) is no misspelling of one without, and a
    word that means something of its own (``max_entries``, ``retry_filter``) is none of anything. A
    word keeps its first letter, which is where people look, unless it was lost or swapped.
    """
    if written == known:
        return False
    joined, wanted = _joined(written), _joined(known)
    if joined == wanted:
        return True
    if abs(len(joined) - len(wanted)) > SLIPS:
        return False
    words, known_words = _words(written), known.split("_")
    if len(words) == len(known_words):
        pairs = list(zip(words, known_words, strict=True))
        if not all(_is_like(word, wanted, len(pairs) > 1) for word, wanted in pairs):
            return False
        return sum(_distance(*pair) for pair in pairs) <= SLIPS
    # Words that grew together: `maxretires`. One that fell apart has all its letters (above).
    is_one = len(words) < len(known_words) and joined[:1] == wanted[:1]
    return is_one and _distance(joined, wanted) <= SLIPS


def _joined(name: str) -> str:
    return name.replace("_", "").lower()


def _words(name: str) -> list[str]:
    """The words of ``max_retries`` and of ``maxRetries``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().strip("_").split("_")


def _is_like(word: str, known: str, is_part: bool) -> bool:
    """Whether a word may be a slip of one of Celery's, of a whole name or a part of one."""
    if word == known:
        return True
    if word in WORDS_OF_THEIR_OWN:
        return False
    if sorted(word) == sorted(known):
        return _distance(word, known) <= SLIPS
    if len(known) <= SHORT:
        # `mx_retries`; but no letter changed: `min_retries`, `mac_retries`.
        return is_part and len(word) != len(known) and _distance(word, known) == 1
    is_begun_alike = word[:1] == known[:1] or word == known[1:]
    return is_begun_alike and _distance(word, known) <= (SLIPS if len(known) > FEW else 1)


def _distance(one: str, other: str) -> int:
    """How many letters were added, dropped, changed or swapped with their neighbour."""
    before_last: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        current = [row]
        for column, wanted in enumerate(other, 1):
            cost = min(
                last[column] + 1, current[column - 1] + 1, last[column - 1] + (letter != wanted)
            )
            is_swapped = (
                row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == wanted
            )
            current.append(min(cost, before_last[column - 2] + 1) if is_swapped else cost)
        before_last, last = last, current
    return last[-1]
