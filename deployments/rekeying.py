"""Another key to match children by, or to encrypt contacts with, and all that is stored worked out anew under it.

To match children the former key is not needed; without it contacts are lost, and emptied only where that is asked for.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from calendars.errors import TalentError
from deployments.backups import NoPassphrase
from deployments.upgrading import copied, owned
from models import audit, loading, matching_keys, snapshots
from models.contact_keys import Altered, ContactKey, NoContactKey, UnfitContactKey
from models.rewriting import FILED, by_key, of_book, rewrite, under_others
from models.sealed import key_id, opened_with, sealed_with

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from models.contact_keys import ContactKeyFile
    from models.database import Database
    from models.key_file import KeyFile
    from models.rewriting import SealedValues
    from models.stamp import Stamp
    from phases.book import Book
    from settings import Settings


class NothingToRekey(TalentError):
    """这个数据库里没有正式年度，学生不按本机的密钥比对，不必更换；文件已损坏的，移开它，开设年度时另行生成。"""


class SameKey(TalentError):
    """TALENT_MATCHING_KEY 里的就是正在用的那一把（编号 {id}）；请先换掉这项设置，或删去它，由系统自己生成。"""


class NothingSealed(TalentError):
    """这个数据库里没有正式年度，联系方式不用本机的密钥加密，不必更换。"""


class SameContactKey(TalentError):
    """TALENT_CONTACT_KEY 的第一把就是正在用的（编号 {id}）；请在它前面写上新的一把，用空格隔开，换好后删去原来的。"""


class Rekeyed(NamedTuple):
    """The new key's id, how much of what earlier years left is of nobody on record, and so matches nobody now.

    `aside` is where a file is now that held no key.
    """

    id: str
    lost: int
    aside: Path | None = None


def rekey(database: Database, keys: KeyFile, stamp: Stamp, reason: str) -> Rekeyed:
    """Match all children under another key: a new one in the file, or the one that is set now. The former is not asked.

    Broken off anywhere, the file has the key that the database names: the former leaves it last. Raise `InUse`,
    NothingToRekey, SameKey, `UnfitMatchingKey` where what is set is none.
    """
    snapshots.alone(database)
    with database.write("every") as connection:
        named = matching_keys.in_earnest(connection)
        if not named:
            raise NothingToRekey
        aside = keys.put_aside(stamp.at)
        key = keys.another()
        if named == [key.id]:
            raise SameKey(id=key.id)
        lost = matching_keys.match_anew(connection, key)
        audit.record(connection, stamp, "更换匹配密钥", f"matching-key/{key.id}", reason=reason)
    keys.settle(key)
    return Rekeyed(key.id, lost, aside)


class Resealed(NamedTuple):
    """The new key's id, and how many contacts were emptied, for the key that they were encrypted with is lost.

    `copy` was made before any was. `again` are the workbooks to be loaded again: year, form, city.
    """

    id: str
    lost: int
    copy: Path | None = None
    again: tuple[tuple[int, str, str], ...] = ()


def unopenable(database: Database, keys: ContactKeyFile) -> list[SealedValues]:
    """Give what no key opens that is there: what would be emptied. Raise NothingSealed, `UnreadableContactKey`."""
    there = set[str]()
    with suppress(UnfitContactKey):
        there |= {key.id for key in keys.known()}
    with database.read() as connection:
        if not matching_keys.in_earnest(connection):
            raise NothingSealed
        return [one for one in by_key(connection, of_book(database.book)) if one.named not in there]


def rekey_contacts(
    database: Database, keys: ContactKeyFile, settings: Settings, stamp: Stamp, reason: str, *, lost: bool = False
) -> Resealed:
    """Encrypt all contacts under another key: a new one in the file, or the first that is set, before the former.

    Broken off anywhere, the file has the key that they are under. Nothing under the former is left in the database's
    file either. What no key opens is emptied where `lost` says so, after a copy of all, else raises `NoContactKey`.
    Raise `InUse`, NothingSealed, SameContactKey, `UnfitContactKey` where what is there is none, `NoPassphrase` where
    PostgreSQL is to be copied and none is set.
    """
    snapshots.alone(database)
    copy = None
    if lost:
        copy = copied(database, settings, keys.path.parent, stamp.at, "before-rekey")
        if copy is None:
            raise NoPassphrase
    database.dispose()
    with owned(database, settings) as own:
        with own.write("every") as connection:
            if not matching_keys.in_earnest(connection):
                raise NothingSealed
            if lost:
                keys.put_aside(stamp.at)
            anew = _Anew(keys, lost=lost)
            again = _outdate(connection, database.book, anew) if lost else ()
            rewrite(connection, of_book(database.book), anew.rewritten)
            if anew.seen == {anew.key.id}:
                raise SameContactKey(id=anew.key.id)
            audit.record(connection, stamp, "更换联系方式密钥", f"contact-key/{anew.key.id}", reason=reason)
            keys.keep(anew.key.secret, *(key.secret for key in keys.known()))
        keys.keep(anew.key.secret)
        snapshots.write_anew(own, [FILED, *(one.name for one in of_book(database.book))])
    return Resealed(anew.key.id, anew.lost, copy, again)


def _outdate(connection: Connection, book: Book, anew: _Anew) -> tuple[tuple[int, str, str], ...]:
    """Let every workbook load again of whose draft something is about to be emptied; give which."""
    form_of = {sheet.key: form.slug for form in book.forms.values() for sheet in form.sheets}
    found = set[tuple[int, str, str]]()
    for (year, sheet), cities in under_others(connection, of_book(book), {anew.key.id, *anew.former}).items():
        loading.emptied(connection, year, form_of[sheet], cities)
        found |= {(year, form_of[sheet], city) for city in cities}
    return tuple(sorted(found))


class _Anew:
    """What is encrypted anew: under which key, and what was met on the way."""

    def __init__(self, keys: ContactKeyFile, *, lost: bool) -> None:
        known = keys.known()
        self.key = known[0] if keys.given is not None else ContactKey(secrets.token_urlsafe(48).encode())
        self.former = {key.id: key for key in known if key.id != self.key.id}
        self.seen: set[str] = set()
        self.lost, self._place, self._may_lose = 0, keys.place, lost

    def rewritten(self, place: str, kept: str) -> str:
        try:
            named = key_id(place, kept)
        except Altered:
            if self._may_lose:
                return self._emptied()
            raise
        self.seen.add(named)
        if named == self.key.id:
            return kept
        if named in self.former:
            return sealed_with(self.key, place, opened_with(self.former[named], place, kept))
        if self._may_lose:
            return self._emptied()
        raise NoContactKey(named=named, place=self._place, there="里没有")

    def _emptied(self) -> str:
        self.lost += 1
        return ""
