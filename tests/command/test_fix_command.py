"""``fix`` repairs what flake8 shows, says what it did and what is left, and loses nothing."""

from __future__ import annotations

import fcntl
import os
import pty
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from programs import BAD_TASK, FIXED_TASK, command, flake8, write

#: A mistake (CRT303) with an unsafe fix.
UNSAFE = """\
from celery import shared_task

@shared_task(bind=True, max_retries=0)
def charge(self):
    try:
        print("charged")
    except OSError as exc:
        raise self.retry(exc=exc)
"""

UNSAFELY_FIXED = UNSAFE.replace(", max_retries=0", "")

#: A mistake (CRT201) that has no fix.
UNFIXABLE = """\
from celery import shared_task

@shared_task(bind=True)
def poll(self):
    raise self.retry()
"""


def test_fixes_and_says_so_finding_by_finding(tmp_path: Path) -> None:
    files = {
        "clean.py": FIXED_TASK,
        "shop/tasks.py": BAD_TASK + "\n" + BAD_TASK.replace("receipt", "invoice"),
        "tasks.py": BAD_TASK,
    }
    write(tmp_path, files)
    ended = command("fix", cwd=tmp_path)
    assert ended.lines == [
        "./shop/tasks.py:4:1: CRT101 fixed: add self as first parameter",
        "./shop/tasks.py:10:1: CRT101 fixed: add self as first parameter",
        "./tasks.py:4:1: CRT101 fixed: add self as first parameter",
        "fixed 3 findings in 2 files",
    ]
    assert (ended.status, ended.errors) == (0, "")
    assert (tmp_path / "tasks.py").read_text() == FIXED_TASK
    assert flake8("--isolated", "--select=CRT", cwd=tmp_path).lines == []
    assert command("fix", cwd=tmp_path).lines == ["fixed 0 findings in 0 files"]


def test_says_what_is_left_and_why(tmp_path: Path) -> None:
    silenced = BAD_TASK.replace("():", "():  # noqa: CRT101")
    write(tmp_path, {"a.py": UNSAFE + "\n\n" + UNFIXABLE, "b.py": silenced, "c.py": BAD_TASK})
    ended = command("fix", "--isolated", cwd=tmp_path)
    assert ended.status == 1
    assert ended.lines[0].startswith("./a.py:3:37: CRT303 left, its fix is unsafe: ")
    assert ended.lines[1].startswith("./a.py:15:11: CRT201 left, no fix: poll ")
    assert ended.lines[-1] == (
        "fixed 1 finding in 1 file; 2 left: 1 with an unsafe fix (--unsafe-fixes), "
        "1 without a fix; 1 silenced by noqa"
    )
    assert (tmp_path / "a.py").read_text() == UNSAFE + "\n\n" + UNFIXABLE
    assert (tmp_path / "b.py").read_text() == silenced


def test_unsafe_fixes_are_carried_out_when_asked_for(tmp_path: Path) -> None:
    write(tmp_path, {"tasks.py": UNSAFE})
    assert command("fix", "--isolated", "--unsafe-fixes", cwd=tmp_path).status == 0
    assert (tmp_path / "tasks.py").read_text() == UNSAFELY_FIXED


@pytest.mark.parametrize(
    ("arguments", "config", "fixed"),
    [
        ([], "", {"tasks.py", "old/tasks.py", "made/tasks.py"}),
        (["tasks.py", "./tasks.py"], "", {"tasks.py"}),
        (["--select=CRT2"], "", set()),
        (["--extend-ignore=CRT101"], "", set()),
        (["--disable-noqa"], "", {"tasks.py", "old/tasks.py", "made/tasks.py", "noqa.py"}),
        ([], "exclude = made", {"tasks.py", "old/tasks.py"}),
        ([], "per-file-ignores = old/*: CRT", {"tasks.py", "made/tasks.py"}),
        (["--isolated"], "exclude = made", {"tasks.py", "old/tasks.py", "made/tasks.py"}),
        (["--filename=noqa.py"], "", set()),
    ],
)
def test_flake8s_selection_decides_what_is_fixed(
    tmp_path: Path, arguments: list[str], config: str, fixed: set[str]
) -> None:
    silenced = BAD_TASK.replace("():", "():  # noqa")
    names = ["tasks.py", "old/tasks.py", "made/tasks.py"]
    write(tmp_path, {**dict.fromkeys(names, BAD_TASK), "noqa.py": silenced})
    write(
        tmp_path, {"whole.py": "# flake8: noqa\n" + BAD_TASK, "setup.cfg": f"[flake8]\n{config}\n"}
    )
    if "--disable-noqa" in arguments:
        (tmp_path / "whole.py").unlink()
    ended = command("fix", *arguments, cwd=tmp_path)
    assert ended.status == 0
    paths = [path.relative_to(tmp_path) for path in tmp_path.rglob("*.py")]
    assert {str(path) for path in paths if "(self)" in (tmp_path / path).read_text()} == fixed
    assert ended.lines[-1].startswith(f"fixed {len(fixed)} finding")


def test_an_opinion_is_fixed_when_it_is_named(tmp_path: Path) -> None:
    source = UNSAFELY_FIXED.replace("raise self", "self")
    write(tmp_path, {"tasks.py": source})
    assert command("fix", "--isolated", cwd=tmp_path).lines == ["fixed 0 findings in 0 files"]
    ended = command("fix", "--isolated", "--extend-select=CRT901", cwd=tmp_path)
    assert ended.status == 0
    assert ended.lines[0].startswith("./tasks.py:8:9: CRT901 fixed: ")
    assert (tmp_path / "tasks.py").read_text() == UNSAFELY_FIXED


#: Files whose diffs are harder to write than others.
HARD_TO_DIFF: dict[str, bytes] = {
    "tasks.py": BAD_TASK.encode(),
    "shop/orders/tasks.py": b"# first\n" * 20 + BAD_TASK.encode() + b"# last\n" * 20,
    "with space.py": BAD_TASK.encode(),
    "windows.py": BAD_TASK.replace("\n", "\r\n").encode(),
    "mixed.py": BAD_TASK.replace("\n", "\r\n", 2).encode(),
    "no_line_end.py": BAD_TASK.replace('\n    print("sent")\n', " pass").encode(),
    "mark.py": b"\xef\xbb\xbf" + BAD_TASK.encode(),
    "latin.py": "# coding: latin-1\n# Bücher\n".encode("latin-1") + BAD_TASK.encode(),
    "feed.py": BAD_TASK.replace("@shared", "\x0c\n@shared").encode(),
    "größe.py": BAD_TASK.encode(),
    'quo"te\\.py': BAD_TASK.encode(),
    "ta\tb.py": BAD_TASK.encode(),
    "-dash.py": BAD_TASK.encode(),
}


@pytest.mark.parametrize("tool", [["git", "apply"], ["patch", "-p0", "--binary"]], ids=" ".join)
@pytest.mark.parametrize("folder", [".", "shop"])
def test_a_diff_is_one_that_other_tools_apply(tmp_path: Path, tool: list[str], folder: str) -> None:
    if shutil.which(tool[0]) is None:
        pytest.skip(f"{tool[0]} is not installed")
    write(tmp_path, HARD_TO_DIFF)
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    where = tmp_path / folder
    ended = command("fix", "--isolated", "--diff", cwd=where)
    assert ended.status == 1
    assert ended.errors.splitlines()[-1].startswith("would fix ")
    assert contents(tmp_path) == HARD_TO_DIFF

    subprocess.run(tool, cwd=where, input=ended.output, check=True, stdout=subprocess.DEVNULL)
    applied = contents(tmp_path)
    write(tmp_path, HARD_TO_DIFF)
    assert command("fix", "--isolated", cwd=where).status == 0
    assert applied == contents(tmp_path)
    assert applied != HARD_TO_DIFF


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in HARD_TO_DIFF}


def test_nothing_to_change_is_an_empty_diff(tmp_path: Path) -> None:
    write(tmp_path, {"tasks.py": FIXED_TASK})
    ended = command("fix", "--diff", cwd=tmp_path)
    assert (ended.status, ended.output) == (0, b"")


def test_a_diff_has_colours_on_a_terminal_only(tmp_path: Path) -> None:
    write(tmp_path, {"tasks.py": BAD_TASK})
    assert b"\033" not in command("fix", "--diff", cwd=tmp_path).output
    terminal, program_side = pty.openpty()
    line = [sys.executable, "-m", "flake8_celery_retry", "fix", "--diff", "tasks.py"]
    subprocess.run(line, cwd=tmp_path, stdout=program_side, stderr=subprocess.DEVNULL)
    shown = os.read(terminal, 10_000)
    os.close(terminal)
    os.close(program_side)
    assert b"\033[31m-def send_receipt():\033[m" in shown
    assert b"\033[32m+def send_receipt(self):\033[m" in shown


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (BAD_TASK.encode(), FIXED_TASK.encode()),
        (BAD_TASK.replace("\n", "\r\n").encode(), FIXED_TASK.replace("\n", "\r\n").encode()),
        (FIXED_TASK.encode(), FIXED_TASK.encode()),
        (b"", b""),
        (b"x = 1", b"x = 1"),
        (UNSAFE.encode(), UNSAFE.encode()),
        (BAD_TASK.encode() + b"def (:\n", BAD_TASK.encode() + b"def (:\n"),
        (BAD_TASK.encode() + b"# \xff\n", BAD_TASK.encode() + b"# \xff\n"),
    ],
)
def test_standard_input_comes_out_fixed_and_nothing_else_does(
    tmp_path: Path, given: bytes, expected: bytes
) -> None:
    ended = command("fix", "--isolated", "-", cwd=tmp_path, stdin=given)
    assert ended.output == expected
    left = given == expected and b"bind" in given and b"(self):\n    print" not in given
    assert ended.status == int(left)
    assert ended.errors.splitlines()[-1].startswith("fixed ")


def test_standard_input_is_named_as_a_file_would_be(tmp_path: Path) -> None:
    write(tmp_path, {".flake8": "[flake8]\nper-file-ignores = a.py: CRT\nexclude = b.py\n"})
    for name in ["a.py", "b.py"]:
        arguments = [f"--stdin-display-name={name}", "-"]
        ended = command("fix", *arguments, cwd=tmp_path, stdin=BAD_TASK.encode())
        assert (ended.output, ended.status) == (BAD_TASK.encode(), 0)
    arguments = ["--stdin-display-name=shop/c.py", "--diff", "-"]
    ended = command("fix", *arguments, cwd=tmp_path, stdin=BAD_TASK.encode())
    assert ended.lines[:2] == ["--- ./shop/c.py", "+++ ./shop/c.py"]
    assert ended.lines[-3:] == [
        "-def send_receipt():",
        "+def send_receipt(self):",
        '     print("sent")',
    ]


def test_standard_input_stands_alone(tmp_path: Path) -> None:
    write(tmp_path, {"tasks.py": BAD_TASK})
    ended = command("fix", "-", "tasks.py", cwd=tmp_path, stdin=b"x = 1\n")
    assert (ended.status, ended.output) == (2, b"")
    assert "standard input (-)" in ended.errors
    assert (tmp_path / "tasks.py").read_text() == BAD_TASK


def test_files_that_cannot_be_fixed_are_named_and_others_are_fixed(tmp_path: Path) -> None:
    odd = {
        "a_broken.py": BAD_TASK.encode() + b"def (:\n",
        "b_bytes.py": BAD_TASK.encode() + b"# \xff\n",
        "c_klingon.py": b"# coding: klingon\n" + BAD_TASK.encode(),
        "d_null.py": BAD_TASK.encode() + b"\0",
        "e_deep.py": BAD_TASK.encode() + b"x = " + b"(" * 3000 + b")" * 3000 + b"\n",
    }
    write(tmp_path, {**odd, "tasks.py": BAD_TASK})
    (tmp_path / "gone.py").symlink_to("nowhere.py")
    os.mkfifo(tmp_path / "pipe.py")
    for arguments in [[], ["--select=CRT"]]:
        (tmp_path / "tasks.py").write_text(BAD_TASK)
        ended = command("fix", "--isolated", *arguments, cwd=tmp_path)
        assert ended.status == 1
        assert (tmp_path / "tasks.py").read_text() == FIXED_TASK
        named = [line.split(":")[0] for line in ended.lines if line.startswith("./")]
        assert named == sorted([f"./{name}" for name in [*odd, "gone.py", "pipe.py", "tasks.py"]])
        assert ended.lines[-1] == "fixed 1 finding in 1 file; 7 files left alone"
        assert {name: (tmp_path / name).read_bytes() for name in odd} == odd


def test_a_link_is_kept_and_its_target_fixed_once(tmp_path: Path) -> None:
    write(tmp_path, {"real/tasks.py": BAD_TASK})
    (tmp_path / "real/tasks.py").chmod(0o750)
    (tmp_path / "linked.py").symlink_to("real/tasks.py")
    ended = command("fix", "--isolated", cwd=tmp_path)
    assert ended.lines[-1] == "fixed 1 finding in 1 file"
    assert (tmp_path / "linked.py").is_symlink()
    assert (tmp_path / "linked.py").read_text() == FIXED_TASK
    assert (tmp_path / "real/tasks.py").stat().st_mode & 0o777 == 0o750


def many_tasks(folder: Path) -> list[str]:
    names = [f"tasks{number:03}.py" for number in range(200)]
    write(folder, dict.fromkeys(names, BAD_TASK))
    return names


def fixing(folder: Path) -> subprocess.Popen[str]:
    """A run of ``fix`` in a folder of many tasks; it has fixed one of them, and waits for somebody
    to read what it says before it has fixed all."""
    running = subprocess.Popen(
        [sys.executable, "-m", "flake8_celery_retry", "fix", "--isolated"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert running.stdout
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        fcntl.fcntl(running.stdout, fcntl.F_SETPIPE_SZ, 4096)
    assert running.stdout.readline().startswith("./tasks")
    return running


def test_ctrl_c_loses_nothing(tmp_path: Path) -> None:
    names = many_tasks(tmp_path)
    with fixing(tmp_path) as running:
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate()
    assert (running.returncode, errors) == (130, "flake8-celery-retry: stopped\n")
    assert sorted(os.listdir(tmp_path)) == names
    states = {(tmp_path / name).read_text() for name in names}
    assert states == {BAD_TASK, FIXED_TASK}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no such signal")
def test_whatever_kills_a_run_loses_nothing_and_the_next_one_tidies_up(tmp_path: Path) -> None:
    names = many_tasks(tmp_path)
    chance = random.Random(54)
    for kind in [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT]:
        write(tmp_path, dict.fromkeys(names, BAD_TASK))
        with fixing(tmp_path) as running:
            time.sleep(chance.random() / 10)
            running.send_signal(kind)
            _, errors = running.communicate()
        assert "Traceback" not in errors
        left = set(os.listdir(tmp_path)) - set(names)
        assert kind is signal.SIGKILL or not left
        states = {(tmp_path / name).read_text() for name in names}
        assert states == {BAD_TASK, FIXED_TASK}
    assert command("fix", "--isolated", cwd=tmp_path).status == 0
    assert sorted(os.listdir(tmp_path)) == names
    assert {(tmp_path / name).read_text() for name in names} == {FIXED_TASK}


#: Makes the process that fixes die in the middle of a file, as a stack that is used up once did.
DYING = """
import os, signal
from flake8_celery_retry.fixing import fixer

fix_source = fixer.fix_source

def die_of_some(content, *arguments, **options):
    if b"deadly" in content:
        {death}
    return fix_source(content, *arguments, **options)

fixer.fix_source = die_of_some
"""


@pytest.mark.parametrize(
    ("death", "named"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
        ("os._exit(3)", "status 3"),
    ],
)
def test_a_file_that_the_fixer_dies_of_is_left_alone_and_the_others_are_fixed(
    tmp_path: Path, death: str, named: str
) -> None:
    deadly = BAD_TASK.replace("sent", "deadly")
    files = {"a.py": BAD_TASK, "b.py": deadly, "c.py": BAD_TASK, "d.py": deadly, "e.py": BAD_TASK}
    write(tmp_path / "shop", files)
    write(tmp_path / "dying", {"sitecustomize.py": DYING.format(death=death)})
    here = {"PYTHONPATH": str(tmp_path / "dying")}
    ended = command("fix", "--isolated", cwd=tmp_path / "shop", environment=here)
    assert ended.errors == ""
    fixed = "CRT101 fixed: add self as first parameter"
    assert ended.lines == [
        f"./a.py:4:1: {fixed}",
        f"./b.py: left alone: the fixer died of it ({named})",
        f"./c.py:4:1: {fixed}",
        f"./d.py: left alone: the fixer died of it ({named})",
        f"./e.py:4:1: {fixed}",
        "fixed 3 findings in 3 files; 2 files left alone",
    ]
    expected = {name: source.replace("()", "(self)", 1) for name, source in files.items()}
    expected |= {"b.py": deadly, "d.py": deadly}
    assert {name: (tmp_path / "shop" / name).read_text() for name in files} == expected


#: A file in which fixes move what is below them, and one brings the last finding to light.
MOVING = """\
from celery import shared_task
from django.db import transaction
from shop.gateway import GatewayDown, charge


@shared_task(bind=True)
def swallowed(self, order):
    try:
        try:
            charge(order)
        except GatewayDown as exc:
            raise self.retry(exc=exc)
    except Exception:
        print("failed")


@shared_task
def unbound(order):
    try:
        charge(order)
    except GatewayDown as exc:
        raise self.retry(exc)


@shared_task(bind=True, max_retries=0)
def zero(self, order):
    try:
        charge(order)
    except GatewayDown as exc:
        raise self.retry(exc=exc)


@shared_task(bind=True)
def paid(self, order):
    with transaction.atomic():
        order.save()
        if not charge(order):
            raise self.retry(exc=GatewayDown())
"""


@pytest.mark.parametrize("arguments", [[], ["--diff"], ["--unsafe-fixes"]], ids=str)
def test_lines_are_those_of_the_file_as_it_was(tmp_path: Path, arguments: list[str]) -> None:
    write(tmp_path, {"tasks.py": MOVING})
    found = command("check", "--isolated", "tasks.py", cwd=tmp_path)
    ended = command("fix", "--isolated", *arguments, "tasks.py", cwd=tmp_path)
    said = ended.errors.splitlines() if arguments == ["--diff"] else ended.lines
    before = [line.split()[:2] for line in found.lines]
    assert [line.split()[:2] for line in said[:-1] if line.split()[:2] in before] == before
    [rolled_back] = [line for line in said if "CRT207" in line]
    assert "(line 36)" in rolled_back
    assert rolled_back.replace("left, no fix: ", "") in found.lines
    assert ["tasks.py:22:15:", "CRT103"] in [line.split()[:2] for line in said[:-1]]
    if arguments != ["--diff"]:
        fixed = command("check", "--isolated", "tasks.py", cwd=tmp_path)
        assert "tasks.py:12:13:" not in [line.split()[0] for line in fixed.lines]


def test_only_fixes_are_reported_where_check_says_the_rest(tmp_path: Path) -> None:
    files = {"a.py": UNFIXABLE, "b.py": BAD_TASK, "broken.py": BAD_TASK + "def (:\n"}
    write(tmp_path, files)
    ended = command("fix", "--fix-only", cwd=tmp_path)
    assert (ended.status, ended.errors) == (0, "")
    assert ended.lines == [
        "./b.py:4:1: CRT101 fixed: add self as first parameter",
        "fixed 1 finding in 1 file",
    ]
    again = command("fix", "--fix-only", "-q", cwd=tmp_path)
    assert (again.status, again.lines) == (0, ["fixed 0 findings in 0 files"])


def test_statistics_and_a_count_of_what_is_left(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": UNSAFE, "b.py": BAD_TASK, "c.py": BAD_TASK})
    ended = command("fix", "--statistics", "--count", "-q", cwd=tmp_path)
    assert ended.lines == [
        "2     CRT101 bound-task-without-self (fixed 2)",
        "1     CRT303 max-retries-zero (fixed 0)",
        "fixed 2 findings in 2 files; 1 left: 1 with an unsafe fix (--unsafe-fixes)",
        "1",
    ]


@pytest.mark.parametrize("arguments", [[], ["--tee"]], ids=str)
def test_the_report_goes_to_a_file(tmp_path: Path, arguments: list[str]) -> None:
    write(tmp_path, {"tasks.py": BAD_TASK})
    ended = command("fix", "--output-file=out/report.txt", *arguments, cwd=tmp_path)
    report = (tmp_path / "out/report.txt").read_text().splitlines()
    assert report[-1] == "fixed 1 finding in 1 file"
    assert ended.lines == (report if arguments else [])


@pytest.mark.parametrize("name", ["--format=pylint", "--show-source", "--benchmark"])
def test_what_means_nothing_to_fixing_is_refused(tmp_path: Path, name: str) -> None:
    write(tmp_path, {"tasks.py": BAD_TASK, "tox.ini": "[flake8]\nformat = pylint\n"})
    ended = command("fix", name, cwd=tmp_path)
    assert (ended.status, ended.output) == (2, b"")
    assert f"{name.partition('=')[0]} means nothing to flake8-celery-retry fix" in ended.errors
    assert (tmp_path / "tasks.py").read_text() == BAD_TASK
    assert command("fix", cwd=tmp_path).lines[-1] == "fixed 1 finding in 1 file"


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [(["-q"], ["fixed 1 finding in 1 file"]), (["-qq"], [])],
)
def test_quiet_runs_say_less(tmp_path: Path, arguments: list[str], lines: list[str]) -> None:
    write(tmp_path, {"tasks.py": BAD_TASK})
    assert command("fix", *arguments, cwd=tmp_path).lines == lines
    assert (tmp_path / "tasks.py").read_text() == FIXED_TASK


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["--exit-zero"], 0), (["--isolated"], 1), (["--no-such"], 2), (["--config=missing"], 2)],
)
def test_the_exit_status_says_whether_anything_is_left(
    tmp_path: Path, arguments: list[str], status: int
) -> None:
    write(tmp_path, {"tasks.py": UNFIXABLE})
    assert command("fix", *arguments, cwd=tmp_path).status == status


def test_the_help_is_about_fixing(tmp_path: Path) -> None:
    shown = command("fix", "--help", cwd=tmp_path).output.decode()
    assert shown.startswith("usage: flake8-celery-retry fix [options] [PATH ...]")
    for option in ["--diff", "--unsafe-fixes", "--per-file-ignores", "--celery-task-bases"]:
        assert option in shown


def test_a_clean_project_needs_no_libcst(tmp_path: Path) -> None:
    write(tmp_path, {"tasks.py": FIXED_TASK})
    ended = command("fix", cwd=tmp_path, environment={"PYTHONPROFILEIMPORTTIME": "1"})
    assert ended.status == 0
    assert "flake8_celery_retry.linting.lint" in ended.errors
    assert "libcst" not in ended.errors


def test_a_name_that_would_be_more_than_a_name_on_a_screen_is_written_out(tmp_path: Path) -> None:
    names = ["new\nline.py", "red\x1b[31m.py", "\u202eyp.py", "bücher.py"]
    write(tmp_path, {**dict.fromkeys(names, BAD_TASK), "broken\n.py": BAD_TASK + "def (:\n"})
    ended = command("fix", "--isolated", cwd=tmp_path)
    shown = [line for line in ended.lines if line.startswith("./")]
    assert [line.partition(":")[0] for line in shown] == [
        "./broken\\n.py",
        "./bücher.py",
        "./new\\nline.py",
        "./red\\x1b[31m.py",
        "./\\u202eyp.py",
    ]
    assert {(tmp_path / name).read_text() for name in names} == {FIXED_TASK}


LONG_CHAIN = " or ".join(["order"] * 8000)

#: What is legal, and what libcst or Python's own view of the source makes hard; with its fix.
LEGAL: dict[str, tuple[str, tuple[str, str]]] = {
    "a space before a colon": (
        BAD_TASK + "    try:\n        pass\n    except OSError :\n        pass\n",
        ("receipt()", "receipt(self)"),
    ),
    "stars after a keyword": (
        BAD_TASK + "    class Order(metaclass=Meta, *bases): pass\n",
        ("receipt()", "receipt(self)"),
    ),
    "form feeds in indentations": (
        BAD_TASK.replace("@", "\f@").replace("    print", "\f    print") + "  \f    pass\n",
        ("receipt()", "receipt(self)"),
    ),
    "a parameter that Python reads as self": (
        "from celery import shared_task\n\n@shared_task\ndef charge(ſelf, order):\n"
        "    try:\n        pay(order)\n    except OSError as exc:\n"
        "        raise self.retry(exc=exc)\n",
        ("@shared_task\n", "@shared_task(bind=True)\n"),
    ),
    "a chain of 8,000 terms": (
        BAD_TASK + f"    print({LONG_CHAIN})\n",
        ("receipt()", "receipt(self)"),
    ),
}


@pytest.mark.parametrize(("source", "change"), LEGAL.values(), ids=LEGAL)
def test_no_legal_spelling_keeps_a_fix_back(
    tmp_path: Path, source: str, change: tuple[str, str]
) -> None:
    write(tmp_path, {"tasks.py": source})
    ended = command("fix", "--isolated", cwd=tmp_path)
    assert (ended.status, ended.lines[-1]) == (0, "fixed 1 finding in 1 file")
    assert (tmp_path / "tasks.py").read_bytes().decode() == source.replace(*change)


def test_what_nests_too_deeply_for_libcst_is_left_with_one_line(tmp_path: Path) -> None:
    deep = BAD_TASK.replace("receipt()", f"receipt(*, order={LONG_CHAIN})")
    write(tmp_path, {"deep.py": deep, "tasks.py": BAD_TASK})
    ended = command("fix", "--isolated", cwd=tmp_path)
    [why] = [line for line in ended.lines if "deep.py" in line]
    assert why.endswith("the code nests too deeply")
    assert ended.lines[-1].startswith("fixed 1 finding in 1 file; 1 left")
    assert (tmp_path / "deep.py").read_text() == deep
    assert (tmp_path / "tasks.py").read_text() == FIXED_TASK
