"""The pages of the rules as the command shows them: which, and how they look on a terminal."""

from __future__ import annotations

import difflib
import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from ..links import page_url
from ..rules import Rule, all_rules
from .colours import BOLD, CYAN, coloured, wants_colour

#: A page is never wider than this, however wide the terminal.
WIDTH = 80

SECTION = re.compile(r"^## +(.+?) *$", re.MULTILINE)
TITLE = re.compile(r"^# (?P<name>.+) \((?P<code>CRT\d+)\)$")
CODE_IN_TEXT = re.compile(r"`+([^`]+)`+")
LIST_ITEM = re.compile(r"(?:[-*]|\d+\.) ")


class NoSuchRule(ValueError):
    """A word that names no rule."""


def named_rules(words: Sequence[str]) -> list[Rule]:
    """The rules that words name, in their order: a code, the beginning of codes, or a name.

    Raises :class:`NoSuchRule` for the first word that names none.
    """
    rules: dict[str, Rule] = {}
    for word in words:
        named = [
            rule
            for rule in all_rules()
            if (word and rule.code.startswith(word.upper())) or rule.name == word.lower()
        ]
        if not named:
            names = [name for rule in all_rules() for name in (rule.code, rule.name)]
            close = difflib.get_close_matches(word, names, 1)
            hint = f"did you mean {close[0]}?" if close else "rule --list names them all"
            raise NoSuchRule(f"there is no rule {word}; {hint}")
        rules.update((rule.code, rule) for rule in named)
    return list(rules.values())


def sections_of(page: str) -> dict[str, str]:
    """The text under each of a page's headings."""
    parts = SECTION.split(page)
    return {heading: text.strip() for heading, text in zip(parts[1::2], parts[2::2], strict=True)}


def as_data(rule: Rule) -> dict[str, Any]:
    """A rule as it is written to JSON."""
    return {
        "code": rule.code,
        "name": rule.name,
        "is_on_by_default": not rule.is_opinion,
        "url": page_url(rule.code),
        "sections": sections_of(rule.page),
    }


def listed(rules: Sequence[Rule]) -> str:
    """A line for each rule."""
    lines = (f"{rule.code}  {rule.name}{'  (off)' * rule.is_opinion}\n" for rule in rules)
    return "".join(lines)


def show_pages(rules: Sequence[Rule]) -> None:
    """Write pages to standard output: rendered, and by a pager if need be, on a terminal."""
    pages = "\n\n".join(rule.page.rstrip() for rule in rules) + "\n"
    if not sys.stdout.isatty():
        print(pages, end="")
        return
    size = shutil.get_terminal_size()
    text = rendered(pages, min(WIDTH, size.columns), in_colour=wants_colour(sys.stdout))
    if text.count("\n") < size.lines or not _paged(text):
        print(text, end="")


def _paged(text: str) -> bool:
    """Whether the user's pager showed a text."""
    pager = os.environ.get("PAGER") or shutil.which("less") or shutil.which("more")
    if pager is None or os.environ.get("TERM") == "dumb":
        return False
    environment = {"LESS": "FRX", **os.environ}  # colours, and no waiting for what fits
    try:
        done = subprocess.run(
            pager, shell=True, input=text.encode(errors="replace"), env=environment, check=False
        )
    except OSError:
        return False
    return done.returncode not in {126, 127}  # a shell's for what can't be run


def rendered(page: str, width: int, *, in_colour: bool) -> str:
    """Pages of Markdown as a terminal shows them."""
    return "".join(f"{line}\n" for line in _rendered_lines(page, width, in_colour))


def _rendered_lines(page: str, width: int, in_colour: bool) -> Iterator[str]:
    paragraph: list[str] = []
    code: list[str] = []
    is_code = False
    for line in [*page.splitlines(), ""]:
        is_fence = line.startswith("```")
        is_heading = not is_code and line.startswith("#")
        if is_code or is_fence or is_heading or not line or LIST_ITEM.match(line):
            yield from _wrapped(paragraph, width, in_colour)
            paragraph = []
        if is_fence:
            if is_code:
                yield from _indented(code, width, in_colour)
            is_code, code = not is_code, []
        elif is_code:
            code.append(line)
        elif is_heading:
            yield _heading(line, in_colour)
        elif line:
            paragraph.append(line)
        else:
            yield ""


def _indented(code: Sequence[str], width: int, in_colour: bool) -> Iterator[str]:
    """A block of code, indented as far as its longest line leaves room."""
    indent = " " * max(0, min(4, width - max(map(len, code), default=0)))
    for line in code:
        yield coloured(indent + line, CYAN) if in_colour and line else (indent + line).rstrip()


def _heading(line: str, in_colour: bool) -> str:
    if title := TITLE.match(line):
        line = f"{title['code']} {title['name']}"
        return coloured(line, BOLD) if in_colour else f"{line}\n{'=' * len(line)}"
    line = line.lstrip("# ")
    return coloured(line, BOLD) if in_colour else f"{line}\n{'-' * len(line)}"


def _wrapped(paragraph: Sequence[str], width: int, in_colour: bool) -> Iterator[str]:
    """A paragraph in lines, its code in colour (which may go over the end of a line)."""
    text = " ".join(line.strip() for line in paragraph)
    if not in_colour:
        yield from _filled(text, width)
        return
    filled = "\n".join(_filled(text, width))
    shown = CODE_IN_TEXT.sub(lambda code: coloured(code[1], CYAN), filled)
    yield from shown.splitlines()


def _filled(text: str, width: int) -> list[str]:
    item = LIST_ITEM.match(text)
    indent = " " * (item.end() if item else 0)
    return textwrap.wrap(
        text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
