"""A file's text: lines as flake8 reads them, and back to the same bytes."""

from __future__ import annotations

import ast

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flake8_celery_retry.command.reading import lines_of
from flake8_celery_retry.fixing.text import Text, UnreadableText

LINES = st.lists(st.sampled_from(["", "a", "ä", "\t", "\f", "\v\x1c\u2028\x85"]), max_size=6)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def sources(draw):
    lines = draw(LINES)
    text = "".join(line + draw(ENDS) for line in lines)
    mark = draw(st.sampled_from(["", "\ufeff"]))
    return (mark + text + draw(st.sampled_from(["", "end"]))).encode()


@settings(deadline=None)
@given(sources() | st.binary(max_size=40))
def test_lines_are_those_that_flake8_reads_and_bytes_come_back(source):
    try:
        text = Text.read(source)
    except UnreadableText:
        assume(False)
    assert list(text.lines) == lines_of(source)
    assert text.to_bytes() == source


@settings(deadline=None)
@given(sources(), st.data())
def test_lines_that_stay_keep_their_ends(source, data):
    text = Text.read(source)
    first = data.draw(st.integers(0, len(text.lines)))
    last = data.draw(st.integers(first, len(text.lines)))
    kept = data.draw(st.integers(first, last))
    new = [*text.lines[first:kept], "new\n", *text.lines[kept:last]]
    assume(kept == 0 or text.lines[kept - 1].endswith("\n"))
    changed = text.with_changes([(first, last, new)])
    assert changed.ends[:kept] == text.ends[:kept]
    assert changed.ends[kept + 1 :] == text.ends[kept:]
    assert changed.lines[kept] == "new\n"
    assert changed.ends[kept] in {*text.ends, "\n"} - {""}


def test_a_new_line_ends_as_the_lines_around_it():
    text = Text.read(b"a\nb\r\nc\r\nd\n")
    assert text.with_lines(1, 2, ["b\n", "x\n"]).to_bytes() == b"a\nb\r\nx\r\nc\r\nd\n"
    assert text.with_lines(3, 4, ["d\n", "x\n"]).to_bytes() == b"a\nb\r\nc\r\nd\nx\n"


@pytest.mark.parametrize(
    "source",
    [
        b"\xff",
        b"# coding: klingon\n",
        b"# coding: hex\n",
        b"\xef\xbb\xbf# coding: latin-1\n",
        b"# coding: cp1252\n\x81",
        b"# coding: utf-7\n+AOk-\n",
    ],
)
def test_what_can_not_be_read_or_written_back_is_refused(source):
    with pytest.raises(UnreadableText):
        Text.read(source)


@pytest.mark.parametrize("line", ["x = a", "x = 'ä', a", "'\u2028', '𝔸', a"])
def test_columns_count_characters(line):
    text = Text.read(f"\n{line}\n".encode())
    name = next(
        each
        for each in ast.walk(ast.parse(f"\n{line}\n"))
        if isinstance(each, ast.Name) and each.id == "a"
    )
    assert text.column(name.lineno, name.col_offset) == line.index("a")
