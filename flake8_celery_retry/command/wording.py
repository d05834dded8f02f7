"""The words that several of the command's lines have in common."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def on_one_line(text: str) -> str:
    """A text in which what no screen shows is written out: a file's name may hold a line end, or
    what would colour a terminal."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _written_out(each) for each in text)


def _written_out(character: str) -> str:
    return character.encode("unicode_escape").decode()
