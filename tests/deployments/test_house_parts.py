"""What lives but does not answer is ended and started again, by whoever never waits for it."""

from __future__ import annotations

import socketserver
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import pytest

from deployments import house_parts, household
from deployments.house_parts import MISSES, HousePart


@dataclass
class Process:
    """As much of a child as a part asks of it."""

    name: str = "server"
    log: Path = Path("server.log")
    age: float = 1000.0
    deaths: int = 0
    said: str = ""
    started: list[str] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)

    def keep(self) -> bool:
        if self.started and not self.killed[len(self.started) - 1 :]:
            return False
        self.deaths, self.said = len(self.killed), "".join(self.killed[-1:])
        self.started.append("started")
        return True

    def kill(self, why: str) -> None:
        self.killed.append(why)


def asked(part: HousePart, answers: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    """Have it asked so many times."""
    ended, left = Event(), iter(answers)
    part.answers = lambda: next(left)
    monkeypatch.setattr(house_parts, "ASK_SECONDS", 0.0)
    monkeypatch.setattr(house_parts, "FIRST_SECONDS", 0.0)

    class Over(Exception):
        """No answer is left."""

    with pytest.raises((RuntimeError, StopIteration)):
        part.ask(ended)


def test_it_is_greeted_once_and_ended_after_so_many_misses_in_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    process, said, greeted = Process(), list[str](), list[bool]()
    part = HousePart(process, lambda: True, lambda: greeted.append(True))  # type: ignore[arg-type]  # as much as is asked
    part.look(said.append)
    assert (process.started, said, greeted) == (["started"], [], [])
    asked(part, [True, *[False] * (MISSES - 1), True, *[False] * (MISSES - 1)], monkeypatch)
    part.look(said.append)
    part.look(said.append)
    assert (greeted, process.killed) == ([True], [])
    asked(part, [False], monkeypatch)
    part.look(said.append)
    assert process.killed == ["没有应答"]
    assert said == ["server 意外退出，已重新启动（没有应答；日志 server.log）"]
    part.look(said.append)
    assert len(process.started) == 2


def test_one_that_was_just_started_need_not_answer_before_its_first_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    process = Process(age=house_parts.GRACE_SECONDS - 1)  # and has answered nothing since
    part = HousePart(process, lambda: False)  # type: ignore[arg-type]  # as much as is asked
    part.look(print)
    asked(part, [False] * 9, monkeypatch)
    part.look(print)
    assert process.killed == []
    asked(part, [True, *[False] * MISSES], monkeypatch)  # it answered, and does no more
    part.look(print)
    assert process.killed == ["没有应答"]


@pytest.mark.parametrize(("said", "good"), [(b"HTTP/1.0 200 OK\r\n\r\n", True), (b"nonsense\r\n", False), (b"", False)])
def test_it_is_asked_itself_and_not_a_proxy(monkeypatch: pytest.MonkeyPatch, said: bytes, good: bool) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with socketserver.TCPServer(("127.0.0.1", 0), type("Asked", (_Asked,), {"said": said})) as server:
        Thread(target=server.handle_request, daemon=True).start()
        assert household.answers(f"http://127.0.0.1:{server.server_address[1]}/livez") is good


class _Asked(socketserver.StreamRequestHandler):
    said = b""

    def handle(self) -> None:
        self.rfile.readline()
        self.wfile.write(self.said)
