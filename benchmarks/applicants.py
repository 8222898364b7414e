"""Rolls and applications straight into the tables, in order by every rule: what gates and advances are measured on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update

from calendars.year import City, Year
from models import loading
from models.columns import table_of
from models.database import Database
from models.tables.city_drafts import draft_table
from models.tables.pool import Party
from phases.application import STUDENTS, likeness, person
from phases.matching_key import REHEARSED
from phases.on_record import PartyKey

AT_ONCE = 20_000
Parties = Mapping[PartyKey, int]


def fill(database: Database, year: Year, students: int, mentors: int) -> None:
    """Give every city so many mentors, and its even share of so many students; the same every time."""
    share, left = divmod(students, len(year.cities))
    with database.write(year.year) as connection:
        for place, city in enumerate(year.cities):
            parties = _roll(connection, year, city, mentors)
            rows = _students(year, city, parties, share + (place < left))
            while some := list(islice(rows, AT_ONCE)):
                connection.execute(insert(draft_table(STUDENTS)).inline(), some)


def _roll(connection: Connection, year: Year, city: City, mentors: int) -> Parties:
    unit, school = f"{city.name}大学", f"{city.name}一中"
    keys = [("mentor", f"{city.name}导师{at}", unit) for at in range(mentors)]
    addresses = {key: f"{at}@{city.slug}.example" for at, key in enumerate([*keys, ("school", school, city.name)])}
    ids = loading.register(connection, list(addresses))
    party = table_of(Party)
    filed = update(party).where(party.c.id == bindparam("key")).values(email=bindparam("mail"))
    connection.execute(filed, [{"key": ids[key], "mail": mail} for key, mail in addresses.items()])
    filled = {
        "institution": unit, "title": "教授", "degree": "博士", "honours": ["国家杰青"], "elite_programme": False,
        "research": "课题", "places": 9, "returning_mentor": False, "taken": True,
    }  # fmt: skip
    roll = [
        {
            **filled,
            "line": at + 2,
            "name": key[1],
            "subject": _subject(year, at),
            "email": addresses[key],
            "party": ids[key],
        }
        for at, key in enumerate(keys)
    ]
    loading.replace(connection, year.year, city.slug, {"mentors": roll})
    return {key: ids[key] for key in keys}


def _subject(year: Year, mentor: int) -> str:
    return year.subjects[mentor % len(year.subjects)]


def _students(year: Year, city: City, parties: Parties, count: int) -> Iterator[Mapping[str, Any]]:
    random, mentors, school = Random(city.slug), list(parties.items()), f"{city.name}一中"
    figures = year.figures
    grades, most = figures.senior_grades, int(figures.subject_rank * 100)
    for at in range(count):
        place = random.randrange(len(mentors))
        (_, mentor, unit), party = mentors[place]
        born = date(year.year - 17 + random.randrange(2), random.randrange(1, 13), random.randrange(1, 29))
        name = f"学生{at}"
        yield {
            "year": year.year, "city": city.slug, "line": at + 2, "number": f"{city.code}-{year.year}-{at + 1:06d}",
            "name": name, "gender": random.choice("男女"), "born": born, "school": school,
            "grade": random.choice(grades), "subject": _subject(year, place), "mentor": mentor, "institution": unit,
            "subject_rank": Decimal(random.randrange(1, most + 1)) / 100,
            "overall_rank": Decimal(random.randrange(1, 5001)) / 100,
            "guardian_consent": random.random() < 0.9, "alumnus": False, "recommended": True, "taken": True,
            "person": person(REHEARSED, name, born, school), "likeness": likeness(REHEARSED, name, born),
            "consent_from": born.replace(year=born.year + figures.consent_age),
            "mentor_party": party, "email": "", "guardian_phone": "", "priority": False, "school_party": None,
        }  # fmt: skip
