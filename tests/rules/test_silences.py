"""What stays silent is shown: each sentence of that section of a page is a look-alike.

A comment in a ``lookalike*.py`` of the rule says which: ``# silent: a task with base=`` names the
sentence by its first words, above or beside the code that it speaks of. What stands between two
semicolons is a sentence, too. Where another rule speaks instead, the code stands in
``other_rules_speak*.py``.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pages import read_page
from project import FIXTURES
from rulebook import codes

MARK = re.compile(r"#\s*silent: (.+?)\s*$", re.MULTILINE)
#: A sentence ends with a semicolon, or with a full stop before a capital letter or code.
END = re.compile(r";\s+|(?<=\.)\s+(?=[A-Z`(])")

by_code = pytest.mark.parametrize("code", codes())


def words(text: str) -> str:
    """The text without backticks, line breaks and capitals, so that only words count."""
    return " ".join(text.replace("`", "").split()).rstrip(".").lower()


def sentences(code: str) -> list[str]:
    """What the page says stays silent, sentence by sentence."""
    return [words(each) for each in END.split(read_page(code).section("What stays silent"))]


def marks(code: str) -> list[tuple[Path, str]]:
    """The marks in the look-alikes of a rule, and where they stand."""
    [folder] = (FIXTURES / "rules").glob(f"{code.lower()}_*")
    files = sorted([*folder.glob("lookalike*.py"), *folder.glob("other_rules_speak*.py")])
    return [(path, words(mark)) for path in files for mark in MARK.findall(path.read_text("utf-8"))]


@by_code
def test_every_mark_is_the_beginning_of_one_sentence(code: str) -> None:
    for path, mark in marks(code):
        meant = [sentence for sentence in sentences(code) if sentence.startswith(mark)]
        assert len(meant) == 1, f"{path.name}: {mark!r} begins {len(meant)} sentences of {code}"


@by_code
def test_every_sentence_has_a_lookalike(code: str) -> None:
    shown = [mark for _, mark in marks(code)]
    owed = [each for each in sentences(code) if not any(map(each.startswith, shown))]
    assert owed == [], f"mark what shows it with # silent: {owed[0]}"
