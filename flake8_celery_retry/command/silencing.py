"""``check --add-noqa``: silence today's findings, so that tomorrow's stand out."""

from __future__ import annotations

import sys
import tokenize
from collections.abc import Iterable, Mapping
from operator import itemgetter

from flake8.exceptions import ExecutionError
from flake8.style_guide import StyleGuideManager

from ..fixing.text import Text
from ..linting.findings import Finding
from .checking import CheckedFile, FileCheck
from .configuration import Run
from .files import replace_file
from .noqa import add_noqa
from .reading import read_bytes
from .verdicts import Verdict, findings_with, plain_line, style_guide, unchecked
from .wording import counted

#: What is said of a finding that is left.
WHY_LEFT = "left: no comment can, or its line would be too long; --write-baseline can"


def silence(checked: Iterable[CheckedFile], run: Run) -> bool:
    """Add ``noqa`` comments for the findings in these files; whether anything is left.

    Prints how many there were; standard error has a line for everything that is left. Raises
    ``flake8.exceptions.ExecutionError`` where the options make no sense together.
    """
    if "-" in run.options.filenames:
        raise ExecutionError("--add-noqa needs files to write to, not standard input")
    if run.options.disable_noqa:
        raise ExecutionError("--add-noqa and --disable-noqa contradict each other")
    guide, check = style_guide(run), FileCheck(run.options, run.settings)
    silenced = files = 0
    left: list[str] = []
    for file in sorted(checked, key=itemgetter(0)):
        left += [plain_line(file.filename, each) for each in unchecked(guide, file)]
        if not findings_with(Verdict.SHOWN, guide, file):
            continue
        try:
            number, unsilenced = _silence_file(file, check, guide)
        except (OSError, ValueError, SyntaxError, tokenize.TokenError) as error:
            left.append(f"{file.filename}: left alone: {error}")
            continue
        silenced += number
        files += number > 0
        left += [f"{plain_line(file.filename, each)} ({WHY_LEFT})" for each in unsilenced]
    for line in left:
        print(line, file=sys.stderr)
    print(f"silenced {counted(silenced, 'finding')} in {counted(files, 'file')}")
    return bool(left)


def _silence_file(
    file: CheckedFile, check: FileCheck, guide: StyleGuideManager
) -> tuple[int, list[Finding]]:
    """Write a file with comments for its findings: how many they silence, and what is left."""
    content = read_bytes(file.path)
    before = findings_with(Verdict.SHOWN, guide, check.of_content(file.path, content))
    wanted: dict[int, set[str]] = {}
    for finding in before:
        wanted.setdefault(finding.line, set()).add(finding.code)
    text = Text.read(content)
    new = with_comments(text, wanted, guide.options.reason, guide.options.max_line_length)
    after = findings_with(Verdict.SHOWN, guide, check.of_content(file.path, new.to_bytes()))
    if new != text:
        replace_file(file.path, content, new.to_bytes())
    return len(before) - len(after), after


def with_comments(
    text: Text, wanted: Mapping[int, Iterable[str]], reason: str = "", width: int | None = None
) -> Text:
    """The text with ``noqa`` comments for ``wanted``: codes by line (from 1).

    A ``reason`` stands behind the codes of new comments. No line grows longer than ``width``: it
    would be too long for flake8 (E501), and a formatter would break it and take the comment away
    from where it silences something.
    """
    old = text.lines
    for index, line in enumerate(add_noqa(old, wanted, reason)):
        is_too_long = width is not None and len(line.rstrip("\n")) > width
        was_too_long = width is not None and len(old[index].rstrip("\n")) > width
        if line != old[index] and (was_too_long or not is_too_long):
            text = text.with_lines(index, index + 1, [line])
    return text
