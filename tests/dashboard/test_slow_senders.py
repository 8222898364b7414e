"""Who sends half of a request and waits is cut off, and nobody else."""

from __future__ import annotations

import asyncio
import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from starlette.types import Message, Receive, Scope, Send
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from dashboard.serving import shield, slow_senders
from dashboard.serving.shield import SECURE, Shield
from dashboard.serving.slow_senders import PromptProtocol, hold_many

WHOLE = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"
MANY, USUAL = 1_100, 1_024
"""Who send half a request, and how many files a process may usually have open."""


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    """Read the whole of a request and answer it."""
    assert scope["type"] == "http"
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def heard(protocol: type[H11Protocol], *parts: bytes) -> bytes | None:
    """What a client hears that sends these and waits for the end; None where the connection is kept."""
    config, state = Config(hello, log_level="critical"), ServerState()
    config.load()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: protocol(config, state, {}), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
            return await asyncio.wait_for(reader.read(), 0.5)
        except TimeoutError:
            return None
        finally:
            writer.close()


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_senders, "HEAD_SECONDS", 0.05)
    monkeypatch.setattr(shield, "CHUNK_SECONDS", 0.02)


def test_half_a_head_is_cut_off_and_without_the_guard_it_is_kept() -> None:
    assert asyncio.run(heard(PromptProtocol, WHOLE[:20])) == b""
    assert asyncio.run(heard(PromptProtocol)) == b""
    assert asyncio.run(heard(H11Protocol, WHOLE[:20])) is None


def test_a_whole_request_is_answered_and_the_connection_kept_for_the_next() -> None:
    async def answer() -> bytes:
        config, state = Config(hello, log_level="critical"), ServerState()
        config.load()
        loop = asyncio.get_running_loop()
        async with await loop.create_server(lambda: PromptProtocol(config, state, {}), "127.0.0.1", 0) as server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            for _ in range(2):
                writer.write(WHOLE)
                said = await reader.readuntil(b"ok")
                await asyncio.sleep(0.1)  # longer than a head may take
            writer.close()
            return said

    assert asyncio.run(answer()).startswith(b"HTTP/1.1 200")


@pytest.fixture
def files_of_a_window() -> Iterator[None]:
    """As many as a window asks for, and not what these tests were given."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 3 * MANY:
        pytest.skip("the system gives too few files for both ends of each connection")
    resource.setrlimit(resource.RLIMIT_NOFILE, (USUAL, hard))
    hold_many()
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def beside_many(protocol: type[H11Protocol]) -> tuple[int, bytes, int]:
    """A whole request beside many halves: how many are held when it is answered, the answer, how many a while later."""
    config, state = Config(hello, log_level="critical"), ServerState()
    config.load()
    loop = asyncio.get_running_loop()
    listening = loop.create_server(lambda: protocol(config, state, {}), "127.0.0.1", 0, backlog=MANY)
    async with await listening as server:
        address = server.sockets[0].getsockname()
        with ExitStack() as stack:
            for sender in [stack.enter_context(socket.create_connection(address)) for _ in range(MANY)]:
                sender.send(WHOLE[:20])
            reader, writer = await asyncio.open_connection(*address)
            writer.write(WHOLE)
            said, held = await reader.readuntil(b"ok"), len(state.connections)
            writer.close()
            await asyncio.sleep(slow_senders.HEAD_SECONDS + 0.2)
            return held, said, len(state.connections)


@pytest.mark.usefixtures("files_of_a_window")
def test_beside_eleven_hundred_halves_a_page_is_given_and_then_none_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_senders, "HEAD_SECONDS", 3.0)  # longer than it takes to accept them all
    held, said, left = asyncio.run(beside_many(PromptProtocol))
    assert (held, said.startswith(b"HTTP/1.1 200"), left) == (MANY + 1, True, 0)


def through(app: Shield, *messages: Message) -> list[Message]:
    """What is sent to a client whose body comes in these messages, and then no more."""
    sent, left = list[Message](), list(messages)

    async def receive() -> Message:
        if not left:
            await asyncio.Event().wait()
        return left.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(app({"type": "http", "headers": []}, receive, send))
    return sent


def piece(*, more: bool) -> Message:
    return {"type": "http.request", "body": b"x", "more_body": more}


def test_a_body_that_stops_coming_is_refused_and_a_whole_one_is_not() -> None:
    assert through(Shield(hello), piece(more=True), piece(more=False))[0]["status"] == 200
    late = through(Shield(hello), piece(more=True))
    assert (late[0]["status"], dict(late[0]["headers"])[b"connection"]) == (408, b"close")


def test_pages_reached_by_https_are_reached_by_nothing_else() -> None:
    said = [dict(through(Shield(hello, secure=secure), piece(more=False))[0]["headers"]) for secure in (True, False)]
    assert [headers.get(SECURE[0]) for headers in said] == [SECURE[1], None]
