"""The files to look at: those that flake8 would and that are the project's, found in a fraction
of its time.

flake8 asks some twenty patterns, one by one, about every file of a tree. Here the patterns are one
regular expression, and a path is made absolute once a folder.
"""

from __future__ import annotations

import argparse
import fnmatch
import os
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from .ignores import Ignores, left_out_line

#: A question about a name or path.
Match = Callable[[str], object]


class Discovered(NamedTuple):
    """The files to look at (``-``: standard input), and a line about what was left out, if any."""

    files: list[str]
    left_out: str


def discover(options: argparse.Namespace) -> Discovered:
    """The files that a run with these options looks at.

    They are those that flake8 would look at, without what is not the project's
    (:mod:`.ignores`), unless ``no_ignore`` says so. With ``force_exclude``, files and folders that
    are named themselves are left out as well where what holds for the files below a folder would
    leave them out.
    """
    exclude = (*options.exclude, *options.extend_exclude)
    paths = options.filenames or ["."]
    all_ignores: list[Ignores] = []
    if options.force_exclude:
        paths = _not_excluded(paths, options, exclude, all_ignores)
        if not paths:
            return Discovered([], left_out_line(all_ignores))
    files = expand_paths(
        paths,
        stdin_display_name=options.stdin_display_name,
        filename_patterns=options.filename,
        exclude=exclude,
        all_ignores=None if options.no_ignore else all_ignores,
    )
    return Discovered(list(files), left_out_line(all_ignores))


def expand_paths(
    paths: Sequence[str],
    *,
    stdin_display_name: str,
    filename_patterns: Sequence[str],
    exclude: Sequence[str],
    all_ignores: list[Ignores] | None = None,
) -> Iterator[str]:
    """Yield the files that ``flake8.discover_files.expand_paths`` yields, in the same order.

    A folder stands for the files in it that match ``filename_patterns``; links to folders in it
    are not followed. What matches ``exclude`` is left out, by its name or its absolute path. A file
    that is named itself need not match a pattern, nor exist. Where there is a list for them, what
    is not the project's is left out of each folder, and the list tells what that was.
    """
    is_excluded = _any_of(exclude) if exclude else _never
    is_wanted = _any_of(filename_patterns) if filename_patterns else _always
    for path in paths or ["."]:
        shown = stdin_display_name if path == "-" else path
        is_plain_stdin = path == "-" and stdin_display_name == "stdin"
        if not is_plain_stdin and _matches_name_or_path(shown, is_excluded):
            continue
        if os.path.isdir(path):
            ignores = None
            if all_ignores is not None:
                ignores = Ignores(path)
                all_ignores.append(ignores)
            yield from _files_in(path, is_wanted, is_excluded, ignores)
        else:
            yield path


def _files_in(
    folder: str, is_wanted: Match, is_excluded: Match, ignores: Ignores | None
) -> Iterator[str]:
    for root, folders, files in os.walk(folder):
        prefix = os.path.join(root, "")
        absolute = os.path.join(os.path.abspath(root), "")
        folders[:] = [
            name
            for name in folders
            if not (is_excluded(name) or is_excluded(absolute + name))
            and not (ignores and ignores.leaves_out_folder(name, absolute + name))
        ]
        for name in files:
            path = prefix + name
            if (
                is_wanted(path)
                and not (is_excluded(name) or is_excluded(absolute + name))
                and not (ignores and ignores.leaves_out_file(absolute + name))
            ):
                yield path


def _not_excluded(
    paths: Sequence[str],
    options: argparse.Namespace,
    exclude: Sequence[str],
    all_ignores: list[Ignores],
) -> list[str]:
    """The paths that are in no excluded folder of the current one, nor in one of another's."""
    is_excluded = _any_of(exclude) if exclude else _never
    here = os.path.abspath(".")
    ignores = Ignores(here)
    all_ignores.append(ignores)

    def is_foreign(path: str) -> bool:
        if os.path.isdir(path):
            return ignores.has_folder(os.path.basename(path), path)
        return ignores.has_file(path)

    wanted = []
    for path in paths:
        shown = options.stdin_display_name if path == "-" else path
        parts = _parts_below(here, os.path.abspath(shown))
        if any(is_excluded(os.path.basename(part)) or is_excluded(part) for part in parts):
            continue
        if not options.no_ignore and any(map(is_foreign, parts)):
            ignores.files += 1
            continue
        wanted.append(path)
    return wanted


def _parts_below(folder: str, path: str) -> list[str]:
    """The path and the folders above it, without this folder and those above that."""
    parts = []
    while path != folder and os.path.dirname(path) != path:
        parts.append(path)
        path = os.path.dirname(path)
    return parts[::-1] if path == folder else []


def _matches_name_or_path(path: str, is_excluded: Match) -> bool:
    name = os.path.basename(path)
    if name not in {".", ".."} and is_excluded(name):
        return True
    return bool(is_excluded(os.path.abspath(path)))


def _any_of(patterns: Sequence[str]) -> Match:
    """Whether a name matches one of the shell patterns, as ``fnmatch.fnmatch`` tells."""
    alternatives = "|".join(fnmatch.translate(os.path.normcase(each)) for each in patterns)
    matches = re.compile(alternatives).match
    if os.path.normcase("A/") == "A/":
        return matches
    return lambda name: matches(os.path.normcase(name))


def _never(_name: str) -> bool:
    return False


def _always(_name: str) -> bool:
    return True
