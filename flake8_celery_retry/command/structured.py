"""Findings for other programs: JSON of our own, and SARIF 2.1.0.

Both have what text has no room for: where a finding ends, the name and the page of its rule, and
the edits of its fix, with their safety. Lines and columns count from 1, columns in characters; an
end is the place behind the last character.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from .. import __version__
from ..fixing.line_edits import LineEdit, line_edits
from ..fixing.text import Text, UnreadableText
from ..links import DOCUMENTATION, page_url
from ..linting.findings import Finding
from ..rules import all_rules
from .checking import CheckedFile
from .configuration import Run
from .fixer_process import FixerProcess
from .pages import sections_of
from .reading import read_bytes, standard_input
from .verdicts import Verdict, findings_with, style_guide, unchecked

Json = dict[str, Any]

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
SARIF_SCHEMA += "sarif-schema-2.1.0.json"


class Shown(NamedTuple):
    """A finding that flake8 would show, in its file, with the edits of its fix (if it has one)."""

    file: CheckedFile
    finding: Finding
    edits: list[LineEdit]


class Trouble(NamedTuple):
    """Why a file could not be checked, as a finding."""

    file: CheckedFile
    finding: Finding


def write_report(checked: Sequence[CheckedFile], run: Run, form: str) -> tuple[str, bool]:
    """The report in a form (``json`` or ``sarif``), and whether anything is amiss."""
    guide = style_guide(run)
    files = sorted(checked, key=lambda file: file.filename)
    troubles = [Trouble(file, each) for file in files for each in unchecked(guide, file)]
    fixer = FixerProcess(run)
    try:
        found = [
            Shown(file, each, _edits(file, each, fixer))
            for file in files
            for each in findings_with(Verdict.SHOWN, guide, file)
        ]
    finally:
        fixer.close()
    report = _sarif(found, troubles) if form == "sarif" else _json(found, troubles)
    return json.dumps(report, indent=2), bool(found or troubles)


def _edits(file: CheckedFile, finding: Finding, fixer: FixerProcess) -> list[LineEdit]:
    """The edits that a finding's fix would make by itself; none where it has none, or fails."""
    if finding.fix is None:
        return []
    try:
        content = standard_input() if file.path == "-" else read_bytes(file.path)
        old, outcome = Text.read(content), fixer.fix(file.filename, content, finding)
        return list(line_edits(old, Text.read(outcome.source)))
    except (OSError, UnreadableText):
        return []


def _json(found: Sequence[Shown], troubles: Sequence[Trouble]) -> list[Json]:
    names = {rule.code: rule.name for rule in all_rules()}
    entries: list[Json] = [
        {
            "filename": file.filename,
            "location": _place(finding.line, finding.column),
            "end_location": _place(*(finding.end or (finding.line, finding.column))),
            "code": finding.code,
            "name": names.get(finding.code),
            "message": finding.message,
            "url": page_url(finding.code) if finding.code in names else None,
            "fix": None,
        }
        for file, finding in [*[each[:2] for each in found], *troubles]
    ]
    for entry, shown in zip(entries, found, strict=False):
        if shown.finding.fix and shown.edits:
            entry["fix"] = {
                "message": shown.finding.fix.title,
                "applicability": "safe" if shown.finding.fix.safe else "unsafe",
                "edits": [
                    {
                        "location": _place(edit.first, 0),
                        "end_location": _place(*edit.end),
                        "content": edit.content,
                    }
                    for edit in shown.edits
                ],
            }
    return entries


def _place(line: int, column: int) -> dict[str, int]:
    return {"row": max(1, line), "column": column + 1}


def _sarif(found: Sequence[Shown], troubles: Sequence[Trouble]) -> Json:
    codes = sorted({each.finding.code for each in found})
    rules = {rule.code: rule for rule in all_rules()}
    descriptions = [
        {
            "id": code,
            "name": rules[code].name if code in rules else code,
            "shortDescription": {"text": _first_sentence(rules[code].page)},
            "help": {"text": rules[code].page, "markdown": rules[code].page},
            "helpUri": page_url(code),
            "defaultConfiguration": {"level": level_of(code)},
        }
        if code in rules
        else {"id": code}
        for code in codes
    ]
    driver = {
        "name": "flake8-celery-retry",
        "semanticVersion": __version__,
        "informationUri": DOCUMENTATION,
        "rules": descriptions,
    }
    invocation = {
        "executionSuccessful": not troubles,
        "toolExecutionNotifications": [
            {
                "level": "error",
                "message": {"text": f"{finding.code} {finding.message}"},
                "locations": [_location(file, _region(finding, None))],
            }
            for file, finding in troubles
        ],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
        "results": [_result(each, codes.index(each.finding.code)) for each in found],
    }
    return {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}


def _first_sentence(page: str) -> str:
    text = " ".join(sections_of(page).get("What it does", page).split())
    return re.split(r"(?<=[.:]) ", text, maxsplit=1)[0]


def level_of(code: str) -> str:
    """How grave a finding is, in SARIF's words: ``error`` (1xx: the task can't run as written),
    ``note`` (9xx: opinions) or ``warning``."""
    return {"CRT1": "error", "CRT9": "note"}.get(code[:4], "warning")


def _result(shown: Shown, index: int) -> Json:
    finding = shown.finding
    result: Json = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": level_of(finding.code),
        "message": {"text": finding.message},
        "locations": [_location(shown.file, _region(finding, finding.end))],
    }
    if finding.fix and shown.edits:
        replacements = [
            {
                "deletedRegion": {
                    "startLine": edit.first,
                    "startColumn": 1,
                    "endLine": edit.end[0],
                    "endColumn": edit.end[1] + 1,
                },
                "insertedContent": {"text": edit.content},
            }
            for edit in shown.edits
        ]
        change = {"artifactLocation": _artifact(shown.file), "replacements": replacements}
        safety = "safe" if finding.fix.safe else "unsafe"
        result["fixes"] = [
            {
                "description": {"text": f"{finding.fix.title} ({safety})"},
                "artifactChanges": [change],
                "properties": {"applicability": safety},
            }
        ]
    return result


def _location(file: CheckedFile, region: Json) -> Json:
    return {"physicalLocation": {"artifactLocation": _artifact(file), "region": region}}


def _artifact(file: CheckedFile) -> Json:
    name = os.path.normpath(file.filename)
    if os.path.isabs(name):
        return {"uri": "file://" + quote(name.replace(os.sep, "/"))}
    return {"uri": quote(name.replace(os.sep, "/")), "uriBaseId": "%SRCROOT%"}


def _region(finding: Finding, end: tuple[int, int] | None) -> Json:
    region = {"startLine": max(1, finding.line), "startColumn": finding.column + 1}
    if end is not None:
        region.update(endLine=end[0], endColumn=end[1] + 1)
    return region
