"""Plainly invented people, institutions and schools: whoever reads a name sees that it is nobody's."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calendars.year import City

STEMS = "甲乙丙丁戊己庚辛壬癸"
RARE = {3: "䶮", 5: "甲·乙", 8: "𬭸"}
"""What names a few by place: marks that a careless program loses, one of them outside the basic plane."""

SCHOOLS = ("第一", "第二", "第三")
INSTITUTIONS = (("示范大学", "高校"), ("示范理工学院", "高校"), ("示范研究院", "科研院所"))
DEPARTMENT = "数理学院"


def counted(place: int) -> str:
    """Count in heavenly stems: 1 is 甲, 10 is 癸, 11 is 甲甲; no two places are the same."""
    more, last = divmod(place - 1, len(STEMS))
    return (counted(more) if more else "") + STEMS[last]


def person(city: City, what: str, place: int) -> str:
    """Name the city's mentor, student or teacher of that place, counted from 1: 南京学生甲."""
    return f"{city.name}{what}{RARE.get(place) or counted(place)}"


def school(city: City, place: int) -> str:
    """Name the school of that place, counted from 0; there are a few, over and over."""
    return f"{city.name}示范{SCHOOLS[place % len(SCHOOLS)]}中学"


def institution(city: City, place: int) -> str:
    """Name the institution of that place, counted from 0, as `school` does."""
    return f"{city.name}{INSTITUTIONS[place % len(INSTITUTIONS)][0]}"


def email(city: City, what: str, place: int) -> str:
    """Give an address of a domain that is kept for examples (RFC 2606)."""
    return f"{what}{place}@{city.slug}.example.org"


def phone(place: int) -> str:
    """Give a telephone number that nobody has: no area is 000."""
    return f"000-{place:08}"
