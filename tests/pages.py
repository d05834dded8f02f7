"""The pages of the rules, as the tests read them: the examples stand there and nowhere else."""

from __future__ import annotations

import ast
import re
import textwrap
from dataclasses import dataclass

from project import RULES

_HEADING = re.compile(r"^## +(.+?) *$", re.MULTILINE)
_FENCE = re.compile(r"^```(?:python|py)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:^(?: {4}.*|[ \t]*)\n)+", re.MULTILINE)
_EXPECTATION = re.compile(r"#\s*(CRT\d{3}(?:, *CRT\d{3})*)\s*$")


class PageError(Exception):
    """A page lacks something that the tests read from it."""


@dataclass(frozen=True)
class Page:
    """A rule's page: its code (``CRT101``), title, introduction, and sections by heading."""

    code: str
    title: str
    introduction: str
    sections: dict[str, str]

    def section(self, heading: str) -> str:
        """The text under ``## <heading>``.

        Raises `PageError` when there is none.
        """
        if heading not in self.sections:
            found = ", ".join(self.sections) or "none"
            raise PageError(f"the page of {self.code} has no section {heading!r}; it has: {found}")
        return self.sections[heading]

    @property
    def summary(self) -> str:
        """What the rule finds, in the words of the README's table: the page's first paragraph.

        Raises `PageError` unless it is one line.
        """
        summary = self.introduction.partition("\n\n")[0]
        if not summary or "\n" in summary or "|" in summary or summary.endswith("."):
            raise PageError(
                f"the page of {self.code} has to begin with one line that says what it finds, for "
                f"the README's table: no full stop, no |; it begins with {summary!r}"
            )
        return summary

    @property
    def example(self) -> str:
        """The source of the module that shows the mistake."""
        return self._code("Example")

    @property
    def use_instead(self) -> str:
        """The source of the module that shows how it is done."""
        return self._code("Use instead")

    @property
    def expected(self) -> list[tuple[int, str]]:
        """Line (from 1) and code of every finding in the example, as its comments announce them."""
        return expectations(self.example)

    @property
    def fixed(self) -> str:
        """What the fixer makes of the example, with the safe and the unsafe fixes of this rule."""
        return fixed(self.example, self.code)

    def _code(self, heading: str) -> str:
        blocks = _blocks(self.section(heading))
        if len(blocks) != 1:
            raise PageError(
                f"section {heading!r} of {self.code} has {len(blocks)} code blocks, not one"
            )
        return blocks[0]


def read_page(code: str) -> Page:
    """The page of a rule: the docstring of its file.

    Raises `PageError` when no rule has the code, or its file has no docstring.
    """
    files = sorted(RULES.glob(f"{code.lower()}_*.py"))
    if len(files) != 1:
        raise PageError(f"{len(files)} files in {RULES} have the code {code}, not one")
    text = ast.get_docstring(ast.parse(files[0].read_text(encoding="utf-8")))
    if text is None:
        raise PageError(f"{files[0].name} has no docstring")
    return parse_page(code.upper(), text)


def fixed(source: str, code: str) -> str:
    """What the fixer makes of a source, with the safe and the unsafe fixes of one rule."""
    from flake8_celery_retry.fixing.fixer import fix_source
    from flake8_celery_retry.settings import Settings

    settings = Settings(opinions=frozenset({code}))
    outcome = fix_source(
        source.encode(), settings, unsafe=True, wanted=lambda _lines, finding: finding.code == code
    )
    if outcome.error is not None:
        raise PageError(f"the fixer left the example of {code} alone: {outcome.error}")
    return outcome.source.decode()


def parse_page(code: str, text: str) -> Page:
    """A page from its text: the title, an introduction, and sections under ``## `` headings."""
    title, _, rest = text.strip().partition("\n")
    introduction, *parts = _HEADING.split(rest)
    sections = dict(zip(parts[::2], (part.strip("\n") for part in parts[1::2]), strict=True))
    return Page(code, title.lstrip("# "), introduction.strip(), sections)


def expectations(source: str) -> list[tuple[int, str]]:
    """Line (from 1) and code of every finding that the trailing comments of a source announce."""
    return [
        (number, code)
        for number, line in enumerate(source.splitlines(), 1)
        if (comment := _EXPECTATION.search(line))
        for code in re.split(", *", comment[1])
    ]


def _blocks(text: str) -> list[str]:
    """The code blocks of a section: fenced ones, or else those indented by four spaces."""
    fenced = _FENCE.findall(text + "\n")
    if fenced:
        return fenced
    indented = (textwrap.dedent(block).strip("\n") for block in _INDENTED.findall(text + "\n"))
    return [block + "\n" for block in indented if block]
