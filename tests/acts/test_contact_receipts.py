"""Acknowledgements and calls on both kinds of database, and what the matrix then says of a city."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from acts.contact_receipts import acknowledge, note_call
from calendars.year import UnknownCity, UnknownPhase
from models import contact_evidence
from models.columns import table_of
from models.database import Database
from models.histories import Span
from models.letterbox import LetterQuery
from models.tables.contact_receipts import Receipt
from models.tables.season import Letter
from tests.acts.test_statements import counted
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, instant, stamp

ROLL = "mentor-recommendation"
AT, LATER = "2021-12-31T10:00", "2022-01-05T10:00"


def told(scene: Scene, at: str = LATER) -> dict[tuple[str, str], tuple[str, ...]]:
    with scene.database.read() as connection:
        return contact_evidence.told(connection, YEAR, instant(at))


def sent(scene: Scene, *cities: str) -> list[int]:
    """Mark what waits for these cities' offices as sent; give the letters."""
    table = table_of(Letter)
    theirs = table.c.recipient.in_([f"city:{city}" for city in cities])
    with scene.database.write() as connection:
        connection.execute(update(table).where(theirs).values(state="sent", sent_at=instant(AT)))
        return list(connection.execute(select(table.c.id).where(theirs).order_by(table.c.id)).scalars())


def test_written_acknowledged_called_each_from_its_own_instant(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    assert told(scene) == {}
    letters = sent(scene, NANJING, WUXI)
    acknowledge(scene.database, letters[:1], stamp("2022-01-03T10:00"))
    note_call(scene.database, YEAR, ROLL, WUXI, stamp("2022-01-04T10:00"), whom="周科长", said="请按时报送")
    found = [told(scene, at) for at in (AT, "2022-01-03T10:00", LATER)]
    nanjing, wuxi = (ROLL, NANJING), (ROLL, WUXI)
    assert found == [
        {nanjing: ("已发函",), wuxi: ("已发函",)},
        {nanjing: ("已发函", "已签收"), wuxi: ("已发函",)},
        {nanjing: ("已发函", "已签收"), wuxi: ("已发函", "已致电")},
    ]


def test_a_letter_is_acknowledged_once(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    letters = sent(scene, NANJING)
    acknowledge(scene.database, letters, stamp(AT))
    acknowledge(scene.database, letters, stamp(LATER), by="他人")
    acknowledge(scene.database, [], stamp(LATER))
    with scene.database.read() as connection:
        rows = connection.execute(select(table_of(Receipt))).all()
    assert [(row.letter, row.by, row.as_of) for row in rows] == [(letters[0], None, instant(AT))]


def test_a_new_attempt_is_told_anew(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    acknowledge(scene.database, sent(scene, NANJING), stamp(AT))
    scene.advance("2022-01-17T09:00")
    scene.rerun(ROLL, NANJING, "2022-01-18T10:00", instant("2022-01-25T00:00").date())
    note_call(scene.database, YEAR, ROLL, NANJING, stamp("2022-01-19T10:00"), whom="周科长", said="已重新开放")
    assert told(scene, "2022-01-20T10:00") == {(ROLL, NANJING): ("已致电",)}
    with scene.database.read() as connection:
        calls = contact_evidence.calls_of(connection, Span(YEAR, instant("2022-01-20T10:00"), ROLL, NANJING))
        wanted = LetterQuery(YEAR, instant("2022-01-20T10:00"), phase=ROLL, city=NANJING, reader=NANJING)
        letters = contact_evidence.letters_of(connection, wanted, limit=30)
    assert [call.attempt for call in calls] == [2]
    assert [(letter.attempt, letter.kind) for letter in letters if letter.attempt == "2"] == [("2", "rerun")]
    first = [letter for letter in letters if letter.attempt == "1"]
    assert [letter.kind for letter in first if letter.receipt == instant(AT)] == ["opened"]
    assert letters[1:] == first


def test_told_asks_three_questions_however_many_cities(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    with counted(scene.database) as few:
        told(scene)
    sent(scene, *(city.slug for city in scene.year.cities))
    with counted(scene.database) as many:
        assert len(told(scene)) == 13
    assert [len([one for one in each if one.startswith("SELECT")]) for each in (few, many)] == [3, 3]


@pytest.mark.parametrize(("whom", "said"), [(" ", "有"), ("有", ""), ("周" * 51, "有"), ("有", "说" * 2001)])
def test_a_call_without_whom_or_what_is_refused(scene: Scene, whom: str, said: str) -> None:
    outcome = note_call(scene.database, YEAR, ROLL, NANJING, stamp(AT), whom=whom, said=said)
    assert (outcome.outcome, outcome.message) == (
        "refused",
        "请写明与谁通话（50 字以内）和说了什么（2000 字以内）。",
    )


def test_a_call_about_nothing_that_there_is(scene: Scene) -> None:
    with pytest.raises(UnknownPhase):
        note_call(scene.database, YEAR, "nothing", NANJING, stamp(AT), whom="周", said="有")
    with pytest.raises(UnknownCity):
        note_call(scene.database, YEAR, ROLL, "nowhere", stamp(AT), whom="周", said="有")


@pytest.mark.parametrize("rehearsal", [True, False])
def test_a_letter_stands_with_when_it_left_and_one_that_did_not_with_nothing(
    database: Database, rehearsal: bool
) -> None:
    """Written at midnight, it leaves at nine of the next working day; in a rehearsal by its own time."""
    scene = Scene.begin(database, rehearsal=rehearsal)
    scene.advance("2021-12-31T00:00")
    sent(scene, NANJING)
    left = []
    for city in (NANJING, WUXI):
        with database.read() as connection:
            wanted = LetterQuery(YEAR, instant(LATER), phase=ROLL, city=city, reader=city)
            left += [letter.left for letter in contact_evidence.letters_of(connection, wanted, limit=30)]
    assert left == [instant("2021-12-31T09:00" if rehearsal else AT), None]
