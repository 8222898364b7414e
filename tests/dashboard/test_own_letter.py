"""写函: previewed as its recipients will read it, sent once, by the province and by a city to its own."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from models.columns import table_of
from models.tables.pool import Party
from models.tables.season import Letter
from tests.support import ledger
from tests.support.filing import deed, once
from tests.support.reading import Read
from tests.support.window import ADMIN, VIEWER, Browser, Window

PAGE = "/2022/letters/write"
WORDS = {"subject": "关于{设区市}面试安排的函", "text": "{称呼}：\n请于本周五前告知我办。", "when": "now"}
MENTORS = {"group": "mentors", **WORDS}


def letters(window: Window) -> list[tuple[str, str]]:
    letter = table_of(Letter)
    query = select(letter.c.concerns, letter.c.recipient).where(letter.c.kind == "letter").order_by(letter.c.id)
    with window.database.read() as connection:
        return [tuple(row) for row in connection.execute(query)]


def hidden(text: str) -> dict[str, str]:
    """What the form that confirms carries; none of it stands twice here."""
    return {
        name: value for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text) if name != "csrf"
    }


def test_it_is_read_before_and_sent_once(window: Window) -> None:
    admin = window.as_(ADMIN)
    before = ledger.everything(window.database)["letter"]
    text = admin.submit(f"{PAGE}/preview", **MENTORS, city="yancheng").text
    page = Read.page(text)
    assert ledger.everything(window.database)["letter"] == before
    count = len(re.findall("<li>[^<]*(?:老师|教授|研究员) <small>导师 #", text))
    assert count > 3
    assert f"读起来是这样（{count} 封里的 3 封）" in page.texts("h2")
    (first, *_) = page.texts("pre")
    assert first.startswith("关于盐城市面试安排的函")
    assert "请于本周五前告知我办。" in first
    for _ in range(2):
        answer = admin.submit(PAGE, **hidden(text))
        assert f"第 1 号自拟函，写给导师，{count} 个收件人。" in deed(admin, answer)
    assert len(letters(window)) == count
    assert {city for city, _ in letters(window)} == {"yancheng"}
    assert "写函" in window.as_(ADMIN).get("/audit").text
    (waiting,) = re.findall(r"另有 (\d+) 封已经写好、等待发出", admin.get("/2022/forecast").text)
    assert int(waiting) >= count
    assert PAGE in Read.page(admin.get("/2022/letters").text).links


def test_what_waits_for_the_morning_is_called_back_by_a_button_on_any_of_its_letters(window: Window) -> None:
    admin, city, letter = window.as_(ADMIN), window.as_("yancheng"), table_of(Letter)
    text = admin.submit(f"{PAGE}/preview", **MENTORS | {"when": "morning"}, city="yancheng").text
    admin.submit(PAGE, **hidden(text))
    with window.database.read() as connection:
        numbers = connection.execute(select(letter.c.id).where(letter.c.kind == "letter")).scalars().all()
    shown = admin.get(f"/2022/letters/{numbers[0]}").text
    assert f"收回第 1 号自拟函（{len(numbers)} 封还没有发出）" in shown
    assert "收回第 1 号" not in window.as_(VIEWER).get(f"/2022/letters/{numbers[0]}").text
    assert "没有第 1 号自拟函" in deed(city, city.submit(f"{PAGE}/recall", number="1", once=once(shown)))
    answer = admin.submit(f"{PAGE}/recall", number="1", once=once(admin.get(f"/2022/letters/{numbers[0]}").text))
    assert f"已收回第 1 号自拟函的 {len(numbers)} 封，不再发出。" in deed(admin, answer)
    assert "收回第 1 号" not in admin.get(f"/2022/letters/{numbers[0]}").text


def test_who_cannot_be_reached_is_named_and_a_change_meanwhile_is_shown_again(window: Window) -> None:
    admin, party = window.as_(ADMIN), table_of(Party)
    text = admin.submit(f"{PAGE}/preview", **MENTORS, city="yancheng").text
    assert "暂时发不出" not in text
    (number, *_) = re.findall(r"导师 #(\d+)", text)
    with window.database.write() as connection:
        connection.execute(update(party).where(party.c.id == int(number)).values(email=""))
    again = admin.submit(PAGE, **hidden(text))
    assert (again.status_code, letters(window)) == (409, [])
    assert "预览之后情况有了变化" in again.text
    assert re.search("1 封暂时发不出：[^（]*（没有登记邮箱）", again.text)


def test_a_city_writes_to_its_own_mentors_in_its_own_name(window: Window) -> None:
    city = window.as_("yancheng")
    form = city.get(PAGE).text
    assert 'value="late-cities"' not in form
    assert 'name="city"' not in form
    text = city.submit(f"{PAGE}/preview", **MENTORS).text
    assert "盐城市管理办公室" in Read.page(text).texts("pre")[0]
    city.submit(PAGE, **hidden(text))
    assert {found for found, _ in letters(window)} == {"yancheng"}
    rows = Read.page(city.get("/2022/letters?kind=letter").text)
    (link, *_) = [link for link in rows.links if re.fullmatch(r"/2022/letters/\d+", link)]
    read = city.get(link).text
    assert "请于本周五前告知我办。" in read
    assert re.search("<dt>邮箱</dt><dd>[^＊]＊＊@", read), "in force may be what another city gave"
    assert "/told?party=" not in read
    assert window.as_("nanjing").get(link).status_code == 404
    address = "/api/v1/years/2022/letters?kind=letter"
    found = {who: len(window.as_(who).get(address).json()) for who in ("yancheng", "nanjing")}
    assert found == {"yancheng": len(letters(window)), "nanjing": 0}
    assert city.submit(f"{PAGE}/preview", **MENTORS, city="nanjing").status_code == 404
    nanjings = window.as_(ADMIN).submit(f"{PAGE}/preview", **MENTORS, city="nanjing").text
    (number, *_) = re.findall(r"导师 #(\d+)", nanjings)
    tried = city.submit(f"{PAGE}/preview", group="one", one=f"mentor:{number}", **WORDS)
    assert (tried.status_code, "没有这样的收件人" in tried.text) == (422, True)


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}/preview", f"{PAGE}/templates"])
def test_who_only_looks_writes_nothing(window: Window, address: str) -> None:
    viewer = window.as_(VIEWER)
    assert viewer.get(PAGE).status_code == 403
    assert PAGE not in viewer.get("/2022/letters").text
    assert viewer.submit(address, **MENTORS, once="a form").status_code == 403
    assert letters(window) == []


def test_what_is_wrong_is_said_beside_what_was_typed(window: Window) -> None:
    said = window.as_(ADMIN).submit(f"{PAGE}/preview", group="mentors", subject="函", text="{学生}的事", when="morning")
    assert said.status_code == 422
    assert "没有“{学生}”这个字段" in said.text
    assert ">{学生}的事</textarea>" in said.text
    assert '<option value="mentors" selected>' in said.text
    assert 'value="morning" checked' in said.text


def templates(browser: Browser) -> list[str]:
    return re.findall(r"<b>([^<]+)</b>　", browser.get(PAGE).text)


def test_a_template_is_kept_used_and_dropped_and_is_its_offices_alone(window: Window) -> None:
    city, other = window.as_("yancheng"), window.as_("nanjing")
    for text in ("旧的话", "新的话"):
        city.submit(f"{PAGE}/templates", group="mentors", subject="面试", text=text, name="面试安排", papers="form")
    assert (templates(city), templates(other), templates(window.as_(ADMIN))) == (["面试安排"], [], [])
    (link,) = re.findall(r'href="([^"]*template=\d+)"', city.get(PAGE).text)
    used = city.get(link).text
    assert [kept in used for kept in (">新的话</textarea>", 'value="mentors" selected', 'value="form" checked')] == [
        True
    ] * 3
    assert other.get(link).status_code == 404
    number = link.partition("template=")[2]
    assert other.submit(f"{PAGE}/templates/drop", template=number).status_code == 404
    assert templates(city) == ["面试安排"]
    city.submit(f"{PAGE}/templates/drop", template=number)
    assert templates(city) == []
    nameless = city.submit(f"{PAGE}/templates", subject="面试", text="话", name=" ")
    assert (nameless.status_code, templates(city)) == (422, [])


def test_the_late_of_a_phase_are_led_to_with_it_filled_in(window: Window) -> None:
    admin = window.as_(ADMIN)
    link = f"{PAGE}?group=late-cities&phase=shortlist"
    assert link in Read.page(admin.get("/2022/shortlist").text).links
    form = admin.get(link).text
    assert '<option value="late-cities" selected>' in form
    assert '<option value="shortlist" selected>' in form
    late = {"group": "late-cities", "phase": "shortlist", "subject": "{阶段}", "text": "{截止时间}", "when": "now"}
    text = admin.submit(f"{PAGE}/preview", **late).text
    assert "本阶段逾期的市，1 个收件人" in text
    assert once(text)
