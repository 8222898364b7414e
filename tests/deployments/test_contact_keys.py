"""Telephones and addresses of persons are kept encrypted under the office's own key, and come back with it alone."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from pydantic import SecretStr

import models.database
from acts.open_year import open_year
from deployments import sealing
from deployments.backups import CONTACT_KEYS, back_up, verify
from deployments.rekeying import NothingSealed, Resealed, SameContactKey, rekey_contacts, unopenable
from deployments.restoring import restore
from deployments.up import keyed, unopened
from deployments.upgrading import OWED, upgrade
from models import draft_rows, filed_rows, migrate, second_ways, snapshots
from models.columns import table_of
from models.contact_keys import (
    REHEARSED,
    Altered,
    ContactKey,
    ContactKeyFile,
    NoContactKey,
    UnfitContactKey,
    UnreadableContactKey,
)
from models.database import Database
from models.facts.of_phase import facts_of
from models.facts.scope import Scope
from models.loading import emptied_drafts
from models.sealed import Compared, Seals, Unsealed, in_use, sealed_with
from models.snapshots import BESIDE
from models.tables.city_drafts import draft_table
from models.tables.pool import Party, StatedAddress
from phases.application import STUDENTS
from phases.book import BOOK
from settings import BackupSettings, Settings
from tests.support import sheets
from tests.support.kinds import ON_SQLITE
from tests.support.scenes import NANJING, YEAR, Scene, calendar, instant, stamp
from tests.support.sheets import Sheets

pytestmark = pytest.mark.usefixtures("tables_at_once")

PASSPHRASE, NOW = "thirteen words apart", "2022-02-11T10:00"
MENTOR, MOBILE, UNIT, SCHOOL = "canary-m@x.example", "13900007531", "canary-u@x.example", "canary-s@x.example"
NUMBER, ROBOT = "13700007531", "canary-robot-0000"
OF_CHILDREN = [*(f"canary{place}@x.example" for place in range(6)), *(f"1380000{place:04}" for place in range(6))]
NOWHERE = [MOBILE, NUMBER, ROBOT, *OF_CHILDREN]
WRITTEN_TO = [MENTOR, UNIT, SCHOOL]
POST = {"party", "stated_address", "letter"}
"""Where the post looks for the addresses of those it writes to: these are not encrypted (decision 68)."""


@dataclass(frozen=True)
class SealedOffice:
    """A real year with its keys in a folder, in which a city filed a mentor and six students who can be reached."""

    scene: Scene
    folder: Path

    @property
    def keys(self) -> ContactKeyFile:
        return self.settings.contact_keys(self.folder)

    @property
    def settings(self) -> Settings:
        kept = BackupSettings(passphrase=SecretStr(PASSPHRASE), folder=self.folder / "backups")
        return Settings(letters=self.folder / "letters", backup=kept)

    def filled(self) -> dict[str, Sheets]:
        city = self.scene.city(NANJING)
        roll = dict(sheets.roll(sheets.mentor(city, email=MENTOR, mobile=MOBILE)))
        roll["institutions"] = [row.model_copy(update={"email": UNIT}) for row in roll["institutions"]]
        students = [
            row.model_copy(update={"email": f"canary{place}@x.example", "guardian_phone": f"1380000{place:04}"})
            for place, row in enumerate(sheets.students(city))
        ]
        applied = dict(sheets.application(students))
        applied["schools"] = [row.model_copy(update={"email": SCHOOL}) for row in applied["schools"]]
        return {"mentor-recommendation": roll, "application": applied}

    def file(self) -> None:
        for phase, filled in self.filled().items():
            assert self.scene.file(phase, NANJING, filled).done
        with self.scene.database.write() as connection:
            second_ways.choose(connection, "head:nanjing", "sms", NUMBER, stamp(NOW))
            second_ways.choose(connection, "lead", "wecom", ROBOT, stamp(NOW))
            second_ways.stop(connection, "wecom", ROBOT, "停用")

    def read(self) -> list[tuple[str, str]]:
        """The students' addresses and their guardians' telephones, as the draft and as the filing has them."""
        with self.scene.database.read() as connection:
            drafts = draft_rows.rows(connection, YEAR, NANJING, "students")
            filed = filed_rows.rows(connection, YEAR, "application", NANJING, 1, STUDENTS).values()
            return [(row["email"], row["guardian_phone"]) for row in (*drafts, *filed)]


TRUE = [(f"canary{place}@x.example", f"1380000{place:04}") for place in range(6)] * 2


@pytest.fixture
def office(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SealedOffice]:
    monkeypatch.setattr(sealing, "COST", 4)
    database = Database(database_url, BOOK, *Settings().keys_in(tmp_path))
    made = SealedOffice(Scene(database, calendar(2)), tmp_path)
    open_year(database, made.scene.year, stamp("2021-12-31T00:00"))
    assert not made.keys.path.exists(), "nothing is encrypted yet"
    made.file()
    yield made
    database.dispose()


@pytest.fixture
def _leaving_what_was_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    """As SQLite is on most machines: what is deleted stays in the file."""
    monkeypatch.setattr(models.database, "_PRAGMAS", (*models.database._PRAGMAS, "PRAGMA secure_delete=OFF"))


def found_in(database: Database, words: list[str]) -> dict[str, set[str]]:
    """Which of these words stand in which table, as whoever dumps the database would read it."""
    named = "SELECT name FROM sqlite_master WHERE type = 'table'"
    if not database.embedded:
        named = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    with database.read() as connection:
        tables = connection.execute(sa.text(named)).scalars().all()
        whole = {name: str(connection.execute(sa.text(f'SELECT * FROM "{name}"')).all()) for name in tables}
    hits = {word: {name for name, text in whole.items() if word in text} for word in words}
    return {word: where for word, where in hits.items() if where}


def said_of_parties(database: Database) -> set[tuple[str, int, str]]:
    """The address in force of each party, and the one that each office says it has."""
    party, said = table_of(Party), table_of(StatedAddress)
    with database.read() as connection:
        in_force = connection.execute(sa.select(sa.literal(""), party.c.id, party.c.email)).tuples()
        return {*in_force, *connection.execute(sa.select(said.c.office, said.c.party, said.c.email)).tuples()}


def in_the_file(database: Database, words: list[str]) -> list[str]:
    """Which of these words stand in the bytes of a file of SQLite, what was deleted in it included."""
    if database.file is None:
        return []
    database.dispose()
    paths = (database.file.with_name(database.file.name + end) for end in BESIDE)
    raw = b"".join(path.read_bytes() for path in paths if path.exists())
    return [word for word in words if word.encode() in raw]


def test_nothing_of_them_stands_anywhere_and_who_is_written_to_where_the_post_looks(office: SealedOffice) -> None:
    database = office.scene.database
    assert stat.S_IMODE(office.keys.path.stat().st_mode) == 0o600
    assert (found_in(database, NOWHERE), in_the_file(database, NOWHERE)) == ({}, [])
    hits = found_in(database, WRITTEN_TO)
    assert {word: where - POST for word, where in hits.items()} == {word: set() for word in WRITTEN_TO}
    with database.read() as connection:
        ways = second_ways.choices(connection)
    assert (ways["head:nanjing"].address, ways["lead"].address, ways["lead"].stopped) == (NUMBER, ROBOT, "停用")
    assert office.read() == TRUE


def test_what_is_not_encrypted_is_found(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a walk that finds nothing would prove nothing."""
    for name in ("seal", "open"):
        monkeypatch.setattr(Seals, name, lambda _, __, text: text)
    database = Database(database_url, BOOK, *Settings().keys_in(tmp_path))
    open_year(database, calendar(2), stamp("2021-12-31T00:00"))
    SealedOffice(Scene(database, calendar(2)), tmp_path).file()
    assert found_in(database, NOWHERE) == {
        MOBILE: {"mentor", "filed_row"}, NUMBER: {"second_way"}, ROBOT: {"second_way"},
        **{word: {"student", "filed_row"} for word in OF_CHILDREN},
    }  # fmt: skip
    assert in_the_file(database, NOWHERE) == (NOWHERE if database.embedded else [])
    database.dispose()


@pytest.mark.usefixtures("_leaving_what_was_deleted")
def test_another_key_opens_all_and_the_former_nothing(office: SealedOffice) -> None:
    database, (first,) = office.scene.database, office.keys.known()
    database.dispose()
    done = rekey_contacts(database, office.keys, office.settings, stamp(NOW), "每年一换")
    (second,) = office.keys.known()
    assert (done, stat.S_IMODE(office.keys.path.stat().st_mode)) == (Resealed(second.id, 0), 0o600)
    assert second.id != first.id
    with database.read() as connection:
        kept = connection.execute(sa.text("SELECT email, guardian_phone FROM student")).all()
    assert {one.partition(":")[0] for row in kept for one in row} == {second.id}
    assert in_the_file(database, [first.id]) == [], "nor in what the file no longer uses"
    again = Database(database.url, BOOK, *Settings().keys_in(office.folder))
    assert SealedOffice(Scene(again, office.scene.year), office.folder).read() == TRUE
    again.dispose()


@ON_SQLITE
def test_a_backup_brings_the_key_back_and_without_it_nothing_is_read(office: SealedOffice) -> None:
    database, (key,) = office.scene.database, office.keys.known()
    backup, kept = office.folder / "b.backup", office.keys.path.read_bytes()
    back_up(database, office.settings, office.folder, backup, instant(NOW))
    office.keys.path.unlink()
    elsewhere = Database(database.url, BOOK, *Settings().keys_in(office.folder))
    said = unopened(elsewhere)
    assert said is not None
    assert (f"编号 {key.id}" in said, f"{office.keys.path} 不存在" in said) == (True, True)
    with pytest.raises(NoContactKey, match="请告知省级管理办公室"):
        SealedOffice(Scene(elsewhere, office.scene.year), office.folder).read()
    filled = sheets.application(sheets.students(office.scene.city(NANJING)))
    assert office.scene.rerun("application", NANJING, NOW, date(2022, 2, 20)).done, "all else goes on"
    with pytest.raises(NoContactKey):
        Scene(elsewhere, office.scene.year).load("application", NANJING, filled, NOW)
    assert not office.keys.path.exists(), "no other is made in silence"
    office.keys.path.write_text(f"{'0' * 40}\n", encoding="ascii")
    assert f"里是另一把（编号 {ContactKey(b'0' * 40).id}）" in str(unopened(elsewhere))
    elsewhere.dispose()
    database.dispose()
    restored = restore(database, office.settings, office.folder, backup, stamp(NOW), "磁盘坏了")
    assert [path.name.partition(".")[0] for path in restored.former if "contact" in path.name] == ["contact-key"]
    assert (office.keys.path.read_bytes(), unopened(database), office.read()) == (kept, None, TRUE)


@ON_SQLITE
def test_what_a_lost_key_encrypted_is_emptied_only_where_that_is_asked_for(office: SealedOffice) -> None:
    database = office.scene.database
    office.keys.path.unlink()
    database.dispose()
    given = (database, office.keys, office.settings, stamp(NOW), "文件已丢失")
    with pytest.raises(NoContactKey):
        rekey_contacts(*given)
    assert not office.keys.path.exists()
    assert sum(one.values for one in unopenable(database, office.keys)) == 34
    database.dispose()
    done = rekey_contacts(*given, lost=True)
    assert (done.lost, unopened(database), office.read()) == (34, None, [("", "")] * 12)
    to_load = [("application", NANJING), ("mentor-recommendation", NANJING)]
    assert done.again == tuple((YEAR, *one) for one in to_load)
    with database.read() as connection:
        assert emptied_drafts(connection, YEAR) == to_load
    assert done.copy is not None
    assert verify(done.copy, PASSPHRASE).rows["student"] == 6


@ON_SQLITE
def test_what_is_not_encrypted_is_emptied_where_that_is_asked_for(office: SealedOffice) -> None:
    database = office.scene.database
    with database.write() as connection:
        connection.execute(sa.text("UPDATE student SET guardian_phone = '13900001111' WHERE line = 3"))
    database.dispose()
    assert rekey_contacts(database, office.keys, office.settings, stamp(NOW), "改动过", lost=True).lost == 1


@ON_SQLITE
def test_where_keys_are_set_the_one_of_an_older_backup_is_put_down_beside_them(office: SealedOffice) -> None:
    database, (former,) = office.scene.database, office.keys.known()
    backup = office.folder / "b.backup"
    back_up(database, office.settings, office.folder, backup, instant(NOW))
    office.keys.path.unlink()
    database.dispose()
    held = office.folder / "contact-key.20220211T100000"
    for given, kept in ((f"{'f' * 40} {former.secret.decode()}", False), ("f" * 40, True)):
        settings = office.settings.model_copy(update={"contact_key": SecretStr(given)})
        of = Database(database.url, BOOK, *settings.keys_in(office.folder))
        notes = restore(of, settings, office.folder, backup, stamp(NOW), "磁盘坏了").notes
        of.dispose()
        assert (held.exists(), [str(held) in one for one in notes]) == (kept, [True] * kept)
        for rest in office.folder.glob("*.db.2022*"):
            rest.unlink()
    assert (held.read_bytes().strip(), stat.S_IMODE(held.stat().st_mode)) == (former.secret, 0o600)


@ON_SQLITE
def test_a_copy_from_before_the_encryption_has_no_key_that_an_older_program_would_stumble_over(
    office: SealedOffice,
) -> None:
    database, to = office.scene.database, office.folder / "before.backup"
    with database.write() as connection:
        command.downgrade(migrate._config(connection), "0042")
    label = back_up(database, office.settings, office.folder, to, instant(NOW))
    assert (label.revision, CONTACT_KEYS in label.files, office.keys.path.exists()) == ("0042", False, True)


@ON_SQLITE
def test_what_was_emptied_takes_no_address_back_and_the_same_workbook_loads_again(office: SealedOffice) -> None:
    scene, applied, at = office.scene, "application", "2022-02-12T10:00"
    assert scene.rerun(applied, NANJING, NOW, date(2022, 2, 25)).done
    office.keys.path.unlink()
    scene.database.dispose()
    rekey_contacts(scene.database, office.keys, office.settings, stamp(NOW), "文件已丢失", lost=True)
    with scene.database.read() as connection:
        assert ("application", NANJING) in emptied_drafts(connection, YEAR)
    before = said_of_parties(scene.database)
    assert {address for *_, address in before} >= set(WRITTEN_TO)
    assert "已导入" in scene.load(applied, NANJING, office.filled()[applied], at, dry_run=True).message
    with scene.database.read() as connection:
        assert ("application", NANJING) in emptied_drafts(connection, YEAR), "a trial loads nothing"
    assert scene.submit(applied, NANJING, at).done
    assert said_of_parties(scene.database) == before, "the post still knows where to write"


@ON_SQLITE
@pytest.mark.usefixtures("_leaving_what_was_deleted")
def test_an_upgrade_that_was_cut_short_goes_on_until_nothing_is_left_as_it_was(
    office: SealedOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Committed, and not yet written anew."""
    database = office.scene.database
    with database.write() as connection:
        command.downgrade(migrate._config(connection), "0042")

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(snapshots, "write_anew", cut)
        with pytest.raises(KeyboardInterrupt):
            upgrade(database, office.settings, office.folder, instant(NOW))
    assert (migrate.prepared(database), in_the_file(database, OF_CHILDREN) != []) == (True, True)
    upgrade(database, office.settings, office.folder, instant(NOW))
    assert (in_the_file(database, NOWHERE), (office.folder / OWED).exists()) == ([], False)


@ON_SQLITE
@pytest.mark.usefixtures("_leaving_what_was_deleted")
def test_of_a_backup_from_before_the_encryption_nothing_is_left_as_it_was(office: SealedOffice) -> None:
    database, to = office.scene.database, office.folder / "before.backup"
    with database.write() as connection:
        command.downgrade(migrate._config(connection), "0042")
    back_up(database, office.settings, office.folder, to, instant(NOW))
    database.dispose()
    restore(database, office.settings, office.folder, to, stamp(NOW), "磁盘坏了")
    assert (in_the_file(database, NOWHERE), office.read()) == ([], TRUE)


@ON_SQLITE
def test_what_is_under_everybody_s_key_opens_in_a_rehearsal_alone(office: SealedOffice) -> None:
    forged = sealed_with(REHEARSED, "second_way.address", "13900000000")
    with office.scene.database.write() as connection:
        given = {"whose": "head:nanjing", "forged": forged}
        connection.execute(sa.text("UPDATE second_way SET address = :forged WHERE whose = :whose"), given)
        assert second_ways.choices(connection)["head:nanjing"].stopped == second_ways.ILLEGIBLE
    assert f"编号 {REHEARSED.id}" in str(unopened(office.scene.database))
    office.scene.database.dispose()
    with pytest.raises(NoContactKey):
        rekey_contacts(office.scene.database, office.keys, office.settings, stamp(NOW), "每年一换")
    with pytest.raises(Unsealed):
        in_use()


@ON_SQLITE
def test_a_worker_without_the_key_says_so_and_a_second_machine_s_does_not_start(office: SealedOffice) -> None:
    elsewhere = Database(office.scene.database.url, BOOK, *Settings().keys_in(office.folder / "elsewhere"))
    said: list[str] = []
    with pytest.raises(SystemExit, match="elsewhere/contact-key 不存在"):
        keyed(elsewhere, runs_only=True, say=said.append)
    assert said == []
    keyed(elsewhere, runs_only=False, say=said.append)
    keyed(office.scene.database, runs_only=True, say=said.append)
    keyed(Database(f"sqlite:///{office.folder}/none.db", BOOK), runs_only=True, say=said.append)
    assert [("读不出来" in one) for one in said] == [True]
    elsewhere.dispose()


@ON_SQLITE
def test_a_gate_and_an_advance_decrypt_nothing_and_a_filing_only_whom_it_makes_reachable(
    office: SealedOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, open_ = [], Seals.open

    def noting(seals: Seals, place: str, kept: str) -> str:
        opened.append(place)
        return open_(seals, place, kept)

    monkeypatch.setattr(Seals, "open", noting)
    scene = office.scene
    assert scene.rerun("application", NANJING, NOW, date(2022, 2, 20)).done
    scene.why("application", NANJING, NOW)
    with scene.database.read() as connection:
        day = {NANJING: date(2022, 2, 12)}
        made = {
            phase: facts_of(phase, Scope(connection, scene.year, day, day))
            for phase in ("mentor-recommendation", "application")
        }
    assert made["mentor-recommendation"][NANJING].mentors[0].complete
    scene.advance("2022-02-12T10:00")
    assert set(opened) <= {"second_way.address"}, "of whoever is told what is urgent"
    assert scene.submit("application", NANJING, "2022-02-13T10:00").done
    assert set(opened) <= {"second_way.address", "school.email"}


@ON_SQLITE
def test_a_key_that_is_set_is_put_before_the_former(office: SealedOffice) -> None:
    database, (former,) = office.scene.database, office.keys.known()
    set_first = ContactKeyFile(office.keys.path, f"{'f' * 40} {former.secret.decode()}")
    database.dispose()
    done = rekey_contacts(database, set_first, office.settings, stamp(NOW), "统一保管")
    database.dispose()
    with pytest.raises(SameContactKey, match="在它前面写上新的一把"):
        rekey_contacts(database, set_first, office.settings, stamp(NOW), "再来")
    assert done.id == ContactKey(b"f" * 40).id


@ON_SQLITE
def test_what_was_moved_to_another_column_does_not_open_and_none_is_compared(office: SealedOffice) -> None:
    student = draft_table(STUDENTS)
    with office.scene.database.write() as connection:
        connection.execute(sa.text("UPDATE student SET guardian_phone = email"))
    with pytest.raises(Altered) as raised:
        office.read()
    assert "student.guardian_phone" in raised.value.in_full
    for asked in (lambda: student.c.email == "a@b.example", student.c.email.desc, lambda: student.c.email.in_(["a"])):
        with pytest.raises(Compared):
            asked()
    assert str(student.c.email.is_(None)) == "student.email IS NULL"


@ON_SQLITE
def test_a_rehearsal_is_encrypted_with_the_key_of_all_rehearsals(database_url: str, tmp_path: Path) -> None:
    keys = Settings().keys_in(tmp_path)
    database = Database(database_url, BOOK, *keys)
    scene = Scene.begin(database, calendar(2))
    made = SealedOffice(scene, tmp_path)
    made.file()
    assert not keys[1].path.exists()
    with database.read() as connection:
        assert {one[:8] for one in connection.execute(sa.text("SELECT email FROM student")).scalars()} == {REHEARSED.id}
    database.dispose()
    with pytest.raises(NothingSealed):
        rekey_contacts(database, keys[1], made.settings, stamp(NOW), "不必")


def test_the_migration_encrypts_what_stands_and_takes_it_back(office: SealedOffice) -> None:
    database = office.scene.database
    with database.write() as connection:
        command.downgrade(migrate._config(connection), "0042")
    assert set(found_in(database, NOWHERE)) == set(NOWHERE)
    migrate.upgrade(database)
    assert (found_in(database, NOWHERE), office.read()) == ({}, TRUE)


def test_what_cannot_be_read_is_said_and_no_key_is_made_in_its_place(tmp_path: Path) -> None:
    keys = ContactKeyFile(tmp_path / "contact-key")
    keys.path.mkdir()
    for asked in (keys.known, keys.newest):
        with pytest.raises(UnreadableContactKey) as raised:
            asked()
        assert f"{keys.path} 用不了（Is a directory）" in raised.value.in_full
    keys.path.rmdir()
    keys.path.write_text("short\n", encoding="ascii")
    with pytest.raises(UnfitContactKey) as unfit:
        keys.newest()
    assert f"{keys.path} 里没有可用的联系方式密钥" in unfit.value.in_full
    keys.path.unlink()
    assert keys.newest() == keys.newest() == keys.known()[0]
    keys.path.unlink()
    with pytest.raises(NoContactKey) as gone:
        keys.newest()
    assert (f"{keys.path} 不存在" in gone.value.in_full, keys.path.exists()) == (True, False)


def test_a_key_is_kept_in_a_folder_that_was_not_there(tmp_path: Path) -> None:
    keys = ContactKeyFile(tmp_path / "new" / "contact-key")
    keys.keep(b"k" * 40)
    assert keys.known() == (ContactKey(b"k" * 40),)


@ON_SQLITE
def test_no_key_is_made_where_anything_is_encrypted_whatever_is_written_and_was_read(office: SealedOffice) -> None:
    """A column that is empty, a process that only read so far, one in whose file another key is put."""
    with office.scene.database.write() as connection:
        connection.execute(sa.text("DELETE FROM second_way"))
    kept = office.keys.path.read_bytes()
    elsewhere = Database(office.scene.database.url, BOOK, *Settings().keys_in(office.folder))
    assert SealedOffice(Scene(elsewhere, office.scene.year), office.folder).read() == TRUE
    for there in (None, f"{'0' * 40}\n"):
        if there is None:
            office.keys.path.unlink()
        else:
            office.keys.path.write_text(there, encoding="ascii")
        for database in (elsewhere, office.scene.database):
            with pytest.raises(NoContactKey), database.write() as connection:
                second_ways.choose(connection, "head:nanjing", "sms", NUMBER, stamp(NOW))
        assert office.keys.path.exists() == (there is not None)
    office.keys.path.write_bytes(kept)
    for database in (elsewhere, office.scene.database):
        with database.write() as connection:
            second_ways.choose(connection, "head:nanjing", "sms", NUMBER, stamp(NOW))
    elsewhere.dispose()


@pytest.mark.parametrize("emptied", ["UPDATE {} SET email = '' WHERE email != ''", "DELETE FROM filed_row"])
def test_a_missing_key_is_said_of_older_drafts_and_of_filings(office: SealedOffice, emptied: str) -> None:
    """Under another key stand one draft that is not the newest, or what was kept of filings alone."""
    database, other = office.scene.database, ContactKey(b"0" * 40)
    with database.write() as connection:
        if "filed_row" in emptied:
            put = sa.text("UPDATE student SET email = :kept WHERE line = (SELECT min(line) FROM student)")
            connection.execute(sa.text(emptied))
            connection.execute(put, {"kept": sealed_with(other, "student.email", "a@b.example")})
        else:
            for name in ("mentor", "school", "institution", "student"):
                connection.execute(sa.text(emptied.format(name)))
            put = sa.text("UPDATE filed_row SET cells = :kept WHERE sheet = 'mentors'")
            cells = json.dumps({"email": sealed_with(other, "mentor.email", "a@b.example")})
            connection.execute(
                put if database.embedded else sa.text(f"{put} ".replace(":kept", "CAST(:kept AS JSON)")),
                {"kept": cells},
            )
    assert f"编号 {other.id}" in str(unopened(database))


def test_what_is_no_key_is_said_before_a_city_meets_it(office: SealedOffice) -> None:
    short = ContactKeyFile(office.keys.path, "short")
    database = Database(office.scene.database.url, BOOK, None, short)
    assert unopened(database) == "TALENT_CONTACT_KEY 里没有可用的联系方式密钥；请从备份恢复，不要自行填写。"
    database.dispose()


@ON_SQLITE
def test_what_is_not_encrypted_is_nowhere_told(office: SealedOffice) -> None:
    """Somebody put a telephone in by hand: it is no key's id."""
    database = office.scene.database
    with database.write() as connection:
        connection.execute(sa.text("UPDATE student SET guardian_phone = '13900001111' WHERE line = 2"))
    said = str(unopened(database))
    assert ("student.guardian_phone" in said, "1390" in said) == (True, False)
    with pytest.raises(Altered):
        office.read()
    database.dispose()
    with pytest.raises(Altered):
        rekey_contacts(database, office.keys, office.settings, stamp(NOW), "每年一换")
