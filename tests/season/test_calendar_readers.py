"""Each calendar file of a season, read by another program than the one that wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import vobject  # type: ignore[import-untyped]
from icalendar import Calendar
from sqlalchemy import select

from models.columns import table_of
from models.tables.season import LetterBody
from tests.support.kinds import ON_SQLITE
from tests.support.scenes import Scene
from tests.support.shelf import END

Event = tuple[str, str, int, str, datetime, datetime, datetime, str, list[timedelta]]
"""Method, UID, sequence, status, start, end, stamp, summary, and how long before each alarm rings."""


def by_its_writer(text: str) -> Iterator[Event]:
    for part in Calendar.from_ical(text, multiple=True):
        for one in part.walk("VEVENT"):
            start, end, stamp = (one.decoded(name).astimezone(UTC) for name in ("DTSTART", "DTEND", "DTSTAMP"))
            rings = sorted(alarm.decoded("TRIGGER") for alarm in one.walk("VALARM"))
            said = (str(part["METHOD"]), str(one["UID"]), one.decoded("SEQUENCE"), str(one["STATUS"]))
            yield (*said, start, end, stamp, str(one["SUMMARY"]), rings)


def by_another(text: str) -> Iterator[Event]:
    for part in vobject.readComponents(text):
        for one in part.vevent_list:
            start, end, stamp = (_utc(getattr(one, name).value) for name in ("dtstart", "dtend", "dtstamp"))
            rings = sorted(alarm.trigger.value for alarm in getattr(one, "valarm_list", []))
            said = (part.method.value, one.uid.value, int(one.sequence.value), one.status.value)
            yield (*said, start, end, stamp, one.summary.value, rings)


def _utc(value: Any) -> datetime:  # noqa: ANN401 -- as that program gives it
    assert isinstance(value, datetime)
    assert value.tzinfo is not None
    return value.astimezone(UTC)


@ON_SQLITE
def test_both_read_the_same_in_every_file_of_the_season(played: Callable[[str], Scene]) -> None:
    table = table_of(LetterBody)
    with played(END).database.read() as connection:
        files = set(connection.execute(select(table.c.ics).where(table.c.ics.is_not(None))).scalars())
    assert len(files) > 100
    read = [(list(by_its_writer(text)), list(by_another(text))) for text in files]
    assert [one for one in read if one[0] != one[1]] == []
    assert all(one for one, _ in read)
