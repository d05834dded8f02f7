"""What flake8 loads: a module's tree and lines in, findings out; and the options.

flake8 imports this module in every run, whether or not there is a task to look at. So it imports
next to nothing: the rules come in with the first file that could hold a finding.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from . import __version__
from .linting.prefilter import may_hold_findings
from .settings import DEFAULT, OPINIONS, Settings

if TYPE_CHECKING:
    import ast

    from flake8.options.manager import OptionManager

    from .linting.findings import Finding

#: What flake8 takes for a finding: line (from 1), column (from 0), code and message, plugin.
ForFlake8 = tuple[int, int, str, type]

#: The code under which a file is named that could not be looked at; it is no rule.
NOT_CHECKED = "CRT000"

LOG = logging.getLogger("flake8.celery_retry")


class Plugin:
    """flake8's view of the linter: made once a file, run once."""

    name = "flake8-celery-retry"
    version = __version__
    #: The options of this run, the same for every file.
    settings: ClassVar[Settings] = DEFAULT

    def __init__(self, tree: ast.Module, lines: Sequence[str], filename: str = "") -> None:
        """Take a parsed file, its lines, each with its line end, and its path."""
        self.tree = tree
        self.lines = lines
        self.path = filename

    def run(self) -> Iterator[ForFlake8]:
        """Yield the file's findings, by place and code.

        One file must not end the run for all the others, as an exception here would: a file that
        nests too deeply for Python's stack, or that brings a mistake of this linter to light, is
        named in a line of its own (``flake8 -vv`` shows the traceback).
        """
        try:
            findings = self.findings()
        except Exception as error:
            findings = [not_checked(error)]
        for finding in findings:
            text = f"{finding.code} {finding.message}"
            yield finding.line, finding.column, text, type(self)

    def findings(self) -> list[Finding]:
        """The file's findings; none, and nothing imported, where its text rules them out."""
        if not may_hold_findings("".join(self.lines), self.settings, self.path):
            return []
        # Most files are ruled out, and flake8 starts a process for each core.
        from .linting.lint import lint

        return lint(self.tree, self.lines, self.settings, self.path)

    @classmethod
    def add_options(cls, manager: OptionManager) -> None:
        """Tell flake8 of the options, for the command line and the configuration file.

        The values are checked by argparse, wherever they come from: a wrong one ends the run with
        flake8's own line about the usage.
        """
        manager.add_option(
            "--celery-task-decorators",
            metavar="names",
            default="",
            type=dotted_names,
            parse_from_config=True,
            help="Comma-separated list of decorators of your own that make Celery tasks: dotted "
            "names (shop.celery.task) or last parts (task).",
        )
        manager.add_option(
            "--celery-task-bases",
            metavar="names",
            default="",
            type=dotted_names,
            parse_from_config=True,
            help="Comma-separated list of base classes of your own whose subclasses are Celery "
            "tasks: dotted names or last parts.",
        )
        manager.add_option(
            "--celery-visibility-timeout",
            metavar="seconds",
            default=DEFAULT.visibility_timeout,
            type=whole_seconds,
            parse_from_config=True,
            help="The broker's visibility timeout, for CRT906. (Default: %(default)s, that of "
            "Celery's Redis transport)",
        )
        manager.add_option(
            "--celery-baseline",
            metavar="file",
            default="",
            normalize_paths=True,
            parse_from_config=True,
            help="A file of findings that are known and stay silent; "
            "flake8-celery-retry check --write-baseline writes it.",
        )

    @classmethod
    def parse_options(cls, options: argparse.Namespace) -> None:
        """Keep what the user set."""
        cls.settings = settings_of(options)
        check_baseline(cls.settings.baseline)


def not_checked(error: Exception) -> Finding:
    """What names a file that could not be looked at, by what went wrong."""
    if isinstance(error, RecursionError):
        why = "its code nests too deeply"
    else:
        LOG.debug("the linter failed", exc_info=error)
        what = " ".join(str(error).split())
        why = f"a bug in {Plugin.name}, {type(error).__name__}: {what}"
    # Most files are ruled out, and need none.
    from .linting.findings import Finding

    return Finding(NOT_CHECKED, 1, 0, f"not checked for Celery retries: {why}")


def settings_of(options: argparse.Namespace) -> Settings:
    """What flake8's options mean for the linter.

    Raises ``flake8.exceptions.ExecutionError`` for a wrong value that argparse could not see
    (Flake8-pyproject hands lists over as they are).
    """
    try:
        decorators = dotted_names(options.celery_task_decorators)
        bases = dotted_names(options.celery_task_bases)
    except argparse.ArgumentTypeError as error:
        # Only for a wrong value.
        from flake8.exceptions import ExecutionError

        raise ExecutionError(f"celery-task-decorators, celery-task-bases: {error}") from error
    return Settings(
        task_decorators=decorators,
        task_bases=bases,
        visibility_timeout=options.celery_visibility_timeout,
        opinions=opinions_named_by([*(options.select or ()), *(options.extend_select or ())]),
        baseline=options.celery_baseline,
    )


def check_baseline(path: str) -> None:
    """See that a baseline, if there is one, can be read.

    Raises ``flake8.exceptions.ExecutionError`` with the reason.
    """
    if not path:
        return
    # Most projects have none.
    from flake8.exceptions import ExecutionError

    from .linting.baseline import read_baseline

    try:
        read_baseline(path)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        if isinstance(error, FileNotFoundError):
            why = f"{why}; flake8-celery-retry check --write-baseline writes it"
        raise ExecutionError(f"celery-baseline: {path} can't be read: {why}") from error


def dotted_names(value: Any) -> frozenset[str]:
    """Read dotted names: a list of them, or text in which commas, spaces or line ends part them.

    Raises ``argparse.ArgumentTypeError`` naming the first one that is no dotted name.
    """
    names = value.replace(",", " ").split() if isinstance(value, str) else value
    for name in names:
        if not isinstance(name, str):
            raise argparse.ArgumentTypeError(f"{name!r} is no text")
        if not all(part.isidentifier() for part in name.split(".")):
            raise argparse.ArgumentTypeError(f"{name!r} is not a dotted name")
    return frozenset(names)


def whole_seconds(value: str) -> int:
    """Read a positive number of seconds; raises ``argparse.ArgumentTypeError`` if it is none."""
    value = value.strip()  # in a configuration file it may stand on a line of its own
    if not (value.isascii() and value.isdigit() and int(value)):
        raise argparse.ArgumentTypeError(f"{value!r} is not a whole number of seconds above 0")
    return int(value)


def opinions_named_by(prefixes: Iterable[str]) -> frozenset[str]:
    """The codes of the opinions that the prefixes of ``select`` and ``extend-select`` name.

    A prefix names an opinion only when it says ``CRT9`` itself (``CRT9``, ``CRT90``, ``CRT901``).
    ``CRT`` and ``C`` do not: many configurations say ``select = C,E,F,W``.
    """
    named = tuple(prefix for prefix in prefixes if prefix.startswith(OPINIONS))
    if not named:
        return frozenset()
    # Only where an opinion is named.
    from .rules import all_rules

    return frozenset(rule.code for rule in all_rules() if rule.code.startswith(named))
