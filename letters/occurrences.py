"""Which kinds of letter there are in which phase, and for whom: by the kind, and by whom the phase itself names."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from letters.brief import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendars.year import Phase, Year
    from letters.brief import DayRequest
    from phases.book import Book
    from phases.parties import Audience, Dealings, Mailing

KINDS: tuple[Kind, ...] = get_args(Kind)

OFFICES: frozenset[Audience] = frozenset({"city", "head", "province", "lead"})
"""Audiences that are offices, which sign in; mentors, institutions and schools do not: they deal with their city's."""

WRITTEN_TO: Mapping[Kind, tuple[Audience, ...]] = {
    "opened": ("city",),
    "moved": ("city",),
    "request": ("province",),
    "answered": ("city",),
    "reminder": ("city",),
    "overdue": ("city",),
    "digest": ("province",),
    "escalation": ("head", "lead"),
    "passed": ("city",),
    "returned": ("city",),
    "approval-needed": ("province",),
    "rerun": ("city",),
    "withdrawn": ("city",),
    "appointment": (),
    "result": ("city",),
    "visits-short": ("city",),
}
"""The offices that a kind goes to; the parties besides them are those that a phase has a mailing for."""

AS_THE_OPENED: Mapping[Kind, tuple[Audience, ...]] = {
    "returned": ("mentor",),
    "rerun": ("mentor",),
    "withdrawn": ("mentor",),
}
"""Kinds that go to those parties of an audience who got the phase's `opened`; a withdrawal ends later phases too.

`moved` goes to whoever was told another day, by name.
"""

OF_THE_YEAR: Mapping[Kind, tuple[Audience, ...]] = {"digest": ("province",), "withdrawn": ("city", "mentor")}
"""Kinds about the whole year, and for whom."""

NAMED = frozenset({"appointment", "result", "visits-short"})
"""Kinds that occur only where the phase names a party for them."""


def audiences(kind: Kind, of: Dealings) -> tuple[Audience, ...]:
    """Give whom a letter of that kind is written to in such a phase: offices, then parties as the phase lists them.

    The province's own reminder, of its own due day, goes to it alone: it is not among these.
    """
    offices = WRITTEN_TO[kind]
    if kind == "passed" and of.stakeholder("city").quiet and of.ending is None:
        offices = ()
    told = tuple(one for one in of.named("opened") if kind == "moved" or one in AS_THE_OPENED.get(kind, ()))
    ended = OF_THE_YEAR.get(kind, ())  # a withdrawal goes to the mentors of whatever later phase was opened, too
    return tuple(dict.fromkeys((*offices, *ended, *told, *of.named(kind))))


def kinds(of: Dealings) -> list[Kind]:
    """Give the kinds of letter that such a phase brings."""
    return [kind for kind in KINDS if _occurs(kind, of)]


def occurrences(book: Book, year: Year) -> Mapping[tuple[Kind, str | None], tuple[Audience, ...]]:
    """Give, by kind and phase (None: the whole year), the audiences that such a letter is written for in a year."""
    found: dict[tuple[Kind, str | None], tuple[Audience, ...]] = {}
    dealt = [(phase.slug, book.dealings(phase)) for phase in year.phases]
    for kind in KINDS:
        if kind in OF_THE_YEAR:
            found[kind, None] = OF_THE_YEAR[kind]
        for slug, of in dealt:
            if _occurs(kind, of):
                own: tuple[Audience, ...] = ("province",) if kind == "reminder" and of.ending else ()
                found[kind, slug] = audiences(kind, of) + own
    return found


def _occurs(kind: Kind, of: Dealings) -> bool:
    published = of.ending == "results" and bool(of.named("result"))
    exceptions = {
        "digest": False,
        "approval-needed": of.ending is not None,
        "result": published,
        "passed": not published and bool(audiences("passed", of)),
    }
    return exceptions.get(kind, kind not in NAMED or bool(of.named(kind)))


CALENDARS: tuple[Kind, ...] = ("opened", "rerun", "withdrawn", "moved", "answered")
"""The kinds that a calendar file goes with: it puts the deadline into the recipient's calendar, moves it, ends it.

With an answer one does where it says yes: see `is_declined`.
"""


def later(year: Year, mailing: Mailing | None) -> Phase | None:
    """Give the later phase of which a letter says until when it lasts; None where none is named, or in the year."""
    return next((phase for phase in year.phases if mailing and phase.slug == mailing.until), None)


def is_declined(asked: DayRequest | None) -> bool:
    """Tell whether a letter is about a request that gave nobody a later day, or has not yet."""
    return asked is not None and not asked.granted


def in_calendar(of: Dealings, audience: Audience) -> bool:
    """Tell whether a phase's deadline goes into that audience's calendars: only where who is told of it is told again.

    Others, schools and institutions, get the day in words: it would stay in their calendars whatever became of it.
    """
    return audience in audiences("rerun", of)
