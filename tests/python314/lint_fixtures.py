"""What runs in Python 3.14: flake8 over every fixture, each line held against its expectation.

No process can be started there, and no compiled package imported: flake8 runs in this one, and the
fixes, which need libcst, stay out.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from fixture_files import LINTED, Findings, expected, name, needs_newer_python, opinions_of

FINDING = re.compile(r"(?P<path>.+?):(?P<line>\d+):\d+: (?P<code>\w+) ")


def main() -> int:
    """Print a line for each difference, and a count; 1 where there is any."""
    differences = 0
    for opinions in sorted({opinions_of(path) for path in LINTED}, key=sorted):
        paths = [path for path in LINTED if opinions_of(path) == opinions]
        found = reported(paths, opinions)
        for path in paths:
            for line, code in sorted(found.get(path, set()) ^ expected(path)):
                differences += 1
                what = "missed" if (line, code) in expected(path) else "false"
                print(f"{name(path)}:{line}: {code} {what}")
    new = [path for path in LINTED if path.stem.endswith("_py314")]
    version = ".".join(map(str, sys.version_info[:3]))
    print(f"Python {version}: {len(LINTED)} fixtures, {len(new)} of them in its own syntax")
    too_new = [name(path) for path in LINTED if needs_newer_python(path)]
    assert new, "no fixture shows the syntax of Python 3.14"
    assert not too_new, too_new
    print(f"{len(LINTED) - differences} passed, {differences} failed")
    return int(differences > 0)


def reported(paths: list[Path], opinions: frozenset[str]) -> dict[Path, Findings]:
    """What flake8 reports: ours, and what it says of a file that it can't read."""
    from flake8.main import cli  # it must not look for its plugins before the path is set

    output = Path("/tmp/findings.txt")
    output.unlink(missing_ok=True)
    select = ["--select=CRT,E9", *(f"--extend-select={code}" for code in opinions)]
    cli.main(["--isolated", "-j1", f"--output-file={output}", *select, *map(str, paths)])
    found: dict[Path, Findings] = {}
    for line in output.read_text().splitlines():
        match = FINDING.match(line)
        assert match, line
        found.setdefault(Path(match["path"]), set()).add((int(match["line"]), match["code"]))
    return found
