"""The one resolver of due instants, and how days become instants. All of it is Asia/Shanghai."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from calendars.working_days import WorkingDays

TZ = ZoneInfo("Asia/Shanghai")

FIRST_YEAR, LAST_YEAR = 2000, 2099
"""The years there is a calendar for: those whose lunar holidays are known."""

REACH = f"{FIRST_YEAR - 1} 至 {LAST_YEAR + 1} 年"
"""Where the days of a calendar lie (`known`), in words."""

NINE = 9
"""The hour at which letters are rung."""

Cause = Literal["correction", "extension", "rerun", "grace"]
BY_HAND: frozenset[Cause] = frozenset({"extension", "rerun"})
"""What the province gives by its own hand; room to work (grace) follows from the rules."""

CAUSES: tuple[Cause, ...] = ("correction", "extension", "rerun", "grace")  # the order in which a due day is explained

BECAUSE: Mapping[str, str] = {
    "calendar": "日历",
    "correction": "经核查更正",
    "extension": "经批准延期",
    "rerun": "因重新开放而改定",
    "grace": "按规定顺延",
    "filed": "自报送之日起算",
}
"""Every word of `Due.because` in Chinese: pages, letters, calendars, refusals and the command line say it so."""


def start_of(day: date) -> datetime:
    """Give 00:00 of that day."""
    return datetime.combine(day, time(), TZ)


def end_of(day: date) -> datetime:
    """Give the next day's 00:00: the first instant at which a thing due that day is late."""
    return start_of(day + timedelta(days=1))


def last_day(until: datetime) -> date:
    """Give the last day that is in time where `until` is the first instant that is not."""
    return day_of(until - timedelta(microseconds=1))


def at_nine(day: date) -> datetime:
    """Give 09:00 of that day, when letters go out."""
    return datetime.combine(day, time(NINE), TZ)


def known(day: date) -> bool:
    """Tell whether a day lies where calendars do: their years, and the one before and after that they reach into."""
    return FIRST_YEAR - 1 <= day.year <= LAST_YEAR + 1


def day_of(instant: datetime) -> date:
    """Give the day in Asia/Shanghai that an aware instant lies in."""
    return instant.astimezone(TZ).date()


@dataclass(frozen=True, slots=True)
class Extension:
    """A later due day (that day included) of one city phase, and what it was given for.

    `corrections` counts those that came before it, itself among them: a correction takes back whatever it is after.
    """

    until: date
    cause: Cause
    corrections: int = 0


@dataclass(frozen=True, slots=True)
class Due:
    """An effective due day; `instant` is the first one too late; `because` begins with `calendar`.

    The province's own may instead be counted from a filing; `because` then is `filed`.
    """

    day: date
    instant: datetime
    because: tuple[str, ...]

    @property
    def why(self) -> str:
        """Say what the day follows from: 日历、经批准延期."""
        return "、".join(BECAUSE[cause] for cause in self.because)

    @property
    def moved(self) -> str:
        """Say what moved it from the calendar's day; "" where nothing did."""
        return "、".join(BECAUSE[cause] for cause in self.because if cause in CAUSES)

    def met_by(self, instant: datetime) -> bool:
        """Tell whether something done at that instant is in time."""
        return instant < self.instant


def uncorrected(causes: Sequence[Cause]) -> list[int]:
    """Give the places of the later days that no correction took back, corrections aside.

    Each correction took back the newest that was then given by hand.
    """
    kept: list[int] = []
    for place, cause in enumerate(causes):
        if cause != "correction":
            kept.append(place)
        elif (taken := next((one for one in reversed(kept) if causes[one] in BY_HAND), None)) is not None:
            kept.remove(taken)
    return kept


def standing(extensions: Iterable[Extension]) -> tuple[Extension, ...]:
    """Give those that no correction took back, in the order they came in."""
    given = tuple(extensions)
    newest = max((one.corrections for one in given), default=0)
    return tuple(one for one in given if one.corrections == newest)


def resolve(base: date, extensions: Iterable[Extension] = ()) -> Due:
    """Give the later of the calendar's day and the city's own, whatever the order of the extensions.

    `because` names the causes that moved the day, as correction, extension, rerun, grace.
    """
    day, because = base, ["calendar"]
    given = standing(extensions)
    for cause in CAUSES:
        own = max((extension.until for extension in given if extension.cause == cause), default=base)
        if own > day:
            day = own
            because.append(cause)
    return Due(day, end_of(day), tuple(because))


def handed_in(due: Due, ahead: int, days: WorkingDays) -> Due:
    """Give by when others hand in what is filed by a due day: so many working days earlier, for the same causes."""
    day = days.before(due.day, ahead)
    return Due(day, end_of(day), due.because)


def handed_in_from(today: date, due: Due, ahead: int, days: WorkingDays) -> Due:
    """Give the same as it is told on a day: once theirs has come, the next working day, if there is one by then."""
    theirs = handed_in(due, ahead, days)
    if not theirs.day <= today <= due.day:
        return theirs
    day = min(days.after(today, 1), due.day)
    return Due(day, end_of(day), due.because)


def knows(until: datetime, due: Due, theirs: Due, today: date) -> bool:
    """Tell whether somebody told `until` knows what holds: the day that is `theirs`.

    Who is told when that has come is told a later one, up to the city's `due`.
    """
    return until == theirs.instant or (today >= theirs.day and theirs.instant < until <= due.instant)


def room(due: Due, since: datetime, grace: int, days: WorkingDays) -> Extension | None:
    """Give the extension that keeps `grace` working days after `since`, or None where the due day leaves them."""
    until = days.after(day_of(since), grace)
    return Extension(until, "grace") if until > due.day else None
