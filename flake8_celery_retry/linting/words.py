"""Words: what a file must hold for a rule to find anything, as the rules' files say.

A rule whose findings need no word of a retry says so by itself, in its file: ``WORDS =
("expires",)``. The files are read as text: to know that a file can be skipped, no rule is needed.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

RULES = Path(__file__).parent.parent / "rules"
_ASSIGNMENT = re.compile(r"^WORDS = (\((?:[^()\n]|\n)*\))$", re.MULTILINE)


@cache
def words_of_rules() -> tuple[str, ...]:
    """The words of all rules, sorted: a file that holds one of them, and a task, may hold a
    finding."""
    words: set[str] = set()
    for path in RULES.glob("crt*.py"):
        for match in _ASSIGNMENT.finditer(path.read_text(encoding="utf-8")):
            words.update(ast.literal_eval(match[1]))
    return tuple(sorted(words))
