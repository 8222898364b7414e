"""What a form offers to choose from, and what it shows of the thing it is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from calendars.deadlines import TZ, day_of
from dashboard.acts.preview_words import stands
from dashboard.acts.single_students import choosable
from dashboard.acts.typed_fields import DIGITS
from dashboard.views.letterbox import heading
from dashboard.views.scoring import board
from models import city_requests, evaluations, party_addresses
from models.letterbox import letter_by_id
from models.reports import matrix
from season.recipients import named

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import Connection

    from acts.act import Act
    from calendars.year import Phase, Year
    from dashboard.acts.typed_fields import Typed
    from dashboard.serving.look import Looking
    from dashboard.views.scoring import Scored
    from forms.definitions import Column
    from gates.rule import Rule
    from models.city_requests import CityRequest, RequestKind
    from models.evaluations import Evaluated
    from models.party_addresses import AddressDifference
    from models.reports import Matrix, Standing
    from models.standing import Opened
    from phases.book import Book


FITTING: Mapping[RequestKind, Collection[str]] = {
    "later-day": ("granted", "declined"),
    "question": ("upheld", "changed"),
}
"""What may be answered to a request of a kind."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A city that may be ticked: where it stands, whether it is ticked, whether the act is offered for it.

    `together`: also as one of all; a passed phase is opened again only for the city that is named.
    """

    slug: str
    name: str
    stands: str
    chosen: bool
    offered: bool
    together: bool


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A letter to be settled, in words: what it is about, whom it was for, what became of it."""

    subject: str
    to: str
    detail: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a form shows. `phase` is None until one is chosen; `title` names the act for it."""

    title: str
    phase: Phase | None
    cities: tuple[Choice, ...]
    rules: tuple[Rule[Any], ...]
    today: str
    letter: Undelivered | None = None
    request: CityRequest | None = None
    difference: AddressDifference | None = None
    columns: tuple[Column, ...] = ()
    students: tuple[Evaluated, ...] = ()
    marks: Mapping[str, Scored] = field(default_factory=dict)
    """What their evaluation rests on, and the total and rank of what is kept, by number."""
    offered: Collection[str] | None = None
    """Which words of a choice fit; None where all do."""
    nobody: str = ""
    """Why there is no city that it could be done for; "" where there is one."""
    people: tuple[tuple[str, str], ...] = ()
    """Number and covered name of each student who may be chosen."""


def asked(connection: Connection, look: Looking, act: Act, typed: Typed) -> Facts:
    """Find it, in a few queries."""
    year = look.opened.year
    slug = typed.one("phase")
    phase = next((one for one in year.phases if one.slug == slug), None) if act.asks("phase") else None
    found = matrix(connection, year.year, look.as_of)
    cities = _cities(year, found, act, phase, frozenset(typed.values.get("city", ())))
    chosen = [city.slug for city in cities if city.chosen]
    number = typed.one("letter") or typed.one("request") or typed.one("difference")
    key = int(number) if number.isascii() and number.isdecimal() and len(number) <= DIGITS else 0
    grid = act.asks("rows") is not None and len(chosen) == 1
    found_request = city_requests.find(connection, year.year, key) if act.asks("request") else None
    return Facts(
        act.title(phase),
        phase,
        cities,
        _rules(found.book, year, act, phase),
        f"{look.now.astimezone(TZ):%Y-%m-%d}",
        _undelivered(connection, year, key) if act.asks("letter") else None,
        found_request,
        party_addresses.find(connection, year.year, key) if act.asks("difference") else None,
        _graded(look.opened, phase) if grid else (),
        evaluations.students(connection, year, chosen[0]) if grid else (),
        _marks(connection, look) if grid else {},
        FITTING[found_request.kind] if found_request else None,
        act.nobody(found.book, phase) if act.asks("city") and not any(city.offered for city in cities) else "",
        choosable(connection, year.year, act, chosen),
    )


def _stands(standing: Standing) -> str:
    """Say where a city phase stands, until when, and what gave it a day of its own."""
    return stands(standing) + (f"（{standing.due.moved}）" if standing.due.moved else "")


def _rules(book: Book, year: Year, act: Act, phase: Phase | None) -> tuple[Rule[Any], ...]:
    """Give the rules that the act may name: those of the phase that may be waived, or those the year is without."""
    asked = act.asks("rule")
    if asked is not None and asked.kind == "new-rule":
        return book.left_out(year)
    return book.waivable(phase.slug) if asked is not None and phase is not None else ()


def _graded(opened: Opened, phase: Phase | None) -> tuple[Column, ...]:
    """Give what the province fills in of each student in a phase."""
    form = opened.book[phase.slug].province_form if phase else None
    return form.sheets[0].asked(opened.year).columns if form else ()


def _marks(connection: Connection, look: Looking) -> dict[str, Scored]:
    """Give how every student stands on the board, by number."""
    year = look.opened.year
    found = evaluations.everybody(connection, year, [city.slug for city in year.cities], day_of(look.as_of))
    return {row.student.number: row for one in board(found, year.subjects, year.figures) for row in one.rows}


def _undelivered(connection: Connection, year: Year, key: int) -> Undelivered | None:
    row = letter_by_id(connection, key)
    if row is None or row.year != year.year:
        return None
    return Undelivered(heading(row.subject), named(year, row.recipient), row.detail or "")


def _cities(year: Year, found: Matrix, act: Act, phase: Phase | None, chosen: frozenset[str]) -> tuple[Choice, ...]:
    """Give the cities that the act is offered for, and those that were named."""
    if not act.asks("city"):
        return ()
    choices = []
    for slug, standings in found.cities.items():
        mine = [one for one in standings if phase is None or one.phase == phase.slug]
        together = any(act.applies(found.book, year.phase(one.phase), one) for one in mine)
        offered = any(act.applies(found.book, year.phase(one.phase), one, named=slug in chosen) for one in mine)
        if offered or slug in chosen:
            said = _stands(mine[0]) if phase else ""
            choices.append(Choice(slug, year.city(slug).name, said, slug in chosen, offered, together))
    return tuple(choices)
