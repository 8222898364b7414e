"""Passwords: argon2id in a thread, few at a time, and as long for a name that does not exist."""

from __future__ import annotations

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2
hasher = PasswordHasher()
_turns = asyncio.Semaphore(AT_ONCE)


@cache
def _nobody() -> str:
    return hasher.hash("nobody's password")


def _fits(kept: str | None, given: str) -> bool:
    try:
        return hasher.verify(kept or _nobody(), given) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


async def fits(kept: str | None, given: str) -> bool:
    """Tell whether this password is the one kept; None is nobody's."""
    async with _turns:
        return await asyncio.to_thread(_fits, kept, given)


def kept(password: str) -> str:
    """Give what is kept of a password."""
    return hasher.hash(password)
