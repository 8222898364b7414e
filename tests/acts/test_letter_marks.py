"""A letter waits for a person's release: one, written or foreseen, or all of a kind in a phase; no other does."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, update

from acts.advance import forecast
from acts.letter_marks import key_of, mark, remark
from models import letter_marks
from models.columns import table_of
from models.database import Database
from models.letter_marks import Mark, every
from models.outbox import LetterKey
from models.tables.audit import AuditEntry
from models.tables.season import Letter, ProgrammeYear
from models.taking_back import LEFT, OPENED_AGAIN, REDATED, STALE
from post import claims, marks
from post.couriers import Delivery
from post.unknown_letters import Doubtful, resolve
from season.outcome import Outcome
from tests.acts.test_statements import counted
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, instant, stamp

ROLL, OPENED = "mentor-recommendation", "2021-12-31T09:00"
OPENINGS = every("opened", ROLL)
AT = "2022-01-04T10:00"


def marked(scene: Scene, key: LetterKey, wanted: Mark, at: str = "2021-12-30T10:00") -> Outcome:
    return mark(scene.database, YEAR, key, wanted, stamp(at), reason="先看一遍")


def opening(city: str) -> LetterKey:
    return (ROLL, city, "1", f"city:{city}", "opened", "2022-01-15")


def states(scene: Scene) -> dict[str, str]:
    """The states of the openings, by city."""
    letter = table_of(Letter)
    query = select(letter.c.concerns, letter.c.state).where(letter.c.kind == "opened", letter.c.phase == ROLL)
    with scene.database.read() as connection:
        return dict(connection.execute(query).tuples().all())


def claimed(scene: Scene) -> set[str]:
    return {one.recipient for one in claims.claim(scene.database, "aa", instant(AT), instant(AT))}


def test_all_of_a_kind_in_a_phase_wait_once_that_is_asked_and_go_one_by_one_or_together(scene: Scene) -> None:
    marked(scene, OPENINGS, "hold")
    scene.advance(OPENED)
    assert {*states(scene).values()} == {"awaiting"}
    assert claimed(scene) == set()
    assert marked(scene, opening(NANJING), "release", AT).message == "已放行；等待放行的 1 封转为待发。"
    marked(scene, opening(WUXI), "hold", AT)
    assert claimed(scene) == {f"city:{NANJING}"}
    marked(scene, OPENINGS, "release", AT)
    assert {city for city, state in states(scene).items() if state == "awaiting"} == {WUXI}
    assert f"city:{WUXI}" not in claimed(scene)


def test_what_is_foreseen_is_kept_when_it_is_written(scene: Scene) -> None:
    (before,) = (row for row in forecast(scene.database, YEAR, stamp("2021-12-31T00:00")).letters if row.city == WUXI)
    marked(scene, before.key, "hold")
    scene.advance(OPENED)
    assert states(scene)[WUXI] == "awaiting"
    assert {state for city, state in states(scene).items() if city != WUXI} == {"queued"}
    with scene.database.read() as connection:
        entry = table_of(AuditEntry)
        noted = connection.execute(select(entry.c.what, entry.c.reason)).tuples().all()
    assert noted == [("函件留待放行", "先看一遍")]


def test_what_has_left_cannot_be_kept(scene: Scene) -> None:
    scene.advance(OPENED)
    claimed(scene)
    refused = marked(scene, opening(WUXI), "hold", AT)
    assert (refused.outcome, refused.message) == ("refused", "这封函件已经发出或正在发送，不能再留待放行，未作改动。")
    with scene.database.read() as connection:
        assert letter_marks.marks(connection, YEAR) == {}


def test_what_is_in_the_queue_waits_and_is_taken_back_like_any_other(scene: Scene) -> None:
    scene.advance(OPENED)
    assert marked(scene, opening(WUXI), "hold", AT).message == "已记为写成后待放行；已在待发的 1 封不再自动发出。"
    scene.extend(ROLL, [WUXI], AT, date(2022, 1, 20))
    letter = table_of(Letter)
    query = select(letter.c.slot, letter.c.state, letter.c.detail).where(
        letter.c.concerns == WUXI, letter.c.kind == "opened"
    )
    with scene.database.read() as connection:
        assert sorted(connection.execute(query).tuples()) == [
            ("2022-01-15", "cancelled", REDATED),
            ("2022-01-20", "queued", None),
        ]


def test_what_has_left_is_not_touched(scene: Scene) -> None:
    scene.advance(OPENED)
    with scene.database.write() as connection:
        connection.execute(update(table_of(Letter)).values(state="sent"))
    marked(scene, OPENINGS, "hold", AT)
    marked(scene, opening(WUXI), "release", AT)
    assert {*states(scene).values()} == {"sent"}


def test_one_without_an_address_waits_for_that_once_it_is_let_go(database: Database) -> None:
    scene = Scene.begin(database, rehearsal=False)
    marked(scene, OPENINGS, "hold")
    scene.advance(OPENED)
    assert {*states(scene).values()} == {"awaiting"}
    marked(scene, OPENINGS, "release", AT)
    assert {*states(scene).values()} == {"held"}
    marked(scene, opening(WUXI), "hold", AT)
    assert states(scene)[WUXI] == "awaiting"  # or an address would let it go


def test_what_is_said_of_one_letter_stands_when_its_kind_is_held(scene: Scene) -> None:
    scene.advance(OPENED)
    marked(scene, opening(WUXI), "release", AT)
    marked(scene, OPENINGS, "hold", AT)
    assert {city for city, state in states(scene).items() if state == "queued"} == {WUXI}


def fates(scene: Scene, kind: str) -> set[tuple[str, str | None]]:
    letter = table_of(Letter)
    query = select(letter.c.state, letter.c.detail).where(letter.c.kind == kind, letter.c.concerns == NANJING)
    with scene.database.read() as connection:
        return set(connection.execute(query).tuples())


@pytest.mark.parametrize("leaves", [True, False])
def test_what_a_withdrawal_or_a_rerun_makes_untrue_waits_no_more(scene: Scene, *, leaves: bool) -> None:
    settled = ("appointment", "passed")
    for kind in settled:
        marked(scene, every(kind, ROLL), "hold")
    scene.file(ROLL, NANJING)
    assert {fate for kind in settled for fate in fates(scene, kind)} == {("awaiting", None)}
    why = LEFT if leaves else OPENED_AGAIN
    if leaves:
        scene.withdraw(NANJING, "2022-01-13T10:00")
    else:
        scene.rerun(ROLL, NANJING, "2022-01-13T10:00", date(2022, 1, 20))
    assert {fate for kind in settled for fate in fates(scene, kind)} == {("cancelled", why)}
    if not leaves:  # whom the new roll names is appointed after all
        scene.file(ROLL, NANJING, at="2022-01-14T10:00")
        assert fates(scene, "appointment") == {("awaiting", None)}


def changed(scene: Scene, **values: object) -> None:
    with scene.database.write() as connection:
        connection.execute(update(table_of(Letter)).where(table_of(Letter).c.kind == "opened").values(**values))


def waiting(scene: Scene, at: str) -> int:
    with scene.database.read() as connection:
        return letter_marks.kept(connection, YEAR, instant(at))[0]


def test_one_that_is_true_no_more_is_not_let_go_and_not_counted(scene: Scene) -> None:
    scene.advance(OPENED)
    marked(scene, OPENINGS, "hold", AT)
    assert waiting(scene, AT) == len(scene.year.cities)
    changed(scene, moot=True)
    assert waiting(scene, AT) == 0
    said = marked(scene, opening(WUXI), "release", AT).message
    assert said == "已放行；等待放行的 0 封转为待发。1 封情况已变，不再发送。"
    assert states(scene)[WUXI] == "cancelled"


@pytest.mark.parametrize("state", ["awaiting", "held"])
def test_one_that_waits_lapses_when_its_time_is_over_and_is_said_anew_when_its_day_moves(
    scene: Scene, state: str
) -> None:
    scene.advance(OPENED)
    with scene.database.write() as connection:
        connection.execute(update(table_of(ProgrammeYear)).values(rehearsal=False))
    changed(scene, state=state, valid_until=instant(AT))
    assert waiting(scene, AT) == 0
    assert claimed(scene) == set()
    assert fates(scene, "opened") == {("cancelled", STALE)}
    scene.extend(ROLL, [NANJING], AT, date(2022, 1, 20))
    assert fates(scene, "opened") == {("cancelled", STALE), ("held", "未登记邮箱")}


def test_all_go_in_one_statement_and_none_as_if_tried_before(scene: Scene) -> None:
    scene.advance(OPENED)
    changed(scene, tries=7, deferred_since=instant(OPENED))
    marked(scene, OPENINGS, "hold", AT)
    with counted(scene.database) as statements:
        marked(scene, OPENINGS, "release", AT)
    assert statements.count("UPDATE letter SET state=CASE") == 1
    letter = table_of(Letter)
    with scene.database.read() as connection:
        columns = (letter.c.state, letter.c.tries, letter.c.deferred_since)
        assert connection.execute(select(*columns).distinct()).one() == ("queued", 0, None)


@pytest.mark.parametrize("seen", ["deferred", "refused"])
def test_what_comes_back_from_a_worker_s_hand_waits_where_it_was_marked_meanwhile(scene: Scene, seen: str) -> None:
    scene.advance(OPENED)
    held = claims.claim(scene.database, "aa", instant(AT), instant(AT))
    marked(scene, OPENINGS, "hold", AT)
    marked(scene, opening(WUXI), "release", AT)
    if seen == "deferred":
        answers = [Delivery(one.message_id, "deferred", "451", tried=True) for one in held]
        marks.mark(scene.database, "aa", held, answers, instant(AT), instant(AT))
    else:
        found = [Doubtful(one.id, "sending", "aa", 1, instant(AT), one.message_id) for one in held]
        resolve(scene.database, found, {one.message_id: "refused" for one in held}, instant(AT))
    assert {city for city, state in states(scene).items() if state == "queued"} == {WUXI}
    assert {*states(scene).values()} == {"queued", "awaiting"}


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "3",
        "a/b/c",
        "2022/p/c/1/*/opened/s",
        "2022/p/c/1//opened/s",
        "2019/p/c/1/mentor:3/opened/s",
        "x/p/c/1/m/k/s",
    ],
)
def test_what_is_no_letter_s_key_of_the_year_is_none(typed: str) -> None:
    assert key_of(typed, YEAR) is None
    for whole in ("2022/p/c/1/mentor:3/opened/s", "p/c/1/mentor:3/opened/s"):
        assert key_of(whole, YEAR) == ("p", "c", "1", "mentor:3", "opened", "s")


@pytest.mark.parametrize(
    "key",
    [
        ("x", "y", "z", "foo", "bar", "baz"),
        (ROLL, "paris", "1", "city:paris", "opened", "2022-01-15"),
        (ROLL, WUXI, "1", f"city:{WUXI}", "spam", "2022-01-15"),
        ("spring", WUXI, "1", f"city:{WUXI}", "opened", "2022-01-15"),
        (ROLL, WUXI, "first", f"city:{WUXI}", "opened", "2022-01-15"),
        (ROLL, WUXI, "1", "lead", "opened", "2022-01-15"),
        every("digest", ROLL),
        every("result", ROLL),
    ],
)
def test_a_mark_that_no_letter_of_the_year_can_have_is_refused(scene: Scene, key: LetterKey) -> None:
    said = marked(scene, key, "hold")
    assert (said.outcome, said.message) == ("refused", f"2022 年度没有 {'/'.join(key)} 这样的函件，未作改动。")
    with scene.database.read() as connection:
        assert letter_marks.marks(connection, YEAR) == {}
    assert marked(scene, opening(WUXI), "hold").done


def test_an_archived_year_takes_no_mark(scene: Scene) -> None:
    with scene.database.write() as connection:
        connection.execute(update(table_of(ProgrammeYear)).values(closed_as_of=instant(AT)))
    said = marked(scene, OPENINGS, "hold")
    assert (said.outcome, said.message) == ("refused", "2022 年度已归档，不能再操作。")


def test_words_are_added_to_one_that_waits_and_to_no_other(scene: Scene) -> None:
    marked(scene, OPENINGS, "hold")
    scene.advance(OPENED)
    letter, entry = table_of(Letter), table_of(AuditEntry)
    with scene.database.read() as connection:
        rows = connection.execute(select(letter.c.concerns, letter.c.id).where(letter.c.kind == "opened"))
        numbers = dict(rows.tuples().all())

    def said(city: str, words: str) -> str:
        return remark(scene.database, YEAR, numbers[city], words, stamp(AT), account=None).message

    assert said(NANJING, "请先看\n 会议通知") == "已写入附言。"
    marked(scene, opening(NANJING), "release", AT)
    marked(scene, opening(WUXI), "release", AT)
    taken = {one.recipient: one for one in claims.claim(scene.database, "aa", instant(AT), instant(AT))}
    with_words, without = taken[f"city:{NANJING}"], taken[f"city:{WUXI}"]
    assert "\n　　附言：请先看 会议通知\n" in with_words.text
    assert "附言：请先看 会议通知" in with_words.html
    assert without.text == with_words.text.replace("　　附言：请先看 会议通知\n", "").replace("南京", "无锡")
    assert said(NANJING, "再说一句") == "只有待放行、待补邮箱的函件可以加附言。"
    assert said("xuzhou", "字" * 501) == "附言长 501 字，超过 500 字，请改正。"
    with scene.database.read() as connection:
        found = connection.execute(select(entry.c.subject, entry.c.reason).where(entry.c.what == "函件附言")).all()
    assert [tuple(row) for row in found] == [(f"letter/{'/'.join(opening(NANJING))}", None)]
    assert remark(scene.database, YEAR, 10**6, "话", stamp(AT)).message == "2022 年度没有编号为 1000000 的函件。"
