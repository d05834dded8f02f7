"""The command ``flake8-celery-retry``: ``check``, ``fix`` and ``rule``."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .. import __version__

if TYPE_CHECKING:
    import argparse

PROGRAM = "flake8-celery-retry"

USAGE = f"""\
usage: {PROGRAM} <command> [options] [paths]

Finds and fixes the mistakes people make with Celery retries.

commands:
  check PATH...  print what flake8 would print about Celery retries there, only sooner
  fix PATH...    repair what can be repaired: safe fixes, with --unsafe-fixes all of them
  rule CODE...   explain a rule (CRT101), with --all every one

PATH is a file, a folder, or - for standard input. check and fix take flake8's options and read
flake8's configuration (setup.cfg, tox.ini, .flake8); "{PROGRAM} check --help" and
"{PROGRAM} fix --help" list them all.

options:
  -h, --help  show this help
  --version   show the version

exit status: 0 nothing to report, 1 findings left, 2 wrong usage or an error in this program
"""

#: Exit statuses; the last is a shell's for a program that Ctrl-C ended.
CLEAN, FINDINGS, ERROR, STOPPED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (default: the program's) and return its exit status.

    Raises ``SystemExit`` where argparse does: for ``--help`` and for wrong arguments.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that knows no "ü" must not end the run.
            stream.reconfigure(errors="backslashreplace")
    try:
        status = _run(arguments)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return _complain("stopped", STOPPED)
    except BrokenPipeError:
        # Whoever reads the output has seen enough (`| head`): nothing must be flushed at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINDINGS
    except Exception as error:
        return _complain(_explanation(error), ERROR)


def _explanation(error: Exception) -> str:
    """What to say of an exception: what flake8 says of wrong usage, or that this is a bug."""
    import logging

    from flake8.exceptions import ExecutionError

    if isinstance(error, ExecutionError):
        return str(error)
    logging.getLogger("flake8.celery_retry").debug("a bug", exc_info=error)
    return f"a bug in this program, {type(error).__name__}: {error} (-vv shows where)"


def _run(arguments: list[str]) -> int:
    if not arguments:
        return _complain(f"which command? See {PROGRAM} --help", ERROR)
    command, *rest = arguments
    if command in {"-h", "--help"}:
        print(USAGE, end="")
        return CLEAN
    if command == "--version":
        print(f"{PROGRAM} {__version__}")
        return CLEAN
    if command not in COMMANDS:
        return _complain(f"there is no command {command!r}; see {PROGRAM} --help", ERROR)
    return COMMANDS[command](rest)


def check(arguments: Sequence[str]) -> int:
    """Print what flake8 would print about Celery retries, or silence it (``--add-noqa``)."""
    from .configuration import Command, read_options

    description = (
        "Prints exactly the lines about Celery retries that flake8 prints with the same "
        "configuration and arguments, only sooner."
    )
    run = read_options(arguments, Command(f"{PROGRAM} check", description, _add_check_options))
    from .checking import check_files
    from .discovery import files_of
    from .progress import with_progress

    filenames = files_of(run.options)
    checked = with_progress(check_files(filenames, run.options), len(filenames), "checked")
    if run.options.add_noqa:
        from .silencing import silence

        amiss = silence(checked, run)
    else:
        from .verdicts import report

        amiss = report(checked, run)
    return FINDINGS if amiss and not run.options.exit_zero else CLEAN


def _add_check_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--add-noqa",
        action="store_true",
        help="silence today's findings: add '# noqa: CRT...' to their lines",
    )


def fix(arguments: Sequence[str]) -> int:
    """Repair what can be repaired."""
    from .configuration import Command, read_options

    description = (
        "Repairs the mistakes with Celery retries that flake8 would show: by its configuration and "
        "these arguments, and not where a noqa comment silences them. For standard input (-), the "
        "fixed source goes to standard output."
    )
    run = read_options(arguments, Command(f"{PROGRAM} fix", description, _add_fix_options))
    from .fix import fix_paths

    is_anything_left = fix_paths(run)
    return FINDINGS if is_anything_left and not run.options.exit_zero else CLEAN


def _add_fix_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--diff",
        action="store_true",
        help="print what would change, for git apply or patch -p0, and leave the files alone",
    )
    parser.add_argument(
        "--unsafe-fixes",
        action="store_true",
        help="carry out the fixes too whose intent is likely, but the author's to choose",
    )


def rule(arguments: Sequence[str]) -> int:
    """Print the pages of rules."""
    from ..rules import all_rules

    if "-h" in arguments or "--help" in arguments:
        print(f"usage: {PROGRAM} rule CODE...\n       {PROGRAM} rule --all")
        return CLEAN
    pages = {each.code: each.page for each in all_rules()}
    codes = list(pages) if list(arguments) == ["--all"] else list(arguments)
    if not codes:
        return _complain("which rule? Name a code (CRT101), or --all", ERROR)
    for code in codes:
        if code.upper() not in pages:
            return _complain(f"there is no rule {code}; `rule --all` shows all of them", ERROR)
    print("\n\n".join(pages[code.upper()].rstrip() for code in codes))
    return CLEAN


def _complain(what: str, status: int) -> int:
    print(f"{PROGRAM}: {what}", file=sys.stderr)
    return status


COMMANDS = {"check": check, "fix": fix, "rule": rule}
