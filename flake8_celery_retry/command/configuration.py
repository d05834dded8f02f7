"""The command line and the configuration, read by flake8's own code.

flake8 finds, imports and asks every installed plugin before it reads an option, which takes longer
than checking a small project. Here that happens only where it is needed: when the command line or
the configuration names something that another plugin has to know, and when Flake8-pyproject is to
read ``[tool.flake8]``.
"""

from __future__ import annotations

import argparse
import configparser
import os
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import EntryPoint, PackageNotFoundError, distribution
from time import perf_counter
from typing import NamedTuple

import flake8
from flake8.exceptions import ExecutionError
from flake8.formatting import default as formatters
from flake8.main import options as flake8_options
from flake8.options import aggregator, config
from flake8.options.manager import OptionManager
from flake8.plugins import finder

from ..plugin import Plugin, check_baseline, settings_of
from ..settings import Settings
from . import pyproject

#: The prefix under which flake8 knows this plugin, and the group of its formatters.
OWN_PREFIX = "CRT"
REPORTERS = "flake8.report"

#: The prefix of flake8's own lines about files it can't read or parse, which ``check`` prints too.
FILE_ERRORS = "E9"

#: The package that has flake8 read ``[tool.flake8]``.
PYPROJECT_PLUGIN = "Flake8-pyproject"

#: Help is as wide as a terminal is at least.
HELP_FORMAT = partial(argparse.HelpFormatter, width=80)

#: What a format string may name.
FORMAT_KEYS = {"path": "", "row": 0, "col": 0, "code": "", "text": "", **formatters.COLORS_OFF}


class Run(NamedTuple):
    """What a run is to do: the options, what they mean for the linter, the formatters to choose
    from, when it began, and what the user should know about the configuration."""

    options: argparse.Namespace
    settings: Settings
    reporters: dict[str, finder.LoadedPlugin]
    started: float
    notices: tuple[str, ...] = ()


class Source(NamedTuple):
    """The configuration's content and folder, and what it says about plugins.

    ``is_own``: it is our own table of ``pyproject.toml``. ``is_theirs``: only Flake8-pyproject
    can read it.
    """

    parser: configparser.RawConfigParser
    folder: str
    plugins: finder.PluginOptions
    is_own: bool = False
    is_theirs: bool = False
    notices: tuple[str, ...] = ()


class Command(NamedTuple):
    """A command: its name and description, as its help shows them, and what adds its own options.

    ``refused`` are options of flake8's that mean nothing to it. One that ``has_formats`` prints
    findings as flake8's formatters do.
    """

    name: str
    description: str
    add_options: Callable[[argparse.ArgumentParser], object]
    refused: tuple[str, ...] = ()
    has_formats: bool = True


def read_options(argv: Sequence[str], command: Command) -> Run:
    """Read the arguments and the configuration as flake8 would.

    Raises ``SystemExit`` (2 on a wrong argument, after argparse's line about it; 0 for ``--help``
    and ``--bug-report``), and ``flake8.exceptions.ExecutionError`` for a configuration that can't
    be read, with a line that says why.
    """
    try:
        return _read_options(argv, command)
    except (configparser.Error, ValueError) as error:
        what = " ".join(str(error).split())
        raise ExecutionError(f"flake8's configuration can't be read: {what}") from error


def _read_options(argv: Sequence[str], command: Command) -> Run:
    started = perf_counter()
    own_parser = _own_parser(command)
    own, rest = own_parser.parse_known_args(argv)
    first_parser = flake8_options.stage1_arg_parser()
    first, rest = first_parser.parse_known_args(rest)
    if first.output_file:
        # flake8 reads this option twice: for its log and for its formatter.
        rest += ["--output-file", first.output_file]
    flake8.configure_logging(first.verbose, first.output_file)
    source = _read_configuration(first)

    plugins = _shipped_plugins()
    manager = _option_manager(plugins, first_parser, command)
    options = None
    if not (source.plugins.require_plugins or source.is_theirs or _has_unknown(manager, rest)):
        _show_help_if_asked(own_parser, manager, rest)
        options = aggregator.aggregate_options(manager, source.parser, source.folder, rest)
        if options.bug_report or (command.has_formats and _names_a_formatter(options, plugins)):
            options = None
    if options is None:
        plugins = _installed_plugins(source)
        manager = _option_manager(plugins, first_parser, command)
        _show_help_if_asked(own_parser, manager, rest)
        options = aggregator.aggregate_options(manager, source.parser, source.folder, rest)
        if options.bug_report:
            _print_bug_report(plugins)
            raise SystemExit(0)
        _tell_others(plugins, manager, options)
    _refuse_options(manager.parser, rest, command)
    for name, value in vars(own).items():
        setattr(options, name, value)
    if not command.has_formats:
        options.format = "default"
    _check_format_string(options, plugins)
    if os.environ.get("NO_COLOR") and options.color == "auto":
        options.color = "never"
    settings = settings_of(options)
    if getattr(options, "write_baseline", False):
        settings = settings._replace(baseline="")  # all of today's findings
    check_baseline(settings.baseline)
    return Run(options, settings, plugins.reporters, started, source.notices)


def _own_parser(command: Command) -> argparse.ArgumentParser:
    """The parser of the options that are the command's own; the rest is flake8's to read."""
    parser = argparse.ArgumentParser(
        prog=command.name,
        usage=f"{command.name} [options] [PATH ...]",
        description=command.description,
        formatter_class=HELP_FORMAT,
        add_help=False,
        allow_abbrev=False,
    )
    command.add_options(parser)
    return parser


def _option_manager(
    plugins: finder.Plugins, first_parser: argparse.ArgumentParser, command: Command
) -> OptionManager:
    manager = OptionManager(
        version=flake8.__version__,
        plugin_versions=plugins.versions_str(),
        parents=[first_parser],
        formatter_names=list(plugins.reporters),
    )
    manager.parser.prog = command.name
    manager.parser.usage = f"{command.name} [options] [PATH ...]"
    flake8_options.register_default_options(manager)
    manager.register_plugins(plugins)
    manager.extend_default_select([FILE_ERRORS])
    return manager


def _show_help_if_asked(
    own_parser: argparse.ArgumentParser, manager: OptionManager, arguments: Sequence[str]
) -> None:
    """Print the command's own options and then flake8's, and end the run."""
    if not {"-h", "--help"}.intersection(arguments):
        return
    manager.parser.usage = argparse.SUPPRESS
    manager.parser.formatter_class = HELP_FORMAT
    print(own_parser.format_help())
    print("All of flake8's options work too:\n")
    print(manager.parser.format_help(), end="")
    raise SystemExit(0)


def _print_bug_report(plugins: finder.Plugins) -> None:
    # Only for --bug-report.
    import json

    from flake8.main import debug

    print(json.dumps(debug.information(flake8.__version__, plugins), indent=2, sort_keys=True))


def _refuse_options(
    parser: argparse.ArgumentParser, arguments: Sequence[str], command: Command
) -> None:
    """End the run if the command line has an option that the command would do nothing with.

    (In a configuration file such an option is for flake8 and for ``check``.)
    """
    for argument in arguments:
        name = argument.partition("=")[0]
        if name in command.refused:
            parser.error(f"{name} means nothing to {command.name}")


def _read_configuration(first: argparse.Namespace) -> Source:
    table, notices = None, []
    if not first.isolated:
        table = pyproject.find_table(first.config)
    if table is not None:
        parser, folder = pyproject.as_configuration(table), os.path.dirname(table.path)
        if table.passes_over:
            notices.append(f"{table.name} is read, {table.passes_over} is not")
        for extra in first.append_config:
            if not parser.read(extra, encoding="UTF-8"):
                raise ExecutionError(f"The specified config file does not exist: {extra}")
    else:
        parser, folder = config.load_config(
            config=first.config, extra=first.append_config, isolated=first.isolated
        )
    is_theirs = False
    if table is None and pyproject.is_for_flake8():
        is_theirs = _is_installed(PYPROJECT_PLUGIN)
        if not is_theirs:
            notices.append(
                f"[tool.flake8] in {pyproject.FILE} is not read: that takes {PYPROJECT_PLUGIN}"
            )
    plugins = finder.parse_plugin_options(
        parser,
        folder,
        enable_extensions=first.enable_extensions,
        require_plugins=first.require_plugins,
    )
    return Source(parser, folder, plugins, table is not None, is_theirs, tuple(notices))


def _is_installed(package: str) -> bool:
    try:
        distribution(package)
    except PackageNotFoundError:
        return False
    return True


def _shipped_plugins() -> finder.Plugins:
    """This plugin and flake8's own formatters."""
    reporters = {
        "default": formatters.Default,
        "pylint": formatters.Pylint,
        "quiet-filename": formatters.FilenameOnly,
        "quiet-nothing": formatters.Nothing,
    }
    return finder.Plugins(
        checkers=finder.Checkers(tree=[_own_plugin()], logical_line=[], physical_line=[]),
        reporters={
            name: _loaded("flake8", flake8.__version__, name, REPORTERS, reporter)
            for name, reporter in reporters.items()
        },
        disabled=[],
    )


def _installed_plugins(source: Source) -> finder.Plugins:
    """All that flake8 would load."""
    found = finder.find_plugins(source.parser, source.plugins)
    others = [
        plugin
        for plugin in found
        if plugin.entry_point.name != OWN_PREFIX
        # It would put [tool.flake8] in the place of our own table.
        and not (source.is_own and plugin.package.lower() == PYPROJECT_PLUGIN.lower())
    ]
    loaded = finder.load_plugins(others, source.plugins)
    checkers = loaded.checkers._replace(tree=[_own_plugin(), *loaded.checkers.tree])
    return loaded._replace(checkers=checkers)


def _own_plugin() -> finder.LoadedPlugin:
    return _loaded(Plugin.name, Plugin.version, OWN_PREFIX, "flake8.extension", Plugin)


def _loaded(package: str, version: str, name: str, group: str, thing: type) -> finder.LoadedPlugin:
    entry_point = EntryPoint(name, f"{thing.__module__}:{thing.__qualname__}", group)
    return finder.LoadedPlugin(finder.Plugin(package, version, entry_point), thing, {})


def _has_unknown(manager: OptionManager, arguments: Sequence[str]) -> bool:
    """Whether the arguments have an option that only another plugin can know."""
    asks_not_for_help = [each for each in arguments if each not in {"-h", "--help", "--version"}]
    _, unknown = manager.parser.parse_known_args(asks_not_for_help)
    return bool(unknown)


def _names_a_formatter(options: argparse.Namespace, plugins: finder.Plugins) -> bool:
    """Whether ``--format`` may be the name of a formatter that isn't flake8's own.

    What is no name is a format string, which needs a ``%`` to say anything.
    """
    return options.format not in plugins.reporters and "%" not in options.format


def _check_format_string(options: argparse.Namespace, plugins: finder.Plugins) -> None:
    if options.format in plugins.reporters:
        return
    try:
        options.format % FORMAT_KEYS
    except KeyError as error:
        known = ", ".join(key for key in FORMAT_KEYS if key not in formatters.COLORS)
        raise ExecutionError(f"--format: there is no {error} to show, only {known}") from error
    except (ValueError, TypeError) as error:
        raise ExecutionError(f"--format={options.format}: {error}") from error


def _tell_others(
    plugins: finder.Plugins, manager: OptionManager, options: argparse.Namespace
) -> None:
    """Hand the options to the other plugins that ask for them, as flake8 does."""
    for loaded in plugins.all_plugins():
        parse_options = getattr(loaded.obj, "parse_options", None)
        if parse_options is None or loaded.obj is Plugin:
            continue
        try:
            parse_options(manager, options, options.filenames)
        except TypeError:
            parse_options(options)
