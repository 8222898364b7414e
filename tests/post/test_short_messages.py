"""What is urgent goes by a second way, too: owed with its letter, handed over once, never where it holds no more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update

from acts.contacts import add_contact, end_contact
from acts.nudge import nudge
from acts.second_ways import choose_way
from letters.occurrences import OFFICES, occurrences
from letters.short_messages import says, whole
from letters.specimens import specimen
from models import contacts
from models.columns import table_of
from models.contact_keys import NoContactKey
from models.legible import _say
from models.restorations import begin, release
from models.sealed import Seals
from models.second_ways import ILLEGIBLE, choices
from models.short_messages import ShortTold, beside, doubt, to_settle
from models.tables.season import Letter
from models.tables.second_ways import SecondWay, ShortMessage
from phases.book import BOOK
from phases.letter_kinds import LETTER_KINDS, Kind
from phases.parties import Arranged, Audience
from post import gateways, sending, short_messages
from post.gateways import Gateway, ShortText, hand_over
from post.maildir import MaildirCourier
from post.sending import LockLost, send
from post.short_messages import ShortInHand
from tests.support.fates import until
from tests.support.message_gateway import CUT_OFF, OK, MessageGateway, message_gateway
from tests.support.scenes import NANJING, OPENING, WUXI, YEAR, Scene, calendar, stamp

ROLL, OPENED, LATE = "mentor-recommendation", "2021-12-31T10:00", "2022-01-17T09:00"
KEY = "1f2e3d4c-0000-4000-8000-000000000000"
URL = "https://p.example"


@pytest.fixture
def gateway() -> Iterator[MessageGateway]:
    with message_gateway() as server:
        yield server


def contact(
    scene: Scene, city: str = NANJING, *, way: str = "sms", address: str = "138 0000 0001", since: date | None = None
) -> str:
    """Put a person in charge of an office who is told by a second way; give whose choice that is."""
    given = (scene.database, city, city, stamp(OPENED))
    add_contact(*given, name="王某", part="main", email="wang@city.example", since=since)
    with scene.database.read() as connection:
        whose = f"contact:{contacts.of(connection, city)[0].id}"
    assert choose_way(scene.database, whose, city, stamp(OPENED), way=way, address=address).done
    return whose


def late(scene: Scene) -> Scene:
    for at in (OPENING, LATE):
        scene.advance(at, [ROLL], [NANJING, WUXI])
    return scene


def sent(scene: Scene, at: str, server: MessageGateway | None, *ways: str) -> None:
    """One beat of the post, as far as short messages go."""
    now = replace(stamp(at), base_url=URL)
    gateways = server.serving(*(ways or ("sms",))) if server else {}
    asyncio.run(short_messages.tell(scene.database, gateways, now, "a-worker"))


def owed(scene: Scene) -> list[tuple[str, str, str, str | None]]:
    """Kind and recipient of the letter, state and detail, in the order of the letters."""
    table, letter = table_of(ShortMessage), table_of(Letter)
    query = select(letter.c.kind, letter.c.recipient, table.c.state, table.c.detail)
    with scene.database.read() as connection:
        rows = connection.execute(query.join(letter, letter.c.id == table.c.letter).order_by(letter.c.id))
        return [tuple(row) for row in rows]


def test_who_chose_it_is_told_once_and_nobody_else(scene: Scene, gateway: MessageGateway) -> None:
    contact(scene)
    late(scene)
    assert owed(scene) == [("overdue", "city:nanjing", "queued", None)]
    for _ in range(2):
        sent(scene, LATE, gateway)
    [told] = gateway.told
    assert (told.path, told.bearer) == ("/send", "Bearer the-token")
    assert told.body["to"] == "13800000001"
    [number] = _letters(scene, "overdue", "city:nanjing")
    text = f"省后备人才培养计划：南京市导师名单已逾期，请尽快报送。{URL}/l/{number}"
    assert (told.body["text"], told.body["params"]) == (
        text, {"what": "南京市导师名单已逾期，请尽快报送", "link": f"{URL}/l/{number}"},
    )  # fmt: skip
    assert owed(scene) == [("overdue", "city:nanjing", "sent", "网关已收下")]


def test_without_the_key_of_its_number_a_message_waits_or_is_not_owed_and_the_letter_goes(
    scene: Scene, gateway: MessageGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object) -> str:
        raise NoContactKey(named="0" * 8, place="contact-key", there="不存在")

    contact(scene)
    with monkeypatch.context() as away:
        away.setattr(Seals, "open", lost)
        scene.advance(OPENING, [ROLL], [NANJING])
    late(scene)
    with monkeypatch.context() as away:
        away.setattr(Seals, "open", lost)
        sent(scene, LATE, gateway)
        scene.advance(SENT_ON, [ROLL], [NANJING])
    assert (owed(scene), gateway.told) == ([("overdue", "city:nanjing", "queued", None)], [])
    assert _letters(scene, "escalation", "head:nanjing"), "letters are written all the same"
    sent(scene, LATE, gateway)
    assert [one.body["to"] for one in gateway.told] == ["13800000001"]


def test_where_nothing_can_be_encrypted_none_is_owed_and_the_letter_is_written(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object) -> str:
        raise NoContactKey(named="0" * 8, place="contact-key", there="不存在")

    contact(scene)
    monkeypatch.setattr(Seals, "seal", lost)
    late(scene)
    assert (owed(scene), len(_letters(scene, "overdue", "city:nanjing"))) == ([], 1)


def test_a_number_that_does_not_open_stops_no_other_and_is_said_once(
    scene: Scene, gateway: MessageGateway, caplog: pytest.LogCaptureFixture
) -> None:
    _say.cache_clear()
    contact(scene)
    contact(scene, WUXI, address="138 0000 0002")
    late(scene)
    with scene.database.write() as connection:
        for table in ("second_way", "short_message"):
            whose = "(SELECT whose FROM second_way ORDER BY whose LIMIT 1)"
            connection.execute(text(f"UPDATE {table} SET address = substr(address, 1, 40) WHERE whose = {whose}"))
    assert [one.address for one in _rows(scene)] == ["", "13800000002"], "as pages show them"
    for _ in range(2):
        sent(scene, LATE, gateway)
    assert [one.body["to"] for one in gateway.told] == ["13800000002"]
    with scene.database.read() as connection:
        assert [one.stopped for one in choices(connection).values()] == [ILLEGIBLE, None]
    said = [one.getMessage() for one in caplog.records if one.name == "models.legible"]
    assert [one.partition(":")[0].split()[0] for one in said] == ["short_message.address", "second_way.address"]


def _letters(scene: Scene, kind: str, recipient: str) -> list[int]:
    letter = table_of(Letter)
    query = select(letter.c.id).where(letter.c.kind == kind, letter.c.recipient == recipient)
    with scene.database.read() as connection:
        return list(connection.execute(query).scalars())


def test_what_a_robot_owes_one_recipient_is_one_message_that_lists_it_all(
    scene: Scene, gateway: MessageGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    for head in ("head:nanjing", "head:wuxi", "lead"):
        assert choose_way(scene.database, head, "province", stamp(OPENED), way="dingtalk", address="a" * 64).done
    escalated(scene)
    sent(scene, SENT_ON, gateway, "dingtalk")
    assert {one.path for one in gateway.told} == {f"/send?access_token={'a' * 64}"}
    asked = {f"{city}市导师名单已逾期，请督促": [f"head:{slug}"] for city, slug in (("南京", NANJING), ("无锡", WUXI))}
    asked |= {"南京市导师名单已逾期，已督办；无锡市导师名单已逾期，已督办": ["lead"]}
    texts = [
        f"省后备人才培养计划：{clause}。{URL}/l/{_letters(scene, 'escalation', recipient)[0]}"
        for clause, (recipient,) in asked.items()
    ]
    bodies = [one.body for one in gateway.told]
    assert sorted(bodies, key=str) == sorted(({"msgtype": "text", "text": {"content": one}} for one in texts), key=str)
    assert [(kind, state) for kind, _, state, _ in owed(scene)] == [("escalation", "sent")] * 4
    assert all(row.sent_at for row in _rows(scene))
    monkeypatch.setattr(short_messages, "LISTED", 1)
    assert [len(one) for one in short_messages._together([_in_hand("dingtalk")] * 3)] == [1, 1, 1]


def test_what_a_text_message_merely_counts_is_not_told_by_it(scene: Scene, gateway: MessageGateway) -> None:
    assert choose_way(scene.database, "lead", "province", stamp(OPENED), way="sms", address="13800000001").done
    escalated(scene)
    sent(scene, SENT_ON, gateway)
    [told] = gateway.told
    first, second = _rows(scene)
    clause = "南京市导师名单已逾期，已督办；另有1件急事"
    assert told.body["text"] == f"省后备人才培养计划：{clause}。{URL}/l/{first.letter}"
    assert [(one.state, one.told_by(stamp(SENT_ON).at)) for one in (first, second)] == [("sent", True), ("sent", False)]
    assert second.detail == f"与 {first.letter} 号函件的短消息合为一条，只写了件数"


def test_every_office_is_led_to_its_letter_and_no_party() -> None:
    now = replace(stamp(LATE), base_url=f"{URL}/")
    led = {
        recipient: short_messages.link_of(_in_hand("sms")._replace(recipient=recipient), now)
        for recipient in ("city:nanjing", "head:nanjing", "lead", "province", "mentor:38")
    }
    assert led == dict.fromkeys(led, f"{URL}/l/1") | {"mentor:38": ""}


SENT_ON = "2022-01-19T09:00"


def escalated(scene: Scene) -> None:
    late(scene)
    scene.advance(SENT_ON, [ROLL], [NANJING, WUXI])


def _in_hand(way: str) -> ShortInHand:
    return ShortInHand(1, YEAR, way, "a", "说", 1, "<1@talent.example>", "lead", None)


def _rows(scene: Scene) -> list[ShortTold]:
    with scene.database.read() as connection:
        found = beside(connection, list(connection.execute(select(table_of(ShortMessage).c.letter)).scalars()))
    return [found[letter] for letter in sorted(found)]


ANSWERS: list[tuple[str, tuple[int, str] | tuple[int, str, str], tuple[str, bool]]] = [
    ("sms", (200, "whatever"), ("sent", False)),
    ("sms", (202, ""), ("sent", False)),
    ("sms", (409, "known"), ("sent", False)),
    ("sms", (400, "no"), ("failed", False)),
    ("sms", (410, "no such number"), ("failed", True)),
    ("sms", (401, "token"), ("deferred", False)),
    ("sms", (404, "moved"), ("deferred", False)),
    ("sms", (302, ""), ("deferred", False)),
    ("sms", (429, "slow"), ("deferred", False)),
    ("sms", (503, "busy"), ("deferred", False)),
    ("sms", (500, "broken"), ("unknown", False)),
    ("sms", (504, "late"), ("unknown", False)),
    ("sms", CUT_OFF, ("unknown", False)),
    ("wecom", OK, ("sent", False)),
    ("wecom", (200, '{"errcode": 45009, "errmsg": "api freq out of limit"}'), ("deferred", False)),
    ("wecom", (200, '{"errcode": 93000, "errmsg": "invalid webhook url"}'), ("failed", True)),
    ("wecom", (200, '{"errcode": 40008}'), ("failed", False)),
    ("wecom", (200, "<html>sign in</html>"), ("unknown", False)),
    ("wecom", (200, "[]"), ("unknown", False)),
    ("wecom", (200, '{"errcode": 1e999}'), ("unknown", False)),
    ("wecom", (200, "[" * 16384), ("unknown", False)),
    ("sms", (400, "x", "hex"), ("failed", False)),
    ("dingtalk", (200, '{"errcode": 300001, "errmsg": "token is not exist"}'), ("failed", True)),
    ("dingtalk", (200, '{"errcode": 130101, "errmsg": "send too fast"}'), ("deferred", False)),
    ("dingtalk", (200, '{"errcode": 410100, "errmsg": "too fast"}'), ("deferred", False)),
    ("dingtalk", (200, '{"errcode": 400013, "errmsg": "group disbanded"}'), ("failed", True)),
    ("dingtalk", (200, '{"errcode": 400101, "errmsg": "no such token"}'), ("failed", True)),
    ("dingtalk", (200, '{"errcode": 400106, "errmsg": "no such robot"}'), ("failed", True)),
    ("dingtalk", (200, '{"errcode": 999999, "errmsg": "of a later year"}'), ("failed", False)),
    ("dingtalk", (200, '{"errcode": 400102, "errmsg": "robot disabled"}'), ("failed", False)),
    ("dingtalk", (200, '{"errcode": 310000, "errmsg": "keywords not in content"}'), ("failed", False)),
]
"""By way, what its gateway answers, and what that makes of the message; whether its address is given up."""


def test_what_each_answer_means(gateway: MessageGateway) -> None:
    gateway.answers = [answer for _, answer, _ in ANSWERS]
    message = ShortText("1@talent.example", "13800000001", "说", "说", "")

    async def heard() -> list[tuple[str, bool]]:
        async with gateways.caller() as client:
            said = [await hand_over(client, way, gateway.serving(way)[way], message) for way, _, _ in ANSWERS]
            url = gateway.serving("sms")["sms"].url
            odd = [Gateway("http://127.0.0.1:9/"), Gateway(url, "口令"), Gateway(url, "a\n")]
            said += [await hand_over(client, "sms", one, message) for one in odd]
            return [(one.state, one.dead) for one in said]

    elsewhere = [("retry", False), ("deferred", False), ("deferred", False)]
    assert asyncio.run(heard()) == [*(means for _, _, means in ANSWERS), *elsewhere]


def test_what_no_gateway_should_do_is_an_answer_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(gateways, "_sms", broken)
    message = ShortText("1@talent.example", "13800000001", "说", "说", "")

    async def heard() -> str:
        async with gateways.caller() as client:
            return (await hand_over(client, "sms", Gateway("http://127.0.0.1:9/"), message)).detail

    assert asyncio.run(heard()) == "网关没有明确答复（ZeroDivisionError）"


@pytest.mark.parametrize("guarded", [True, False])
def test_a_gateway_that_dribbles_its_answer_is_waited_for_so_long_and_no_longer(
    gateway: MessageGateway, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    monkeypatch.setattr(gateways, "SECONDS", 0.1 if guarded else None)
    gateway.dribbles = 0.05
    message = ShortText("1@talent.example", "13800000001", "说", "说", "")

    async def heard() -> str:
        async with gateways.caller() as client, asyncio.timeout(0.6):
            return (await hand_over(client, "sms", gateway.serving("sms")["sms"], message)).detail

    if guarded:
        assert asyncio.run(heard()) == "网关没有明确答复（等候超时）"
    else:
        with pytest.raises(TimeoutError):
            asyncio.run(heard())


def test_of_a_long_answer_the_beginning_is_heard(gateway: MessageGateway) -> None:
    gateway.answers = [(400, "x" * 1_000_000)]

    async def heard() -> int:
        async with gateways.caller() as client:
            asked: dict[str, Any] = {"json": {}}
            return len((await gateways._asked(client, gateway.serving("sms")["sms"].url, asked))[1])

    assert asyncio.run(heard()) == gateways.LONGEST_ANSWER


def test_what_a_gateway_says_of_an_address_is_kept_covered(gateway: MessageGateway) -> None:
    said = "number 13800000001, +86 138-0000-0001 is blacklisted; the-token"
    gateway.answers = [(400, said), (200, f'{{"errcode": 93000, "errmsg": "no robot {KEY}"}}')]
    asked = {"sms": "13800000001", "wecom": KEY}

    async def heard() -> list[str]:
        async with gateways.caller() as client:
            texts = {way: ShortText("1@talent.example", address, "说", "说", "") for way, address in asked.items()}
            return [(await hand_over(client, way, gateway.serving(way)[way], one)).detail for way, one in texts.items()]

    assert asyncio.run(heard()) == [
        "网关答复 400 number ＊＊＊＊01, +86 ＊＊＊＊01 is blacklisted; ＊＊＊＊",
        "机器人答复 93000 no robot ＊＊＊＊00",
    ]


def test_what_nobody_knows_is_not_sent_again_and_what_was_put_off_is(scene: Scene, gateway: MessageGateway) -> None:
    contact(scene)
    contact(scene, WUXI, address="13800000002")
    late(scene)
    gateway.answers = [(500, "broken"), (429, "slow")]
    sent(scene, LATE, gateway)
    assert sorted(state for _, _, state, _ in owed(scene)) == ["queued", "unknown"]
    sent(scene, "2022-01-17T09:00:30", gateway)
    assert len(gateway.told) == 2, "nothing is tried again at once"
    sent(scene, "2022-01-17T09:30", gateway)
    assert sorted(state for _, _, state, _ in owed(scene)) == ["sent", "unknown"]
    assert len(gateway.told) == 3


def test_the_post_hands_both_over_and_neither_where_it_is_held(
    scene: Scene, gateway: MessageGateway, tmp_path: Path
) -> None:
    contact(scene)
    late(scene)
    with scene.database.write("every") as connection:
        begin(connection, stamp(OPENED).at, [], stamp(LATE), "磁盘坏了", [])
    given = (scene.database, MaildirCourier(tmp_path), "省办 <office@talent.example>", stamp(LATE))
    asyncio.run(send(*given, gateways=gateway.serving("sms")))
    assert gateway.told == []
    with scene.database.write("every") as connection:
        release(connection, stamp(LATE))
    assert asyncio.run(send(*given, gateways=gateway.serving("sms"))).sent
    assert [one.body["to"] for one in gateway.told] == ["13800000001"]


@pytest.mark.parametrize("trouble", [None, LockLost()])
def test_no_short_message_waits_for_the_letters(
    scene: Scene, gateway: MessageGateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Exception | None
) -> None:
    contact(scene)
    late(scene)

    async def until_told(*_: object) -> None:
        await until(lambda: len(gateway.told) == 1)
        nudge(scene.database, YEAR, ROLL, NANJING, stamp(LATE))
        await until(lambda: len(gateway.told) == 2)  # what comes up meanwhile waits no longer
        if trouble is not None:
            raise trouble

    monkeypatch.setattr(sending, "_minded", until_told)
    monkeypatch.setattr(sending, "URGENT_SECONDS", 0.01)
    given = (scene.database, MaildirCourier(tmp_path), "省办 <office@talent.example>", stamp(LATE))
    with nullcontext() if trouble is None else pytest.raises(LockLost):
        asyncio.run(send(*given, gateways=gateway.serving("sms")))
    states = [state for *_, state, _ in owed(scene)]
    assert states == ["sent", "sent"], "the answers are on record whatever became of the letters"


def test_two_workers_never_hold_the_same(scene: Scene, gateway: MessageGateway) -> None:
    contact(scene)
    late(scene)
    hands = [short_messages.claim(scene.database, gateway.serving("sms"), token, stamp(LATE)) for token in "ab"]
    assert [len(hand) for hand in hands] == [1, 0]


def test_what_is_only_looked_at_owes_nothing(scene: Scene) -> None:
    contact(scene)
    late(scene)
    nudge(scene.database, YEAR, ROLL, NANJING, stamp("2022-01-17T10:00"), dry_run=True)
    assert [kind for kind, *_ in owed(scene)] == ["overdue"]


def test_what_a_backup_has_in_the_queue_may_be_out(scene: Scene, gateway: MessageGateway) -> None:
    contact(scene)
    late(scene)
    with scene.database.write() as connection:
        assert doubt(connection) == 1
    sent(scene, LATE, gateway)
    assert (owed(scene)[0][2:], gateway.told) == (("unknown", "恢复备份之前可能已发出"), [])


def test_a_message_is_one_of_the_network_s_seventy_characters() -> None:
    """Of every urgent kind, in every phase, to whoever gets it in the city with the longest name."""
    year, link = calendar(), "https://rcjh.example.cn/l/123456"
    city = max(year.cities, key=lambda one: len(one.name))
    texts = {}
    for (kind, phase), audiences in occurrences(BOOK, year).items():
        for audience in audiences if LETTER_KINDS[kind].urgent and phase else ():
            brief = specimen(BOOK, year, kind, phase, audience, city)
            texts[kind, phase, audience] = whole([says(brief)], link if audience in OFFICES else "")
    assert {kind for kind, _, _ in texts} == {kind for kind, row in LETTER_KINDS.items() if row.urgent}
    assert {about: text for about, text in texts.items() if len(text) > 70 or "{" in text or "None" in text} == {}


def test_what_a_dead_worker_had_in_hand_is_nobody_s_to_send_again(scene: Scene, gateway: MessageGateway) -> None:
    contact(scene)
    late(scene)
    taken = short_messages.claim(scene.database, gateway.serving("sms"), "f" * 16, stamp(LATE))
    assert [one.recipient for one in taken] == ["city:nanjing"]
    sent(scene, "2022-01-17T10:00", gateway)
    assert owed(scene) == [("overdue", "city:nanjing", "unknown", short_messages.INTERRUPTED)]
    assert gateway.told == []


def test_what_holds_no_more_is_not_told(scene: Scene, gateway: MessageGateway) -> None:
    contact(scene)
    late(scene)
    scene.rerun(ROLL, NANJING, "2022-01-17T09:05", date(2022, 1, 25))
    sent(scene, "2022-01-17T09:06", gateway)
    assert [state for *_, state, _ in owed(scene)] == ["cancelled"]
    assert gateway.told == []


@pytest.mark.parametrize("guarded", [True, False])
def test_a_letter_that_left_and_holds_no_more_is_not_told_either(
    scene: Scene, gateway: MessageGateway, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    if not guarded:
        monkeypatch.setattr(short_messages, "untrue", lambda *_: frozenset())
    contact(scene)
    late(scene)
    with scene.database.write(YEAR) as connection:
        connection.execute(update(table_of(Letter)).values(state="sent"))
    scene.rerun(ROLL, NANJING, "2022-01-17T09:05", date(2022, 1, 25))
    sent(scene, "2022-01-17T09:06", gateway)
    if guarded:
        assert (owed(scene)[0][2:], gateway.told) == (("cancelled", "所说的事项已办结或已有变化"), [])
    else:
        assert len(gateway.told) == 1


@pytest.mark.parametrize("guarded", [True, False])
def test_a_day_that_moved_once_the_letter_had_left_is_told_no_more(
    scene: Scene, gateway: MessageGateway, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    if not guarded:
        monkeypatch.setattr(short_messages, "redated", lambda *_: frozenset())
    reminded(scene)
    with scene.database.write(YEAR) as connection:
        connection.execute(update(table_of(Letter)).values(state="sent"))
    assert scene.extend(ROLL, [NANJING], "2022-01-14T09:30", date(2022, 1, 18)).done
    sent(scene, "2022-01-14T09:31", gateway)
    said = [one.body["params"]["what"] for one in gateway.told]
    if guarded:
        assert owed(scene)[0] == ("reminder", "city:nanjing", "cancelled", "截止日已改，按新的日期另发")
        assert said == ["南京市导师名单截止时间改为1月18日24时"]
    else:
        assert said == ["南京市导师名单请于1月15日24时前办理"]


def test_nobody_need_settle_what_names_a_day_that_moved(scene: Scene, gateway: MessageGateway) -> None:
    reminded(scene)
    gateway.answers = [(500, "broken")]
    sent(scene, "2022-01-14T09:01", gateway)
    assert _to_settle(scene, "2022-01-14T09:02") == ["unknown"]
    assert scene.extend(ROLL, [NANJING], "2022-01-14T09:30", date(2022, 1, 18)).done
    assert _to_settle(scene, "2022-01-14T09:31") == []


def reminded(scene: Scene) -> None:
    """The last reminder is owed."""
    contact(scene)
    for at in (OPENING, "2022-01-14T09:00"):
        scene.advance(at, [ROLL], [NANJING])
    assert [kind for kind, *_ in owed(scene)] == ["reminder"]


def _to_settle(scene: Scene, at: str) -> list[str]:
    with scene.database.read() as connection:
        return [one.state for one in to_settle(connection, YEAR, stamp(at).as_of)]


def test_an_address_that_takes_nothing_is_given_up_until_somebody_chooses_anew(
    scene: Scene, gateway: MessageGateway
) -> None:
    whose = contact(scene, way="wecom", address=f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}")
    late(scene)
    gateway.answers = [(200, '{"errcode": 93000, "errmsg": "invalid webhook url"}')]
    sent(scene, LATE, gateway, "wecom")
    assert owed(scene) == [("overdue", "city:nanjing", "failed", "机器人答复 93000 invalid webhook url")]
    nudge(scene.database, YEAR, ROLL, NANJING, stamp("2022-01-17T10:00"))
    assert len(owed(scene)) == 1
    assert choose_way(scene.database, whose, NANJING, stamp("2022-01-18T09:00"), way="wecom", address=KEY).done
    nudge(scene.database, YEAR, ROLL, NANJING, stamp("2022-01-18T10:00"))
    assert owed(scene)[1] == ("nudge", "city:nanjing", "queued", None)


def test_a_hand_over_takes_along_what_waits(scene: Scene, gateway: MessageGateway) -> None:
    contact(scene)
    late(scene)
    end_contact(scene.database, 1, NANJING, "南京", stamp(LATE), last=date(2022, 1, 16))
    sent(scene, LATE, gateway)
    assert (owed(scene)[0][2:], gateway.told) == (("cancelled", short_messages.NOBODY), [])
    contact(scene, address="13800000009", since=date(2022, 1, 17))
    nudge(scene.database, YEAR, ROLL, NANJING, stamp("2022-01-17T10:00"))
    sent(scene, "2022-01-17T10:00", gateway)
    assert [one.body["to"] for one in gateway.told] == ["13800000009"]


def test_nothing_goes_where_no_gateway_is_set_and_it_is_no_news_a_day_later(
    scene: Scene, gateway: MessageGateway
) -> None:
    contact(scene)
    late(scene)
    sent(scene, LATE, gateway, "wecom")
    assert owed(scene)[0][2] == "queued"
    sent(scene, "2022-01-18T09:00", None)
    assert owed(scene)[0][2:] == ("cancelled", short_messages.UNSERVED)


def test_nothing_of_a_rehearsal_leaves_the_machine(scene: Scene) -> None:
    contact(scene)
    late(scene)
    given = {"sms": Gateway("https://sms.example/send")}
    asyncio.run(short_messages.tell(scene.database, given, stamp(LATE), "a-worker"))
    assert owed(scene)[0][2:] == ("cancelled", short_messages.REHEARSED)


def test_of_the_reminders_the_last_alone(scene: Scene) -> None:
    contact(scene)
    scene.advance(OPENING, [ROLL], [NANJING])
    kinds = []
    for day in range(5, 16):
        scene.advance(f"2022-01-{day:02}T09:00", [ROLL], [NANJING])
        kinds.append([kind for kind, *_ in owed(scene)])
    letters = _letters(scene, "reminder", "city:nanjing")
    assert len(letters) > 1
    assert kinds[-1] == ["reminder"]
    with scene.database.read() as connection:
        [message] = connection.execute(select(table_of(ShortMessage))).all()
    assert (message.letter, message.says) == (letters[-1], "南京市导师名单请于1月15日24时前办理")
    assert timedelta(0) <= message.due_at - stamp("2022-01-14T09:00").at < timedelta(days=1)


@pytest.mark.parametrize(
    ("way", "address"),
    [
        ("sms", "025-83000000"), ("sms", "1380000000"), ("wecom", "https://elsewhere.example/send?key=" + KEY),
        ("wecom", "key"), ("dingtalk", "http://127.0.0.1/"), ("pigeon", "x"),
    ],
)  # fmt: skip
def test_what_is_no_address_of_that_way_is_refused(scene: Scene, way: str, address: str) -> None:
    whose = contact(scene)
    before = _chosen(scene)
    assert choose_way(scene.database, whose, NANJING, stamp(LATE), way=way, address=address).outcome == "refused"
    assert _chosen(scene) == before


def test_a_text_message_goes_to_the_telephone_on_file_where_none_is_typed(scene: Scene) -> None:
    for phone in ("138-0000-0007", "025-83000000"):
        add_contact(scene.database, NANJING, "南京", stamp(OPENED), name="李某", part="main", phone=phone)
    said = [choose_way(scene.database, f"contact:{one}", NANJING, stamp(OPENED), way="sms").outcome for one in (1, 2)]
    assert (said, _chosen(scene)) == (["done", "refused"], [("contact:1", "13800000007")])


def test_who_meets_when_and_where_is_news_of_its_own() -> None:
    year = calendar()
    brief = replace(specimen(BOOK, year, "moved", "meeting", "mentor", year.cities[0]), due=None, arranged=None)
    arranged = replace(brief, rearranged=False, arranged=Arranged(1, date(2022, 2, 25), "14:30", "科技馆"))
    assert [says(one) for one in (brief, arranged, replace(arranged, rearranged=True))] == [
        "南京市师生见面会的安排有变化", "南京市师生见面会的时间、地点已定", "南京市师生见面会的时间、地点有变化",
    ]  # fmt: skip


def test_a_party_is_told_of_which_city_what_it_hands_in_and_that_this_may_be_done() -> None:
    asked: list[tuple[Kind, str, Audience]] = [
        ("reminder", "interview", "mentor"), ("overdue", "midterm", "mentor"), ("moved", "year-end", "institution"),
        ("corrected", "meeting", "school"),
    ]  # fmt: skip
    year = calendar()
    briefs = [specimen(BOOK, year, kind, phase, audience, year.cities[0]) for kind, phase, audience in asked]
    assert [says(one) for one in briefs] == [
        "南京市面试评分和入选建议请于2月16日前提交；如已提交请不必理会",
        "南京市中期评价意见已逾期，请尽快提交；如已提交请不必理会",
        "南京市年度工作总结提交时间改为11月25日前",
        "南京市师生见面会时间更正为2月23日前",
    ]
    mentor = specimen(BOOK, year, "reminder", "year-end", "mentor", year.cities[0])
    second = replace(mentor, of=BOOK.dealings(year.phase("year-end"), year, second=True))
    assert says(second).startswith("南京市年度工作总结请于")


def test_a_city_says_so_for_its_own_alone(scene: Scene) -> None:
    whose = contact(scene)
    for one in (whose, "head:nanjing", "lead", "mentor:1", "contact:x", "contact:99", "nobody"):
        said = choose_way(scene.database, one, WUXI, stamp(LATE), way="sms", address="13800000003")
        assert (said.outcome, len(_chosen(scene))) == ("refused", 1), one
    assert choose_way(scene.database, whose, "province", stamp(LATE), way="mail").message == "以后只发邮件。"
    assert _chosen(scene) == []


def _chosen(scene: Scene) -> list[tuple[str, str]]:
    table = table_of(SecondWay)
    with scene.database.read() as connection:
        return [tuple(row) for row in connection.execute(select(table.c.whose, table.c.address))]
