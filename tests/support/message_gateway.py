"""A gateway of short messages on this machine: it keeps what it is told, and answers as it is bidden."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from post.gateways import Gateway

OK = 200, '{"errcode": 0, "errmsg": "ok"}'
CUT_OFF = 0, ""
"""An answer that never comes: the connection is closed once the request was read."""


class Told(NamedTuple):
    """One request: the path with its query, who it says it is, what it says."""

    path: str
    bearer: str
    body: dict[str, Any]


class MessageGateway(ThreadingHTTPServer):
    """`answers` are given in their order, then `OK` for ever; an answer may claim a charset.

    One that `dribbles` says a byte every so many seconds, for ever.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.told: list[Told] = []
        self.answers: list[tuple[int, str] | tuple[int, str, str]] = []
        self.dribbles = 0.0

    def serving(self, *ways: str) -> dict[str, Gateway]:
        """As the settings would name it, for these ways."""
        url = f"http://127.0.0.1:{self.server_port}/send"
        return {way: Gateway(url, "the-token" if way == "sms" else "", outside=False) for way in ways}


class _Handler(BaseHTTPRequestHandler):
    server: MessageGateway

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.told.append(Told(self.path, self.headers.get("authorization", ""), body))
        status, said, *charset = self.server.answers.pop(0) if self.server.answers else OK
        if status:
            self.send_response(status)
            if charset:
                self.send_header("content-type", f"text/plain; charset={charset[0]}")
            if not self.server.dribbles:
                self.send_header("content-length", str(len(said.encode())))
            self.end_headers()
            with suppress(OSError):  # who asked has gone
                self._say(said.encode())

    def _say(self, said: bytes) -> None:
        while self.server.dribbles:
            self.wfile.write(b".")
            time.sleep(self.server.dribbles)
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Nothing to the tests' output."""


@contextmanager
def message_gateway() -> Iterator[MessageGateway]:
    """Give one that serves until the block ends."""
    with MessageGateway() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
