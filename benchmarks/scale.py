"""What ``check`` costs over more and more files: ``python benchmarks/scale.py [FOLDER…]``.

Real files (those of packages.py, or of the given folders), repeated until there are 1,000, 10,000
and 100,000 of them. Prints the processor seconds (user and system, all processes) of a run over
each tree, the same for 1,000 files, and the most memory that its processes held together at one
moment (what they share counted once). Memory is sampled from Linux' ``/proc``.
"""

from __future__ import annotations

import itertools
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from packages import fetch

SIZES = (1_000, 10_000, 100_000)
COMMAND = [sys.executable, "-m", "flake8_celery_retry", "check", "--isolated", "-q", "."]
#: Files of one folder.
IN_A_FOLDER = 200
#: Seconds between two samples of memory.
PAUSE = 0.02


def make_tree(folder: Path, sources: Sequence[Path], size: int) -> None:
    """Put so many files into a folder: the sources over and over, as hard links."""
    for number, source in enumerate(itertools.islice(itertools.cycle(sources), size)):
        inner = folder / f"package{number // IN_A_FOLDER}"
        if number % IN_A_FOLDER == 0:
            inner.mkdir()
        os.link(source, inner / f"module{number % IN_A_FOLDER}.py")


def descendants(process: int) -> Iterator[int]:
    """The numbers of a process and of those it started."""
    yield process
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from descendants(int(child))


def held(processes: Iterable[int]) -> int:
    """The kilobytes that processes hold in memory."""
    total = 0
    for process in processes:
        shares = Path(f"/proc/{process}/smaps_rollup").read_text()
        found = re.search(r"^Pss: +(\d+) kB", shares, re.MULTILINE)
        total += int(found[1]) if found else 0
    return total


def measure(folder: Path) -> tuple[float, int]:
    """The processor seconds of a run over a folder, and its most memory in kilobytes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    most = 0
    with subprocess.Popen(COMMAND, cwd=folder, stdout=subprocess.DEVNULL) as running:
        while running.poll() is None:
            with suppress(OSError):  # one of them has just ended
                most = max(most, held(descendants(running.pid)))
            time.sleep(PAUSE)
    assert running.returncode in {0, 1}, f"check exited with {running.returncode}"
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, most


def main() -> None:
    folders = [Path(path) for path in sys.argv[1:]] or fetch()
    real = sorted(path for folder in folders for path in folder.rglob("*.py") if path.is_file())
    print(f"{len(real):,} real files\n")
    print("| files | processor time | for 1,000 files | memory |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        sources = [Path(folder, f"{number}.py") for number in range(len(real))]
        for path, copy in zip(real, sources, strict=True):
            copy.write_bytes(path.read_bytes())
        for size in SIZES:
            tree = Path(folder, str(size))
            tree.mkdir()
            # Files of all kinds in the small trees too.
            make_tree(tree, sources[:: max(1, len(sources) // size)], size)
            seconds, memory = measure(tree)
            each = seconds * 1000 / size
            print(
                f"| {size:,} | {seconds:.2f} s | {each:.2f} s | {memory / 1024:.0f} MB |",
                flush=True,
            )


if __name__ == "__main__":
    main()
