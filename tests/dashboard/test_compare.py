"""Two filings compared on a page and by a command: whoever may see what was filed, and nobody else."""

from __future__ import annotations

import re

from sqlalchemy import delete, select, update

from models import draft_rows, filed_rows
from models.columns import table_of
from models.tables.filed_rows import FiledRow
from tests.support.window import ADMIN, YEAR, Window

HERE = f"/{YEAR}/application/nanjing/compare"


def filed_again(window: Window) -> str:
    """As if two students had been filed twice, the first under another name before; give the one of today."""
    kept = table_of(FiledRow)
    here = (kept.c.year == YEAR, kept.c.phase == "application", kept.c.city == "nanjing")
    with window.database.write() as connection:
        (first, second) = draft_rows.rows(connection, YEAR, "nanjing", "students", limit=2)
        filed_rows.keep(connection, YEAR, [("application", "nanjing", 98)])
        filed_rows.keep(connection, YEAR, [("application", "nanjing", 99)])
        of_students = kept.c.sheet == "students"
        more = of_students & kept.c.line.not_in((first["line"], second["line"]))
        connection.execute(delete(kept).where(*here, more))
        theirs = (*here, of_students, kept.c.line == first["line"], kept.c.number == 98)
        cells = connection.execute(select(kept.c.cells).where(*theirs)).scalar_one()
        connection.execute(update(kept).where(*theirs).values(cells=cells | {"name": f"旧{first['name']}"}))
    return str(first["name"])


def test_a_city_sees_its_own_whole_and_the_province_covered(window: Window) -> None:
    name = filed_again(window)
    own, theirs = (window.as_(who).get(HERE).text for who in ("nanjing", ADMIN))
    assert f"<td>旧{name}</td><td>{name}</td>" in own
    assert f"<td>旧{name}</td>" not in theirs
    assert f"<td>旧{'＊' * min(len(name), 2)}</td>" in theirs
    assert re.findall(r"<small>(.*?)</small></h2>", own) == ["没有不同，3 行相同", "1 行不同，1 行相同"]
    assert window.as_("yancheng").get(HERE).status_code == 404


def test_what_is_not_kept_is_said(window: Window) -> None:
    page = window.as_(ADMIN).get(f"{HERE}?first=1&second=77").text
    assert "所选的报送没有留存内容" in page or "没有可以比较的" in page
