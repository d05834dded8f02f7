"""Where ``check`` and ``fix`` are configured, and what they say of a configuration: with flake8,
Flake8-pyproject and flake8-html as people install them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from programs import BAD_TASK, FIXED_TASK, Ended, command, flake8, write

#: A task of a house's own decorator, which CRT201 has something to say about.
HOUSE_TASK = """\
from shop.jobs import job


@job
def charge(self):
    self.retry()
"""


def codes(ended: Ended) -> list[str]:
    return [line.split()[1] for line in ended.lines]


@pytest.mark.parametrize("program", [flake8, command])
@pytest.mark.parametrize(
    "value", ['["shop.jobs.job", "other"]', '"shop.jobs.job, other"'], ids=["list", "text"]
)
def test_flake8_pyproject_may_hand_over_lists(tmp_path: Path, program, value: str) -> None:
    write(
        tmp_path,
        {
            "pyproject.toml": f"[tool.flake8]\nselect = ['CRT']\ncelery-task-decorators = {value}\n"
            "celery-visibility-timeout = 60\nper-file-ignores = ['old.py:CRT']\n",
            "jobs.py": HOUSE_TASK,
            "old.py": HOUSE_TASK,
        },
    )
    ended = program(*(["check"] if program is command else []), cwd=tmp_path)
    assert codes(ended) == ["CRT201"]
    assert ended.errors == ""


@pytest.mark.parametrize(
    ("value", "complaint"),
    [("[1]", "1 is no text"), ("['shop-jobs']", "'shop-jobs' is not a dotted name")],
)
def test_what_is_wrong_in_such_a_list_is_named(tmp_path: Path, value: str, complaint: str) -> None:
    write(tmp_path, {"pyproject.toml": f"[tool.flake8]\ncelery-task-bases = {value}\n"})
    theirs, ours = flake8(cwd=tmp_path), command("check", cwd=tmp_path)
    assert complaint in theirs.output.decode()
    assert complaint in ours.errors
    assert (theirs.status, ours.status) == (1, 2)


OWN = """\
[tool.flake8-celery-retry]
ignore = ["CRT101"]
exclude = ["old"]
celery-task-decorators = ["job"]
celery_visibility_timeout = 60

[tool.flake8-celery-retry.per-file-ignores]
"quiet.py" = ["CRT201", "CRT303"]
"""


def test_our_own_table_configures_check_and_fix(tmp_path: Path) -> None:
    names = ["jobs.py", "quiet.py", "old/jobs.py"]
    write(tmp_path, {**dict.fromkeys(names, HOUSE_TASK), "tasks.py": BAD_TASK})
    write(tmp_path, {"pyproject.toml": OWN})
    ended = command("check", cwd=tmp_path)
    assert [line.split()[:2] for line in ended.lines] == [["./jobs.py:6:5:", "CRT201"]]
    assert command("check", "--config=pyproject.toml", cwd=tmp_path) == ended
    assert command("fix", cwd=tmp_path).status == 1
    assert (tmp_path / "tasks.py").read_text() == BAD_TASK
    below = tmp_path / "shop"
    write(below, {"jobs.py": HOUSE_TASK})
    assert codes(command("check", cwd=below)) == ["CRT201"]
    assert codes(command("check", "--isolated", cwd=tmp_path)) == ["CRT101"]
    assert codes(command("check", "--ignore=CRT201", cwd=tmp_path)) == ["CRT101"]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("selct = ['CRT']", "has a key 'selct', which there is not; did you mean select?"),
        ("max-complexity = 10", "has a key 'max-complexity', which there is not"),
        ("select = [1]", "select must be a list of strings"),
        ("select = true", "select must be a list of strings"),
        ("celery-visibility-timeout = '60'", "celery-visibility-timeout must be a whole number"),
        ("celery-visibility-timeout = true", "celery-visibility-timeout must be a whole number"),
        ("celery-visibility-timeout = 0", "'0' is not a whole number of seconds above 0"),
        ("celery_task_bases = ['a-b']", "'a-b' is not a dotted name"),
        ("count = 1", "count must be true or false"),
        ("per-file-ignores = {'a.py' = 1}", "per-file-ignores must be a table of lists of strings"),
        ("ignore = ['CRT#']", "Error code 'CRT#' supplied to 'ignore' option"),
        ("select = [", "pyproject.toml can't be read: "),
    ],
)
@pytest.mark.parametrize("name", ["check", "fix"])
def test_a_wrong_table_is_an_error_that_names_the_key(
    tmp_path: Path, name: str, line: str, complaint: str
) -> None:
    write(tmp_path, {"pyproject.toml": f"[tool.flake8-celery-retry]\n{line}\n"})
    ended = command(name, cwd=tmp_path)
    assert (ended.status, ended.output) == (2, b"")
    assert complaint in ended.errors


#: Files by their path, and the code that stays silent: each file that is read ignores another one.
ORDER: dict[str, tuple[dict[str, str], list[str]]] = {
    "our table before setup.cfg": (
        {"pyproject.toml": "own", "setup.cfg": "cfg"},
        ["setup.cfg"],
    ),
    "our table before [tool.flake8]": ({"pyproject.toml": "own theirs"}, []),
    "our table alone": ({"pyproject.toml": "own"}, []),
    "[tool.flake8] before setup.cfg": ({"pyproject.toml": "theirs", "setup.cfg": "cfg"}, []),
    "a nearer setup.cfg before our table": ({"../pyproject.toml": "own", "setup.cfg": "cfg"}, []),
    "a nearer table before setup.cfg": ({"pyproject.toml": "own", "../setup.cfg": "cfg"}, []),
    "a nearer [tool.flake8] before our table": (
        {"pyproject.toml": "theirs", "../pyproject.toml": "own"},
        [],
    ),
}
CONTENT = {
    "own": "[tool.flake8-celery-retry]\nignore = ['CRT101']\n",
    "theirs": "[tool.flake8]\nignore = ['CRT201']\n",
    "cfg": "[flake8]\nignore = CRT303\n",
}
SILENT = {"own": "CRT101", "theirs": "CRT201", "cfg": "CRT303"}


@pytest.mark.parametrize(("files", "passed_over"), ORDER.values(), ids=ORDER)
def test_the_nearest_configuration_holds_and_in_a_folder_our_table(
    tmp_path: Path, files: Mapping[str, str], passed_over: list[str]
) -> None:
    folder = tmp_path / "project"
    write(
        folder,
        {name: "".join(CONTENT[each] for each in kinds.split()) for name, kinds in files.items()},
    )
    zero = "\n\n@shared_task(bind=True, max_retries=0)\ndef zero(self):\n    raise self.retry()\n"
    write(folder, {"tasks.py": BAD_TASK + zero})
    ended = command("check", "tasks.py", cwd=folder)
    first = next(iter(files.values())).split()[0]
    expected = {"CRT101", "CRT201", "CRT303"} - {SILENT[first]}
    if first == "cfg" or "../" in next(iter(files)):
        expected = {"CRT101", "CRT201"}
    assert set(codes(ended)) == expected
    assert [name for name in passed_over if name in ended.errors] == passed_over
    assert ended.errors.count("\n") == len(passed_over)


@pytest.mark.parametrize("name", ["check", "fix"])
@pytest.mark.parametrize(
    ("config", "is_silent"),
    [
        ("select = E,F,W", True),
        ("select = E,F,W,B950", True),
        ("ignore = CRT", True),
        ("extend-ignore = C", True),
        ("ignore = C\nextend-select = CRT9", False),
        ("select = E,F,W\nextend-select = CRT", False),
        ("select = C,E", False),
        ("select = E,CRT203", False),
        ("ignore = CRT1", False),
        ("ignore = C\nselect = CRT2", False),
        ("", False),
    ],
)
def test_a_selection_without_our_codes_is_said(
    tmp_path: Path, name: str, config: str, is_silent: bool
) -> None:
    write(tmp_path, {".flake8": f"[flake8]\n{config}\n", "tasks.py": FIXED_TASK})
    ended = command(name, cwd=tmp_path)
    assert ("no CRT code is selected: add CRT to extend-select" in ended.errors) is is_silent
    assert ended.status == 0


def test_a_formatter_with_options_of_its_own_works(tmp_path: Path) -> None:
    config = "[flake8]\nselect = CRT\nformat = html\nhtmldir = report\nrequire-plugins = pyflakes\n"
    write(tmp_path, {"tasks.py": BAD_TASK, "setup.cfg": config})
    ended = command("check", cwd=tmp_path)
    assert (ended.status, ended.errors) == (1, "")
    assert "CRT101" in (tmp_path / "report" / "tasks.report.html").read_text()
    assert command("fix", cwd=tmp_path).status == 0
    assert (tmp_path / "tasks.py").read_text() == FIXED_TASK


#: A distribution that has a formatter, as wemake-python-styleguide has one: with headings and the
#: source in a way of its own, and with an option that its checker adds, which reports every file.
HOUSE_STYLE = {
    "house_style-1.0.dist-info/METADATA": "Name: house-style\nVersion: 1.0\n",
    "house_style-1.0.dist-info/entry_points.txt": (
        "[flake8.extension]\nHSE = house_style:Checker\n"
        "[flake8.report]\nhouse = house_style:Report\n"
    ),
    "house_style.py": """\
from flake8.formatting.base import BaseFormatter

class Checker:
    def __init__(self, tree): ...

    @classmethod
    def add_options(cls, manager):
        manager.add_option("--links", action="store_true", parse_from_config=True)

    def run(self):
        yield 1, 0, "HSE100 not in the style of the house", type(self)

class Report(BaseFormatter):
    def after_init(self):
        self.named = set()

    def handle(self, error):
        if error.filename not in self.named:
            self._write(f"== {error.filename} ==")
            self.named.add(error.filename)
        self._write(self.format(error))
        if self.options.links:
            self._write(f"  -> https://house.example/{error.code}")
        if self.options.show_source and error.physical_line is not None:
            self._write(f"  | {error.physical_line.strip()}")

    def format(self, error):
        return f"  {error.line_number}:{error.column_number} {error.code} {error.text}"

    def stop(self):
        self._write(f"{len(self.named)} files")
""",
}


def test_a_formatter_of_another_plugin_works(tmp_path: Path) -> None:
    config = "[flake8]\nselect = CRT\nformat = house\nshow-source = true\nlinks = true\n"
    config += "require-plugins = house-style\n"
    project, packages = tmp_path / "project", tmp_path / "packages"
    write(project, {"tasks.py": BAD_TASK, "setup.cfg": config})
    write(packages, HOUSE_STYLE)
    environment = {"PYTHONPATH": str(packages)}
    ours = command("check", cwd=project, environment=environment)
    theirs = flake8(cwd=project, environment=environment)
    assert (ours.output, ours.status, ours.errors) == (theirs.output, 1, "")
    assert ours.lines[0] == "== ./tasks.py =="
    assert ours.lines[1].startswith("  4:1 CRT101 send_receipt ")
    assert ours.lines[2:] == [
        "  -> https://house.example/CRT101",
        "  | def send_receipt():",
        "1 files",
    ]
    missing = command("check", cwd=project)
    assert missing.status == 2
    assert "house-style" in missing.errors
    assert command("fix", "--require-plugins=", cwd=project).status == 0


BROKEN = {
    "at import": ("nowhere = 1 / 0\n", 'failed to load plugin "local" due to division by zero'),
    "its options": (
        "class Report:\n    def __init__(self, options): ...\n"
        "    @classmethod\n    def add_options(cls, manager): {}['klingon']\n",
        "a bug in broken, KeyError: 'klingon'",
    ),
    "its report": (
        "from flake8.formatting.base import BaseFormatter\n"
        "class Report(BaseFormatter):\n    def format(self, error): return {}['klingon']\n",
        "a bug in broken, KeyError: 'klingon'",
    ),
}


@pytest.mark.parametrize(("source", "complaint"), BROKEN.values(), ids=BROKEN)
def test_what_breaks_in_another_plugin_is_said_to_be_that_plugins(
    tmp_path: Path, source: str, complaint: str
) -> None:
    config = "[flake8]\nformat = broken\n[flake8:local-plugins]\npaths = plugins\n"
    config += "report = broken = broken:Report\n"
    write(tmp_path, {"plugins/broken.py": source, "tox.ini": config, "tasks.py": BAD_TASK})
    ended = command("check", "tasks.py", cwd=tmp_path)
    assert (ended.status, ended.output) == (2, b"")
    assert complaint in ended.errors
    assert ended.errors.count("\n") == 1


def test_a_format_string_that_asks_for_something_unknown_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"tasks.py": BAD_TASK})
    ended = command("check", "--format=%(klingon)s", cwd=tmp_path)
    assert (ended.status, ended.output) == (2, b"")
    assert "there is no 'klingon' to show, only path, row, col, code, text" in ended.errors


@pytest.mark.parametrize(
    ("line", "status", "complaint"),
    [
        ("check . >&-", 2, "standard output is closed"),
        ("fix . >&-", 2, "standard output is closed"),
        ("rule --all >&-", 2, "standard output is closed"),
        ("check - <&-", 2, "standard input is closed"),
        ("fix - <&-", 2, "standard input is closed"),
        ("check . >/dev/full", 2, "No space left on device"),
        ("fix --diff . >/dev/full", 2, "No space left on device"),
        ("rule CRT101 >/dev/full", 2, "No space left on device"),
        ("check --output-file=/dev/full .", 2, "No space left on device"),
        ("check --output-file=tasks.py/report .", 2, "tasks.py"),
        ("check . 2>&-", 1, ""),
        ("fix --diff . 2>&-", 1, ""),
        ("fix --diff . 2>/dev/full", 2, ""),
    ],
)
def test_a_stream_that_takes_or_gives_nothing_costs_one_line(
    tmp_path: Path, line: str, status: int, complaint: str
) -> None:
    write(tmp_path, {"tasks.py": BAD_TASK})
    program = f"'{sys.executable}' -m flake8_celery_retry {line}"
    ended = subprocess.run(["sh", "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode == status
    assert complaint in ended.stderr
    assert ended.stderr.count("flake8-celery-retry: ") == bool(complaint)
    assert (tmp_path / "tasks.py").read_text() == BAD_TASK
