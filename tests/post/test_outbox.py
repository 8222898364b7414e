from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import cast

import pytest
from sqlalchemy import Connection, event, insert, select, text, update

from acts import settle_letter
from models import post_clock
from models.columns import table_of
from models.database import Database
from models.outdated_letters import untrue_in_hand
from models.post_clock import Ticks
from models.stamp import Stamp
from models.tables.season import Letter, ProgrammeYear, Suppressed
from models.taking_back import take_back
from phases.book import BOOK
from post import claims, marks, unknown_letters, workers
from post.claims import Claimed
from post.couriers import Delivery
from post.unknown_letters import LEASE
from tests.support.outbox import fill
from tests.support.scenes import instant

NOW = instant("2022-01-14T09:00")
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url, BOOK)
    fill(opened, 4, at=NOW)  # the letters 2 and 3 are owed to one recipient
    yield opened
    opened.dispose()


def states(database: Database, *names: str) -> list[tuple[object, ...]]:
    letter = table_of(Letter)
    with database.read() as connection:
        query = select(*(letter.c[name] for name in names or ("state",))).order_by(letter.c.id)
        return [tuple(row) for row in connection.execute(query)]


def change(database: Database, slot: str, **values: object) -> None:
    letter = table_of(Letter)
    with database.write() as connection:
        connection.execute(update(letter).where(letter.c.slot == slot).values(**values))


def envelopes(held: list[Claimed]) -> list[tuple[int, int, str]]:
    return [(one.id, one.envelope, one.message_id) for one in held]


def settle(database: Database, held: list[Claimed], state: str, *, tried: bool = True, token: str = "aa") -> None:
    given = [Delivery(one.message_id, state, "said", tried) for one in held]  # type: ignore[arg-type]
    marks.mark(database, token, held, given, NOW, NOW)


THREE = [
    (1, 1, "<0@proof.example>"),
    (2, 2, "<1@proof.example>"),
    (3, 3, "<2@proof.example>"),
    (4, 3, "<2@proof.example>"),
]


def test_what_one_recipient_is_owed_goes_into_one_envelope_and_stays_there(database: Database) -> None:
    assert envelopes(claims.claim(database, "aa", NOW, NOW)) == THREE
    settle(database, claims.claim(database, "bb", NOW, NOW), "sent")
    assert states(database) == [("sending",)] * 4
    change(database, "0", state="queued")
    assert envelopes(claims.claim(database, "bb", NOW, NOW)) == THREE[:1]


@pytest.mark.parametrize("kind_of_one", ["letter", "nudge"])
def test_what_a_person_wrote_goes_by_itself(database: Database, kind_of_one: str) -> None:
    change(database, "3", kind=kind_of_one)
    assert envelopes(claims.claim(database, "aa", NOW, NOW)) == [*THREE[:3], (4, 4, "<3@proof.example>")]


def test_the_letters_of_one_recipient_are_taken_together_whatever_the_limit(database: Database) -> None:
    assert envelopes(claims.claim(database, "aa", NOW, NOW, 3)) == THREE


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)  # PostgreSQL plans by what the table holds
def test_no_claim_searches_the_whole_queue_for_some_recipients(database: Database) -> None:
    plans: list[str] = []

    def explain(connection: Connection, _cursor: object, statement: str, given: Sequence[object], *_: object) -> None:
        if statement.startswith("SELECT") and "stale" in statement and "letter.recipient IN" in statement:
            found = connection.connection.cursor()
            found.execute(f"EXPLAIN QUERY PLAN {statement}", given)
            plans.extend(row[3] for row in found.fetchall() if "letter" in row[3])

    event.listen(database.engine, "before_cursor_execute", explain)
    claims.claim(database, "aa", NOW, NOW, 3)
    assert plans[0] == "SEARCH letter USING INDEX ix_letter_recipient (recipient=?)"


def test_a_letter_put_off_keeps_its_envelope(database: Database) -> None:
    settle(database, claims.claim(database, "aa", NOW, NOW), "retry")
    fill(database, 1, first=7, at=NOW)
    change(database, "7", recipient="mentor:2", address="m2@proof.example")
    again = claims.claim(database, "aa", LATER, LATER)
    assert envelopes(again) == [*THREE, (5, 5, "<7@proof.example>")]
    assert [one.tries for one in again] == [2, 2, 2, 2, 1]


def test_a_letter_is_parked_after_eight_tries_and_an_outage_is_none(database: Database) -> None:
    at = NOW
    for _ in range(marks.TRIES):
        for tried in (False, True):
            held = claims.claim(database, "aa", at, at)
            marks.mark(database, "aa", held, [Delivery(one.message_id, "retry", "满", tried) for one in held], at, at)
            at += timedelta(hours=3)
    assert states(database, "state", "tries", "detail") == [("failed", 8, "已试 8 次：满")] * 4


def deferred(database: Database, at: datetime, state: str = "deferred") -> int:
    """Let what is due at that instant be put off; how many."""
    held = claims.claim(database, "aa", at, at)
    said = [Delivery(one.message_id, state, "451 later") for one in held]  # type: ignore[arg-type]
    marks.mark(database, "aa", held, said, at, at)
    return len(held)


def test_a_letter_that_the_relay_defers_is_tried_for_five_days_and_ever_more_seldom(database: Database) -> None:
    tried = [NOW]
    while states(database)[0] == ("queued",) and deferred(database, tried[-1]):
        tried.append(max(cast("datetime", at) for [at] in states(database, "due_at")))
    assert states(database, "state", "detail", "tries") == [("failed", "已试 5 天：451 later", 0)] * 4
    pauses = [(later - at).total_seconds() / 60 for at, later in pairwise(tried)]
    assert timedelta() <= tried[-1] - NOW - timedelta(days=5) < timedelta(minutes=36)
    assert (pauses[0] < 2, min(pauses[8:-1]) >= 24, max(pauses) <= 36) == (True, True, True)


def test_a_relay_that_is_well_after_six_hours_gets_every_letter_that_is_still_true(database: Database) -> None:
    change(database, "0", valid_until=NOW + timedelta(hours=3))
    at, well = NOW, NOW + timedelta(hours=6)
    while at < well:
        deferred(database, at)
        at += timedelta(minutes=1)
    while deferred(database, at, "sent") or at < well + timedelta(minutes=40):
        at += timedelta(minutes=1)
    assert states(database, "state", "tries") == [("cancelled", 0), ("sent", 1), ("sent", 1), ("sent", 1)]


def test_a_line_that_breaks_once_parks_no_letter_that_was_long_deferred(database: Database) -> None:
    at = NOW
    for _ in range(4 * marks.TRIES):
        deferred(database, at)
        at += timedelta(hours=1)
    deferred(database, at, "retry")
    assert states(database, "state", "tries") == [("queued", 1)] * 4


def test_one_that_is_given_up_leaves_none_of_its_five_days_behind(database: Database) -> None:
    deferred(database, NOW)
    deferred(database, NOW + timedelta(days=6))
    assert states(database, "state", "deferred_since") == [("failed", None)] * 4


def test_what_goes_stale_or_to_a_suppressed_address_is_not_taken(database: Database) -> None:
    change(database, "0", valid_until=NOW)
    with database.write() as connection:
        given_up = {"since": NOW, "why": "退信", "by": "省办"}
        rows = [{"address": f"m{one}@proof.example", **given_up} for one in (0, 1)]
        connection.execute(insert(table_of(Suppressed)), rows)
    assert envelopes(claims.claim(database, "aa", NOW, NOW)) == THREE[2:]
    assert states(database) == [("cancelled",), ("held",), ("sending",), ("sending",)]


def test_an_act_takes_letters_out_of_the_hand_before_they_are_sent(database: Database) -> None:
    held = claims.claim(database, "aa", NOW, NOW)
    letter = table_of(Letter)
    with database.write() as connection:
        take_back(connection, "why", letter.c.slot.in_(("0", "1")))
    change(database, "1", claim="bb")
    assert untrue_in_hand(database, "aa", NOW) == {held[0].message_id}
    settle(database, held[:1], "withheld")
    settle(database, held[2:], "retry")
    settle(database, held[1:2], "retry", token="bb")
    assert states(database) == [("cancelled",), ("cancelled",), ("queued",), ("queued",)]


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)  # on SQLite one writes at a time
def test_no_claim_slips_in_where_letters_are_taken_back(database: Database) -> None:
    other, letter = Database(database.url, BOOK), table_of(Letter)
    held: list[Claimed] = []

    def meanwhile(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE letter"):
            held.extend(claims.claim(other, "aa", NOW, NOW))

    event.listen(database.engine, "after_cursor_execute", meanwhile)
    with database.write() as connection:
        take_back(connection, "why", letter.c.slot == "0")
    other.dispose()
    assert (envelopes(held), states(database)[0]) == (THREE[1:], ("cancelled",))


def test_only_the_hand_that_has_a_letter_puts_its_fate_on_record(database: Database) -> None:
    held = claims.claim(database, "aa", NOW, NOW)
    settle(database, held, "sent", token="bb")
    assert states(database) == [("sending",)] * 4
    settle(database, held, "sent")
    assert states(database, "state", "sent_at") == [("sent", NOW)] * 4


def test_a_living_workers_letters_are_in_no_doubt_and_a_dead_ones_are(database: Database) -> None:
    with workers.at_work(database) as worker:
        claims.claim(database, worker.token, NOW, NOW)
        assert worker.holds()
        assert unknown_letters.doubtful(database, NOW + 2 * LEASE) == []
        assert workers.gone(database, [worker.token]) == frozenset()
    assert workers.gone(database, [worker.token]) == {worker.token}
    assert [one.message_id for one in unknown_letters.doubtful(database, NOW + 2 * LEASE)] == [one[2] for one in THREE]
    assert len(unknown_letters.doubtful(database, NOW)) == 4


def cut_off(database: Database) -> None:
    """Take the sessions away that hold this database's workers' locks, and wait until they are gone."""
    here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    held = f"SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory' AND {here}"
    with database.write() as connection:
        connection.execute(text(held))


def in_doubt(database: Database) -> list[int]:
    """How many letters are in doubt at once, at the end of the lease, long after it."""
    return [len(unknown_letters.doubtful(database, at)) for at in (NOW, NOW + LEASE, NOW + 2 * LEASE)]


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)  # a file lock goes with its process
def test_a_worker_whose_session_was_cut_off_lives_as_long_as_its_process(database: Database) -> None:
    with workers.at_work(database) as worker:
        claims.claim(database, worker.token, NOW, NOW)
        cut_off(database)
        assert not worker.holds()
        assert workers.gone(database, [worker.token]) == {worker.token}
        assert (workers.life(worker.token), in_doubt(database)) == ("alive", [0, 0, 0])
    assert (workers.life(worker.token), in_doubt(database)) == ("ended", [4, 4, 4])


@pytest.mark.parametrize("place", ["elsewhere", ""])
@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)  # a file lock goes with its process
def test_a_worker_of_which_nothing_is_seen_counts_as_dead_after_the_lease(
    database: Database, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    with workers.at_work(database) as worker:
        claims.claim(database, worker.token, NOW, NOW)
        cut_off(database)
        monkeypatch.setattr(workers, "_place", lambda: place)
        assert (workers.life(worker.token), in_doubt(database)) == ("untold", [0, 0, 4])


def test_a_name_that_cannot_be_asked_after_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert workers.life("00" * workers.KEY) == "untold", "a worker without a name"
    monkeypatch.setattr(workers, "_address", lambda token: f"/nowhere/{token}")
    assert workers.life("00" * workers.KEY + workers._place()) == "untold"


def test_a_dead_workers_letters_end_as_the_other_side_tells(database: Database) -> None:
    claims.claim(database, "aa", NOW, NOW)
    found = unknown_letters.doubtful(database, NOW + 2 * LEASE)
    fates = {"<0@proof.example>": "accepted", "<1@proof.example>": "refused", "<2@proof.example>": "untold"}
    unknown_letters.resolve(database, found, fates, LATER)
    assert states(database, "state", "sent_at") == [
        ("sent", LATER),
        ("queued", None),
        ("unknown", None),
        ("unknown", None),
    ]
    unknown_letters.resolve(database, found, dict.fromkeys(fates, "refused"), LATER)
    assert states(database) == [("sent",), ("queued",), ("unknown",), ("unknown",)]


def found_refused(database: Database) -> None:
    found = unknown_letters.doubtful(database, NOW + 2 * LEASE)
    unknown_letters.resolve(database, found, dict.fromkeys((one.message_id for one in found), "refused"), NOW)


def test_a_letter_whose_worker_died_with_it_in_hand_was_not_tried(database: Database) -> None:
    for _ in range(marks.TRIES + 1):
        claims.claim(database, "aa", NOW, NOW)
        found_refused(database)
    settle(database, claims.claim(database, "aa", NOW, NOW), "retry", tried=False)
    assert states(database, "state", "tries") == [("queued", 0)] * 4


def test_a_letter_that_was_handed_over_and_turned_out_refused_was_tried(database: Database) -> None:
    settle(database, claims.claim(database, "aa", NOW, NOW), "unknown")
    found_refused(database)
    assert states(database, "state", "tries") == [("queued", 1)] * 4


def test_a_rehearsals_held_letters_are_nobodys(database: Database) -> None:
    marks.hold_back(database, NOW)
    assert unknown_letters.doubtful(database, NOW + 2 * LEASE) == []
    marks.let_go(database)
    assert states(database) == [("queued",)] * 4


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("boot", "ticks", "wall", "is_held"),
    [
        ("one", 3600.0, NOW + HOUR, False),
        ("one", 3600.0, NOW + 25 * HOUR, False),
        ("one", 3600.0, NOW + 26 * HOUR, True),
        ("one", 40 * 86400.0, NOW + timedelta(days=40), False),
        ("one", 60.0, NOW - HOUR, False),
        ("one", 60.0, NOW - 2 * 24 * HOUR, True),
        ("two", 60.0, NOW + timedelta(days=40), False),
        ("two", 60.0, NOW + timedelta(days=365), True),
        ("two", 60.0, NOW - 2 * 24 * HOUR, True),
    ],
)
def test_a_clock_that_was_set_by_more_than_a_day_holds_the_post(
    database: Database, boot: str, ticks: float, wall: object, *, is_held: bool
) -> None:
    assert post_clock.doubted(database, NOW, Ticks("one", 0.0)) is None
    alarm = post_clock.doubted(database, wall, Ticks(boot, ticks))  # type: ignore[arg-type]
    with database.read() as connection:
        assert (alarm is not None, post_clock.alarm(connection)) == (is_held, alarm)
    if is_held:  # set right, it is believed again
        assert post_clock.doubted(database, NOW + HOUR, Ticks("one", 3600.0)) is None


def test_an_envelope_is_not_parted_between_two_hands(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(database, claims.claim(database, "aa", NOW, NOW), "retry")
    change(database, "3", state="sending", claim="bb")
    assert envelopes(claims.claim(database, "cc", LATER, LATER)) == THREE[:2]
    assert claims.claim(database, "cc", LATER, LATER) == []
    monkeypatch.setattr(claims, "_whole", lambda _connection, rows: rows)
    assert envelopes(claims.claim(database, "dd", LATER, LATER)) == THREE[2:3], "without the guard it is"


def test_no_message_goes_out_under_the_id_of_a_letter_that_is_not_in_it(database: Database) -> None:
    settle(database, claims.claim(database, "aa", NOW, NOW), "retry")
    change(database, "2", state="cancelled")
    assert envelopes(claims.claim(database, "bb", LATER, LATER)) == [*THREE[:2], (4, 4, "<3@proof.example>")]
    change(database, "2", state="queued", envelope=None)
    assert envelopes(claims.claim(database, "cc", LATER, LATER)) == THREE[2:3]


def test_what_a_courier_gave_back_unasked_is_due_at_once_and_was_no_try(database: Database) -> None:
    settle(database, claims.claim(database, "aa", NOW, NOW), "withheld", tried=False)
    assert states(database, "state", "tries", "due_at", "detail") == [("queued", 0, NOW, "said")] * 4
    assert envelopes(claims.claim(database, "aa", NOW, NOW)) == THREE


@pytest.mark.parametrize("moment", ["moot", "stale"])
def test_what_has_become_untrue_in_the_hand_is_told_and_cancelled_once_it_is_back(
    database: Database, moment: str
) -> None:
    claims.claim(database, "aa", NOW, NOW)
    change(database, "3", **({"moot": True} if moment == "moot" else {"valid_until": LATER}))
    assert untrue_in_hand(database, "aa", NOW) == ({"<2@proof.example>"} if moment == "moot" else frozenset())
    assert untrue_in_hand(database, "aa", LATER) == {"<2@proof.example>"}
    assert untrue_in_hand(database, "bb", LATER) == frozenset()


MORNING, NIGHT, SATURDAY = instant("2022-01-17T09:00"), instant("2022-01-14T17:00"), instant("2022-01-15T11:00")


@pytest.mark.parametrize("out_of_hours", [NIGHT, SATURDAY])
def test_what_keeps_office_hours_leaves_on_the_next_working_morning(database: Database, out_of_hours: datetime) -> None:
    for slot in "012":
        change(database, slot, leaves_at=NOW)
    held = claims.claim(database, "aa", out_of_hours, out_of_hours)
    assert envelopes(held) == [(4, 4, "<3@proof.example>")], "what a person caused leaves at once"
    assert claims.claim(database, "bb", MORNING - timedelta(seconds=1), MORNING) == []
    at_last = claims.claim(database, "bb", MORNING, MORNING)
    assert envelopes(at_last) == [(1, 1, "<0@proof.example>"), (2, 2, "<1@proof.example>"), (3, 3, "<2@proof.example>")]
    assert [one.queued_at for one in at_last] == [NOW] * 3


@pytest.mark.parametrize("limit", [1, 2, claims.BATCH])
def test_what_waits_for_the_morning_stands_in_nobody_s_way(database: Database, limit: int) -> None:
    for slot in "012":
        change(database, slot, leaves_at=NOW)
    assert [one.id for one in claims.claim(database, "aa", NIGHT, NIGHT, limit)] == [4]


def test_a_message_that_a_person_s_act_is_part_of_is_tried_again_at_night(database: Database) -> None:
    """What shares an envelope stays in it: two messages may not carry one Message-ID."""
    change(database, "2", leaves_at=NOW)
    held = claims.claim(database, "aa", NOW, NOW)
    settle(database, held, "retry")
    again = claims.claim(database, "bb", NIGHT, NIGHT)
    assert envelopes(again) == THREE


def test_what_a_person_sends_once_more_leaves_at_once(database: Database) -> None:
    change(database, "0", leaves_at=NOW, state="failed")
    settle_letter.settle(database, [1], "resend", Stamp("省办", NIGHT, NIGHT))
    assert 1 in [one.id for one in claims.claim(database, "aa", NIGHT, NIGHT)]


def test_a_rehearsal_keeps_to_its_own_time(database: Database) -> None:
    """What would be untrue by the machine's clock has not lapsed, whether it is queued or waits for an address."""
    change(database, "0", leaves_at=NOW)
    change(database, "1", valid_until=NOW)
    change(database, "3", valid_until=NOW, state="held")
    with database.write() as connection:
        connection.execute(update(table_of(ProgrammeYear)).values(rehearsal=True))
    assert len(claims.claim(database, "aa", NIGHT, NIGHT)) == 3
    assert states(database) == [("sending",), ("sending",), ("sending",), ("held",)]


def test_what_waits_for_the_morning_of_a_demonstration_waits_for_its_own_clock(database: Database) -> None:
    change(database, "0", leaves_at=NOW)
    for clock, taken in ((NOW - timedelta(seconds=1), 3), (NOW, 1)):
        with database.write() as connection:
            connection.execute(update(table_of(ProgrammeYear)).values(rehearsal=True, clock=clock))
        assert len(claims.claim(database, "aa", NIGHT, NIGHT)) == taken


def test_without_the_guard_it_would_leave_at_night(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    change(database, "0", leaves_at=NOW)
    monkeypatch.setattr(claims, "_put_off", lambda *_: frozenset())
    assert 1 in [one.id for one in claims.claim(database, "aa", NIGHT, NIGHT)]
