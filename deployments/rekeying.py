"""Another key to match children by, and all that is stored matched under it; what was lost with the former is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from calendars.errors import TalentError
from models import audit, matching_keys, snapshots

if TYPE_CHECKING:
    from pathlib import Path

    from models.database import Database
    from models.key_file import KeyFile
    from models.stamp import Stamp


class NothingToRekey(TalentError):
    """这个数据库里没有正式年度，学生不按本机的密钥比对，不必更换；文件已损坏的，移开它，开设年度时另行生成。"""


class SameKey(TalentError):
    """TALENT_MATCHING_KEY 里的就是正在用的那一把（编号 {id}）；请先换掉这项设置，或删去它，由系统自己生成。"""


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
