"""How often somebody may guess: ten wrong ones in a quarter of an hour, by account and by address.

A guess is counted before it is looked at, so that however many come at once, no more than ten are. Only wrong ones stay
counted: an office of twenty behind one address signs in as often as it likes.
"""

from __future__ import annotations

import math
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Lock
from time import time
from typing import TYPE_CHECKING

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from calendars.errors import TalentError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import Request

MOST, MINUTES = 10, 15
LIMIT = RateLimitItemPerMinute(MOST, MINUTES)
NEIGHBOURS = 64
"""Bits of an IPv6 address that belong to one subscriber, who may use any of the rest."""

LONGEST = 64


class TooMany(TalentError):
    """输错次数太多，为防他人猜测密码，暂停登录；请约 {minutes} 分钟后再试。"""


@dataclass
class Guess:
    """One guess that is being looked at; wrong until somebody says otherwise."""

    right: bool = False


class Guesses:
    """The wrong guesses of the last quarter of an hour, in this process's memory."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._running: Counter[str] = Counter()
        self._lock = Lock()

    @contextmanager
    def guess(self, what: str, account: str, address: str) -> Iterator[Guess]:
        """Let a guess be looked at, or raise `TooMany`. A right one clears the account's count, never the address's."""
        keys = (f"{what} account {account[:LONGEST]}", f"{what} address {_subscriber(address)}")
        with self._lock:
            full = [key for key in keys if not self._limiter.test(LIMIT, key, cost=self._running[key] + 1)]
            if full:
                raise TooMany(minutes=max(map(self._wait, full)))
            self._running.update(keys)
        guess = Guess()
        try:
            yield guess
        finally:
            with self._lock:
                self._running.subtract(keys)
                self._running += Counter()
                self._settle(keys, right=guess.right)

    def _settle(self, keys: tuple[str, str], *, right: bool) -> None:
        if right:
            self._limiter.clear(LIMIT, keys[0])
            return
        for key in keys:
            self._limiter.hit(LIMIT, key)

    def _wait(self, key: str) -> int:
        """Minutes until the oldest wrong guess is forgotten."""
        left = self._limiter.get_window_stats(LIMIT, key).reset_time - time()
        return max(1, math.ceil(left / 60))


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
