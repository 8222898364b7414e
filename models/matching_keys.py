"""The key that a year's children are matched by, and what is stored of them worked out under another.

Docs: docs/decisions/0057-a-matching-key.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, select, update

from models.columns import table_of
from models.key_file import Unmatchable
from models.shortcuts.bulk import many
from models.tables.city_drafts import draft_table
from models.tables.likely_children import ChildSettled
from models.tables.pool import PoolEntry
from models.tables.season import ProgrammeYear
from phases.application import STUDENTS, likeness, person
from phases.matching_key import REHEARSED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from models.key_file import MatchingKeys
    from phases.matching_key import MatchingKey


class NoMatchingKey(Unmatchable):
    """数据库里的学生按编号 {named} 的匹配密钥比对，而 {place} {there}，不能辨认同一学生和往年学生；请从备份恢复这个文件；确已丢失的，停下 talent up 后运行 talent db rekey，按登记的姓名和出生日期重新计算。"""  # noqa: E501


def key_of(connection: Connection, year: int) -> MatchingKey:
    """Give the key that a year's children are matched by; raise `NoMatchingKey` where this process has not that one."""
    table = table_of(ProgrammeYear)
    named = connection.execute(select(table.c.matching_key).where(table.c.year == year)).scalar_one()
    return _found(connection, named)


def key_to_open_with(connection: Connection, *, rehearsal: bool) -> MatchingKey:
    """Give the key of a year that is opened: that of the years before, for last year's students are found by it."""
    named = in_earnest(connection)
    if rehearsal:
        return REHEARSED
    return _found(connection, named[-1]) if named else keys_of(connection).newest()


def check(connection: Connection) -> None:
    """Raise `NoMatchingKey` where children are matched by a key that this process has not, and what `known` raises."""
    for named in in_earnest(connection):
        _found(connection, named)


def keys_of(connection: Connection) -> MatchingKeys:
    """Give the keys that a connection's process has."""
    keys: MatchingKeys = connection.get_execution_options()["talent_keys"]
    return keys


def match_what_is_unmatched(connection: Connection) -> None:
    """Work out what was stored before there were keys; nothing where all years name one."""
    table = table_of(ProgrammeYear)
    kinds = set(connection.execute(select(table.c.rehearsal).where(table.c.matching_key.is_(None))).scalars())
    for rehearsal in kinds:  # years of the two kinds are never in one database
        match_anew(connection, key_to_open_with(connection, rehearsal=rehearsal))


def match_anew(connection: Connection, key: MatchingKey) -> int:
    """Work out under a key what children are matched by, in all years, from what is on record of them.

    Give how much of what was brought along or settled is of nobody who is on record any more: it stays as it is, and
    nobody is found by it. A handful of statements however many children there are.
    """
    anew = _students(connection, key)
    lost = _pool(connection, anew) + _settled(connection, anew)
    connection.execute(update(table_of(ProgrammeYear)).values(matching_key=key.id))
    return lost


def _students(connection: Connection, key: MatchingKey) -> Mapping[str, str]:
    """Match the students; give what each match, of person or likeness, is now."""
    table = draft_table(STUDENTS)
    where = [table.c.year, table.c.city, table.c.line]
    stored = [table.c.name, table.c.born, table.c.school, table.c.person, table.c.likeness]
    rows = connection.execute(select(*where, *stored)).all()
    persons = [person(key, row.name, row.born, row.school) for row in rows]
    likenesses = [likeness(key, row.name, row.born) for row in rows]
    places = {f"of_{column.name}": [getattr(row, column.name) for row in rows] for column in where}
    own = (column == bindparam(f"of_{column.name}") for column in where)
    matched = update(table).where(*own).values(person=bindparam("to_person"), likeness=bindparam("to_likeness"))
    many(connection, matched, {**places, "to_person": persons, "to_likeness": likenesses})
    olds = [*(row.person for row in rows), *(row.likeness for row in rows)]
    return dict(zip(olds, [*persons, *likenesses], strict=True))


def _pool(connection: Connection, anew: Mapping[str, str]) -> int:
    table = table_of(PoolEntry)
    student = table.c.kind == "student"
    rows = [row._asdict() for row in connection.execute(select(table).where(student))]
    connection.execute(delete(table).where(student))
    if rows:
        connection.execute(insert(table), [{**row, "key": anew.get(row["key"], row["key"])} for row in rows])
    return sum(row["key"] not in anew for row in rows)


def _settled(connection: Connection, anew: Mapping[str, str]) -> int:
    table = table_of(ChildSettled)
    rows = connection.execute(select(table.c.id, table.c.likeness, table.c.persons)).all()
    if rows:
        now = [
            {
                "of_id": row.id,
                "to_likeness": anew.get(row.likeness, row.likeness),
                "to_persons": " ".join(sorted(anew.get(one, one) for one in row.persons.split())),
            }
            for row in rows
        ]
        matched = update(table).values(likeness=bindparam("to_likeness"), persons=bindparam("to_persons"))
        connection.execute(matched.where(table.c.id == bindparam("of_id")), now)
    return sum(row.likeness not in anew for row in rows)


def in_earnest(connection: Connection) -> list[str]:
    """Give the ids of the keys that years opened in earnest name, that of the latest year last."""
    table = table_of(ProgrammeYear)
    query = (
        select(table.c.matching_key)
        .where(table.c.rehearsal.is_(False), table.c.matching_key.is_not(None))
        .order_by(table.c.year)
    )
    return list(dict.fromkeys(connection.execute(query).scalars()))


def _found(connection: Connection, named: str) -> MatchingKey:
    keys = keys_of(connection)
    there = keys.known()
    found = next((key for key in (*there, REHEARSED) if key.id == named), None)
    if found is None:
        said = f"里是另一把（编号 {there[0].id}）" if there else "不存在"
        raise NoMatchingKey(named=named, place=keys.place, there=said)
    return found
