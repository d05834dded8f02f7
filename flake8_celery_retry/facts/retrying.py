"""Libraries that call a function again when it raises: what each is told to retry, and where.

Read off tenacity 9, backoff 2.2, retrying 1.4, retry 0.9 and stamina 26; each is run in the
experiment of CRT213. Told nothing, every one takes any ``Exception`` for a failure.
"""

from __future__ import annotations

from typing import Literal, NamedTuple


class Attempts(NamedTuple):
    """How a decorator (or what makes the attempts of a ``with``) is told what to retry.

    ``classes`` is the parameter that names exception classes, with its position (``None`` where it
    is given by name alone), ``predicate`` the one that holds a condition. With one of ``hides`` it
    can't be told.
    """

    classes: str | None = None
    position: int | None = None
    predicate: str | None = None
    hides: frozenset[str] = frozenset()


TENACITY = Attempts(predicate="retry")
RETRYING = Attempts(predicate="retry_on_exception")
RETRY = Attempts(classes="exceptions", position=0)

ATTEMPTS = {
    "tenacity.retry": TENACITY,
    "tenacity.Retrying": TENACITY,
    "tenacity.AsyncRetrying": TENACITY,
    "backoff.on_exception": Attempts("exception", 1, hides=frozenset({"giveup"})),
    "retrying.retry": RETRYING,
    "retry.retry": RETRY,
    "retry.api.retry": RETRY,
    "stamina.retry": Attempts("on"),
    "stamina.retry_context": Attempts("on", 0),
}

#: What a condition of tenacity says about an exception: it retries these classes (its one
#: argument), or all but these; never or always; when any or all of its parts do.
Condition = Literal["classes", "other classes", "never", "always", "any", "all"]

CONDITIONS: dict[str, Condition] = {
    "tenacity.retry_if_exception_type": "classes",
    "tenacity.retry_if_not_exception_type": "other classes",
    "tenacity.retry_unless_exception_type": "other classes",
    "tenacity.retry_if_result": "never",
    "tenacity.retry_if_not_result": "never",
    "tenacity.retry_never": "never",
    "tenacity.retry_always": "always",
    "tenacity.retry_any": "any",
    "tenacity.retry_all": "all",
}
