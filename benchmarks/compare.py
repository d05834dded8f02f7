"""Other linters on fixtures/comparison: what each reports, and how long it takes.

    python benchmarks/compare.py --semgrep-rules FOLDER

installs each tool into an environment of its own under build/comparison, runs it on the module,
and writes what came out into docs/comparison.md, between its two comments. It needs PyPI. FOLDER
is a checkout of https://github.com/semgrep/semgrep-rules, of which the folder ``python`` is used;
semgrep's own way to get it, its registry, needs another host. The times are medians of whole
processes, run in turn.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import subprocess
import sys
import venv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import NamedTuple

from timing import Measured, interleaved

PROJECT = Path(__file__).parent.parent
FOLDER = PROJECT / "fixtures" / "comparison"
MODULE = FOLDER / "tasks.py"
PAGE = PROJECT / "docs" / "comparison.md"
ENVIRONMENTS = PROJECT / "build" / "comparison"

#: Where the page keeps what is made here.
BEGINNING = "<!-- made by benchmarks/compare.py -->"
END = "<!-- end of what benchmarks/compare.py made -->"

#: A code in so many of the eight tasks says nothing about the mistake in one of them.
MOST = 4

FLAKE8_PLUGINS = (
    "flake8-async",
    "flake8-bandit",
    "flake8-blind-except",
    "flake8-bugbear",
    "flake8-builtins",
    "flake8-comprehensions",
    "flake8-logging",
    "flake8-pie",
    "flake8-return",
    "flake8-simplify",
    "tryceratops",
)


class Report(NamedTuple):
    """What a tool says of a line (from 1)."""

    line: int
    code: str


def of_flake8(output: str) -> Iterator[Report]:
    """What flake8, and whatever prints as it does, reports."""
    for found in re.finditer(r"^[^\n:]*tasks\.py:(\d+):\d+: (\w+)", output, re.MULTILINE):
        yield Report(int(found[1]), found[2])


def of_ruff(output: str) -> Iterator[Report]:
    """What ruff reports as JSON."""
    for found in json.loads(output):
        yield Report(found["location"]["row"], found["code"])


def of_pylint(output: str) -> Iterator[Report]:
    """What pylint reports as JSON."""
    for found in json.loads(output):
        yield Report(found["line"], f"{found['message-id']} {found['symbol']}")


def of_semgrep(output: str) -> Iterator[Report]:
    """What semgrep reports as JSON."""
    for found in json.loads(output)["results"]:
        yield Report(found["start"]["line"], found["check_id"].rpartition(".")[2])


def of_celery_audit(output: str) -> Iterator[Report]:
    """What celery-audit reports in words: of the module, and of the settings as line 0."""
    for found in re.finditer(r"^ +\w+ +(CEL\d+)  ([\w.]+):(\d+):", output, re.MULTILINE):
        yield Report(int(found[3]) if found[2] == MODULE.name else 0, found[1])


@dataclass(frozen=True)
class Tool:
    """A tool: how the page calls it, what to install, its arguments, how to read its output."""

    name: str
    requirements: Sequence[str]
    arguments: Sequence[str]
    read: Callable[[str], Iterable[Report]]

    @property
    def bin(self) -> Path:
        """Where its environment has programs."""
        return ENVIRONMENTS / re.sub(r"\W+", "-", self.name) / "bin"

    @property
    def command(self) -> list[str]:
        """Its command line."""
        return [str(self.bin / self.arguments[0]), *self.arguments[1:]]

    def install(self) -> None:
        """Install the newest versions; remove its environment to have them newer."""
        if not self.bin.exists():
            venv.create(self.bin.parent, with_pip=True)
            pip = [str(self.bin / "python"), "-m", "pip", "install", "--quiet"]
            subprocess.run([*pip, *self.requirements], check=True)

    def versions(self) -> str:
        """The versions of what was installed by name."""
        names = [Path(name).name for name in self.requirements]
        ask = "import sys, importlib.metadata as m; print(*map(m.version, sys.argv[1:]))"
        shown = [name for name in names if name not in {"celery", "requests"}]
        names = ["flake8-celery-retry" if name == PROJECT.name else name for name in shown]
        run = [str(self.bin / "python"), "-c", ask, *names]
        versions = subprocess.run(run, check=True, capture_output=True, text=True).stdout.split()
        return ", ".join(map(" ".join, zip(names, versions, strict=True)))

    def reports(self) -> list[Report]:
        """What it says."""
        run = subprocess.run(self.command, capture_output=True, text=True, cwd=FOLDER, env=QUIET)
        if run.returncode not in STATUSES:
            sys.exit(f"{self.name} exited with {run.returncode}: {run.stderr}")
        return sorted(self.read(run.stdout))


#: pylint's status is a sum.
STATUSES = range(32)

#: semgrep is not to ask anybody for a newer version, or to tell what it found.
QUIET = {**os.environ, "SEMGREP_SEND_METRICS": "off", "SEMGREP_ENABLE_VERSION_CHECK": "0"}


def tools(semgrep_rules: Path) -> list[Tool]:
    """The tools, in the order of the page's columns."""
    module, settings = str(MODULE), str(FOLDER / "celeryconfig.py")
    flake8 = ("flake8", "--isolated", "--max-line-length=100", module)
    ruff = ("ruff", "check", "--isolated", "--no-cache", "--preview", "--select=ALL")
    pylint = ("pylint", "--load-plugins=pylint_celery", "--output-format=json", module)
    semgrep = ("semgrep", "scan", f"--config={semgrep_rules / 'python'}", "--metrics=off", "--json")
    ours = ("flake8-celery-retry", "check", "--isolated", module)
    return [
        Tool("flake8 and 11 plugins", ("flake8", *FLAKE8_PLUGINS), flake8, of_flake8),
        Tool("ruff, all rules", ("ruff",), (*ruff, "--output-format=json", module), of_ruff),
        Tool(
            "pylint and pylint-celery",
            ("pylint", "pylint-celery", "celery", "requests"),
            pylint,
            of_pylint,
        ),
        Tool("semgrep", ("semgrep",), (*semgrep, module), of_semgrep),
        Tool(
            "celery-audit",
            ("celery-audit",),
            ("celery-audit", str(FOLDER), "--config", settings),
            of_celery_audit,
        ),
        Tool("flake8-celery-retry", (str(PROJECT),), ours, of_flake8),
    ]


class Task(NamedTuple):
    """A task of the module: its name and lines."""

    name: str
    lines: range


def tasks() -> list[Task]:
    """The tasks of the module."""
    found = []
    for node in ast.parse(MODULE.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            first = min(decorator.lineno for decorator in node.decorator_list)
            span = range(first, (node.end_lineno or first) + 1)
            found.append(Task(node.name, span))
    return found


def table(said: dict[str, list[Report]]) -> Iterator[str]:
    """What each tool says of each task, but for what it says of most of them; ours first."""
    *others, ours = said
    names = [ours, *others]
    yield f"| task | {' | '.join(names)} |"
    yield "|" + " --- |" * (len(names) + 1)
    common = {name: said_of_most(reports) for name, reports in said.items()}
    for task in tasks():
        cells = []
        for name in names:
            found = {report.code for report in said[name] if report.line in task.lines}
            own = sorted(found - common[name])
            # The site makes a link of a code of ours that stands in prose.
            shown = own if name == ours else [f"`{code}`" for code in own]
            cells.append(", ".join(shown) or "–")
        yield f"| `{task.name}` | {' | '.join(cells)} |"


def said_of_most(reports: Iterable[Report]) -> set[str]:
    """The codes that a tool reports in most tasks alike."""
    where = defaultdict(set)
    for report in reports:
        for task in tasks():
            if report.line in task.lines:
                where[report.code].add(task.name)
    return {code for code, names in where.items() if len(names) >= MOST}


def the_rest(said: dict[str, list[Report]]) -> Iterator[str]:
    """What is not in the table: said of most tasks, or outside of all."""
    for name, reports in said.items():
        common = said_of_most(reports)
        rest = Counter(
            report.code
            for report in reports
            if report.code in common or not any(report.line in task.lines for task in tasks())
        )
        if rest:
            shown = ", ".join(f"`{code}` × {count}" for code, count in sorted(rest.items()))
            yield f"- {name}: {shown}"


def costs(tools: Sequence[Tool], runs: int) -> Iterator[str]:
    """How long each takes for the module."""
    os.environ.update(QUIET)
    measured = [Measured(tool.name, tool.command, STATUSES) for tool in tools]
    interleaved(measured, runs)
    yield "| tool | processor time | by the clock | versions |"
    yield "| --- | --- | --- | --- |"
    for tool, each in zip(tools, measured, strict=True):
        wall, processor = median(each.wall), median(each.processor)
        yield f"| {tool.name} | {processor:.2f} s | {wall:.2f} s | {tool.versions()} |"


def made(tools: Sequence[Tool], runs: int) -> str:
    """What the page shows of a run of this script."""
    said = {tool.name: tool.reports() for tool in tools}
    source = re.sub(r"expect: ", "", MODULE.read_text(encoding="utf-8"))
    parts = [
        f"```python\n{source}```",
        "\n".join(table(said)),
        "Not in the table is what a tool says of at least half of the tasks alike, or of the "
        "module or its\nsettings:",
        "\n".join(the_rest(said)),
        "\n".join(costs(tools, runs)),
        f"Python {sys.version.partition(' ')[0]}, medians of {runs} runs in turn.",
    ]
    return "\n\n".join(parts)


def main() -> None:
    """Install, run, write the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--semgrep-rules", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    chosen = tools(arguments.semgrep_rules.resolve())
    for tool in chosen:
        tool.install()
    seen = made(chosen, arguments.runs)
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGINNING)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGINNING}\n\n{seen}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
