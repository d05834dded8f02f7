"""A language server as an editor runs it: a process, spoken to in JSON-RPC over its pipes."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from programs import start

Message = dict[str, Any]


class LanguageServer:
    """A server's process with one project folder, as an editor with these capabilities has it."""

    def __init__(
        self, root: Path, program: Sequence[str], capabilities: Message | None = None
    ) -> None:
        self.root = root
        its_input, input_ = os.pipe()
        output, its_output = os.pipe()
        self.input, self.output = open(input_, "wb"), open(output, "rb")  # noqa: SIM115
        with open(os.devnull, "wb") as nowhere:
            self.process = start(program, [its_input, its_output, nowhere.fileno()])
        os.close(its_input)
        os.close(its_output)
        self.last_id = 0
        self.diagnostics: dict[str, list[Message]] = {}
        self.published: dict[str, Message] = {}
        self.shown: list[str] = []
        params = {"processId": None, "rootUri": root.as_uri(), "capabilities": capabilities or {}}
        self.capabilities = self.request("initialize", params)["capabilities"]
        self.notify("initialized", {})

    def __enter__(self) -> LanguageServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.request("shutdown", None)
        self.notify("exit", None)
        assert self.process.wait(timeout=30) == 0
        self.input.close()
        self.output.close()

    # -- what an editor does -----------------------------------------------------------------

    def open(self, path: Path, text: str | None = None) -> list[Message]:
        """Open a file (with a text that isn't saved); the diagnostics that are published for it."""
        self.begin(path, text)
        return self.await_diagnostics(path)

    def begin(self, path: Path, text: str | None = None) -> None:
        """Open a file, and wait for nothing."""
        text = read(path) if text is None else text
        document = {"uri": path.as_uri(), "languageId": "python", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def await_diagnostics(self, path: Path) -> list[Message]:
        """The diagnostics that are published for a file that was opened."""
        while path.as_uri() not in self.diagnostics:
            self._take(self._receive())
        return self.diagnostics[path.as_uri()]

    def type(self, path: Path, text: str, version: int) -> list[Message]:
        """Give an open file another text; what is published for that version."""
        uri = path.as_uri()
        changed = {
            "textDocument": {"uri": uri, "version": version},
            "contentChanges": [{"text": text}],
        }
        self.notify("textDocument/didChange", changed)
        return self.await_version(path, version)

    def await_version(self, path: Path, version: int | None) -> list[Message]:
        """What is published for a version of a file."""
        self.published.pop(path.as_uri(), None)
        while self.published.get(path.as_uri(), {"version": 0}).get("version") != version:
            self._take(self._receive())
        return self.diagnostics[path.as_uri()]

    def save(self, path: Path) -> None:
        """Say that a file was saved; what was published before is forgotten."""
        self.published.clear()
        self.notify("textDocument/didSave", {"textDocument": {"uri": path.as_uri()}})

    def close(self, path: Path) -> list[Message]:
        """Close a file; what is published for it then."""
        self.notify("textDocument/didClose", {"textDocument": {"uri": path.as_uri()}})
        return self.await_version(path, None)

    def actions(
        self, path: Path, diagnostic: Message, only: Sequence[str] = ()
    ) -> dict[str, Message]:
        """The quick fixes that the server offers for a diagnostic, by title."""
        return self.actions_at(path, diagnostic["range"], only, [diagnostic])

    def actions_at(
        self,
        path: Path,
        place: Message,
        only: Sequence[str] = (),
        diagnostics: Sequence[Message] = (),
    ) -> dict[str, Message]:
        """The actions that the server offers for a range, by title."""
        context: Message = {"diagnostics": [*diagnostics]}
        if only:
            context["only"] = [*only]
        params = {
            "textDocument": {"uri": path.as_uri()},
            "range": place,
            "context": context,
        }
        found = self.request("textDocument/codeAction", params)
        return {action["title"]: action for action in found}

    def hover(self, path: Path, line: int, character: int) -> str | None:
        """The Markdown that the server shows for a position."""
        position = {"line": line, "character": character}
        params = {"textDocument": {"uri": path.as_uri()}, "position": position}
        found = self.request("textDocument/hover", params)
        if found is None:
            return None
        assert found["contents"]["kind"] == "markdown"
        return str(found["contents"]["value"])

    def apply(self, path: Path, action: Message, text: str | None = None) -> str:
        """The file's text (or another one) with the edits of a quick fix in it."""
        lines = (read(path) if text is None else text).splitlines(keepends=True)
        for edit in sorted(action["edit"]["changes"][path.as_uri()], key=_start, reverse=True):
            (first, column), (last, last_column) = _start(edit), _end(edit)
            lines += [""] * (last + 1 - len(lines))
            before, after = lines[first][:column], lines[last][last_column:]
            lines[first : last + 1] = [before + edit["newText"] + after]
            lines = "".join(lines).splitlines(keepends=True)
        return "".join(lines)

    # -- how it is spoken to -----------------------------------------------------------------

    def request(self, method: str, params: object) -> Any:
        self.last_id += 1
        self._send({"id": self.last_id, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") == self.last_id and "method" not in message:
                assert "error" not in message, message["error"]
                return message["result"]
            self._take(message)

    def notify(self, method: str, params: object) -> None:
        self._send({"method": method, "params": params})

    def _take(self, message: Message) -> None:
        if message.get("method") == "textDocument/publishDiagnostics":
            params = message["params"]
            self.diagnostics[params["uri"]] = params["diagnostics"]
            self.published[params["uri"]] = params
        elif message.get("method") == "window/showMessage":
            self.shown.append(message["params"]["message"])
        elif "id" in message and "method" in message:
            self._send({"id": message["id"], "result": None})

    def _send(self, message: Message) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.input.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.input.flush()

    def _receive(self) -> Message:
        length = 0
        while line := self.output.readline().strip():
            name, _, value = line.partition(b": ")
            if name == b"Content-Length":
                length = int(value)
        assert length, "the server has gone"
        message: Message = json.loads(self.output.read(length))
        return message


class Pylsp(LanguageServer):
    """python-lsp-server with flake8 switched on, and these settings for it."""

    def __init__(self, root: Path, settings: Message | None = None) -> None:
        super().__init__(root, ["pylsp"])
        off = {name: {"enabled": False} for name in ("pycodestyle", "pyflakes", "mccabe")}
        plugins = {**off, "flake8": {"enabled": True, **(settings or {})}}
        self.notify(
            "workspace/didChangeConfiguration", {"settings": {"pylsp": {"plugins": plugins}}}
        )


def read(path: Path) -> str:
    return path.read_bytes().decode()


def _start(edit: Message) -> tuple[int, int]:
    start = edit["range"]["start"]
    return start["line"], start["character"]


def _end(edit: Message) -> tuple[int, int]:
    end = edit["range"]["end"]
    return end["line"], end["character"]
