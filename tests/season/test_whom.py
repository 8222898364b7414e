"""A party is asked only for what it can do, and hears how what it was asked for ended."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

import pytest
from sqlalchemy import delete, update

from letters.envelope import Part, urgent_first
from models.columns import table_of
from models.outbox import LetterRow
from models.tables.season import Letter
from phases.letter_kinds import Kind
from tests.support import ledger, sheets
from tests.support.scenes import NANJING, YEAR, Scene
from tests.support.sheets import Sheets


def taught(scene: Scene) -> dict[str, Sheets]:
    """Sheets of two mentors: the first has the odd students, the second the even ones."""
    city = scene.city(NANJING)
    second = {"mentor": f"{city.name}导师2"}
    applied = [sheets.student(city, place, **({} if place % 2 else second)) for place in range(1, 7)]
    roll = sheets.roll(sheets.mentor(city, 1), sheets.mentor(city, 2))
    return {"mentor-recommendation": roll, "application": sheets.application(applied)}


def to(letters: tuple[LetterRow, ...], kind: str) -> dict[str, LetterRow]:
    """Of Nanjing's letters of a kind: by audience, mentors by their place on the roll."""
    mine = sorted(
        (row for row in letters if (row.kind, row.concerns) == (kind, NANJING)), key=lambda row: row.recipient
    )
    names: dict[str, int] = {}
    found = {}
    for row in mine:
        who = row.recipient.partition(":")[0]
        names[who] = names.get(who, 0) + 1
        found[f"{who}{names[who]}" if who == "mentor" else who] = row
    return found


def text(scene: Scene, kind: str, phase: str) -> Mapping[str, str]:
    """What Nanjing's mentors read, by name."""
    with scene.database.read() as connection:
        rows = [
            row for row in ledger.words(connection) if (row.kind, row.phase, row.concerns) == (kind, phase, NANJING)
        ]
    return {row.addressee[-3]: row.text for row in rows if row.recipient.startswith("mentor:")}


def test_a_mentor_who_interviewed_hears_how_it_ended(scene: Scene) -> None:
    """The first two students are admitted, one of each mentor's; then only the first's."""
    city = scene.city(NANJING)
    one = sheets.interview(sheets.students(city), admitted=1)
    scene.through("interview", NANJING, **taught(scene), interview=one)
    said = text(scene, "passed", "interview")
    assert "由您指导的学生共1名，报名号：" in said["1"]
    assert "3201-2022-0001" in said["1"]
    assert "本次没有学生由您指导。" in said["2"]
    assert "3201-2022-" not in said["2"]


def test_a_school_hears_which_of_its_students_go_to_the_interview(scene: Scene) -> None:
    """Of two schools one has none."""
    city = scene.city(NANJING)
    applied = [sheets.student(city, place, **({"school": "南京二中"} if place > 4 else {})) for place in range(1, 7)]
    chosen = sheets.shortlist(applied, n2=10, n5=10, n6=10)
    scene.through("shortlist", NANJING, application=sheets.application(applied), shortlist=chosen)
    with scene.database.read() as connection:
        rows = [row for row in ledger.words(connection) if (row.kind, row.phase) == ("passed", "shortlist")]
    schools = {row.addressee: re.findall(r"3201-2022-\d+", row.text) for row in rows if "school" in row.recipient}
    assert schools == {"南京一中": ["3201-2022-0001", "3201-2022-0003", "3201-2022-0004"]}


def test_a_mentor_whose_student_left_at_midterm_hears_it_and_no_other_does(scene: Scene) -> None:
    city = scene.city(NANJING)
    left = sheets.midterm(sheets.students(city)[:2], leaving=1)
    scene.through("midterm", NANJING, **taught(scene), midterm=left)
    said = text(scene, "passed", "midterm")
    assert [(who, re.findall(r"3201-2022-\d+", body)) for who, body in said.items()] in (
        [("1", ["3201-2022-0001"])],
        [("2", ["3201-2022-0002"])],
    )


def test_a_returned_filing_reaches_those_mentors_alone_who_have_something_to_mend(scene: Scene) -> None:
    scene.through("midterm", NANJING, **taught(scene))
    bare = scene.sheets("cultivation", NANJING)
    scene.load("cultivation", NANJING, {**bare, "plans": bare["plans"][:1]}, "2022-12-05T10:00")
    said = scene.submit("cultivation", NANJING, "2022-12-05T10:00")
    assert said.outcome == "returned"
    assert [row.kind for row in said.changes.letters] == ["returned"] * 2
    assert list(text(scene, "returned", "cultivation")) == ["2"]


def test_a_mentor_reads_of_his_own_students_alone_what_he_has_to_mend(scene: Scene) -> None:
    scene.through("midterm", NANJING, **taught(scene))
    scene.load("cultivation", NANJING, {**scene.sheets("cultivation", NANJING), "plans": ()}, "2022-12-05T10:00")
    assert scene.submit("cultivation", NANJING, "2022-12-05T10:00").outcome == "returned"
    assert asked(scene, "returned", "cultivation") == {"1": ["3201-2022-0001"], "2": ["3201-2022-0002"]}
    assert not any("应有" in body for body in text(scene, "returned", "cultivation").values())


def test_a_city_s_fault_returns_nothing_to_its_mentors(scene: Scene) -> None:
    scene.through("shortlist", NANJING, **taught(scene)).advance("2022-01-31T09:00")
    scene.load("interview", NANJING, sheets.interview(sheets.students(scene.city(NANJING)), 3, 3), "2022-02-10T10:00")
    said = scene.submit("interview", NANJING, "2022-02-10T10:00")
    assert (said.outcome, {*to(said.changes.letters, "returned")}) == ("returned", {"city"})
    late = scene.advance("2022-02-21T09:00", ["interview"], [NANJING]).changes.letters
    assert {*to(late, "overdue")} == {"city"}
    assert "补报通过前，师生见面会组织工作暂不能开始" in to(late, "overdue")["city"].text


def asked(scene: Scene, kind: str, phase: str) -> Mapping[str, list[str]]:
    """Of which of their students Nanjing's mentors are asked something still, by name."""
    return {who: re.findall(r"3201-2022-\d+", body) for who, body in text(scene, kind, phase).items()}


def test_a_mentor_is_asked_for_scores_that_the_city_does_not_have_yet(scene: Scene) -> None:
    scene.through("shortlist", NANJING, **taught(scene)).advance("2022-01-31T09:00")
    rows = sheets.interview(sheets.students(scene.city(NANJING)))["interviews"]
    scene.load("interview", NANJING, {"interviews": (*rows[::2], rows[1])}, "2022-02-10T10:00")
    still = {"2": ["3201-2022-0004", "3201-2022-0006"]}
    scene.advance("2022-02-15T09:00", ["interview"], [NANJING])
    assert asked(scene, "reminder", "interview") == still
    scene.advance("2022-02-21T09:00", ["interview"], [NANJING])
    assert asked(scene, "overdue", "interview") == still


def test_a_mentor_without_a_plan_for_a_student_hears_that_the_day_went_by(scene: Scene) -> None:
    scene.through("midterm", NANJING, **taught(scene))
    bare = scene.sheets("cultivation", NANJING)
    scene.load("cultivation", NANJING, {**bare, "plans": bare["plans"][:1]}, "2022-12-05T10:00")
    scene.advance("2023-01-03T09:00", ["cultivation"], [NANJING])
    assert asked(scene, "overdue", "cultivation") == {"2": ["3201-2022-0002"]}
    assert "目前还需要您提供：培养方案，涉及学生报名号：" in text(scene, "overdue", "cultivation")["2"]


def test_too_few_visits_are_told_to_mentors_only_where_the_city_uploaded_any(scene: Scene) -> None:
    scene.through("meeting", NANJING, **taught(scene)).advance("2022-03-01T09:00")
    bare = to(scene.advance("2022-05-05T09:00").changes.letters, "visits-short")
    assert {*bare} == {"city"}
    assert "南京市尚未填报任何到校记录，涉及2名在培学生，请补填" in bare["city"].text
    assert to(scene.advance("2022-06-01T09:00").changes.letters, "visits-short") == {}
    city = scene.city(NANJING)
    scene.load("cultivation", NANJING, sheets.cultivation(sheets.students(city)[:2], visits=1), "2022-05-10T10:00")
    short = to(scene.advance("2022-07-01T09:00").changes.letters, "visits-short")
    assert {*short} == {"city", "mentor1", "mentor2"}
    assert "到校记录 1 次（按进度应有 5 次，全年 10 次）" in short["city"].text
    assert "已到校未登记的，请报南京市管理办公室补录。" in short["mentor1"].text


def visits_told(letters: tuple[LetterRow, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """Of Nanjing's letters about visits: who reads of which students."""
    rows = [row for row in letters if (row.kind, row.concerns) == ("visits-short", NANJING)]
    return sorted((row.recipient.partition(":")[0], tuple(re.findall(r"3201-2022-(\d+)", row.text))) for row in rows)


def test_a_mentor_is_told_of_visits_once_a_quarter_also_where_the_meeting_was_held_again(scene: Scene) -> None:
    """The first mentor's student is behind in April, the second's from May on; the city hears each month."""
    scene.through("meeting", NANJING, **taught(scene))
    first, second = sheets.students(scene.city(NANJING))[:2]
    filled = sheets.cultivation([first, second], visits=2)
    some = {**filled, "visits": filled["visits"][1:]}
    assert scene.load("cultivation", NANJING, some, "2022-03-20T10:00").done
    both = ("0001", "0002")
    told = {at: visits_told(scene.advance(f"2022-{at}T09:00").changes.letters) for at in ("04-01", "05-05")}
    assert told == {
        "04-01": [("city", both[:1]), ("mentor", both[:1])], "05-05": [("city", both), ("mentor", both[1:])],
    }  # fmt: skip
    with scene.database.write(YEAR) as connection:  # what never left would be taken back, and be owed
        connection.execute(
            update(table_of(Letter)).where(table_of(Letter).c.kind == "visits-short").values(state="sent")
        )
    assert scene.rerun("meeting", NANJING, "2022-05-10T10:00", date(2022, 5, 20)).done
    assert scene.file("meeting", NANJING, at="2022-05-16T10:00").done
    told = {at: visits_told(scene.advance(f"2022-{at}T09:00").changes.letters) for at in ("06-01", "07-01")}
    assert told == {"06-01": [("city", both)], "07-01": [("city", both), ("mentor", both[:1]), ("mentor", both[1:])]}


def test_a_city_that_began_since_a_watch_is_first_told_at_the_next(scene: Scene) -> None:
    """That it uploaded nothing is said once in three months: what came before it had begun is not made up for."""
    scene.through("interview", NANJING)
    assert scene.extend("meeting", [NANJING], "2022-02-22T10:00", date(2022, 4, 20)).done
    assert scene.file("meeting", NANJING, at="2022-04-10T10:00").done
    for at in ("2022-04-11T09:00", "2022-05-05T09:00"):
        assert to(scene.advance(at, ["cultivation"], [NANJING]).changes.letters, "visits-short") == {}
    late = scene.advance("2022-07-01T09:00", ["cultivation"], [NANJING]).changes.letters
    assert {*to(late, "visits-short")} == {"city"}


def test_a_withdrawal_is_told_to_schools_that_were_told_of_a_phase(scene: Scene) -> None:
    scene.through("interview", NANJING, **taught(scene)).advance("2022-02-21T09:00")
    letters = scene.withdraw(NANJING, "2022-02-22T10:00").changes.letters
    assert {*to(letters, "withdrawn")} == {"city", "mentor1", "mentor2", "school"}
    says = {who: ("附件" in one.text, one.ics is not None) for who, one in to(letters, "withdrawn").items()}
    assert says == {"city": (True, True)} | dict.fromkeys(("mentor1", "mentor2", "school"), (False, False))
    after = re.findall("您指导的学生（报名号：(.*?)）的后续安排", "".join(one.text for one in letters))
    assert sorted(after) == ["3201-2022-0001", "3201-2022-0002"]


@pytest.mark.parametrize(
    ("last", "back", "at"),
    [
        ("mentor-recommendation", False, "2022-01-06T10:00"),  # on the roll while students apply
        ("mentor-recommendation", True, "2022-01-06T10:00"),  # appointed by the roll that is open again
        ("shortlist", False, "2022-01-28T10:00"),  # told until when he is to interview, which is not open yet
    ],
)
def test_a_withdrawal_is_told_to_every_mentor_who_waits_for_something(
    scene: Scene, last: str, back: bool, at: str
) -> None:
    scene.through(last, NANJING, **taught(scene))
    if back:
        scene.rerun(last, NANJING, at, date(2022, 1, 14))
    letters = scene.withdraw(NANJING, at).changes.letters
    told = {*to(letters, "withdrawn")}
    assert told - {"school"} == {"city", "mentor1", "mentor2"}
    assert not any("后续安排，由" in one.text for one in letters)


@pytest.mark.parametrize(
    ("last", "at"),
    [
        ("application", "2022-01-21T10:00"),  # the phase that runs writes to the city alone
        ("interview", "2022-02-19T10:00"),  # the one before has passed, the next one is not open yet
    ],
)
def test_whoever_has_a_student_who_is_still_in_is_told_that_the_city_leaves_whatever_is_open(
    scene: Scene, last: str, at: str
) -> None:
    scene.through(last, NANJING, **taught(scene)).advance(at)
    letters = scene.withdraw(NANJING, at).changes.letters
    assert {*to(letters, "withdrawn")} == {"city", "mentor1", "mentor2", "school"}


def test_whoever_has_no_student_left_is_told_nothing_of_a_withdrawal_unless_he_was_appointed(scene: Scene) -> None:
    one = sheets.interview(sheets.students(scene.city(NANJING)), admitted=1)
    scene.through("interview", NANJING, **taught(scene), interview=one)
    with scene.database.write(2022) as connection:
        table = table_of(Letter)
        connection.execute(delete(table).where(table.c.kind == "appointment"))
    letters = scene.withdraw(NANJING, "2022-02-19T10:00").changes.letters
    assert {*to(letters, "withdrawn")} == {"city", "mentor1", "school"}


def test_the_appointment_comes_first_and_the_work_after_it() -> None:
    kinds: tuple[Kind, ...] = ("opened", "escalation", "reminder", "appointment")
    assert next(one.kind for one in urgent_first(Part(kind, kind, "", "") for kind in kinds)) == "appointment"
