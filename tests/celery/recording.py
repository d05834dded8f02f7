"""What the worker made of the code on the rules' pages: written down for the site (``--record``),
and compared with what is written there in every other session."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import celery
from laboratory import MOST_RUNS, Observation
from pages import Page, PageError, fixed
from project import DOCS


class Recording:
    """What was seen, by rule: a row for each experiment and code."""

    def __init__(self) -> None:
        self.rules: dict[str, list[dict[str, Any]]] = {}

    def note(self, page: Page, experiment: str, seen: Sequence[tuple[str, Observation]]) -> None:
        """Keep what was seen of the example and of the code to use instead, as they stand on the
        page (or as the fixer makes it); the first run of each in an experiment."""
        rows = self.rules.setdefault(page.code, [])
        known = {(row["experiment"], row["code"]) for row in rows}
        for row in rows_of(page, experiment, seen):
            if (row["experiment"], row["code"]) not in known:
                known.add((row["experiment"], row["code"]))
                rows.append(row)

    def write(self, file: Path) -> None:
        """Write a file: a row a line, so that a difference can be read."""
        rules = ",\n".join(
            f'  "{code}": [\n   ' + ",\n   ".join(map(_as_json, rows)) + "\n  ]"
            for code, rows in sorted(self.rules.items())
            if rows
        )
        versions = "".join(f' "{name}": "{version}",\n' for name, version in VERSIONS.items())
        file.write_text(f'{{\n{versions} "rules": {{\n{rules}\n }}\n}}\n', encoding="utf-8")


def rows_of(
    page: Page, experiment: str, seen: Sequence[tuple[str, Observation]]
) -> list[dict[str, Any]]:
    """A row for each code of a page that an experiment ran: the first run of it."""
    rows: dict[str, dict[str, Any]] = {}
    for source, observation in seen:
        code = name_of(page, source)
        if code is not None and code not in rows:
            rows[code] = {"experiment": experiment, "code": code, **told(observation)}
    return list(rows.values())


def differences(page: Page, rows: Sequence[dict[str, Any]]) -> list[str]:
    """What a worker did otherwise than is written down, of the same Celery and Python. What is not
    written down yet is no difference."""
    recording = recorded()
    if any(recording[name] != version for name, version in VERSIONS.items()):
        return []
    written = {
        (row["experiment"], row["code"]): row for row in recording["rules"].get(page.code, [])
    }
    return [
        f"seen: {row}, written down: {known}"
        for row in rows
        if (known := written.get((row["experiment"], row["code"]), row)) != row
    ]


@cache
def recorded() -> dict[str, Any]:
    """What is written down."""
    recording: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return recording


#: What the words of an error may depend on.
VERSIONS = {
    "celery": celery.__version__,
    "python": ".".join(platform.python_version_tuple()[:2]),
}

#: Where the site reads it.
FILE = DOCS / "runs.json"


def _as_json(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False)


def name_of(page: Page, source: str) -> str | None:
    """Which code of a page a source is; None: another."""
    if source == page.example:
        return "example"
    if source == page.use_instead:
        return "use instead"
    return "fixed" if source == _fixed(page.code, page.example) else None


@cache
def _fixed(code: str, example: str) -> str | None:
    try:
        return fixed(example, code)
    except PageError:
        return None


#: What is another each time: where an object lay in memory, the id of a task, the port of a server,
#: the number of the module that the laboratory made of an example.
ACCIDENTS = {
    r" at 0x[0-9a-f]+": "",
    r"\[[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\]": "[…]",
    r"(127\.0\.0\.1:|port=)\d+": r"\g<1>80",
    r"\bexample_\d+\.": "tasks.",
}


def without_accidents(failure: str) -> str:
    """The text of an error as it is each time."""
    for accident, each_time in ACCIDENTS.items():
        failure = re.sub(accident, each_time, failure)
    return failure


def told(seen: Observation) -> dict[str, Any]:
    """The runs of a task, how each ended, and what its sender reads in the end."""
    runs = f"stopped after {MOST_RUNS}" if seen.is_endless else str(seen.runs)
    failure = seen.failure and without_accidents(seen.failure)
    ends = [(end or "no end", len(list(same))) for end, same in groupby(seen.ends)]
    shown = [f"{end} × {count}" if count > 1 else end for end, count in ends]
    return {"runs": runs, "ends": ", ".join(shown), "state": seen.state, "failure": failure}
