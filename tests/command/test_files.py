"""Files replaced whole, or not at all, with all that belongs to them."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from programs import BAD_TASK, FIXED_TASK, command, write

from flake8_celery_retry.command.files import TEMPORARY, replace_file

OLD, NEW = BAD_TASK.encode(), FIXED_TASK.encode()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file to replace; nothing else is in its folder."""
    path = tmp_path / "tasks.py"
    path.write_bytes(OLD)
    return path


def content_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o755, 0o640])
def test_the_mode_stays(file: Path, mode: int) -> None:
    file.chmod(mode)
    replace_file(str(file), OLD, NEW)
    assert content_of(file.parent) == {"tasks.py": NEW}
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_a_symbolic_link_stays_one(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "links"
    folder.mkdir()
    (folder / "one.py").symlink_to(file)
    (folder / "two.py").symlink_to("one.py")
    replace_file(str(folder / "two.py"), OLD, NEW)
    assert os.readlink(folder / "two.py") == "one.py"
    assert os.readlink(folder / "one.py") == str(file)
    assert not file.is_symlink()
    assert file.read_bytes() == NEW


def test_another_hard_link_keeps_the_old_content(file: Path, tmp_path: Path) -> None:
    (tmp_path / "snapshot.py").hardlink_to(file)
    replace_file(str(file), OLD, NEW)
    assert content_of(tmp_path) == {"tasks.py": NEW, "snapshot.py": OLD}


def test_a_name_may_be_as_long_as_a_name_can_be(file: Path) -> None:
    longest = file.rename(file.with_name("a" * 252 + ".py"))
    replace_file(str(longest), OLD, NEW)
    assert list(content_of(file.parent).values()) == [NEW]


def test_a_file_that_somebody_else_wrote_meanwhile_is_left_alone(file: Path) -> None:
    with pytest.raises(OSError, match="changed meanwhile"):
        replace_file(str(file), b"what was read", NEW)
    assert content_of(file.parent) == {"tasks.py": OLD}


def test_a_file_that_is_gone_meanwhile_stays_so(file: Path) -> None:
    file.unlink()
    with pytest.raises(OSError):  # noqa: PT011  # whichever way it is told
        replace_file(str(file), OLD, NEW)
    assert content_of(file.parent) == {}


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
@pytest.mark.parametrize("trouble", [KeyboardInterrupt, OSError])
def test_nothing_is_left_behind_when_it_fails(
    file: Path, monkeypatch: pytest.MonkeyPatch, step: str, trouble: type[BaseException]
) -> None:
    def stop(*arguments: object) -> None:
        raise trouble

    monkeypatch.setattr(os, step, stop)
    with pytest.raises(trouble):
        replace_file(str(file), OLD, NEW)
    assert content_of(file.parent) == {"tasks.py": OLD}


# Owners, access lists, attributes

#: An access list as Linux keeps it: user 1234 may read, beside the three of the mode 640.
ACCESS_LIST = struct.pack("<I", 2) + b"".join(
    struct.pack("<HHI", kind, rights, who)
    for kind, rights, who in [
        (0x01, 6, 0xFFFFFFFF),
        (0x02, 4, 1234),
        (0x04, 4, 0xFFFFFFFF),
        (0x10, 4, 0xFFFFFFFF),
        (0x20, 0, 0xFFFFFFFF),
    ]
)


def set_attribute(path: Path, name: str, value: bytes) -> None:
    if not hasattr(os, "setxattr"):
        pytest.skip("this platform has no extended attributes")
    try:
        os.setxattr(path, name, value)
    except OSError as error:
        if error.errno != errno.ENOTSUP:
            raise
        pytest.skip("this file system has no such attributes")


def test_attributes_and_the_access_list_stay(file: Path) -> None:
    set_attribute(file, "user.origin", b"shop")
    set_attribute(file, "system.posix_acl_access", ACCESS_LIST)
    mode = file.stat().st_mode
    replace_file(str(file), OLD, NEW)
    assert file.read_bytes() == NEW
    assert os.getxattr(file, "user.origin") == b"shop"
    assert os.getxattr(file, "system.posix_acl_access") == ACCESS_LIST
    assert file.stat().st_mode == mode


def test_nobody_may_read_it_whom_the_folder_lets_read_new_files_only(file: Path) -> None:
    file.chmod(0o640)
    set_attribute(file.parent, "system.posix_acl_default", ACCESS_LIST)
    replace_file(str(file), OLD, NEW)
    assert file.read_bytes() == NEW
    assert os.listxattr(file) == []
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_file_whose_attributes_cannot_be_kept_is_left_alone(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_attribute(file, "user.origin", b"shop")

    def refuse(*arguments: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "setxattr", refuse)
    with pytest.raises(OSError, match="its attributes could not be kept: Operation not permitted"):
        replace_file(str(file), OLD, NEW)
    assert content_of(file.parent) == {"tasks.py": OLD}


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("setpriv") is None,
    reason="only root can give a file away",
)
def test_a_file_whose_owner_cannot_be_kept_is_left_alone() -> None:
    script = (
        "import sys\nfrom flake8_celery_retry.command.files import replace_file\n"
        "try:\n    replace_file('tasks.py', sys.stdin.buffer.read(), b'new')\n"
        "except OSError as error:\n    print(error)"
    )
    somebody = ["setpriv", "--reuid=1234", "--regid=1234", "--clear-groups"]
    with tempfile.TemporaryDirectory() as name:  # pytest's folders are root's alone
        folder = Path(name)
        folder.chmod(0o777)
        write(folder, {"tasks.py": BAD_TASK})
        (folder / "tasks.py").chmod(0o666)
        python = [*somebody, sys.executable]
        imports = [*python, "-c", "import flake8_celery_retry"]
        if subprocess.run(imports, cwd=folder, capture_output=True, check=False).returncode:
            pytest.skip("nobody else may run this Python, or read what it imports")
        line = [*python, "-c", script]
        ended = subprocess.run(line, cwd=folder, input=OLD, capture_output=True, check=False)
        assert ended.stdout == b"its owner and group could not be kept\n"
        assert content_of(folder) == {"tasks.py": OLD}


# What a killed run leaves


def leftover(folder: Path) -> Path:
    path = folder / f"{TEMPORARY}0123456789abcdef"
    path.write_bytes(b"half of a f")
    return path


def test_what_a_killed_run_left_is_removed_by_the_next_one(tmp_path: Path) -> None:
    write(tmp_path, {"shop/tasks.py": BAD_TASK, "shop/.flake8-celery-retry-mine": "kept"})
    leftover(tmp_path / "shop")
    assert command("fix", "--diff", cwd=tmp_path).status == 1
    assert len(os.listdir(tmp_path / "shop")) == 3
    assert command("fix", cwd=tmp_path).status == 0
    assert content_of(tmp_path / "shop") == {
        "tasks.py": NEW,
        ".flake8-celery-retry-mine": b"kept",
    }


def test_it_is_removed_where_nothing_can_be_fixed_any_more(tmp_path: Path) -> None:
    write(tmp_path, {"tasks.py": FIXED_TASK.replace('print("sent")', "raise self.retry()")})
    leftover(tmp_path)
    assert command("fix", "--isolated", cwd=tmp_path).status == 1
    assert os.listdir(tmp_path) == ["tasks.py"]


@pytest.mark.skipif(sys.platform == "win32", reason="an open file can't be removed there")
def test_what_another_run_is_writing_stays(file: Path, holding: Callable[[Path], None]) -> None:
    path = leftover(file.parent)
    holding(path)
    replace_file(str(file), OLD, NEW)
    assert content_of(file.parent) == {"tasks.py": NEW, path.name: b"half of a f"}


@pytest.fixture
def holding(request: pytest.FixtureRequest) -> Callable[[Path], None]:
    """Lock a file as a run does that writes it."""

    def hold(path: Path) -> None:
        import fcntl

        opened = path.open("rb")
        request.addfinalizer(opened.close)
        fcntl.flock(opened, fcntl.LOCK_EX)

    return hold
