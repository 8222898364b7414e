"""A backup put in the place of what is there: looked at beside it first, the post held afterwards."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url
from sqlalchemy.exc import DatabaseError

from calendars.errors import TalentError
from deployments import purging
from deployments.backups import (
    CONTACT_KEYS,
    DATABASE,
    HALF,
    KEYS,
    PAPERS,
    SECRET,
    WORDS,
    Label,
    back_up,
    passphrase_of,
    secrets_of,
    unpack,
    verify,
)
from deployments.upgrading import bring_up, owned
from models import contact_keys, restorations, snapshots
from models.backup_files import DATED, dated
from models.database import NotPrepared
from models.purges_done import for_good
from models.revisions import Newer, known

if TYPE_CHECKING:
    from datetime import datetime

    from models.database import Database
    from models.purges_done import PurgedYear
    from models.restorations import Past, WrittenSince
    from models.stamp import Stamp
    from settings import Settings


OTHERWISE = {
    SECRET: "TALENT_SECRET_KEY 与备份里的不同：各账号的动态口令须重新绑定",
    KEYS: "TALENT_MATCHING_KEY 与备份里的不同：请改为做备份时的那一把，或运行 talent db rekey 重新比对学生",
    CONTACT_KEYS: "备份里的联系方式所用的密钥不在 TALENT_CONTACT_KEY 里，已另存为 {place}："
    "请把里面的一行写在现有的后面，用空格隔开（两把都要），运行 talent db rekey --contacts 后再删去",
}
"""What follows where a secret that is set is not the one of the backup."""


class NotEmpty(TalentError):
    """目标数据库不是空的，已有 {rows} 行；只能移到一个空的数据库。"""


class NewerInPlace(TalentError):
    """现在的库（表结构 {found}）是更新版本的程序建的：先改名留着，另建一个空库，再恢复（运行手册“退回旧版本”）。"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A backup beside what is there: what was written here since it was made, None where that cannot be read."""

    label: Label
    since: WrittenSince | None


@dataclass(frozen=True, slots=True)
class Restored:
    """A restoration that was done: where what was there before now is, and what is not as it was (Chinese)."""

    comparison: Comparison
    former: tuple[Path, ...]
    notes: tuple[str, ...] = ()


def compared(database: Database, settings: Settings, path: Path) -> Comparison:
    """Read a backup to its end and hold it against what is there. Raise as `verify`; `Newer`."""
    return _beside(database, verify(path, passphrase_of(settings)))


def restore(database: Database, settings: Settings, folder: Path, path: Path, stamp: Stamp, reason: str) -> Restored:
    """Put a backup in the place of what is there, which is kept. Raise as `compared`; `InUse`, NewerInPlace.

    Nothing is touched before the copy is whole, of this version, and on record as restored; the database comes last
    but for the files beside it, which are of no use to the former one.
    """
    snapshots.alone(database)
    _replaceable(database)
    home = folder if database.file is None else database.file.absolute().parent
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = f".{stamp.at:{DATED}}"
    with tempfile.TemporaryDirectory(prefix=HALF, dir=home) as rough:
        comparison = _beside(database, unpack(path, passphrase_of(settings), Path(rough)))
        copy, made_at = Path(rough) / DATABASE, comparison.label.made_at
        snapshots.check(copy)
        with snapshots.opened(copy, database.book, database.keys, database.contact_keys) as beside:
            bring_up(beside)
            purges = _purges(database) if comparison.since else []
            with beside.write() as connection:
                sent, old = _known(database, made_at) if comparison.since else ([], [])
                restorations.begin(connection, made_at, sent, stamp, reason, old)
            again = purging.again(beside, purging.known(folder, purges), stamp)
        former = _kept(database, settings, folder, stamp) if not database.embedded and comparison.since else []
        database.dispose()
        with owned(database, settings) as own:
            moved = snapshots.put(copy, own, aside)
        files, notes = _files(Path(rough), settings, folder, aside)
    if again:
        notes = (*notes, f"备份早于到期清除，其中 {sum(one.rows for one in again)} 行已再次清除")
    return Restored(comparison, (*former, *([moved] if moved else []), *files), notes)


def move(source: Database, target: Database, settings: Settings, home: Path, at: datetime) -> tuple[int, Path | None]:
    """Put all of one database into another; give how many rows, and where a file of SQLite is kept that it came from.

    What it came from is left as it was, but a file is no longer found under its name: nobody goes on with it unawares.
    Raise `InUse`; NotEmpty where the other has any row. `home` is a folder for the copy, of its owner's alone.
    """
    snapshots.alone(source)
    with suppress(NotPrepared):
        if there := sum(snapshots.counts(target).values()):
            raise NotEmpty(rows=there)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = f".{at:{DATED}}"
    with tempfile.TemporaryDirectory(prefix=HALF, dir=home) as rough:
        copy = Path(rough) / DATABASE
        snapshots.take(source, copy)
        with snapshots.opened(copy, source.book, source.keys, source.contact_keys) as beside:
            bring_up(beside)
            rows = snapshots.counts(beside)
        target.dispose()
        with owned(target, settings) as own:
            snapshots.put(copy, own, aside)
    if snapshots.counts(target) != rows:
        raise snapshots.NotWhole(path=make_url(target.url).render_as_string(), why="行数不符")
    source.dispose()
    kept = source.file.rename(source.file.with_name(source.file.name + aside)) if source.file else None
    return sum(rows.values()), kept


def _replaceable(database: Database) -> None:
    """Raise NewerInPlace of a server's tables that this program can neither copy nor write; a file is moved aside."""
    if database.embedded:
        return
    try:
        database.refuse_newer()
    except Newer as newer:
        raise NewerInPlace(**newer.values) from newer


def _beside(database: Database, label: Label) -> Comparison:
    if not known(label.revision):
        raise Newer(found=label.revision)
    try:
        with database.read() as connection:
            return Comparison(label, restorations.written_since(connection, label.made_at))
    except (NotPrepared, DatabaseError):
        return Comparison(label, None)


def _known(database: Database, made_at: datetime) -> tuple[list[str], Past]:
    with database.read() as connection:
        return restorations.sent_since(connection, made_at), restorations.past(connection)


def _purges(database: Database) -> list[PurgedYear]:
    try:
        with database.read() as connection:
            return for_good(connection)
    except DatabaseError:  # of a release that purged nothing
        return []


def _kept(database: Database, settings: Settings, folder: Path, stamp: Stamp) -> list[Path]:
    to = dated(settings.backup.folder, "before-restore", stamp.at)
    back_up(database, settings, folder, to, stamp.at)
    return [to]


def _files(rough: Path, settings: Settings, folder: Path, aside: str) -> tuple[list[Path], tuple[str, ...]]:
    """Put the secrets and the office's own files in place; give what stood there and differs, under its new name."""
    own = ((rough / WORDS, settings.letters), (rough / PAPERS, settings.papers))
    places = {
        file: target / file.relative_to(source)
        for source, target in own
        for file in sorted(source.rglob("*"))
        if file.is_file()
    }
    notes = []
    for name, given in secrets_of(settings).items():
        kept = rough / name
        if not kept.exists() or given == (text := kept.read_text(encoding="utf-8").strip()):
            continue
        if given is None:
            places[kept] = folder / name
        elif name != CONTACT_KEYS or not contact_keys.ids(text) <= contact_keys.ids(given):
            place = (folder / f"{name}{aside}").absolute()
            notes.append(OTHERWISE[name].format(place=place))
            if name == CONTACT_KEYS:  # without it what the backup holds is lost; another can be worked out without
                places[kept] = place
    former = []
    for file, place in places.items():
        if place.exists() and place.read_bytes() == file.read_bytes():
            continue
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if place.exists():
            former.append(place.rename(place.with_name(place.name + aside)))
        shutil.move(file, place)
    return former, tuple(notes)
