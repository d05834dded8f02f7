"""Remembering: a question that several rules ask is answered once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from .module import Module


class Subject(Protocol):
    """What a question is about: it knows its module, and is itself alone (no equal twin)."""

    @property
    def module(self) -> Module: ...


About = TypeVar("About", bound=Subject)
Answer = TypeVar("Answer")


def remembered(question: Callable[[About], Answer]) -> Callable[[About], Answer]:
    """Make a question about a task, a retry call or a handler one that its module remembers the
    answer to."""

    @wraps(question)
    def ask(subject: About) -> Answer:
        answers: dict[About, Answer] = subject.module.answers.setdefault(question, {})
        if subject not in answers:
            answers[subject] = question(subject)
        return answers[subject]

    return ask
