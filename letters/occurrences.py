"""Which kinds of letter there are in which phase, and for whom: by the kind, and by whom the phase itself names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phases.letter_kinds import LETTER_KINDS, Kind, Occurs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendars.year import Phase, Year
    from letters.brief import RequestBrief
    from phases.book import Book
    from phases.parties import Audience, Dealings, Mailing

KINDS: tuple[Kind, ...] = tuple(LETTER_KINDS)

OFFICES: frozenset[Audience] = frozenset({"city", "head", "province", "lead"})
"""Audiences that are offices, which sign in; mentors, institutions and schools do not: they deal with their city's."""


def audiences(kind: Kind, of: Dealings) -> tuple[Audience, ...]:
    """Give whom a letter of that kind is written to in such a phase: offices, then parties as the phase lists them.

    The province's own reminder, of its own due day, goes to it alone: it is not among these.
    """
    row = LETTER_KINDS[kind]
    offices = row.offices
    if row.unless_quiet and of.stakeholder("city").quiet and of.ending is None:
        offices = ()
    told = tuple(one for one in of.named("opened") if one in row.as_opened)
    # A withdrawal, which is about the year, goes to whomever the year binds, whichever phase runs.
    return tuple(dict.fromkeys((*offices, *row.of_year, *told, *of.named(kind))))


def kinds(of: Dealings) -> list[Kind]:
    """Give the kinds of letter that such a phase brings."""
    return [kind for kind in KINDS if _occurs(kind, of)]


def occurrences(book: Book, year: Year) -> Mapping[tuple[Kind, str | None], tuple[Audience, ...]]:
    """Give, by kind and phase (None: the whole year), the audiences that such a letter is written for in a year."""
    found: dict[tuple[Kind, str | None], tuple[Audience, ...]] = {}
    dealt = [(phase.slug, book.dealings(phase, year)) for phase in year.phases]
    seconds = {phase.slug: book.dealings(phase, year, second=True) for phase in year.phases if book.second(phase)}
    for kind, row in LETTER_KINDS.items():
        if row.of_year:
            found[kind, None] = row.of_year
        for slug, of in dealt:
            if _occurs(kind, of):
                own: tuple[Audience, ...] = ("province",) if row.by_province and of.ending else ()
                later = seconds[slug].named(kind) if slug in seconds else ()
                found[kind, slug] = tuple(dict.fromkeys((*audiences(kind, of), *later, *own)))
    return found


def _occurs(kind: Kind, of: Dealings) -> bool:
    published = of.ending == "results" and bool(of.named("result"))
    where: Mapping[Occurs, bool] = {
        "always": True,
        "never": False,
        "where-named": bool(of.named(kind)),
        "with-last-word": of.ending is not None,
        "published": published,
        "amendable": bool(of.named(kind)) and (published or not of.named("result")),
        "unpublished": not published and bool(audiences(kind, of)),
    }
    return where[LETTER_KINDS[kind].occurs]


def reminds_parties(of: Dealings) -> bool:
    """Tell whether a phase reminds others than offices, before a day of their own."""
    return any(one not in OFFICES for one in of.named("reminder"))


def later(year: Year, mailing: Mailing | None) -> Phase | None:
    """Give the later phase of which a letter says until when it lasts; None where none is named, or in the year."""
    return next((phase for phase in year.phases if mailing and phase.slug == mailing.until), None)


def ahead(book: Book, year: Year) -> Mapping[tuple[str, str], str]:
    """Give, by kind and phase, the letters of a phase that tell until when a later one lasts, and which that is."""
    dealt = [(phase.slug, role) for phase in year.phases for role in book.dealings(phase, year).parties.values()]
    return {
        (kind, slug): mailing.until for slug, role in dealt for kind, mailing in role.mailings.items() if mailing.until
    }


def is_declined(asked: RequestBrief | None) -> bool:
    """Tell whether a letter is about a request that gave nobody a later day, or has not yet."""
    return asked is not None and not asked.granted


def begins_second(kind: Kind, of: Dealings, audience: Audience) -> bool:
    """Tell whether a letter that begins a phase for an audience asks something of it by the second part's day."""
    return kind in {"opened", "rejoined"} and any("{second}" in sentence for sentence in of.asked(audience))


def in_calendar(of: Dealings, audience: Audience) -> bool:
    """Tell whether a phase's deadline goes into that audience's calendars: only where who hands in is told again.

    Others, schools and institutions, get the day in words: it would stay in their calendars whatever became of it.
    """
    return audience in audiences("rerun", of) and bool(of.stakeholder(audience).hands_in)
