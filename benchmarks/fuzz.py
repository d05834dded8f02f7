"""Modules by chance, linted and fixed: what must be true of every module is true of these.

``python benchmarks/fuzz.py --seed 1 --runs 20000`` draws modules from a grammar of tasks;
``--changed`` changes real ones instead (fixtures, Celery's and Django's sources). The same seed
draws the same modules. Each 200 of them are also given to ``flake8`` and ``check``, which must say
the same. Prints what was seen, and on a failure the module that is to blame (one of the grammar as
small as it can be made); then the exit status is 1.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, Phase, given, seed, settings

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from changed_modules import changed, real_modules  # where the path says
from grammar import modules  # where the path says
from invariants import Seen, check_module, is_readable  # where the path says

LOT = 200


class Lots:
    """Keeps modules until there are enough of them for a run of flake8."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []

    def add(self, source: bytes) -> None:
        """Keep a module; compare the two programs when the lot is full."""
        if is_readable(source):
            self.waiting.append(source)
        if len(self.waiting) >= LOT:
            self.compare()

    def compare(self) -> None:
        """Whether flake8 and ``check`` say the same of those that wait."""
        self._compare(self.waiting)
        self.waiting = []

    def _compare(self, sources: Sequence[bytes]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for number, source in enumerate(sources):
                (Path(folder) / f"module{number:03}.py").write_bytes(source)
            ours = printed("flake8_celery_retry", "check", folder=folder)
            theirs = printed("flake8", folder=folder)
        if theirs is not None:
            assert ours == theirs, f"flake8 and check differ:\n{(ours, theirs, sources)}"
        elif len(sources) > 1:  # flake8 dies of one of them
            half = len(sources) // 2
            self._compare(sources[:half])
            self._compare(sources[half:])


def printed(*program: str, folder: str) -> list[str] | None:
    """What a program prints about a folder; ``None`` if a plugin (pyflakes) dies of a module."""
    arguments = ["--isolated", "--select=CRT,E9", "--extend-select=CRT9", "-j1", "."]
    line = [sys.executable, "-m", *program, *arguments]
    ended = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)
    died = "Traceback" in ended.stderr or "failed during execution" in ended.stdout
    return None if died else ended.stdout.splitlines()


def draw_modules(number: int, runs: int, seen: Seen) -> None:
    """Check modules of the grammar."""
    lots = Lots()

    @seed(number)
    @settings(
        max_examples=runs,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(modules())
    def check(source: str) -> None:
        check_module(source.encode(), seen)
        lots.add(source.encode())

    check()
    lots.compare()


def change_modules(number: int, runs: int, seen: Seen) -> None:
    """Check real modules with changes."""
    chance = Random(number)
    sources = [path.read_text(encoding="utf-8") for path in real_modules()]
    lots = Lots()
    failures = 0
    for run in range(runs):
        source = readable_change(sources, chance)
        try:
            check_module(source.encode(), seen)
            lots.add(source.encode())
        except Exception:
            failures += 1
            print(f"change {run} of seed {number}:\n{source}")
            traceback.print_exc(limit=-3)
    lots.compare()
    assert not failures, f"{failures} modules failed"


def readable_change(sources: list[str], chance: Random) -> str:
    """A changed module that is Python, most times: what a change breaks is tried again."""
    source = ""
    for _ in range(4):
        source = changed(chance.choice(sources), sources, chance)
        if is_readable(source.encode()):
            break
    return source


def main() -> None:
    """Read the arguments, run, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--changed", action="store_true")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    seen = Seen()
    fuzz = change_modules if arguments.changed else draw_modules
    try:
        fuzz(arguments.seed, arguments.runs, seen)
    finally:
        print(f"{seen.modules} modules, {seen.unreadable} of them no Python")
        print("found:", ", ".join(f"{code} {n}" for code, n in sorted(seen.found.items())))
        print("fixed:", ", ".join(f"{code} {n}" for code, n in sorted(seen.fixed.items())))
        for kind, count in seen.failed.most_common():
            print(f"fix failed {count} times: {': '.join(kind)}")
            print("    " + seen.examples[kind].replace("\n", "\n    "))


if __name__ == "__main__":
    main()
