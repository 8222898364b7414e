"""签收: by the link in a letter without signing in, by its own office signed in, once."""

from __future__ import annotations

import pytest
from fastapi import Request
from sqlalchemy import select, update

from acts.contacts import add_contact
from dashboard.panels.contact_evidence import ReceiptFacts, receipt_facts, told_section
from dashboard.panels.place import Place
from dashboard.serving.look import Looking, looking
from dashboard.signing_in.reader import Reader, Role
from letters.addressee import in_text
from models import letterbox
from models.columns import table_of
from models.contact_evidence import told
from models.letterbox import WordedLetter
from models.tables.audit import AuditEntry
from models.tables.contact_receipts import Call, Receipt
from models.tables.season import Letter, ProgrammeYear
from post.receipt_links import token
from tests.support.window import ADMIN, SECRET, UNTIL, VIEWER, YEAR, Browser, Window

LATE = ("shortlist", "yancheng")


def letter(window: Window, recipient: str = "city:yancheng", kind: str = "overdue") -> WordedLetter:
    table = table_of(Letter)
    query = select(table.c.id).where(table.c.recipient == recipient, table.c.kind == kind).order_by(table.c.id.desc())
    with window.database.read() as connection:
        found = letterbox.letter_by_id(connection, connection.execute(query).scalars().first() or 0)
    assert found is not None
    return found


def words(window: Window, number: int) -> str:
    """What a letter says to its addressee."""
    with window.database.read() as connection:
        row = letterbox.letter_by_id(connection, number)
    assert row is not None
    return in_text(row.text, row.addressee)


def posted(window: Window) -> None:
    """Mark every letter as sent, each in a message of its own."""
    table = table_of(Letter)
    with window.database.write() as connection:
        connection.execute(
            update(table)
            .where(table.c.state == "queued")
            .values(state="sent", envelope=table.c.id, sent_at=window.site.wall())
        )


def receipts(window: Window) -> list[tuple[int, str | None]]:
    table = table_of(Receipt)
    with window.database.read() as connection:
        return [(row.letter, row.by) for row in connection.execute(select(table).order_by(table.c.letter))]


def link(number: int) -> str:
    return f"/receipts/{token(SECRET, number)}"


def test_a_letter_is_acknowledged_by_its_link_without_signing_in_and_looking_at_it_does_nothing(
    window: Window,
) -> None:
    posted(window)
    one, nobody = letter(window), window.as_(None)
    asked = [nobody.get(link(one.id)) for _ in range(3)]
    assert [answer.status_code for answer in asked] == [200] * 3
    assert receipts(window) == []
    assert words(window, one.id) in asked[0].text
    assert "/2022/log" not in asked[0].text
    assert [nobody.post(link(one.id)).headers["location"] for _ in range(2)] == [link(one.id)] * 2
    assert receipts(window) == [(one.id, None)]
    shown = nobody.get(link(one.id)).text
    assert ("签收。</p>" in shown, "<button" in shown) == (True, False)


def test_one_link_acknowledges_all_letters_of_its_message(window: Window) -> None:
    posted(window)
    lead, other = letter(window), letter(window, kind="reminder")
    with window.database.write() as connection:
        table = table_of(Letter)
        connection.execute(update(table).where(table.c.id == other.id).values(envelope=lead.id))
    nobody = window.as_(None)
    assert nobody.get(link(lead.id)).text.count('<pre class="words"') == 2
    nobody.post(link(lead.id))
    assert receipts(window) == sorted([(lead.id, None), (other.id, None)])


@pytest.mark.parametrize("forged", ["nonsense", "Nw", "Nw.aaaa", token(b"another secret of the tests here", 7)])
def test_a_link_that_was_not_signed_here_is_not_there(window: Window, forged: str) -> None:
    nobody = window.as_(None)
    answers = [nobody.get(f"/receipts/{forged}"), nobody.post(f"/receipts/{forged}")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert receipts(window) == []


def test_a_link_of_a_trial_acknowledges_no_letter_that_is_meant_and_has_its_number(window: Window) -> None:
    posted(window)
    number, nobody, programme = letter(window).id, window.as_(None), table_of(ProgrammeYear)
    assert [nobody.get(link(each)).status_code for each in (number, -number)] == [200, 404]
    with window.database.write() as connection:
        connection.execute(update(programme).values(trial="trial@kepu.example"))
    assert [nobody.get(link(each)).status_code for each in (number, -number)] == [404, 200]


def test_a_link_to_no_letter_is_not_there(window: Window) -> None:
    assert window.as_(None).get(link(10**6)).status_code == 404


def signed_in(window: Window, name: str, number: int) -> int:
    return window.as_(name).submit(f"/2022/letters/{number}/receipt").status_code


def test_signed_in_an_office_acknowledges_its_own_letters_alone(window: Window) -> None:
    posted(window)
    city, province = letter(window), letter(window, "province", "digest")
    tries = [(city, "nanjing"), (city, ADMIN), (city, VIEWER), (province, "yancheng"), (city, "yancheng")]
    assert [signed_in(window, name, one.id) for one, name in tries] == [404, 404, 403, 404, 303]
    assert signed_in(window, ADMIN, province.id) == 303
    assert signed_in(window, "yancheng", 10**6) == 404
    assert receipts(window) == sorted([(city.id, "yancheng 某"), (province.id, "admin 某")])


def test_without_its_form_s_token_nothing_is_acknowledged(window: Window) -> None:
    posted(window)
    number = letter(window).id
    assert window.as_("yancheng").post(f"/2022/letters/{number}/receipt").status_code == 403
    assert receipts(window) == []


def look_of(window: Window) -> Looking:
    opened = window.site.year(YEAR)
    return Looking(opened, UNTIL, UNTIL)


def reader(role: Role, city: str | None = None) -> Reader:
    return Reader(1, "x", "某", role, city, "s", "c")


def test_the_facts_of_a_letter_s_page(window: Window) -> None:
    posted(window)
    one, look = letter(window), look_of(window)
    ours, theirs = reader(Role.CITY, "yancheng"), reader(Role.ADMIN)
    with window.database.read() as connection:
        mentors = select(table_of(Letter).c.id).where(table_of(Letter).c.recipient.like("mentor:%"))
        mentor = letterbox.letter_by_id(connection, connection.execute(mentors.limit(1)).scalar_one())
        assert mentor is not None
        assert receipt_facts(connection, ours, look, mentor) is None
        assert receipt_facts(connection, ours, look, one) == ReceiptFacts(one.id, None, None, may=True)
        assert receipt_facts(connection, theirs, look, one) == ReceiptFacts(one.id, None, None, may=False)
    signed_in(window, "yancheng", one.id)
    with window.database.read() as connection:
        found = receipt_facts(connection, ours, look, one)
    assert found is not None
    assert (found.by, found.may) == ("yancheng 某", False)


def panel(window: Window, browser: Browser, who: Reader) -> str:
    year = window.site.year(YEAR).year
    request = Request({"type": "http", "app": browser.app, "headers": [], "state": {"reader": who}})
    look, here = looking(request, YEAR), (year.phase("shortlist"), year.city("yancheng"))
    found = told_section(Place(request, who, look, *here, window.standings(look)))
    return str(found)


CALL = {"once": "a-form-s-token", "whom": "孙<b>科长", "said": "=1+1，明天报送"}


def test_a_call_is_noted_once_and_shown_with_its_words_to_the_province_alone(window: Window) -> None:
    browser = window.as_(ADMIN)
    answers = [browser.submit("/2022/shortlist/yancheng/calls", **CALL) for _ in range(2)]
    assert [answer.headers["location"] for answer in answers] == ["/deeds/a-form-s-token"] * 2
    with window.database.read() as connection:
        assert [(row.whom, row.attempt) for row in connection.execute(select(table_of(Call)))] == [("孙<b>科长", 1)]
        audit = connection.execute(select(table_of(AuditEntry))).one()
    assert (audit.what, audit.subject, audit.city) == ("记录电话催办", "call:1", "yancheng")
    seen = panel(window, browser, reader(Role.VIEWER))
    assert ("孙&lt;b&gt;科长" in seen, "=1+1，明天报送" in seen, "<form" in seen) == (True, True, False)
    theirs = panel(window, browser, reader(Role.CITY, "yancheng"))
    assert ("孙&lt;b&gt;科长" in theirs, "明天报送" in theirs) == (True, False)
    assert "<form" in panel(window, browser, reader(Role.ADMIN))


@pytest.mark.parametrize("name", [VIEWER, "yancheng", "nanjing", None])
def test_nobody_but_the_province_s_hands_notes_a_call(window: Window, name: str | None) -> None:
    status = window.as_(name).submit("/2022/shortlist/yancheng/calls", **CALL).status_code
    assert status == {VIEWER: 403, None: 401}.get(name, 404)
    with window.database.read() as connection:
        assert list(connection.execute(select(table_of(Call)))) == []


def test_told_acknowledged_called(window: Window) -> None:
    def words() -> tuple[str, ...] | None:
        with window.database.read() as connection:
            return told(connection, YEAR, UNTIL).get(LATE)

    found = [words()]
    posted(window)
    found.append(words())
    window.as_(None).post(link(letter(window).id))
    found.append(words())
    window.as_(ADMIN).submit("/2022/shortlist/yancheng/calls", **CALL)
    found.append(words())
    assert found == [None, ("已发函",), ("已发函", "已签收"), ("已发函", "已签收", "已致电")]


def test_what_has_passed_and_what_came_later_are_not_told(window: Window) -> None:
    posted(window)
    window.as_(ADMIN).submit("/2022/shortlist/yancheng/calls", **CALL)
    with window.database.read() as connection:
        now, before = told(connection, YEAR, UNTIL), told(connection, YEAR, UNTIL.replace(month=1, day=25))
    assert ("mentor-recommendation", "nanjing") not in now
    assert before[LATE] == ("已发函",)


def contacts_of(window: Window, city: str = "yancheng") -> None:
    opened = window.site.year(YEAR)
    stamp = window.site.stamp(reader(Role.ADMIN), opened)
    add_contact(
        window.database, city, city, stamp, name="王<script>", part="main", email="wang@city.example",
        phone="13800000000",
    )  # fmt: skip


def test_contacts_are_masked_to_a_viewer_full_to_their_office_and_to_the_province_s_hands(window: Window) -> None:
    contacts_of(window)
    secrets = ("王&lt;script&gt;", "wang@city.example", "13800000000")
    pages = {name: window.as_(name).get("/2022/offices").text for name in (ADMIN, VIEWER, "yancheng", "nanjing")}
    assert {name: [secret in page for secret in secrets] for name, page in pages.items()} == {
        ADMIN: [True] * 3,
        VIEWER: [False] * 3,
        "yancheng": [True] * 3,
        "nanjing": [False] * 3,
    }
    assert ("王＊＊" in pages[VIEWER], "w＊＊@city.example" in pages[VIEWER]) == (True, True)
    assert ["盐城市" in pages["nanjing"], "南京市" in pages["nanjing"]] == [False, True]


ADDED = {"name": "李某", "part": "deputy", "phone": "025-83000000", "since": "2022-02-01"}


def test_an_office_s_people_are_changed_by_it_and_by_the_province_and_by_nobody_else(window: Window) -> None:
    def add(name: str, office: str, token: str) -> int:
        return window.as_(name).submit("/2022/offices/contacts", office=office, once=token, **ADDED).status_code

    tries = [("nanjing", "yancheng"), ("yancheng", "province"), (VIEWER, "yancheng"), (ADMIN, "nowhere")]
    assert [add(name, office, "t") for name, office in tries] == [404, 404, 403, 404]
    assert [add("yancheng", "yancheng", "a"), add(ADMIN, "province", "b")] == [303, 303]

    def end(name: str, number: int, office: str, token: str) -> int:
        browser = window.as_(name)
        address = f"/2022/offices/contacts/{number}/end"
        return browser.submit(address, office=office, once=token, last="2022-02-07").status_code

    tried = [
        ("nanjing", 1, "yancheng"),
        ("nanjing", 1, "nanjing"),
        (VIEWER, 1, "yancheng"),
        ("yancheng", 2, "province"),
    ]
    assert [end(*each, "u") for each in tried] == [404, 404, 403, 404]
    assert end("yancheng", 1, "yancheng", "c") == 303
    page = window.as_(ADMIN).get("/2022/offices").text
    assert (page.count("李某"), page.count("结束任期")) == (5, 1)  # at the foot, and to be told a second way


def test_a_day_that_is_none_is_said_so(window: Window) -> None:
    fields = {"office": "yancheng", "once": "t", **ADDED, "since": "2月7日"}
    answer = window.as_("yancheng").submit("/2022/offices/contacts", **fields)
    assert (answer.status_code, "日期应写成 2022-02-07 的样子。" in answer.text) == (409, True)


def test_an_office_acknowledges_on_the_letter_s_own_page(window: Window) -> None:
    posted(window)
    address = f"/2022/letters/{letter(window).id}"
    form = f'action="{address}/receipt"'
    assert [form in window.as_(name).get(address).text for name in ("yancheng", ADMIN)] == [True, False]
    assert "尚未签收。" in window.as_(ADMIN).get(address).text
    window.as_("yancheng").submit(f"{address}/receipt")
    assert "签收（yancheng 某）。" in window.as_(ADMIN).get(address).text
