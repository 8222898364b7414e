"""The offices of all cities at once: what is typed, what comes of it, and that it is all of it or nothing."""

from __future__ import annotations

import asyncio
import email
import email.policy
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

import post.sending
from acts import office_rows, office_workbook, typed_offices
from acts.accounts import digest, disable, reset, welcome
from acts.contacts import add_contact
from acts.first_links import VOID
from acts.office_rows import PlannedOffice, fingerprint, planned
from acts.offices import set_office
from acts.set_up_offices import NameTaken, NotAsShown, SetUp, set_up_offices
from acts.typed_offices import OfficeRow, pasted
from calendars.deadlines import day_of
from letters.link_places import FIRST_LINK, LINK_DAYS
from models import accounts, addresses, contacts, sign_ins
from models.alarms import put_off
from models.columns import table_of
from models.mail_answers import Meaning
from models.stamp import Stamp
from models.suppression import suppress
from models.tables.audit import AuditEntry
from models.tables.season import Letter, LetterBody
from post.links import Links, first_token
from post.maildir import MaildirCourier
from tests.acts.test_statements import counted
from tests.support import ledger
from tests.support.scenes import YEAR, Scene, calendar, stamp

AT = "2022-01-05T10:00"
SECRET, BASE = b"a secret of the tests, 32 bytes!", "http://window.example"
CITIES = calendar().cities
ROWS = [
    OfficeRow(city.name, f"{city.slug}@kepu.example", f"经办{place}", f"025-8300000{place}", f"{city.slug}.office")
    for place, city in enumerate(CITIES)
]


def plan(scene: Scene, rows: list[OfficeRow], at: str = AT) -> list[PlannedOffice]:
    when = stamp(at)
    with scene.database.read() as connection:
        return planned(connection, scene.year, rows, day_of(when.as_of), when.at)


def do(scene: Scene, rows: list[OfficeRow], when: Stamp | None = None, *, by_letter: bool = False) -> SetUp:
    when = when or stamp(AT)
    with scene.database.read() as connection:
        seen = fingerprint(planned(connection, scene.year, rows, day_of(when.as_of), when.at))
    return set_up_offices(
        scene.database, YEAR, when, rows, lambda one: f"token of {one}",
        by_letter=by_letter, foreseen=seen, account=None,
    )  # fmt: skip


def states(found: list[PlannedOffice]) -> list[str]:
    return [one.state for one in found]


def test_what_is_copied_from_a_table_is_read_whatever_stands_between_the_cells() -> None:
    header = "设区市\t邮箱\t经办人\t电话\t用户名\n"
    row = OfficeRow("南京", "a@b.example", "王芳", "025-83000000", "nanjing")
    assert pasted(header + "南京市\ta@b.example\t王芳\t025-83000000\tnanjing\n\n") == [
        OfficeRow("南京市", *[getattr(row, name) for name in typed_offices.FIELDS[1:]])
    ]
    assert pasted("南京，a@b.example，王芳,025-83000000;nanjing") == [row]
    assert pasted('南京\ta@b.example\t"王芳"') == [OfficeRow("南京", "a@b.example", "王芳")]
    assert (pasted(""), len(pasted("南京\n" * 500))) == ([], typed_offices.MOST + 1)


def test_columns_stand_where_the_header_says() -> None:
    row = OfficeRow("南京", "a@b.example", "王芳", "025-83000000", "nanjing")
    assert pasted("序号\t邮箱\t账号\t联系电话\t联系人\t城市\n1\ta@b.example\tnanjing\t025-83000000\t王芳\t南京") == [
        row
    ]
    assert pasted("电话,设区市\n025-83000000,南京") == [OfficeRow("南京", phone="025-83000000")]
    for odd in ("传真", "手机"):
        assert str(pasted(f"设区市\t电话\t{odd}\n南京\t1\t2")).startswith(
            f"表头里的“{'电话' if odd == '手机' else odd}”"
        )


def test_a_workbook_gives_back_what_was_put_in_it_and_what_is_wrong_in_it_too() -> None:
    wrong = OfficeRow("苏洲", "no address", "经办", "电话", "Name!")
    assert office_workbook.read(office_workbook.workbook(calendar(), [*ROWS, wrong]), calendar()) == [*ROWS, wrong]
    assert (
        office_workbook.read(b"PK no workbook", calendar())
        == "文件已损坏或不完整；请在 Excel 或 WPS 中重新打开、另存后上传。"
    )


@pytest.mark.parametrize("broken", ["#N/A", '=A5&"x"'])
@pytest.mark.parametrize("whole", [True, False])
def test_a_cell_that_holds_nothing_anybody_typed_is_no_empty_one(broken: str, *, whole: bool) -> None:
    """An empty mailbox means that it stays as it is: an error of Excel is named at its cell, in a row of such too."""
    book = load_workbook(BytesIO(office_workbook.workbook(calendar(), ROWS[:2])))
    sheet = book["各市"]
    line = sheet.max_row
    for column in range(1, sheet.max_column + 1) if whole else [2]:
        sheet.cell(line, column).value = broken
    target = BytesIO()
    book.save(target)
    said = office_workbook.read(target.getvalue(), calendar())
    assert isinstance(said, str)
    assert f"第 {line} 行“邮箱”" in said


def test_all_cities_are_set_up_in_one_act_and_again_nothing_changes(scene: Scene) -> None:
    assert {*states(plan(scene, ROWS))} == {"new"}
    done = do(scene, ROWS)
    assert done.said == f"已登记 {len(ROWS)} 个市；登录链接 {len(ROWS)} 个只显示一次。"
    assert [(one.city, one.name) for one in done.links] == [(city.slug, f"{city.slug}.office") for city in CITIES]
    assert {*states(plan(scene, ROWS))} == {"same"}
    with scene.database.read() as connection:
        assert {one.email for one in addresses.on_file(connection).values()} == {row.mailbox for row in ROWS}
        assert [person.name for person in contacts.of(connection, CITIES[0].slug)] == [ROWS[0].contact]
        assert office_rows.standing_rows(connection, scene.year, day_of(stamp(AT).as_of), stamp(AT).at) == ROWS
        deeds = connection.execute(select(table_of(AuditEntry).c.what)).scalars().all()
    assert (deeds.count("新建账号"), len(deeds)) == (len(ROWS), 2 * len(ROWS))
    before = ledger.everything(scene.database)
    assert (do(scene, ROWS).said, do(scene, ROWS).links) == ("与已登记的完全相同，未作改动。", ())
    assert ledger.everything(scene.database) == before


def test_a_link_that_was_shown_is_used_once_and_one_that_is_over_is_given_anew(scene: Scene) -> None:
    do(scene, ROWS[:2])
    for passes in (True, False):
        used = welcome(scene.database, stamp(AT), f"token of {ROWS[0].account}", kept="hash", totp=None, step=None)
        assert (used is not None) == passes
    assert states(plan(scene, ROWS[:2], "2022-01-06T09:59")) == ["same", "same"]
    later = plan(scene, ROWS[:2], "2022-01-06T10:00")
    assert [one.changes for one in later] == [(), (f"账号 {ROWS[1].account} 的登录链接已过期，重新发",)]
    again = do(scene, ROWS[:2], stamp("2022-01-06T10:00"))
    assert [one.name for one in again.links] == [ROWS[1].account]


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        (OfficeRow("苏洲", "a@b.example"), "city", "本年度没有“苏洲”这个设区市"),
        (OfficeRow("南京", "a@b"), "", ""),
        (OfficeRow("南京", "no address"), "mailbox", "“no address”不是有效的电子邮箱"),
        (OfficeRow("南京", "a@b.example", "", "025-83000000"), "contact", "写了电话，请写明是谁的"),
        (OfficeRow("南京", "a@b.example", "王芳"), "phone", "请填写经办人的电话，函件里请人询问时要写"),
        (OfficeRow("南京", "a@b.example", "王芳", "电话"), "phone", "联系电话只能是数字"),
        (OfficeRow("南京", account="Nan Jing"), "account", "用户名只能用小写字母"),
        (OfficeRow("南京", account="taken"), "account", "用户名 taken 已经是别的单位的账号；请换一个"),
        (OfficeRow("南京", account=ROWS[1].account), "account", "这个用户名在名单里不止一行"),
        (OfficeRow("南京", ROWS[1].mailbox), "mailbox", "这个邮箱在名单里不止一行"),
    ],
)
def test_a_row_that_is_wrong_says_so_at_its_cell_and_nothing_is_done(
    scene: Scene, row: OfficeRow, column: str, said: str
) -> None:
    with scene.database.write() as connection:
        when = stamp(AT)
        taken = {"name": "taken", "shown": "省办", "role": "admin", "made_by": "测试", "made_at": when.at}
        accounts.add(connection, taken)
    found = plan(scene, [row, *ROWS[1:]])
    assert ([*found[0].faults][:1], found[0].faults.get(column, "")[: len(said)]) == ([column] if column else [], said)
    if column:
        before = ledger.everything(scene.database)
        with pytest.raises(NotAsShown):
            do(scene, [row, *ROWS[1:]])
        assert ledger.everything(scene.database) == before


def test_what_changes_is_said_with_what_stood_before_and_letters_go_to_the_new_mailbox(scene: Scene) -> None:
    do(scene, ROWS)
    one = OfficeRow("南京市", "new@kepu.example", ROWS[0].contact, "025-84444444", ROWS[0].account)
    [found] = plan(scene, [one], "2022-01-05T11:00")
    assert found.changes == (
        f"邮箱由 {ROWS[0].mailbox} 改为 new@kepu.example",
        f"经办人由 {ROWS[0].contact} {ROWS[0].phone}改为 {ROWS[0].contact} 025-84444444",
        f"账号 {ROWS[0].account} 的原链接作废，重新发",
    )
    do(scene, [one], stamp("2022-01-06T11:00"))
    with scene.database.read() as connection:
        people = contacts.of(connection, "nanjing")
        charged = contacts.in_charge(people, day_of(stamp("2022-01-06T11:00").as_of))
        assert (charged and charged.phone, len(people)) == ("025-84444444", 2)
        assert addresses.on_file(connection)["nanjing"].email == "new@kepu.example"


def test_a_mailbox_of_ones_own_gives_way_to_the_one_that_is_typed(scene: Scene) -> None:
    with scene.database.write("every") as connection:
        own = {"office": "nanjing", "part": "main", "name": "王芳", "email": "own@kepu.example", "phone": "13800000000"}
        contacts.add(connection, stamp(AT), own | {"since": None, "until": None})
    do(scene, [OfficeRow("南京", "office@kepu.example")])
    with scene.database.read() as connection:
        [row, *_] = office_rows.standing_rows(connection, scene.year, day_of(stamp(AT).as_of), stamp(AT).at)
    assert row == OfficeRow("南京", "office@kepu.example", "王芳", "13800000000")


def test_a_link_goes_by_letter_and_stands_in_the_message_alone(scene: Scene, tmp_path: Path) -> None:
    when = stamp(AT)
    with scene.database.read() as connection:
        seen = fingerprint(planned(connection, scene.year, ROWS[:2], day_of(when.as_of), when.at))
    done = set_up_offices(
        scene.database, YEAR, when, ROWS[:2], lambda one: first_token(SECRET, one),
        by_letter=True, foreseen=seen, account=None,
    )  # fmt: skip
    assert (done.links, done.said) == ((), f"已登记 2 个市；登录链接 2 个随函件发到各市邮箱，{LINK_DAYS} 天内有效。")
    courier = MaildirCourier(tmp_path)
    posted = asyncio.run(post.sending.send(scene.database, courier, "省办 <p@office.example>", when))
    assert (posted.sent, posted.retry) == (0, 2), "without the window's secret it would say nothing, and waits"
    later = stamp("2022-01-05T12:00")
    with scene.database.read() as connection:
        [waits] = put_off(connection, later.as_of, YEAR)
    assert (waits.means, waits.letters, waits.by_host) == (Meaning.KEYLESS, 2, False)
    posted = asyncio.run(
        post.sending.send(scene.database, courier, "省办 <p@office.example>", later, links=Links(SECRET, BASE))
    )
    assert (posted.sent, posted.failed) == (2, 0)
    with scene.database.read() as connection:
        kept = [body for row in connection.execute(select(table_of(LetterBody))) for body in (row.text, row.html)]
        letters = {row.recipient: row for row in connection.execute(select(table_of(Letter)))}
    assert all(FIRST_LINK in body and "/welcome/" not in body for body in kept)
    for file in (tmp_path / "new").iterdir():
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        [its] = [row for row in letters.values() if row.address == message["To"]]
        link = f"{BASE}/welcome/{first_token(SECRET, its.message_id)}"
        bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
        assert all(body is not None and link in body.get_content() for body in bodies)
        assert all(body is not None and FIRST_LINK not in body.get_content() for body in bodies)
    letter = letters["city:nanjing"]
    assert letter.valid_until == when.as_of + timedelta(days=LINK_DAYS)
    token = first_token(SECRET, letter.message_id)
    late = stamp("2022-01-12T10:00")
    assert welcome(scene.database, late, token, kept="hash", totp=None, step=None) is None, "it is over"
    assert welcome(scene.database, when, token, kept="hash", totp=None, step=None) is not None


def test_of_two_officers_at_once_the_second_is_shown_what_became_of_it(scene: Scene) -> None:
    with scene.database.read() as connection:
        seen = fingerprint(planned(connection, scene.year, ROWS, day_of(stamp(AT).as_of), stamp(AT).at))

    def confirm(_: int) -> str:
        try:
            return set_up_offices(
                scene.database, YEAR, stamp(AT), ROWS, digest, by_letter=False, foreseen=seen, account=None
            ).said[:3]
        except NotAsShown as other:
            return str(other)[:3]

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(confirm, range(2))) == ["已登记", "预览之"]


def test_a_name_that_is_taken_meanwhile_takes_all_of_it_back(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    before = ledger.everything(scene.database)
    monkeypatch.setattr(accounts, "add_new", lambda *_: {})
    with pytest.raises(NameTaken):
        do(scene, ROWS)
    assert ledger.everything(scene.database) == before


def test_thirteen_cities_ask_no_more_than_two(scene: Scene) -> None:
    asked = []
    with scene.database.write():
        pass  # the first of a database asks whether its tables are this program's
    for rows in (ROWS[:2], ROWS[2:]):
        with counted(scene.database) as statements:
            do(scene, rows, by_letter=True)
        asked.append(len(statements))
    assert asked[0] == asked[1]


def by_letter(scene: Scene, rows: list[OfficeRow], at: str) -> None:
    """Do it, with links that go by letter, each made of its letter's Message-ID."""
    with scene.database.read() as connection:
        seen = fingerprint(planned(connection, scene.year, rows, day_of(stamp(at).as_of), stamp(at).at))
    set_up_offices(
        scene.database, YEAR, stamp(at), rows, lambda one: first_token(SECRET, one),
        by_letter=True, foreseen=seen, account=None,
    )  # fmt: skip


def invitations(scene: Scene, city: str, at: str = AT) -> list[tuple[str, str | None, bool]]:
    """Give the letters with a link to a city, the oldest first: state, address, whether the link opens anything."""
    letter = table_of(Letter)
    query = select(letter.c.state, letter.c.address, letter.c.message_id).order_by(letter.c.id)
    with scene.database.read() as connection:
        found = connection.execute(query.where(letter.c.kind == "first-link", letter.c.concerns == city)).all()
        tokens = [digest(first_token(SECRET, row.message_id)) for row in found]
        opens = [sign_ins.offered(connection, one, stamp(at).at) is not None for one in tokens]
    return [(row.state, row.address, is_open) for row, is_open in zip(found, opens, strict=True)]


def test_a_link_that_went_to_a_wrong_mailbox_is_void_and_another_goes_to_the_right_one(
    scene: Scene, tmp_path: Path
) -> None:
    wuxi, other = OfficeRow("无锡", "wrong@kepu.example", account="wx"), ROWS[0]
    by_letter(scene, [wuxi, other], AT)
    right = replace(wuxi, mailbox="right@kepu.example", account="")
    [found] = plan(scene, [right])
    assert found.changes == ("邮箱由 wrong@kepu.example 改为 right@kepu.example", "账号 wx 的原链接作废，重新发")
    by_letter(scene, [right], "2022-01-05T10:05")
    queued = ("queued", "right@kepu.example", True)
    assert invitations(scene, "wuxi") == [("cancelled", "wrong@kepu.example", False), queued]
    office, links = "省办 <p@office.example>", Links(SECRET, BASE)
    courier = MaildirCourier(tmp_path)
    asyncio.run(post.sending.send(scene.database, courier, office, stamp("2022-01-05T12:00"), links=links))
    by_letter(scene, [replace(right, mailbox="third@kepu.example")], "2022-01-05T13:00")
    assert invitations(scene, "wuxi")[1:] == [
        ("sent", "right@kepu.example", False), ("queued", "third@kepu.example", True),
    ]  # fmt: skip
    assert invitations(scene, "nanjing") == [("sent", other.mailbox, True)]
    welcome(
        scene.database, stamp(AT), first_token(SECRET, message_of(scene, "nanjing")), kept="k", totp=None, step=None
    )
    [set_already] = plan(scene, [replace(other, mailbox="fourth@kepu.example")])
    assert set_already.changes == (f"邮箱由 {other.mailbox} 改为 fourth@kepu.example",)


def message_of(scene: Scene, city: str) -> str:
    letter = table_of(Letter)
    with scene.database.read() as connection:
        query = select(letter.c.message_id).where(letter.c.kind == "first-link", letter.c.concerns == city)
        return str(connection.execute(query).scalar_one())


def test_a_link_that_is_given_otherwise_takes_the_letter_back_that_carries_the_old_one(scene: Scene) -> None:
    by_letter(scene, ROWS[:2], AT)
    account = ROWS[0].account
    reset(scene.database, stamp(AT), account, token="shown", by=None)
    assert invitations(scene, "nanjing") == [("cancelled", ROWS[0].mailbox, False)]
    assert invitations(scene, "wuxi") == [("queued", ROWS[1].mailbox, True)]
    disable(scene.database, stamp(AT), ROWS[1].account, by=None)
    assert invitations(scene, "wuxi") == [("cancelled", ROWS[1].mailbox, False)]


def test_no_link_goes_where_no_letter_arrives(scene: Scene) -> None:
    [found] = plan(scene, [OfficeRow("徐州", account="xz")])
    assert found.faults == {"mailbox": "请填写邮箱：登录链接和函件都发到那里；暂时没有的，先不填用户名"}
    with scene.database.write("every") as connection:
        suppress(connection, {"dead@kepu.example": "没有这个邮箱"}, stamp(AT).as_of, "省办")
    [found] = plan(scene, [OfficeRow("徐州", "Dead@kepu.example", account="xz")])
    assert found.faults["mailbox"].startswith("已停止向 Dead@kepu.example 发函")
    assert states(plan(scene, [OfficeRow("徐州", "xz@kepu.example", account="xz"), OfficeRow("苏州")])) == [
        "new",
        "same",
    ]


def test_a_city_stands_in_one_row_however_it_is_named(scene: Scene) -> None:
    said = ("苏州", "苏州市", "suzhou", "3205")
    found = plan(scene, [OfficeRow(city, f"{at}@kepu.example") for at, city in enumerate(said)])
    assert [one.faults for one in found] == [{"city": "这个设区市在名单里不止一行"}] * len(said)


def own(scene: Scene, part: str = "main", *, office: str = "office@kepu.example", until: date | None = None) -> None:
    """Put 南京's own mailbox on file, and 张三 with one of his."""
    with scene.database.write("every") as connection:
        if office:
            addresses.put(connection, "nanjing", {"email": office})
        person = {"office": "nanjing", "part": part, "name": "张三", "email": "zhang@kepu.example"}
        contacts.add(connection, stamp(AT), person | {"phone": "025-81111111", "since": None, "until": until})


@pytest.mark.parametrize("mailbox", ["", "zhang@kepu.example"])
def test_nobody_hands_his_own_mailbox_on_to_who_follows_him(scene: Scene, mailbox: str) -> None:
    own(scene)
    row = OfficeRow("南京", mailbox, "李四", "025-83000000")
    [found] = plan(scene, [row])
    assert found.changes == (
        "邮箱由 zhang@kepu.example 改为 office@kepu.example", "经办人由 张三 025-81111111改为 李四 025-83000000",
    )  # fmt: skip
    do(scene, [row])
    with scene.database.read() as connection:
        person = contacts.in_charge(contacts.of(connection, "nanjing"), day_of(stamp(AT).as_of))
        assert addresses.on_file(connection)["nanjing"].email == "office@kepu.example"
    assert person is not None
    assert (person.name, person.email) == ("李四", None)


def test_each_address_that_changes_is_said(scene: Scene) -> None:
    own(scene)
    [found] = plan(scene, [OfficeRow("南京", "new@kepu.example", "李四", "025-83000000")])
    assert found.changes[:2] == (
        "邮箱由 zhang@kepu.example 改为 new@kepu.example", "单位邮箱由 office@kepu.example 改为 new@kepu.example",
    )  # fmt: skip
    [kept] = plan(scene, [OfficeRow("南京", "zhang@kepu.example", "张三", "025-82222222")])
    assert kept.changes == ("经办人由 张三 025-81111111改为 张三 025-82222222",)
    assert (kept.mailbox, kept.contact and kept.contact["email"]) == (None, "zhang@kepu.example")


def test_who_follows_needs_a_mailbox_where_the_office_has_none(scene: Scene) -> None:
    own(scene, office="")
    row = OfficeRow("南京", contact="李四", phone="025-83000000")
    [found] = plan(scene, [row])
    assert found.faults == {"mailbox": "请填写邮箱：现用的是 张三 本人的，换人以后函件没有去处"}
    [found] = plan(scene, [replace(row, mailbox="zhang@kepu.example")])
    assert found.changes[0] == "登记单位邮箱 zhang@kepu.example"


def test_who_stands_in_stays_so_when_his_mailbox_moves(scene: Scene) -> None:
    last = date(2022, 1, 20)
    own(scene, "deputy", until=last)
    do(scene, [OfficeRow("南京", "new@kepu.example")])
    with scene.database.read() as connection:
        person = contacts.in_charge(contacts.of(connection, "nanjing"), day_of(stamp(AT).as_of))
    assert person is not None
    assert (person.name, person.part, person.email, person.until) == ("张三", "deputy", None, last)
    [found] = plan(scene, [OfficeRow("南京", "", "李四", "025-83000000")])
    assert found.changes == ("登记经办人 李四 025-83000000，函件不再由代办人 张三 代收",)


def test_one_mailbox_that_is_mended_alone_voids_the_link_too(scene: Scene) -> None:
    by_letter(scene, ROWS[:3], AT)
    day = day_of(stamp(AT).as_of)
    done = set_office(scene.database, "nanjing", "南京", email="right@kepu.example", day=day)
    assert done.message == f"南京的邮箱已登记{VOID}。"
    assert invitations(scene, "nanjing") == [("cancelled", ROWS[0].mailbox, False)]
    done = set_office(scene.database, "wuxi", "无锡", email=ROWS[1].mailbox, head="head@kepu.example", day=day)
    assert (VOID in done.message, invitations(scene, "wuxi")[0][2]) == (False, True)
    third = CITIES[2].slug
    done = add_contact(
        scene.database, third, "市办", stamp(AT), name="李四", part="main", email="li@kepu.example", since=day
    )
    assert (VOID in done.message, invitations(scene, third)[0][2]) == (True, False)
