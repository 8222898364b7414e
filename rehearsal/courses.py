"""What each city does in the season: how many apply, come, are admitted, and what goes otherwise than with the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Course:
    """A city's year in numbers of people.

    `applicants` are all that applied, the last two of them not taken by the city; `listed` are called to the
    interviews, of whom `absent` do not come; `admitted` are taken, `funded` of them by the province. `leave` are not
    qualified at midterm. At the end the first is 优秀, the last 不合格 where `failing`, or has too few visits where
    `short`. `bare` is the place of a mentor without any standing, 0 for none; `namesake`: two of its students share a
    name.
    """

    applicants: int
    listed: int
    admitted: int
    funded: int
    mentors: int = 5
    absent: int = 0
    leave: int = 0
    failing: bool = False
    short: bool = False
    bare: int = 0
    namesake: bool = False


USUAL = Course(26, 14, 4, 0)
"""The year of a city that has none of its own below: it takes no funded place from those that have."""

COURSES: Mapping[str, Course] = MappingProxyType(
    {
        "nanjing": Course(26, 14, 4, 4),
        "wuxi": Course(29, 16, 5, 5),
        "xuzhou": Course(32, 19, 6, 5, bare=2),
        "changzhou": Course(35, 22, 4, 4, failing=True, namesake=True),
        "suzhou": Course(38, 23, 5, 5, mentors=6),
        "nantong": Course(26, 14, 4, 4, absent=4),
        "lianyungang": Course(29, 16, 4, 4),
        "huaian": Course(41, 26, 6, 5, mentors=6),
        "yancheng": Course(35, 21, 6, 5),
        "yangzhou": Course(38, 24, 4, 4, mentors=6),
        "zhenjiang": Course(26, 14, 4, 4, leave=1),
        "taizhou": Course(29, 16, 5, 5, short=True),
        "suqian": Course(32, 19, 4, 4, namesake=True),
    }
)
"""By city. `suqian` withdraws after the shortlist."""
