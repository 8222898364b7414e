"""Notes and questions about a case: only added to, answered once, told in office hours, read by whom they concern."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from acts.case_notes import LONGEST, add_note
from models import case_notes
from models.case_notes import PROVINCE, NewNote
from models.columns import table_of
from models.histories import Span, moves
from models.tables.audit import AuditEntry
from models.tables.case_notes import CaseNote
from models.tables.season import Letter
from season.outcome import Outcome
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, instant, stamp

ROLL = "mentor-recommendation"
ASKED, NIGHT, NEXT = "2022-01-10T10:00", "2022-01-10T22:00", "2022-01-11T10:00"
WORDS = "第二位导师的职称证书请补一份"


def wrote(scene: Scene, office: str = PROVINCE, at: str = ASKED, text: str = WORDS, **more: object) -> Outcome:
    """Write a note about Nanjing's mentors; `more` as of `NewNote`."""
    new = NewNote(ROLL, NANJING, "", office, text)._replace(**more)  # type: ignore[arg-type]
    by = "王办" if office == PROVINCE else "南京"
    return add_note(scene.database, YEAR, new, f"{office} {at} {text}", stamp(at, by))


def asks(scene: Scene, at: str = ASKED, until: date | None = None) -> Outcome:
    return wrote(scene, at=at, owner=NANJING, until=until)


def waiting(scene: Scene, office: str, at: str = NEXT) -> list[int]:
    with scene.database.read() as connection:
        return [one.id for one in case_notes.unanswered(connection, YEAR, office, instant(at))]


def read(scene: Scene, office: str, at: str = NEXT) -> list[tuple[str, str | None]]:
    """The words that an office may read, each with its answer."""
    with scene.database.read() as connection:
        found = case_notes.threads(connection, YEAR, office, instant(at))
    return [(one.note.text, one.answer.text if one.answer else None) for one in found]


def letters(scene: Scene) -> list[tuple[str, str, str]]:
    table = table_of(Letter)
    with scene.database.read() as connection:
        query = select(table.c.recipient, table.c.slot, table.c.state).where(table.c.kind == "noted")
        return [tuple(row) for row in connection.execute(query.order_by(table.c.id))]


def test_a_question_waits_for_its_office_until_it_is_answered_once(scene: Scene) -> None:
    assert asks(scene).message == "南京 导师推荐：已记下 1 号提问。"
    assert (waiting(scene, NANJING), waiting(scene, PROVINCE), waiting(scene, WUXI)) == ([1], [], [])
    assert wrote(scene, WUXI, NEXT, answers=1).outcome == "refused"
    assert wrote(scene, PROVINCE, NEXT, answers=1).outcome == "refused"
    assert wrote(scene, NANJING, NEXT, "已补", answers=1).message == "南京 导师推荐：1 号留言已回复。"
    again = wrote(scene, NANJING, "2022-01-11T11:00", "再补", answers=1)
    assert (again.outcome, waiting(scene, NANJING)) == ("refused", [])
    assert waiting(scene, NANJING, ASKED) == [1]  # as it stood
    assert read(scene, NANJING) == read(scene, PROVINCE) == [(WORDS, "已补")]
    assert read(scene, WUXI) == []


def test_who_is_asked_and_who_was_answered_are_told_in_office_hours(scene: Scene) -> None:
    """By number and link: no word of it stands in a letter, or in the log; what waits no more is not asked for."""
    asks(scene, NIGHT, date(2022, 1, 14))
    table = table_of(Letter)
    with scene.database.read() as connection:
        row = connection.execute(select(table).where(table.c.kind == "noted")).one()
    assert (row.recipient, row.due_at) == (f"city:{NANJING}", instant("2022-01-11T09:00"))
    wrote(scene, NANJING, "2022-01-10T23:00", "已补", answers=1)
    assert letters(scene) == [(f"city:{NANJING}", "1", "cancelled"), (PROVINCE, "1#answer", "queued")]
    with scene.database.read() as connection:
        log = [move.reason for move in moves(connection, Span(YEAR, None, ROLL, NANJING)) if move.event == "note"]
        audit = connection.execute(select(table_of(AuditEntry))).all()
        bodies = connection.exec_driver_sql("SELECT text, html FROM letter_body").all()
    assert log == ["回复 1 号留言", "1 号提问"]
    assert WORDS not in f"{audit}{bodies}"


def test_what_is_internal_is_read_by_its_own_office_alone(scene: Scene) -> None:
    wrote(scene, internal=True, text="该市换了经办人")
    wrote(scene, NANJING, text="本市的事", internal=True)
    assert (read(scene, PROVINCE), read(scene, NANJING)) == ([("该市换了经办人", None)], [("本市的事", None)])
    assert letters(scene) == []
    with scene.database.read() as connection:
        assert not [move for move in moves(connection, Span(YEAR, None)) if move.event == "note"]


NOTE = NewNote(ROLL, NANJING, "", PROVINCE, WORDS)


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (NOTE._replace(text="  "), "请写明留言的内容"),
        (NOTE._replace(text="长" * (LONGEST + 1)), "超过 500 字"),
        (NOTE._replace(owner=NANJING, until=date(2022, 1, 9)), "已经过去"),
        (NOTE._replace(answers=7), "不等本单位回复"),
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_nothing(scene: Scene, new: NewNote, why: str) -> None:
    said = add_note(scene.database, YEAR, new, "a form", stamp(ASKED))
    assert (said.outcome, why in said.message, read(scene, PROVINCE)) == ("refused", True, [])


def test_a_citys_question_stands_in_the_provinces_digest(scene: Scene) -> None:
    wrote(scene, NANJING, owner=PROVINCE, until=date(2022, 1, 14))
    digest = [one for one in scene.advance("2022-01-11T09:30").changes.letters if one.kind == "digest"]
    assert ["1号留言待回复，希望1月14日" in one.text for one in digest] == [True]
    assert WORDS not in digest[0].text


def test_one_form_writes_once_and_a_question_has_one_answer(scene: Scene) -> None:
    asks(scene)
    with pytest.raises(IntegrityError):
        asks(scene)
    wrote(scene, NANJING, NEXT, "已补", answers=1)
    table = table_of(CaseNote)
    with scene.database.read() as connection:
        row = dict(connection.execute(select(table).where(table.c.answers == 1)).mappings().one())
    with pytest.raises(IntegrityError), scene.database.write() as connection:
        connection.execute(table.insert().values({**row, "id": 99, "token": "another"}))
