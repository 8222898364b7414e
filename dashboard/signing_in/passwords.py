"""Passwords: argon2id on threads of its own, few at a time, and as long for a name that does not exist."""

from __future__ import annotations

import asyncio
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2
"""Each takes 64 MB and tens of milliseconds: the pages must not wait for a crowd of them."""

LONGEST = 256
hasher = PasswordHasher()
_turns = ThreadPoolExecutor(AT_ONCE, "argon2")


@cache
def _nobody() -> str:
    return hasher.hash("nobody's password")


def _plain(given: str) -> str:
    """Full-width letters, as an input method leaves them, are the same as plain ones."""
    return unicodedata.normalize("NFKC", given)


def _fits(kept: str | None, given: str) -> bool:
    try:
        return hasher.verify(kept or _nobody(), _plain(given)) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


async def fits(kept: str | None, given: str) -> bool:
    """Tell whether this password is the one kept; None is nobody's."""
    if len(given) > LONGEST:
        return False
    return await asyncio.get_running_loop().run_in_executor(_turns, _fits, kept, given)


async def keep(password: str) -> str:
    """Give what is kept of a password, without holding up the pages."""
    return await asyncio.get_running_loop().run_in_executor(_turns, kept, password)


def kept(password: str) -> str:
    """Give what is kept of a password."""
    return hasher.hash(_plain(password))


def outdated(kept: str) -> bool:
    """Tell whether it was kept with other parameters than today's."""
    return hasher.check_needs_rehash(kept)
