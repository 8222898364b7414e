"""What the doctor says of a relay: each failure by the step it happens at, and no letter sent by asking."""

from __future__ import annotations

import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from letters.headers import UnfitHeader
from post.probe import SENDER, probe
from post.relay import ASK, HOST, LOGIN, PORT, OpenRelay, Relay, Security, Trouble
from tests.support.relays import DROP, HANG, Faulty, certify, secured

OFFICE = "省级管理办公室 <office@talent.example>"
SECONDS = 0.5

pytestmark = [
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
    pytest.mark.filterwarnings("ignore:Session.login_data is deprecated"),
]


async def test_a_relay_in_order_is_asked_and_gets_nothing() -> None:
    async with Faulty({}, grouped=True).serving() as relay:
        assert await probe(Relay("127.0.0.1", relay.port, "none"), OFFICE, SECONDS) is None
        assert relay.accepted == []


@pytest.mark.parametrize(
    ("stage", "reply", "says", "mend"),
    [
        ("greeting", "554 go away", "端口 {port} 可连接，但服务器不接待本机（554 go away）", ASK),
        ("greeting", HANG, "端口 {port} 可连接，但服务器不应答", PORT),
        ("MAIL", "550 not yours", "端口 {port} 可登录，但发件人 office@talent.example 被拒绝（550 not yours）", SENDER),
        ("RCPT", "554 no relay", "端口 {port} 可登录，但收件人 office@talent.example 被拒绝（554 no relay）", SENDER),
        ("RCPT", DROP, "连不上邮件服务器 127.0.0.1:{port}（connection lost）", "检查本机到该服务器的网络"),
    ],
)
async def test_each_refusal_is_told_by_its_step(stage: str, reply: str, says: str, mend: str) -> None:
    async with Faulty({stage: [reply]}).serving() as relay:
        found = await probe(Relay("127.0.0.1", relay.port, "none"), OFFICE, SECONDS)
        assert found == Trouble(says.format(port=relay.port), mend)


async def test_nobody_there() -> None:
    async with Faulty({}).serving() as relay:
        gone = Relay("127.0.0.1", relay.port, "none")
    assert await probe(gone, OFFICE, SECONDS) == Trouble(f"端口 {gone.port} 没有邮件服务（连接被拒绝）", PORT)
    for host in ("mail.invalid", "a..b"):
        found = await probe(replace(gone, host=host, security="tls"), OFFICE, 5)
        assert found is not None
        assert (found.says.partition("：")[0], found.mend) == (f"找不到邮件服务器 {host}", HOST)


async def test_a_relay_that_cannot_be_spoken_to_in_secret() -> None:
    async with Faulty({}).serving() as relay:
        bare = Relay("127.0.0.1", relay.port, "starttls")
        assert await probe(bare, OFFICE, SECONDS) == Trouble(
            f"端口 {relay.port} 可连接，但服务器不提供 starttls 加密，没有登录", PORT
        )
        found = await probe(replace(bare, security="tls"), OFFICE, SECONDS)
        assert found is not None
        assert (found.says.partition("（")[0], found.mend) == (f"端口 {relay.port} 可连接，但不会 tls 加密", PORT)


async def test_a_relay_without_a_login() -> None:
    async with Faulty({}).serving() as relay:
        named = Relay("127.0.0.1", relay.port, "none", "office", "secret")
        found = await probe(named, OFFICE, SECONDS)
        assert found == Trouble(f"端口 {relay.port} 可连接，但服务器不提供登录", f"{PORT}，或去掉用户名")


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_wrong_password_and_a_strange_certificate(security: Security, tmp_path: Path) -> None:
    certificate = certify(tmp_path / "localhost.pem")
    async with secured(security, certificate) as (handler, port):
        trusting = ssl.create_default_context(cafile=certificate)
        good = Relay("localhost", port, security, "office", "secret", trusting)
        assert await probe(good, OFFICE, 3) is None
        wrong = await probe(replace(good, password="guess"), OFFICE, 3)
        strange = await probe(replace(good, tls_context=None), OFFICE, 3)
        assert handler.taken == []
    assert wrong is not None
    assert strange is not None
    assert (wrong.says.partition("（")[0], wrong.mend) == (f"端口 {port} 可连接，但用户名或授权码被拒绝", LOGIN)
    assert strange.says.partition("（")[0] == f"端口 {port} 可连接，但服务器证书不可信"


async def test_what_must_not_be_asked_at_all() -> None:
    with pytest.raises(OpenRelay):
        await probe(Relay("mail.example", 25, "none"), OFFICE, SECONDS)
    with pytest.raises(UnfitHeader):
        await probe(Relay("127.0.0.1", 25, "none"), "no address", SECONDS)
