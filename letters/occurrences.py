"""Which kinds of letter there are in which phase, and for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from letters.brief import Audience, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from letters.brief import DayRequest

KINDS: tuple[Kind, ...] = get_args(Kind)

OFFICES: frozenset[Audience] = frozenset({"city", "head", "province", "lead"})
"""Audiences that are offices, which sign in; mentors, institutions and schools do not: they deal with their city's."""

OPENED: Mapping[str, tuple[Audience, ...]] = {
    "mentor-recommendation": ("city", "institution", "mentor"),
    "application": ("city", "mentor", "school"),
    "shortlist": ("city",),
    "interview": ("city", "mentor"),
    "meeting": ("city", "mentor", "school"),
    "cultivation": ("city", "mentor"),
    "midterm": ("city", "mentor"),
    "year-end": ("city", "mentor", "school"),
}
REMINDED: Mapping[str, tuple[Audience, ...]] = {
    "mentor-recommendation": ("city", "province"),
    "application": ("city",),
    "shortlist": ("city",),
    "interview": ("city", "mentor", "province"),
    "meeting": ("city",),
    "cultivation": ("city",),
    "midterm": ("city", "mentor"),
    "year-end": ("city", "mentor", "school", "province"),
}
PASSED: Mapping[str, tuple[Audience, ...]] = {
    "mentor-recommendation": ("city",),
    "application": ("city", "mentor"),
    "shortlist": ("city", "mentor"),
    "interview": ("city", "mentor"),
    "cultivation": ("city",),
    "midterm": ("city", "school"),
}
DECIDED = ("mentor-recommendation", "interview", "year-end")


def _occurrences() -> dict[tuple[Kind, str | None], tuple[Audience, ...]]:
    found: dict[tuple[Kind, str | None], tuple[Audience, ...]] = {
        ("digest", None): ("province",),
        ("withdrawn", None): ("city", "mentor"),
        ("appointment", "mentor-recommendation"): ("mentor",),
        ("result", "year-end"): ("city", "mentor", "school"),
        ("visits-short", "cultivation"): ("city", "mentor"),
    }
    for phase, opened in OPENED.items():
        concerned: tuple[Audience, ...] = ("city", "mentor") if "mentor" in opened else ("city",)
        found["opened", phase] = opened
        found["reminder", phase] = REMINDED[phase]
        found["escalation", phase] = ("head", "lead")
        found["overdue", phase] = concerned
        found["returned", phase] = concerned
        found["rerun", phase] = concerned
        found["withdrawn", phase] = ("city", "mentor")  # of whatever later phase was opened, too
        found["moved", phase] = opened  # whoever was told a day is told that it moved
        found["request", phase] = ("province",)
        found["answered", phase] = ("city",)
    found.update({("passed", phase): audiences for phase, audiences in PASSED.items()})
    found.update({("approval-needed", phase): ("province",) for phase in DECIDED})
    return dict(sorted(found.items(), key=lambda entry: KINDS.index(entry[0][0])))


OCCURS: Mapping[tuple[Kind, str | None], tuple[Audience, ...]] = _occurrences()
"""By kind and phase (None: the whole year), the audiences that such a letter is written for."""

UNTIL: Mapping[tuple[Kind, str | None, Audience], str] = {("passed", "shortlist", "mentor"): "interview"}
"""Letters that say until when a later phase lasts, and which that is."""

CALENDARS: tuple[Kind, ...] = ("opened", "rerun", "withdrawn", "moved", "answered")
"""The kinds that a calendar file goes with: it puts the deadline into the recipient's calendar, moves it, ends it.

With an answer one does where it says yes: see `is_declined`.
"""


def is_declined(asked: DayRequest | None) -> bool:
    """Tell whether a letter is about a request that gave nobody a later day, or has not yet."""
    return asked is not None and not asked.granted


def in_calendar(phase: str, audience: Audience) -> bool:
    """Tell whether a phase's deadline goes into that audience's calendars: only where who is told of it is told again.

    Others, schools and institutions, get the day in words: it would stay in their calendars whatever became of it.
    """
    return audience in OCCURS["rerun", phase]
