"""Letters to an office go to whoever is in charge of it on the day they are written, and follow a hand-over."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import select

from acts.contacts import add_contact, end_contact
from acts.offices import set_office
from calendars.files import load
from calendars.year import ContactPoint
from letters.headers import UnfitHeader
from models import contacts
from models.columns import table_of
from models.tables.audit import AuditEntry
from models.tables.season import Letter, LetterBody
from tests.support.scenes import NANJING, WUXI, Scene, stamp

AT = "2021-12-31T10:00"


def addresses(scene: Scene, recipient: str = f"city:{NANJING}") -> list[tuple[str, str]]:
    letter = table_of(Letter)
    query = select(letter.c.kind, letter.c.address).where(letter.c.recipient == recipient).order_by(letter.c.id)
    with scene.database.read() as connection:
        return [tuple(row) for row in connection.execute(query)]


def add(scene: Scene, at: str = AT, **given: str) -> str:
    days = {name: date.fromisoformat(given.pop(name)) for name in ("since", "until") if name in given}
    filled = {"name": "王 某", "part": "main", "email": "wang@city.example"} | given
    return add_contact(scene.database, NANJING, "南京", stamp(at), **filled, **days).message  # type: ignore[arg-type]


def test_a_letter_goes_to_who_is_in_charge_on_its_day(scene: Scene) -> None:
    add(scene, until="2022-01-07")
    add(scene, email="li@city.example", since="2022-01-08")
    scene.advance("2021-12-31T00:00")
    scene.advance("2022-01-07T09:00")
    scene.advance("2022-01-12T09:00")
    assert addresses(scene) == [
        ("opened", "wang@city.example"),
        ("reminder", "wang@city.example"),
        ("reminder", "li@city.example"),
    ]
    assert {address for _, address in addresses(scene, f"city:{WUXI}")} == {"wuxi@city.example"}


def test_without_contacts_letters_go_where_they_went(scene: Scene) -> None:
    set_office(scene.database, NANJING, "南京", email="own@city.example", head="head@city.example")
    scene.advance("2021-12-31T00:00")
    assert addresses(scene) == [("opened", "own@city.example")]


def test_a_hand_over_takes_the_letters_that_wait_along(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    assert add(scene) == "南京的经办人已登记；1 封待发函件改发在任者。"
    assert addresses(scene) == [("opened", "wang@city.example")]
    assert add(scene, "2022-01-05T10:00", part="deputy", email="li@city.example") == "南京的代办人（B 岗）已登记。"
    ended = end_contact(scene.database, 1, NANJING, "南京", stamp("2022-01-06T10:00"), last=date(2022, 1, 5))
    assert ended.message == "南京的经办人任期到 2022-01-05 为止；1 封待发函件改发在任者。"
    assert addresses(scene) == [("opened", "li@city.example")]


def test_an_ended_contact_stays_ended_and_another_office_s_cannot_be_ended(scene: Scene) -> None:
    add(scene)
    tries = [
        end_contact(scene.database, 1, office, office, stamp(AT), last=date(2022, 1, day)).message
        for office, day in ((WUXI, 4), (NANJING, 5), (NANJING, 6))
    ]
    assert tries == [
        "wuxi没有编号为 1 的联系人。",
        "nanjing的经办人任期到 2022-01-05 为止。",
        "这位联系人的任期已于 2022-01-05 结束。",
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": " "}, "联系人姓名应为 1 至 50 字，不含换行。"),
        ({"name": "王\n某"}, "联系人姓名应为 1 至 50 字，不含换行。"),
        ({"phone": "=1+1"}, "联系电话只能是数字、空格、括号和连字符，如 13800000000 或 025-83000000。"),
        ({"email": ""}, "请至少填写邮箱或电话中的一项。"),
        ({"since": "2022-01-02", "until": "2022-01-01"}, "止日不能早于起日。"),
    ],
)
def test_what_is_no_contact_is_refused(scene: Scene, given: dict[str, str], said: str) -> None:
    assert add(scene, **given) == said
    with scene.database.read() as connection:
        assert list(connection.execute(select(table_of(AuditEntry)))) == []


def test_an_address_that_would_break_a_header_is_refused(scene: Scene) -> None:
    with pytest.raises(UnfitHeader):
        add(scene, email="a@b.example\nBcc: c@d.example")


def test_an_address_without_a_dot_in_its_domain_is_kept_and_warned_about(scene: Scene) -> None:
    warned = "；邮箱的域名里没有点，外面的函件多半送不到，请核对。"
    assert add(scene, email="kepu@yancheng") == f"南京的经办人已登记{warned}"
    said = set_office(scene.database, NANJING, "南京", email="kepu@city.example", head="head@yancheng")
    assert said.message == f"南京的邮箱已登记{warned}"


def test_who_changed_a_contact_is_on_record_without_whom(scene: Scene) -> None:
    add(scene, phone="025-83000000")
    end_contact(scene.database, 1, NANJING, "南京", stamp(AT), last=date(2022, 1, 5))
    table = table_of(AuditEntry)
    with scene.database.read() as connection:
        rows = connection.execute(select(table.c.what, table.c.subject, table.c.city, table.c.by).order_by(table.c.id))
        assert [tuple(row) for row in rows] == [
            ("登记联系人", "contact:1", NANJING, "省办"),
            ("联系人任期结束", "contact:1", NANJING, "省办"),
        ]


def told(scene: Scene, recipient: str) -> tuple[str, str | None]:
    """The line of the newest letter to it that says whom to ask, and where an answer to it goes."""
    letter, body = table_of(Letter), table_of(LetterBody)
    newest = select(body.c.text, body.c.reply_to).join(letter, letter.c.body == body.c.digest)
    with scene.database.read() as connection:
        row = connection.execute(newest.where(letter.c.recipient == recipient).order_by(letter.c.id.desc())).first()
    assert row is not None
    (line,) = re.findall(r"　　(联系人：.*)", row.text) or [""]
    return line, row.reply_to


def test_a_letter_names_who_is_in_charge_on_its_day_and_answers_go_there(scene: Scene) -> None:
    person = {"name": "李某", "part": "main", "email": "li@office.example", "phone": "111-1111111"}
    add_contact(scene.database, "province", "省级管理办公室", stamp(AT), **person, since=date(2022, 1, 8))  # type: ignore[arg-type]
    scene.advance("2021-12-31T00:00")
    before = "联系人：示例，电话：000-00000000，邮箱：province@office.example。"
    assert told(scene, f"city:{NANJING}") == (before, "province@office.example")
    scene.advance("2022-01-12T09:00")
    after = "联系人：李某，电话：111-1111111，邮箱：li@office.example。"
    assert told(scene, f"city:{NANJING}") == (after, "li@office.example")


def test_parties_ask_their_city_and_the_province_asks_the_city_it_has_to_decide_on(scene: Scene) -> None:
    add(scene, name="王某", phone="222-2222222")
    phase, at = "mentor-recommendation", "2022-01-10T10:00"
    scene.load(phase, NANJING, scene.sheets(phase, NANJING), at)
    scene.submit(phase, NANJING, at)
    city = "联系人：南京市管理办公室王某，电话：222-2222222，邮箱：wang@city.example。"
    assert told(scene, "province") == (city, "wang@city.example")
    scene.approve(phase, NANJING, at)
    with scene.database.read() as connection:
        mentors = {row.recipient for row in connection.execute(select(table_of(Letter).c.recipient))}
    assert {told(scene, key) for key in mentors if key.startswith(("mentor:", "institution:"))} == {
        (city, "wang@city.example")
    }


def test_an_office_s_mailbox_is_on_file_or_nobody_is_asked_to_answer() -> None:
    point = contacts.points({}, [], date(2022, 1, 1), ContactPoint())
    assert point == {"province": ContactPoint()}
    kept = contacts.points({"province": ("own@office.example", None)}, [], date(2022, 1, 1), load(2022).contact)
    assert kept == {"province": ContactPoint(name="示例", phone="000-00000000", mailbox="own@office.example")}
