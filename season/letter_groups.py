"""Whom a letter of one's own may go to: each group one row, found for all cities by one question."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from phases.application import SCHOOLS
from phases.mentor_recommendation import INSTITUTIONS, MENTORS
from phases.parties import InTraining, LetOnTo, Rows
from season import recipients

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.parties import Reach
    from phases.parties import Audience, Whom
    from season.unit_of_work import Season

To = dict[str, frozenset[str]]
"""By city, recipients as in a letter's key."""


@dataclass(frozen=True, slots=True)
class LetterGroup:
    """A group of recipients: what it is called, its audience (None: whoever is named), whom of it in each city.

    `whom` is None for the cities' offices, `late` leaves those that are late in the phase; these are the province's to
    write to, all others a city's own as well.
    """

    label: str
    audience: Audience | None = None
    whom: Whom | None = None
    late: bool = False

    @property
    def offices(self) -> bool:
        """Whether it is one of cities' offices."""
        return self.audience == "city"


GROUPS: Mapping[str, LetterGroup] = MappingProxyType(
    {
        "late-cities": LetterGroup("本阶段逾期的市", "city", late=True),
        "cities": LetterGroup("各市（市级管理办公室）", "city"),
        "mentors": LetterGroup("导师", "mentor", Rows(MENTORS.key, where=("taken",))),
        "mentors-interviewing": LetterGroup("有学生面试的导师", "mentor", LetOnTo("interview")),
        "mentors-in-training": LetterGroup("有在培学生的导师", "mentor", InTraining()),
        "schools": LetterGroup("中学", "school", Rows(SCHOOLS.key)),
        "institutions": LetterGroup("高校、科研院所", "institution", Rows(INSTITUTIONS.key)),
        "one": LetterGroup("一个人或一个单位"),
    }
)
"""By the word that stands in a form and after `talent letters write`, in the order of the page."""

_NAMED: Mapping[Audience, Whom] = {
    "mentor": Rows(MENTORS.key),
    "institution": Rows(INSTITUTIONS.key),
    "school": Rows(SCHOOLS.key),
}
"""The parties that may be named singly: whoever stands on a city's sheets."""


def members(season: Season, reach: Reach, group: LetterGroup, cities: Sequence[str], phase: str | None) -> To:
    """Give who is in a group, by city; cities that left the year have nobody."""
    still = [city for city in cities if city not in season.withdrawn]
    if group.offices:
        late = [city for city in still if phase and season.is_late(season.cells[phase, city])]
        return {city: frozenset({f"city:{city}"}) for city in (late if group.late else still)}
    assert group.whom is not None
    found = reach.find(group.whom, group.audience or "mentor")
    return {
        city: frozenset(f"{group.audience}:{one}" for one in found.get(city, ())) for city in still if found.get(city)
    }


def named(
    season: Season, reach: Reach, name: str, cities: Sequence[str], *, offices: bool
) -> Mapping[str, tuple[str, str]]:
    """Give who is called so, by key: a city and how it is told from others of that name.

    A party by its name, its name and place, or its key (`mentor:38`); a city's office by the city's, where `offices`.
    """
    found: dict[str, tuple[str, str]] = {}
    for city in cities if offices else ():
        one = season.year.city(city)
        if name in {one.slug, one.name, f"{one.name}市", f"city:{city}"}:
            found[f"city:{city}"] = city, recipients.named(season.year, f"city:{city}")
    theirs = {audience: reach.find(whom, audience) for audience, whom in _NAMED.items()}
    merged: dict[str, dict[int, tuple[str, ...]]] = defaultdict(dict)
    for parties in theirs.values():
        for city in cities:
            merged[city] |= parties.get(city, {})
    on_file = reach.on_file(merged)
    for city in cities:
        for key in merged[city]:
            one_of = on_file[city, key]
            if name in {one_of.name, one_of.label, f"{one_of.kind}:{key}"}:
                found.setdefault(f"{one_of.kind}:{key}", (city, one_of.label))
    return found
