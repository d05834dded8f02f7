"""Modules by chance, linted and fixed: what must be true of every module is true of these.

``python benchmarks/fuzz.py --seed 1 --runs 20000`` draws modules from a grammar of tasks;
``--changed`` changes real ones instead (fixtures, Celery's and Django's sources). They come in
lots of 200, each drawn by itself: ``--from 4000`` goes on where a run of the same seed was stopped.
A whole lot is also given to ``flake8`` and ``check``, which must say the same. Prints a line a
lot, and at once each module that fails, then made smaller for up to a minute; at the end
what was seen. The exit status is 1 if one failed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, Phase, given, seed, settings

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from changed_modules import changed, real_modules  # where the path says
from grammar import modules  # where the path says
from invariants import Seen, check_module, is_readable  # where the path says

LOT = 200

#: How long a module that fails is made smaller, in seconds.
SMALLER_FOR = 60.0

Draw = Callable[[str, int], list[str]]


def drawn(name: str, size: int) -> list[str]:
    """Modules of the grammar; the same for the same name."""
    sources: list[str] = []

    @seed(Random(name).getrandbits(64))
    @settings(
        max_examples=size,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(modules())
    def keep(source: str) -> None:
        sources.append(source)

    keep()
    return sources[:size]


def changed_ones() -> Draw:
    """Draws real modules with changes."""
    real = [path.read_text(encoding="utf-8") for path in real_modules()]

    def draw(name: str, size: int) -> list[str]:
        chance = Random(name)
        return [readable_change(real, chance) for _ in range(size)]

    return draw


def readable_change(sources: list[str], chance: Random) -> str:
    """A changed module that is Python, most times: what a change breaks is tried again."""
    source = ""
    for _ in range(4):
        source = changed(chance.choice(sources), sources, chance)
        if is_readable(source.encode()):
            break
    return source


def trouble(source: str, seen: Seen) -> Exception | None:
    """What is amiss when a module is linted and fixed."""
    try:
        check_module(source.encode(), seen)
    except Exception as error:
        return error
    return None


def smaller(source: str, error: Exception) -> str:
    """The module without the lines that the trouble doesn't need, as far as time allows."""
    end = time.monotonic() + SMALLER_FOR
    lines = source.splitlines(keepends=True)
    size = len(lines) // 2
    while size:
        at = 0
        while at < len(lines):
            fewer = lines[:at] + lines[at + size :]
            if time.monotonic() > end:
                return "".join(lines)
            if _is_same(trouble("".join(fewer), Seen()), error):
                lines = fewer
            else:
                at += size
        size //= 2
    return "".join(lines)


def _is_same(error: Exception | None, other: Exception) -> bool:
    """Whether two troubles are one: of a kind, at one place."""
    return error is not None and _place(error) == _place(other)


def _place(error: Exception) -> tuple[type[Exception], str, int | None]:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return type(error), last.filename, last.lineno


def disagreement(sources: Sequence[str]) -> str | None:
    """What ``flake8`` and ``check`` say differently of some modules."""
    with tempfile.TemporaryDirectory() as folder:
        for number, source in enumerate(sources):
            (Path(folder) / f"module{number:03}.py").write_bytes(source.encode())
        ours = printed("flake8_celery_retry", "check", folder=folder)
        theirs = printed("flake8", folder=folder)
    if theirs is None:  # flake8 dies of one of them
        half = len(sources) // 2
        parts = (sources[:half], sources[half:]) if half else ()
        return next((found for part in parts if (found := disagreement(part))), None)
    if ours == theirs:
        return None
    lines = sorted(set(ours or []) ^ set(theirs))
    number = int(lines[0].partition("module")[2][:3]) if lines else 0
    return "\n".join(["flake8 and check differ:", *lines, "in", sources[number]])


def printed(*program: str, folder: str) -> list[str] | None:
    """What a program prints about a folder; ``None`` if a plugin (pyflakes) dies of a module."""
    arguments = ["--isolated", "--select=CRT,E9", "--extend-select=CRT9", "-j1", "."]
    line = [sys.executable, "-m", *program, *arguments]
    ended = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)
    died = "Traceback" in ended.stderr or "failed during execution" in ended.stdout
    return None if died else ended.stdout.splitlines()


def check_lot(sources: Sequence[str], seen: Seen) -> int:
    """Check some modules; print those that fail; how many these are."""
    failures = 0
    for source in sources:
        error = trouble(source, seen)
        if error is not None:
            failures += 1
            print("".join(traceback.format_exception(error)), source, sep="\n", flush=True)
            print(f"made smaller:\n{smaller(source, error)}", flush=True)
    differs = disagreement([source for source in sources if is_readable(source.encode())])
    if differs is not None:
        failures += 1
        print(differs, flush=True)
    return failures


def main() -> None:
    """Read the arguments, run, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--from", dest="first", type=int, default=0, help="a multiple of 200")
    parser.add_argument("--changed", action="store_true")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    seen, failures = Seen(), 0
    draw = changed_ones() if arguments.changed else drawn
    start = time.monotonic()
    for first in range(arguments.first, arguments.runs, LOT):
        size = min(LOT, arguments.runs - first)
        failures += check_lot(draw(f"{arguments.seed}/{first}", size), seen)
        seconds = time.monotonic() - start
        print(f"{first + size} of {arguments.runs}: {failures} failed, {seconds:.0f} s", flush=True)
    print(f"{seen.modules} modules, {seen.unreadable} of them no Python, {failures} failed")
    print("found:", ", ".join(f"{code} {n}" for code, n in sorted(seen.found.items())))
    print("fixed:", ", ".join(f"{code} {n}" for code, n in sorted(seen.fixed.items())))
    for kind, count in seen.failed.most_common():
        print(f"fix failed {count} times: {': '.join(kind)}")
        print("    " + seen.examples[kind].replace("\n", "\n    "))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
