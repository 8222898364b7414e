"""The SMTP courier against relays that misbehave: each trouble settled by the side of the dot it lies on."""

from __future__ import annotations

import ssl
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from letters.envelope import Attachment
from post.smtp import OpenRelay, Relay, SmtpCourier
from tests.support.letters_sent import letter
from tests.support.relays import DROP, HANG, Faulty, certify, secured

pytestmark = pytest.mark.slow  # real processes or a real relay: seconds, not milliseconds


def _courier(relay: Faulty, connections: int = 1) -> SmtpCourier:
    """Wait long for a relay that answers, however busy the machine; for one that hangs no answer comes."""
    seconds = 0.3 if any(HANG in replies for replies in relay.faults.values()) else 60
    return SmtpCourier(
        Relay("127.0.0.1", relay.port, "none", command_seconds=seconds, dot_seconds=seconds, connections=connections)
    )


LETTERS = [letter(number, recipient=f"{name}@city.example") for number, name in enumerate(("a", "b", "c"))]
A, B, C = (sent.recipient for sent in LETTERS)


@pytest.mark.parametrize("grouped", [False, True], ids=["in turn", "in groups"])
@pytest.mark.parametrize(
    ("stage", "reply", "states", "accepted"),
    [
        # a refusal is settled at once, the others go out
        ("MAIL", "450 later", ["deferred", "sent", "sent"], [B, C]),
        ("MAIL", "550 no", ["failed", "sent", "sent"], [B, C]),
        ("RCPT", "451 greylisted", ["deferred", "sent", "sent"], [B, C]),
        ("RCPT", "550 no such box", ["failed", "sent", "sent"], [B, C]),
        ("DATA", "452 full", ["deferred", "sent", "sent"], [B, C]),
        ("DATA", "554 no", ["failed", "sent", "sent"], [B, C]),
        ("dot", "451 later", ["deferred", "sent", "sent"], [A, B, C]),
        ("dot", "552 too big", ["failed", "sent", "sent"], [A, B, C]),
        ("dot", "421 going down", ["deferred", "sent", "sent"], [A, B, C]),
        ("RCPT", "421 going down", ["deferred", "sent", "sent"], [B, C]),
        # a connection lost, or silent, before the dot: surely not handed over
        ("MAIL", DROP, ["retry", "sent", "sent"], [B, C]),
        ("RCPT", DROP, ["retry", "sent", "sent"], [B, C]),
        ("DATA", DROP, ["retry", "sent", "sent"], [B, C]),
        ("RCPT", HANG, ["retry", "sent", "sent"], [B, C]),
        ("DATA", HANG, ["retry", "sent", "sent"], [B, C]),
        ("RCPT", "what", ["retry", "sent", "sent"], [B, C]),
        # after it: nobody knows
        ("dot", DROP, ["unknown", "sent", "sent"], [A, B, C]),
        ("dot", HANG, ["unknown", "sent", "sent"], [A, B, C]),
        ("dot", "what", ["unknown", "sent", "sent"], [A, B, C]),
        ("dot", "354 again", ["unknown", "sent", "sent"], [A, B, C]),
        # a relay that does not let us in refuses no letter
        ("greeting", "554 not you", ["retry", "retry", "retry"], []),
        ("greeting", DROP, ["retry", "retry", "retry"], []),
        ("greeting", HANG, ["retry", "retry", "retry"], []),
        ("EHLO", "550 not you", ["retry", "retry", "retry"], []),
        ("EHLO", DROP, ["retry", "retry", "retry"], []),
    ],
)
async def test_each_trouble_is_settled_by_its_side_of_the_dot(
    stage: str, reply: str, states: list[str], accepted: list[str], grouped: bool
) -> None:
    async with Faulty({stage: [reply]}, grouped=grouped).serving() as relay:
        deliveries = await _courier(relay).deliver(LETTERS)
        assert [(delivery.key, delivery.state) for delivery in deliveries] == [
            (sent.key, state) for sent, state in zip(LETTERS, states, strict=True)
        ]
        assert relay.accepted == accepted
    said = reply if reply[0].isdigit() else ""
    assert said in deliveries[0].detail


@pytest.mark.parametrize("grouped", [False, True], ids=["in turn", "in groups"])
@pytest.mark.parametrize(
    ("stage", "refused"),
    [("MAIL", "发件人被拒"), ("RCPT", "收件人被拒"), ("DATA", "正文被拒"), ("dot", "正文被拒")],
)
async def test_a_refusal_for_good_says_what_was_refused_and_another_does_not(
    stage: str, refused: str, *, grouped: bool
) -> None:
    async with Faulty({stage: ["550 no", "450 later"]}, grouped=grouped).serving() as relay:
        deliveries = await _courier(relay).deliver(LETTERS)
    assert [delivery.detail for delivery in deliveries] == [f"{refused}：550 no", "450 later", "250 taken"]


async def test_a_group_without_a_recipient_that_is_bidden_on_sends_nothing() -> None:
    async with Faulty({"RCPT": ["550 no such box"], "DATA": ["354 go on"]}, grouped=True).serving() as relay:
        deliveries = await _courier(relay).deliver(LETTERS)
        assert [delivery.state for delivery in deliveries] == ["failed", "sent", "sent"]
        assert (relay.accepted, relay.connections) == ([B, C], 1)


async def test_a_letter_announced_on_a_line_that_breaks_goes_out_on_another() -> None:
    for trouble in (DROP, "421 going down", HANG, "what"):
        async with Faulty({f"dot {A}": [trouble]}, grouped=True).serving() as relay:
            deliveries = await _courier(relay).deliver(LETTERS)
            assert [delivery.state for delivery in deliveries][1:] == ["sent", "sent"]
            assert (relay.accepted, relay.connections) == ([A, B, C], 2)


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("ending", [DROP, "421 enough for one connection"])
async def test_a_connection_that_is_worn_out_is_no_try_of_a_letter(ending: str, grouped: bool) -> None:
    async with Faulty({f"MAIL {A}": [ending], f"MAIL {B}": [ending]}, grouped=grouped).serving() as relay:
        deliveries = await _courier(relay).deliver(LETTERS)
        assert [delivery.state for delivery in deliveries] == ["sent", "sent", "sent"]
        assert (relay.accepted, relay.connections) == ([A, B, C], 3)


async def test_what_a_relay_says_unasked_is_no_answer_to_the_next_letter() -> None:
    async with Faulty({f"dot {A}": ["250 taken\r\n250 and more"]}).serving() as relay:
        deliveries = await _courier(relay).deliver(LETTERS)
        assert [delivery.state for delivery in deliveries] == ["sent", "sent", "sent"]
        assert (relay.accepted, relay.connections) == ([A, B, C], 2)


@pytest.mark.parametrize("grouped", [False, True])
async def test_a_long_letter_arrives_and_one_cut_off_within_was_surely_not_handed_over(grouped: bool) -> None:
    long = [replace(sent, attachments=(Attachment("a.bin", "application/pdf", bytes(8_000_000)),)) for sent in LETTERS]
    async with Faulty({"content": [DROP]}, grouped=grouped).serving() as relay:
        courier = SmtpCourier(Relay("127.0.0.1", relay.port, "none", command_seconds=9, dot_seconds=9))
        deliveries = await courier.deliver(long)
        assert [delivery.state for delivery in deliveries] == ["retry", "sent", "sent"]
        assert relay.accepted == [B, C]


async def test_after_three_lost_connections_in_a_row_the_rest_waits() -> None:
    letters = [letter(number) for number in range(6)]
    async with Faulty({"dot": [DROP] * 6}).serving() as relay:
        deliveries = await _courier(relay).deliver(letters)
        assert [delivery.state for delivery in deliveries] == ["unknown"] * 3 + ["retry"] * 3
        assert relay.connections == 3


async def test_lost_connections_that_are_not_in_a_row_stop_nothing() -> None:
    letters = [letter(number) for number in range(8)]
    async with Faulty({"RCPT": [DROP, "250 ok"] * 4}).serving() as relay:
        deliveries = await _courier(relay).deliver(letters)
    assert [delivery.state for delivery in deliveries] == ["retry", "sent"] * 4


async def test_no_relay_at_all_is_a_retry() -> None:
    async with Faulty({}).serving() as relay:
        gone = _courier(relay)
    deliveries = await gone.deliver(LETTERS)
    assert [delivery.state for delivery in deliveries] == ["retry"] * 3
    assert [delivery.tried for delivery in deliveries] == [False] * 3
    assert deliveries[2].detail == f"未能交给邮件服务器：端口 {relay.port} 没有邮件服务（连接被拒绝）"


async def test_what_a_relay_says_is_kept_as_one_clean_short_line() -> None:
    async with Faulty({"RCPT": ["550-no\x1b[31m\r\n550 such " + "x" * 500]}).serving() as relay:
        [delivery] = await _courier(relay).deliver(LETTERS[:1])
    assert delivery.detail == ("收件人被拒：550 no [31m such " + "x" * 500)[:200]


@pytest.mark.parametrize("host", ["mail.example", "192.0.2.1", "10.0.0.1", "::ffff:192.0.2.1"])
def test_letters_never_travel_in_the_clear(host: str) -> None:
    with pytest.raises(OpenRelay, match=host):
        SmtpCourier(Relay(host, 25, "none"))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "[::1]", "localhost"])
def test_but_may_to_this_machine(host: str) -> None:
    assert SmtpCourier(Relay(host, 25, "none")).relay.host == host


async def test_a_relay_without_starttls_gets_nothing_where_it_is_required() -> None:
    async with Faulty({}).serving() as relay:
        courier = SmtpCourier(Relay("127.0.0.1", relay.port, "starttls", "office", "secret", command_seconds=0.3))
        deliveries = await courier.deliver(LETTERS)
        assert [delivery.state for delivery in deliveries] == ["retry"] * 3
        assert relay.accepted == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certify(tmp_path_factory.mktemp("tls") / "localhost.pem")


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # all of it is in TLS already
@pytest.mark.filterwarnings("ignore:Session.login_data is deprecated")  # aiosmtpd's own use of it
@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_signed_in_over_a_checked_certificate(security: Literal["tls", "starttls"], certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=certificate)
    async with secured(security, certificate) as (handler, port):
        known = Relay("localhost", port, security, "office", "secret", trusting, command_seconds=3)
        wrong = Relay("localhost", port, security, "office", "guess", trusting, command_seconds=3)
        strange = Relay("localhost", port, security, "office", "secret", command_seconds=3)
        states = [
            [delivery.state for delivery in await SmtpCourier(relay).deliver(LETTERS)]
            for relay in (known, wrong, strange)
        ]
    assert states == [["sent"] * 3, ["retry"] * 3, ["retry"] * 3]
    assert handler.taken == [True] * 3


def test_a_password_shows_in_no_repr() -> None:
    assert "secret" not in repr(Relay("mail.example", 465, "tls", "office", "secret"))
