"""All cities' offices set up on one page: typed, pasted or uploaded, looked at, confirmed; and the steps then left."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from acts import office_workbook, typed_offices
from acts.accounts import add, digest
from acts.typed_offices import OfficeRow
from calendars import files
from models import accounts, audit, sign_ins
from models.columns import table_of
from models.tables.season import Letter
from post.links import first_token
from post.outgoing import NoLinks
from tests.dashboard.test_statements import counted
from tests.support import ledger
from tests.support.filing import once
from tests.support.window import ADMIN, BASE, CITIES, SECRET, VIEWER, YEAR, Browser, Window

HERE = f"/{YEAR}/setup/offices"
NAMES = {city.slug: city.name for city in files.load(YEAR).cities}
ROWS = [
    OfficeRow(NAMES[slug], f"{slug}@kepu.example", f"经办{at}", f"025-830000{at:02}", f"{slug}.office")
    for at, slug in enumerate(CITIES)
]
LINK = re.compile(rf"{BASE}/welcome/([\w-]+)")


def text(rows: list[OfficeRow]) -> str:
    return "\n".join("\t".join(getattr(row, name) for name in typed_offices.FIELDS) for row in rows)


def shown(browser: Browser, rows: list[OfficeRow]) -> dict[str, object]:
    """Look at rows that are pasted; give the fields of the form that confirms them."""
    answer = browser.submit(f"{HERE}/preview", pasted=text(rows))
    assert answer.status_code == 200, answer.text
    foreseen = re.search(r'name="foreseen" value="(\w+)"', answer.text)
    assert foreseen is not None
    fields: dict[str, object] = {name: [getattr(row, name) for row in rows] for name in typed_offices.FIELDS}
    return fields | {"csrf": browser.csrf, "once": once(answer.text), "foreseen": foreseen[1]}


def test_who_may_and_what_stands_there(window: Window) -> None:
    assert [window.as_(who).get(HERE).status_code for who in (ADMIN, VIEWER, CITIES[0])] == [200, 403, 404]
    assert [window.as_(who).get(f"/{YEAR}/setup").status_code for who in (ADMIN, VIEWER, CITIES[0])] == [200, 200, 404]
    page = window.as_(ADMIN).get(HERE).text
    assert page.count('name="city"') == len(CITIES) == page.count('name="mailbox"')
    assert all(f'value="{slug}"' in page for slug in CITIES), "the accounts that are there"


@pytest.mark.parametrize("links", ["shown", "letter"])
def test_thirteen_cities_are_set_up_in_two_clicks_and_a_second_one_does_it_no_more(window: Window, links: str) -> None:
    browser = window.as_(ADMIN)
    fields = shown(browser, ROWS) | {"links": links}
    before = ledger.everything(window.database)
    first = browser.post(HERE, data=fields)
    after = ledger.everything(window.database)
    second = browser.post(HERE, data=fields)
    assert ledger.everything(window.database) == after
    with window.database.read() as connection:
        waiting = sign_ins.waiting(connection, window.site.wall())
        made = {one.name for one in accounts.everybody(connection)} - {ADMIN, VIEWER, *CITIES}
    assert made == {row.account for row in ROWS}
    if links == "shown":
        assert (first.status_code, second.status_code) == (200, 200)
        tokens = LINK.findall(first.text)
        assert (tokens, {digest(one) for one in tokens}) == (LINK.findall(second.text), {*waiting})
        assert len(after["letter"]) == len(before["letter"])
        return
    assert {answer.headers["location"] for answer in (first, second)} == {f"/deeds/{fields['once']}"}
    assert "登录链接 13 个随函件发到各市邮箱" in browser.get(first.headers["location"]).text
    new = [row for row in after["letter"] if row not in before["letter"] and "first-link" in row]
    ids = {value for row in new for value in row if str(value).startswith("<") and "@" in str(value)}
    assert {digest(first_token(SECRET, str(one))) for one in ids} == {*waiting}
    letter, since = table_of(Letter), datetime(2021, 1, 1, tzinfo=UTC)
    with window.database.write("every") as connection:
        put_off = update(letter).where(letter.c.kind == "first-link")
        connection.execute(put_off.values(deferred_since=since, detail=str(NoLinks())))
    tasks = browser.get(f"/{YEAR}/tasks").text
    assert "13 封</b>：投递的进程没有页面的密钥，登录链接写不进函件" in tasks
    assert ("请维护人员为投递的进程设置 TALENT_SECRET_KEY" in tasks, "对方邮局说" in tasks) == (True, False)


def test_one_wrong_mailbox_of_thirteen_is_named_at_its_cell_and_nothing_is_lost(window: Window) -> None:
    browser = window.as_(ADMIN)
    rows = [*ROWS[:4], OfficeRow("苏州", "suzhou＠", "吴", "0512-6", "suzhou.office"), *ROWS[5:]]
    before = ledger.everything(window.database)
    answer = browser.submit(f"{HERE}/preview", pasted=text(rows))
    assert (answer.status_code, "有 1 行有误" in answer.text) == (422, True)
    assert (answer.text.count('aria-invalid="true"'), "不是有效的电子邮箱。</small>" in answer.text) == (1, True)
    assert all(f'value="{row.account}"' in answer.text for row in rows)
    assert 'name="foreseen"' not in answer.text
    assert ledger.everything(window.database) == before


def test_columns_that_nobody_knows_are_named_and_what_was_pasted_stays(window: Window) -> None:
    browser = window.as_(ADMIN)
    answer = browser.submit(f"{HERE}/preview", pasted="设区市\t传真\n南京\t025-83000000")
    assert (answer.status_code, "表头里的“传真”认不出或不止一列" in answer.text) == (422, True)
    assert "025-83000000</textarea>" in answer.text


def test_a_workbook_does_as_well_and_one_that_is_none_says_so(window: Window) -> None:
    browser = window.as_(ADMIN)
    book = office_workbook.workbook(files.load(YEAR), ROWS)
    answer = browser.post(f"{HERE}/preview", data={"csrf": browser.csrf}, files={"workbook": ("各市.xlsx", book)})
    assert (answer.status_code, answer.text.count("新建账号")) == (200, 13)
    answer = browser.post(f"{HERE}/preview", data={"csrf": browser.csrf}, files={"workbook": ("各市.xlsx", b"none")})
    assert (answer.status_code, "文件不是 Excel 报送表" in answer.text) == (422, True)
    template = browser.get(f"{HERE}/template.xlsx")
    rows = office_workbook.read(template.content, files.load(YEAR))
    assert [row.account for row in rows if isinstance(row, OfficeRow)] == list(CITIES)
    with window.database.read() as connection:
        [deed] = audit.entries(connection, most=1)
    assert (deed.what, deed.subject) == ("下载各市邮箱、经办人和账号（13 行）", f"export:{YEAR}/contacts")


def test_a_name_that_another_took_since_the_preview_is_shown_before_anything_is_done(window: Window) -> None:
    browser = window.as_(ADMIN)
    fields = shown(browser, ROWS) | {"links": "shown"}
    taken = add(
        window.database, window.site.sign("另一位"), ROWS[2].account, role="viewer", city=None, shown="另一位",
        token="another", by=None,
    )  # fmt: skip
    assert taken.outcome.done
    before = ledger.everything(window.database)
    answer = browser.post(HERE, data=fields)
    assert (answer.status_code, "预览之后情况有了变化" in answer.text) == (409, True)
    assert f"用户名 {ROWS[2].account} 已经是别的单位的账号" in answer.text
    assert ledger.everything(window.database) == before


def test_a_test_letter_is_written_once_and_the_steps_say_how_it_stands(window: Window) -> None:
    browser, page = window.as_(ADMIN), f"/{YEAR}/setup"
    shown_first = browser.get(page).text
    assert "还没有发过" in shown_first
    assert f'href="/years/draft?revise={YEAR}">修订年度日历' in shown_first
    token = once(shown_first)
    for _ in range(2):
        answer = browser.submit(f"{page}/test-letter", once=token)
        assert answer.headers["location"] == f"/deeds/{token}"
    said = browser.get(page).text
    assert ("已写好，等待投递" in said, "13 个市已有 13 个设定了密码" in said) == (True, True)
    letters = ledger.everything(window.database)["letter"]
    assert sum("test-letter" in row for row in letters) == 1


def test_the_steps_ask_as_often_for_thirteen_cities_as_for_two(window: Window) -> None:
    browser = window.as_(ADMIN)
    browser.get(f"/{YEAR}/setup")
    with counted(window.database) as statements:
        browser.get(f"/{YEAR}/setup")
    assert len(statements) < 30
