"""Who has to do with a phase: what each party is asked to do, which letters it gets, how those concerned are found.

Data alone: `letters` words it, `season` writes it, the queries that find whom it means stand in `models.parties`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from calendars.deadlines import TZ

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from calendars.year import Ending, Year

Audience = Literal["city", "head", "province", "lead", "mentor", "institution", "school"]


@dataclass(frozen=True, slots=True)
class Pooled:
    """Those who came along from the year before, or whose address the city holds, for it filed it then or since.

    `without` leaves only those without a row in that sheet, by its key.
    """

    without: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """Those whom rows of a sheet, by its key, name, or whose students they are about.

    Of its rows those that are true in the columns of `where`, false in those of `unless`.
    """

    sheet: str
    where: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LetOnTo:
    """Those whose students may go on to a phase, by the one that it stands on in the year.

    `without` leaves only students without a row in that sheet, by its key.
    """

    phase: str
    without: str = ""


@dataclass(frozen=True, slots=True)
class InTraining:
    """Those whose students are in training; `without` leaves only students without a row in that sheet, by its key."""

    without: str = ""


@dataclass(frozen=True, slots=True)
class Owing:
    """Those with students in training whom the facts of a gate, by its name, name as owing something.

    `labels` gives them by audience: a mentor as 李甲（江海大学）, others by their names.
    """

    gate: str
    labels: Callable[[Any], Mapping[Audience, Sequence[str]]]


Whom = Pooled | Rows | LetOnTo | InTraining | Owing
"""Which parties of an audience a letter goes to."""

Sentence = str | Callable[["Year"], str]
"""What is said, in every year or as the year says it; nothing where that is empty."""


def words_of(figures: Iterable[str]) -> str:
    """高一、高二: words of the year within a sentence, of which nothing is filled in."""
    return "、".join(figures).replace("{", "{{").replace("}", "}}")


@dataclass(frozen=True, slots=True)
class Arranged:
    """When and where a city brings the parties of a phase together: what it said for the `number`th time.

    `begins` is a time of that day, `14:30`; `place` may be a link.
    """

    number: int
    day: date
    begins: str
    place: str

    @property
    def at(self) -> datetime:
        """The instant at which it begins."""
        return datetime.combine(self.day, time.fromisoformat(self.begins), TZ)

    @property
    def said(self) -> tuple[date, str, str]:
        """All but its number."""
        return self.day, self.begins, self.place


@dataclass(frozen=True, slots=True)
class Mailing:
    """A letter of one kind to one audience of a phase: to whom of it, and what it says of each one's students.

    `listed` is what it says of them, where there are any, with {count} and {numbers}; `returning` leaves only those in
    training in the past year (四(一)), and `places` what a mentor's are called, which it says where they are fewer than
    the students. Where `about` is given it is told of those of
    its students alone, be there none. `until` is a later phase: the letter says until
    when that one lasts, in a year that has it. `arranged`: it says when and where the city brings the parties together,
    and waits for the city to say so, until their own day of the phase has come. `lacking` is what it asks for, in a few
    words, where that is not all that the party hands in. `title`, `subject` and `begins`, its first sentence, stand in
    the place of those of its kind, where it has its own. One that is not `dated` tells no due day.
    """

    whom: Whom
    about: Whom | None = None
    listed: str = ""
    returning: bool = False
    places: str = ""
    lacking: str = ""
    title: str = ""
    subject: str = ""
    begins: str = ""
    dated: bool = True
    until: str = ""
    arranged: bool = False


@dataclass(frozen=True, slots=True)
class Stakeholder:
    """An audience that has to do with a phase: what it is asked while that is open, and its letters by their kind.

    `passed` is what has been settled when the phase passes, and what comes next; None for whoever is not told, and
    `nobody` the same for a party none of whose students it concerns, and for a city without applicants. `counted` says
    what was settled with the numbers of the filing's tally, where that has them. What comes
    next is left empty where the phase that follows in the year says it: that is its `ahead`. Where the year does not
    have it `concerned`, there is no such party. A `quiet` city is told only where it waited for the province.
    `hands_in` is what a party hands in to its city, in a few words; one that hands in nothing is told no day. `mends`
    is what it is asked of its own part where a filing is sent back, by the rule that refuses it. An office gets what
    its part brings with it, without a mailing. To the province's `todo` is added how the year has it end the phase. In
    a sentence {decided} is ，由省级管理办公室备案, or nothing, {settled} how what was filed passed, {filed}
    2022年度面试结果和入选学生名单, {arranged} that time and place are told later, where they are not told yet, {city}
    盐城市, {year} 2022, {figures.visits} a figure of the year, {by} by when, {second} by when its
    second part, {count} and {numbers} the recipient's students, {listed} what the mailing says of them.
    """

    audience: Audience
    todo: tuple[Sentence, ...] = ()
    passed: tuple[str, str] | None = None
    nobody: tuple[str, str] | None = None
    counted: Callable[[Mapping[str, int]], str] | None = None
    ahead: str = ""
    mailings: Mapping[str, Mailing] = field(default_factory=dict)
    quiet: bool = False
    hands_in: Sentence = "有关材料"
    mends: Mapping[str, Sentence] = field(default_factory=dict)
    concerned: Callable[[Year], bool] = lambda _: True


class Called(NamedTuple):
    """What letters call a phase: the `work` done in it, what is `filed` at its end, and that in `short`."""

    work: str
    filed: str
    short: str


def called_by(name: str) -> Called:
    """Give what a phase is called that says no more than its name."""
    return Called(f"{name}工作", f"{name}材料", name)


LATER, ARRANGED = "后续各阶段工作，请按年度日历进行。", "后续工作安排，由{city}管理办公室另行通知。"
"""What comes next for a city's office, and for its parties, where no phase says it."""

YOURS = "您指导的学生报名号：{numbers}。学生姓名由{city}管理办公室另行告知。"
PUPILS = "贵校在培学生报名号：{numbers}。学生姓名由{city}管理办公室另行告知。"
CONCERNED = "，涉及学生报名号：{numbers}"
"""What a mentor reads of his students in training, a school of its own, and whoever still owes something of them."""

PASSED = "贵办报送的{filed}，{settled}。"
"""What a city reads first when a phase of its passes."""

MEND = "请核对、补充有关材料"
"""What a party is asked where its phase says nothing of the rule that refuses a filing."""

CITY = Stakeholder("city", todo=("按照通知和年度日历的要求完成本阶段工作，在工作管理系统报送。",), passed=(PASSED, ""))
"""The city's part in a phase that says nothing of it."""

PROVINCE = Stakeholder("province", todo=("核对设区市报送的材料。",))
"""The province's part in a phase on which it has the last word, and which says nothing of it."""


@dataclass(frozen=True, slots=True)
class Dealings:
    """What a phase of one year has to do with its parties, the city's office first.

    `ending` is how the province ends it, None where its gate alone does; `called` is what letters call it, None: by
    its name; `ahead` is what the phase that follows in the year says of each audience. No `year`: what may be so in
    any.
    """

    parties: Mapping[Audience, Stakeholder]
    ending: Ending | None = None
    called: Called | None = None
    year: Year | None = None
    ahead: Mapping[Audience, str] = field(default_factory=dict)

    def stakeholder(self, audience: Audience) -> Stakeholder:
        """Give an audience's part; one that has none is asked nothing."""
        return self.parties.get(audience) or Stakeholder(audience)

    def asked(self, audience: Audience) -> list[str]:
        """Give what an audience is asked in the year, a sentence each."""
        return [said for one in self.stakeholder(audience).todo if (said := self._said(one))]

    def entered(self, audience: Audience) -> str:
        """Give what an audience reads in its calendar of what is due: what a city files, a party hands in."""
        return (self.called.short if self.called else "") if audience == "city" else self.handed_in(audience)

    def handed_in(self, audience: Audience) -> str:
        """Give what an audience hands in to its city, in a few words; "" where that is nothing."""
        return self._said(self.stakeholder(audience).hands_in)

    def to_mend(self, audience: Audience, rule: str) -> str:
        """Give what an audience is asked of its own part by a filing that a rule refuses."""
        return self._said(self.stakeholder(audience).mends.get(rule, MEND))

    def _said(self, one: Sentence) -> str:
        return one if isinstance(one, str) else one(self.year) if self.year else ""

    def passed(self, audience: Audience) -> tuple[str, str]:
        """Give what an audience is told has been settled as the phase passes, and what comes next."""
        settled, following = self.stakeholder(audience).passed or ("", "")
        return settled, following or self.ahead.get(audience) or (LATER if audience == "city" else ARRANGED)

    def mailing(self, kind: str, audience: Audience) -> Mailing | None:
        """Give how a letter of that kind goes to that audience; None where it does not, or to an office."""
        return self.stakeholder(audience).mailings.get(kind)

    @property
    def arranged(self) -> bool:
        """Tell whether a city brings its parties together, and says when and where."""
        return any(mailing.arranged for party in self.parties.values() for mailing in party.mailings.values())

    def named(self, kind: str) -> tuple[Audience, ...]:
        """Give the audiences that the phase itself names for a kind."""
        return tuple(audience for audience, party in self.parties.items() if kind in party.mailings)


def dealings(
    parties: Iterable[Stakeholder],
    ending: Ending | None,
    called: Called | None = None,
    year: Year | None = None,
    following: Iterable[Stakeholder] = (),
) -> Dealings:
    """Complete what a phase says of its parties: its city has a part, and the province where it has the last word."""
    here = {party.audience: party for party in parties if year is None or party.concerned(year)}
    found: dict[Audience, Stakeholder] = {"city": CITY, **here}
    if ending is not None:
        found.setdefault("province", PROVINCE)
    return Dealings(MappingProxyType(found), ending, called, year, {party.audience: party.ahead for party in following})
