"""The command line and the configuration file, read by flake8's own code.

flake8 finds, imports and asks every installed plugin before it reads an option, which takes longer
than checking a small project. Here only what is needed is looked for: this plugin and flake8's own
formatters at first; the installed formatters when ``--format`` names none of those; every plugin
when the command line holds an option that only another plugin can know.
"""

from __future__ import annotations

import argparse
import configparser
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import EntryPoint
from time import perf_counter
from typing import NamedTuple

import flake8
from flake8.exceptions import ExecutionError
from flake8.formatting import default as formatters
from flake8.main import options as flake8_options
from flake8.options import aggregator, config
from flake8.options.manager import OptionManager
from flake8.plugins import finder

from ..plugin import Plugin

#: The prefix under which flake8 knows this plugin, and the group of its formatters.
OWN_PREFIX = "CRT"
REPORTERS = "flake8.report"

#: The prefix of flake8's own lines about files it can't read or parse, which ``check`` prints too.
FILE_ERRORS = "E9"


class Run(NamedTuple):
    """What a run is to do: the options, the formatters to choose from, and when it began."""

    options: argparse.Namespace
    reporters: dict[str, finder.LoadedPlugin]
    started: float


class Source(NamedTuple):
    """The configuration file's content and folder, and what it says about plugins."""

    parser: configparser.RawConfigParser
    folder: str
    plugins: finder.PluginOptions


class Command(NamedTuple):
    """A command as its help shows it, and what adds its own options to flake8's."""

    name: str
    description: str
    add_options: Callable[[argparse.ArgumentParser], object]


def read_options(argv: Sequence[str], command: Command) -> Run:
    """Read the arguments and the configuration as flake8 would, and set the plugin's settings.

    Raises ``SystemExit`` (2 on a wrong argument, after argparse's line about it; 0 for ``--help``
    and ``--bug-report``), and ``flake8.exceptions.ExecutionError`` for a configuration that flake8
    can't read.
    """
    try:
        return _read_options(argv, command)
    except (configparser.Error, ValueError) as error:
        raise ExecutionError(f"flake8's configuration can't be read: {error}") from error


def _read_options(argv: Sequence[str], command: Command) -> Run:
    started = perf_counter()
    first_parser = flake8_options.stage1_arg_parser()
    first, rest = first_parser.parse_known_args(argv)
    if first.output_file:
        # flake8 reads this option twice: for its log and for its formatter.
        rest += ["--output-file", first.output_file]
    flake8.configure_logging(first.verbose, first.output_file)
    source = _read_configuration(first)

    for find_plugins in (_shipped_plugins, _installed_reporters, _installed_plugins):
        if find_plugins is _shipped_plugins and source.plugins.require_plugins:
            continue  # only a look at what is installed can tell whether they are there
        plugins = find_plugins(source)
        manager = _option_manager(plugins, first_parser, command)
        if find_plugins is not _installed_plugins and _has_unknown_options(manager, rest):
            continue
        options = aggregator.aggregate_options(manager, source.parser, source.folder, rest)
        if find_plugins is _shipped_plugins and _names_a_formatter(options, plugins):
            continue
        break

    if options.bug_report:
        _print_bug_report(_installed_plugins(source))
        raise SystemExit(0)
    Plugin.parse_options(options)
    _tell_reporters(plugins.reporters.values(), manager, options)
    return Run(options, plugins.reporters, started)


def _print_bug_report(plugins: finder.Plugins) -> None:
    import json

    from flake8.main import debug

    print(json.dumps(debug.information(flake8.__version__, plugins), indent=2, sort_keys=True))


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
    manager.parser.usage = f"{command.name} [options] file file ..."
    manager.parser.description = command.description
    command.add_options(manager.parser)
    flake8_options.register_default_options(manager)
    manager.register_plugins(plugins)
    manager.extend_default_select([FILE_ERRORS])
    return manager


def _read_configuration(first: argparse.Namespace) -> Source:
    parser, folder = config.load_config(
        config=first.config, extra=first.append_config, isolated=first.isolated
    )
    plugins = finder.parse_plugin_options(
        parser,
        folder,
        enable_extensions=first.enable_extensions,
        require_plugins=first.require_plugins,
    )
    return Source(parser, folder, plugins)


def _shipped_plugins(_source: Source) -> finder.Plugins:
    reporters = {
        "default": formatters.Default,
        "pylint": formatters.Pylint,
        "quiet-filename": formatters.FilenameOnly,
        "quiet-nothing": formatters.Nothing,
    }
    return _plugins(
        _loaded("flake8", flake8.__version__, name, REPORTERS, reporter)
        for name, reporter in reporters.items()
    )


def _installed_reporters(source: Source) -> finder.Plugins:
    found = finder.find_plugins(source.parser, source.plugins)
    reporters = [plugin for plugin in found if plugin.entry_point.group == REPORTERS]
    return _plugins(finder.load_plugins(reporters, source.plugins).reporters.values())


def _installed_plugins(source: Source) -> finder.Plugins:
    found = finder.find_plugins(source.parser, source.plugins)
    others = [plugin for plugin in found if plugin.entry_point.name != OWN_PREFIX]
    loaded = finder.load_plugins(others, source.plugins)
    checkers = loaded.checkers._replace(tree=[_own_plugin(), *loaded.checkers.tree])
    return loaded._replace(checkers=checkers)


def _plugins(reporters: Iterable[finder.LoadedPlugin]) -> finder.Plugins:
    return finder.Plugins(
        checkers=finder.Checkers(tree=[_own_plugin()], logical_line=[], physical_line=[]),
        reporters={reporter.entry_name: reporter for reporter in reporters},
        disabled=[],
    )


def _own_plugin() -> finder.LoadedPlugin:
    return _loaded(Plugin.name, Plugin.version, OWN_PREFIX, "flake8.extension", Plugin)


def _loaded(package: str, version: str, name: str, group: str, thing: type) -> finder.LoadedPlugin:
    entry_point = EntryPoint(name, f"{thing.__module__}:{thing.__qualname__}", group)
    return finder.LoadedPlugin(finder.Plugin(package, version, entry_point), thing, {})


def _has_unknown_options(manager: OptionManager, arguments: Sequence[str]) -> bool:
    _, unknown = manager.parser.parse_known_args(arguments)
    return bool(unknown)


def _names_a_formatter(options: argparse.Namespace, plugins: finder.Plugins) -> bool:
    """Whether ``--format`` may be the name of a formatter that isn't flake8's own.

    What is no name is a format string, which needs a ``%`` to say anything.
    """
    return options.format not in plugins.reporters and "%" not in options.format


def _tell_reporters(
    reporters: Iterable[finder.LoadedPlugin], manager: OptionManager, options: argparse.Namespace
) -> None:
    """Hand the options to the formatters that ask for them, as flake8 does."""
    for reporter in reporters:
        parse_options = getattr(reporter.obj, "parse_options", None)
        if parse_options is None:
            continue
        try:
            parse_options(manager, options, options.filenames)
        except TypeError:
            parse_options(options)
