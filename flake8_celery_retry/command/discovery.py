"""The files to look at: those that flake8 would, found in a fraction of its time.

flake8 asks some twenty patterns, one by one, about every file of a tree. Here the patterns are one
regular expression, and a path is made absolute once a folder.
"""

from __future__ import annotations

import argparse
import fnmatch
import os
import re
from collections.abc import Callable, Iterator, Sequence

#: A question about a name or path.
Match = Callable[[str], object]


def files_of(options: argparse.Namespace) -> list[str]:
    """The files that a run with flake8's ``options`` looks at (``-``: standard input)."""
    return list(
        expand_paths(
            options.filenames,
            stdin_display_name=options.stdin_display_name,
            filename_patterns=options.filename,
            exclude=(*options.exclude, *options.extend_exclude),
        )
    )


def expand_paths(
    paths: Sequence[str],
    *,
    stdin_display_name: str,
    filename_patterns: Sequence[str],
    exclude: Sequence[str],
) -> Iterator[str]:
    """Yield the files that ``flake8.discover_files.expand_paths`` yields, in the same order.

    A folder stands for the files in it that match ``filename_patterns``; links to folders in it
    are not followed. What matches ``exclude`` is left out, by its name or its absolute path. A file
    that is named itself need not match a pattern, nor exist.
    """
    is_excluded = _any_of(exclude) if exclude else _never
    is_wanted = _any_of(filename_patterns) if filename_patterns else _always
    for path in paths or ["."]:
        shown = stdin_display_name if path == "-" else path
        is_plain_stdin = path == "-" and stdin_display_name == "stdin"
        if not is_plain_stdin and _matches_name_or_path(shown, is_excluded):
            continue
        if os.path.isdir(path):
            yield from _files_in(path, is_wanted, is_excluded)
        else:
            yield path


def _files_in(folder: str, is_wanted: Match, is_excluded: Match) -> Iterator[str]:
    for root, folders, files in os.walk(folder):
        prefix = os.path.join(root, "")
        absolute = os.path.join(os.path.abspath(root), "")
        folders[:] = [
            name for name in folders if not (is_excluded(name) or is_excluded(absolute + name))
        ]
        for name in files:
            path = prefix + name
            if is_wanted(path) and not (is_excluded(name) or is_excluded(absolute + name)):
                yield path


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
