"""Letters that a person settles: where one goes that is sent again, which are let go, and what stays on record."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from acts.advance import advance
from acts.contacts import add_contact
from acts.offices import set_office
from acts.settle_letter import Found, settle
from acts.suppress import suppress, take_back, unsuppress
from models.alarms import alarms, undelivered
from models.columns import table_of
from models.contacts import MAIN
from models.tables.audit import AuditEntry
from models.tables.pool import Party
from models.tables.season import Letter, ProgrammeYear
from post.maildir import MaildirCourier
from post.sending import send
from tests.acts.test_suppress import ADDRESS, bounce, letters, sent
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, instant, stamp

ROLL = "mentor-recommendation"
AT = "2022-01-12T10:00"
NEW = "new@city.example"


def settled(scene: Scene, found: Found, *keys: int, at: str = AT) -> tuple[str, str]:
    said = settle(scene.database, keys, found, stamp(at, "张主任"))
    return said.outcome, said.message


def changed(scene: Scene, keys: Iterable[int], **values: Any) -> None:  # noqa: ANN401 -- columns of a letter
    letter = table_of(Letter)
    with scene.database.write() as connection:
        connection.execute(update(letter).where(letter.c.id.in_(list(keys))).values(**values))


def states(scene: Scene, *keys: int) -> list[tuple[str, str]]:
    """State and address of these letters."""
    letter = table_of(Letter)
    with scene.database.read() as connection:
        query = select(letter.c.state, letter.c.address).where(letter.c.id.in_(keys)).order_by(letter.c.id)
        return [tuple(row) for row in connection.execute(query)]


def mine(scene: Scene, like: str) -> list[int]:
    letter = table_of(Letter)
    with scene.database.read() as connection:
        query = select(letter.c.id).where(letter.c.recipient.like(like)).order_by(letter.c.id)
        return list(connection.execute(query).scalars())


def on_record(scene: Scene) -> list[tuple[str, str, str, str | None]]:
    """Who did what to what, and why."""
    audit = table_of(AuditEntry)
    with scene.database.read() as connection:
        query = select(audit.c.by, audit.c.what, audit.c.subject, audit.c.reason).order_by(audit.c.id)
        return [tuple(row) for row in connection.execute(query)]


def at_risk(scene: Scene, at: str = AT) -> tuple[dict[str, int], list[int]]:
    """How many letters of each state raise the alarm, and which are listed."""
    with scene.database.read() as connection:
        found = alarms(connection, YEAR, instant(at)).letters
        return dict(found), [row.id for row in undelivered(connection, YEAR, instant(at))]


@pytest.fixture
def opened(scene: Scene) -> Scene:
    scene.advance("2021-12-31T00:00")
    return scene


@pytest.fixture
def bounced(opened: Scene) -> Scene:
    """The first letter to Nanjing came back."""
    take_back(opened.database, [bounce(ADDRESS, sent(opened))], stamp("2022-01-11T10:00"))
    return opened


def test_a_letter_that_came_back_goes_to_the_address_that_was_corrected_since(bounced: Scene, tmp_path: Path) -> None:
    (key,) = mine(bounced, f"city:{NANJING}")
    set_office(bounced.database, NANJING, "南京", email=NEW)
    said = f"{key} 号函件已重新排队，发往南京市管理办公室 n＊＊@city.example。"
    assert settled(bounced, "resend", key) == ("done", said)
    asyncio.run(send(bounced.database, MaildirCourier(tmp_path), "省办 <office@talent.example>", stamp(AT)))
    to = [message_from_bytes(file.read_bytes())["To"] for file in (tmp_path / "new").iterdir()]
    assert (NEW in to, ADDRESS in to, states(bounced, key)) == (True, False, [("sent", NEW)])


def test_one_whose_address_was_not_corrected_waits_for_that_and_says_so(bounced: Scene) -> None:
    (key,) = mine(bounced, f"city:{NANJING}")
    said = f"{key} 号函件待补邮箱：已停止向南京市管理办公室 n＊＊@city.example发函，更正邮箱或恢复发函之后自动发出。"
    assert settled(bounced, "resend", key) == ("done", said)
    assert letters(bounced) == [("opened", ADDRESS, "held", "已停止向此邮箱发函")]
    assert set_office(bounced.database, NANJING, "南京", email=NEW).message == "南京的邮箱已登记；1 封待发函件已放行。"
    assert states(bounced, key) == [("queued", NEW)]


def test_an_office_is_written_to_where_it_is_written_to_today(bounced: Scene) -> None:
    (key,) = mine(bounced, f"city:{NANJING}")
    given = {"name": "王主任", "part": MAIN, "email": "wang@city.example", "since": date(2022, 1, 12)}
    add_contact(bounced.database, NANJING, "南京", stamp("2022-01-11T11:00"), **given)  # type: ignore[arg-type]
    assert settled(bounced, "resend", key) == (
        "done",
        f"{key} 号函件已重新排队，发往南京市管理办公室 w＊＊@city.example。",
    )


def test_a_mentor_is_written_to_at_the_address_of_the_newest_form(scene: Scene) -> None:
    scene.file(ROLL, NANJING)
    first, *rest = mine(scene, "mentor:%")
    party = table_of(Party)
    changed(scene, [first, *rest], state="failed", tries=1)
    with scene.database.write() as connection:
        connection.execute(update(party).values(email="new@uni.example"))
        number = connection.execute(select(party.c.id).where(party.c.kind == "mentor")).scalar_one()
    assert settled(scene, "resend", first) == (
        "done",
        f"{first} 号函件已重新排队，发往导师 #{number} n＊＊@uni.example。",
    )
    assert states(scene, first) == [("queued", "new@uni.example")]


def test_several_are_settled_together_or_none_of_them(opened: Scene) -> None:
    nanjing, wuxi = (mine(opened, f"city:{city}")[0] for city in (NANJING, WUXI))
    changed(opened, [nanjing], state="failed", tries=1)
    refused = f"{wuxi} 号函件既非待核实也非未送达，无需处理。没有编号为 999 的函件。一封也没有办理。"
    assert settled(opened, "sent", nanjing, wuxi, 999) == ("refused", refused)
    assert [state for state, _ in states(opened, nanjing, wuxi)] == ["failed", "queued"]
    assert on_record(opened) == []
    changed(opened, [wuxi], state="unknown", tries=1)
    first, second = sorted((nanjing, wuxi))
    assert settled(opened, "sent", wuxi, nanjing) == ("done", f"{first}、{second} 号函件已记为已发。")
    assert [state for state, _ in states(opened, nanjing, wuxi)] == ["sent", "sent"]


def test_a_letter_that_nobody_can_send_is_dropped_and_heard_of_no_more(opened: Scene) -> None:
    nanjing, wuxi = (mine(opened, f"city:{city}")[0] for city in (NANJING, WUXI))
    changed(opened, [nanjing], state="failed", tries=1)
    changed(opened, [wuxi], state="held", address="", detail="未登记邮箱")
    both = sorted((nanjing, wuxi))
    assert at_risk(opened) == ({"failed": 1, "held": 1}, both)
    assert settled(opened, "resend", wuxi)[0] == "refused"
    assert settled(opened, "dropped", *both) == ("done", f"{both[0]}、{both[1]} 号函件不再发送。")
    assert letters(opened) == [("opened", ADDRESS, "cancelled", "张主任 于 2022-01-12 10:00 核实：不再发送")]
    assert at_risk(opened) == ({}, [])
    refused = f"{nanjing} 号函件既非待核实也非未送达也非待补邮箱也非待放行，无需处理。"
    assert settled(opened, "dropped", nanjing) == ("refused", refused)


def test_one_that_waited_from_the_first_is_dropped_alone(opened: Scene) -> None:
    opened.advance("2022-01-07T09:00")
    suppress(opened.database, ADDRESS, stamp(AT), reason="邮箱已停")
    first, _ = mine(opened, f"city:{NANJING}")
    assert settled(opened, "dropped", first) == ("done", f"{first} 号函件不再发送。")
    assert [state for _, _, state, _ in letters(opened)] == ["cancelled", "held"]


def test_one_that_waits_shares_no_fate_with_what_it_once_went_out_with(opened: Scene) -> None:
    opened.advance("2022-01-07T09:00")
    first, second = mine(opened, f"city:{NANJING}")
    changed(opened, [first, second], state="awaiting", envelope=first)
    assert settled(opened, "dropped", second) == ("done", f"{second} 号函件不再发送。")
    assert [state for state, _ in states(opened, first, second)] == ["awaiting", "cancelled"]


def test_who_settled_what_stays_on_record_whatever_becomes_of_the_letter(bounced: Scene) -> None:
    (key,) = mine(bounced, f"city:{NANJING}")
    settled(bounced, "resend", key)
    unsuppress(bounced.database, ADDRESS, stamp(AT, "李四"))
    changed(bounced, [key], state="failed", detail="550")
    settled(bounced, "dropped", key)
    address = "suppressed/7ce098b85a91ac9b"
    assert on_record(bounced) == [
        ("省办", "停止向邮箱发函", address, "退信"),
        ("张主任", "函件重发", f"letter/{key}", None),
        ("李四", "恢复向邮箱发函", address, None),
        ("张主任", "函件不再发送", f"letter/{key}", None),
    ]


@pytest.mark.parametrize(
    ("written", "happens", "at", "owed"),
    [
        ("opened", "nothing", AT, True),
        ("opened", "its city files", AT, False),
        ("opened", "another city files", AT, True),
        ("passed", "its city files", AT, True),
        ("passed", "it is opened again", AT, False),
        ("digest", "it is opened again", AT, True),
        ("opened", "nothing", "2022-01-16T00:00", False),
    ],
)
@pytest.mark.parametrize("state", ["failed", "unknown", "held"])
def test_a_letter_that_is_no_longer_owed_raises_no_alarm_and_is_not_sent_again(
    opened: Scene, written: str, happens: str, at: str, state: str, *, owed: bool
) -> None:
    (key,) = mine(opened, f"city:{NANJING}")
    changed(opened, [key], state=state, tries=1, kind=written)
    if happens != "nothing":
        opened.file(ROLL, WUXI if happens.startswith("another") else NANJING, at="2022-01-10T10:00")
    if happens == "it is opened again":
        opened.rerun(ROLL, NANJING, "2022-01-11T10:00", date(2022, 1, 20))
    changed(opened, [key], state=state)
    assert at_risk(opened, at) == (({state: 1}, [key]) if owed else ({}, []))


def test_what_the_city_has_answered_meanwhile_is_cancelled_instead_of_sent_again(bounced: Scene) -> None:
    (key,) = mine(bounced, f"city:{NANJING}")
    bounced.file(ROLL, NANJING, at="2022-01-12T09:00")
    assert settled(bounced, "resend", key) == ("done", f"{key} 号函件情况已变，不再发送。")
    assert letters(bounced)[0] == ("opened", ADDRESS, "cancelled", "发送前情况已变，不再发送")


@pytest.mark.parametrize(("rehearsal", "state"), [(True, "queued"), (False, "cancelled")])
def test_what_has_gone_stale_is_not_sent_again_but_in_a_rehearsal(scene: Scene, state: str, *, rehearsal: bool) -> None:
    scene.advance("2021-12-31T00:00")
    (key,) = mine(scene, f"city:{NANJING}")
    changed(scene, [key], state="failed", tries=1)
    with scene.database.write() as connection:
        connection.execute(update(table_of(ProgrammeYear)).values(rehearsal=rehearsal))
    settled(scene, "resend", key, at="2022-01-16T00:00")
    assert [one for one, _ in states(scene, key)] == [state]


def test_one_that_came_back_after_its_day_moved_is_written_anew_with_the_new_day(scene: Scene) -> None:
    scene.advance("2021-12-31T09:00")
    table = table_of(Letter)
    theirs = (table.c.kind == "opened", table.c.concerns == NANJING)
    with scene.database.write() as connection:
        connection.execute(update(table).where(*theirs).values(state="sent", claim="aa"))
    scene.extend(ROLL, [NANJING], "2022-01-04T10:00", date(2022, 1, 25))
    with scene.database.write() as connection:
        connection.execute(update(table).where(*theirs).values(state="failed", detail="550"))
        (key,) = connection.execute(select(table.c.id).where(*theirs)).scalars()
        assert [row.id for row in undelivered(connection, YEAR, instant("2022-01-05T09:00"))] == [key]
    assert settled(scene, "resend", key, at="2022-01-05T10:00") == (
        "done",
        f"{key} 号函件里的截止日已改，不再发送；仍应告知的已按新的日期重写。",
    )
    with scene.database.read() as connection:
        found = connection.execute(select(table.c.state, table.c.subject).where(*theirs).order_by(table.c.id)).all()
    assert [(state, subject.partition("】")[2]) for state, subject in found] == [
        ("cancelled", "请于1月15日（周六）24时前报送：南京市导师名单"),
        ("queued", "请于1月25日（周二）24时前报送：南京市导师名单"),
    ]


@pytest.mark.parametrize("host", ["talent_app", "::1", "人才.江苏.cn"])
def test_one_that_no_message_could_bear_goes_out_under_a_name_that_one_can(
    opened: Scene, tmp_path: Path, host: str
) -> None:
    letter, [key] = table_of(Letter), mine(opened, f"city:{NANJING}")
    ours = select(letter.c.message_id).where(letter.c.id == key)
    with opened.database.read() as connection:
        good = connection.execute(ours).scalar_one()
    assert good.endswith("@talent-calendar.example>")
    bad = good.replace("talent-calendar.example", host)
    changed(opened, [key], message_id=bad)
    asyncio.run(send(opened.database, MaildirCourier(tmp_path), "省办 <office@talent.example>", stamp(AT)))
    assert states(opened, key) == [("failed", ADDRESS)]
    assert settled(opened, "resend", key)[0] == "done"
    asyncio.run(send(opened.database, MaildirCourier(tmp_path), "省办 <office@talent.example>", stamp(AT)))
    with opened.database.read() as connection:
        assert (states(opened, key), connection.execute(ours).scalar_one()) == ([("sent", ADDRESS)], good)


def test_one_that_may_have_gone_out_keeps_its_name(opened: Scene) -> None:
    letter, [key] = table_of(Letter), mine(opened, f"city:{NANJING}")
    changed(opened, [key], message_id="<x@elsewhere.example>", state="unknown")
    assert settled(opened, "resend", key)[0] == "done"
    with opened.database.read() as connection:
        kept = connection.execute(select(letter.c.message_id).where(letter.c.id == key)).scalar_one()
    assert kept == "<x@elsewhere.example>"


def test_links_that_lead_elsewhere_leave_message_ids_in_the_sender_s_domain(scene: Scene) -> None:
    letter = table_of(Letter)
    signed = replace(stamp("2021-12-31T00:00"), base_url="http://talent_app:8000", mail_domain="city.example")
    advance(scene.database, YEAR, signed)
    with scene.database.read() as connection:
        named = set(connection.execute(select(letter.c.message_id)).scalars())
    assert {one.partition("@")[2] for one in named} == {"city.example>"}
