from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from models.columns import table_of
from models.database import Database
from models.tables.season import ClockReading, Letter
from phases.book import BOOK
from tests.commands.conftest import Talent
from tests.support.outbox import fill, now


@pytest.fixture
def database(migrated_sqlite: Path, tmp_path: Path) -> Database:
    """Four letters sent by a relay that gave no answer, by a worker that is gone; the last two in one message."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var/talent.db").write_bytes(migrated_sqlite.read_bytes())
    opened = Database(f"sqlite:///{tmp_path}/var/talent.db", BOOK)
    fill(opened, 4)
    letter = table_of(Letter)
    with opened.write() as connection:
        lost = {"state": "unknown", "claim": "aa", "claimed_at": now(), "tries": 3}
        connection.execute(update(letter).values(**lost, envelope=letter.c.id))
        connection.execute(update(letter).where(letter.c.id == 4).values(envelope=3))
    opened.dispose()
    return opened


def states(database: Database) -> list[tuple[str, int]]:
    letter = table_of(Letter)
    with database.read() as connection:
        rows = connection.execute(select(letter.c.state, letter.c.tries).order_by(letter.c.id))
        return [(row.state, row.tries) for row in rows]


@pytest.fixture
def by_relay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALENT_COURIER", "smtp")


@pytest.mark.usefixtures("by_relay")
def test_a_person_settles_a_letter_with_all_that_was_in_its_message(talent: Talent, database: Database) -> None:
    assert talent("letters", "settle", "4", "sent", "--by", "张主任").out == "3、4 号函件已记为已发。\n"
    assert talent("letters", "settle", "1", "resend", "--by", "张主任").out == (
        "1 号函件已重新排队，发往导师 #0 m＊＊@proof.example。\n"
    )
    assert states(database) == [("queued", 0), ("unknown", 3), ("sent", 3), ("sent", 3)]
    assert [talent("letters", "settle", one, "sent").status for one in ("1", "3", "99")] == [1, 1, 1]
    for wrong in (("2", "perhaps"), ("sent",), ("2",), ("two", "sent"), ()):
        assert talent("letters", "settle", *wrong).status == 2


@pytest.mark.usefixtures("by_relay")
def test_several_letters_are_settled_at_once_or_none(talent: Talent, database: Database) -> None:
    refused = talent("letters", "settle", "1", "2", "99", "resend")
    assert (refused.status, refused.out) == (
        1,
        "没有编号为 99 的函件。一封也没有办理；请看 talent letters list。\n",
    )
    assert states(database) == [("unknown", 3)] * 4
    told = talent("letters", "settle", "1", "2", "4", "dropped", "--json").data
    assert told == {"outcome": "done", "message": "1、2、3、4 号函件不再发送。"}
    assert states(database) == [("cancelled", 3)] * 4


@pytest.mark.usefixtures("by_relay")
def test_a_letter_that_is_no_longer_owed_is_not_sent_again(talent: Talent, database: Database) -> None:
    with database.write() as connection:
        connection.execute(update(table_of(Letter)).where(table_of(Letter).c.id == 3).values(moot=True))
    said = talent("letters", "settle", "3", "resend").out
    assert said == "4 号函件已重新排队，发往导师 #2 m＊＊@proof.example。3 号函件情况已变，不再发送。\n"
    assert states(database)[2:] == [("cancelled", 3), ("queued", 0)]


def test_the_mailbox_itself_settles_what_a_dead_worker_left(talent: Talent, database: Database) -> None:
    ran = talent("letters", "send", "--json")
    assert (ran.status, ran.data) == (0, {"sent": 4, "failed": 0, "retry": 0, "unknown": 0, "waiting": 0})
    assert states(database) == [("sent", 4)] * 4


def test_the_post_waits_until_the_clock_is_right_or_a_person_says_so(talent: Talent, database: Database) -> None:
    assert talent("letters", "send").status == 0
    reading = table_of(ClockReading)
    with database.write() as connection:
        ahead = connection.execute(select(reading.c.wall)).scalar_one() + timedelta(days=3)
        connection.execute(update(reading).values(wall=ahead))
    fill(database, 1, first=9)
    held = talent("letters", "send")
    assert (held.status, "系统时钟可能有误" in held.err, states(database)[-1]) == (75, True, ("queued", 0))
    assert talent("letters", "resume").status == 0
    assert (talent("letters", "send").status, states(database)[-1]) == (0, ("sent", 1))
