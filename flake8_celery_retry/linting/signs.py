"""The signs of a task in a text: a scan, without a parse, of the few files that have the words.

A pattern that begins with plain text is many times as fast as another one, and patterns are
compiled where they are first asked for: a run over a file or two needs one of them.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Sequence

from ..facts.words import RETRY_HINTS
from ..settings import Settings

#: Words of a retry that are part of many others; each with plain text to look for first.
RETRY_WORDS = {
    b"bind": rb"bind\b",
    b"eta": rb"eta\b(?<=\beta)",
    b".s": rb"\.\s*(?:si?|signature|subtask)\s*\(",
    b"attempts": rb"attempts\b",
}
#: What may be an option: a keyword, or the key of a dict.
OPTION = rb"\b([A-Za-z_]{5,24})['\"]?\s*[=:]"

#: A name, in bytes of UTF-8.
NAME = rb"[\w\x80-\xff]+"

#: ``task`` in a decorator, in no string of it, and no argument's name: an attribute, or a name that
#: may be imported from Celery. A decorator that is made on the spot, or goes on in the next line.
NO_ARGUMENT = rb"\b(?!\s*(?:[.\[:]|=[^=]))"
MADE_ON_THE_SPOT = rb"\s*(?:\(|(?:\w+\s*\.\s*)?partial\b)|[^\n\"'#]*\\\n"
ATTRIBUTE_IN_DECORATOR = (
    rb"@(?:[^\n\"'#]*\.\s*(?:periodic_)?task" + NO_ARGUMENT + rb"|" + MADE_ON_THE_SPOT + rb")"
)
TASK_IN_DECORATOR = rb"@(?:[^\n\"'#]*(?<!\w)(?:shared_|periodic_)?task" + (
    NO_ARGUMENT + rb"|" + MADE_ON_THE_SPOT + rb")"
)

#: A decorator that may have another name in the module; what stands behind a name that is given
#: something (``job =``, ``job: Any =``), and something that is another name.
DECORATOR = rb"@\s*(" + NAME + rb")"
GIVEN = rb"\s*(?::[^=\n]*)?=(?!=)"
ALIASED = rb"\s*\(?\s*(" + NAME + rb")\s*(?:$|[\n#)])"
ATTRIBUTE = rb"\.\s*(?:periodic_)?task\b"
TASK = rb"task\b(?:(?<!\wtask)|(?<=shared_task)|(?<=periodic_task))"
RENAMED_TASK = rb"task\s+as\s"
#: Characters of what a name is given, over several lines, in which ``task`` is looked for.
LONGEST_VALUE = 400

#: The options that only Celery's tasks have, by a part of them to look for first: keywords, or keys
#: of a dict.
NAMES_OPTION = rb"\b(?:['\"]\s*:|\s*=(?!=))"
CELERY_ONLY_OPTIONS = {
    b"retry_": (
        rb"retry_(?:for(?<=autoretry_for)|delay(?<=default_retry_delay)|kwargs|backoff|backoff_max"
        rb"|jitter)" + NAMES_OPTION
    ),
    b"bind": rb"bind" + NAMES_OPTION,
    b"acks_late": rb"acks_late" + NAMES_OPTION,
    b"reject_on_": rb"reject_on_worker_lost" + NAMES_OPTION,
}
#: What stands before a keyword or a key, up to the line before: a comment there hides the comma.
BEFORE_OPTION = rb"(?:[(,'\"]|#[^\n]*\n)\s*(?:(?:dont_)?auto|default_)?$"
#: Characters before an option in which that is looked for.
LONGEST_COMMENT = 400

#: A class-based task has a base ``Task`` of Celery's or of an app, or another name for it.
TASK_CLASS = rb"Task\b(?:\s+as\b)?"
BEFORE_TASK_CLASS = rb"(?:^|\W)(?:Periodic|Abortable|Django)?$"
BEFORE_TASK_OF_AN_APP = rb"\b(?:app|celery_app)\s*\.\s*$"
BEFORE_ALIASED_CLASS = rb"=\s*\(?\s*[\w.]*$"
ALIASED_CLASS = rb"\s*(?:[\n#;)\\]|$)"
CLASS = rb"class\s+" + NAME + rb"\s*[(\[]"
END_OF_BASES = rb"\)\s*:"
REGISTERED = rb"register_task\b"
#: Characters that the bases of a class take up at most, up to the one looked for.
LONGEST_BASES = 2000

RETRY_CALL = rb"retry(?<!\wretry)(?<!def retry)\s*\("
#: What CRT112 looks at: a request is asked for one of these.
REQUEST = rb"\.\s*request\b"
ASKED_OF_REQUEST = (
    rb"\.\s*(?:max_retries|retry_count|retried|attempts|countdown|default_retry_delay)\b"
)

#: What CRT313 looks for: in an app's ``conf``, in what an app is made with, in dicts of settings.
INVENTED_SETTING = (
    rb"retr(?:ies(?<=max_retries)"
    rb"|y_(?:(?<=task_retry_)|(?<=task_autoretry_)|delay(?<=default_retry_delay)))"
)
APP_CLASS = rb"Celery\s*(?:[(),;#\\]|as\b|$)"
CONF = rb"conf\b(?<=\.conf)|\.\s+conf\b"
SETTING = rb"\b([a-z][a-z0-9_]+)['\"]?\s*[=:]"

#: CRT401 looks at tasks that call themselves in an ``except`` clause, and at plain functions too
#: that sleep and call themselves.
RUN_CALL = rb"(?:\bself|\.\s*run|\.\s*__call__)\s*\("
DEFINITION = rb"\n([ \t\f]*)(?:(?:async\s+)?def\s+(" + NAME + rb")|class\b|@)"
#: What stands around a function's name where it calls itself: ``charge(`` or ``self.charge(``, but
#: not ``super().close(`` or ``self.pool.close(``.
BEFORE_CALL = rb"(?:^|[^\w.)\]])(?:\w+\s*\.\s*)?$"
CALL = rb"\s*\("
#: ``sleep`` under another name.
SLEEP_RENAMED = rb"sleep\s+as\b"
SLEEP = rb"sleep\b"
BEFORE_SLEEP_ASSIGNED = rb"=\s*(?:\w+\s*\.\s*)?$"
#: Characters before a name in which that is looked for.
LONGEST_RECEIVER = 80


def has_signs(content: bytes, settings: Settings, path: str) -> bool:
    """Whether a file with this content (UTF-8, or ASCII of any kind) and path may hold
    a finding."""
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    is_about_retries = b"retr" in content
    if (_has_name_of_task(content, settings) or _makes_tasks(content, is_about_retries)) and (
        _says_retry(content) or (b"except" in content and _may_run_itself(content))
    ):
        return True
    if (
        is_about_retries
        and re.search(INVENTED_SETTING, content)
        and _may_be_settings(content, path)
    ):
        return True
    if b"sleep" not in content:
        return False
    return _calls_itself(content, b"" if _is_sleep_renamed(content) else b"sleep")


def _has_name_of_task(content: bytes, settings: Settings) -> bool:
    """Whether a text has the last part of a name that the user says makes tasks."""
    if not settings.names_tasks:
        return False
    names = settings.task_decorators | settings.task_bases
    return any(name.rpartition(".")[2].encode() in content for name in names)


def _makes_tasks(content: bytes, is_about_retries: bool) -> bool:
    """Whether a text may hold a task, or a helper that gets one."""
    is_about_celery = b"celery" in content
    if b"task" in content:
        if b"@" in content and _has_task_decorator(content, is_about_celery):
            return True
        if b"class" in content and re.search(REGISTERED, content):
            return True
    if b"@" in content and _has_celery_only_option(content, is_about_retries):
        return True
    if b"Task" in content and _has_task_class(content, is_about_celery):
        return True
    return is_about_celery and (
        (is_about_retries and re.search(RETRY_CALL, content) is not None)
        or (
            b"request" in content
            and re.search(ASKED_OF_REQUEST, content) is not None
            and re.search(REQUEST, content) is not None
        )
    )


def _has_task_decorator(content: bytes, is_about_celery: bool) -> bool:
    """Whether ``task`` stands in a decorator, or gets another name that does: ``@app.task``,
    ``job = app.task``, ``partial(app.task, …)``, ``import task as job``.

    One that is no attribute comes from Celery, which is imported then.
    """
    if re.search(TASK_IN_DECORATOR if is_about_celery else ATTRIBUTE_IN_DECORATOR, content):
        return True
    if is_about_celery and re.search(RENAMED_TASK, content):
        return True
    task = TASK if is_about_celery else ATTRIBUTE
    if not re.search(task, content):
        return False
    names = list(dict.fromkeys(re.findall(DECORATOR, content)))
    for name in names:  # it grows by the names that they are given
        for end in _ends_of(name, content):
            # A pattern made of the name would have to be compiled, which takes 300 µs.
            given = re.compile(GIVEN).match(content, end)
            if given is None:
                continue
            value = content[given.end() : given.end() + LONGEST_VALUE]
            if re.search(task, value):
                return True
            alias = re.match(ALIASED, value)
            if alias and alias[1] not in names:
                names.append(alias[1])
    return False


def _ends_of(name: bytes, content: bytes) -> Iterator[int]:
    """Where a name ends, each time."""
    start = content.find(name)
    while start >= 0:
        yield start + len(name)
        start = content.find(name, start + len(name))


def _has_celery_only_option(content: bytes, is_about_retries: bool) -> bool:
    """Whether a call or a dict has an option that only Celery's decorators take."""
    for part, option in CELERY_ONLY_OPTIONS.items():
        if (is_about_retries or part != b"retry_") and part in content:
            for match in re.finditer(option, content):
                start = match.start()
                if re.search(BEFORE_OPTION, content[max(0, start - LONGEST_COMMENT) : start]):
                    return True
    return False


def _has_task_class(content: bytes, is_about_celery: bool) -> bool:
    """Whether ``Task`` stands among the bases of a class, or gets another name."""
    before_task = BEFORE_TASK_CLASS if is_about_celery else BEFORE_TASK_OF_AN_APP
    for match in re.finditer(TASK_CLASS, content):
        start = match.start()
        line = content[content.rfind(b"\n", 0, start) + 1 : start]
        if not re.search(before_task, line):
            continue
        end = match.end()
        if end - start > len("Task") or (
            re.search(BEFORE_ALIASED_CLASS, line) and re.compile(ALIASED_CLASS).match(content, end)
        ):
            return True
        around = content[max(0, start - LONGEST_BASES) : start]
        opened = [each.end() for each in re.finditer(CLASS, around)]
        if opened and not re.search(END_OF_BASES, around[opened[-1] :]):
            return True
    return False


def _says_retry(content: bytes) -> bool:
    # Few files come so far.
    from ..facts.misspellings import is_about_retries
    from .words import words_of_rules

    if any(hint.encode() in content for hint in RETRY_HINTS) or any(
        plain in content and re.search(word, content) for plain, word in RETRY_WORDS.items()
    ):
        return True
    if any(word.encode() in content for word in words_of_rules()):
        return True
    # An option with a slip in its name (CRT306) may hold none of these words.
    return any(is_about_retries(name.decode()) for name in set(re.findall(OPTION, content)))


def _may_be_settings(content: bytes, path: str) -> bool:
    """Whether a file may set Celery's settings: those of an app, a dict of them, or a module."""
    # Few files come so far.
    from ..facts.celery_settings import CERTAIN_PREFIXES, ENOUGH, SETTINGS, SETTINGS_MODULES

    if any(name in path for name in SETTINGS_MODULES):
        return True
    if b"celery" in content and (
        b"add_defaults" in content or re.search(APP_CLASS, content) or re.search(CONF, content)
    ):
        return True
    if not any(prefix.encode() in content for prefix in CERTAIN_PREFIXES):
        return False
    names = {name.decode() for name in re.findall(SETTING, content)} & SETTINGS
    return len(names) >= ENOUGH and any(name.startswith(CERTAIN_PREFIXES) for name in names)


def _may_run_itself(content: bytes) -> bool:
    """Whether a task may be called by its name, or run by its methods."""
    return re.search(RUN_CALL, content) is not None or _calls_itself(content, b"except")


def _is_sleep_renamed(content: bytes) -> bool:
    """Whether ``sleep`` gets another name: ``import sleep as nap``, ``nap = time.sleep``."""
    if re.search(SLEEP_RENAMED, content):
        return True
    return any(
        re.search(BEFORE_SLEEP_ASSIGNED, content[max(0, start - LONGEST_RECEIVER) : start])
        for start in (match.start() for match in re.finditer(SLEEP, content))
    )


def _calls_itself(content: bytes, word: bytes) -> bool:
    """Whether a function with this word in it has its own name before a bracket: a function ends
    where another one, a class or a decorator begins that stands no further in (or a line of a
    string that looks like one: a text scan can't tell)."""
    content = b"\n" + content
    definitions = list(re.finditer(DEFINITION, content))
    ends = _ends([len(each[1]) for each in definitions])
    words = [match.start() for match in re.finditer(word, content)]
    for definition, end in zip(definitions, ends, strict=True):
        name = definition[2]
        if name is None or name.startswith(b"__"):
            continue
        first = definition.end()
        last = definitions[end].start() if end < len(definitions) else len(content)
        if bisect(words, last) == bisect(words, first):
            continue
        body = content[first:last]
        if any(_is_call(name, place, body) for place in _ends_of(name, body)):
            return True
    return False


def _is_call(name: bytes, end: int, body: bytes) -> bool:
    """Whether a name that ends there is a function that is called, or a method of one thing."""
    start = end - len(name)
    return (
        re.compile(CALL).match(body, end) is not None
        and re.search(BEFORE_CALL, body[max(0, start - LONGEST_RECEIVER) : start]) is not None
    )


def _ends(indents: Sequence[int]) -> list[int]:
    """For each indent in a row the place of the next one that is no deeper."""
    ends = [len(indents)] * len(indents)
    waiting: list[int] = []
    for place, indent in enumerate(indents):
        while waiting and indents[waiting[-1]] >= indent:
            ends[waiting.pop()] = place
        waiting.append(place)
    return ends
