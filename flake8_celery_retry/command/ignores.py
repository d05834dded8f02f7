"""What lies in a project's folder and is not the project's: environments, builds, git's ignored."""

from __future__ import annotations

import os
from functools import cached_property

from .wording import counted

#: Folders by their name, which hold other people's code or copies of one's own.
FOREIGN = frozenset({".venv", "venv", "site-packages", "node_modules", "build", ".eggs"})

#: What tells a virtual environment (whatever its name) from other folders, and one of conda.
ENVIRONMENT_MARKS = ("pyvenv.cfg", "conda-meta")

GIT = ["git", "ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z"]


class Ignores:
    """What is left out of a folder that is looked at, and how much that was.

    git is asked where the folder lies in a checkout: it knows all the files that say what to
    ignore, and that a file which it tracks is never ignored.
    """

    def __init__(self, folder: str) -> None:
        """Take the folder."""
        self.folder = os.path.abspath(folder)
        self.folders = self.files = 0
        #: Why git could not say what it ignores, if it couldn't.
        self.trouble = ""

    def has_folder(self, name: str, path: str) -> bool:
        """Whether a folder (its name, its absolute path) is not the project's."""
        return name in FOREIGN or self.has_file(path) or _is_environment(path)

    def has_file(self, path: str) -> bool:
        """Whether git ignores what has this absolute path."""
        return path in self._ignored_by_git

    def leaves_out_folder(self, name: str, path: str) -> bool:
        """Whether a folder is left out, which is then counted."""
        is_left_out = self.has_folder(name, path)
        self.folders += is_left_out
        return is_left_out

    def leaves_out_file(self, path: str) -> bool:
        """Whether a file is left out, which is then counted."""
        is_left_out = self.has_file(path)
        self.files += is_left_out
        return is_left_out

    @cached_property
    def _ignored_by_git(self) -> frozenset[str]:
        """The absolute paths of what git ignores; what lies in an ignored folder is not named."""
        if not _is_checkout(self.folder):
            return frozenset()
        # It takes longer to import than git to answer, and files that are named need none.
        import subprocess

        try:
            done = subprocess.run(GIT, cwd=self.folder, capture_output=True, check=True)
        except OSError as error:
            self.trouble = f"git can't be run: {error.strerror}"
            return frozenset()
        except subprocess.CalledProcessError as error:
            self.trouble = next(iter(error.stderr.decode(errors="replace").splitlines()), "git")
            return frozenset()
        paths = map(os.fsdecode, filter(None, done.stdout.split(b"\0")))
        return frozenset(os.path.normpath(os.path.join(self.folder, path)) for path in paths)


def _is_environment(folder: str) -> bool:
    return any(os.path.exists(os.path.join(folder, mark)) for mark in ENVIRONMENT_MARKS)


def _is_checkout(folder: str) -> bool:
    while not os.path.exists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return False
        folder = above
    return True


def left_out_line(all_ignores: list[Ignores]) -> str:
    """A line about what was left out, or about why that can't be told; empty: nothing was."""
    for ignores in all_ignores:
        if ignores.trouble:
            return f".gitignore is not read: {ignores.trouble}"
    folders = sum(ignores.folders for ignores in all_ignores)
    files = sum(ignores.files for ignores in all_ignores)
    numbers = {"folder": folders, "file": files}
    said = " and ".join(counted(number, noun) for noun, number in numbers.items() if number)
    return f"left out {said} (see --no-ignore)" if said else ""
