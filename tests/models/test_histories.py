from __future__ import annotations

from dataclasses import replace
from datetime import date

from gates.states import Event, State
from models import histories, letterbox
from models.histories import Load, PastGrant, PastMove, SetAside, Span
from models.letterbox import LetterQuery
from tests.support import sheets
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, instant

FIRST = "mentor-recommendation"
LATER = instant("2022-12-31T23:59")
SPAN = Span(YEAR, LATER, FIRST, NANJING)
BY = "省办"


def played(scene: Scene) -> Scene:
    """Nanjing is refused for a rule in principle, waived it, files again and passes; Wuxi passes at once."""
    ordinary = sheets.mentor(scene.city(NANJING), elite_programme=False, honours=())
    scene.advance("2021-12-31T09:00")
    scene.load(FIRST, NANJING, sheets.roll(ordinary), "2022-01-05T10:00")
    scene.submit(FIRST, NANJING, "2022-01-05T11:00")
    scene.waive("mentors.standing", FIRST, NANJING, "2022-01-05T12:00")
    scene.extend(FIRST, [NANJING], "2022-01-05T13:00", date(2022, 1, 18))
    scene.submit(FIRST, NANJING, "2022-01-05T14:00")
    scene.load(FIRST, NANJING, sheets.roll(ordinary), "2022-01-05T15:00")
    scene.approve(FIRST, NANJING, "2022-01-05T16:00")
    scene.through(FIRST, WUXI)
    return scene


def test_the_log_tells_each_move_and_each_refused_try_the_newest_first(scene: Scene) -> None:
    played(scene)
    with scene.database.read() as connection:
        found = histories.moves(connection, SPAN)
        counted = histories.how_many(connection, SPAN)
        refused = histories.moves(connection, SPAN, refused=True)
        paged = [histories.moves(connection, SPAN, limit=3, offset=at) for at in (0, 3, 6)]
        submitted = histories.how_many(connection, SPAN, event="submit")
    assert [(move.event, move.before, move.after) for move in reversed(found)] == [
        (Event.OPEN, State.WAITING, State.OPEN),
        (Event.LOAD, State.OPEN, State.OPEN),
        (Event.SUBMIT, State.OPEN, State.SUBMITTED),
        (Event.RETURN, State.SUBMITTED, State.RETURNED),
        (Event.WAIVE, State.RETURNED, State.RETURNED),
        (Event.EXTEND, State.RETURNED, State.RETURNED),
        (Event.SUBMIT, State.RETURNED, State.SUBMITTED),
        (Event.LOAD, State.SUBMITTED, State.SUBMITTED),
        (Event.APPROVE, State.SUBMITTED, State.PASSED),
    ]
    at = instant("2022-01-05T12:00")
    waived = "mentors.standing：省办同意"
    assert found[4] == PastMove(
        FIRST, NANJING, Event.WAIVE, State.RETURNED, State.RETURNED, False, 1, BY, at, at, waived, 5
    )
    assert [move.event for move in refused] == [Event.LOAD]
    assert (counted, submitted, sum(paged, ())) == (len(found), 2, found)


def test_the_judgements_come_newest_first_with_the_verdict_each_was_given(scene: Scene) -> None:
    played(scene)
    with scene.database.read() as connection:
        found = histories.judgements(connection, SPAN)
        then = histories.judgements(connection, replace(SPAN, as_of=instant("2022-01-05T13:00")))
    assert [(one.number, one.attempt, one.verdict.passed) for one in found] == [(2, 1, True), (1, 1, False)]
    assert [finding.rule for finding in found[1].verdict.refusals] == ["mentors.standing"]
    assert then == found[1:]


def test_loads_later_days_and_waivers_tell_who_when_and_why(scene: Scene) -> None:
    played(scene)
    with scene.database.read() as connection:
        loads = histories.loads(connection, SPAN, [FIRST])
        grants = histories.grants(connection, SPAN)
        waivers = histories.waivers(connection, SPAN)
        elsewhere = histories.grants(connection, replace(SPAN, city=WUXI))
        everywhere = histories.grants(connection, Span(YEAR, SPAN.as_of))
    at = instant("2022-01-05T10:00")
    assert loads == (Load(loads[0].id, FIRST, 1, loads[0].sha256, 3, BY, loads[0].at, at),)
    assert (
        grants
        == everywhere
        == (PastGrant(FIRST, NANJING, 1, "extension", date(2022, 1, 18), "暴雪", BY, instant("2022-01-05T13:00")),)
    )
    assert waivers == (SetAside(FIRST, NANJING, 1, "mentors.standing", "省办同意", BY, instant("2022-01-05T12:00")),)
    assert elsewhere == ()


def test_letters_are_listed_by_recipient_state_kind_phase_and_city(scene: Scene) -> None:
    played(scene)
    every = LetterQuery(YEAR, LATER)
    with scene.database.read() as connection:

        def kinds(wanted: LetterQuery) -> list[tuple[str, str]]:
            return [(one.kind, one.recipient) for one in letterbox.letters(connection, wanted, limit=99)]

        mine = kinds(replace(every, reader=NANJING))
        passed = kinds(replace(every, kind="passed", city=NANJING))
        early = kinds(replace(every, as_of=instant("2022-01-01T00:00"), reader=WUXI))
        sent = kinds(replace(every, state="sent"))
        counts = letterbox.by_state(connection, replace(every, state="sent"))
        total = len(letterbox.letters(connection, every, limit=999))
        second = letterbox.letters(connection, every, limit=1, offset=1)
        both = letterbox.letters(connection, every, limit=2)
    assert {recipient for _, recipient in mine} == {f"city:{NANJING}"}
    assert [kind for kind, _ in reversed(mine)] == ["opened", "returned", "returned", "passed", "opened"]
    assert passed == [("passed", f"city:{NANJING}")]
    assert (early, sent) == ([("opened", f"city:{WUXI}")], [])
    assert (set(counts), sum(counts.values())) == ({"cancelled", "queued"}, total)
    assert second == both[1:]
