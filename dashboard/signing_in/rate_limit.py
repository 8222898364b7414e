"""How often somebody may guess: ten wrong ones in a quarter of an hour, by account and by address.

A guess is counted before it is looked at, in the database, so that however many come at once, of however many
processes, no more than ten are. Only wrong ones stay counted: an office of twenty behind one address signs in as often
as it likes. Browsers in which the account was signed in to before have a count of their own, all of them together:
nobody can lock an office out from outside, and whoever has many marks guesses no oftener.
"""

from __future__ import annotations

import hmac
import math
import secrets
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from calendars.errors import TalentError
from models import guesses

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping
    from datetime import datetime

    from fastapi import Request

    from models.database import Database

MOST, MINUTES = 10, 15
WINDOW = timedelta(minutes=MINUTES)
NEIGHBOURS = 64
"""Bits of an IPv6 address that belong to one subscriber, who may use any of the rest."""

LONGEST = 64


class TooMany(TalentError):
    """输错次数太多，为防他人猜测密码，暂停登录；请约 {minutes} 分钟后再试。"""


class TooManyLooked(TalentError):
    """查询次数太多，请约一刻钟后再试；仍有疑问的，请与省级管理办公室联系。"""


@dataclass
class Guess:
    """One guess that is being looked at, counted under `keys`; wrong until somebody says otherwise.

    `full` are, once a wrong one was looked at, those of its keys under which no further one is taken: first the
    account's (or that of its known browsers), then the address's.
    """

    token: str
    keys: tuple[str, ...]
    right: bool = False
    full: frozenset[str] = frozenset()

    @property
    def account_full(self) -> bool:
        """Whether it was the last one at this account."""
        return self.keys[0] in self.full

    @property
    def address_full(self) -> bool:
        """Whether it was the last one from this address, at whichever accounts."""
        return not self.full.isdisjoint(self.keys[1:])


@dataclass(frozen=True)
class Guesses:
    """The wrong guesses of the last quarter of an hour; keys are kept as digests: a name may be a password mistyped."""

    database: Database
    secret: bytes
    wall: Callable[[], datetime]

    @contextmanager
    def guess(self, what: str, account: str, address: str, *, known: bool = False) -> Iterator[Guess]:
        """Let a guess be looked at, or raise `TooMany`. A right one clears the account's count, never the address's.

        `known` is whether it comes of a browser that is known to the account.
        """
        begun = self._begin(what, account, address, known=known)
        try:
            yield begun
        finally:
            self._settle(begun)

    @asynccontextmanager
    async def guess_apart(self, what: str, account: str, address: str, *, known: bool = False) -> AsyncIterator[Guess]:
        """Do the same where nothing may wait for the database."""
        begun = await run_in_threadpool(partial(self._begin, what, account, address, known=known))
        try:
            yield begun
        finally:
            await run_in_threadpool(self._settle, begun)

    def _begin(self, what: str, account: str, address: str, *, known: bool) -> Guess:
        now = self.wall()
        outside = (f"{what} account {account[:LONGEST]}", f"{what} address {_subscriber(address)}")
        keys = tuple(map(self._digest, (f"{what} known {account[:LONGEST]}",) if known else outside))
        with self.database.read() as connection:
            self._refuse(guesses.late(connection, keys, now - WINDOW, MOST), now)
        begun = Guess(secrets.token_hex(16), keys)
        with self.database.write() as connection:
            guesses.one_at_a_time(connection)
            self._refuse(guesses.late(connection, keys, now - WINDOW, MOST), now)
            guesses.count(connection, begun.token, keys, now, now - WINDOW)
        return begun

    @staticmethod
    def _refuse(full: Mapping[str, datetime], now: datetime) -> None:
        if full:
            left = max(full.values()) + WINDOW - now
            raise TooMany(minutes=max(1, math.ceil(left.total_seconds() / 60)))

    def _settle(self, begun: Guess) -> None:
        if begun.right:
            with self.database.write() as connection:
                guesses.forgive(connection, begun.token, begun.keys[0])
            return
        with self.database.read() as connection:
            begun.full = frozenset(guesses.late(connection, begun.keys, self.wall() - WINDOW, MOST))

    def _digest(self, key: str) -> str:
        return hmac.new(self.secret, f"guess:{key}".encode(), sha256).hexdigest()


def peer(request: Request) -> str:
    """Give the address that the request comes from: the connection's own, whatever its headers claim."""
    return request.client.host if request.client else "?"


def _subscriber(address: str) -> str:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:LONGEST]
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(ip_network((found, NEIGHBOURS), strict=False))
    return str(found)
