"""A real year, whose every city has loaded its mentors, and has an account besides the province's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import insert

from dashboard.signing_in.sessions import LASTS, digest
from models.columns import table_of
from models.database import Database
from models.tables.accounts import Account, SignIn
from tests.support.scenes import Scene, instant
from tests.support.window import ADMIN

ROLL = "mentor-recommendation"
OTHER = "other-admin"
LOADED, NOW = "2022-01-10T10:00", instant("2022-01-12T10:00")


def real_year(database: Database) -> None:
    """Open it, load what each city has, and sign everybody in."""
    scene = Scene.begin(database, rehearsal=False)
    for each in scene.year.cities:
        scene.load(ROLL, each.slug, scene.sheets(ROLL, each.slug), LOADED)
    people: list[tuple[str, str, str | None]] = [
        (ADMIN, "admin", None),
        (OTHER, "admin", None),
        *((city.slug, "city", city.slug) for city in scene.year.cities),
    ]
    sign_in(database, people)


def sign_in(database: Database, people: Sequence[tuple[str, str, str | None]]) -> None:
    """Give these an account each (name, role, city) and let them be signed in: the cookie is `cookie of NAME`."""
    with database.write() as connection:
        for name, role, city in people:
            row = {"name": name, "shown": name, "role": role, "city": city, "made_by": "测试", "made_at": NOW}
            (key,) = connection.execute(insert(table_of(Account)).values(row)).inserted_primary_key or (None,)
            session = {"digest": digest(f"cookie of {name}"), "account": key, "pending": False}
            seen = NOW - timedelta(hours=1)  # so long ago that the next page has to note it
            session |= {"since": seen, "seen": seen, "until": NOW + LASTS}
            connection.execute(insert(table_of(SignIn)).values(session))
