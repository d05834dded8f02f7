"""``check --add-noqa``: silence today's findings, so that tomorrow's stand out."""

from __future__ import annotations

import sys
import tokenize
from collections.abc import Iterable, Mapping
from operator import itemgetter

from flake8.exceptions import ExecutionError
from flake8.style_guide import StyleGuideManager

from ..fixing.text import Text, UnreadableText
from ..linting.findings import Finding
from .checking import CheckedFile, FileCheck
from .configuration import Run
from .files import replace_file
from .noqa import add_noqa
from .reading import read_bytes
from .verdicts import Verdict, findings_with, plain_line, style_guide, unchecked
from .wording import counted


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
        except (OSError, UnreadableText, SyntaxError, tokenize.TokenError) as error:
            left.append(f"{file.filename}: left alone: {error}")
            continue
        silenced += number
        files += number > 0
        left += [f"{plain_line(file.filename, each)} (left: no comment can)" for each in unsilenced]
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
    new = with_comments(Text.read(content), wanted).to_bytes()
    after = findings_with(Verdict.SHOWN, guide, check.of_content(file.path, new))
    if new != content:
        replace_file(file.path, content, new)
    return len(before) - len(after), after


def with_comments(text: Text, wanted: Mapping[int, Iterable[str]]) -> Text:
    """The text with ``noqa`` comments for ``wanted``: codes by line (from 1)."""
    old = text.lines
    for index, line in enumerate(add_noqa(old, wanted)):
        if line != old[index]:
            text = text.with_lines(index, index + 1, [line])
    return text
