"""``check`` prints exactly the CRT lines that flake8 prints, and ends as its help says."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from programs import BAD_TASK, FIXED_TASK, command, flake8, on_terminal, write

#: A finding with characters before it that take more than one byte, or two places.
WIDE_TASK = """\
from celery import shared_task

@shared_task
def send(): text = 'ü😀'; self.retry()
"""

#: A project with a finding in most of its files, some of them hidden by one thing or another.
PROJECT: dict[str, str | bytes] = {
    "tasks.py": BAD_TASK,
    "clean.py": FIXED_TASK,
    "unrelated.py": "import  os\n",
    "orders/tasks.py": BAD_TASK + "\n\n" + BAD_TASK,
    "orders/legacy.py": BAD_TASK,
    "orders/noqa.py": BAD_TASK.replace("():", "():  # noqa: CRT101"),
    "orders/noqa_all.py": BAD_TASK.replace("():", "():  # NoQA"),
    "orders/noqa_other.py": BAD_TASK.replace("():", "():  # noqa: E501"),
    "orders/noqa_prefix.py": BAD_TASK.replace("():", "():  # noqa:E501,CRT"),
    "orders/whole_file.py": "# flake8: noqa\n" + BAD_TASK,
    "orders/whole_file_late.py": BAD_TASK + "\n# FLAKE8:NOQA\n",
    "orders/no_file.py": BAD_TASK.replace("():", "():  # flake8: noqa"),
    "orders/backslash.py": BAD_TASK.replace("def send", "def \\\n    send"),
    "orders/windows.py": BAD_TASK.replace("\n", "\r\n"),
    "orders/latin.py": "# coding: latin-1\n# ü\n".encode("latin-1") + BAD_TASK.encode(),
    "orders/wide.py": WIDE_TASK,
    "orders/broken.py": BAD_TASK + "def (:\n",
    "orders/nested/deep.py": "if True:\n    " + BAD_TASK.replace("\n", "\n    ").rstrip(" "),
    "made/tasks.py": BAD_TASK,
    "orders/tasks.txt": BAD_TASK,
    "orders/script": BAD_TASK,
}

CONFIGURED = """\
[flake8]
exclude = made
extend-exclude = orders/legacy.py
per-file-ignores =
    orders/nested/*: CRT1
    tasks.py: CRT301
extend-ignore = E203
extend-select = CRT9
max-line-length = 100
max-complexity = 10
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path, PROJECT)
    return tmp_path


def is_ours(line: str) -> bool:
    """Whether a line of flake8's is about a retry, or a file that it can't read or parse."""
    return bool(re.search(r"\b(CRT\d{3}|E9\d\d)\b", line))


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["."],
        ["orders", "tasks.py"],
        ["tasks.py", "./tasks.py", "tasks.py"],
        ["missing.py", "orders/script", "orders/tasks.txt"],
        ["--jobs=2"],
        ["--select=CRT"],
        ["--select=CRT,E9"],
        ["--select=E,CRT301"],
        ["--ignore=E203,CRT101"],
        ["--ignore=CRT1", "--select=CRT101"],
        ["--extend-ignore=CRT"],
        ["--extend-ignore=E999"],
        ["--per-file-ignores=orders/*:CRT101,E999"],
        ["--disable-noqa"],
        ["--exclude=orders"],
        ["--extend-exclude=orders/nested,*latin*"],
        ["--filename=*.txt,script"],
        ["--max-line-length=20", "--max-complexity=3", "--builtins=_", "--doctests"],
        ["--format=pylint"],
        ["--format=%(path)s|%(row)d|%(col)d|%(code)s|%(text)s"],
        ["--config=strict.cfg"],
        ["--append-config=strict.cfg"],
        ["--isolated"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("configured", [False, True], ids=["plain", "configured"])
def test_prints_the_lines_of_flake8(project: Path, arguments: list[str], configured: bool) -> None:
    write(project, {"strict.cfg": "[flake8]\nselect = CRT\nper-file-ignores = tasks.py: CRT1\n"})
    if configured:
        write(project, {".flake8": CONFIGURED})
    theirs = flake8(*arguments, cwd=project)
    ours = command("check", *arguments, cwd=project)
    expected = [line for line in theirs.lines if is_ours(line)]
    assert ours.lines == expected
    assert ours.status == (1 if expected or ours.errors else 0)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--show-source"],
        ["--count"],
        ["--statistics", "--count"],
        ["--color=always"],
        ["-q"],
        ["-qq", "--count"],
        ["--exit-zero"],
        ["--show-source", "--no-show-source", "--tee", "--output-file=out.txt"],
        ["--output-file=out/report.txt"],
    ],
    ids=" ".join,
)
def test_reports_as_flake8_does(tmp_path: Path, arguments: list[str]) -> None:
    ended = {}
    for program in (flake8, command):
        folder = tmp_path / program.__name__
        write(folder, {**PROJECT, ".flake8": "[flake8]\nselect = CRT,E9\n"})
        prefix = [] if program is flake8 else ["check"]
        run = program(*prefix, *arguments, cwd=folder)
        files = [path.read_bytes() for path in sorted(folder.glob("out*/*"))]
        files += [path.read_bytes() for path in folder.glob("out.txt")]
        ended[program] = run.status, run.output, files
    assert ended[command] == ended[flake8]


def test_standard_input_has_the_name_it_is_given(tmp_path: Path) -> None:
    write(tmp_path, {"setup.cfg": "[flake8]\nper-file-ignores = quiet.py: CRT\n"})
    for arguments in [["-"], ["--stdin-display-name=shop/tasks.py", "-"]]:
        ours = command("check", *arguments, cwd=tmp_path, stdin=BAD_TASK.encode())
        theirs = flake8("--select=CRT", *arguments, cwd=tmp_path, stdin=BAD_TASK.encode())
        assert (ours.output, ours.status) == (theirs.output, 1)
    named = ["--stdin-display-name=quiet.py", "-"]
    assert command("check", *named, cwd=tmp_path, stdin=BAD_TASK.encode()).status == 0


def test_a_clean_project_is_silent(tmp_path: Path) -> None:
    write(tmp_path, {"tasks.py": FIXED_TASK, "empty.py": ""})
    ended = command("check", cwd=tmp_path)
    assert (ended.status, ended.output, ended.errors) == (0, b"", "")


FORMATTER = """\
from flake8.formatting.base import BaseFormatter

class Listing(BaseFormatter):
    @classmethod
    def add_options(cls, manager):
        manager.add_option("--listing-prefix", default="", parse_from_config=True)

    def beginning(self, filename):
        self._write(f"{self.options.listing_prefix}begin {filename}")

    def finished(self, filename):
        self._write(f"end {filename}")

    def format(self, error):
        return f"{error.line_number} {error.code}"
"""


@pytest.mark.parametrize("arguments", [[], ["--listing-prefix=>"]])
def test_formatters_of_other_packages_work(tmp_path: Path, arguments: list[str]) -> None:
    config = "[flake8]\nformat = listing\nselect = CRT\nexclude = plugins\n"
    config += "[flake8:local-plugins]\npaths = plugins\nreport = listing = listing:Listing\n"
    write(
        tmp_path,
        {
            "plugins/listing.py": FORMATTER,
            ".flake8": config,
            "tasks.py": BAD_TASK,
            "clean.py": "",
        },
    )
    ours = command("check", *arguments, cwd=tmp_path)
    assert ours.output == flake8(*arguments, cwd=tmp_path).output
    assert "4 CRT101" in ours.lines
    assert any(line.endswith("begin ./clean.py") for line in ours.lines)


def test_what_a_word_for_a_format_means_is_up_to_flake8(tmp_path: Path) -> None:
    """A name that no formatter has is the format itself."""
    write(tmp_path, {"tasks.py": BAD_TASK})
    arguments = ["--select=CRT", "--format=klingon"]
    ours, theirs = command("check", *arguments, cwd=tmp_path), flake8(*arguments, cwd=tmp_path)
    assert ours.lines == theirs.lines == ["klingon"]


CHECKER = """\
from pathlib import Path

Path("imported").touch()

class Checker:
    def __init__(self, tree):
        pass

    @staticmethod
    def add_options(manager):
        manager.add_option("--checker-level", type=int)

    def run(self):
        yield 1, 0, "XYZ100 found", type(self)
"""


def test_other_checkers_are_left_out_and_their_options_accepted(tmp_path: Path) -> None:
    config = "[flake8]\nchecker-level = 1\n"
    config += "[flake8:local-plugins]\npaths = plugins\nextension = XYZ = checker:Checker\n"
    write(tmp_path, {"plugins/checker.py": CHECKER, "tox.ini": config, "tasks.py": BAD_TASK})
    ended = command("check", "tasks.py", cwd=tmp_path)
    assert [line[:24] for line in ended.lines] == ["tasks.py:4:1: CRT101 send"[:24]]
    assert not (tmp_path / "imported").exists()
    with_option = command("check", "--checker-level", "2", "tasks.py", cwd=tmp_path)
    assert with_option == ended


@pytest.mark.parametrize(
    ("arguments", "config", "message"),
    [
        (["--no-such-option"], "", "unrecognized arguments: --no-such-option"),
        (["--jobs=many"], "", "argument -j/--jobs: 'many' must be 'auto' or an integer"),
        (["--max-line-length=x"], "", "invalid int value: 'x'"),
        (["--config=missing.cfg"], "", "The specified config file does not exist: missing.cfg"),
        (["--require-plugins=flake8-klingon"], "", "missing: flake8-klingon"),
        ([], "max-line-length = x", "invalid literal for int() with base 10: 'x'"),
        ([], "ignore = E203 # why", "Error code '#' supplied to 'ignore' option"),
        ([], "per-file-ignores = :::", "Expected `per-file-ignores` to be a mapping"),
        ([], "celery-visibility-timeout = x", "'x' is not a whole number of seconds above 0"),
        (["--add-noqa", "-"], "", "--add-noqa needs files to write to"),
    ],
)
def test_wrong_usage_is_named(
    tmp_path: Path, arguments: list[str], config: str, message: str
) -> None:
    write(tmp_path, {".flake8": f"[flake8]\n{config}\n", "tasks.py": BAD_TASK})
    ended = command("check", *arguments, cwd=tmp_path)
    assert ended.status == 2
    assert ended.output == b""
    assert message in ended.errors


def test_flake8s_own_plugins_may_be_required(tmp_path: Path) -> None:
    write(tmp_path, {"tasks.py": BAD_TASK})
    ended = command("check", "--require-plugins=pyflakes,flake8_celery.retry", cwd=tmp_path)
    assert [line.split()[1] for line in ended.lines] == ["CRT101"]


@pytest.mark.parametrize(
    ("arguments", "shown", "status"),
    [
        ([], "output", 1),
        (["--select=CRT"], "errors", 1),
        (["--select=CRT", "--exit-zero"], "errors", 0),
        (["--extend-ignore=E999,E902"], "", 0),
        (["--select=CRT", "--exclude=broken.py,missing.py"], "", 0),
    ],
)
def test_a_file_that_cannot_be_checked_is_named(
    tmp_path: Path, arguments: list[str], shown: str, status: int
) -> None:
    write(tmp_path, {"broken.py": BAD_TASK + "def (:\n"})
    ended = command("check", *arguments, "broken.py", "missing.py", cwd=tmp_path)
    printed = {"output": ended.lines, "errors": ended.errors.splitlines(), "": []}[shown]
    assert [line.split(":")[0] for line in printed] == (
        ["broken.py", "missing.py"] if shown else []
    )
    assert ended.status == status


def write_many(folder: Path, number: int, content: str) -> None:
    """Write a file under so many names: as many files to a program, one to the disk."""
    write(folder, {"tasks0.py": content})
    for another in range(1, number):
        (folder / f"tasks{another}.py").hardlink_to(folder / "tasks0.py")


def test_nobody_need_read_to_the_end(tmp_path: Path) -> None:
    write_many(tmp_path, 2000, BAD_TASK)
    line = [sys.executable, "-m", "flake8_celery_retry", "check"]
    with subprocess.Popen(
        line, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout
        assert running.stderr
        assert b"CRT101" in running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == b""


def test_many_files_are_checked_as_few_are(tmp_path: Path) -> None:
    """So many that the other processors are called in, whatever their number."""
    write_many(tmp_path, 2700, "x = 1\n")
    write(tmp_path, {f"tasks{number}5.py": BAD_TASK for number in range(2700, 3000)})
    together = command("check", "--jobs=3", cwd=tmp_path)
    alone = command("check", "--jobs=1", cwd=tmp_path)
    assert together == alone
    assert len(together.lines) == 300


#: Three files, each of which takes so many seconds by a clock that only they move.
WATCHING = """
import sys
from flake8_celery_retry.command.progress import with_progress
seconds = 0.0
for _ in with_progress(range(3), 3, "checked", lambda: seconds):
    seconds += float(sys.argv[1])
"""


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        ("0.3", b""),
        ("0.4", b"\rchecked 3 of 3 files" + b"\r" + b" " * 20 + b"\r"),
        ("0.7", b"\rchecked 2 of 3 files\rchecked 3 of 3 files" + b"\r" + b" " * 20 + b"\r"),
    ],
)
def test_a_terminal_sees_a_long_run_come_along(tmp_path: Path, seconds: str, shown: bytes) -> None:
    assert errors_on_terminal(["-c", WATCHING, seconds], tmp_path) == shown
    piped = subprocess.run(
        [sys.executable, "-c", WATCHING, seconds], stderr=subprocess.PIPE, check=True
    )
    assert piped.stderr == b""


@pytest.mark.parametrize("name", ["check", "fix"])
@pytest.mark.parametrize("patience", [0, 1e6])
def test_both_commands_count_their_files(tmp_path: Path, name: str, patience: float) -> None:
    write(tmp_path, {"tasks.py": BAD_TASK})
    script = f"""
from flake8_celery_retry.command import progress
from flake8_celery_retry.command.cli import main
progress.PATIENCE = {patience}
main([{name!r}])
"""
    shown = errors_on_terminal(["-c", script], tmp_path)
    assert (b"checked 1 of 1 files" in shown) == (patience == 0)


def errors_on_terminal(arguments: list[str], folder: Path) -> bytes:
    """What a terminal gets on its standard error."""
    terminal, program_side = pty.openpty()
    subprocess.run([sys.executable, *arguments], cwd=folder, stderr=program_side, check=False)
    os.close(program_side)
    try:
        return os.read(terminal, 10_000)
    except OSError:  # Linux' way to say that nothing came
        return b""
    finally:
        os.close(terminal)


def test_checking_imports_neither_libcst_nor_other_checkers(tmp_path: Path) -> None:
    write(tmp_path, {"tasks.py": BAD_TASK})
    ended = command("check", cwd=tmp_path, environment={"PYTHONPROFILEIMPORTTIME": "1"})
    assert len(ended.lines) == 1
    imported = set(re.findall(r"\|\s+([\w.]+)$", ended.errors, re.MULTILINE))
    assert "flake8_celery_retry.rules" in imported
    assert not imported & {"libcst", "pyflakes", "pycodestyle", "mccabe", "multiprocessing"}


def test_a_bug_report_names_all_plugins_as_flake8s_does(tmp_path: Path) -> None:
    ours = command("check", "--bug-report", cwd=tmp_path)
    assert ours.output == flake8("--bug-report", cwd=tmp_path).output
    assert ours.status == 0


def test_a_benchmark_counts_the_files(tmp_path: Path) -> None:
    write(tmp_path, {"tasks.py": BAD_TASK, "clean.py": ""})
    shown = command("check", "--benchmark", cwd=tmp_path).lines
    assert [line.split(maxsplit=1)[1] for line in shown[1:]] == [
        "seconds elapsed",
        "total files processed",
        "files processed per second",
    ]
    assert shown[2].split()[0] == "2"


def test_help_and_version(tmp_path: Path) -> None:
    assert command("--version", cwd=tmp_path).output.startswith(b"flake8-celery-retry ")
    for arguments in [["--help"], ["check", "--help"], ["rule", "--help"]]:
        ended = command(*arguments, cwd=tmp_path)
        assert ended.status == 0
        assert b"usage: flake8-celery-retry" in ended.output
    for name, own in [("check", "--add-noqa"), ("fix", "--unsafe-fixes")]:
        everything = command(name, "--help", cwd=tmp_path).output.decode()
        assert max(map(len, everything.splitlines())) <= 80
        theirs = ["--celery-task-decorators", "--per-file-ignores", "--config"]
        places = [everything.index(f"  {option}") for option in [own, *theirs]]
        assert min(places) == places[0]


def test_a_terminal_is_told_what_to_do_next(tmp_path: Path) -> None:
    unsafe = (
        "\n\n@shared_task(bind=True, max_retries=0)\ndef zero(self):\n    try:\n        print()\n"
    )
    unsafe += "    except OSError as exc:\n        raise self.retry(exc=exc)\n"
    write(tmp_path, {"a.py": BAD_TASK, "b.py": BAD_TASK + unsafe, "c.py": FIXED_TASK})
    last = on_terminal("check", cwd=tmp_path).splitlines()[-1]
    assert last == ("3 findings: `fix` repairs 2, `fix --unsafe-fixes` 1 more; why: `rule CRT101`")
    assert "findings" not in command("check", cwd=tmp_path).errors
    assert "finding" not in on_terminal("check", "c.py", cwd=tmp_path)
    assert "finding" not in on_terminal("check", "-q", cwd=tmp_path)


def test_colours_are_for_terminals_whose_user_wants_them(tmp_path: Path) -> None:
    write(tmp_path, {"tasks.py": BAD_TASK})
    for arguments in [["check"], ["fix", "--diff"]]:
        assert "\033[1m" in on_terminal(*arguments, cwd=tmp_path)
        bare = on_terminal(*arguments, cwd=tmp_path, environment={"NO_COLOR": "1"})
        assert "CRT101" in bare
        assert "\033" not in bare
        assert "\033" not in on_terminal(*arguments, "--color=never", cwd=tmp_path)


def test_a_finding_is_explained_on_request(tmp_path: Path) -> None:
    write(tmp_path, {"tasks.py": BAD_TASK + "\n" + BAD_TASK})
    lines = command("check", "--explain", cwd=tmp_path).lines
    assert [line for line in lines if not line.startswith("    ")] == (
        command("check", cwd=tmp_path).lines
    )
    assert lines.count("    fix (safe): add self as first parameter") == 2
    pages = [line for line in lines if line.startswith("    bound-task-without-self: https://")]
    assert len(pages) == 1
    assert pages[0].endswith("/rules/CRT101/")


@pytest.mark.parametrize("arguments", [[], ["chekc"], ["--select=CRT"]])
def test_a_command_must_be_named(tmp_path: Path, arguments: list[str]) -> None:
    ended = command(*arguments, cwd=tmp_path)
    assert (ended.status, ended.output) == (2, b"")
    assert ended.errors.count("\n") == 1
    assert "--help" in ended.errors
