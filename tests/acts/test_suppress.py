"""Addresses given up by hand, by refusals, by bounces: their letters wait, and a new address frees them."""

from __future__ import annotations

import asyncio
import re
from datetime import date
from email.utils import format_datetime

import pytest
from sqlalchemy import func, insert, select, update

from acts.act import Bench
from acts.book import ACTS
from acts.contacts import add_contact
from acts.doing import recorded
from acts.offices import set_office
from acts.suppress import Returned, suppress, take_back, unsuppress
from models import suppression
from models.alarms import Alarms, Suppression, alarms
from models.columns import table_of
from models.suppression import Unclear
from models.tables.pool import Party, PoolEntry
from models.tables.season import Letter
from post.sending import send
from post.smtp import Relay, SmtpCourier
from tests.support import bouncing, ledger
from tests.support.bouncing import postfix
from tests.support.relays import Faulty
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, instant, stamp

ROLL = "mentor-recommendation"
AT = "2022-01-11T10:00"
ADDRESS = "nanjing@city.example"
REFUSAL = "收件人被拒：550 no such user"
WHY = "连续 3 封被对方邮局拒收：550 5.1.1 no such user"


def letters(scene: Scene, city: str = NANJING) -> list[tuple[str, str, str, str | None]]:
    """Kind, address, state and detail of what was written to a city's office."""
    letter = table_of(Letter)
    columns = (letter.c.kind, letter.c.address, letter.c.state, letter.c.detail)
    with scene.database.read() as connection:
        query = select(*columns).where(letter.c.recipient == f"city:{city}").order_by(letter.c.id)
        return [tuple(row) for row in connection.execute(query)]


def sent(scene: Scene, city: str = NANJING) -> str:
    """Mark what waits for a city's office as sent in one envelope; its Message-ID."""
    letter = table_of(Letter)
    theirs = (letter.c.recipient == f"city:{city}") & (letter.c.state == "queued")
    with scene.database.write() as connection:
        first = connection.execute(select(func.min(letter.c.id)).where(theirs)).scalar_one()
        connection.execute(update(letter).where(theirs).values(state="sent", tries=1, envelope=first))
        return str(connection.execute(select(letter.c.message_id).where(letter.c.id == first)).scalar_one())


def on_file(scene: Scene, city: str = NANJING, email: str = ADDRESS) -> None:
    set_office(scene.database, city, "南京", email=email)


def found(scene: Scene, at: str = "2022-01-12T09:00") -> Alarms:
    with scene.database.read() as connection:
        return alarms(connection, YEAR, instant(at))


def bounce(address: str, message_id: str = "<0@x>") -> bytes:
    return (
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; relay.example\n\n"
        f"Final-Recipient: rfc822; {address}\nAction: failed\nDiagnostic-Code: smtp; 550 no such user\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {message_id}\n\n--b--\n"
    ).encode()


def test_an_address_suppressed_by_hand_has_its_letters_wait_and_raises_an_alarm(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    said = suppress(scene.database, "Nanjing@City.example", stamp(AT), reason="邮箱已停")
    assert (said.outcome, said.message) == (
        "done",
        "已停止向 Nanjing@City.example 发函；发往该地址的函件待补邮箱，更正邮箱或恢复发函后再发。",
    )
    assert letters(scene) == [("opened", ADDRESS, "held", "已停止向此邮箱发函")]
    assert letters(scene, WUXI) == [("opened", "wuxi@city.example", "queued", None)]
    kept = Suppression(ADDRESS, (f"city:{NANJING}",), instant(AT), "邮箱已停", 1)
    assert found(scene) == Alarms((kept,), {"held": 1})
    assert found(scene, "2022-01-11T09:59") == Alarms((), {"held": 1})


def test_suppressing_again_changes_nothing(scene: Scene) -> None:
    on_file(scene)
    suppress(scene.database, ADDRESS, stamp(AT), reason="甲")
    said = suppress(scene.database, ADDRESS.upper(), stamp("2022-01-12T10:00"), reason="乙")
    assert said.message == "早已停止向 NANJING@CITY.EXAMPLE 发函，未作改动。"
    assert [(one.since, one.why) for one in found(scene).suppressed] == [(instant(AT), "甲")]


def test_an_address_taken_up_again_lets_its_letters_go(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    suppress(scene.database, ADDRESS, stamp(AT), reason="邮箱已停")
    assert (
        unsuppress(scene.database, ADDRESS.upper(), stamp(AT)).message
        == f"已恢复向 {ADDRESS.upper()} 发函，1 封待补邮箱的函件待发。"
    )
    assert letters(scene) == [("opened", ADDRESS, "queued", None)]
    assert found(scene) == Alarms((), {})
    again = unsuppress(scene.database, ADDRESS, stamp(AT))
    assert (again.outcome, again.message) == (
        "refused",
        "并未停止向 nanjing@city.example 发函，未作改动。",
    )


def test_a_corrected_address_gets_what_waited_for_the_old_one(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    suppress(scene.database, ADDRESS, stamp(AT), reason="邮箱已停")
    said = set_office(scene.database, NANJING, "南京", email="new@city.example")
    assert said.message == "南京的邮箱已登记；1 封待发函件已放行。"
    assert letters(scene) == [("opened", "new@city.example", "queued", None)]


def test_the_same_dead_address_given_again_frees_nothing(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    suppress(scene.database, ADDRESS, stamp(AT), reason="邮箱已停")
    set_office(scene.database, NANJING, "南京", email=ADDRESS)
    assert letters(scene) == [("opened", ADDRESS, "held", "已停止向此邮箱发函")]


def test_a_filing_with_a_mentor_s_new_address_frees_that_mentor_s_letters(scene: Scene) -> None:
    roll = scene.sheets(ROLL, NANJING)
    scene.file(ROLL, NANJING, roll, "2022-01-05T10:00")
    letter = table_of(Letter)
    mine = select(letter.c.address, letter.c.state).where(letter.c.recipient.like("mentor:%")).distinct()
    with scene.database.read() as connection:
        ((address, _),) = connection.execute(mine).all()
    with scene.database.write() as connection:  # of a kind that no rerun takes back
        connection.execute(update(letter).where(letter.c.recipient.like("mentor:%")).values(kind="withdrawn"))
    suppress(scene.database, address, stamp(AT), reason="退信")
    scene.rerun(ROLL, NANJING, "2022-01-12T10:00", date(2022, 1, 20))
    changed = {**roll, "mentors": [row.model_copy(update={"email": "new@uni.example"}) for row in roll["mentors"]]}
    scene.load(ROLL, NANJING, changed, "2022-01-12T11:00")
    with scene.database.read() as connection:
        assert {tuple(row) for row in connection.execute(mine)} == {(address, "held")}
    scene.submit(ROLL, NANJING, "2022-01-12T12:00")
    with scene.database.read() as connection:
        assert {tuple(row) for row in connection.execute(mine)} == {("new@uni.example", "queued")}


def test_the_digest_says_whose_address_is_dead(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    suppress(scene.database, ADDRESS, stamp("2022-01-11T08:00"), reason="退信：550 no such user")
    scene.advance("2022-01-12T09:00")
    with scene.database.read() as connection:
        text = [row.text for row in ledger.words(connection) if row.kind == "digest"][-1]
    assert ITEM.findall(text) == [
        "南京市：1封函件未能送达，已持续12天",
        "南京市管理办公室：邮箱nanjing@city.example已停止发函（退信：550 no such user），请更正，已持续1天",
    ]


ITEM = re.compile(r"(?m)^　　\d+\.(.*)$")
"""One line of a digest's lists."""


def digests(scene: Scene) -> list[str]:
    """What each digest lists."""
    with scene.database.read() as connection:
        texts = [row.text for row in ledger.words(connection) if row.kind == "digest"]
    return [line for text in texts for line in ITEM.findall(text)]


def test_once_the_address_is_corrected_there_is_nothing_to_say(scene: Scene) -> None:
    on_file(scene)
    scene.advance("2021-12-31T00:00")
    suppress(scene.database, ADDRESS, stamp("2022-01-11T08:00"), reason="退信：550 no such user")
    on_file(scene, email="new@city.example")
    assert found(scene) == Alarms((), {})
    for day in (12, 13, 14):
        scene.advance(f"2022-01-{day}T09:00")
    assert digests(scene) == []


def test_a_letter_that_is_no_longer_owed_is_in_no_digest(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    letter = table_of(Letter)
    with scene.database.write() as connection:
        mine = letter.c.recipient == f"city:{NANJING}"
        connection.execute(update(letter).where(mine).values(state="failed", tries=1))
    scene.advance("2022-01-04T09:00")
    assert digests(scene) == ["南京市：1封函件未能送达，已持续4天"]
    scene.file(ROLL, NANJING, at="2022-01-04T10:00")
    scene.advance("2022-01-05T09:00")
    assert digests(scene) == ["南京市：1封函件未能送达，已持续4天"]


MENTOR, POOLED, STRANGER = "mentor@uni.example", "pooled@uni.example", "stranger@uni.example"


@pytest.fixture
def peopled(scene: Scene) -> Scene:
    """A year with a mentor on a roll and another in the pool, and somebody of another year; people of an office."""
    scene.file(ROLL, NANJING)
    party, pool = table_of(Party), table_of(PoolEntry)
    with scene.database.write() as connection:
        connection.execute(update(party).where(party.c.kind == "mentor").values(email=MENTOR.upper()))
        known = [{"kind": "mentor", "name": mail, "place": "x", "email": mail} for mail in (POOLED, STRANGER)]
        connection.execute(insert(party), known)
        key = connection.execute(select(party.c.id).where(party.c.email == POOLED)).scalar_one()
        connection.execute(insert(pool).values(year=YEAR, city=WUXI, kind="mentor", key=str(key)))
    on_file(scene, WUXI, "wuxi.office@city.example")
    for name, since, until in (("past", None, date(2022, 1, 10)), ("now", date(2022, 1, 11), None)):
        person = {"name": name, "part": "main", "email": f"{name}@city.example", "since": since, "until": until}
        add_contact(scene.database, WUXI, "无锡", stamp("2022-01-05T11:00"), **person)  # type: ignore[arg-type]
    return scene


@pytest.mark.parametrize(
    ("address", "to"),
    [
        (MENTOR, "mentor:"),
        (POOLED, "mentor:"),
        (STRANGER, None),
        ("wuxi.office@city.example", f"city:{WUXI}"),
        ("now@city.example", f"city:{WUXI}"),
        ("past@city.example", None),
        ("nobody@city.example", None),
    ],
)
@pytest.mark.parametrize("withdrawn", [False, True])
def test_only_an_address_at_which_somebody_is_still_written_to_is_an_alarm(
    peopled: Scene, address: str, to: str | None, *, withdrawn: bool
) -> None:
    suppress(peopled.database, address, stamp("2022-01-12T08:00"), reason="退信")
    if withdrawn:
        peopled.withdraw(WUXI, "2022-01-12T08:30")
    raised = [(one.address, [key.rstrip("0123456789") for key in one.to]) for one in found(peopled).suppressed]
    gone = to is None or (withdrawn and address != MENTOR)
    assert raised == ([] if gone else [(address, [to])])
    before = [one.address for one in found(peopled, "2022-01-12T08:15").suppressed]
    assert before == ([] if to is None else [address])


def after(
    scene: Scene, *states: str, elsewhere: str = "sent", together: bool = False, refusal: str = REFUSAL
) -> list[str]:
    """Which addresses are given up once four letters to one office ended so, and those to another ended `elsewhere`."""
    letter = table_of(Letter)
    for at in ("2021-12-31T00:00", "2022-01-07T09:00", "2022-01-12T09:00", "2022-01-14T09:00"):
        scene.advance(at)
    with scene.database.write() as connection:
        others = update(letter).where(letter.c.recipient == f"city:{WUXI}")
        connection.execute(others.values(state=elsewhere, detail="250 ok" if elsewhere == "sent" else REFUSAL))
        theirs = select(letter.c.id).where(letter.c.recipient == f"city:{NANJING}").order_by(letter.c.id)
        keys = connection.execute(theirs).scalars().all()
        for key, state in zip(keys, states, strict=True):
            detail = "已试 8 次：421" if state == "parked" else refusal
            values = {"state": "failed" if state == "parked" else state, "detail": detail}
            envelope = keys[0] if together else key
            connection.execute(update(letter).where(letter.c.id == key).values(**values, envelope=envelope))
        return suppression.give_up(connection, keys[-1:], instant(AT), "信使")


def test_three_refusals_in_a_row_give_an_address_up(scene: Scene) -> None:
    on_file(scene)
    assert after(scene, "sent", "failed", "failed", "failed") == [ADDRESS]
    assert [one.why for one in found(scene).suppressed] == ["连续 3 封被对方邮局拒收：550 no such user"]


@pytest.mark.parametrize(
    "refusal",
    [
        "发件人被拒：550 no",
        "正文被拒：554 spam",
        "收件人被拒：554 5.7.1 relay access denied",
        "退信：550 no such user",
        "550 no",
    ],
)
def test_refusals_of_anything_else_say_nothing_of_the_address(scene: Scene, refusal: str) -> None:
    assert after(scene, "sent", "failed", "failed", "failed", refusal=refusal) == []


PUT_OFF = ["failed", "cancelled", "cancelled", "queued"]
"""Tried for five days; reminders as long as they are the newest."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stage", "reply", "states", "given_up"),
    [
        ("RCPT", "550 5.1.1 no such user", ["failed", "failed", "failed", "held"], [(ADDRESS, WHY)]),
        ("RCPT", "553 5.7.1 sender address rejected", PUT_OFF, []),
        ("dot", "554 5.7.1 content rejected", PUT_OFF, []),
    ],
)
def test_a_real_relay_s_refusals_give_up_an_address_that_it_does_not_know(
    scene: Scene, stage: str, reply: str, states: list[str], given_up: list[tuple[str, str]]
) -> None:
    on_file(scene)
    for at in ("2021-12-31T00:00", "2022-01-07T09:00", "2022-01-12T09:00", "2022-01-14T09:00"):
        scene.advance(at)
        asyncio.run(posted(scene, at, {f"{stage} {ADDRESS}": [reply] * 4}))
    assert [(one.address, one.why) for one in found(scene, "2022-01-14T10:00").suppressed] == given_up
    assert [state for _, _, state, _ in letters(scene)] == states


async def posted(scene: Scene, at: str, faults: dict[str, list[str]]) -> None:
    async with Faulty(faults, grouped=True).serving() as relay:
        courier = SmtpCourier(Relay("127.0.0.1", relay.port, "none"))
        await send(scene.database, courier, "省办 <office@talent.example>", stamp(at))


@pytest.mark.parametrize(
    "states",
    [("failed", "failed", "sent", "failed"), ("sent", "failed", "failed", "parked")],
    ids=["one was taken", "one was given up after many tries"],
)
def test_fewer_in_a_row_do_not(scene: Scene, states: tuple[str, ...]) -> None:
    assert after(scene, *states) == []


def test_neither_does_one_message_that_held_several_letters(scene: Scene) -> None:
    assert after(scene, *["failed"] * 4, together=True) == []


def test_a_relay_that_refuses_everybody_gives_nobody_up(scene: Scene) -> None:
    assert after(scene, *["failed"] * 4, elsewhere="failed") == []


def test_a_bounce_fails_every_letter_of_its_envelope_and_gives_the_address_up(scene: Scene) -> None:
    on_file(scene)
    scene.advance("2021-12-31T00:00")
    scene.advance("2022-01-07T09:00")
    key = sent(scene)
    returned = take_back(scene.database, [bounce(ADDRESS, key)], stamp(AT))
    assert returned == Returned(1, 1, 0, 2, (ADDRESS,), 0)
    assert letters(scene) == [
        ("opened", ADDRESS, "failed", "退信：550 no such user"),
        ("reminder", ADDRESS, "failed", "退信：550 no such user"),
    ]
    assert found(scene).suppressed[0].why == "退信：550 no such user"


def test_a_bounced_reminder_leaves_the_letter_that_it_refers_to_as_it_is(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    opened = sent(scene)
    scene.advance("2022-01-07T09:00")
    reminder = postfix(bouncing.sent(sent(scene), opened), ADDRESS)
    assert opened.encode() in reminder
    assert take_back(scene.database, [reminder], stamp(AT)) == Returned(1, 1, 0, 1, (ADDRESS,), 0)
    assert [(kind, state) for kind, _, state, _ in letters(scene)] == [("opened", "sent"), ("reminder", "failed")]


def test_two_letters_that_come_back_from_one_address_are_counted_as_two(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    opened = sent(scene)
    scene.advance("2022-01-07T09:00")
    mailbox = [bounce(ADDRESS, key) for key in (opened, sent(scene))]
    assert take_back(scene.database, mailbox, stamp(AT)) == Returned(2, 2, 0, 2, (ADDRESS,), 0)


def test_what_an_office_writes_back_is_not_its_letter_though_it_refers_to_it(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    ours = bouncing.sent(sent(scene), None)
    answer = postfix(bouncing.reply(ours), ADDRESS)
    assert take_back(scene.database, [answer], stamp(AT)) == Returned(1, 1, 0, 0, (), 1)
    assert letters(scene) == [("opened", ADDRESS, "sent", None)]


def test_a_letter_that_comes_back_from_another_address_than_its_own_is_left_to_a_person(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    key, elsewhere = sent(scene), "forwarded@elsewhere.example"
    unclear = (Unclear((elsewhere,), 1, "550 no such user"),)
    assert take_back(scene.database, [bounce(elsewhere, key)], stamp(AT)) == Returned(1, 1, 0, 0, (), 0, unclear)
    assert (letters(scene), found(scene)) == ([("opened", ADDRESS, "sent", None)], Alarms((), {}))


def test_a_bounce_that_does_not_hold_the_letter_changes_nothing_and_says_so(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    sent(scene)
    bare = [bounce(address, "") for address in (ADDRESS.upper(), "wuxi@city.example", "stranger@else.example")]
    unclear = (Unclear((ADDRESS,), None, "550 no such user"),)
    assert take_back(scene.database, [*bare, b"no bounce"], stamp(AT)) == Returned(4, 3, 0, 0, (), 2, unclear)
    assert letters(scene) == [("opened", ADDRESS, "sent", None)]
    suppress(scene.database, ADDRESS, stamp(AT), reason="核对过")
    assert take_back(scene.database, bare, stamp(AT)) == Returned(3, 3, 0, 0, (), 2)


def test_a_mailbox_read_again_changes_nothing_even_where_the_address_was_taken_up_again(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    mailbox = [bounce(ADDRESS, sent(scene))]
    take_back(scene.database, mailbox, stamp(AT))
    unsuppress(scene.database, ADDRESS, stamp(AT))
    assert take_back(scene.database, mailbox, stamp(AT)) == Returned(1, 1, 0, 0, (), 0)
    assert found(scene).suppressed == ()


@pytest.mark.parametrize(("at", "failed"), [("2022-01-12T08:00", 0), ("2022-01-12T08:50", 1)])
def test_nor_does_it_where_the_letter_was_sent_again_since(scene: Scene, at: str, failed: int) -> None:
    scene.advance("2021-12-31T00:00")
    letter, dated = table_of(Letter), f"Date: {format_datetime(instant(at))}\n".encode()
    mailbox = [dated + bounce(ADDRESS, sent(scene))]
    with scene.database.write() as connection:
        connection.execute(update(letter).where(letter.c.id == 1).values(sent_at=instant("2022-01-12T09:30")))
    assert take_back(scene.database, mailbox, stamp("2022-01-13T08:00")).letters == failed


def test_a_bounce_that_nobody_can_read_is_listed_for_a_person_and_changes_nothing(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    ours, head = sent(scene), "From: MAILER-DAEMON@old.example\nSubject: returned\n"
    copy = (
        'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: message/rfc822\n\nMessage-ID: {}\n\n--b--\n'
    )
    found_there = ("\nlost\n", copy.format(ours), copy.format("<other@else.example>"))
    mailbox = [f"{head}{one}".encode() for one in found_there]
    returned = take_back(scene.database, mailbox, stamp(AT))
    assert (returned.bounces, returned.letters, returned.foreign, returned.suppressed) == (3, 0, 1, ())
    assert [(one.addresses, one.letter is None, one.reason) for one in returned.unclear] == [
        ((), True, "returned"),
        ((), False, "returned"),
    ]
    assert (letters(scene), found(scene)) == ([("opened", ADDRESS, "sent", None)], Alarms((), {}))


def test_it_is_a_task_until_a_person_has_looked_and_the_same_mailbox_brings_it_back_no_more(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    bare = (b"From: MAILER-DAEMON@old.example\nSubject: lost\n\n%d\n" % one for one in range(2))
    mailbox = [bounce("forwarded@elsewhere.example", sent(scene)), *bare]
    act, bench = ACTS["bounces"], Bench(scene.database, scene.year, stamp(AT))

    def waiting() -> list[tuple[tuple[str, ...], int | None]]:
        with scene.database.read() as connection:
            return sorted((one.addresses, one.letter) for _, one in suppression.unclear(connection))

    for _ in range(2):
        take_back(scene.database, mailbox, stamp(AT))
        assert waiting() == [((), None), ((), None), (("forwarded@elsewhere.example",), 1)]
    listed = [f"{whom}（01-11 10:00 读到）" for whom in ("未写明收件地址", "未写明收件地址", "f＊＊@elsewhere.example")]
    said = [recorded(act, bench, act.fill(scene.year, {"reason": "已电话核实"})) for _ in range(2)]
    assert [(one.outcome, one.message) for one in said] == [
        ("done", f"3 封退信已核对：{'；'.join(listed)}。"),
        ("refused", "没有待核对的退信，未作改动。"),
    ]
    take_back(scene.database, mailbox, stamp(AT))
    assert waiting() == []


@pytest.mark.parametrize(
    "said", ["552 5.2.2 mailbox full", "550 5.7.1 DMARC check failed", "550 Connection frequency limited"]
)
def test_a_bounce_of_another_cause_fails_its_letter_and_leaves_the_address(scene: Scene, said: str) -> None:
    scene.advance("2021-12-31T00:00")
    back = bounce(ADDRESS, sent(scene)).replace(b"550 no such user", said.encode())
    returned = take_back(scene.database, [back], stamp(AT))
    assert (returned.letters, returned.suppressed) == (1, ())
    assert letters(scene) == [("opened", ADDRESS, "failed", f"退信：{said}")]
