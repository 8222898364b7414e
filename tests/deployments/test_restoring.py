"""A restored backup is what was backed up, and no letter that went out after it was made goes out again."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import delete, insert, make_url, select, text, update

from acts.act import Bench
from acts.book import ACTS
from acts.doing import previewed, recorded
from acts.open_year import open_year
from acts.own_letter import WantedLetter, write
from deployments import restoring, sealing
from deployments.backups import back_up
from deployments.restoring import NewerInPlace, NotEmpty, Restored, compared, move, restore
from models import migrate, snapshots
from models.addresses import put
from models.columns import table_of
from models.database import Database
from models.restorations import GONE
from models.revisions import Newer
from models.tables.accounts import Account, OneTimeLink
from models.tables.restorations import Restoration
from models.tables.season import Letter
from phases.book import BOOK
from post.evidence.witnesses import Nobody
from post.maildir import MaildirCourier
from post.sending import Posted, send
from season.outcome import Outcome
from settings import BackupSettings, Settings
from tests.support.kinds import ON_SQLITE
from tests.support.scenes import Scene, calendar, instant, stamp

pytestmark = pytest.mark.usefixtures("tables_at_once")

BEFORE, THEN, GONE_WRONG, NOW, LATER = (
    "2022-01-05T10:00", "2022-01-13T02:00", "2022-01-14T09:30", "2022-01-14T10:30", "2022-01-14T10:40",
)  # fmt: skip
SENDER = "省办 <office@talent.example>"


@dataclass(frozen=True)
class OfficeUnderTest:
    """A real season of two cities, which opened; the letters of that went out; a backup of then."""

    scene: Scene
    folder: Path
    settings: Settings

    @property
    def backup(self) -> Path:
        return self.folder / "b.backup"

    @property
    def courier(self) -> MaildirCourier:
        return MaildirCourier(self.folder / "mail")

    def send(self, at: str, *, seen: bool = True) -> Posted:
        """A round of the post; what is in doubt is looked for in the mailbox, or nobody has `seen` it."""
        going = send(
            self.scene.database,
            self.courier,
            "省办 <office@talent.example>",
            stamp(at),
            witness=None if seen else Nobody(),
        )
        return asyncio.run(going)

    def restore(self, at: str = NOW) -> Restored:
        self.scene.database.dispose()
        database = Database(self.scene.database.url, BOOK)
        try:
            return restore(database, self.settings, self.folder, self.backup, stamp(at), "磁盘坏了")
        finally:
            database.dispose()

    def release(self, fate: str, at: str = LATER, *, look: bool = False) -> Outcome:
        act = ACTS["restored"]
        bench = Bench(self.scene.database, self.scene.year, stamp(at))
        return (previewed if look else recorded)(
            act, bench, act.fill(self.scene.year, {"fate": fate, "reason": "已核对"})
        )

    def letters(self) -> dict[str, set[str]]:
        """By kind, in which states they are."""
        letter = table_of(Letter)
        with self.scene.database.read() as connection:
            rows = connection.execute(select(letter.c.kind, letter.c.state)).all()
        return {kind: {row.state for row in rows if row.kind == kind} for kind in sorted({row.kind for row in rows})}


@pytest.fixture
def office(
    request: pytest.FixtureRequest, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OfficeUnderTest]:
    then, wrong = getattr(request, "param", (THEN, GONE_WRONG))
    monkeypatch.setattr(sealing, "COST", 4)
    kept = BackupSettings(passphrase=SecretStr("thirteen words apart"), folder=tmp_path / "backups")
    letters, papers = tmp_path / "letters", tmp_path / "papers"
    settings = Settings(letters=letters, papers=papers, secret_key=None, backup=kept)
    made = OfficeUnderTest(Scene(database, calendar(2)), tmp_path, settings)
    open_year(database, made.scene.year, stamp("2021-12-31T00:00"))
    with database.write() as connection:
        for whose in ("province", "nanjing", "wuxi"):
            put(connection, whose, {"email": f"{whose}@office.example"})
    made.scene.advance(BEFORE)
    made.send(BEFORE)
    back_up(database, settings, tmp_path, made.backup, instant(then))
    made.scene.advance(wrong)
    assert made.letters() == {"opened": {"sent"}, "reminder": {"queued"}}
    assert made.send(wrong).sent == 2
    yield made
    database.dispose()


def test_what_has_a_row_of_anything_is_no_place_to_move_to(office: OfficeUnderTest, second_database: Database) -> None:
    with second_database.write() as connection:
        put(connection, "province", {"email": "other@office.example"})
    office.scene.database.dispose()
    with pytest.raises(NotEmpty, match="不是空的，已有 1 行"):
        move(office.scene.database, second_database, office.settings, office.folder, instant(NOW))


@ON_SQLITE
def test_a_link_that_waited_when_the_backup_was_made_sets_no_password(office: OfficeUnderTest) -> None:
    """It may have been used since, and would set another one."""
    link = {"account": 1, "until": instant("2022-02-01T00:00")}
    account = {"id": 1, "name": "w", "shown": "王", "role": "admin", "made_by": "省办", "made_at": instant(BEFORE)}
    with office.scene.database.write() as connection:
        connection.execute(insert(table_of(Account)), account)
        used = {"used_at": instant(BEFORE)}
        connection.execute(insert(table_of(OneTimeLink)), [{"digest": "a", "used_at": None, **link}])
        connection.execute(insert(table_of(OneTimeLink)), [{"digest": "b", **used, **link}])
    office.backup.unlink()
    back_up(office.scene.database, office.settings, office.folder, office.backup, instant(GONE_WRONG))
    office.restore()
    with office.scene.database.read() as connection:
        assert list(connection.execute(select(table_of(OneTimeLink).c.digest)).scalars()) == ["b"]


def test_a_backup_takes_the_place_of_what_was_there_which_is_kept(
    office: OfficeUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    _refused_while_open(office, monkeypatch)
    was = compared(office.scene.database, office.settings, office.backup)
    assert was.since == (0, 0, 0, 2, 2, instant(BEFORE))
    done = office.restore()
    rows = snapshots.counts(office.scene.database)
    differ = {name for name in rows if rows[name] != was.label.rows[name]}
    assert differ == {"audit", "chain_link", "restoration"}
    assert office.letters() == {"opened": {"sent"}}
    (former,) = done.former
    if office.scene.database.embedded:
        assert former.name == "talent.db.20220114T103000"
        with snapshots.opened(former, BOOK) as before:
            assert snapshots.counts(before)["letter"] == rows["letter"] + 2
    else:
        again = compared(office.scene.database, office.settings, former)
        assert again.label.rows["letter"] == rows["letter"] + 2
    _held_until_a_person_has_looked(office)


def _refused_while_open(office: OfficeUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Database(office.scene.database.url, BOOK)
    with other.read() as connection, monkeypatch.context() as patch:
        connection.execute(select(table_of(Letter).c.id))
        patch.setattr(snapshots, "LEAVING_SECONDS", 0.1)
        with pytest.raises(snapshots.InUse, match="请先全部停下"):
            office.restore()
    other.dispose()
    assert office.letters() == {"opened": {"sent"}, "reminder": {"sent"}}
    assert not office.settings.backup.folder.exists()


def _held_until_a_person_has_looked(office: OfficeUnderTest) -> None:
    """And nothing goes twice; what is new is numbered after what was there."""
    assert office.scene.advance(NOW).failures == {}
    held = office.send(NOW)
    why = "数据库在 2022-01-14 10:30 恢复为 2022-01-13 02:00 的备份，其间可能已发出的函件没有记录"
    assert (held.sent, held.alarm) == (0, f"{why}。投递已暂停；核对后放行")
    assert office.letters() == {"opened": {"sent"}, "reminder": {"queued"}}
    shown = office.release("check", look=True)
    assert office.send(NOW).alarm is not None
    done = office.release("check")
    said = "已恢复投递。2 封在原来的库里已发出，记为已发；0 封可能已发出，记为待核实；随即发出待发的函件 0 封。"
    assert done.message == shown.message == said
    assert office.letters() == {"opened": {"sent"}, "reminder": {"sent"}}
    assert office.send(LATER) == Posted()
    assert office.release("send").message == "投递没有因恢复备份而暂停，未作改动。"


def _lose(database: Database) -> None:
    """What was there cannot be read any more."""
    database.dispose()
    Path(str(make_url(database.url).database)).write_bytes(b"no database at all")


@ON_SQLITE
@pytest.mark.parametrize("seen", [True, False])
def test_where_nothing_is_left_the_mailbox_tells_what_went_out_else_a_person(
    office: OfficeUnderTest, seen: bool
) -> None:
    _lose(office.scene.database)
    office.restore()
    office.scene.advance(NOW)
    assert office.release("check").message == "已恢复投递。2 封可能已发出，记为待核实；随即发出待发的函件 0 封。"
    assert office.send(LATER, seen=seen) == Posted()
    assert office.letters() == {"opened": {"sent"}, "reminder": {"sent" if seen else "unknown"}}


@ON_SQLITE
def test_what_a_mailbox_did_not_see_is_a_persons_to_tell(office: OfficeUnderTest) -> None:
    """It may have gone out in the envelope of a letter of which the backup knows nothing."""
    _lose(office.scene.database)
    office.restore()
    office.scene.advance(NOW)
    for file in (office.folder / "mail" / "new").iterdir():
        file.unlink()
    office.release("check")
    assert office.send(LATER) == Posted()
    assert office.letters()["reminder"] == {"unknown"}


@ON_SQLITE
def test_the_wrong_letter_of_a_city_that_was_rerun_does_not_go(office: OfficeUnderTest) -> None:
    """It was late, was let in again, and the backup knows of neither."""
    scene, late, let_in, again = office.scene, "2022-01-17T09:30", "2022-01-17T09:40", "2022-01-17T10:40"
    until = date(2022, 1, 21)
    scene.advance(late)
    office.send(late)
    scene.rerun("mentor-recommendation", "nanjing", let_in, until)
    assert office.send(let_in).sent == 1
    office.restore("2022-01-17T10:30")
    scene.advance("2022-01-17T10:31")
    scene.rerun("mentor-recommendation", "nanjing", again, until)
    assert office.release("check", "2022-01-17T10:50").done
    letter = table_of(Letter)
    told = select(letter.c.kind, letter.c.state).where(letter.c.recipient == "city:nanjing", letter.c.kind != "opened")
    with scene.database.read() as connection:
        now = dict(connection.execute(told).tuples().all())
    assert now == {"overdue": "cancelled", "rerun": "queued"}  # what is done again by hand is told again


@ON_SQLITE
def test_without_the_hold_they_would_go_again(office: OfficeUnderTest) -> None:
    """The control; and the way on for whoever knows that nothing went out."""
    office.restore()
    with office.scene.database.write() as connection:
        connection.execute(delete(table_of(Restoration)))
    office.scene.advance(NOW)
    assert office.send(NOW).sent == 2


@ON_SQLITE
def test_outside_office_hours_nobody_can_look_at_what_is_not_written_yet(office: OfficeUnderTest) -> None:
    office.restore("2022-01-14T20:00")
    refused = office.release("check", "2022-01-14T20:10")
    assert (refused.outcome, refused.message) == (
        "refused", "到期的函件到工作时间才写出来，请在工作时间核对后放行；在此之前不会发出。",
    )  # fmt: skip
    assert office.release("send", "2022-01-14T20:10").done


@ON_SQLITE
def test_a_backup_of_a_newer_program_is_refused(office: OfficeUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restoring, "known", lambda _: False)
    with pytest.raises(Newer, match="请先升级程序"):
        compared(office.scene.database, office.settings, office.backup)


@pytest.mark.parametrize("kind", ["postgresql"])
def test_one_of_sqlite_and_of_an_older_release_is_brought_up_to_this_one(office: OfficeUnderTest) -> None:
    """So a season moves from SQLite to PostgreSQL."""
    office.backup.unlink()
    with snapshots.opened(office.folder / "older.db", BOOK) as older:
        migrate.upgrade(older, "0018")
        assert back_up(older, office.settings, office.folder, office.backup, instant(THEN)).revision == "0018"
    office.restore()
    assert migrate.prepared(office.scene.database)
    assert office.letters() == {}


@ON_SQLITE
def test_the_secret_the_words_and_the_seal_come_back_and_others_are_kept(office: OfficeUnderTest) -> None:
    """A font in a folder of its own, too; what is a link, with what it leads to."""
    words, papers = office.settings.letters, office.settings.papers
    words.mkdir()
    (papers / "fonts").mkdir(parents=True)
    (office.folder / "elsewhere").write_text("一", encoding="utf-8")
    (words / "reminder.jinja").symlink_to(office.folder / "elsewhere")
    (papers / "seal.png").write_bytes(b"seal")
    (papers / "fonts" / "rare.OTF").write_bytes(b"font")
    (papers / "notes.txt").write_bytes(b"not a part of any paper")
    (office.folder / "secret").write_text("s" * 40, encoding="utf-8")
    office.backup.unlink()
    back_up(office.scene.database, office.settings, office.folder, office.backup, instant(GONE_WRONG))
    (words / "reminder.jinja").unlink()
    (words / "reminder.jinja").write_text("二", encoding="utf-8")
    (office.folder / "secret").unlink()
    (papers / "seal.png").write_bytes(b"another seal")
    shutil.rmtree(papers / "fonts")
    former = office.restore().former
    assert (words / "reminder.jinja").read_text(encoding="utf-8") == "一"
    assert (words / "reminder.jinja.20220114T103000").read_text(encoding="utf-8") == "二"
    assert former[1:] == (words / "reminder.jinja.20220114T103000", papers / "seal.png.20220114T103000")
    assert [(papers / name).read_bytes() for name in ("seal.png", "fonts/rare.OTF")] == [b"seal", b"font"]
    assert (office.folder / "secret").read_text() == "s" * 40


@ON_SQLITE
def test_what_went_out_goes_no_second_time_where_two_restores_follow_each_other(office: OfficeUnderTest) -> None:
    """The second replaces a database that knows nothing of them but by the first."""
    office.restore()
    office.restore("2022-01-14T10:35")
    said = "已恢复投递。2 封在原来的库里已发出，记为已发；随即发出待发的函件 0 封。"
    assert office.release("send", LATER).message == said
    assert office.send(LATER).sent == 0
    assert office.letters()["reminder"] == {"sent"}


@pytest.mark.parametrize("office", [("2022-01-11T02:00", "2022-01-12T09:30")], indirect=True)
def test_what_is_written_only_after_the_release_is_met_then_and_met_once(office: OfficeUnderTest) -> None:
    """Released at night, all that time made owed is written the next working morning."""
    office.restore("2022-01-12T20:00")
    assert office.release("send", "2022-01-12T20:10").message == "已恢复投递。随即发出待发的函件 0 封。"
    letter, (morning, again) = table_of(Letter), ("2022-01-13T09:05", "2022-01-13T09:20")
    office.scene.advance(morning)
    with office.scene.database.read() as connection:
        written = select(letter.c.message_id, letter.c.id).where(letter.c.state == "queued")
        queued = dict(connection.execute(written).tuples().all())
        known = list(connection.execute(select(table_of(Restoration).c.sent)).scalars())[-1]
    met = [queued[one] for one in known if one in queued]
    assert office.send(morning).sent == len(queued) - len(met)
    assert met
    with office.scene.database.write() as connection:
        mine = letter.c.id.in_(met)
        assert set(connection.execute(select(letter.c.detail).where(mine)).scalars()) == {GONE}
        connection.execute(update(letter).where(mine).values(state="queued", due_at=instant(again)))
    assert office.send(again).sent == len(met)  # a person has let them go


@ON_SQLITE
def test_a_new_letter_of_ones_own_has_a_new_number_and_goes(office: OfficeUnderTest) -> None:
    """Written for the next morning before anybody has looked: nothing of it was ever out."""
    write(office.scene.database, 2022, WantedLetter("cities", "关于参会", "请到会。"), stamp(GONE_WRONG))
    assert office.send(GONE_WRONG).sent == 2
    office.restore()
    office.scene.advance(NOW)
    other = WantedLetter("cities", "另一件事", "另一件。", when="morning")
    assert write(office.scene.database, 2022, other, stamp(LATER)).message.startswith("第 1001 号自拟函")
    third = WantedLetter("cities", "第三件事", "第三件。")
    assert write(office.scene.database, 2022, third, stamp(LATER)).message.startswith("第 1002 号自拟函")
    assert office.release("check", look=True).message.endswith("随即发出待发的函件 2 封。")
    assert office.release("check").done
    assert office.letters()["letter"] == {"queued"}
    assert office.send("2022-01-17T09:30").sent
    assert office.letters()["letter"] == {"sent"}


@ON_SQLITE
@pytest.mark.parametrize("links", [True, False])
def test_a_swap_cut_short_leaves_the_database_where_it_was(
    office: OfficeUnderTest, monkeypatch: pytest.MonkeyPatch, *, links: bool
) -> None:
    """Of no database at all the next start would make a new, empty season."""
    place = office.scene.database.file
    assert place is not None
    office.scene.database.dispose()
    copy = place.with_name("copy.db")
    shutil.copy(place, copy)

    def cut(*_: object) -> None:
        raise OSError("no power")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", cut)
        if not links:
            patch.setattr(Path, "hardlink_to", cut)
        with pytest.raises(OSError, match="no power"):
            snapshots.put(copy, office.scene.database, ".then")
    assert place.read_bytes() == place.with_name(f"{place.name}.then").read_bytes() == copy.read_bytes()
    place.with_name(f"{place.name}.then").unlink()
    assert snapshots.put(copy, office.scene.database, ".later") == place.with_name(f"{place.name}.later")
    assert (copy.exists(), place.exists()) == (False, True)


def test_what_a_newer_program_made_is_moved_aside_or_left_as_it_is(office: OfficeUnderTest, kind: str) -> None:
    """Going back to an older program: a file makes room, what a server holds nobody of that age can copy."""
    with office.scene.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    office.scene.database.dispose()
    anew = Database(office.scene.database.url, BOOK)
    given = (office.settings, office.folder, office.backup, stamp(NOW), "退回旧版本")
    if kind == "postgresql":
        with pytest.raises(NewerInPlace, match="先改名留着，另建一个空库"):
            restore(anew, *given)
    else:
        assert restore(anew, *given).former[0].name.startswith("talent.db.")
    with anew.read() as connection:
        assert (migrate.revision_of(connection) == "9999") == (kind == "postgresql")
    anew.dispose()
