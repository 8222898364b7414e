"""Who is spelled in two ways is one: from the first load on, and in what was on record before."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from alembic import command
from sqlalchemy import insert, select

from forms.folding import fold
from models import loading, migrate
from models.columns import table_of
from models.database import Database, patience
from models.tables.city_drafts import draft_table
from models.tables.pool import Party, PoolEntry
from phases.application import STUDENTS, likeness, person
from phases.matching_key import REHEARSED
from tests.support import sheets
from tests.support.scenes import NANJING, WUXI, YEAR, Scene

MENTOR = ("mentor", "阿依·古丽", "南京大学(鼓楼)")


def test_a_party_is_one_however_it_is_spelled(database: Database) -> None:
    with database.write() as connection:
        first = loading.register(connection, [MENTOR, ("mentor", "阿依", "南京大学(鼓楼)"), ("school", "一中", "南京")])
        again = ("mentor", "阿依 • 古丽\u200b", "南京⼤学（鼓楼）")
        assert loading.register(connection, [again, ("school", "⼀中", "无锡")])[again] == first[MENTOR]
        rows = connection.execute(
            select(table_of(Party).c.name, table_of(Party).c.place).order_by(table_of(Party).c.id)
        )
        assert rows.tuples().all() == [
            *((MENTOR[1], MENTOR[2]), ("阿依", "南京大学(鼓楼)"), ("一中", "南京")),
            ("一中", "无锡"),
        ]


def test_two_cities_that_spell_a_mentor_differently_name_one(scene: Scene) -> None:
    for slug, name, unit in ((NANJING, "阿依·古丽", "东南大学"), (WUXI, "阿依・古丽", "东南 大学")):
        city = scene.city(slug)
        rolled = sheets.roll(sheets.mentor(city, name=name, institution=unit))
        units = [row.model_copy(update={"name": unit}) for row in rolled["institutions"]]
        assert scene.load("mentor-recommendation", slug, {**rolled, "institutions": units}, "2022-01-05T10:00").done
    with scene.database.read() as connection:
        assert (
            len({*loading.roll(connection, YEAR, NANJING).values(), *loading.roll(connection, YEAR, WUXI).values()})
            == 1
        )


def test_what_was_on_record_is_found_by_what_it_looks_like(scene: Scene) -> None:
    city = scene.city(NANJING)
    applied = [sheets.student(city, at, school="一中（江北）") for at in (1, 2)]
    scene.through("mentor-recommendation", NANJING)
    assert scene.load("application", NANJING, sheets.application(applied), "2022-01-10T10:00").done
    student, party, pool = draft_table(STUDENTS), table_of(Party), table_of(PoolEntry)
    old = {one.name: hashlib.sha256(f"{one.name}|{one.born}|{one.school}".encode()).hexdigest()[:32] for one in applied}
    now = {one.name: person(REHEARSED, one.name, one.born, one.school) for one in applied}
    brought = {"year": YEAR, "city": NANJING, "kind": "student"}
    with scene.database.write() as connection:
        for name, key in old.items():
            connection.execute(sa.update(student).where(student.c.name == name).values(person=key))
            connection.execute(insert(pool), [{**brought, "key": key}])
        folded = "|".join((fold(applied[0].name), f"{applied[0].born}", fold(applied[0].school)))
        connection.execute(insert(pool), [{**brought, "key": hashlib.sha256(folded.encode()).hexdigest()[:32]}])
        same = {"kind": "mentor", "name": "南京 导师1", "place": "南京大学", "email": ""}
        connection.execute(insert(party), [same])
    with scene.database.engine.connect().execution_options(talent_write=patience()) as connection, connection.begin():
        command.downgrade(migrate._config(connection), "0023")
    migrate.upgrade(scene.database)
    with scene.database.write() as connection:
        assert dict(connection.execute(select(student.c.name, student.c.person)).tuples().all()) == now
        kept = set(connection.execute(select(pool.c.key).where(pool.c.kind == "student")).scalars())
        assert kept == {likeness(REHEARSED, one.name, one.born) for one in applied}
        both = [("mentor", name, "南京大学") for name in ("南京导师1", "南京 导师1")]
        first = connection.execute(select(party.c.id).where(party.c.name == both[0][1])).scalar_one()
        assert loading.register(connection, both) == dict.fromkeys(both, first)
