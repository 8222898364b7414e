"""Doctor says what of people is beyond its term, and which year has none while it can still be given one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import update

from acts.amend import amend
from commands.examining.database import of_the_database
from models import audit
from models.columns import table_of
from models.tables.season import ProgrammeYear
from tests.support.scenes import OPENING, YEAR, Scene, instant, stamp
from tests.support.years import parse

UNTERMED = "2022 年度没有写个人信息的保存期限，归档以后不会到期，也不能再写"
RECORDS = "登录、查看、下载的记录等不分年度的内容已过保存期限，还有 1 行没有清除"


def told(scene: Scene, at: str) -> Iterable[str]:
    return [one.says for one in of_the_database(scene.database, instant(at)) if one.check == "个人信息"]


def test_a_real_year_of_before_is_given_a_term_in_time(scene: Scene) -> None:
    text = re.sub(r"(?m)^(people|access)_months.*\n", "", scene.year.source_text)
    text = re.sub(r"(?m)^version = 3\b", "version = 2", text)
    with scene.database.write() as connection:
        connection.execute(update(table_of(ProgrammeYear)).values(rehearsal=False, calendar=text))
    assert told(scene, OPENING) == [UNTERMED]
    termed = parse(text.replace("[figures]\n", "[figures]\npeople_months = 36\n"), "2022.toml")
    assert termed.figures.people_months == 36
    assert amend(scene.database, YEAR, termed, stamp(OPENING), reason="写明保存期限").done
    assert told(scene, OPENING) == []


def test_records_of_no_year_have_a_term_too(scene: Scene) -> None:
    """A rehearsal's are nobody's."""
    with scene.database.write() as connection:
        audit.record(connection, stamp(OPENING), "登录", "a", address="192.0.2.7")
    late = "2023-03-01T09:00"
    assert told(scene, late) == []
    with scene.database.write() as connection:
        connection.execute(update(table_of(ProgrammeYear)).values(rehearsal=False))
    assert (told(scene, OPENING), told(scene, late)) == ([], [RECORDS])
