"""A child is found again under the office's own key; without it nothing is guessed, and nothing is lost by another."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import insert, select

from acts.open_year import open_year
from acts.settle_child import settle_child
from deployments import sealing
from deployments.backups import back_up, unpack
from deployments.rekeying import NothingToRekey, SameKey, rekey
from deployments.restoring import restore
from deployments.up import unmatched
from models import matching_keys
from models.columns import table_of
from models.database import Database
from models.facts.scope import Scope as Asked
from models.key_file import KeyFile, UnfitMatchingKey, UnreadableMatchingKey
from models.likely_children import likely_children
from models.loading import pool
from models.matching_keys import NoMatchingKey
from models.tables.city_drafts import draft_table
from models.tables.pool import PoolEntry
from phases.application import STUDENTS, likeness, person
from phases.book import BOOK
from phases.matching_key import REHEARSED, MatchingKey
from settings import BackupSettings, Settings
from tests.support import sheets
from tests.support.kinds import ON_SQLITE
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, calendar, instant, stamp

pytestmark = pytest.mark.usefixtures("tables_at_once")

NAME, BORN, PASSPHRASE = "王小明", date(2006, 5, 6), "thirteen words apart"
NOW = "2022-02-11T10:00"


@dataclass(frozen=True)
class KeyedOffice:
    """A real year with a key file; in two cities a child of one name and birth date, settled as two."""

    scene: Scene
    folder: Path

    @property
    def keys(self) -> KeyFile:
        return Settings().matching_keys(self.folder)

    @property
    def settings(self) -> Settings:
        kept = BackupSettings(passphrase=SecretStr(PASSPHRASE), folder=self.folder / "backups")
        return Settings(letters=self.folder / "letters", secret_key=None, matching_key=None, backup=kept)

    def apply(self) -> None:
        for city, school in ((NANJING, "甲中学"), (WUXI, "乙中学")):
            first, *others = sheets.students(self.scene.city(city))
            child = first.model_copy(update={"name": NAME, "born": BORN, "school": school})
            loaded = self.scene.load("application", city, sheets.application([child, *others]), "2022-01-10T10:00")
            assert loaded.done

    def matched(self) -> tuple[set[str], list[bool | None], set[str]]:
        """All matches of students; what is settled of the two; whom a year of before brought along."""
        student = draft_table(STUDENTS)
        with self.scene.database.read() as connection:
            rows = connection.execute(select(student.c.person, student.c.likeness)).all()
            asked = Asked(connection, self.scene.year, {}, {})
            alike = [child.same for child in likely_children(asked, [NANJING, WUXI])]
            return {one for row in rows for one in row}, alike, set(pool(connection, YEAR, "student"))


@pytest.fixture
def office(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeyedOffice]:
    monkeypatch.setattr(sealing, "COST", 4)
    database = Database(database_url, BOOK, Settings().matching_keys(tmp_path))
    assert not list(tmp_path.glob("matching-key")), "nothing is to be matched yet"
    made = KeyedOffice(Scene(database, calendar(2)), tmp_path)
    open_year(database, made.scene.year, stamp("2021-12-31T00:00"))
    for city in (NANJING, WUXI):
        made.scene.through("mentor-recommendation", city)
    made.apply()
    (key,) = made.keys.known()
    brought = [likeness(key, NAME, BORN), "of nobody who is on record"]
    with database.write() as connection:
        rows = [{"year": YEAR, "city": NANJING, "kind": "student", "key": one} for one in brought]
        connection.execute(insert(table_of(PoolEntry)), rows)
    given = (database, YEAR, "3201-2022-0001", stamp("2022-01-11T10:00"))
    for city in (NANJING, WUXI):
        assert made.scene.submit("application", city, "2022-01-10T11:00").done
    assert settle_child(*given, same=False, reason="两人").done
    yield made
    database.dispose()


def test_what_is_stored_is_matched_anew_under_another_key(office: KeyedOffice) -> None:
    (first,) = office.keys.known()
    matched, settled, _ = office.matched()
    assert stat.S_IMODE(office.keys.path.stat().st_mode) == 0o600
    assert ({one.partition(":")[0] for one in matched}, settled) == ({first.id}, [False])
    guessed = sha256(f"{NAME}|{BORN}".encode()).hexdigest()[:32]
    assert not any(guessed in one for one in matched), "who knows name and birth date knows nothing"

    office.scene.database.dispose()
    done = rekey(office.scene.database, office.keys, stamp(NOW), "每年一换")
    (second,) = office.keys.known()
    assert (done, second != first) == ((second.id, 1, None), True)
    now, settled, brought = office.matched()
    assert {person(second, NAME, BORN, "甲中学"), likeness(second, NAME, BORN)} < now
    assert ({one.partition(":")[0] for one in now}, len(now), settled) == ({second.id}, len(matched), [False])
    assert brought == {likeness(second, NAME, BORN), "of nobody who is on record"}
    office.scene.database.dispose()
    assert rekey(office.scene.database, office.keys, stamp(NOW), "再换").lost == 1


def test_a_backup_brings_the_key_back_and_without_it_nothing_is_matched(office: KeyedOffice) -> None:
    database, (key,) = office.scene.database, office.keys.known()
    backup, kept = office.folder / "b.backup", office.keys.path.read_bytes()
    back_up(database, office.settings, office.folder, backup, instant(NOW))
    before = office.matched()
    office.keys.path.unlink()
    said = unmatched(database)
    assert said is not None
    assert (f"编号 {key.id}" in said, f"{office.keys.path} 不存在" in said, "talent db rekey" in said) == (True,) * 3
    assert office.scene.rerun("application", NANJING, NOW, date(2022, 2, 20)).done, "all else goes on"
    filled = sheets.application(sheets.students(office.scene.city(NANJING)))
    with pytest.raises(NoMatchingKey):
        office.scene.load("application", NANJING, filled, NOW)
    assert not office.keys.path.exists(), "no other is made in silence"
    office.keys.path.write_text(f"{'0' * 40}\n", encoding="ascii")
    other = MatchingKey(b"0" * 40).id
    assert f"里是另一把（编号 {other}）" in str(unmatched(database))

    database.dispose()
    restored = restore(database, office.settings, office.folder, backup, stamp(NOW), "磁盘坏了")
    assert [path.name.partition(".")[0] for path in restored.former if "matching" in path.name] == ["matching-key"]
    assert (office.keys.path.read_bytes(), unmatched(database), office.matched()) == (kept, None, before)


@ON_SQLITE
@pytest.mark.parametrize("spoilt", [b"", b"\xff" * 40])
def test_a_file_that_holds_no_key_makes_room_for_another(office: KeyedOffice, spoilt: bytes) -> None:
    office.keys.path.write_bytes(spoilt)
    said = unmatched(office.scene.database)
    assert said is not None
    assert f"{office.keys.path} 里没有可用的匹配密钥" in said
    office.scene.database.dispose()
    done = rekey(office.scene.database, office.keys, stamp(NOW), "文件损坏")
    assert done.aside is not None
    assert (done.aside.read_bytes(), done.id, unmatched(office.scene.database)) == (
        spoilt, office.keys.known()[0].id, None,
    )  # fmt: skip


@ON_SQLITE
def test_a_key_that_is_set_takes_the_place_of_the_file(office: KeyedOffice, tmp_path: Path) -> None:
    database, given = office.scene.database, KeyFile(office.keys.path, "f" * 40)
    back_up(database, office.settings, office.folder, tmp_path / "b.backup", instant(NOW))
    database.dispose()
    rekey(database, given, stamp(NOW), "统一保管")
    database.keys = given
    database.dispose()
    del database.engine
    assert unmatched(database) is None
    database.dispose()
    with pytest.raises(SameKey, match="就是正在用的那一把"):
        rekey(database, given, stamp(NOW), "再来")
    settings = office.settings.model_copy(update={"matching_key": SecretStr("f" * 40)})
    back_up(database, settings, office.folder, tmp_path / "c.backup", instant(NOW))
    unpack(tmp_path / "c.backup", PASSPHRASE, tmp_path / "out")
    assert (tmp_path / "out" / "matching-key").read_text() == "f" * 40
    database.dispose()
    notes = restore(database, settings, office.folder, tmp_path / "b.backup", stamp(NOW), "退回").notes
    assert notes == ("TALENT_MATCHING_KEY 与备份里的不同：请改为做备份时的那一把，或运行 talent db rekey 重新比对学生",)


@ON_SQLITE
def test_a_rehearsal_is_matched_by_the_key_of_all_rehearsals(scene: Scene, tmp_path: Path) -> None:
    with scene.database.read() as connection:
        assert matching_keys.key_of(connection, YEAR) == REHEARSED
    scene.database.dispose()
    with pytest.raises(NothingToRekey):
        rekey(scene.database, KeyFile(tmp_path / "matching-key"), stamp(NOW), "不必")
    assert not (tmp_path / "matching-key").exists()


def test_what_cannot_be_read_is_said_and_no_key_is_made_in_its_place(tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "matching-key")
    keys.path.mkdir()
    for asked in (keys.known, keys.newest, lambda: keys.put_aside(datetime.now(UTC))):
        with pytest.raises(UnreadableMatchingKey) as raised:
            asked()
        assert f"{keys.path} 用不了（Is a directory）" in raised.value.in_full
    assert list(tmp_path.iterdir()) == [keys.path]


def test_a_folder_that_takes_no_key_is_said(tmp_path: Path) -> None:
    (tmp_path / "var").touch()
    with pytest.raises(UnreadableMatchingKey):
        KeyFile(tmp_path / "var" / "matching-key").newest()


@pytest.mark.parametrize("text", ["", "short\n", f"{'0' * 40}\nshort\n"])
def test_what_is_no_key_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "matching-key").write_text(text, encoding="ascii")
    with pytest.raises(UnfitMatchingKey) as raised:
        KeyFile(tmp_path / "matching-key").known()
    assert f"{tmp_path / 'matching-key'} 里没有可用的匹配密钥" in raised.value.in_full
