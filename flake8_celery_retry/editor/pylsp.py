"""Quick fixes in editors, as a plugin of python-lsp-server.

pylsp runs flake8 on what is in the editor and publishes what it says. For each of our findings
that the editor asks about, this offers what :mod:`.actions` knows.
"""

from __future__ import annotations

import logging
from typing import Any

from flake8.exceptions import ExecutionError
from flake8.options.config import _find_config_file
from pluggy import HookimplMarker
from pylsp.plugins.flake8_lint import build_args

from ..command.configuration import OWN_PREFIX, Command, Run, read_options
from ..command.fixer_process import Fixer
from .actions import Action, Buffer
from .positions import Places

LOG = logging.getLogger(__name__)

#: What marks a function as pylsp's to call.
hookimpl = HookimplMarker("pylsp")

#: The settings of pylsp's flake8 plugin that decide what is shown, by flake8's names for them.
#: (What ``exclude`` leaves out has no diagnostics to ask about.)
SETTINGS = {
    "ignore": "ignore",
    "extend-ignore": "extendIgnore",
    "select": "select",
    "extend-select": "extendSelect",
    "per-file-ignores": "perFileIgnores",
}

Json = dict[str, Any]


@hookimpl
def pylsp_code_actions(config: Any, workspace: Any, document: Any, context: Json) -> list[Json]:
    """The quick fixes for the diagnostics that the editor asks about, and all safe fixes.

    Those are offered beside a quick fix, and wherever the editor asks for their kind.
    """
    asked = {
        (diagnostic["code"], diagnostic["range"]["start"]["line"] + 1): diagnostic
        for diagnostic in context.get("diagnostics", ())
        if str(diagnostic.get("code")).startswith(OWN_PREFIX)
    }
    only = context.get("only") or ()
    if not (asked or only):
        return []
    try:
        run = _read_options(config, workspace, document)
        buffer = Buffer(document.path, document.source, run, Fixer(run))
    except (ExecutionError, ValueError, SystemExit) as error:
        LOG.warning("no quick fixes for %s: %s", document.path, error)
        return []
    findings = [each for each in buffer.findings if (each.code, each.line) in asked]
    actions = []
    for action in buffer.actions(findings, only):
        offered = _as_json(action, buffer, document.uri)
        if action.finding is not None:
            offered["diagnostics"] = [asked[action.finding.code, action.finding.line]]
        actions.append(offered)
    return actions


def _read_options(config: Any, workspace: Any, document: Any) -> Run:
    """flake8's options as pylsp runs it: with the project's configuration file, and the editor's
    settings on top."""
    settings = config.plugin_settings("flake8", document_path=document.path)
    file = settings.get("config") or _find_config_file(workspace.root_path)
    options = {name: settings.get(key) for name, key in SETTINGS.items()}
    arguments = {**options, "config": file, "stdin-display-name": document.path}
    return read_options(build_args(arguments), Command("pylsp", "", lambda parser: None))


def _as_json(action: Action, buffer: Buffer, uri: str) -> Json:
    places = Places(buffer.text.lines)
    edits = []
    for edit in action.edits:
        start, end = places.of_edit(edit)
        edits.append(
            {
                "range": {"start": start._asdict(), "end": end._asdict()},
                "newText": edit.content,
            }
        )
    return {
        "title": action.title,
        "kind": action.kind,
        "isPreferred": action.is_preferred,
        "edit": {"changes": {uri: edits}},
    }
