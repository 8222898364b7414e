"""急事另告 in the window: chosen by the office itself or the province, shown covered, proven beside the letter."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from acts.second_ways import choose_way
from acts.settle_letter import Found
from acts.settle_short_message import settle_short
from models import party_addresses, second_ways
from models.columns import table_of
from models.tables.pool import StatedAddress
from models.tables.season import Letter
from models.tables.second_ways import ShortMessage
from tests.support.scenes import instant, stamp
from tests.support.window import ADMIN, VIEWER, Window

SAID = instant("2022-02-07T09:00")


def told(window: Window, kind: str, recipient: str, state: str = "sent") -> int:
    """Put a short message beside the newest letter of that kind; give the letter's number."""
    letter = table_of(Letter)
    newest = (
        select(letter.c.id).where(letter.c.kind == kind, letter.c.recipient == recipient).order_by(letter.c.id.desc())
    )
    with window.database.write(2022) as connection:
        number = int(connection.execute(newest).scalars().first() or 0)
        row = {"whose": "contact:1", "way": "sms", "address": "13800000031", "says": "说", "tries": 1, "due_at": SAID}
        sent = {"state": state, "sent_at": SAID if state == "sent" else None, "letter": number}
        connection.execute(insert(table_of(ShortMessage)).values(row | sent))
    return number


def test_the_office_itself_or_the_province_chooses_and_nobody_reads_the_number(window: Window) -> None:
    def choose(name: str, whose: str, token: str) -> int:
        chosen = {"recipient": whose, "way": "sms", "to": "138 0000 0031", "once": token * 24}
        return window.as_(name).submit("/2022/offices/ways", **chosen).status_code

    assert [choose("yancheng", "head:yancheng", "a"), choose(ADMIN, "lead", "b")] == [303, 303]
    assert choose(VIEWER, "lead", "c") == 403
    assert choose("wuxi", "head:yancheng", "d") == 404
    with window.database.read() as connection:
        assert sorted(second_ways.choices(connection)) == ["head:yancheng", "lead"]
    pages = {name: window.as_(name).get("/2022/offices").text for name in (ADMIN, VIEWER, "yancheng", "wuxi")}
    assert ["急事另告 短信 ＊＊＊＊31" in page for page in pages.values()] == [True, True, True, False]
    assert not any("13800000031" in page for page in pages.values())
    assert "没有设置网关、不会发出的：短信、企业微信、钉钉" in pages["yancheng"]


def test_a_number_that_is_none_comes_back_in_its_form(window: Window) -> None:
    typed = {"recipient": "head:yancheng", "way": "sms", "to": "1380000003", "once": "w" * 24}
    page = window.as_("yancheng").submit("/2022/offices/ways", **typed)
    assert (page.status_code, "没有选定：手机号码应为 11 位，如 13800000000。" in page.text) == (422, True)
    for kept in (
        'value="head:yancheng" selected',
        'value="sms" selected',
        'name="to" maxlength="400" autocomplete="off" value="1380000003"',
    ):
        assert kept in page.text
    with window.database.read() as connection:
        assert second_ways.choices(connection) == {}
    mended = window.as_("yancheng").submit("/2022/offices/ways", **typed | {"to": "13800000031"})
    assert mended.status_code == 303


def test_a_letter_and_the_city_phase_prove_by_which_way_else_it_was_told(window: Window) -> None:
    number = told(window, "overdue", "city:yancheng")
    page = window.as_("yancheng").get(f"/2022/letters/{number}").text
    assert "短信 ＊＊＊＊31" in page
    assert "13800000031" not in page
    with window.database.read() as connection:
        phase = connection.execute(select(table_of(Letter).c.phase).where(table_of(Letter).c.id == number)).scalar()
    assert "<small>短信已发" in window.as_(ADMIN).get(f"/2022/{phase}/yancheng").text
    followed = window.as_("yancheng").get(f"/l/{number}", follow_redirects=False)
    assert (followed.status_code, followed.headers["location"]) == (303, f"/2022/letters/{number}")
    assert window.as_("wuxi").get(f"/l/{number}", follow_redirects=False).status_code == 404


@pytest.mark.parametrize(("found", "state"), [("sent", "sent"), ("resend", "queued"), ("dropped", "cancelled")])
def test_what_nobody_knows_is_a_person_s_to_settle(window: Window, found: Found, state: str) -> None:
    number = told(window, "overdue", "city:yancheng", "unknown")
    admin = window.as_(ADMIN)
    assert f"/2022/acts/settle-short?letter={number}" in admin.get(f"/2022/letters/{number}").text
    assert "<b>1<small> 件</small></b> 函件待处理" in admin.get("/2022").text
    asked = {"letter": str(number), "found": found}
    assert f"{number} 号函件另发的短消息" in admin.submit("/2022/acts/settle-short/preview", **asked).text
    table = table_of(ShortMessage)
    assert settle_short(window.database, number, found, stamp("2022-02-07T10:00")).done
    assert settle_short(window.database, number, "dropped", stamp("2022-02-07T10:00")).outcome == "refused"
    with window.database.read() as connection:
        assert connection.execute(select(table.c.state)).scalars().all() == [state]


def test_a_party_is_told_so_where_its_city_or_the_province_says(window: Window) -> None:
    said = table_of(StatedAddress)
    with window.database.read() as connection:
        party = connection.execute(select(said.c.party).where(said.c.office == "yancheng").limit(1)).scalar_one()
        (key,) = party_addresses.filed(connection, "yancheng", [party])
    chosen = {"party": key, "way": "sms", "to": "13800000032", "once": "p" * 24}
    assert window.as_("yancheng").submit("/2022/offices/ways", **chosen).status_code == 303
    window.as_("yancheng").submit("/2022/offices/ways", **chosen | {"party": "没有这个人", "once": "q" * 24})
    with window.database.read() as connection:
        assert list(second_ways.choices(connection)) == [key]
    pages = [window.as_(name).get("/2022/offices").text for name in ("yancheng", ADMIN)]
    assert ["短信 ＊＊＊＊32" in page for page in pages] == [True, True]


def test_who_belongs_to_two_cities_is_the_province_s_to_choose_for(window: Window) -> None:
    said, now = table_of(StatedAddress), stamp("2022-02-07T09:00")

    def choose(office: str) -> str:
        return choose_way(window.database, key, office, now, way="sms", address="13800000032").outcome

    with window.database.write(2022) as connection:
        row = connection.execute(select(said).where(said.c.office == "yancheng").limit(1)).one()
        (key,) = party_addresses.filed(connection, "yancheng", [row.party])
    assert choose("yancheng") == "done"
    with window.database.write(2022) as connection:
        also = {name: value for name, value in row._asdict().items() if name != "id"} | {"office": "wuxi"}
        connection.execute(insert(said).values(also))
    assert [choose(office) for office in ("yancheng", "wuxi", "province")] == ["refused", "refused", "done"]
    pages = [window.as_(name).get("/2022/offices").text for name in ("yancheng", "wuxi", ADMIN)]
    assert ["短信 ＊＊＊＊32" in page for page in pages] == [False, False, True]


def test_a_robot_s_key_is_shown_to_nobody(window: Window) -> None:
    key = "1f2e3d4c-0000-4000-8000-00000000beef"
    choose_way(window.database, "head:yancheng", "yancheng", stamp("2022-02-07T09:00"), way="wecom", address=key)
    page = window.as_("yancheng").get("/2022/offices").text
    assert ("企业微信 ＊＊＊＊ef" in page, "beef" in page) == (True, False)
