"""What every courier promises, asked of both."""

from __future__ import annotations

import asyncio
import mailbox
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from letters.envelope import Attachment
from post.couriers import Courier, Delivery
from post.maildir import MaildirCourier
from post.smtp import Relay, SmtpCourier
from tests.support.letters_sent import Read, expected, letter, read

Side = tuple[Courier, Callable[[], list[Read]]]


class _Sink:
    """An accounting relay: all that it took over."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.connections: set[Any] = set()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        assert isinstance(envelope.content, bytes)
        self.taken.append(envelope.content)
        self.connections.add(session.peer)
        return "250 2.0.0 taken"


@pytest.fixture
async def sink() -> AsyncIterator[tuple[_Sink, int]]:
    handler = _Sink()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(handler), "127.0.0.1", 0)
    async with server:
        yield handler, server.sockets[0].getsockname()[1]


@pytest.fixture(params=["maildir", "smtp"])
def side(request: pytest.FixtureRequest, tmp_path: Path, sink: tuple[_Sink, int]) -> Side:
    if request.param == "maildir":
        return MaildirCourier(tmp_path / "mail"), lambda: _in_maildir(tmp_path / "mail")
    handler, port = sink
    return SmtpCourier(Relay("127.0.0.1", port, "none")), lambda: [read(content) for content in handler.taken]


def _in_maildir(path: Path) -> list[Read]:
    box = mailbox.Maildir(path, create=False)
    return [read(box.get_bytes(key)) for key in box.keys()]  # noqa: SIM118 - a mailbox iterates over its messages


def _states(deliveries: Sequence[Delivery]) -> list[tuple[str, str]]:
    return [(delivery.key, delivery.state) for delivery in deliveries]


async def test_each_letter_arrives_once_and_whole_and_is_reported_in_order(side: Side) -> None:
    courier, arrived = side
    letters = [letter(number, thread=letter(1).message_id) for number in range(1, 31)]
    deliveries = await courier.deliver(letters)
    assert _states(deliveries) == [(sent.key, "sent") for sent in letters]
    assert sorted(arrived(), key=lambda found: found.message_id) == [expected(sent) for sent in letters]


async def test_nothing_to_deliver_is_no_delivery(side: Side) -> None:
    courier, _ = side
    assert list(await courier.deliver([])) == []


async def test_an_unfit_letter_fails_alone(side: Side) -> None:
    courier, arrived = side
    deliveries = await courier.deliver([letter(1), letter(2, recipient="a@b\r\nBcc: c@d.example"), letter(3)])
    assert [delivery.state for delivery in deliveries] == ["sent", "failed", "sent"]
    assert deliveries[1].detail == r"邮件的“To”不合要求：'a@b\r\nBcc: c@d.example'。"
    assert {found.message_id for found in arrived()} == {letter(1).message_id, letter(3).message_id}


async def test_deliveries_settle_once_each_inside_a_series(side: Side) -> None:
    courier, arrived = side
    letters = [letter(number) for number in range(1, 31)]
    async with courier:
        settled = [
            delivery
            for begin in (0, 10, 20)
            async for some in courier.settling(letters[begin : begin + 10])
            for delivery in some
        ]
    assert sorted(_states(settled)) == sorted((sent.key, "sent") for sent in letters)
    assert sorted(arrived(), key=lambda found: found.message_id) == [expected(sent) for sent in letters]
    assert [some async for some in courier.settling([])] == []


async def test_what_is_wanted_no_more_is_given_back_untried(side: Side) -> None:
    courier, arrived = side
    letters, gone = [letter(number) for number in range(1, 61)], {letter(number).key for number in range(31, 61)}
    settled = [one async for some in courier.settling(letters, lambda key: key not in gone) for one in some]
    given_back = {one.key for one in settled if (one.state, one.tried) == ("withheld", False)}
    assert (given_back <= gone, len(settled), len(arrived())) == (True, 60, 60 - len(given_back))
    if isinstance(courier, MaildirCourier):
        assert given_back == gone


async def test_a_body_that_is_no_text_fails_alone(side: Side) -> None:
    courier, _ = side
    deliveries = await courier.deliver([letter(1), replace(letter(2), text="\ud800"), letter(3)])
    assert [delivery.state for delivery in deliveries] == ["sent", "failed", "sent"]


async def test_attachments_arrive_as_they_were(side: Side) -> None:
    courier, arrived = side
    sent = replace(letter(1), attachments=(Attachment("截止.ics", "text/calendar; charset=utf-8", b"A\r\n.\r\nB\r\n"),))
    assert _states(await courier.deliver([sent])) == [(sent.key, "sent")]
    assert arrived() == [expected(sent)]


async def test_a_copy_is_recognisably_the_same_letter(side: Side) -> None:
    courier, arrived = side
    for _ in range(2):
        assert _states(await courier.deliver([letter(1)])) == [(letter(1).key, "sent")]
    assert set(arrived()) == {expected(letter(1))}


async def test_a_batch_goes_over_one_connection(sink: tuple[_Sink, int]) -> None:
    handler, port = sink
    await SmtpCourier(Relay("127.0.0.1", port, "none")).deliver([letter(number) for number in range(20)])
    assert (len(handler.taken), len(handler.connections)) == (20, 1)
