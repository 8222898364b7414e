"""The student that an act is about: whom one may choose from, and what is on record beside what is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.views import masking
from models import personal_changes

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import Connection

    from acts.act import Act, Filled


def choosable(connection: Connection, year: int, act: Act, cities: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Give number and covered name of whom the one city chosen took, where the act is about a student."""
    if len(cities) != 1 or not any(asked.kind == "student" for asked in act.fields):
        return ()
    (city,) = cities
    return tuple((number, masking.name(name)) for number, name in personal_changes.taken(connection, year, city))


def on_record(connection: Connection, year: int, act: Act, filled: Filled) -> Mapping[str, str]:
    """Give by field of the act what stands of it now; nothing of an act that is about no one student of one city."""
    if len(filled.cities) != 1 or not act.asks("student") or not act.asks("city"):
        return {}
    row = personal_changes.student(connection, year, filled.cities[0], filled.words.get("student", ""))
    if row is None:
        return {}
    own = {asked.name: f"{row[asked.name]}" for asked in act.fields if asked.kind == "text" and asked.name in row}
    what = filled.words.get("what", "")
    return {"student": masking.name(row["name"]), **own, **({"value": f"{row[what]}"} if what in row else {})}
