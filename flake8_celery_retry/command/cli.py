"""The command ``flake8-celery-retry``: ``check``, ``fix``, ``rule`` and ``server``."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from .. import __version__

if TYPE_CHECKING:
    import argparse

    from .checking import CheckedFile
    from .configuration import Command, Run

PROGRAM = "flake8-celery-retry"

USAGE = f"""\
usage: {PROGRAM} <command> [options] [paths]

Finds and fixes the mistakes people make with Celery retries.

commands:
  check PATH...  print what flake8 would print about Celery retries, only sooner
  fix PATH...    repair what can be: safe fixes, with --unsafe-fixes all of them
  rule RULE...   explain rules (CRT203, CRT2, retry-swallowed); --list names all
  server         serve editors: findings as you type, quick fixes (an extra, [server])

PATH is a file, a folder (the one that you are in, if none is named), or - for
standard input. check and fix take flake8's options and read its configuration
(setup.cfg, tox.ini, .flake8), or [tool.{PROGRAM}] in pyproject.toml;
"{PROGRAM} check --help" and "... fix --help" list them all.

options:
  -h, --help  show this help
  --version   show the version

exit status: 0 nothing to report, 1 findings left, 2 wrong usage or an error
"""

#: Options of flake8's that are about how findings are printed, which is not what ``fix`` does.
REFUSED_BY_FIX = ("--format", "--show-source", "--no-show-source", "--benchmark")

#: Options that are about the text for people, or print none.
REFUSED_BY_JSON = frozenset(
    {"--format", "--show-source", "--statistics", "--count", "--benchmark", "--explain"}
    | {"--add-noqa", "--write-baseline"}
)

#: Exit statuses; the last is a shell's for a program that Ctrl-C ended.
CLEAN, FINDINGS, ERROR, STOPPED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (default: the program's) and return its exit status.

    Raises ``SystemExit`` where argparse does: for ``--help`` and for wrong arguments.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    is_output_closed = sys.stdout is None
    _open_closed_streams()
    if is_output_closed:
        return _complain("standard output is closed", ERROR)
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
        # Whoever reads the output has seen enough (`| head`).
        _drop_output()
        return FINDINGS
    except Exception as error:
        status = _complain(_explanation(error), ERROR)
        try:
            sys.stdout.flush()
        except OSError:  # a full disk
            _drop_output()
        return status


def _open_closed_streams() -> None:
    """Give the standard streams that are closed a place that swallows all.

    Else the next file that is opened would get their number, and what is written to them.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")


def _drop_output() -> None:
    """Have nothing more written: what is left in the buffer would fail once more at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(nowhere, stream.fileno())


def _explanation(error: Exception) -> str:
    """What to say of an exception: what flake8 says of wrong usage, or whose bug this is."""
    # Most runs have nothing to explain.
    # Nothing of this where all goes well.
    import logging

    from flake8.exceptions import Flake8Exception

    from .blame import plugin_to_blame

    what = " ".join(str(error).split())
    if isinstance(error, Flake8Exception):
        return what
    if isinstance(error, OSError):
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror or what
    logging.getLogger("flake8.celery_retry").debug("failed", exc_info=error)
    culprit = plugin_to_blame(error) or "this program"
    return f"a bug in {culprit}, {type(error).__name__}: {what} (-vv shows where)"


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
    # Each command imports what it alone needs: flake8 takes its time to start.
    from .configuration import Command

    description = (
        "Prints exactly the lines about Celery retries that flake8 prints with the same "
        "configuration and arguments, only sooner."
    )
    run = _read_options(arguments, Command(f"{PROGRAM} check", description, _add_check_options))
    if run.options.reason and not (run.options.add_noqa or run.options.write_baseline):
        return _complain("--reason means nothing without --add-noqa or --write-baseline", ERROR)
    form = run.options.output_format
    if form != "text":
        for name in REFUSED_BY_JSON.intersection(each.partition("=")[0] for each in arguments):
            return _complain(f"{name} means nothing to --output-format={form}", ERROR)
    # Nothing of this where the options are wrong.
    from .checking import check_files
    from .progress import with_progress

    filenames = _discover(run)
    checked = with_progress(check_files(filenames, run), len(filenames), "checked")
    if run.options.add_noqa:
        # One or the other.
        from .silencing import silence

        amiss = silence(checked, run)
    elif run.options.write_baseline:
        # Seldom asked for.
        from .recording import record

        amiss = record(checked, run)
    elif form != "text":
        amiss = _write_structured(list(checked), run)
    else:
        # One or the other.
        from .verdicts import report

        amiss = report(checked, run)
    return FINDINGS if amiss and not run.options.exit_zero else CLEAN


def _read_options(arguments: Sequence[str], command: Command) -> Run:
    """The options of a run; standard error has a line for what the user may not know of them."""
    # `rule` and `--help` read no options.
    from .configuration import read_options
    from .verdicts import selects_something

    run = read_options(arguments, command)
    for notice in run.notices:
        _complain(notice, CLEAN)
    if not selects_something(run):
        _complain("no CRT code is selected: add CRT to extend-select, or see ignore", CLEAN)
    return run


def _write_structured(checked: list[CheckedFile], run: Run) -> bool:
    """Write the report for other programs; whether anything is amiss."""
    # It comes with libcst where a finding has a fix.
    from .structured import write_report

    text, amiss = write_report(checked, run, run.options.output_format)
    if run.options.output_file:
        with open(run.options.output_file, "w", encoding="utf-8") as file:
            file.write(f"{text}\n")
    if not run.options.output_file or run.options.tee:
        print(text)
    return amiss


def _discover(run: Run) -> list[str]:
    """The files of a run; standard error has a line about what was left out."""
    # `rule` and `--help` look for no files.
    from .discovery import discover

    files, left_out = discover(run.options)
    if left_out and not run.options.quiet:
        _complain(left_out, CLEAN)
    return files


def _add_discovery_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("which files")
    group.add_argument(
        "--no-ignore",
        action="store_true",
        help="look at everything in a folder: virtual environments, build, node_modules and what "
        ".gitignore names too",
    )
    group.add_argument(
        "--force-exclude",
        action="store_true",
        help="what holds for the files in a folder (exclude, .gitignore) holds for files that are "
        "named as well, as pre-commit and editors name them",
    )


def _add_check_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what is printed")
    group.add_argument(
        "--output-format",
        choices=["text", "json", "sarif"],
        default="text",
        help="text as flake8 prints it (the default, see --format too), or JSON or SARIF with "
        "the ends of findings, the edits of fixes, and links",
    )
    group.add_argument(
        "--explain",
        action="store_true",
        help="say under each finding why it is one, and what its fix would do",
    )
    _add_discovery_options(parser)
    group = parser.add_argument_group("an old code base")
    group.add_argument(
        "--add-noqa",
        action="store_true",
        help="silence today's findings: add '# noqa: CRT...' to their lines, where that leaves "
        "them no longer than max-line-length",
    )
    group.add_argument(
        "--write-baseline",
        action="store_true",
        help="record today's findings in the file that celery-baseline names: they stay silent, "
        "wherever a formatter moves them",
    )
    group.add_argument(
        "--reason",
        default="",
        metavar="TEXT",
        help="why they stay, for the comments or the record",
    )


def fix(arguments: Sequence[str]) -> int:
    """Repair what can be repaired."""
    # Each command imports what it alone needs: flake8 takes its time to start.
    from .configuration import Command

    description = (
        "Repairs the mistakes with Celery retries that flake8 would show: by its configuration and "
        "these arguments, and not where a noqa comment silences them. For standard input (-), the "
        "fixed source goes to standard output."
    )
    run = _read_options(
        arguments,
        Command(f"{PROGRAM} fix", description, _add_fix_options, REFUSED_BY_FIX, has_formats=False),
    )
    # Nothing of this where the options are wrong.
    from .fix import fix_paths

    is_anything_left = fix_paths(run, _discover(run))
    return FINDINGS if is_anything_left and not run.options.exit_zero else CLEAN


def _add_fix_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what is fixed")
    group.add_argument(
        "--diff",
        action="store_true",
        help="print what would change, for git apply or patch -p0, and leave the files alone",
    )
    group.add_argument(
        "--unsafe-fixes",
        action="store_true",
        help="carry out the fixes too whose intent is likely, but the author's to choose",
    )
    group.add_argument(
        "--fix-only",
        action="store_true",
        help="say nothing of findings that are left, nor let them count for the exit status",
    )
    _add_discovery_options(parser)


def rule(arguments: Sequence[str]) -> int:
    """Print the pages of rules."""
    # The other commands take flake8's options.
    import argparse

    parser = argparse.ArgumentParser(
        prog=f"{PROGRAM} rule",
        description="Explains rules: what they find, what Celery does, what to write instead.",
        formatter_class=lambda prog: argparse.HelpFormatter(prog, width=80),
        allow_abbrev=False,
    )
    parser.add_argument(
        "rules",
        nargs="*",
        metavar="RULE",
        help="a code (CRT203), the beginning of codes (CRT2), or a name (retry-swallowed)",
    )
    parser.add_argument("--all", action="store_true", help="all rules")
    parser.add_argument("--list", action="store_true", help="codes and names only")
    parser.add_argument("--output-format", choices=["text", "json"], default="text")
    options = parser.parse_args(arguments)
    # The other commands get by without the pages.
    from ..rules import all_rules
    from .pages import NoSuchRule, as_data, listed, named_rules, show_pages

    if not (options.rules or options.all or options.list):
        return _complain("which rule? Name a code (CRT101) or a name, or --all or --list", ERROR)
    try:
        rules = named_rules(options.rules) if options.rules else list(all_rules())
    except NoSuchRule as error:
        return _complain(str(error), ERROR)
    if options.output_format == "json":
        # Text needs none.
        import json

        print(json.dumps([as_data(each) for each in rules], indent=2))
    elif options.list:
        print(listed(rules), end="")
    else:
        show_pages(rules)
    return CLEAN


def server(arguments: Sequence[str]) -> int:
    """Serve an editor as a language server."""
    try:
        # An extra: most people don't have what it stands on.
        from ..editor.server import serve
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in {"pygls", "lsprotocol"}:
            raise
        needed = f"the server needs pygls 2: pip install '{PROGRAM}[server]'"
        return _complain(needed, ERROR)
    serve(arguments)
    return CLEAN


def _complain(what: str, status: int) -> int:
    with suppress(OSError):  # standard error may be full or gone; the status says enough
        print(f"{PROGRAM}: {what}", file=sys.stderr, flush=True)
    return status


COMMANDS = {"check": check, "fix": fix, "rule": rule, "server": server}
