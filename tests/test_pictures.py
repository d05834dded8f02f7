"""docs/pictures: what they show is what a worker does, and Celery computes, today."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from project import DOCS


def test_the_pictures_are_drawn_from_runs(tmp_path: Path) -> None:
    draw = [sys.executable, str(DOCS / "pictures.py"), str(tmp_path)]
    said = subprocess.run(draw, capture_output=True, text=True, check=True, timeout=120).stdout

    assert said.startswith("7 runs: 1 from 0, 2 from 1, 3 from 1, ")
    names = {path.name for path in (DOCS / "pictures").iterdir()}
    assert {path.name for path in tmp_path.iterdir()} == names == {"doubling.svg", "backoff.svg"}
    for name in names:
        drawn = (tmp_path / name).read_text(encoding="utf-8")
        assert drawn == (DOCS / "pictures" / name).read_text(encoding="utf-8"), name
