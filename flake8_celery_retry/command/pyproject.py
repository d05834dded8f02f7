"""``[tool.flake8-celery-retry]`` of ``pyproject.toml``: for people who don't run flake8.

Its keys are those of a ``[flake8]`` section as far as they concern these checks. flake8 reads no
TOML, so the table is only the command's: where there is one, it stands in the place of flake8's
configuration file.
"""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from flake8.exceptions import ExecutionError
from flake8.options.config import _find_config_file

FILE = "pyproject.toml"
TABLE = "flake8-celery-retry"


class Table(NamedTuple):
    """Our table in a file, and the file that flake8 would have read instead (empty: none)."""

    path: str
    content: dict[str, Any]
    passes_over: str = ""

    @property
    def name(self) -> str:
        """How messages name it."""
        return f"[tool.{TABLE}] in {os.path.relpath(self.path)}"


def find_table(named: str | None) -> Table | None:
    """The table that holds for this folder, or that of the file that ``--config`` names.

    The nearest configuration holds: that of this folder, or of the first above it that has one, no
    higher than the home folder; in one folder, our table comes before flake8's files.
    Raises ``ExecutionError`` for a named file of TOML without the table.
    """
    if named is not None:
        if not named.endswith(".toml"):
            return None
        if (content := _content_of(named, TABLE)) is None:
            raise ExecutionError(f"{named} has no table [tool.{TABLE}]")
        return Table(os.path.abspath(named), content)
    flake8_file = None
    for folder in _folders_from_here():
        path = os.path.join(folder, FILE)
        if (content := _content_of(path, TABLE)) is not None:
            flake8_file = _find_config_file(os.path.abspath("."))
            break
    else:
        return None
    flake8_folder = os.path.dirname(flake8_file) if flake8_file else ""
    if len(flake8_folder) > len(folder) or (folder != os.path.abspath(".") and is_for_flake8()):
        return None  # theirs is nearer
    passes_over = ""
    if flake8_file and flake8_folder == folder:
        passes_over = f"[flake8] in {os.path.relpath(flake8_file)}"
    return Table(path, content, passes_over)


def is_for_flake8() -> bool:
    """Whether this folder's file has a table ``[tool.flake8]``, which Flake8-pyproject reads."""
    return _content_of(FILE, "flake8") is not None


def _folders_from_here() -> Iterator[str]:
    """This folder and those above it, below the home folder, as flake8 looks for its files."""
    folder, home = os.path.abspath("."), os.path.expanduser("~")
    while True:
        yield folder
        above = os.path.dirname(folder)
        if above in {folder, home}:
            return
        folder = above


def _content_of(path: str, name: str) -> dict[str, Any] | None:
    """The table ``[tool.<name>]`` of a file, if it has one."""
    try:
        with open(path, "rb") as file:
            text = file.read().decode()
    except (OSError, UnicodeDecodeError):
        return None
    if name not in text:  # saves most runs the parser
        return None
    if sys.version_info >= (3, 11):
        # Only where there may be a table.
        import tomllib
    else:
        # The same.
        import tomli as tomllib
    try:
        content = tomllib.loads(text).get("tool", {}).get(name)
    except (tomllib.TOMLDecodeError, AttributeError) as error:
        if TABLE not in text:
            return None
        raise ExecutionError(f"{path} can't be read: {error}") from error
    if content is not None and not isinstance(content, dict):
        raise ExecutionError(f"{path}: tool.{name} is no table")
    return content


def as_configuration(table: Table) -> configparser.RawConfigParser:
    """The table as the section that flake8 reads.

    Raises ``ExecutionError`` naming the first key that there is not, or whose value is of the wrong
    type.
    """
    parser = configparser.RawConfigParser()
    parser.add_section("flake8")
    for key, value in table.content.items():
        name = key.replace("_", "-")
        if name not in KEYS:
            # Only a mistake needs it.
            import difflib

            close = difflib.get_close_matches(name, KEYS, 1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise ExecutionError(f"{table.name} has a key {key!r}, which there is not{hint}")
        try:
            text = KEYS[name](value)
        except TypeError as error:
            raise ExecutionError(f"{table.name}: {key} must be {error}") from error
        parser.set("flake8", name, text)
    return parser


def _names(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ",\n".join(value)
    raise TypeError("a list of strings")


def _names_by_file(value: object) -> str:
    if not isinstance(value, dict):
        return _names(value)
    try:
        return "\n".join(f"{pattern}:{_names(codes)}" for pattern, codes in value.items())
    except TypeError:
        raise TypeError("a table of lists of strings") from None


def _number(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise TypeError("a whole number")


def _truth(value: object) -> str:
    if isinstance(value, bool):
        return str(value)
    raise TypeError("true or false")


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise TypeError("a string")


def _keys(kind: Callable[[object], str], names: Iterable[str]) -> dict[str, Callable[..., str]]:
    return dict.fromkeys(names, kind)


#: The keys, each with what makes flake8's text of its value, or raises ``TypeError`` with what the
#: value must be.
KEYS: dict[str, Callable[[object], str]] = {
    **_keys(_names, ["select", "extend-select", "ignore", "extend-ignore"]),
    **_keys(_names, ["exclude", "extend-exclude", "filename"]),
    **_keys(_names, ["celery-task-decorators", "celery-task-bases"]),
    **_keys(_names_by_file, ["per-file-ignores"]),
    **_keys(_number, ["celery-visibility-timeout", "max-line-length"]),
    **_keys(_truth, ["disable-noqa", "show-source", "statistics", "count"]),
    **_keys(_text, ["format", "celery-baseline"]),
}
