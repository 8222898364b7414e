"""监护人同意 on the pages: on record beside a student, written by his city and the province, open in 待办."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from dashboard.pages import tasks
from dashboard.serving.in_hand import hands
from dashboard.serving.look import Looking
from gates.states import State
from models import guardian_consents, personal_changes
from models.database import Database
from models.guardian_consents import OpenWithdrawal
from models.reports import Matrix, matrix
from models.tables.city_drafts import draft_table
from phases.application import STUDENTS
from phases.interview import INTERVIEWS
from tests.support.filing import CITY, once
from tests.support.window import ADMIN, VIEWER, YEAR, Browser, Window

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

OTHER, HOME, TASKS = "nanjing", f"/{YEAR}/cities/{CITY}", f"/{YEAR}/tasks"
BACK = {"what": "withdrawn", "day": "2022-02-06", "relation": "father", "way": "school", "reason": "另有安排"}
GIVEN = {"what": "given", "day": "2022-02-06", "relation": "mother", "way": "email"}


def panel(page: str) -> str:
    return page.partition('id="consents"')[2].partition("</section>")[0]


def of_city(database: Database, city: str) -> str:
    student, met = draft_table(STUDENTS), draft_table(INTERVIEWS)
    with database.read() as connection:
        query = select(student.c.number).where(student.c.city == city, student.c.taken)
        assert connection.execute(select(met.c.number).where(met.c.city == city)).first() is None
        return str(connection.execute(query.order_by(student.c.number).limit(1)).scalar_one())


def lines(browser: Browser, student: str) -> list[str]:
    """What stands on record beside a student, newest first."""
    found = re.findall(r"<li>(.*?)</li>", panel(browser.get(f"/{YEAR}/students/{student}").text), re.DOTALL)
    return [re.sub(r"<[^>]+>", "", one).strip() for one in found]


def in_hand(window: Window) -> int:
    opened = window.site.year(YEAR)
    with window.database.read() as connection:
        row = hands(connection, Looking(opened, window.site.now(opened), window.site.now(opened))).row
    return sum(one.count for one in row if one.what == "撤回同意后仍在名单中")


def test_a_city_records_a_withdrawal_and_both_see_it_until_it_is_given_anew(window: Window) -> None:
    admin, city, student = window.as_(ADMIN), window.as_(CITY), of_city(window.database, CITY)
    page = f"/{YEAR}/students/{student}"
    (filed,) = lines(city, student)
    assert re.fullmatch(
        r"\d+ 号：2022-01-\d\d 同意，与学生的关系没有登记，书面，由市办登记，"
        r"所依据的文本没有登记，据第\d次报送的报名表 .*",
        filed,
    )
    assert (panel(admin.get(TASKS).text), panel(city.get(HOME).text), in_hand(window)) == ("", "", 0)
    assert "办公室没有另行登记：以报名表为准，现填“是”" in panel(city.get(page).text)
    (paper,) = re.findall(r"现行的为 ([0-9a-f]{12})", panel(city.get(page).text))
    assert f"文本编号：{paper}<" in city.get(f"/{YEAR}/consent").text
    form = re.findall(r"<form.*?</form>", panel(city.get(page).text), re.DOTALL)[1]
    said = city.submit(f"{page}/consent", once=once(form), **BACK)
    assert "已登记监护人撤回同意" in city.get(said.headers["location"]).text
    assert city.submit(f"{page}/consent", once=once(form), **BACK).headers["location"] == said.headers["location"]
    shown = lines(city, student)
    assert (len(shown), "撤回同意，父亲，学校收存的书面同意；另有安排" in shown[0]) == (2, True)
    assert [student in panel(one) for one in (admin.get(TASKS).text, city.get(HOME).text)] == [True, True]
    again = f'href="/{YEAR}/acts/rerun?phase=application&amp;city={CITY}"'
    assert [again in panel(window.as_(who).get(TASKS).text) for who in (ADMIN, VIEWER)] == [True, False]
    assert (in_hand(window), student in window.as_(OTHER).get(f"/{YEAR}/cities/{OTHER}").text) == (1, False)
    admin.submit(f"{page}/consent", once="given anew", wording=paper, **GIVEN)
    assert "同意，母亲，电子邮件，告知书 " in lines(admin, student)[0]
    assert "以报名表为准" not in panel(admin.get(page).text)
    assert (panel(admin.get(TASKS).text), panel(city.get(HOME).text), in_hand(window)) == ("", "", 0)


@pytest.mark.parametrize(
    ("trained", "phase", "state", "act", "offered"),
    [
        (False, "application", State.OVERDUE, "rerun", True),
        (False, "application", State.RETURNED, "rerun", False),
        (True, "year-end", State.OPEN, "leave-training", True),
        (True, "year-end", State.SUBMITTED, "leave-training", False),
    ],
)
def test_an_act_stands_beside_a_withdrawal_only_where_it_can_be_done(
    window: Window, monkeypatch: pytest.MonkeyPatch, *, trained: bool, phase: str, state: State, act: str, offered: bool
) -> None:
    def standing(connection: Connection, year: int, as_of: datetime) -> Matrix:
        found = matrix(connection, year, as_of)
        row = tuple(replace(one, state=state) if one.phase == phase else one for one in found.cities[CITY])
        return replace(found, cities={**found.cities, CITY: row})

    one = OpenWithdrawal(CITY, of_city(window.database, CITY), date(2022, 2, 6), trained)
    monkeypatch.setattr(tasks, "matrix", standing)
    monkeypatch.setattr(tasks, "open_withdrawals", lambda _: (one,))
    assert (f"/acts/{act}?" in panel(window.as_(ADMIN).get(TASKS).text)) is offered


def test_another_citys_student_is_not_there_and_who_looks_writes_nothing(window: Window) -> None:
    student = of_city(window.database, CITY)
    address = f"/{YEAR}/students/{student}"
    before = lines(window.as_(ADMIN), student)
    assert window.as_(OTHER).submit(f"{address}/consent", once="foreign", **BACK).status_code == 404
    assert window.as_(VIEWER).submit(f"{address}/consent", once="looks", **BACK).status_code == 403
    shown = panel(window.as_(VIEWER).get(address).text)
    assert (lines(window.as_(ADMIN), student) == before, "<form" in shown) == (True, False)
    refused = window.as_(CITY).submit(f"{address}/consent", once="no day", **{**BACK, "day": "昨天"})
    assert "请写明日期" in window.as_(CITY).get(refused.headers["location"]).text


def test_what_another_city_wrote_stays_with_it_when_he_moves(window: Window) -> None:
    student = of_city(window.database, OTHER)
    window.as_(OTHER).submit(f"/{YEAR}/students/{student}/consent", once="withdrawn", **BACK)
    with window.database.write() as connection:
        personal_changes.move(connection, YEAR, (OTHER, CITY), student)
        kept = guardian_consents.consents(connection, YEAR, number=student)[-1]
    new, admin = lines(window.as_(CITY), student)[0], lines(window.as_(ADMIN), student)[0]
    assert (kept.city, new) == (OTHER, f"{kept.id} 号：2022-02-06 撤回同意，父亲，学校收存的书面同意")
    assert admin.startswith(new)
    assert "另有安排" not in f"{new}{admin}"
    full = window.as_(ADMIN).submit(f"/{YEAR}/students/{student}", reason="核对撤回的说明")
    assert "；另有安排" in panel(full.text)


def test_the_paper_names_nobody_and_is_everybodys(window: Window) -> None:
    pages = [window.as_(who).get(f"/{YEAR}/consent") for who in (ADMIN, VIEWER, CITY)]
    texts = [one.text.partition('class="notice"')[2].partition("</div>")[0] for one in pages]
    assert ([one.status_code for one in pages], len(set(texts))) == ([200] * 3, 1)
    assert re.search(r"文本编号：[0-9a-f]{12}<", texts[0])


def forms_of(browser: Browser, student: str) -> list[str]:
    """The forms that say of what is on record that it was an error."""
    found = re.findall(r"<form.*?</form>", panel(browser.get(f"/{YEAR}/students/{student}").text), re.DOTALL)
    return [one for one in found if "consent-void" in one]


def test_what_was_recorded_in_error_is_struck_out_and_counts_no_more(window: Window) -> None:
    admin, city, student = window.as_(ADMIN), window.as_(CITY), of_city(window.database, CITY)
    page = f"/{YEAR}/students/{student}"
    city.submit(f"{page}/consent", once="withdrawn", **BACK)
    assert (in_hand(window), "同意已撤回" in panel(city.get(page).text)) == (1, True)
    assert [len(forms_of(window.as_(who), student)) for who in (ADMIN, CITY, VIEWER)] == [1, 1, 0]
    (form,) = forms_of(city, student)
    (number,) = re.findall(r'name="consent" value="(\d+)"', form)
    error = {"consent": number, "reason": "登错学生"}
    assert window.as_(OTHER).submit(f"{page}/consent-void", once="foreign", **error).status_code == 404
    assert window.as_(VIEWER).submit(f"{page}/consent-void", once="looks", **error).status_code == 403
    other = of_city(window.database, OTHER)
    assert admin.submit(f"/{YEAR}/students/{other}/consent-void", once="another's", **error).status_code == 404
    said = city.submit(f"{page}/consent-void", once=once(form), **error)
    assert f"第 {number} 号登记有误" in city.get(said.headers["location"]).text
    shown = panel(city.get(page).text)
    assert re.search(rf"<li><del><b>{number} 号：.*</del> <strong>登记有误</strong>：登错学生 <small", shown)
    assert ("同意已撤回" in shown, "以报名表为准，现填“是”" in shown, forms_of(city, student)) == (False, True, [])
    assert (in_hand(window), panel(admin.get(TASKS).text), panel(city.get(HOME).text)) == (0, "", "")
    assert "登错学生" not in panel(window.as_(VIEWER).get(page).text)
    listed = admin.get(f"/{YEAR}/exports/consents.csv").text
    assert [bool(re.search("登记有误（.+，2022-02-07）", line)) for line in listed.splitlines() if student in line] == [
        False, True,
    ]  # fmt: skip
    admin.submit(f"{page}/consent", once="the province's", **BACK)
    assert [len(forms_of(window.as_(who), student)) for who in (ADMIN, CITY)] == [1, 0]
