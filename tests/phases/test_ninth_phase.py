"""A ninth phase that only this test knows: a written test between application and shortlist.

Its definition, its name in a book and its section of a year file are all there is of it: no production file knows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import pytest

from calendars.files import load, parse
from calendars.phase_terms import PhaseTerms
from calendars.year import Figures, Year
from dashboard.serving.site import Site
from dashboard.views.masking import COVER
from forms.definitions import Form, SheetRow
from forms.kinds import SCORE, Ask
from forms.template import render
from gates.found import Found, each
from gates.judge import Gate
from gates.rule import Rule
from letters.render import render as letter_of
from letters.specimens import specimen
from models import letterbox
from models.database import Database
from models.tables.city_drafts import draft_table
from phases.book import BOOK, Book
from phases.definition import PhaseDefinition, Total
from phases.made_of import CityRows, MadeOf
from phases.parties import Mailing, Rows, Stakeholder
from phases.shared_columns import ApplicationNumber, StudentName
from phases.stored_sheet import StoredSheet
from rehearsal.cast import Cast, cast_of
from rehearsal.generator import SEED
from rehearsal.packs import Happening, read_pack
from rehearsal.play import Play, ends
from rehearsal.values import number, student_name
from settings import DashboardSettings, Settings
from tests.support.kinds import ON_SQLITE
from tests.support.packs import DEMO, came_to, expected
from tests.support.scenes import instant
from tests.support.window import ADMIN, BASE, SECRET, Window, give_accounts

TEST, SHORTLIST = "written-test", "shortlist"
LATE, FORGETFUL, GONE = "zhenjiang", "wuxi", "suqian"


class SatRow(SheetRow):
    """成绩: one student's written test."""

    number: ApplicationNumber
    name: StudentName
    points: Annotated[Decimal, Ask("笔试成绩", SCORE)]


@dataclass(frozen=True, slots=True)
class SatFacts:
    """The numbers of the students whom the city took, and of those who have points."""

    taken: tuple[str, ...]
    sat: frozenset[str]


def _facts(city: CityRows) -> SatFacts:
    taken = tuple(row.number for row in city.rows["students"] if row.taken)
    return SatFacts(taken, frozenset(row.number for row in city.rows["written_scores"]))


def everybody(facts: SatFacts, _: Figures) -> Found:
    """Every student whom the city took sat the test."""
    missing = [number for number in facts.taken if number not in facts.sat]
    return each(len(facts.taken), missing, "{count} 名学生{who}没有笔试成绩；请补录")


SAT = StoredSheet("成绩", "written_scores", SatRow, ("number",), table="written_score")
PHASE = PhaseDefinition(
    slug=TEST,
    name="笔试",
    terms=PhaseTerms("application", left_out=()),
    form=Form(TEST, "笔试成绩表", 1, (SAT,)),
    gate=Gate(
        TEST,
        SatFacts,
        (Rule("written-test.everybody", "八(三)", "must", "人人参加笔试", "city", everybody),),
        tally=lambda facts: {"tested": len(facts.sat)},
    ),
    made_of=MadeOf({"students": ("number", "taken"), "written_scores": ("number",)}, _facts),
    totals=(Total("tested", "参加笔试", "人"),),
    uses=frozenset({"application"}),
    parties=(
        Stakeholder(
            "city",
            todo=("组织笔试，录入成绩。",),
            passed=("贵市报送的笔试成绩{settled}。", ""),
            ahead="请会同高校、科研院所组织笔试。",
        ),
        Stakeholder(
            "mentor",
            passed=("{city}笔试已经结束，您的学生共{count}名参加笔试。", "面试安排另行通知。"),
            mailings={"passed": Mailing(Rows(SAT.key))},
        ),
    ),
)


def nine() -> Book:
    """Give the eight phases and the written test, third of them."""
    phases = [*BOOK.phases.values()]
    phases.insert(2, PHASE)
    return Book(phases)


SECTION = """[phases.written-test]
name = "笔试"
requires = ["application"]
opens = 2022-01-21
due = 2022-01-26
rungs = [3, 1]
province = "record"

[phases.shortlist]"""


def year_of_nine(book: Book) -> Year:
    """Give 2022 with the test in it: the shortlist waits for it."""
    text = load(2022).source_text.replace("[phases.shortlist]", SECTION, 1)
    old = 'requires = ["application"]\nopens = 2022-01-21\ndue = 2022-01-30'
    assert old in text
    return parse(text.replace(old, old.replace("application", TEST), 1), "2022.toml", book.terms)


def workbook(book: Book, cast: Cast, *, forget: int = 0) -> bytes:
    """Give the workbook of a city's test; `forget` leaves so many students out."""
    rows = [
        {"number": number(student), "name": student_name(student), "points": student.place % 100}
        for student in cast.taken[forget:]
    ]
    return render(book.form(TEST, cast.year), cast.year, {SAT.key: dict(enumerate(rows, start=2))})


def events(year: Year, folder: Path, book: Book) -> Iterator[Happening]:
    """Give what the cities do about the test: all file and are recorded, one is returned first, one is run again."""

    def event(at: str, do: str, city: str, expect: str | None = None, **options: str) -> Happening:
        return Happening(instant(at), do, city, TEST, options, expect)

    for city in year.cities:
        cast, whole = cast_of(year, city, SEED, 1), folder / f"{city.slug}.xlsx"
        whole.write_bytes(workbook(book, cast))
        if city.slug == FORGETFUL:
            part = folder / f"{city.slug}-first.xlsx"
            part.write_bytes(workbook(book, cast, forget=2))
            yield event("2022-01-24T10:00", "load", city.slug, file=str(part))
            yield event("2022-01-24T10:05", "submit", city.slug, "returned", rule="written-test.everybody")
        yield event("2022-01-25T10:00", "load", city.slug, file=str(whole))
        yield event("2022-01-25T10:05", "submit", city.slug)
        yield event("2022-01-25T16:00", "approve", city.slug)
    yield event("2022-01-27T09:30", "rerun", LATE, until="2022-01-28", reason="试卷批阅有误")
    yield event("2022-01-27T10:00", "submit", LATE)
    yield event("2022-01-27T11:00", "approve", LATE)


pytestmark = pytest.mark.slow


@pytest.fixture
def played(database_url: str, tmp_path: Path) -> Iterator[Play]:
    book = nine()
    database = Database(database_url, book)
    with database.write() as connection:
        draft_table(SAT).create(connection)
    year, pack = year_of_nine(book), read_pack(DEMO)
    happenings = sorted((*pack.events, *events(year, tmp_path, book)), key=lambda event: event.at)
    yield Play(database, year, replace(pack, events=tuple(happenings)), ends(year), "省办", BASE)
    database.dispose()


def _ended(played: Play) -> None:
    ended = came_to(played.ended().as_json())
    own = {city: phases.pop(TEST) for city, phases in ended["cities"].items()}
    tested = ended["totals"].pop("tested")
    assert ended == expected(DEMO)
    assert Counter((one["state"], one["attempt"]) for one in own.values()) == {("passed", 1): 12, ("passed", 2): 1}
    assert own[LATE]["attempt"] == 2
    staying = [city for city in played.year.cities if city.slug != GONE]
    assert tested == sum(len(cast_of(played.year, city, SEED, 1).taken) for city in staying)


def _written_to(played: Play) -> None:
    with played.database.read() as connection:
        rows = letterbox.listed(connection, 2022, {"phase": TEST})
    kinds = Counter((row.kind, row.recipient.partition(":")[0]) for row in rows)
    assert (
        kinds.items()
        >= {
            ("opened", "city"): 13,
            ("returned", "city"): 1,
            ("approval-needed", "province"): 14,
            ("rerun", "city"): 1,
            ("passed", "city"): 14,
        }.items()
    )
    casts = [cast_of(played.year, city, SEED, 1) for city in played.year.cities]
    theirs = {cast.city.slug: len({student.mentor.place for student in cast.taken}) for cast in casts}
    roll = sum(len(cast.mentors) for cast in casts)
    assert kinds["passed", "mentor"] == sum(theirs.values()) + theirs[LATE] <= roll + theirs[LATE]


def _shown(played: Play, folder: Path) -> None:
    give_accounts(played.database)
    settings = Settings(base_url=BASE, maildir=folder / "mail", dashboard=DashboardSettings(totp=False))
    window = Window(Site(played.database, settings, SECRET))
    admin, city = window.as_(ADMIN), window.as_(LATE)
    for browser, address, said in (
        (admin, "/2022", "参加笔试（人）"),
        (admin, f"/2022/{TEST}", "人人参加笔试"),
        (admin, f"/2022/{TEST}/{LATE}", "试卷批阅有误"),
        (city, f"/2022/{TEST}/{LATE}", "笔试"),
        (admin, f"/2022/{TEST}/{LATE}/filed", "笔试成绩"),
        (city, f"/2022/{TEST}/{LATE}/filed", "笔试成绩"),
        (admin, "/2022/calendar", "笔试"),
        (admin, "/2022/exports", "笔试成绩表"),
        (admin, f"/api/v1/years/2022/phases/{TEST}/cities/{LATE}/why", "written-test.everybody"),
        (admin, "/api/v1/years/2022/status", TEST),
        (admin, f"/2022/letters?phase={TEST}", "笔试"),
    ):
        answer = browser.get(address)
        assert (address, answer.status_code) == (address, 200)
        assert said in answer.text, address
    with played.database.read() as connection:
        letter = next(
            row.id
            for row in letterbox.listed(connection, 2022, {"phase": TEST, "kind": "passed"})
            if row.recipient.startswith("mentor:")
        )
    assert "笔试已经结束" in admin.get(f"/2022/letters/{letter}").text
    export = admin.get(f"/2022/exports/{TEST}-{SAT.key}.csv").text
    somebody = cast_of(played.year, played.year.cities[0], SEED, 1).taken[0]
    assert (number(somebody) in export, student_name(somebody) in export, COVER in export) == (True, False, True)
    assert admin.get(f"/2022/{TEST}/{LATE}/template.xlsx").content[:2] == b"PK"
    assert admin.get("/2022/report.pdf").content[:4] == b"%PDF"


@pytest.mark.parametrize(
    ("phase", "without_it", "with_it"),
    [
        ("application", "划定分数线", "组织笔试"),
        (TEST, None, "划定分数线"),
        (SHORTLIST, "组织导师面试", "组织导师面试"),
    ],
)
def test_the_phase_before_speaks_of_the_one_that_follows(phase: str, without_it: str | None, with_it: str) -> None:
    book = nine()
    for of, year, next_said in ((BOOK, load(2022), without_it), (book, year_of_nine(book), with_it)):
        said = [
            words
            for words in ("划定分数线", "组织笔试", "组织导师面试")
            if next_said and words in _passed(of, year, phase)
        ]
        assert said == ([next_said] if next_said else [])


def _passed(book: Book, year: Year, phase: str) -> str:
    return letter_of(specimen(book, year, "passed", phase, "city", year.cities[0])).text


@ON_SQLITE
def test_thirteen_cities_play_nine_phases(played: Play, tmp_path: Path) -> None:
    """The others end as they do without it; its own workbooks, rule, letters, pages and rerun are like theirs."""
    for _ in played.steps():
        pass
    assert played.unmet == []
    _ended(played)
    _written_to(played)
    _shown(played, tmp_path)
