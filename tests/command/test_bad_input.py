"""Files that are not what they should be: named in a line, and all the others linted and fixed.

flake8 itself ends with a traceback on some of these, or waits for ever; the command never does.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from programs import BAD_TASK, command, flake8, write

LATIN = "# coding: latin-1\nSHOP = 'Bücher'\n"

#: Content of which flake8 and the command say the same.
ODD_CONTENT: dict[str, str | bytes] = {
    "a syntax error": BAD_TASK + "def (:\n",
    "an unfinished bracket": BAD_TASK + "x = (\n",
    "an unfinished string": BAD_TASK + "x = '''\n",
    "tabs and spaces": BAD_TASK + "if x:\n\ty\n        z\n",
    "3,000 parentheses": BAD_TASK + "x = " + "(" * 3000 + ")" * 3000 + "\n",
    "no UTF-8": BAD_TASK.encode().replace(b"sent", b"s\xffnt"),
    "Latin-1, declared": (LATIN + BAD_TASK).encode("latin-1"),
    "Latin-1, declared as UTF-8": (LATIN.replace("latin-1", "utf-8") + BAD_TASK).encode("latin-1"),
    "an encoding that there is not": "# coding: klingon\n" + BAD_TASK,
    "a byte order mark": "\ufeff" + BAD_TASK,
    "line ends of all kinds": BAD_TASK.replace("\n", "\r\n", 2).replace("():\n", "():\r"),
    "a form feed": BAD_TASK.replace("@shared", "\x0c\n@shared"),
    "nothing but a comment": "# celery retry",
    "nothing": "",
}


@pytest.mark.parametrize("content", ODD_CONTENT.values(), ids=ODD_CONTENT)
def test_the_command_says_of_odd_content_what_flake8_says(
    tmp_path: Path, content: str | bytes
) -> None:
    write(tmp_path, {"a.py": BAD_TASK, "odd.py": content, "z.py": BAD_TASK})
    theirs = flake8("--isolated", "--select=CRT,E9", cwd=tmp_path)
    assert "Traceback" not in theirs.errors
    assert codes_in("./a.py", theirs.lines) == codes_in("./z.py", theirs.lines) == ["CRT101"]
    ours = command("check", "--isolated", "--select=CRT,E9", cwd=tmp_path)
    assert (ours.lines, ours.status) == (theirs.lines, 1)
    from_stdin = command(
        "check", "--isolated", "-", cwd=tmp_path, stdin=(tmp_path / "odd.py").read_bytes()
    )
    assert codes_in("stdin", from_stdin.lines) == codes_in("./odd.py", ours.lines)


def codes_in(name: str, lines: list[str]) -> list[str]:
    return [line.split()[1] for line in lines if line.startswith(f"{name}:")]


#: Content at which flake8, or another of its plugins, ends with a traceback; and what the command
#: says of it, unless this Python can parse it.
FATAL_CONTENT: dict[str, tuple[str | bytes, str]] = {
    "a null byte": (BAD_TASK + "\0\n", "E999"),
    "UTF-16": (BAD_TASK.encode("utf-16"), "E999"),
    "3,000 terms": (BAD_TASK + "x = " + "+".join(["1"] * 3000) + "\n", "E999"),
    "900 attributes": (BAD_TASK + "x = a" + ".b" * 900 + "\n", "CRT101"),
    "20,000 signs": (BAD_TASK + "x = " + "-" * 20_000 + "1\n", "E999"),
    "an encoding that is none for text": ("# coding: rot13\n" + BAD_TASK, "E902"),
}


@pytest.mark.parametrize(("content", "code"), FATAL_CONTENT.values(), ids=FATAL_CONTENT)
def test_content_that_ends_flake8_does_not_end_the_command(
    tmp_path: Path, content: str | bytes, code: str
) -> None:
    write(tmp_path, {"a.py": BAD_TASK, "odd.py": content, "z.py": BAD_TASK})
    ended = command("check", "--isolated", cwd=tmp_path)
    assert codes_in("./a.py", ended.lines) == codes_in("./z.py", ended.lines) == ["CRT101"]
    [found] = codes_in("./odd.py", ended.lines)
    assert found in {code, "CRT101"}
    assert (ended.status, ended.errors) == (1, "")
    hidden = command("check", "--isolated", "--select=CRT", cwd=tmp_path)
    shown = hidden.lines if found == "CRT101" else hidden.errors.splitlines()
    assert codes_in("./odd.py", shown) == [found]
    assert len(hidden.lines + hidden.errors.splitlines()) == 3


def test_a_long_module_is_checked(tmp_path: Path) -> None:
    write(tmp_path, {"tasks.py": "x = 1\n" * 50_000 + BAD_TASK})
    ended = command("check", cwd=tmp_path)
    assert [line.split(": ")[0] for line in ended.lines] == ["./tasks.py:50004:1"]
    assert ended.lines[0].split()[1] == "CRT101"


def test_links_and_names_are_as_in_flake8(tmp_path: Path) -> None:
    write(tmp_path, {"shop/tasks.py": BAD_TASK, "new\nline.py": BAD_TASK, "folder.py/x.py": ""})
    (tmp_path / "shop/loop").symlink_to("..")
    (tmp_path / "linked.py").symlink_to("shop/tasks.py")
    (tmp_path / "gone.py").symlink_to("nowhere.py")
    (tmp_path / "self.py").symlink_to("self.py")
    arguments = ["--isolated", "--select=CRT,E9"]
    theirs = flake8(*arguments, cwd=tmp_path)
    ours = command("check", *arguments, cwd=tmp_path)
    assert ours.output == theirs.output
    for name, code in {"gone": "E902", "self": "E902", "linked": "CRT101"}.items():
        assert codes_in(f"./{name}.py", ours.lines) == [code]


def test_what_is_no_file_is_named_and_waited_for_by_nobody(tmp_path: Path) -> None:
    write(tmp_path, {"tasks.py": BAD_TASK})
    os.mkfifo(tmp_path / "pipe.py")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.py"))
        for arguments in [[], ["--show-source"], ["pipe.py", "socket.py", "/dev/null", "tasks.py"]]:
            ended = command("check", "--isolated", *arguments, cwd=tmp_path)
            for name in ["pipe.py", "socket.py"]:
                found = [line for line in ended.lines if line.removeprefix("./").startswith(name)]
                assert [line.split()[1] for line in found] == ["E902"]
            assert any("tasks.py:4:1: CRT101" in line for line in ended.lines)


def test_a_name_that_is_no_text_is_printed_all_the_same(tmp_path: Path) -> None:
    try:
        write(tmp_path, {os.fsdecode(b"b\xfccher.py"): BAD_TASK})
    except OSError:
        pytest.skip("this file system has no such names")
    for arguments in [[], [b"b\xfccher.py"]]:
        ended = command("check", "--isolated", *arguments, cwd=tmp_path)
        assert ended.lines[0].removeprefix("./").startswith("b\\xfccher.py:4:1: CRT101")
        assert (len(ended.lines), ended.status, ended.errors) == (1, 1, "")


def test_a_terminal_need_not_know_every_character(tmp_path: Path) -> None:
    write(tmp_path, {"größe.py": BAD_TASK, "fehlt/größe.py": BAD_TASK + "def (:\n"})
    ascii_only = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    for arguments in [["check", "--select=CRT"], ["fix"], ["check", "--add-noqa"]]:
        ended = command(*arguments, cwd=tmp_path, environment=ascii_only)
        assert (ended.status, "fehlt" in ended.errors + ended.output.decode()) == (1, True)
