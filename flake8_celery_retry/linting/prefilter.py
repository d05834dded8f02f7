"""Can this file hold a finding at all? A scan of its text, long before anybody looks at a tree.

Every rule needs a task, a task helper or a function that sleeps and calls itself, and a few words
in it; most files of a project have none of them. Plain substrings come first, being many times as
fast as patterns; a pattern looks again at what is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from ..facts.celery_settings import CERTAIN_PREFIXES, SETTINGS_MODULES
from ..facts.misspellings import is_about_retries
from ..facts.words import RETRY_HINTS
from ..settings import DEFAULT, Settings
from .words import words_of_rules

#: The same for words that are part of many others; each with plain text to look for first.
RETRY_WORDS = {
    "bind": re.compile(r"bind\b"),
    "eta": re.compile(r"eta\b(?<=\beta)"),
    ".s": re.compile(r"\.\s*(?:si?|signature|subtask)\s*\("),
    "attempts": re.compile(r"attempts\b"),
}

#: What may be an option: a keyword, or the key of a dict.
OPTION = re.compile(r"\b([A-Za-z_]{5,24})['\"]?\s*[=:]")

#: Without one of these there is no task: a decorator or base class of Celery's, an attribute
#: ``.task``, an option that only Celery tasks have.
#: (``ask`` stands for ``task`` and ``Task``: each text to look for costs as much as the others).
TASK_HINTS = ("ask", "celery", "retry_", "bind", "acks_late", "reject_on_")

#: With one of these there likely is one.
SURE_HINTS = (
    "shared_task",
    "periodic_task",
    "register_task",
    "autoretry_for",
    "retry_backoff",
    "retry_jitter",
    "retry_kwargs",
    "default_retry_delay",
    "acks_late",
    "reject_on_worker_lost",
)

# Each pattern begins with plain text, which is what makes it fast to look for.
#: ``task`` in a decorator, in no string of it; a decorator made by ``partial`` over several lines.
TASK_IN_DECORATOR = re.compile(
    r"@(?:[^\n\"'#]*(?<!\w)(?:periodic_)?task\b(?!\s*(?:[.\[:]|=[^=]))"
    r"|\s*(?:\w+\s*\.\s*)?partial\b)"
)
DECORATOR = re.compile(r"@\s*(\w+)")
#: A name that is given another one.
ALIASED = re.compile(r"\s*\(?\s*(\w+)\s*(?:$|[\n#)])")
TASK = re.compile(r"(?<!\w)task\b")
RENAMED_TASK = re.compile(r"task\s+as\s+\w")
#: Characters of what a name is assigned, over several lines, in which ``task`` is looked for.
LONGEST_VALUE = 400
#: The option ``bind``, as a keyword or the key of a dict.
BIND_OPTION = re.compile(r"bind\b['\"]?\s*[=:]")
DECORATOR_MARKS = ("\n@", " @", "\t@", "\f@")
#: A class-based task has a base ``Task`` of Celery's or of an app, or another name for it.
TASK_CLASS = re.compile(r"Task\b(?:\s+as\b)?")
BEFORE_TASK_CLASS = re.compile(r"(?:^|\W)(?:Periodic|Abortable|Django)?$")
ASSIGNED = re.compile(r"=\s*\(?\s*[\w.]*$")
END_OF_BASES = re.compile(r"\)\s*:")
#: Characters that the bases of a class take up at most, up to the one looked for.
LONGEST_BASES = 2000
RETRY_CALL = re.compile(r"(?<!\w)(?<!def )retry\s*\(")
#: What CRT112 looks at: a request is asked for one of these.
ASKED_OF_REQUEST = re.compile(
    r"(?:max_retries|retry_count|retried|attempts|countdown|default_retry_delay)\b"
)

#: CRT313 looks for some settings, in the ``conf`` of an app, in what an app is made with and in
#: dicts of settings.
SETTINGS = ("max_retries", "default_retry_delay", "task_retry_", "task_autoretry_for")
SETTINGS_HINTS = ("Celery", "add_defaults", *CERTAIN_PREFIXES)
CONF = re.compile(r"conf\b(?<=\.conf)|\.\s+conf\b")

#: CRT401 looks at tasks that call themselves in an ``except`` clause, and at plain functions too
#: that sleep and call themselves.
RUN_CALL = re.compile(r"(?:\bself|\.\s*run|\.\s*__call__)\s*\(")
DEFINITION = re.compile(r"^([ \t\f]*)(?:(?:async\s+)?def\s+(\w+)|class\b|@)", re.MULTILINE)
SLEEP_RENAMED = re.compile(r"sleep\s+as\b|=\s*(?:\w+\s*\.\s*)?sleep\b")


def may_hold_findings(text: str, settings: Settings = DEFAULT, path: str = "") -> bool:
    """Whether a file with this text and path may hold a finding; where it says no, there is
    none."""
    names = [name.rpartition(".")[2] for name in settings.task_decorators | settings.task_bases]
    if (
        any(hint in text for hint in (*TASK_HINTS, *names))
        and (any(name in text for name in names) or _makes_tasks(text))
        and (_says_retry(text) or ("except" in text and _may_run_itself(text)))
    ):
        return True
    if "etr" in text and any(name in text for name in SETTINGS) and _may_be_settings(text, path):
        return True
    if "sleep" not in text:
        return False
    is_renamed = SLEEP_RENAMED.search(text) is not None
    return any(is_renamed or "sleep" in body for body in _bodies_with_a_call_of_itself(text))


def _may_be_settings(text: str, path: str) -> bool:
    """Whether a file may set Celery's settings: those of an app, a dict of them, or a module."""
    return (
        any(hint in text for hint in SETTINGS_HINTS)
        or any(name in path for name in SETTINGS_MODULES)
        or CONF.search(text) is not None
    )


def _says_retry(text: str) -> bool:
    if any(hint in text for hint in RETRY_HINTS) or any(
        plain in text and word.search(text) is not None for plain, word in RETRY_WORDS.items()
    ):
        return True
    if any(word in text for word in words_of_rules()):
        return True
    # An option with a slip in its name (CRT306) may hold none of these words.
    return any(map(is_about_retries, set(OPTION.findall(text))))


def _makes_tasks(text: str) -> bool:
    """Whether the text may hold a task, or a helper that gets one."""
    has_decorators = text.startswith("@") or any(mark in text for mark in DECORATOR_MARKS)
    if (has_decorators or "class" in text) and any(hint in text for hint in SURE_HINTS):
        return True
    is_about_celery = "celery" in text
    if is_about_celery and RETRY_CALL.search(text) is not None:
        return True
    if is_about_celery and "request" in text and ASKED_OF_REQUEST.search(text) is not None:
        return True
    if has_decorators and "task" in text and _names_a_task(text):
        return True
    if "Task" in text and (is_about_celery or ".Task" in text) and _names_a_task_class(text):
        return True
    return has_decorators and "bind" in text and BIND_OPTION.search(text) is not None


def _names_a_task(text: str) -> bool:
    """Whether ``task`` stands in a decorator, or gets another name that does: ``@app.task``,
    ``job = app.task``, ``partial(app.task, …)``, ``import task as job``."""
    if "@(" in text or "@ (" in text or TASK_IN_DECORATOR.search(text):
        return True
    if RENAMED_TASK.search(text):
        return True
    names = list(dict.fromkeys(DECORATOR.findall(text)))
    for name in names:  # it grows by what the names are made of
        for bound in _binding(name).finditer(text):
            value = text[bound.end() : bound.end() + LONGEST_VALUE]
            if TASK.search(value):
                return True
            alias = ALIASED.match(value)
            if alias and alias[1] not in names:
                names.append(alias[1])
    return False


@cache
def _binding(name: str) -> re.Pattern[str]:
    """Where a name may get its meaning: ``job =``, ``job: Any =``."""
    return re.compile(rf"{name}\s*(?::[^=\n]*)?=(?!=)")


def _names_a_task_class(text: str) -> bool:
    """Whether ``Task`` stands among the bases of a class, or gets another name."""
    for match in TASK_CLASS.finditer(text):
        start = match.start()
        line = _line_before(text, start)
        if not BEFORE_TASK_CLASS.search(line):
            continue
        if match.end() - start > len("Task") or ASSIGNED.search(line):
            return True
        opened = text.rfind("class", max(0, start - LONGEST_BASES), start)
        if opened >= 0 and not END_OF_BASES.search(text, opened, start):
            return True
    return False


def _line_before(text: str, position: int) -> str:
    """What stands before a position on its line."""
    return text[text.rfind("\n", 0, position) + 1 : position]


def _may_run_itself(text: str) -> bool:
    """Whether a task may be called by its name, or run by its methods."""
    if RUN_CALL.search(text) is not None:
        return True
    return any(True for _ in _bodies_with_a_call_of_itself(text))


def _bodies_with_a_call_of_itself(text: str) -> Iterator[str]:
    """The functions in which their own name stands before a bracket: a function ends where another
    one, a class or a decorator begins that stands no further in (or a line of a string that looks
    like one: a text scan can't tell)."""
    definitions = list(DEFINITION.finditer(text))
    for index, definition in enumerate(definitions):
        name = definition[2]
        if name is None or name.startswith("__"):
            continue
        indent = len(definition[1])
        following = (each for each in definitions[index + 1 :] if len(each[1]) <= indent)
        end = next((each.start() for each in following), len(text))
        body = text[definition.end() : end]
        # ``charge(`` or ``self.charge(``, but not ``super().close(`` or ``self.pool.close(``.
        if name in body and re.search(rf"(?<![\w.)\]])(?:\w+\s*\.\s*)?{name}\s*\(", body):
            yield body
