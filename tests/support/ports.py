"""Ports for servers that are told theirs before they listen."""

from __future__ import annotations

import secrets
import socket
from contextlib import suppress

LOOPBACK = "127.0.0.1"
FIRST, COUNT = 20_000, 10_000
"""Outgoing connections are given theirs from above: one of those could take a port before its server is there."""


def free_port() -> int:
    """A port that is free now; processes forked from one another draw different ones."""
    while True:
        port = FIRST + secrets.randbelow(COUNT)
        with suppress(OSError), socket.socket() as probe:
            probe.bind((LOOPBACK, port))
            return port
