"""The office's own mail relay: where it is, how one gets in, and what it means where one does not."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address
from typing import Literal

import aiosmtplib

from calendars.errors import TalentError
from letters.headers import UNFIT
from post.wire import Wire

COMMAND_SECONDS = 300.0  # RFC 5321 4.5.3.2: five minutes for the greeting, MAIL and RCPT
DOT_SECONDS = 600.0  # and ten over the final dot
PATIENCE_SECONDS = 5.0
BUSY_SECONDS = 2.0
LONGEST_DETAIL = 200
TROUBLE = (aiosmtplib.SMTPException, OSError, TimeoutError, UnicodeError)  # the last of a host's impossible name
Security = Literal["tls", "starttls", "none"]


class OpenRelay(TalentError):
    """不加密（none）只许用于本机，而邮件服务器是 {host}；请改用 tls 或 starttls。"""


@dataclass(frozen=True, slots=True)
class Relay:
    """Where the relay is and how to reach it.

    `connections` is how many are kept busy at a time, `per_minute` the letters it may be given in a minute (None: any
    number). `command_seconds` is the longest wait for an answer, `dot_seconds` for the one to the final dot; after
    `patience` seconds without one the others no longer wait for that connection. Where it says that letters come too
    fast, they come more and more slowly, at last one in `busy_seconds`.
    """

    host: str
    port: int
    security: Security = "tls"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls_context: ssl.SSLContext | None = None
    command_seconds: float = COMMAND_SECONDS
    dot_seconds: float = DOT_SECONDS
    connections: int = 1
    per_minute: int | None = None
    patience: float = PATIENCE_SECONDS
    busy_seconds: float = BUSY_SECONDS


def guard(relay: Relay) -> Relay:
    """Give the relay back. Raises OpenRelay where letters would travel in the clear."""
    if relay.security == "none" and not _is_loopback(relay.host):
        raise OpenRelay(host=relay.host)
    return relay


async def connect(relay: Relay) -> tuple[Wire, bool]:
    """Open a connection, encrypt it, sign in; give it, and whether it takes commands in groups (RFC 2920).

    Raises one of TROUBLE; `explain` says what it means.
    """
    client = aiosmtplib.SMTP(
        hostname=relay.host,
        port=relay.port,
        username=relay.username,
        password=relay.password,
        timeout=relay.command_seconds,
        use_tls=relay.security == "tls",
        start_tls=relay.security == "starttls",
        tls_context=relay.tls_context,
    )
    try:
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            await client.ehlo()
        assert isinstance(client.transport, asyncio.Transport)
        return Wire(client.transport), client.supports_extension("pipelining")
    except BaseException:
        client.close()
        raise


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why nobody was let in, in Chinese, and what would mend it."""

    says: str
    mend: str


def explain(relay: Relay, error: BaseException) -> Trouble:
    """Say at which step it failed and what follows, for the person who can mend it."""
    for cause in _causes(error):
        for kind, mark, says, mend in EXPLAINED:
            if isinstance(cause, kind) and mark in str(cause):
                words = {"host": relay.host, "port": relay.port, "security": relay.security, "said": line_of(cause)}
                return Trouble(says.format(**words), mend)
    return Trouble(f"连不上邮件服务器 {relay.host}:{relay.port}（{line_of(error)}）", "检查本机到该服务器的网络")


HOST = "核对 TALENT_SMTP__HOST"
PORT = "核对 TALENT_SMTP__PORT 与 TALENT_SMTP__SECURITY（465 用 tls，587、25 用 starttls）"
LOGIN = "核对 TALENT_SMTP__USERNAME 与 TALENT_SMTP__PASSWORD（多数邮箱要填授权码，不是登录密码）"
ASK = "请邮件服务器的管理员放行本机"
EXPLAINED: tuple[tuple[type[BaseException], str, str, str], ...] = (
    (aiosmtplib.SMTPAuthenticationError, "", "端口 {port} 可连接，但用户名或授权码被拒绝（{said}）", LOGIN),
    (
        ssl.SSLCertVerificationError,
        "",
        "端口 {port} 可连接，但服务器证书不可信（{said}）",
        f"{HOST}（须与证书上的名字一致），或更新服务器证书",
    ),
    (ssl.SSLError, "", "端口 {port} 可连接，但不会 {security} 加密（{said}）", PORT),
    (socket.gaierror, "", "找不到邮件服务器 {host}：域名写错，或本机不能解析", HOST),
    (UnicodeError, "", "找不到邮件服务器 {host}：域名写错", HOST),
    (ConnectionRefusedError, "", "端口 {port} 没有邮件服务（连接被拒绝）", PORT),
    (aiosmtplib.SMTPConnectTimeoutError, "ready", "端口 {port} 可连接，但服务器不应答", PORT),
    (
        aiosmtplib.SMTPConnectTimeoutError,
        "",
        "端口 {port} 连接超时：被防火墙拦下，或地址写错",
        f"{HOST}，并放行本机到该端口的连接",
    ),
    (aiosmtplib.SMTPConnectResponseError, "", "端口 {port} 可连接，但服务器不接待本机（{said}）", ASK),
    (aiosmtplib.SMTPHeloError, "", "端口 {port} 可连接，但服务器不认本机的名字（{said}）", ASK),
    (aiosmtplib.SMTPException, "AUTH extension", "端口 {port} 可连接，但服务器不提供登录", f"{PORT}，或去掉用户名"),
    (aiosmtplib.SMTPException, "STARTTLS", "端口 {port} 可连接，但服务器不提供 starttls 加密，没有登录", PORT),
    (aiosmtplib.SMTPException, "authentication method", "端口 {port} 可连接，但没有双方都会的登录方式", LOGIN),
)
"""What went wrong on the way in, told from the library's error and a word in it; the first that fits is said."""


def _causes(error: BaseException | None) -> list[BaseException]:
    """The error and what it came from, outermost first."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def line_of(error: BaseException) -> str:
    """One short printable line of what the relay, or the network, said."""
    said = f"{error.code} {error.message}" if isinstance(error, aiosmtplib.SMTPResponseException) else str(error)
    return one_line(said or type(error).__name__)


@lru_cache(maxsize=16)
def one_line(said: str) -> str:
    """Without what could disturb a terminal or a table, and short."""
    return UNFIT.sub(" ", said)[:LONGEST_DETAIL]


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
