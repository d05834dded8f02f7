"""``check --write-baseline``: record today's findings, so that tomorrow's stand out."""

from __future__ import annotations

import ast
import os
import sys
from collections import Counter
from collections.abc import Iterable

from flake8.exceptions import ExecutionError

from ..linting.baseline import Entry, Known, kinds_of, path_in, read_baseline, written
from .checking import CheckedFile
from .configuration import Run
from .files import replace_file
from .reading import lines_of, read_bytes
from .verdicts import Verdict, findings_with, plain_line, style_guide, unchecked
from .wording import counted, on_one_line


def record(checked: Iterable[CheckedFile], run: Run) -> bool:
    """Write the findings in these files to the baseline; whether a file couldn't be checked.

    Entries of files that were not looked at stay, and so do reasons. Raises
    ``flake8.exceptions.ExecutionError`` where it is not said which file that is, and ``OSError``
    where it can't be written.
    """
    baseline = run.options.celery_baseline
    if not baseline:
        raise ExecutionError(
            "name the file first: celery-baseline = ./celery-baseline.json in the configuration"
        )
    if "-" in run.options.filenames:
        raise ExecutionError("--write-baseline needs files, not standard input")
    guide = style_guide(run)
    is_incomplete = False
    found: Counter[Known] = Counter()
    looked_at = set()
    for file in checked:
        looked_at.add(path_in(baseline, file.path))
        for trouble in unchecked(guide, file):
            is_incomplete = True
            print(on_one_line(plain_line(file.filename, trouble)), file=sys.stderr)
        if findings := findings_with(Verdict.SHOWN, guide, file):
            tree = ast.parse("".join(lines_of(read_bytes(file.path))))
            found.update(kinds_of(findings, tree, baseline, file.path))
    old = read_baseline(baseline) if os.path.exists(baseline) else ()
    reasons = {entry.known: entry.reason for entry in old}
    entries = [
        Entry(known, count, reasons.get(known, run.options.reason))
        for known, count in found.items()
    ]
    folder = os.path.dirname(os.path.abspath(baseline))
    entries += [
        entry
        for entry in old
        if entry.known.path not in looked_at
        and os.path.exists(os.path.join(folder, entry.known.path))
    ]
    _write(baseline, written(entries).encode())
    recorded = {entry.known for entry in entries}
    gone = sum(entry.known not in recorded for entry in old)
    also = f"; {gone} of its entries are gone" if gone else ""
    print(f"recorded {counted(found.total(), 'finding')} in {os.path.relpath(baseline)}{also}")
    return is_incomplete


def _write(path: str, content: bytes) -> None:
    if os.path.exists(path):
        if (old := read_bytes(path)) != content:
            replace_file(path, old, content)
        return
    with open(path, "xb") as file:
        file.write(content)
