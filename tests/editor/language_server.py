"""A language server as an editor runs it: a process, spoken to in JSON-RPC over its pipes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

Message = dict[str, Any]


class LanguageServer:
    """A pylsp process with one project folder, flake8 switched on in it."""

    def __init__(self, root: Path, settings: Message | None = None) -> None:
        self.root = root
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pylsp"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.last_id = 0
        self.diagnostics: dict[str, list[Message]] = {}
        self.request(
            "initialize",
            {"processId": None, "rootUri": root.as_uri(), "capabilities": {}},
        )
        self.notify("initialized", {})
        off = {name: {"enabled": False} for name in ("pycodestyle", "pyflakes", "mccabe")}
        plugins = {**off, "flake8": {"enabled": True, **(settings or {})}}
        self.notify(
            "workspace/didChangeConfiguration", {"settings": {"pylsp": {"plugins": plugins}}}
        )

    def __enter__(self) -> LanguageServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.request("shutdown", None)
        self.notify("exit", None)
        assert self.process.wait(timeout=30) == 0

    # -- what an editor does -----------------------------------------------------------------

    def open(self, path: Path) -> list[Message]:
        """Open a file; the diagnostics that the server publishes for it."""
        uri = path.as_uri()
        document = {"uri": uri, "languageId": "python", "version": 1, "text": read(path)}
        self.notify("textDocument/didOpen", {"textDocument": document})
        while uri not in self.diagnostics:
            self._take(self._receive())
        return self.diagnostics[uri]

    def actions(self, path: Path, diagnostic: Message) -> dict[str, Message]:
        """The quick fixes that the server offers for a diagnostic, by title."""
        found = self.request(
            "textDocument/codeAction",
            {
                "textDocument": {"uri": path.as_uri()},
                "range": diagnostic["range"],
                "context": {"diagnostics": [diagnostic]},
            },
        )
        return {action["title"]: action for action in found}

    def apply(self, path: Path, action: Message) -> str:
        """The file's text with the edits of a quick fix in it."""
        lines = read(path).splitlines(keepends=True)
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
        elif "id" in message and "method" in message:
            self._send({"id": message["id"], "result": None})

    def _send(self, message: Message) -> None:
        assert self.process.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def _receive(self) -> Message:
        assert self.process.stdout is not None
        length = 0
        while line := self.process.stdout.readline().strip():
            name, _, value = line.partition(b": ")
            if name == b"Content-Length":
                length = int(value)
        assert length, "the server has gone"
        message: Message = json.loads(self.process.stdout.read(length))
        return message


def read(path: Path) -> str:
    return path.read_bytes().decode()


def _start(edit: Message) -> tuple[int, int]:
    start = edit["range"]["start"]
    return start["line"], start["character"]


def _end(edit: Message) -> tuple[int, int]:
    end = edit["range"]["end"]
    return end["line"], end["character"]
