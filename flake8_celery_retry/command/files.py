"""Files fixed in their place, or left as they are: never anything in between."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress

from ..fixing.fixer import Lint, Outcome, Wanted, fix_source, show_all
from ..linting.lint import lint as lint_module
from ..settings import DEFAULT, Settings
from .reading import read_bytes


class ChangedMeanwhile(OSError):
    """Somebody else wrote the file after it was read."""


def fix_file(
    path: str,
    settings: Settings = DEFAULT,
    *,
    unsafe: bool = False,
    wanted: Wanted = show_all,
    lint: Lint = lint_module,
) -> Outcome:
    """Fix a file in its place (see :func:`~flake8_celery_retry.fixing.fixer.fix_source`).

    Where it can't be read or written, or was written by somebody else meanwhile, it is left alone,
    and the outcome has the error.
    """
    try:
        source = read_bytes(path)
    except OSError as error:
        return Outcome(b"", error=_explained(error))
    outcome = fix_source(source, settings, unsafe=unsafe, wanted=wanted, lint=lint)
    if outcome.error is not None or outcome.source == source:
        return outcome
    try:
        replace_file(path, source, outcome.source)
    except OSError as error:
        return Outcome(source, error=_explained(error))
    return outcome


def replace_file(path: str, old: bytes, new: bytes) -> None:
    """Put ``new`` in the place of a file's content, which must still be ``old``.

    The new file is written whole beside the old one and then takes its name, so that nobody ever
    sees half of it. It has the old one's mode and, where that is allowed, its owner; a symbolic
    link stays one, and what it points to is replaced. Other hard links keep the old content: they
    are somebody's copy or snapshot, and to write through them would mean to write in place, half
    of it at a time.

    Raises ``OSError`` where something prevents that, and :class:`ChangedMeanwhile`; the file
    is then as it was. Nothing else is left behind, whatever happens.
    """
    target = os.path.realpath(path)
    status = os.stat(target)
    if not os.access(target, os.W_OK):
        raise PermissionError("not writable")
    folder, name = os.path.split(target)
    # No name that a linter looks at or that another process has chosen.
    temporary = os.path.join(folder, f".{name}.{secrets.token_hex(8)}")
    try:
        _write(temporary, new, status)
        if read_bytes(target) != old:
            raise ChangedMeanwhile("changed meanwhile")
        os.replace(temporary, target)
    except BaseException:  # Ctrl-C too
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def _write(path: str, content: bytes, alike: os.stat_result) -> None:
    """Write a new file with the mode and, if possible, the owner of another one."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    # Nobody else may read it before it has the mode of the old one.
    with open(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if hasattr(os, "chown"):
        with suppress(PermissionError):
            os.chown(path, alike.st_uid, alike.st_gid)
    os.chmod(path, stat.S_IMODE(alike.st_mode))


def _explained(error: OSError) -> str:
    return error.strerror or str(error)
