"""``flake8-celery-retry server``: a language server, for editors that run no flake8.

It says of the text in an editor, saved or not, what ``check`` would say of the file: by the same
configuration, and not where a ``noqa`` comment silences it. What it offers is decided in
:mod:`.actions`; here it is put into the protocol's words.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from flake8.exceptions import ExecutionError, Flake8Exception
from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from .. import __version__
from ..command.checking import prepare_process
from ..command.configuration import Command, read_options
from ..command.structured import level_of
from ..links import page_url
from ..linting.findings import Finding
from ..rules import Rule, rule_of
from .actions import FIX_ALL, QUICK_FIX, Action, Buffer
from .positions import UTF_16, Places, Position, Range
from .projects import Project, Projects

PROGRAM = "flake8-celery-retry"

#: Seconds without a key before what was typed is checked.
PAUSE = 0.1

SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "note": types.DiagnosticSeverity.Information,
}

#: What the server says of itself beyond that it answers.
OPTIONS = {
    types.TEXT_DOCUMENT_CODE_ACTION: types.CodeActionOptions(code_action_kinds=[QUICK_FIX, FIX_ALL])
}

CODE = re.compile(r"\bCRT\d{3}\b")

DESCRIPTION = (
    "A language server for editors: speaks on standard input and output. Takes the options of "
    "check that decide what is found."
)


def serve(arguments: Sequence[str]) -> None:
    """Serve the editor at standard input and output until it says goodbye.

    Raises ``SystemExit`` and ``ExecutionError`` for wrong arguments, and ``SystemExit`` for
    ``--help``.
    """
    if arguments:
        _check(arguments)
    prepare_process()
    editor, sys.stdout = sys.stdout.buffer, sys.stderr  # nothing else may get between its messages
    server = LanguageServer(
        PROGRAM,
        __version__,
        # Line by line would go by what Python takes for a line end; a form feed is none here.
        text_document_sync_kind=types.TextDocumentSyncKind.Full,
    )
    session = Session(server, Projects(arguments, COMMAND))
    try:
        server.start_io(stdout=editor)
    finally:
        session.projects.close()


def _check(arguments: Sequence[str]) -> None:
    try:
        options = read_options(arguments, COMMAND).options
    except Flake8Exception:
        return  # the configuration may be wrong today and right tomorrow
    if options.filenames:
        raise ExecutionError("server takes no paths: the editor names the files")


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument_group("which files").add_argument(
        "--no-ignore",
        action="store_true",
        help="look at files in virtual environments, build, node_modules and what .gitignore "
        "names too",
    )


COMMAND = Command(
    f"{PROGRAM} server",
    DESCRIPTION,
    _add_options,
    ("--format", "--output-file", "--statistics", "--count", "--show-source", "--benchmark"),
    has_formats=False,
)


class Document(NamedTuple):
    """A file that is open, and the project that it was looked at in."""

    buffer: Buffer
    source: str
    project: Project


class Session:
    """What an editor asks for, one thing after the other, from its first words to its last."""

    def __init__(self, server: LanguageServer, projects: Projects) -> None:
        """Have the server ask this session."""
        self.server = server
        self.projects = projects
        self._documents: dict[str, Document] = {}
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self._complaint = ""
        answers: dict[str, Callable[[Any], object]] = {
            types.TEXT_DOCUMENT_DID_OPEN: self.opened,
            types.TEXT_DOCUMENT_DID_CHANGE: self.changed,
            types.TEXT_DOCUMENT_DID_SAVE: self.saved,
            types.TEXT_DOCUMENT_DID_CLOSE: self.closed,
            types.TEXT_DOCUMENT_HOVER: self.hover,
            types.TEXT_DOCUMENT_CODE_ACTION: self.code_actions,
        }
        for name, answer in answers.items():
            # pygls sets attributes of what it is given, which a method doesn't have.
            server.feature(name, OPTIONS.get(name))(partial(answer))

    # -- diagnostics -------------------------------------------------------------------------

    def opened(self, params: types.DidOpenTextDocumentParams) -> None:
        """A file is open: look at it."""
        self._publish(params.text_document.uri)

    def changed(self, params: types.DidChangeTextDocumentParams) -> None:
        """A key was pressed: look at the file once the fingers rest."""
        uri = params.text_document.uri
        self._forget_waiting(uri)
        loop = asyncio.get_running_loop()
        self._waiting[uri] = loop.call_later(PAUSE, self._publish, uri)

    def saved(self, params: types.DidSaveTextDocumentParams) -> None:
        """A file was saved, maybe a configuration with it: look at all that are open."""
        for uri in self.server.workspace.text_documents:
            self._publish(uri)

    def closed(self, params: types.DidCloseTextDocumentParams) -> None:
        """A file was closed: nothing is said of it any longer."""
        uri = params.text_document.uri
        self._forget_waiting(uri)
        self._documents.pop(uri, None)
        self._send(uri, [], None)

    def _forget_waiting(self, uri: str) -> None:
        if (handle := self._waiting.pop(uri, None)) is not None:
            handle.cancel()

    def _publish(self, uri: str) -> None:
        self._forget_waiting(uri)
        version = self.server.workspace.get_text_document(uri).version
        buffer = self._buffer(uri)
        found = [] if buffer is None else self._diagnostics(buffer, buffer.findings)
        self._send(uri, found, version)
        if buffer is not None and any(finding.fix for finding in buffer.findings):
            self._documents[uri].project.fixer.start()  # an editor waits for actions only so long

    def _send(self, uri: str, found: list[types.Diagnostic], version: int | None) -> None:
        params = types.PublishDiagnosticsParams(uri=uri, diagnostics=found, version=version)
        self.server.text_document_publish_diagnostics(params)

    def _buffer(self, uri: str) -> Buffer | None:
        """A file that is open, as ``check`` would look at it; ``None`` where it would not."""
        text = self.server.workspace.get_text_document(uri)
        path, source = text.path, text.source
        try:
            project = self.projects.of_file(path, self._folders())
            self._complaint = ""
            known = self._documents.get(uri)
            if known and (known.source, known.project) == (source, project):
                return known.buffer
            if not project.wants(path):
                return None
            buffer = Buffer(path, source, project.run, project.fixer)
        except Flake8Exception as error:
            self._complain(str(error))
            return None
        except ValueError:  # it can't be written as its coding line declares
            return None
        self._documents[uri] = Document(buffer, source, project)
        return buffer

    def _folders(self) -> Iterator[str]:
        """The folders of the project that the editor has open."""
        workspace = self.server.workspace
        for folder in workspace.folders.values():
            if (path := to_fs_path(folder.uri)) is not None:
                yield os.path.abspath(path)
        if not workspace.folders and workspace.root_path:
            yield os.path.abspath(workspace.root_path)

    def _complain(self, what: str) -> None:
        """Say once what keeps all files from being looked at."""
        if what != self._complaint:
            self._complaint = what
            message = types.ShowMessageParams(types.MessageType.Error, f"{PROGRAM}: {what}")
            self.server.window_show_message(message)

    def _places(self, buffer: Buffer) -> Places:
        encoding = self.server.workspace.position_encoding
        return Places(buffer.text.lines, str(getattr(encoding, "value", encoding) or UTF_16))

    def _diagnostics(self, buffer: Buffer, findings: Sequence[Finding]) -> list[types.Diagnostic]:
        places = self._places(buffer)
        return [
            types.Diagnostic(
                range=_range(places.of_finding(finding)),
                message=finding.message,
                severity=SEVERITIES[level_of(finding.code)],
                code=finding.code,
                code_description=types.CodeDescription(page_url(finding.code))
                if rule_of(finding.code)
                else None,
                source=PROGRAM,
            )
            for finding in findings
        ]

    # -- actions -----------------------------------------------------------------------------

    def code_actions(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        """What can be done about the findings on the lines that are asked about, and the file."""
        buffer = self._buffer(params.text_document.uri)
        if buffer is None:
            return []
        places = self._places(buffer)
        first, last = params.range.start.line, params.range.end.line
        asked = []
        for finding in buffer.findings:
            start, end = places.of_finding(finding)
            if start.line <= last and first <= end.line:
                asked.append(finding)
        offered = buffer.actions(asked, list(_texts(params.context.only)))
        return [self._code_action(params.text_document.uri, buffer, each) for each in offered]

    def _code_action(self, uri: str, buffer: Buffer, action: Action) -> types.CodeAction:
        places = self._places(buffer)
        edits = [
            types.TextEdit(_range(places.of_edit(edit)), edit.content) for edit in action.edits
        ]
        about = [action.finding] if action.finding is not None else []
        return types.CodeAction(
            title=action.title,
            kind=action.kind,
            diagnostics=self._diagnostics(buffer, about) or None,
            is_preferred=action.is_preferred,
            edit=types.WorkspaceEdit(changes={uri: edits}),
        )

    # -- hover -------------------------------------------------------------------------------

    def hover(self, params: types.HoverParams) -> types.Hover | None:
        """The pages of the rules whose findings, or whose code in a comment, are pointed at."""
        buffer = self._buffer(params.text_document.uri)
        if buffer is None:
            return None
        places = self._places(buffer)
        pointed = (params.position.line, params.position.character)
        codes = [
            finding.code
            for finding in buffer.findings
            if _encloses(places.of_finding(finding), pointed)
        ]
        if params.position.line < len(buffer.text.lines):
            line = buffer.text.lines[params.position.line]
            column = places.column(Position(*pointed))
            codes += [
                each[0] for each in CODE.finditer(line) if each.start() <= column < each.end()
            ]
        rules = [rule for code in dict.fromkeys(codes) if (rule := rule_of(code))]
        if not rules:
            return None
        text = "\n---\n\n".join(map(_page, rules))
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text))


def _page(rule: Rule) -> str:
    return f"{rule.page}\n[{rule.code} on the web]({page_url(rule.code)})\n"


def _encloses(place: Range, pointed: tuple[int, int]) -> bool:
    return place.start <= pointed <= place.end


def _range(place: Range) -> types.Range:
    return types.Range(types.Position(*place.start), types.Position(*place.end))


def _texts(kinds: Sequence[types.CodeActionKind | str] | None) -> Iterator[str]:
    for kind in kinds or ():
        yield kind.value if isinstance(kind, types.CodeActionKind) else kind
