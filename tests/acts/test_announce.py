"""A digest or an escalation that was sent is announced in the office's chat: once, in one line, of nobody by name."""

from __future__ import annotations

import asyncio
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from acts import offices
from acts.advance import advance
from acts.announce import Announced, announce
from acts.channels import services, speaker, unusable
from acts.open_year import open_year
from calendars.deadlines import TZ
from calendars.files import load
from models import audit
from models.database import Database
from models.stamp import Stamp
from phases.book import BOOK
from post.maildir import MaildirCourier
from post.sending import send
from tests.support.kinds import EACH_ON_BOTH

pytestmark = [
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning"),  # apprise's own
    EACH_ON_BOTH,
]

YEAR = load(2022)
DIGEST = "2022 年度每日待办已发：逾期 13 项，已报送待办 0 项"


class Chat(HTTPServer):
    """A chat's server that keeps what it is told, or says that it is broken."""

    said: list[str]
    status = 200


class _Handler(BaseHTTPRequestHandler):
    server: Chat

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.said.append(told["message"])
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing to the tests' output."""


@contextmanager
def _chatting() -> Iterator[Chat]:
    server = Chat(("127.0.0.1", 0), _Handler)
    server.said = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def chat() -> Iterator[Chat]:
    with _chatting() as server:
        yield server


def at(text: str) -> Stamp:
    instant = datetime.fromisoformat(text).replace(tzinfo=TZ)
    return Stamp("prefect", instant, instant)


class Office:
    """A real year of which every city is late."""

    def __init__(self, database: Database, mail: Path, *, rehearsal: bool = False) -> None:
        self.database, self.mail = database, mail
        open_year(database, YEAR, at("2021-12-31T00:00"), rehearsal=rehearsal)
        for office in ("province", *(city.slug for city in YEAR.cities)):
            own, head = f"{office}@office.example", f"head.{office}@office.example"
            offices.set_office(database, office, office, email=own, head=head)

    def morning(self, stamp: Stamp) -> None:
        advance(self.database, 2022, stamp)
        asyncio.run(send(self.database, MaildirCourier(self.mail), "省办 <office@talent.example>", stamp))


@pytest.fixture
def database(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'talent.db')}", BOOK)
    yield made
    made.dispose()


def channels(chat: Chat) -> list[str]:
    return [f"json://127.0.0.1:{chat.server_port}/"]


def test_each_thing_is_announced_once_however_many_it_was_written_to(
    database: Database, tmp_path: Path, chat: Chat
) -> None:
    office, say = Office(database, tmp_path / "mail"), speaker(channels(chat))
    late, third = at("2022-01-17T09:00"), at("2022-01-19T09:00")
    office.morning(late)
    assert announce(database, late, say) == Announced(1)
    assert announce(database, late, say) == Announced()
    office.morning(third)
    assert announce(database, third, say) == Announced(14)
    escalated = [f"{city.name} 导师推荐 逾期，已发督办函" for city in YEAR.cities]
    assert (chat.said[0], sorted(chat.said[1:])) == (DIGEST, sorted([DIGEST, *escalated]))


def test_two_at_once_say_nothing_twice(database: Database, tmp_path: Path) -> None:
    late, heard = at("2022-01-17T09:00"), list[str]()
    Office(database, tmp_path / "mail").morning(late)

    def hear(line: str) -> bool:
        heard.append(line)
        announce(database, late, hear)  # as another worker would meanwhile
        return True

    announce(database, late, hear)
    assert heard == [DIGEST]


def test_without_the_record_a_line_would_be_said_each_minute(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late, heard = at("2022-01-17T09:00"), list[str]()
    Office(database, tmp_path / "mail").morning(late)
    monkeypatch.setattr(audit, "record", lambda *_, **__: None)

    def hear(line: str) -> bool:
        heard.append(line)
        return True

    for _ in range(2):
        announce(database, late, hear)
    assert heard == [DIGEST, DIGEST]


def test_a_chat_that_is_broken_or_gone_stops_nothing_and_is_not_asked_again(
    database: Database, tmp_path: Path, chat: Chat
) -> None:
    late = at("2022-01-17T09:00")
    Office(database, tmp_path / "mail").morning(late)
    chat.status = 500
    assert announce(database, late, speaker(channels(chat))) == Announced(lost=1)
    assert announce(database, late, speaker(channels(chat))) == Announced()
    assert speaker(["json://127.0.0.1:9/"])("一行") is False


def test_what_was_sent_long_ago_is_no_news(database: Database, tmp_path: Path) -> None:
    late = at("2022-01-17T09:00")
    Office(database, tmp_path / "mail").morning(late)
    later = Stamp("prefect", late.at + timedelta(days=2), late.as_of + timedelta(days=2))
    assert announce(database, later, lambda _: True) == Announced()


def test_a_rehearsal_is_announced_to_nobody(database: Database, tmp_path: Path) -> None:
    late = at("2022-01-17T09:00")
    Office(database, tmp_path / "mail", rehearsal=True).morning(late)
    assert announce(database, late, lambda _: True) == Announced()


def test_an_address_that_names_no_channel_is_told_by_its_place() -> None:
    given = ["wecombot://BOTKEYBOTKEYBOTKEY", "nonsense", "feishu://token-token-token"]
    assert (unusable(given), len(services(given))) == ([2], 2)
