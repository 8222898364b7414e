"""A column that is encrypted where it is kept: telephones and addresses of persons.

What stands there is the key's id, a colon, and nonce, text and tag in base64; the column's name is bound to it, so that
what was moved to another column does not open. Nothing stays nothing. Docs: docs/decisions/0068-contacts-encrypted.md.
"""

from __future__ import annotations

import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import String
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeDecorator

from models.contact_keys import REHEARSED, Altered, NoContactKey, any_way

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sqlalchemy.engine import Dialect

    from models.contact_keys import ContactKey, ContactKeys

NONCE = 12
NAMED = re.compile(r"([0-9a-f]{8}):", re.ASCII)
"""What everything that is encrypted begins with: its key's id."""


class Seals:
    """What a process encrypts and decrypts with. `rehearsed` says whether a database is one of invented people.

    `check` raises where anything that is encrypted does not open: none is encrypted under another key beside it.
    """

    def __init__(self, keys: ContactKeys, rehearsed: Callable[[], bool], check: Callable[[], None] = any_way) -> None:
        self._keys, self._rehearsed, self._check = keys, rehearsed, check
        self._known: dict[str, ContactKey] = {}

    def seal(self, place: str, text: str) -> str:
        """Encrypt what is to stand in a column."""
        return text and sealed_with(self._newest(), place, text)

    def open(self, place: str, kept: str) -> str:
        """Give what was encrypted. Raise `NoContactKey`, `Altered`, and what `known` raises."""
        return kept and opened_with(self._found(key_id(place, kept)), place, kept)

    def check(self, named: Iterable[str | None]) -> None:
        """Raise `NoContactKey` where one of these keys is not there now, and what `known` raises; None is no key."""
        there = {key.id for key in self._keys.known()}
        for one in named:
            if one is not None and one not in there and not self._everybodys(one):
                raise self._missing(one)

    def _newest(self) -> ContactKey:
        if self._keys.own and self._rehearsed():
            return REHEARSED
        key = self._keys.newest(self._check)
        return self._known.setdefault(key.id, key)

    def _everybodys(self, named: str) -> bool:
        """Whether that is the key of rehearsals, where people are invented: elsewhere anybody could forge by it."""
        return named == REHEARSED.id and (not self._keys.own or self._rehearsed())

    def _found(self, named: str) -> ContactKey:
        if self._everybodys(named):
            return REHEARSED
        if named not in self._known:
            self._known |= {key.id: key for key in self._keys.known()}
        found = self._known.get(named)
        if found is None:
            raise self._missing(named)
        return found

    def _missing(self, named: str) -> NoContactKey:
        there = self._keys.known()
        said = f"里是另一把（编号 {there[0].id}）" if there else "不存在"
        return NoContactKey(named=named, place=self._keys.place, there=said)


def key_id(place: str, kept: str) -> str:
    """Give the id of the key that something is encrypted with; raise `Altered` where it is not encrypted at all."""
    if found := NAMED.match(kept):
        return found[1]
    raise Altered(place=place)


def sealed_with(key: ContactKey, place: str, text: str) -> str:
    """Encrypt what is to stand in a column with a key."""
    drawn = nonce()
    sealed = key.cipher.encrypt(drawn, text.encode(), place.encode())
    return f"{key.id}:{urlsafe_b64encode(drawn + sealed).decode()}"


def nonce() -> bytes:
    """Draw what makes each encryption of a text another."""
    return os.urandom(NONCE)


def opened_with(key: ContactKey, place: str, kept: str) -> str:
    """Give what was encrypted with a key; raise `Altered` where it is not what was written there."""
    from cryptography.exceptions import InvalidTag

    try:
        sealed = urlsafe_b64decode(kept.partition(":")[2])
        return key.cipher.decrypt(sealed[:NONCE], sealed[NONCE:], place.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise Altered(place=place) from error


_IN_USE: ContextVar[Seals | None] = ContextVar("seals", default=None)
"""Those of the database that is spoken to: what is compiled for one may serve another, so no statement keeps them."""


@contextmanager
def sealing(seals: Seals) -> Iterator[None]:
    """Encrypt and decrypt with these to the end of the block."""
    before = _IN_USE.get()
    _IN_USE.set(seals)
    try:
        yield
    finally:
        _IN_USE.set(before)


def in_use() -> Seals:
    """Give what is encrypted with now; raise `Unsealed` where no database is spoken to."""
    found = _IN_USE.get()
    if found is None:
        raise Unsealed
    return found


class Unsealed(Exception):
    """A defect: an encrypted column is read or written outside `Database.read` and `Database.write`."""


class Compared(Exception):
    """A defect: a statement compares or orders an encrypted column, which is another each time it is written."""


class Sealed(TypeDecorator[str]):
    """Words, encrypted in the database and as they are outside it. `place` is the column's name in full."""

    impl = String
    cache_ok = True

    class Comparator(TypeDecorator.Comparator[str]):
        """Asks whether anything stands there, and nothing else."""

        ALLOWED: ClassVar = (operators.is_, operators.is_not)

        def operate(self, op: operators.OperatorType, *other: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            """Refuse what would never be true."""
            if op not in self.ALLOWED:
                raise Compared(str(self.expr))
            return super().operate(op, *other, **kwargs)

    comparator_factory = Comparator

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Encrypt."""
        del dialect
        return value and in_use().seal(self.place, value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Decrypt."""
        del dialect
        return value and in_use().open(self.place, value)
