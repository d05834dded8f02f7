"""Real modules with something changed in them, by chance: what people write, and what they have in
between."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from random import Random

FIXTURES = Path(__file__).parent.parent / "fixtures"

#: What stands in for a token.
TOKENS = [
    "self", "exc", "retry", "task", "bind", "True", "None", "max_retries", "(", ")", ",", ":", "=",
    "raise", "return", "except", "as", "yield", "await", "*", "**", "0", "'größe'", ".", "if",
    "else", "lambda", "async", "#", ";", "\\\n", "\f", "ｓelf", "...", "not", "\t",
]  # fmt: skip


def real_modules() -> list[Path]:
    """The fixtures, and the modules of Celery and Django that say ``task`` and ``retry``."""
    paths = sorted(FIXTURES.rglob("*.py"))
    for package in ("celery", "django"):
        spec = find_spec(package)
        for folder in spec.submodule_search_locations or () if spec else ():
            paths += [path for path in sorted(Path(folder).rglob("*.py")) if _is_about_it(path)]
    return paths


def _is_about_it(path: Path) -> bool:
    content = path.read_bytes()
    return b"task" in content and b"retry" in content and len(content) < 40_000


def changed(source: str, others: Sequence[str], chance: Random) -> str:
    """A source with one to four changes; ``others`` are sources to take lines from."""
    for _ in range(chance.randint(1, 4)):
        source = chance.choice(CHANGES)(source, others, chance)
    return source


def _line_gone(source: str, others: Sequence[str], chance: Random) -> str:
    lines = source.splitlines(keepends=True)
    if lines:
        del lines[chance.randrange(len(lines))]
    return "".join(lines)


def _line_twice(source: str, others: Sequence[str], chance: Random) -> str:
    lines = source.splitlines(keepends=True)
    if lines:
        at = chance.randrange(len(lines))
        lines.insert(chance.randrange(len(lines)), lines[at])
    return "".join(lines)


def _line_of_another(source: str, others: Sequence[str], chance: Random) -> str:
    lines = source.splitlines(keepends=True)
    theirs = [line for line in chance.choice(others).splitlines(keepends=True) if line.strip()]
    if lines and theirs:
        at = chance.randrange(len(lines))
        indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())].rstrip("\n")
        lines.insert(at, indent + chance.choice(theirs).lstrip())
    return "".join(lines)


def _task_of_another(source: str, others: Sequence[str], chance: Random) -> str:
    return source + "\n\n" + chance.choice(others)


def _comment(source: str, others: Sequence[str], chance: Random) -> str:
    lines = source.splitlines(keepends=True)
    if lines:
        at = chance.randrange(len(lines))
        lines[at] = lines[at].rstrip("\n") + "  # größe\n"
    return "".join(lines)


def _token(source: str, others: Sequence[str], chance: Random) -> str:
    """One token is another one, gone, or has other space before it."""
    places = list(_tokens(source))
    if not places:
        return source
    start, end = chance.choice(places)
    new = chance.choice([*TOKENS, "", source[start:end] + " ", " " + source[start:end]])
    return source[:start] + new + source[end:]


def _two_tokens(source: str, others: Sequence[str], chance: Random) -> str:
    """Two tokens change places."""
    places = list(_tokens(source))
    if len(places) < 2:
        return source
    (a, b), (c, d) = sorted(chance.sample(places, 2))
    return source[:a] + source[c:d] + source[b:c] + source[a:b] + source[d:]


def _tabs(source: str, others: Sequence[str], chance: Random) -> str:
    return source.replace("    ", "\t")


def _further_in(source: str, others: Sequence[str], chance: Random) -> str:
    head = chance.choice(["if True:\n", "class Orders:\n", "def outer():\n", "try:\n"])
    body = "".join("    " + line for line in source.splitlines(keepends=True))
    return head + body + ("\nfinally: pass\n" if head == "try:\n" else "")


CHANGES = [
    _line_gone, _line_twice, _line_of_another, _comment, _token, _token, _two_tokens, _tabs,
    _further_in, _task_of_another,
]  # fmt: skip


def _tokens(source: str) -> Iterator[tuple[int, int]]:
    """Where the tokens of a source begin and end, as far as it can be read."""
    starts = [0]
    for line in io.StringIO(source):
        starts.append(starts[-1] + len(line))
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.string.strip() and token.type != tokenize.COMMENT:
                (line, column), (last, end) = token.start, token.end
                yield starts[line - 1] + column, starts[last - 1] + end
    except (SyntaxError, tokenize.TokenError):
        return
