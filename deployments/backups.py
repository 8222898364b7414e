"""A backup: one sealed file with the database, its secrets and the office's own words and papers, read back then.

Docs: docs/decisions/0048-backups-and-restores.md.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, cast

from calendars.errors import TalentError
from deployments.sealing import Tampered, sealed, unsealed
from letters.award_papers import Stationery
from models import migrate, snapshots
from models.backup_files import kept, made_at, newest_night
from models.database import NotPrepared
from models.rewriting import SINCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import IO

    from models.database import Database
    from settings import Settings

HALF = ".half-"
LABEL, DATABASE, WORDS, PAPERS = "label.json", "talent.db", "letters", "papers"
SECRET, KEYS, CONTACT_KEYS = "secret", "matching-key", "contact-key"


class NoPassphrase(TalentError):
    """没有设置备份口令：请设 TALENT_BACKUP__PASSPHRASE（至少 12 个字符），并另存一份在别处；没有它，备份打不开。"""


class NoRoom(TalentError):
    """{path} 所在的磁盘已满，备份没有做成；请腾出空间再试。"""


class BackupThere(TalentError):
    """已有 {path} 这个文件；备份不覆盖别的文件，请换一个名字。"""


@dataclass(frozen=True, slots=True)
class Label:
    """What a backup says of itself: when and by which program it was made, the database's revision, rows by table.

    `files` are the SHA-256 of all that is in it, by name.
    """

    made_at: datetime
    program: str
    revision: str
    rows: Mapping[str, int]
    files: Mapping[str, str]


def back_up(database: Database, settings: Settings, folder: Path, to: Path, at: datetime) -> Label:
    """Make a backup of a database, and of what stands beside it in `folder`, and read it back.

    It has its name only once it is whole. Raise NoPassphrase, NoRoom, BackupThere, `NotPrepared`, `NotWhole`.
    """
    passphrase = passphrase_of(settings)
    if to.exists():
        raise BackupThere(path=to)
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = to.with_name(f"{HALF}{to.name}")
    _clear(to.parent, at - timedelta(days=1))
    try:
        with _disk(to), tempfile.TemporaryDirectory(prefix=HALF, dir=to.parent) as rough:
            copy = Path(rough) / DATABASE
            snapshots.take(database, copy)
            label = _packed(database, {DATABASE: copy} | _beside(settings, folder, Path(rough)), half, passphrase, at)
        if label != verify(half, passphrase):
            raise Tampered(path=to)
        _named(half, to)
    finally:
        half.unlink(missing_ok=True)
    return label


def verify(path: Path, passphrase: str) -> Label:
    """Read all of a backup and give its label. Raise NotSealed, WrongPassphrase, Tampered."""
    return _unpacked(path, passphrase, None)


def unpack(path: Path, passphrase: str, into: Path) -> Label:
    """Write all that is in a backup into a folder, each file its owner's alone, and give its label. Raise as verify."""
    return _unpacked(path, passphrase, into)


def passphrase_of(settings: Settings) -> str:
    """Give the passphrase that is set; raise NoPassphrase."""
    if settings.backup.passphrase is None:
        raise NoPassphrase
    return settings.backup.passphrase.get_secret_value()


def expire(folder: Path, days: int, at: datetime) -> list[Path]:
    """Take away what the house made longer ago than so many days, but never the newest night's; give which."""
    newest = newest_night(folder, at)
    over = [path for path in kept(folder) if path != newest and made_at(path) < at - timedelta(days=days)]
    for path in over:
        path.unlink()
    return over


def _named(half: Path, to: Path) -> None:
    """Give a file its name, never over another: where a disk knows no links (FAT, shares) by keeping the name first."""
    try:
        os.link(half, to)
    except FileExistsError as error:
        raise BackupThere(path=to) from error
    except OSError:
        try:
            os.close(os.open(to, os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError as error:
            raise BackupThere(path=to) from error
        half.replace(to)


def _clear(folder: Path, before: datetime) -> None:
    """Take away what one that was broken off has left: a copy in it is not sealed."""
    for rest in folder.glob(f"{HALF}*"):
        if rest.stat().st_mtime < before.timestamp():
            shutil.rmtree(rest) if rest.is_dir() else rest.unlink()


def _beside(settings: Settings, folder: Path, rough: Path) -> dict[str, Path]:
    """Give what belongs to the database and stands in files: secrets, the office's own words, its papers' making.

    A secret is what fields are sealed or matched by; papers are made of seal, signature, templates, fonts.
    """
    words = sorted(file for file in settings.letters.glob("*.jinja") if file.is_file())
    found = {f"{WORDS}/{file.name}": file for file in words}
    papers = settings.papers
    found |= {f"{PAPERS}/{file.relative_to(papers).as_posix()}": file for file in Stationery(papers).own()}
    for name, given in secrets_of(settings).items():
        place = folder / name
        if given is not None:
            place = rough / name
            place.touch(mode=0o600)
            place.write_text(given, encoding="utf-8")
        if place.is_file():
            found[name] = place
    return found


def secrets_of(settings: Settings) -> Mapping[str, str | None]:
    """Give by the name of its file, for each secret that the database is sealed or matched by, what is set instead."""
    given = {SECRET: settings.secret_key, KEYS: settings.matching_key, CONTACT_KEYS: settings.contact_key}
    return {name: one.get_secret_value().strip() if one else None for name, one in given.items()}


def _packed(database: Database, files: dict[str, Path], half: Path, passphrase: str, at: datetime) -> Label:
    with snapshots.opened(files[DATABASE], database.book) as copy, copy.read() as connection:
        if (revision := migrate.revision_of(connection)) is None:
            raise NotPrepared
        rows = snapshots.counts(copy)
    if revision < SINCE:  # nothing is encrypted in it, and the program that puts it back may know of no such file
        files.pop(CONTACT_KEYS, None)
    digests = {name: _digest(path.open("rb")) for name, path in files.items()}
    label = Label(at, version("talent-calendar"), revision, rows, digests)
    said = json.dumps(asdict(label) | {"made_at": at.isoformat()}, ensure_ascii=False).encode()
    with (
        sealed(half, passphrase) as sealer,
        tarfile.open(fileobj=cast("IO[bytes]", sealer), mode="w|gz", dereference=True) as tar,
    ):
        about = tarfile.TarInfo(LABEL)
        about.size = len(said)
        tar.addfile(about, io.BytesIO(said))
        for name, path in files.items():
            tar.add(path, name, recursive=False)
    return label


def _unpacked(path: Path, passphrase: str, into: Path | None) -> Label:
    label: Label | None = None
    found: dict[str, str] = {}
    try:
        with unsealed(path, passphrase) as opener, tarfile.open(fileobj=cast("IO[bytes]", opener), mode="r|gz") as tar:
            for member in tar:
                content = tar.extractfile(member)
                if content is None or not _is_ours(member.name):
                    raise Tampered(path=path)
                if member.name == LABEL:
                    label = _label(json.loads(content.read()))
                else:
                    found[member.name] = _digest(content, None if into is None else into / member.name)
            while opener.read(1 << 16):
                pass
    except (tarfile.TarError, EOFError, ValueError, KeyError) as error:
        raise Tampered(path=path) from error
    if label is None or found != label.files:
        raise Tampered(path=path)
    return label


def _is_ours(name: str) -> bool:
    first, *rest = PurePosixPath(name).parts or ("",)
    own = ".." not in rest and (len(rest) == 1 if first == WORDS else first == PAPERS and bool(rest))
    return own or name in {LABEL, DATABASE, SECRET, KEYS, CONTACT_KEYS}


def _label(said: dict[str, Any]) -> Label:
    return Label(**(said | {"made_at": datetime.fromisoformat(said["made_at"])}))


def _digest(content: IO[bytes], into: Path | None = None) -> str:
    """Give the SHA-256 of what is read to its end; write it to a file of its owner's alone where one is named."""
    found = hashlib.sha256()
    if into is not None:
        into.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = os.devnull if into is None else into
    with content, os.fdopen(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as out:
        while some := content.read(1 << 20):
            found.update(some)
            out.write(some)
    return found.hexdigest()


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    """Name the disk where it is full, whoever found it so."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise NoRoom(path=path) from error
        raise
    except Exception as error:
        if "database or disk is full" in str(error):
            raise NoRoom(path=path) from error
        raise
