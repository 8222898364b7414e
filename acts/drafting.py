"""From the rows of a workbook to the rows of a draft: who the persons are, whom they chose, what is derived."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pendulum

from models import loading

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from forms.reading import Reading
    from season.unit_of_work import Season

    Drafts = Mapping[str, Sequence[Mapping[str, Any]]]
    Sheets = dict[str, list[dict[str, Any]]]


def rows_of(season: Season, city: str, reading: Reading) -> Drafts:
    """Give the draft's rows by sheet key; registers the parties that the forms name."""
    plain = {key: [row.model_dump() for row in rows] for key, rows in reading.rows.items()}
    derive = DERIVED.get(reading.slug)
    return derive(season, city, plain) if derive else plain


def _roll(season: Season, _city: str, plain: Sheets) -> Drafts:
    keys = {
        "institutions": [("institution", row["name"], "") for row in plain["institutions"]],
        "mentors": [("mentor", row["name"], row["institution"]) for row in plain["mentors"]],
    }
    ids = loading.register(season.connection, [key for found in keys.values() for key in found])
    for sheet, found in keys.items():
        for key, row in zip(found, plain[sheet], strict=True):
            row["party"] = ids[key]
    return plain


def _applications(season: Season, city: str, plain: Sheets) -> Drafts:
    place = season.year.city(city).name
    ids = loading.register(season.connection, [("school", row["name"], place) for row in plain["schools"]])
    for row in plain["schools"]:
        row["party"] = ids["school", row["name"], place]
    roll = loading.roll(season.connection, season.year.year, city)
    past = loading.pool(season.connection, season.year.year, "student")
    for row in plain["students"]:
        row["person"] = person(row["name"], row["born"], row["school"])
        row["priority"] = row["person"] in past
        row["consent_from"] = pendulum.instance(row["born"]).add(years=season.year.figures.consent_age)
        row["mentor_party"] = roll[row["mentor"], row["institution"]]
        row["school_party"] = ids.get(("school", row["school"], place))
    return plain


def person(name: str, born: date, school: str) -> str:
    """Give what tells a child apart from homonyms over the province: a fingerprint of 姓名, 出生日期 and 中学."""
    return hashlib.sha256(f"{name}|{born.isoformat()}|{school}".encode()).hexdigest()[:32]


DERIVED: Mapping[str, Callable[..., Drafts]] = {"mentor-recommendation": _roll, "application": _applications}
