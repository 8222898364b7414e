"""Who is written to: one table of kinds and phases, and how each audience is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from letters import phrases
from letters.occurrences import OFFICES, OPENED, REMINDED, passed_to
from letters.words import AUDIENCES

if TYPE_CHECKING:
    from calendars.year import Year
    from letters.brief import Audience
    from models.parties import Concerned, PartyOnFile, Reach
    from season.unit_of_work import Owed, Season

Find = Callable[["Reach"], "Concerned"]


def _owing(kind: str) -> Find:
    return lambda reach: reach.summaries(kind)


PARTIES: Mapping[tuple[str, str, Audience], Find] = MappingProxyType(
    {
        ("opened", "mentor-recommendation", "institution"): lambda reach: reach.pool("institution"),
        ("opened", "mentor-recommendation", "mentor"): lambda reach: reach.pool("mentor"),
        ("opened", "application", "mentor"): lambda reach: reach.roll(),
        ("opened", "application", "school"): lambda reach: reach.pool("school"),
        ("opened", "interview", "mentor"): lambda reach: reach.shortlisted(),
        ("opened", "meeting", "mentor"): lambda reach: reach.admitted(),
        ("opened", "meeting", "school"): lambda reach: reach.schools_of_admitted(),
        ("opened", "cultivation", "mentor"): lambda reach: reach.in_training(),
        ("opened", "midterm", "mentor"): lambda reach: reach.in_training(),
        ("opened", "year-end", "mentor"): lambda reach: reach.in_training(),
        ("opened", "year-end", "school"): lambda reach: reach.schools_in_training(),
        ("reminder", "interview", "mentor"): lambda reach: reach.shortlisted(),
        ("reminder", "midterm", "mentor"): lambda reach: reach.not_evaluated(),
        ("reminder", "year-end", "mentor"): _owing("mentor"),
        ("reminder", "year-end", "school"): _owing("school"),
        ("overdue", "interview", "mentor"): lambda reach: reach.shortlisted(),
        ("overdue", "midterm", "mentor"): lambda reach: reach.not_evaluated(),
        ("overdue", "year-end", "mentor"): _owing("mentor"),
        ("passed", "application", "mentor"): lambda reach: reach.roll(),
        ("passed", "shortlist", "mentor"): lambda reach: reach.shortlisted(),
        ("passed", "interview", "mentor"): lambda reach: reach.admitted(),
        ("passed", "midterm", "school"): lambda reach: reach.schools_of_exited(),
        ("appointment", "mentor-recommendation", "mentor"): lambda reach: reach.new_mentors(),
        ("result", "year-end", "mentor"): lambda reach: reach.in_training(),
        ("result", "year-end", "school"): lambda reach: reach.schools_in_training(),
        ("visits-short", "cultivation", "mentor"): lambda reach: reach.in_training(),
    }
)
"""The parties of a kind, phase and audience. Mentors are chased only where the phase waits for them too."""

AS_THE_OPENED = frozenset({"returned", "rerun", "withdrawn"})
"""Kinds that go to the city and to those mentors who got this phase's `opened`; a withdrawal ends later ones too."""

BY_PHASE: Mapping[str, Mapping[str, tuple[Audience, ...]]] = MappingProxyType(
    {"opened": OPENED, "reminder": REMINDED, "moved": OPENED}
)
BY_KIND: Mapping[str, tuple[Audience, ...]] = MappingProxyType(
    {
        "overdue": ("city", "mentor"),
        "digest": ("province",),
        "escalation": ("head", "lead"),
        "returned": ("city", "mentor"),
        "rerun": ("city", "mentor"),
        "withdrawn": ("city", "mentor"),
        "approval-needed": ("province",),
        "appointment": ("mentor",),
        "result": ("city", "mentor", "school"),
        "visits-short": ("city", "mentor"),
        "request": ("province",),
        "answered": ("city",),
    }
)


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient of one letter: its part of the key, its 称谓, its address ("" where none is on file)."""

    key: str
    audience: Audience
    addressee: str
    address: str
    numbers: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()  # those of them whom a letter lists by number

    @property
    def party(self) -> bool:
        """Whether this is a mentor, institution or school, which is told of its own students only."""
        return self.audience not in OFFICES


def audiences(owed: Owed, year: Year) -> tuple[Audience, ...]:
    """Give the audiences of a letter owed; the province's own reminder goes to it alone, a city's never does."""
    if owed.kind == "reminder" and owed.province:
        return ("province",)
    if owed.kind == "passed" and owed.phase:
        return passed_to(owed.phase, year.phase(owed.phase).province)
    return BY_PHASE[owed.kind].get(owed.phase or "", ()) if owed.kind in BY_PHASE else BY_KIND[owed.kind]


def parties(owed: Owed, audience: Audience) -> Find | None:
    """Give how the parties of that audience are found; None where there are none in this phase."""
    if owed.kind in AS_THE_OPENED and audience == "mentor":
        phase, ended = owed.phase, owed.kind == "withdrawn"
        return (lambda reach: reach.told(phase, later=ended)) if phase is not None else None
    return PARTIES.get((owed.kind, owed.phase or "", audience))


def told(owed: Owed, audience: Audience) -> dict[int, tuple[str, ...]]:
    """Give the parties of that audience among those whom a letter goes to by name."""
    prefix = f"{audience}:"
    theirs = () if audience in OFFICES else sorted(key for key in owed.to or () if key.startswith(prefix))
    return {int(key.removeprefix(prefix)): () for key in theirs}


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


def stand_in(season: Season, address: str) -> str:
    """Give the address that stands in for one that is not on file: a rehearsal has one, a real year none."""
    return address if season.rehearsal else ""


def party(on_file: PartyOnFile, audience: Audience, numbers: tuple[str, ...], listed: tuple[str, ...]) -> Recipient:
    """Give a party as a recipient."""
    addressee = phrases.mentor(on_file.name) if audience == "mentor" else on_file.name
    return Recipient(f"{on_file.kind}:{on_file.id}", audience, addressee, on_file.email, numbers, listed)


def named(year: Year, key: str) -> str:
    """Name a recipient, as it stands in a letter's key, for people; a party by its kind and number alone.

    `city:yancheng` is 盐城市市级管理办公室, `mentor:38` is 导师 #38, `province` is 省级管理办公室.
    """
    name, _, whose = key.partition(":")
    audience = next(one for one in AUDIENCES if one == name)
    if whose.isdecimal():
        return f"{AUDIENCES[audience]} #{whose}"
    return phrases.office(audience, year.city(whose).name if whose else None)
