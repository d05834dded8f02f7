"""Quick fixes in editors, as a plugin of python-lsp-server.

pylsp runs flake8 on what is in the editor and publishes what it says. For each of our findings
that the editor asks about, this offers its fix (an unsafe one is marked), all safe fixes of the
file, and a ``noqa`` comment for the line.
"""

from __future__ import annotations

import io
import logging
import re
import tokenize
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from flake8.exceptions import ExecutionError
from flake8.options.config import _find_config_file
from pluggy import HookimplMarker
from pylsp.plugins.flake8_lint import build_args

from ..command.configuration import OWN_PREFIX, Command, Run, read_options
from ..command.silencing import with_comments
from ..command.verdicts import shown_by, style_guide
from ..fixing.fixer import fix_source
from ..fixing.outcomes import Outcome, Wanted
from ..fixing.text import Text, UnreadableText
from ..linting.findings import Finding

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


class Place(NamedTuple):
    """What a diagnostic is about: a rule's code and a line (from 1)."""

    code: str
    line: int


@hookimpl
def pylsp_code_actions(config: Any, workspace: Any, document: Any, context: Json) -> list[Json]:
    """The quick fixes for the diagnostics that the editor asks about."""
    asked = {
        Place(diagnostic["code"], diagnostic["range"]["start"]["line"] + 1): diagnostic
        for diagnostic in context.get("diagnostics", ())
        if str(diagnostic.get("code")).startswith(OWN_PREFIX)
    }
    if not asked:
        return []
    try:
        run = _read_options(config, workspace, document)
        text = Text.read(_encoded(document.source))
    except (ExecutionError, ValueError, SystemExit) as error:
        LOG.warning("no quick fixes for %s: %s", document.path, error)
        return []
    return list(_actions(asked, run, text, document.uri, document.path))


def _read_options(config: Any, workspace: Any, document: Any) -> Run:
    """flake8's options as pylsp runs it: with the project's configuration file, and the editor's
    settings on top."""
    settings = config.plugin_settings("flake8", document_path=document.path)
    file = settings.get("config") or _find_config_file(workspace.root_path)
    options = {name: settings.get(key) for name, key in SETTINGS.items()}
    arguments = {**options, "config": file, "stdin-display-name": document.path}
    return read_options(build_args(arguments), Command("pylsp", "", lambda parser: None))


def _encoded(source: str) -> bytes:
    """The source as its coding line declares. Raises ``ValueError`` where that can't be."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source.encode()).readline)
    except SyntaxError as error:
        raise UnreadableText(str(error)) from error
    return source.encode("utf-8" if encoding == "utf-8-sig" else encoding)


def _actions(asked: dict[Place, Json], run: Run, text: Text, uri: str, path: str) -> Iterator[Json]:
    for place, diagnostic in asked.items():
        fixed = _fix(text, run, unsafe=True, wanted=_only(place, text.lines))
        for finding in fixed.fixed[:1]:
            assert finding.fix is not None
            unsafe = "" if finding.fix.safe else ", unsafe"
            yield {
                "title": f"{finding.fix.title} ({finding.code}{unsafe})",
                "kind": "quickfix",
                "isPreferred": finding.fix.safe,
                "diagnostics": [diagnostic],
                "edit": {"changes": {uri: text_edits(text, fixed.source)}},
            }
    fixed = _fix(text, run, unsafe=False, wanted=shown_by(style_guide(run), path))
    if fixed.fixed:
        yield {
            "title": "Fix all Celery retry mistakes that have a safe fix",
            "kind": "source.fixAll",
            "edit": {"changes": {uri: text_edits(text, fixed.source)}},
        }
    for place, diagnostic in asked.items():
        silenced = with_comments(text, {place.line: [place.code]})
        yield {
            "title": f"Disable {place.code} for this line",
            "kind": "quickfix",
            "diagnostics": [diagnostic],
            "edit": {"changes": {uri: text_edits(text, silenced.to_bytes())}},
        }


def _fix(text: Text, run: Run, *, unsafe: bool, wanted: Wanted) -> Outcome:
    return fix_source(text.to_bytes(), run.settings, unsafe=unsafe, wanted=wanted)


def _only(place: Place, lines: Sequence[str]) -> Wanted:
    """The findings at one place of the lines as they are now, and nothing else."""

    def wanted(current: Sequence[str], finding: Finding) -> bool:
        return tuple(current) == tuple(lines) and place == (finding.code, finding.line)

    return wanted


def text_edits(text: Text, new: bytes) -> list[Json]:
    """The edits that turn a text into a new source: whole lines, and only those that change."""
    old_lines, new_lines = _lines(text.to_bytes()), _lines(new)
    matcher = SequenceMatcher(None, old_lines, new_lines, autojunk=False)
    return [
        {
            "range": {"start": _position(old_lines, first), "end": _position(old_lines, last)},
            "newText": b"".join(new_lines[new_first:new_last]).decode(text.encoding),
        }
        for tag, first, last, new_first, new_last in matcher.get_opcodes()
        if tag != "equal"
    ]


def _lines(source: bytes) -> list[bytes]:
    """The lines of a source with their line ends; only these three end a line for an editor."""
    return re.findall(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", source)


def _position(lines: Sequence[bytes], index: int) -> Json:
    """The beginning of a line (from 0); behind the last one, if that has no line end, its end."""
    if index and index == len(lines) and not lines[-1].endswith((b"\r", b"\n")):
        units = len(lines[-1].decode(errors="replace").encode("utf-16-le")) // 2
        return {"line": index - 1, "character": units}
    return {"line": index, "character": 0}
