"""Remembering: a question that several rules ask is answered once."""

from __future__ import annotations

import ast
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
Node = TypeVar("Node", bound=ast.AST)
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


def remembered_for_node(
    question: Callable[[Module, Node], Answer],
) -> Callable[[Module, Node], Answer]:
    """The same for a question about a node of a module."""

    @wraps(question)
    def ask(module: Module, node: Node) -> Answer:
        answers: dict[Node, Answer] = module.answers.setdefault(question, {})
        if node not in answers:
            answers[node] = question(module, node)
        return answers[node]

    return ask
