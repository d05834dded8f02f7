"""Tasks with two mistakes at once, for every two rules that have a fix.

The tasks are drafted from a sound one, into which two rules put their mistakes: into the same
retry call where both find room there, else into two ``try`` statements of the same function.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations

from pages import read_page
from rulebook import table

from flake8_celery_retry.fixing.fixer import fix_source
from flake8_celery_retry.fixing.outcomes import Outcome
from flake8_celery_retry.settings import Settings

HEAD = """\
import logging
import time

from celery import shared_task
from celery.exceptions import MaxRetriesExceededError, Retry
from django.core.mail import send_mail

from shop.gateway import GatewayDown, charge

log = logging.getLogger(__name__)


@shared_task(bind=True)
def refund_order(self, order_id):
    return order_id


"""


@dataclass
class Attempt:
    """A ``try`` with a retry call in its handler: what is tried, what is caught, what is done."""

    tried: str = "charge(order_id)"
    caught: str = "GatewayDown"
    name: str | None = "exc"
    before: list[str] = field(default_factory=list)
    raised: bool = True
    receiver: str = "self"
    args: list[str] = field(default_factory=list)
    keywords: dict[str, str] = field(default_factory=lambda: {"exc": "exc"})
    after: list[str] = field(default_factory=list)
    #: What stands in the place of the retry call.
    instead: str | None = None
    #: Whether a handler for ``MaxRetriesExceededError`` stands around the call.
    apologizes: bool = False

    def lines(self) -> list[str]:
        """The statement's lines."""
        arguments = [*self.args, *(f"{name}={value}" for name, value in self.keywords.items())]
        call = f"{self.receiver}.retry({', '.join(arguments)})"
        ending = [self.instead or ("raise " if self.raised else "") + call]
        if self.apologizes:
            ending = [
                "try:",
                *_indented(ending),
                "except MaxRetriesExceededError:",
                "    raise LookupError(order_id)",
            ]
        clause = f"except {self.caught}" + (f" as {self.name}:" if self.name else ":")
        handled = [*self.before, *ending, *self.after]
        return ["try:", f"    {self.tried}", clause, *_indented(handled)]


@dataclass
class Draft:
    """A task function with its options, parameters and attempts."""

    options: dict[str, str] = field(default_factory=lambda: {"bind": "True"})
    parameters: list[str] = field(default_factory=lambda: ["self", "order_id"])
    attempts: list[Attempt] = field(default_factory=list)
    is_swallowed: bool = False

    def source(self) -> str:
        """The module with the task."""
        options = ", ".join(f"{name}={value}" for name, value in self.options.items())
        body = [line for attempt in self.attempts for line in attempt.lines()]
        if self.is_swallowed:
            body = ["try:", *_indented(body), "except Exception:", '    log.exception("failed")']
        head = [f"@shared_task({options})", f"def charge_order({', '.join(self.parameters)}):"]
        return HEAD + "\n".join([*head, *_indented(body)]) + "\n"


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


@dataclass(frozen=True)
class Mistake:
    """How a rule's mistake is put into a draft and one of its attempts, and which parts of them it
    needs for itself."""

    make: Callable[[Draft, Attempt], object]
    needs: frozenset[str]


MISTAKES: dict[str, Mistake] = {}
DEFINITION = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

#: The parts of an attempt.
ATTEMPT = {"args", "exc", "delay", "statement", "throw", "receiver"}


def mistake(
    code: str, *needs: str
) -> Callable[[Callable[[Draft, Attempt], object]], Callable[[Draft, Attempt], object]]:
    def keep(make: Callable[[Draft, Attempt], object]) -> Callable[[Draft, Attempt], object]:
        MISTAKES[code] = Mistake(make, frozenset(needs))
        return make

    return keep


@mistake("CRT101", "binding")
def bound_task_without_self(draft: Draft, attempt: Attempt) -> None:
    draft.parameters.remove("self")


@mistake("CRT102", "binding")
def retry_without_bind(draft: Draft, attempt: Attempt) -> None:
    del draft.options["bind"]
    draft.parameters.remove("self")


@mistake("CRT103", "args", "exc")
def exception_passed_as_args(draft: Draft, attempt: Attempt) -> None:
    attempt.args = ["exc"]
    del attempt.keywords["exc"]


@mistake("CRT104", "exc")
def exc_is_not_an_exception(draft: Draft, attempt: Attempt) -> None:
    attempt.keywords["exc"] = "str(exc)"


@mistake("CRT105", "delay")
def retry_number_of_wrong_type(draft: Draft, attempt: Attempt) -> None:
    attempt.keywords["countdown"] = '"60"'


@mistake("CRT106", "autoretry")
def autoretry_for_not_a_tuple(draft: Draft, attempt: Attempt) -> None:
    draft.options["autoretry_for"] = "TimeoutError"


@mistake("CRT107", "args")
def wrong_retry_args(draft: Draft, attempt: Attempt) -> None:
    attempt.keywords["args"] = "order_id"


@mistake("CRT109", "exc")
def misspelled_retry_argument(draft: Draft, attempt: Attempt) -> None:
    attempt.keywords["error"] = attempt.keywords.pop("exc")


@mistake("CRT110", "shadow")
def retry_method_shadowed(draft: Draft, attempt: Attempt) -> None:
    draft.options["retry"] = "True"


@mistake("CRT112")
def request_has_no_such_attribute(draft: Draft, attempt: Attempt) -> None:
    attempt.before.append('log.info("%s of %s", self.request.retries, self.request.max_retries)')


@mistake("CRT203", "around", "throw")
def retry_swallowed(draft: Draft, attempt: Attempt) -> None:
    draft.is_swallowed = True


@mistake("CRT204", *ATTEMPT, "only")
def retry_exception_raised_by_hand(draft: Draft, attempt: Attempt) -> None:
    attempt.instead = "raise Retry(exc=exc, when=60)"


@mistake("CRT205", "exc", "statement", "throw", "exhaustion")
def unreachable_max_retries_handler(draft: Draft, attempt: Attempt) -> None:
    attempt.apologizes = True


@mistake("CRT206", "statement", "throw")
def retry_falls_through(draft: Draft, attempt: Attempt) -> None:
    attempt.raised = False
    attempt.keywords["throw"] = "False"
    attempt.after.append('log.info("order %s is done", order_id)')


@mistake("CRT210", *ATTEMPT, "only")
def another_task_retried(draft: Draft, attempt: Attempt) -> None:
    attempt.receiver = "refund_order"


@mistake("CRT301", "clause")
def retry_on_any_exception(draft: Draft, attempt: Attempt) -> None:
    attempt.tried = 'send_mail("Receipt", str(order_id), None, ["buyer@example.com"])'
    attempt.caught = "Exception"


@mistake("CRT303", "limit")
def max_retries_zero(draft: Draft, attempt: Attempt) -> None:
    draft.options["max_retries"] = "0"


@mistake("CRT306", "waiting")
def unknown_retry_option(draft: Draft, attempt: Attempt) -> None:
    draft.options["retry_delay"] = "60"


@mistake("CRT312", "delay")
def first_retry_at_once(draft: Draft, attempt: Attempt) -> None:
    attempt.keywords["countdown"] = "60 * self.request.retries"


@mistake("CRT401", *ATTEMPT, "only")
def recursive_sleep_retry(draft: Draft, attempt: Attempt) -> None:
    attempt.before.append("time.sleep(30)")
    attempt.instead = "return charge_order(order_id)"


@mistake("CRT403", "delay")
def sleep_before_retry(draft: Draft, attempt: Attempt) -> None:
    attempt.before.append("time.sleep(30)")


@mistake("CRT404", *ATTEMPT, "only")
def task_requeues_itself(draft: Draft, attempt: Attempt) -> None:
    attempt.instead = "charge_order.apply_async((order_id,), countdown=30)"


@mistake("CRT901", "statement", "throw")
def retry_not_raised(draft: Draft, attempt: Attempt) -> None:
    attempt.raised = False


@mistake("CRT902", "exc", "exhaustion")
def retry_without_exc(draft: Draft, attempt: Attempt) -> None:
    attempt.name = None
    del attempt.keywords["exc"]


@mistake("CRT903", "backoff")
def autoretry_without_backoff(draft: Draft, attempt: Attempt) -> None:
    draft.options.setdefault("autoretry_for", "(TimeoutError,)")


@mistake("CRT904", "backoff")
def backoff_without_jitter(draft: Draft, attempt: Attempt) -> None:
    draft.options.setdefault("autoretry_for", "(TimeoutError,)")
    draft.options |= {"retry_backoff": "5", "retry_jitter": "False"}


#: A task can make one of the two, not both: what a clause swallows is never retried automatically.
CONTRADICTIONS = {
    ("CRT101", "CRT102"),
    ("CRT203", "CRT903"),
    ("CRT203", "CRT904"),
    ("CRT903", "CRT904"),
}


def module_with(first: str, second: str) -> str:
    """The source of a module with both mistakes: in one task where both can be drafted.

    A mistake that is not among the `MISTAKES` stands in the example of its rule's page, behind.
    """
    if first in MISTAKES and second in MISTAKES:
        return task_with(first, second)
    drafted = [code for code in (first, second) if code in MISTAKES]
    draft = Draft(attempts=[Attempt()])
    for code in drafted:
        MISTAKES[code].make(draft, draft.attempts[0])
    examples = [example_of(code) for code in (first, second) if code not in MISTAKES]
    return "\n\n".join([draft.source(), *examples])


def example_of(code: str) -> str:
    """The example of a rule's page, with names that no other example has."""
    example = read_page(code).example
    defined = [node.name for node in ast.parse(example).body if isinstance(node, DEFINITION)]
    for name in defined:
        example = re.sub(rf"\b{name}\b", f"{name}_{code.lower()}", example)
    return example


def task_with(first: str, second: str) -> str:
    """The source of a module with a task that makes both mistakes; both are `MISTAKES`."""
    mistakes = [MISTAKES[first], MISTAKES[second]]
    needs = [mistake.needs for mistake in mistakes]
    apart = bool(needs[0] & needs[1]) or "only" in needs[0] | needs[1]
    draft = Draft(attempts=[Attempt(), Attempt()] if apart else [Attempt()])
    for mistake, attempt in zip(mistakes, [draft.attempts[0], draft.attempts[-1]], strict=True):
        mistake.make(draft, attempt)
    return draft.source()


#: The rules that have a fix.
FIXING = [line.code for line in table() if line.fix != "none"]

PAIRS = [pair for pair in combinations(FIXING, 2) if pair not in CONTRADICTIONS]
#: Those whose mistakes one task makes.
PAIRS_IN_ONE_TASK = [pair for pair in PAIRS if MISTAKES.keys() >= {*pair}]


def settings_for(*codes: str) -> Settings:
    return Settings(opinions=frozenset(code for code in codes if code.startswith("CRT9")))


@cache
def fixed(source: str, *codes: str) -> Outcome:
    """What all fixes make of it; asked for twice, by who reads it and by who runs it."""
    return fix_source(source.encode(), settings_for(*codes), unsafe=True)
