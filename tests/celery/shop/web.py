"""A web server on this machine that answers with the status it is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Server(ThreadingHTTPServer):
    """The server: its URL, and what it answers to every request."""

    status = 200
    headers: dict[str, str]

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}/rates"

    def answers(self, status: int, headers: dict[str, str] | None = None) -> None:
        """Let it answer with this status and these headers from now on."""
        self.status, self.headers = status, headers or {}


class Answer(BaseHTTPRequestHandler):
    """One answer of the server."""

    server: Server

    def do_GET(self) -> None:
        """Answer with the status that the server was told, and an empty object."""
        self.send_response(self.server.status)
        for name, value in {**self.server.headers, "Content-Length": "2"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serve() -> Iterator[Server]:
    """Open a server for as long as the block lasts; it answers 200 until it is told otherwise."""
    with Server(("127.0.0.1", 0), Answer) as server:
        server.answers(200)
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
