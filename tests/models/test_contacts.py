"""Who is in charge of an office on a day, and where its letters then go."""

from __future__ import annotations

from datetime import date, datetime
from itertools import permutations

import pytest

from calendars.deadlines import TZ
from models.contacts import DEPUTY, MAIN, ContactPerson, addressed, in_charge


def person(
    number: int, part: str, since: str | None = None, until: str | None = None, email: str = ""
) -> ContactPerson:
    first, last = (date.fromisoformat(day) if day else None for day in (since, until))
    at = datetime(2022, 1, 1, tzinfo=TZ)
    return ContactPerson(number, "nanjing", part, f"{number}", email or None, None, first, last, "省办", at, None)


OLD = person(1, MAIN, None, "2022-02-28", "old@city.example")
NEW = person(2, MAIN, "2022-02-15", None, "new@city.example")
DEPUTIES = (person(3, DEPUTY, "2022-01-01", "2022-01-31"), person(4, DEPUTY, "2022-03-01"))


@pytest.mark.parametrize(
    ("day", "people", "number"),
    [
        ("2022-02-14", (OLD, NEW), 1),
        ("2022-02-15", (OLD, NEW), 2),
        ("2022-02-28", (OLD,), 1),
        ("2022-03-01", (OLD,), None),
        ("2022-03-01", (OLD, *DEPUTIES), 4),
        ("2022-02-01", DEPUTIES, None),
        ("2022-01-31", (NEW, *DEPUTIES), 3),
        ("2022-03-02", (NEW, *DEPUTIES), 2),
        ("2022-01-01", (), None),
    ],
)
def test_the_newest_in_the_main_part_then_a_deputy_then_nobody(
    day: str, people: tuple[ContactPerson, ...], number: int | None
) -> None:
    found = {in_charge(order, date.fromisoformat(day)) for order in permutations(people)}
    assert {one.id if one else None for one in found} == {number}


def test_letters_go_to_who_is_in_charge_else_to_the_office_and_the_head_s_stay() -> None:
    on_file = {"nanjing": ("own@city.example", "head@city.example"), "wuxi": ("wuxi@city.example", None)}
    unreachable = person(5, MAIN, "2022-03-01")
    found = [addressed(on_file, (OLD, unreachable), date(2022, month, 1))["nanjing"] for month in (2, 3)]
    assert found == [("old@city.example", "head@city.example"), ("own@city.example", "head@city.example")]
    assert addressed(on_file, (), date(2022, 2, 1)) == on_file
