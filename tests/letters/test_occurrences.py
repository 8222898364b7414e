"""Who is written to: what the book says of each phase, and what holds of a phase that says nothing."""

from __future__ import annotations

from calendars.deadlines import handed_in, resolve
from calendars.files import load
from letters.brief import Brief
from letters.occurrences import KINDS, OFFICES, kinds, occurrences
from letters.render import render
from letters.specimens import specimen
from models.tables.city_drafts import draft_table
from phases.book import BOOK, Book
from phases.letter_kinds import LETTER_KINDS
from phases.parties import Rows, dealings

YEAR = load(2022)
SILENT = Book(())
"""A book that knows no phase of the year: none says anything of its parties."""


def test_what_a_phase_names_there_is() -> None:
    of = [
        (who, mailings) for phase in BOOK.phases.values() for who in phase.parties for mailings in who.mailings.items()
    ]
    assert of
    assert [kind for _, (kind, _) in of if kind not in KINDS] == []
    rows = [one.whom for _, (_, one) in of if isinstance(one.whom, Rows)]
    columns = {key: {column.name for column in draft_table(sheet).columns} for key, sheet in BOOK.sheets.items()}
    assert [one for one in rows if not columns[one.sheet] >= {*one.where, *one.unless}] == []
    assert rows
    assert [who for who, _ in of if who.audience in OFFICES] == []
    later = {phase.slug for phase in YEAR.phases} | {""}
    assert [one.until for _, (_, one) in of if one.until not in later] == []


def test_whoever_is_told_that_a_phase_passed_is_told_what() -> None:
    named = [who for phase in BOOK.phases.values() for who in phase.parties if "passed" in who.mailings]
    assert named
    assert [who for who in named if who.passed is None] == []


def test_a_silent_phase_writes_to_its_city_and_where_it_has_the_last_word_to_the_province() -> None:
    found = occurrences(SILENT, YEAR)
    of_application = {kind: whom for (kind, phase), whom in found.items() if phase == "application"}
    rows = {kind: row for kind, row in LETTER_KINDS.items() if row.occurs in {"always", "unpublished"}}
    offices = {kind: row.offices for kind, row in rows.items()}
    anybody = ("city", "institution", "mentor", "school")
    assert of_application == offices | {"withdrawn": anybody, "letter": anybody}
    assert (offices["opened"], offices["request"], offices["escalation"]) == (
        ("city",),
        ("province", "city"),
        ("head", "lead"),
    )
    assert found["approval-needed", "interview"] == ("province",)
    assert found["reminder", "interview"] == ("city", "province")
    assert kinds(dealings((), None)) == [kind for kind in KINDS if kind in of_application]


def test_a_silent_phase_has_words() -> None:
    def said(kind: str, phase: str, audience: str) -> str:
        briefs: list[Brief] = [
            specimen(SILENT, YEAR, each, phase, who, YEAR.cities[0])
            for (each, of), whom in occurrences(SILENT, YEAR).items()
            for who in whom
            if (each, of, who) == (kind, phase, audience)
        ]
        return render(briefs[0]).text

    assert "　　按照通知和年度日历的要求完成本阶段工作，在工作管理系统报送。" in said("opened", "shortlist", "city")
    assert "贵办报送的2022年度面试名单材料，已于2022年1月27日核验通过。" in said("passed", "shortlist", "city")
    assert "贵办报送的2022年度导师面试材料，已由省级管理办公室于2022年2月17日备案。" in said(
        "passed", "interview", "city"
    )
    assert "作出备案或退回修改的决定" in said("approval-needed", "interview", "province")


def test_a_later_phase_that_the_year_leaves_out_is_not_spoken_of() -> None:
    without = YEAR.model_copy(update={"phases": tuple(one for one in YEAR.phases if one.slug != "interview")})
    brief = specimen(BOOK, without, "passed", "shortlist", "mentor", YEAR.cities[0])
    assert brief.due is None
    there = specimen(BOOK, YEAR, "passed", "shortlist", "mentor", YEAR.cities[0])
    assert there.due == handed_in(resolve(YEAR.phase("interview").due), 3, YEAR.working_days)
