"""Which kinds of letter there are in which phase, and for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from calendars.year import Ending
from letters.brief import Audience, Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from calendars.year import Year
    from letters.brief import DayRequest

    Occurrences = Mapping[tuple[Kind, str | None], tuple[Audience, ...]]

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
    "mentor-recommendation": ("city",),
    "application": ("city",),
    "shortlist": ("city",),
    "interview": ("city", "mentor"),
    "meeting": ("city",),
    "cultivation": ("city",),
    "midterm": ("city", "mentor"),
    "year-end": ("city", "mentor", "school"),
}
PASSED: Mapping[str, tuple[Audience, ...]] = {
    "mentor-recommendation": ("city",),
    "application": ("city", "mentor"),
    "shortlist": ("city", "mentor"),
    "interview": ("city", "mentor"),
    "cultivation": ("city",),
    "midterm": ("city", "school"),
    "year-end": ("city",),
}
PUBLISHED = "year-end"
"""The phase whose results are told by student, where the province ends it by publishing them."""

OF_ONE: Occurrences = {
    ("appointment", "mentor-recommendation"): ("mentor",),
    ("result", PUBLISHED): ("city", "mentor", "school"),
    ("visits-short", "cultivation"): ("city", "mentor"),
}
"""Kinds that there are in one phase only."""


def passed_to(phase: str, ending: Ending | None) -> tuple[Audience, ...]:
    """Give who is told that a phase passed; a city always where it waited for the province."""
    return PASSED.get(phase, ("city",) if ending else ())


def _occurrences(endings: Mapping[str, Collection[Ending]]) -> Occurrences:
    """By phase, how the province may end it: nothing, where the gate alone does."""
    found: dict[tuple[Kind, str | None], tuple[Audience, ...]] = {
        ("digest", None): ("province",),
        ("withdrawn", None): ("city", "mentor"),
        **{(kind, of): audiences for (kind, of), audiences in OF_ONE.items() if of in endings},
    }
    for phase, ended in endings.items():
        opened = OPENED[phase]
        concerned: tuple[Audience, ...] = ("city", "mentor") if "mentor" in opened else ("city",)
        found["opened", phase] = opened
        found["reminder", phase] = (*REMINDED[phase], *(("province",) if ended else ()))
        found["escalation", phase] = ("head", "lead")
        found["overdue", phase] = concerned
        found["returned", phase] = concerned
        found["rerun", phase] = concerned
        found["withdrawn", phase] = ("city", "mentor")  # of whatever later phase was opened, too
        found["moved", phase] = opened  # whoever was told a day is told that it moved
        found["request", phase] = ("province",)
        found["answered", phase] = ("city",)
        if ended:
            found["approval-needed", phase] = ("province",)
        passed = passed_to(phase, next(iter(ended), None))
        if passed and not (phase == PUBLISHED and set(ended) == {"results"}):
            found["passed", phase] = passed
        if "results" not in ended:
            found.pop(("result", phase), None)
    return dict(sorted(found.items(), key=lambda entry: KINDS.index(entry[0][0])))


OCCURS: Occurrences = _occurrences(dict.fromkeys(OPENED, get_args(Ending)))
"""By kind and phase (None: the whole year), the audiences that such a letter is written for in whatever year."""


def occurring(year: Year) -> Occurrences:
    """Give those of one year, as its phases end."""
    phases = (phase for phase in year.phases if phase.slug in OPENED)
    return _occurrences({phase.slug: (phase.province,) if phase.province else () for phase in phases})


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
