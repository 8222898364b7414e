"""将要写的函件: the province reads what is to go out before it is written."""

from __future__ import annotations

import re

from sqlalchemy import select, update

from acts.letter_marks import fits
from models import standing
from models.columns import table_of
from models.letter_marks import PARTS
from models.tables.season import Letter
from tests.support import ledger
from tests.support.filing import once
from tests.support.reading import Read
from tests.support.window import ADMIN, VIEWER, Window

PAGE = "/2022/forecast"


def test_the_province_reads_each_letter_before_it_is_written(window: Window) -> None:
    before = ledger.everything(window.database)["letter"]
    page = Read.page(window.as_(VIEWER).get(PAGE).text)
    (table,) = page.tables
    assert [row[0] for row in table[1:]] == ["2022-02-08 09:00"]
    assert table[1][1].startswith("省级管理办公室 每日待办2月8日待办：逾期1项")
    assert "1月30日（周日）24时截止，逾期9天" in table[1][1]
    assert ledger.everything(window.database)["letter"] == before


def test_a_city_is_shown_none_and_the_letters_lead_to_it(window: Window) -> None:
    assert window.as_("yancheng").get(PAGE).status_code == 404
    assert PAGE in Read.page(window.as_(ADMIN).get("/2022/letters").text).links
    assert PAGE not in Read.page(window.as_("yancheng").get("/2022/letters").text).links


def test_a_foreseen_letter_and_a_kind_are_kept_and_let_go(window: Window) -> None:
    admin = window.as_(ADMIN)
    text = admin.get(PAGE).text
    (key,) = re.findall(r'name="key" value="([^"]+)"', text)
    assert key == "*/*/*/province/digest/2022-02-08"
    admin.submit(f"{PAGE}/marks", key=key, wanted="hold", once=once(text))
    text = admin.get(PAGE).text
    assert "写成后直接发出" in text
    admin.submit(f"{PAGE}/kinds", phase="shortlist", of="overdue", wanted="hold", once=once(text))
    assert "面试名单　逾期催办" in admin.get(PAGE).text
    listed = Read.page(admin.get("/2022/letters?state=awaiting").text).links
    (letter,) = (link for link in listed if re.fullmatch(r"/2022/letters/\d+", link))
    assert "1 封，请阅后放行" in admin.get("/2022/tasks").text
    text = admin.get(letter).text
    (key,) = re.findall(r'name="key" value="([^"]+)"', text)
    admin.submit(f"{PAGE}/remarks", number=letter.rpartition("/")[2], words="请尽快", once=once(text))
    text = admin.get(letter).text
    assert ">请尽快</textarea>" in text
    assert "　　附言：请尽快" in text
    admin.submit(f"{PAGE}/marks", key=key, wanted="release", once=once(text))
    assert "留待放行" in admin.get(letter).text
    assert "1 封，请阅后放行" not in admin.get("/2022/tasks").text
    text = window.as_(VIEWER).get(PAGE).text
    assert (re.findall(r'name="once"', text), "写成后留待放行" in text) == ([], True)


def test_every_letter_of_a_season_may_be_marked(window: Window) -> None:
    letter = table_of(Letter)
    with window.database.read() as connection:
        opened = standing.opened(connection, 2022)
        keys = connection.execute(select(*(letter.c[name] for name in PARTS)).distinct()).tuples().all()
    assert len(keys) > 100
    assert [key for key in keys if not fits(opened, key)] == []


def test_a_city_neither_finds_nor_acknowledges_a_letter_before_its_release(window: Window) -> None:
    letter, city, admin = table_of(Letter), window.as_("yancheng"), window.as_(ADMIN)
    with window.database.write() as connection:
        mine = letter.c.recipient == "city:yancheng", letter.c.kind == "overdue"
        (number,) = connection.execute(select(letter.c.id).where(*mine)).scalars()
        connection.execute(update(letter).where(letter.c.id == number).values(state="awaiting"))
        (subject,) = connection.execute(select(letter.c.subject).where(letter.c.id == number)).scalars()
    link, phase = f"/2022/letters/{number}", "/2022/shortlist/yancheng"
    for page in ("/2022/letters", phase, "/api/v1/years/2022/letters"):
        assert [link in who.get(page).text or subject in who.get(page).text for who in (admin, city)] == [True, False]
    assert "state=awaiting" not in city.get("/2022/letters").text
    assert [who.get(link).status_code for who in (admin, city)] == [200, 404]
    assert [who.get(f"/api/v1{link.replace('/2022', '/years/2022')}").status_code for who in (admin, city)] == [
        200,
        404,
    ]
    assert city.submit(f"{link}/receipt").status_code == 404
    said = [who.get(f"{phase}/expected?kind=overdue").text for who in (admin, city)]
    assert all("已经写好，等待省级管理办公室放行。" in text for text in said)
    assert [link in text for text in said] == [True, False]
