"""Who is written to, by the kind of letter and by what the phase says of its parties, and at which address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendars.year import ContactPoint
from letters import occurrences, phrases
from letters.occurrences import OFFICES
from letters.words import AUDIENCES
from models.outbox import ALL
from phases.letter_kinds import LETTER_KINDS

if TYPE_CHECKING:
    from calendars.year import Year
    from gates.verdict import Finding
    from models.parties import Concerned, PartyOnFile, Reach
    from phases.parties import Audience
    from season.owing import Owed
    from season.unit_of_work import Season


INVENTED = {"name": "示例", "phone": "000-00000000"}
"""The person of an office in a rehearsal, where nobody is on file."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient of one letter: its part of the key, its 称谓, its address ("" where none is on file)."""

    key: str
    audience: Audience
    addressee: str
    address: str
    numbers: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()  # those of them whom a letter lists by number
    places: int | None = None  # for how many he has places, where a letter says that
    mends: tuple[Finding, ...] = ()  # what of a filing that is sent back is its own to mend, of its own students

    @property
    def party(self) -> bool:
        """Whether this is a mentor, institution or school, which is told of its own students only."""
        return self.audience not in OFFICES


def audiences(season: Season, owed: Owed) -> tuple[Audience, ...]:
    """Give the audiences of a letter owed; a reminder of one's own due day goes to these alone."""
    if LETTER_KINDS[owed.kind].named:  # as whoever was told a day, if only by an earlier release
        told = {key.partition(":")[0] for key in owed.to or ()}
        return tuple(one for one in AUDIENCES if one in told)
    if owed.phase is None:
        return LETTER_KINDS[owed.kind].of_year
    if owed.whose == "province":
        return ("province",)
    found = occurrences.audiences(owed.kind, season.dealings(owed.phase, second=owed.second))
    return tuple(one for one in found if owed.whose == "all" or (one in OFFICES) is (owed.whose == "city"))


def parties(season: Season, owed: Owed, audience: Audience, reach: Reach) -> Concerned:
    """Give the parties of that audience whom the phase has to do with, by city; none where it names none."""
    if owed.phase is None or audience in OFFICES:
        return {}
    mailing = season.dealings(owed.phase, second=owed.second).mailing(owed.kind, audience)
    if mailing is not None:
        found = reach.find(mailing.whom, audience)
        if mailing.about is None:
            return found
        chosen = reach.find(mailing.about, audience)
        return {city: {one: chosen.get(city, {}).get(one, ()) for one in theirs} for city, theirs in found.items()}
    row = LETTER_KINDS[owed.kind]
    if audience in row.as_opened and not row.moves:  # who was told a day is named
        if row.later:
            return reach.bound(owed.phase, audience, occurrences.ahead(season.book, season.year))
        return reach.told(owed.phase, audience)
    return {}


def told(owed: Owed, audience: Audience) -> dict[int, tuple[str, ...]]:
    """Give the parties of that audience among those whom a letter goes to by name."""
    prefix = f"{audience}:"
    theirs = () if audience in OFFICES else sorted(key for key in owed.to or () if key.startswith(prefix))
    return {int(key.removeprefix(prefix)): () for key in theirs}


def besides(owed: Owed, audience: Audience, found: dict[int, tuple[str, ...]]) -> None:
    """Add to the parties of that audience those whom a letter concerns besides, with their students."""
    for key, numbers in owed.besides.items():
        if audience_of(key) == audience:
            party = int(key.partition(":")[2])
            found[party] = tuple(sorted({*found.get(party, ()), *numbers}))


def office(season: Season, city: str, audience: Audience) -> Recipient:
    """Give an office as a recipient. In a rehearsal an address that is not on file has a stand-in."""
    key, in_its_stead = {
        "city": (f"city:{city}", f"{city}@city.example"),
        "head": (f"head:{city}", f"head.{city}@city.example"),
        "province": ("province", "province@office.example"),
        "lead": ("lead", "lead@office.example"),
    }[audience]
    of_a_city = audience in {"city", "head"}
    own, head = season.offices.get(city if of_a_city else "province", (None, None))
    on_file = own if audience in {"city", "province"} else head
    addressee = phrases.office(audience, season.year.city(city).name if of_a_city else None)
    return Recipient(key, audience, addressee, on_file or stand_in(season, in_its_stead))


def whom_to_ask(season: Season, city: str, audience: Audience) -> ContactPoint | None:
    """Give whom a recipient asks: an office of a city the province, everybody else the city; None where there is none.

    In a rehearsal an office without an address on file has a stand-in for it as well, and one for a person.
    """
    whose: Audience = "province" if city == ALL or audience in {"city", "head", "lead"} else "city"
    if audience == whose:
        return None
    found = contact_of(season, whose if whose == "province" else city)
    return found.model_copy(update=INVENTED) if season.rehearsal and not (found.name or found.phone) else found


def contact_of(season: Season, whose: str) -> ContactPoint:
    """Give whom to ask in an office: a city's by its slug, or `province`."""
    found = season.contact_points.get(whose, ContactPoint())
    address = office(season, whose, "province" if whose == "province" else "city").address
    return found.model_copy(update={"mailbox": found.mailbox or address})


def stand_in(season: Season, address: str) -> str:
    """Give the address that stands in for one that is not on file: a rehearsal has one, a real year none."""
    return address if season.rehearsal else ""


def party(on_file: PartyOnFile, audience: Audience, numbers: tuple[str, ...], listed: tuple[str, ...]) -> Recipient:
    """Give a party as a recipient."""
    addressee = phrases.mentor(on_file.name, on_file.title) if audience == "mentor" else on_file.name
    return Recipient(f"{on_file.kind}:{on_file.id}", audience, addressee, on_file.email, numbers, listed)


def is_recipient(year: Year, key: str) -> bool:
    """Tell whether letters of a year may go to this key: `city:yancheng`, `mentor:38`, `lead`, `province`."""
    kind, _, whose = key.partition(":")
    if kind in {"mentor", "institution", "school"}:
        return whose.isdecimal()
    return key in {"province", "lead"} or (kind in {"city", "head"} and whose in {city.slug for city in year.cities})


def audience_of(key: str) -> Audience:
    """Give the audience that a recipient, as in a letter's key, is one of."""
    return next(one for one in AUDIENCES if one == key.partition(":")[0])


def is_party(key: str) -> bool:
    """Tell of a recipient, as in a letter's key, whether it is a mentor, an institution or a school."""
    return audience_of(key) not in OFFICES


def named(year: Year, key: str) -> str:
    """Name a recipient, as it stands in a letter's key, for people; a party by its kind and number alone.

    `city:yancheng` is 盐城市管理办公室, `mentor:38` is 导师 #38, `province` is 省级管理办公室.
    """
    audience, whose = audience_of(key), key.partition(":")[2]
    if whose.isdecimal():
        return f"{AUDIENCES[audience]} #{whose}"
    return phrases.office(audience, year.city(whose).name if whose else None)
