"""Files replaced whole, or left as they are: never anything in between."""

from __future__ import annotations

import os
import re
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import BinaryIO

from .reading import read_bytes
from .signals import held_back

if sys.platform != "win32":
    import fcntl

#: The names of new files until they take the old one's: no linter looks at them, and the next run
#: knows what an earlier one left.
TEMPORARY = ".flake8-celery-retry-"
LEFTOVER = re.compile(re.escape(TEMPORARY) + r"[0-9a-f]{16}")

NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class ChangedMeanwhile(OSError):
    """Somebody else wrote the file after it was read."""


class NotKept(OSError):
    """The new file could not have what the old one has: its owner, an attribute."""


def replace_file(path: str, old: bytes, new: bytes) -> None:
    """Put ``new`` in the place of a file's content, which must still be ``old``.

    The new file is written whole beside the old one and then takes its name, so that nobody ever
    sees half of it. It has the old one's owner, mode, access list and extended attributes; a
    symbolic link stays one, and what it points to is replaced. Other hard links keep the old
    content: they are somebody's copy or snapshot, and to write through them would mean to write in
    place, half of it at a time. What asks the program to stop waits for the few milliseconds that
    this takes.

    Raises ``OSError`` where something prevents that, :class:`ChangedMeanwhile`, and
    :class:`NotKept`; the file is then as it was. Nothing else is left behind: what a run that was
    killed had to leave is removed with the next file that is replaced in its folder.
    """
    target = os.path.realpath(path)
    if not os.access(target, os.W_OK):
        raise PermissionError("not writable")
    folder = os.path.dirname(target)
    remove_leftovers(folder)
    temporary = os.path.join(folder, TEMPORARY + secrets.token_hex(8))
    with held_back(), _new_file(temporary) as file:
        file.write(new)
        file.flush()
        os.fsync(file.fileno())
        _make_alike(temporary, target)
        if sys.platform == "win32":
            file.close()  # an open file can't get another name there
        if read_bytes(target) != old:
            raise ChangedMeanwhile("changed meanwhile")
        os.replace(temporary, target)


@cache
def remove_leftovers(folder: str) -> None:
    """Remove new files that a run left in a folder when it was killed; once a folder and run.

    Those of a run that still goes on stay: it holds a lock on them.
    """
    with suppress(OSError), os.scandir(folder or os.curdir) as entries:
        for entry in entries:
            if LEFTOVER.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                with suppress(OSError):
                    _remove_unless_held(entry.path)


def _remove_unless_held(path: str) -> None:
    if sys.platform == "win32":
        os.unlink(path)  # fails while it is open
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(path)
    finally:
        os.close(descriptor)


@contextmanager
def _new_file(path: str) -> Iterator[BinaryIO]:
    """A new file, locked, that is gone in the end unless it got another name."""
    # Nobody else may read it before it has the mode of the old one.
    with open(os.open(path, NEW_FILE, 0o600), "wb") as file:
        try:
            if sys.platform != "win32":
                with suppress(OSError):  # a file system without locks
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield file
        finally:
            if sys.platform == "win32":
                file.close()
            with suppress(FileNotFoundError):
                os.unlink(path)


def _make_alike(path: str, model: str) -> None:
    """Give a file of ours the owner, the attributes (access lists are some) and the mode of another
    one; raises :class:`NotKept` where that can't be."""
    wanted, made = os.stat(model), os.stat(path)
    if sys.platform != "win32" and (wanted.st_uid, wanted.st_gid) != (made.st_uid, made.st_gid):
        try:
            os.chown(path, wanted.st_uid, wanted.st_gid)
        except PermissionError as error:
            raise NotKept("its owner and group could not be kept") from error
    if hasattr(os, "listxattr"):
        _copy_attributes(path, model)
    # The last: an access list changes the mode too.
    os.chmod(path, stat.S_IMODE(wanted.st_mode))


def _copy_attributes(path: str, model: str) -> None:
    try:
        wanted, made = _attributes(model), _attributes(path)
        for name in made.keys() - wanted.keys():
            os.removexattr(path, name)  # the folder's, for new files in it
        for name, value in wanted.items():
            if made.get(name) != value:
                os.setxattr(path, name, value)
    except OSError as error:
        raise NotKept(f"its attributes could not be kept: {error.strerror}") from error


def _attributes(path: str) -> dict[str, bytes]:
    try:
        names = os.listxattr(path)
    except OSError:
        return {}  # a file system that has none
    return {name: os.getxattr(path, name) for name in names}
