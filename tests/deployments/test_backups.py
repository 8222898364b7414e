"""A backup holds all there is, opens with its passphrase alone, and a byte changed or missing is found."""

from __future__ import annotations

import os
import shutil
import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from calendars.deadlines import TZ
from deployments import backups, sealing
from deployments.backups import BackupThere, NoPassphrase, NoRoom, back_up, expire, unpack, verify
from deployments.sealing import NotSealed, Tampered, WrongPassphrase
from models import backup_files, snapshots
from models.backup_files import dated, nightly
from models.database import Database, NotPrepared
from phases.book import BOOK
from settings import BackupSettings, Settings
from tests.support.kinds import ON_SQLITE
from tests.support.scenes import Scene

pytestmark = pytest.mark.usefixtures("tables_at_once")

AT = datetime(2026, 11, 29, 2, 0, tzinfo=TZ)
PASSPHRASE = "thirteen words apart"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a passphrase costs whoever tries many is no matter here."""
    monkeypatch.setattr(sealing, "COST", 4)


@pytest.fixture
def office(tmp_path: Path) -> Settings:
    """The settings of an office that has words of its own and a secret."""
    words = tmp_path / "office" / "letters"
    words.mkdir(parents=True)
    (words / "reminder.jinja").write_text("自定", encoding="utf-8")
    (tmp_path / "office" / "secret").write_text("s" * 40, encoding="utf-8")
    return Settings(letters=words, papers=words.parent / "papers", secret_key=None, backup=kept_in(tmp_path))


def kept_in(folder: Path, passphrase: str = PASSPHRASE) -> BackupSettings:
    return BackupSettings(passphrase=SecretStr(passphrase), folder=folder / "backups")


def test_a_backup_holds_all_there_is_and_is_its_owners_alone(
    database: Database, office: Settings, tmp_path: Path
) -> None:
    Scene.begin(database)
    to = nightly(office.backup.folder, AT)
    label = back_up(database, office, tmp_path / "office", to, AT)
    assert (to.name, stat.S_IMODE(to.stat().st_mode)) == ("talent-20261129T020000.backup", 0o600)
    assert [path.name for path in to.parent.iterdir()] == [to.name]
    assert label.rows == snapshots.counts(database)
    assert label.rows["city_phase"] == 13 * 8
    assert unpack(to, PASSPHRASE, tmp_path / "out") == label
    assert (tmp_path / "out" / "secret").read_text() == "s" * 40
    assert (tmp_path / "out" / "letters" / "reminder.jinja").read_text(encoding="utf-8") == "自定"
    with snapshots.opened(tmp_path / "out" / "talent.db", BOOK) as copy:
        assert snapshots.counts(copy) == label.rows
    with pytest.raises(BackupThere, match="备份不覆盖别的文件"):
        back_up(database, office, tmp_path / "office", to, AT)


@ON_SQLITE
def test_where_a_disk_knows_no_links_it_gets_its_name_and_covers_no_other(
    database: Database, office: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stick, a share."""

    def link(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    to = tmp_path / "b.backup"
    label = back_up(database, office, tmp_path, to, AT)
    assert (verify(to, PASSPHRASE), stat.S_IMODE(to.stat().st_mode)) == (label, 0o600)
    half = tmp_path / "half"
    half.touch()
    with pytest.raises(BackupThere):
        backups._named(half, to)
    assert verify(to, PASSPHRASE) == label


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed file of some chunks, the last of which is not full."""
    path = tmp_path_factory.mktemp("sealed") / "file"
    with sealing.sealed(path, PASSPHRASE) as sealer:
        sealer.write(os.urandom(2 * sealing.CHUNK + 1000))
    return path


@pytest.mark.parametrize(
    ("place", "told"),
    [(0, NotSealed), (20, WrongPassphrase), (60, Tampered), (sealing.CHUNK + 100, Tampered), (-1, Tampered)],
)
def test_a_byte_changed_anywhere_is_found(made: Path, tmp_path: Path, place: int, told: type[Exception]) -> None:
    content = bytearray(made.read_bytes())
    content[place] ^= 1
    (tmp_path / "changed").write_bytes(content)
    with pytest.raises(told), sealing.unsealed(tmp_path / "changed", PASSPHRASE) as opener:
        opener.read(4 * sealing.CHUNK)


@pytest.mark.parametrize("chunks", [1, 2])
def test_a_file_that_was_cut_between_two_chunks_is_found(made: Path, tmp_path: Path, chunks: int) -> None:
    """Each of them is whole, and none of them says that it is the last."""
    header = sealing.HEADER + sealing.TAG
    (tmp_path / "cut").write_bytes(made.read_bytes()[: header + chunks * (sealing.CHUNK + sealing.TAG)])
    with pytest.raises(Tampered), sealing.unsealed(tmp_path / "cut", PASSPHRASE) as opener:
        opener.read(4 * sealing.CHUNK)


def test_only_its_passphrase_opens_it(made: Path) -> None:
    with pytest.raises(WrongPassphrase, match="口令不对"):
        verify(made, "another one entirely")


@ON_SQLITE
def test_what_is_read_back_otherwise_than_it_was_written_is_no_backup(
    database: Database, office: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that loses a byte is met on the day of the backup, not on the day of need."""
    write = sealing.Sealer.write
    monkeypatch.setattr(sealing.Sealer, "write", lambda self, data: write(self, data.replace(b"\0", b"\1", 1)))
    with pytest.raises(Tampered):
        back_up(database, office, tmp_path, tmp_path / "b.backup", AT)
    assert list(tmp_path.glob("*b.backup")) == []


def test_of_a_database_without_tables_there_is_none(empty_database_url: str, office: Settings, tmp_path: Path) -> None:
    empty = Database(empty_database_url, BOOK)
    empty.make()
    with pytest.raises(NotPrepared):
        back_up(empty, office, tmp_path, tmp_path / "b.backup", AT)
    empty.dispose()
    assert list(tmp_path.glob("*.backup")) == []


@ON_SQLITE
def test_without_a_passphrase_there_is_none(database: Database, tmp_path: Path) -> None:
    with pytest.raises(NoPassphrase, match="TALENT_BACKUP__PASSPHRASE"):
        back_up(database, Settings(), tmp_path, tmp_path / "b.backup", AT)


def test_a_full_disk_is_named_and_leaves_no_half(
    office: Settings, tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = tmp_path / "full"
    full.mkdir()
    database = Database(f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'talent.db')}", BOOK)

    def take(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(snapshots, "take", take)
    with pytest.raises(NoRoom, match=f"{full}/b.backup 所在的磁盘已满"):
        back_up(database, office, tmp_path, full / "b.backup", AT)
    assert list(full.iterdir()) == []
    database.dispose()


def test_old_ones_expire_and_the_newest_never(tmp_path: Path) -> None:
    mine = tmp_path / "mine.backup"
    paths = [nightly(tmp_path, AT - timedelta(days=days)) for days in (40, 30, 15, 14)]
    older, newer = (dated(tmp_path, "before-upgrade-0019", AT - timedelta(days=days)) for days in (20, 2))
    for path in (*paths, mine, older, newer):
        path.touch()
    assert expire(tmp_path, 14, AT) == [paths[2], older, paths[1], paths[0]]
    assert sorted(tmp_path.iterdir()) == [newer, mine, paths[3]]
    assert expire(tmp_path, 3, AT) == []
    assert backup_files.kept(tmp_path) == [newer, paths[3]]


def test_one_dated_in_the_future_is_no_nights_and_saves_none_from_being_the_newest(tmp_path: Path) -> None:
    mine, ahead = (nightly(tmp_path, AT + timedelta(days=days)) for days in (-20, 400))
    for path in (mine, ahead):
        path.touch()
    assert expire(tmp_path, 14, AT) == []
    assert backup_files.newest_night(tmp_path, AT) == mine
