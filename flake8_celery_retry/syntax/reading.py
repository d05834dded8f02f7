"""Reading: a question about an expression is answered once, and never without end.

Ten lines of Python can say something that takes a year to work out (``b = a + a``, ``c = b + b``…),
or that has no end (``a = a + 1``). Whatever follows names and parts of expressions is a question
asked through :func:`reading`: the answer is remembered for the node, so that the work grows with
the number of nodes, and what goes deeper than anybody writes is unreadable.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

#: Steps from an expression into its parts and the values of its names.
DEPTH = 24
#: The elements, arms or entries of one expression that are listed; real code has some ten.
MOST = 500


class Memory:
    """What was read in a module, and how deep the question is that is being answered now."""

    def __init__(self) -> None:
        self.answers: dict[Any, dict[ast.expr, Any]] = {}
        self.depth = 0


#: A method of something with a ``memory``, about an expression.
Question = TypeVar("Question", bound=Callable[[Any, ast.expr], Any])


def reading(unreadable: Callable[[ast.expr], Any]) -> Callable[[Question], Question]:
    """Make a method about an expression one that remembers its answers and comes to an end.

    ``unreadable`` gives the answer for an expression that is read already on the way to itself, or
    that lies too deep.
    """

    def decorate(question: Question) -> Question:
        @wraps(question)
        def ask(reader: Any, expression: ast.expr) -> Any:
            memory: Memory = reader.memory
            answers = memory.answers.setdefault(question, {})
            if expression in answers:
                return answers[expression]
            if memory.depth == DEPTH:
                return unreadable(expression)
            answers[expression] = unreadable(expression)
            memory.depth += 1
            try:
                answers[expression] = answer = question(reader, expression)
            finally:
                memory.depth -= 1
            return answer

        return cast(Question, ask)

    return decorate
