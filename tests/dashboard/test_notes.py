"""留言 on the pages: beside a city phase, a student, a mentor; what waits in 待办 and on a city's page."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import select

from calendars.deadlines import day_of
from dashboard.serving.in_hand import hands
from dashboard.serving.look import Looking
from models import case_notes, personal_changes, rolling
from models.columns import table_of
from models.database import Database
from models.stamp import Stamp
from models.tables.case_notes import CaseNote
from models.tables.city_drafts import draft_table
from phases.application import STUDENTS
from phases.mentor_recommendation import MENTORS
from tests.support.filing import CITY, HERE, once
from tests.support.window import ADMIN, UNTIL, VIEWER, YEAR, Window

HOME, OTHER = f"/{YEAR}/cities/{CITY}", "nanjing"
WORDS = "请补一份职称证书"


def notes(page: str) -> str:
    """What stands in the panel."""
    return page.partition('id="notes"')[2].partition("</section>")[0]


def written(window: Window) -> list[tuple[str, str, str | None, bool]]:
    with window.database.read() as connection:
        found = case_notes.threads(connection, YEAR, case_notes.PROVINCE, UNTIL)
    return [(one.note.about, one.note.office, one.waits_for, one.note.internal) for one in found]


def of_city(database: Database, city: str) -> tuple[str, int]:
    """A student, and a mentor, of a city."""
    student, mentor = draft_table(STUDENTS), draft_table(MENTORS)
    with database.read() as connection:
        number = connection.execute(select(student.c.number).where(student.c.city == city).limit(1)).scalar_one()
        return number, connection.execute(select(mentor.c.party).where(mentor.c.city == city).limit(1)).scalar_one()


def test_the_province_asks_and_the_city_answers_beside_the_case(window: Window) -> None:
    admin, city = window.as_(ADMIN), window.as_(CITY)
    fields = {"text": WORDS, "of": "question", "until": "2022-02-10"}
    asked = admin.submit(f"{HERE}/notes", once=once(notes(admin.get(HERE).text)), **fields)
    assert "已记下 1 号提问" in admin.get(asked.headers["location"]).text
    page, home = city.get(HERE).text, city.get(HOME).text
    told = ("待盐城市办回复", "请于 2022-02-10（周四）24:00 前", WORDS)
    assert [said in notes(page) for said in told] == [True] * 3
    assert ("待本单位回复" in notes(home), WORDS in home, "待对方回复" in admin.get(HOME).text) == (True, False, True)
    assert (WORDS in window.as_(VIEWER).get(HERE).text, WORDS in window.as_(OTHER).get("/2022").text) == (True, False)
    form = re.findall(r"<form.*?</form>", notes(page), re.DOTALL)[0]
    assert 'name="answers" value="1"' in form
    city.submit(f"{HERE}/notes", once=once(form), answers="1", text="已补")
    assert ("已补" in notes(admin.get(HERE).text), notes(city.get(HOME).text)) == (True, "")
    assert written(window) == [("", "province", None, False)]


def test_a_citys_question_waits_in_the_provinces_list_and_in_the_number_beside_it(window: Window) -> None:
    admin, city = window.as_(ADMIN), window.as_(CITY)

    def count() -> int:
        opened = window.site.year(YEAR)
        with window.database.read() as connection:
            return hands(connection, Looking(opened, window.site.now(opened), window.site.now(opened))).count

    before = count()
    city.submit(f"{HERE}/notes", once="a-form", text=WORDS, of="question")
    tasks = admin.get(f"/{YEAR}/tasks").text
    assert (f'href="{HERE}#note-1"' in notes(tasks), WORDS in notes(tasks), count()) == (True, True, before + 1)
    admin.submit(f"{HERE}/notes", once="another", answers="1", text="收到")
    assert (notes(admin.get(f"/{YEAR}/tasks").text), count()) == ("", before)


def test_it_is_written_beside_a_student_and_a_mentor_of_that_city_alone(window: Window) -> None:
    admin, city = window.as_(ADMIN), window.as_(OTHER)
    student, mentor = of_city(window.database, OTHER)
    stranger, foreign = of_city(window.database, "wuxi")
    where = f"/{YEAR}/application/{OTHER}/notes"
    for more in ({"student": student}, {"party": f"{mentor}"}):
        page = admin.get(f"/{YEAR}/students/{student}" if "student" in more else f"/{YEAR}/parties/{mentor}")
        assert 'id="notes"' in page.text
        assert admin.submit(where, once=f"about {more}", text=WORDS, **more).status_code == 303
    assert [about for about, *_ in written(window)] == [f"student/{student}", f"party/{mentor}"]
    assert WORDS in notes(city.get(f"/{YEAR}/students/{student}").text)
    assert WORDS in notes(city.get(f"/{YEAR}/parties/{mentor}").text)
    assert notes(city.get(f"/{YEAR}/application/{OTHER}").text).count(WORDS) == 2
    for more in ({"student": stranger}, {"party": f"{foreign}"}):
        assert city.submit(where, once=f"of {more}", text=WORDS, **more).status_code == 404
    assert city.submit(f"{HERE}/notes", once="foreign", text=WORDS).status_code == 404
    assert window.as_(VIEWER).submit(where, once="looks", text=WORDS).status_code == 403
    assert len(written(window)) == 2


def test_what_is_internal_shows_on_no_page_of_another_office(window: Window) -> None:
    admin, city = window.as_(ADMIN), window.as_(CITY)
    admin.submit(f"{HERE}/notes", once="ours", text="省办自己的话", of="internal")
    city.submit(f"{HERE}/notes", once="theirs", text="市办自己的话", of="internal")
    pages = (HERE, HOME, f"/{YEAR}/log", f"/{YEAR}/tasks")
    assert "省办自己的话" in admin.get(HERE).text
    assert "市办自己的话" in city.get(HERE).text
    assert not [page for page in pages if "市办自己的话" in admin.get(page).text]
    assert not [page for page in pages if "省办自己的话" in city.get(page).text]


def test_the_past_shows_what_was_written_then_and_takes_nothing(window: Window) -> None:
    admin = window.as_(ADMIN)
    admin.submit(f"{HERE}/notes", once="a-form", text=WORDS)
    page = admin.get(f"{HERE}?as_of=2022-02-01T09:00").text
    assert (WORDS in page, "<form" in notes(page)) == (False, False)


def test_an_answer_stands_with_its_question_from_whichever_page_it_was_given(window: Window) -> None:
    admin, city = window.as_(ADMIN), window.as_(CITY)
    student, mentor = of_city(window.database, CITY)
    pages = {"student": f"/{YEAR}/students/{student}", "party": f"/{YEAR}/parties/{mentor}"}
    for number, of, whom in (("1", "student", student), ("3", "party", f"{mentor}")):
        fields = {"text": WORDS, "of": "question", of: whom}
        admin.submit(f"/{YEAR}/application/{CITY}/notes", once=f"asks {of}", **fields)
        city.submit(f"{HERE}/notes", once=f"answers {of}", answers=number, text="已补")
        shown = notes(admin.get(pages[of]).text)
        assert ("已补" in shown, "待盐城市办回复" in shown) == (True, False)
        assert "已补" in notes(city.get(f"/{YEAR}/application/{CITY}").text)
    table = table_of(CaseNote)
    with window.database.read() as connection:
        query = select(table.c.about, table.c.phase).where(table.c.answers.is_not(None)).order_by(table.c.id)
        kept = [tuple(row) for row in connection.execute(query)]
    assert kept == [(f"student/{student}", "application"), (f"party/{mentor}", "application")]


def test_what_was_said_of_a_student_stays_with_his_city_and_is_linked_where_it_opens(window: Window) -> None:
    admin, old, new = window.as_(ADMIN), window.as_(OTHER), window.as_(CITY)
    student, _ = of_city(window.database, OTHER)
    there, page = f"/{YEAR}/application/{OTHER}", f"/{YEAR}/students/{student}"
    old.submit(f"{there}/notes", once="asks", text=WORDS, of="question", student=student)
    assert f'href="{page}"' in notes(old.get(there).text)
    with window.database.write() as connection:
        personal_changes.move(connection, YEAR, (OTHER, CITY), student)
    assert (f'href="{page}"' in notes(admin.get(there).text), WORDS in notes(old.get(there).text)) == (True, True)
    assert (f'href="{page}"' in notes(old.get(there).text), old.get(page).status_code) == (False, 404)
    assert WORDS not in notes(new.get(page).text)
    shown = notes(admin.get(page).text)
    assert (WORDS in shown, "（南京）：" in shown) == (True, True)
    form = re.findall(r"<form.*?</form>", shown, re.DOTALL)[0]
    assert ('name="answers"' in form, 'name="student"' in form) == (True, False)
    assert admin.submit(f"{there}/notes", once=once(form), answers="1", text="收到").status_code == 303
    assert "收到" in notes(old.get(there).text)


def test_what_waits_stands_by_its_day_says_when_that_is_over_and_waits_in_no_closed_year(window: Window) -> None:
    admin, city = window.as_(ADMIN), window.as_(CITY)
    now = window.site.now(window.site.year(YEAR))
    days = (None, day_of(now) + timedelta(9), day_of(now) - timedelta(1))
    with window.database.write() as connection:
        for n, day in enumerate(days):
            asked = case_notes.NewNote("shortlist", CITY, "", CITY, f"第{n}问", case_notes.PROVINCE, day)
            case_notes.add(connection, f"asked {n}", YEAR, asked, Stamp("盐城", UNTIL, UNTIL))
    told = notes(admin.get(f"/{YEAR}/tasks").text)
    assert re.findall(r"第\d问", told) == ["第2问", "第1问", "第0问"]
    pages = [told, notes(city.get(HOME).text), notes(city.get(HERE).text)]
    assert [page.count("已过所希望的日期") for page in pages] == [1, 1, 1]
    with window.database.write() as connection:
        rolling.close(connection, YEAR, now)
    assert notes(admin.get(f"/{YEAR}/tasks").text) == notes(city.get(HOME).text) == ""
    here = notes(city.get(HERE).text)
    assert (here.count("归档前没有回复"), "已过" in here) == (3, False)
    opened = window.site.year(YEAR)
    with window.database.read() as connection:
        row = hands(connection, Looking(opened, now, now)).row
    assert not [one for one in row if one.what == "待回复的留言"]
