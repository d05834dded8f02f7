"""Spelling: options that Celery does not know, and which of its own they are meant to be."""

from __future__ import annotations

import ast

from ..facts.options import RETRY_OPTIONS
from ..facts.words import RETRY_HINTS
from ..syntax.values import UNKNOWN
from .module import Module
from .tasks import Option, Task
from .work.uses import reads_option

#: What people write for an option, further from its name than a slip of the fingers.
MEANT = {
    "auto_retry": "autoretry_for",
    "autoretry": "autoretry_for",
    "autoretry_on": "autoretry_for",
    "default_retry_countdown": "default_retry_delay",
    "jitter": "retry_jitter",
    "max_retry": "max_retries",
    "retries": "max_retries",
    "retry_back_off": "retry_backoff",
    "retry_backoff_maximum": "retry_backoff_max",
    "retry_delay": "default_retry_delay",
}
#: Retry settings that Celery doesn't have, some of which other libraries do, and the one of
#: Celery's that does the most like it. Their values mean something else there: there is no fix.
INVENTED = {
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
#: Words of so many letters or fewer are too like others: only swapped letters count there.
SHORT = 4
#: How many letters of a whole name may be added, dropped, changed or swapped.
SLIPS = 2
#: Options of ``apply_async`` and of its ``retry_policy``, which say how long to wait there.
PUBLISH_OPTIONS = frozenset({"interval_start", "interval_step", "interval_max", "countdown", "eta"})


def meant_option(name: str) -> str | None:
    """The retry option of Celery's that a name is a misspelling of."""
    if name in RETRY_OPTIONS or name == "retry" or name in INVENTED:
        return None
    if name in MEANT:
        return MEANT[name]
    if not any(hint in name for hint in RETRY_HINTS):
        return None  # a file without any of them is not looked at
    return next((known for known in sorted(RETRY_OPTIONS) if is_slip(name, known)), None)


def is_slip(written: str, known: str) -> bool:
    """Whether a name is another one with one or two letters added, dropped, changed or swapped,
    case and ``_`` aside: ``max_retires``, ``retry_backof``, ``maxRetries``.

    The slip is looked for word by word: a name with another word in it (``retry_backoff_base``) is
    no misspelling of one without. A word keeps its first letter, which is where people look
    (``max_entries`` is no ``max_retries``), and in short words only swapped letters count.
    """
    if written == known:
        return False
    if written.replace("_", "").lower() == known.replace("_", ""):
        return True
    words, known_words = written.lower().split("_"), known.split("_")
    if len(words) != len(known_words):
        return False
    pairs = list(zip(words, known_words, strict=True))
    return all(_is_like(*pair) for pair in pairs) and sum(_distance(*p) for p in pairs) <= SLIPS


def _is_like(word: str, known: str) -> bool:
    if word == known or sorted(word) == sorted(known):
        return True
    return word[:1] == known[:1] and len(known) > SHORT


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


def unknown_options(task: Task) -> list[Option]:
    """The options of a task's decorator that mean a retry setting and that nothing reads: neither
    Celery, nor the task's own body, nor a base class or decorator of the project's own."""
    if task.is_class or task.is_house or "base" in task.options or task.may_be_foreign:
        return []
    return [
        option
        for name, option in task.options.items()
        if (meant_option(name) or name in INVENTED or name in PUBLISH_OPTIONS)
        and not reads_option(task, name)
    ]


def is_meant(task: Task, name: str) -> bool:
    """Whether one of the task's unknown options is a misspelling of this one."""
    return any(meant_option(option.name) == name for option in unknown_options(task))


def fits(module: Module, option: Option, name: str) -> bool:
    """Whether the value of an option may be one of the option of this name."""
    value = module.values.value(option.value)
    if name in {"autoretry_for", "dont_autoretry_for"}:
        return value is UNKNOWN and not (
            module.kinds.is_single_class(option.value) or module.kinds.is_text(option.value)
        )
    if name == "retry_kwargs":
        return value is UNKNOWN and module.values.elements(option.value) is None
    if value is UNKNOWN:
        return not isinstance(option.value, (ast.Tuple, ast.List, ast.Set, ast.Dict))
    is_switch = isinstance(value, bool)
    if name == "retry_jitter":
        return is_switch
    if name == "max_retries":
        return value is None or (isinstance(value, int) and not is_switch)
    return isinstance(value, (int, float)) and (name == "retry_backoff" or not is_switch)
