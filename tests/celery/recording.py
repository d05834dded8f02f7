"""What the worker made of the code on the rules' pages, written down for the site."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import celery
from laboratory import MOST_RUNS, Observation
from pages import Page, PageError


class Recording:
    """What was seen, by rule: a row for each experiment and code."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.rules: dict[str, list[dict[str, Any]]] = {}

    def note(self, page: Page, experiment: str, seen: Sequence[tuple[str, Observation]]) -> None:
        """Keep what was seen of the example and of the code to use instead, as they stand on the
        page (or as the fixer makes it); the first run of each in an experiment."""
        rows = self.rules.setdefault(page.code, [])
        known = {(row["experiment"], row["code"]) for row in rows}
        for source, observation in seen:
            code = name_of(page, source)
            if code is not None and (experiment, code) not in known:
                known.add((experiment, code))
                rows.append({"experiment": experiment, "code": code, **told(observation)})

    def write(self) -> None:
        """Write the file: a row a line, so that a difference can be read."""
        rules = ",\n".join(
            f'  "{code}": [\n   ' + ",\n   ".join(map(_as_json, rows)) + "\n  ]"
            for code, rows in sorted(self.rules.items())
            if rows
        )
        text = f'{{\n "celery": "{celery.__version__}",\n "rules": {{\n{rules}\n }}\n}}\n'
        self.file.write_text(text, encoding="utf-8")


def _as_json(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False)


def name_of(page: Page, source: str) -> str | None:
    """Which code of a page a source is; None: another."""
    if source == page.example:
        return "example"
    if source == page.use_instead:
        return "use instead"
    try:
        return "fixed" if source == page.fixed else None
    except PageError:
        return None


def told(seen: Observation) -> dict[str, Any]:
    """The runs of a task, how each ended, and what its sender reads in the end."""
    runs = f"stopped after {MOST_RUNS}" if seen.is_endless else str(seen.runs)
    # Where an object lay in memory says nothing.
    failure = seen.failure and re.sub(r" at 0x[0-9a-f]+", "", seen.failure)
    ends = [(end or "no end", len(list(same))) for end, same in groupby(seen.ends)]
    shown = [f"{end} × {count}" if count > 1 else end for end, count in ends]
    return {"runs": runs, "ends": ", ".join(shown), "state": seen.state, "failure": failure}
