"""A state changes at its instant, its letter waits for the morning; who is late hears so in measure."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from calendars.deadlines import TZ
from models import record_chain
from models.columns import table_of
from models.database import Database
from models.outbox import LetterRow
from models.tables.season import Letter
from phases.book import BOOK
from post import claims
from season import reminding
from tests.support.kinds import ON_SQLITE
from tests.support.scenes import NANJING, Scene, instant

APPLICATION, ROLL = "application", "mentor-recommendation"


def told(scene: Scene, at: str, *about: str) -> list[tuple[str, str, str]]:
    """What an advance writes about a city, or about all: kind, recipient, and from when on it may leave."""
    letters = scene.advance(at).changes.letters
    return sorted((one.kind, one.recipient, _leaves(one)) for one in letters if one.concerns in (about or {NANJING}))


def _leaves(letter: LetterRow) -> str:
    return "" if letter.leaves_at is None else f"{letter.leaves_at.astimezone(TZ):%m-%d %H:%M}"


def test_a_phase_opens_at_midnight_and_its_letter_leaves_in_the_morning(scene: Scene) -> None:
    assert told(scene, "2021-12-31T00:00") == [("opened", "city:nanjing", "12-31 09:00")]
    assert scene.cell(ROLL, NANJING).state == "open"
    due = select(table_of(Letter).c.due_at).where(table_of(Letter).c.concerns == NANJING)
    with scene.database.read() as connection:
        assert connection.execute(due).scalars().all() == [instant("2021-12-31T09:00")]


def test_what_it_says_is_as_of_when_it_leaves(scene: Scene) -> None:
    """Interviews open on the eve of the Spring Festival's first day; their letter is of the first day after it."""
    scene.advance("2021-12-31T00:00")
    scene.through("shortlist", NANJING)
    letters = scene.advance("2022-01-31T00:00").changes.letters
    [opened] = [one for one in letters if (one.kind, one.recipient) == ("opened", "city:nanjing")]
    assert _leaves(opened) == "02-07 09:00"
    assert "2022年2月7日" in opened.text
    assert "2022年1月31日" not in opened.text


def test_what_a_person_does_is_told_at_once_and_what_it_opens_in_the_morning(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    scene.load(ROLL, NANJING, scene.sheets(ROLL, NANJING), "2022-01-07T20:00")
    scene.submit(ROLL, NANJING, "2022-01-07T20:00")
    letters = scene.approve(ROLL, NANJING, "2022-01-07T22:00").changes.letters
    assert {(one.kind, _leaves(one)) for one in letters} >= {("passed", ""), ("appointment", "")}
    assert {_leaves(one) for one in letters if one.kind == "opened"} == {"01-10 09:00"}


@pytest.mark.parametrize(
    ("extended", "quiet", "reminded"),
    [
        ("2022-01-15T23:59", ("2022-01-16T02:00", "2022-01-17T08:59"), "2022-01-17T09:00"),  # a Saturday night
        ("2022-01-13T14:50", ("2022-01-13T15:00", "2022-01-13T16:59", "2022-01-14T00:00"), "2022-01-14T09:00"),
    ],
)
def test_an_extension_brings_no_reminder_before_the_next_working_morning(
    scene: Scene, extended: str, quiet: tuple[str, ...], reminded: str
) -> None:
    scene.advance("2021-12-31T00:00")
    for at in ("2022-01-07T09:00", "2022-01-12T09:00"):
        scene.advance(at)
    assert scene.extend(ROLL, [NANJING], extended, date(2022, 1, 19)).done
    assert [told(scene, at) for at in quiet] == [[]] * len(quiet)
    assert told(scene, reminded) == [("reminder", "city:nanjing", reminded[5:].replace("T", " "))]


def test_without_the_guard_it_would_come_within_the_hour(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.advance("2021-12-31T00:00")
    scene.extend(ROLL, [NANJING], "2022-01-13T14:50", date(2022, 1, 19))
    monkeypatch.setattr(reminding, "moved_since", lambda *_: False)
    assert [kind for kind, *_ in told(scene, "2022-01-13T15:00")] == ["reminder"]


def test_an_opening_is_followed_by_no_reminder_within_a_working_day(scene: Scene) -> None:
    """The shortlist opens on the very day of its first rung, or an hour before the second."""
    scene.advance("2021-12-31T00:00")
    scene.through(APPLICATION, NANJING)
    assert told(scene, "2022-01-21T00:00") == [("opened", "city:nanjing", "01-21 09:00")]
    assert told(scene, "2022-01-21T09:00") == []
    assert told(scene, "2022-01-27T09:00") == [("reminder", "city:nanjing", "01-27 09:00")]


def test_a_late_city_hears_again_each_week_until_it_files_or_leaves(scene: Scene) -> None:
    """Its mentors and schools hear once; the holidays of the Spring Festival are no week."""
    scene.advance("2021-12-31T00:00")
    heard = []
    at = instant("2022-01-16T00:00")
    while at < instant("2022-03-01T00:00"):
        letters = scene.advance(f"{at:%Y-%m-%dT%H:%M}").changes.letters
        heard += [(f"{at:%m-%d %H:%M}", one.recipient) for one in letters if one.kind == "overdue"]
        at += timedelta(hours=3)
    ours = [day for day, whom in heard if whom == "city:nanjing"]
    assert ours == [f"{day} 09:00" for day in ("01-17", "01-24", "02-07", "02-14", "02-21", "02-28")]
    assert {whom for _, whom in heard} == {f"city:{city.slug}" for city in scene.year.cities}
    assert scene.withdraw(NANJING, "2022-03-01T10:00").done
    assert "overdue" not in [kind for kind, *_ in told(scene, "2022-03-07T09:00")]


def test_after_weeks_without_a_run_it_hears_once(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")

    def heard(at: str) -> list[tuple[str, str]]:
        letters = scene.advance(at).changes.letters
        return [(one.slot, one.state) for one in letters if (one.kind, one.city) == ("overdue", NANJING)]

    first = "2022-01-16T00:00"
    assert heard("2022-02-16T10:00") == [(first, "queued"), (f"{first}#2022-02-14", "cancelled")]
    assert heard("2022-02-16T11:00") == []
    assert heard("2022-02-24T10:00") == [(f"{first}#2022-02-21", "queued")]


def digests(scene: Scene, first: str, last: str) -> list[str]:
    days, at = [], instant(first)
    while at <= instant(last):
        letters = scene.advance(f"{at:%Y-%m-%dT09:00}").changes.letters
        days += [f"{at:%m-%d}" for one in letters if one.kind == "digest"]
        at += timedelta(days=1)
    return days


def test_the_digest_is_daily_for_five_working_days_of_a_lateness_then_weekly(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    assert digests(scene, "2022-01-14T00:00", "2022-03-02T00:00") == [
        "01-17", "01-18", "01-19", "01-20", "01-21", "01-24", "02-07", "02-14", "02-21", "02-28",
    ]  # fmt: skip


def test_what_is_new_brings_it_daily_again_and_stands_first(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    for city in scene.year.cities[1:]:
        scene.extend(ROLL, [city.slug], "2022-01-14T10:00", date(2022, 2, 8))
    assert digests(scene, "2022-01-16T00:00", "2022-02-08T00:00")[-1] == "02-07"
    scene.advance("2022-02-09T00:00")
    [digest] = [one for one in scene.advance("2022-02-09T09:00").changes.letters if one.kind == "digest"]
    listed = [line.strip("　").partition("：")[0] for line in digest.text.splitlines() if line.startswith("　　")]
    assert listed[:3] == ["一、新增（12项）", "1.无锡市导师名单", "2.徐州市导师名单"]
    assert listed[13:15] == ["二、逾期未报送（1项）", "1.南京市导师名单"]
    assert digests(scene, "2022-02-10T00:00", "2022-02-22T00:00") == ["02-10", "02-11", "02-14", "02-15", "02-21"]


def test_a_digest_that_never_left_is_made_up_for_the_next_day(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    assert digests(scene, "2022-01-17T00:00", "2022-02-07T00:00")[-1] == "02-07"
    with scene.database.write() as connection:
        table = table_of(Letter)
        mine = (table.c.kind == "digest") & (table.c.slot == "2022-02-07")
        connection.execute(table.update().where(mine).values(state="cancelled"))
    assert digests(scene, "2022-02-08T00:00", "2022-02-11T00:00") == ["02-08"]


@ON_SQLITE
@pytest.mark.parametrize("rehearsal", [False, True])
def test_a_real_years_digest_says_where_the_record_ends(database_url: str, *, rehearsal: bool) -> None:
    database = Database(database_url, BOOK)
    scene = Scene.begin(database, rehearsal=rehearsal)
    for at in ("2021-12-31T00:00", "2022-01-17T00:00"):  # opened, and late
        scene.advance(at)
    with database.read() as connection:
        ends = [str(head) for head in record_chain.heads(connection) if head.strand == scene.year.year]
    [digest] = [one for one in scene.advance("2022-01-17T09:00").changes.letters if one.kind == "digest"]
    said = [line for line in digest.text.splitlines() if "记录校验码" in line]
    assert (len(ends), [all(end in line for end in ends) for line in said]) == (1, [] if rehearsal else [True])
    database.dispose()


@pytest.mark.parametrize("seed", range(3))
def test_whenever_it_runs_nothing_leaves_outside_hours_and_nothing_is_lost(scene: Scene, seed: int) -> None:
    """Runs at random instants, nights among them: by the next morning all is told that had come, and once."""
    chance, written = random.Random(seed), list[tuple[datetime, LetterRow]]()
    minutes = sorted(chance.sample(range(45 * 24 * 60), 25))
    for at in (instant("2021-12-31T00:00") + timedelta(minutes=one) for one in minutes):
        written += [(at, one) for one in scene.advance(at.isoformat()[:19]).changes.letters]
    last = scene.year.hours.on_or_after(at)
    written += [(last, one) for one in scene.advance(last.isoformat()[:19]).changes.letters]
    assert scene.advance(last.isoformat()[:19]).changes.letters == ()
    for when, letter in written:
        assert letter.leaves_at == scene.year.hours.on_or_after(when)
    mine = [
        (one.kind, one.leaves_at) for _, one in written if one.recipient == "city:nanjing" and one.state == "queued"
    ]
    assert {kind for kind, _ in mine} >= {"overdue"}
    assert len({at for _, at in mine}) == len(mine), "never two at once"
    late = [at for kind, at in mine if kind == "overdue"]
    assert all(later - earlier >= timedelta(days=1) for earlier, later in pairwise(at for at in late if at))


def test_what_waits_overnight_survives_a_worker_that_is_gone(scene: Scene) -> None:
    """A rehearsal's clock: a claim before the hour finds nothing; taken and never settled, it is nobody's to lose."""
    scene.advance("2021-12-31T00:00")
    night, morning = instant("2021-12-31T08:59"), instant("2021-12-31T09:00")
    assert claims.claim(scene.database, "aa", night, night) == []
    assert len(claims.claim(scene.database, "bb", morning, morning)) == 13
