"""Two filings compared on a page and by a command: whoever may see what was filed, and nobody else."""

from __future__ import annotations

import re

from sqlalchemy import insert

from models import draft_rows
from models.columns import table_of
from models.tables.filed_rows import FiledRow
from tests.support.window import ADMIN, YEAR, Window

HERE = f"/{YEAR}/application/nanjing/compare"


def filed_again(window: Window) -> str:
    """As if the first filing had had another grade for the first student; give his name."""
    with window.database.write() as connection:
        rows = draft_rows.rows(connection, YEAR, "nanjing", "students")
        key = {"year": YEAR, "phase": "application", "city": "nanjing", "sheet": "students"}
        fields = window.database.book.sheets["students"].fields
        for number in (98, 99):
            for row in rows[:2]:
                cells = {name: row[name] for name in fields} | {"born": f"{row['born']}"}
                cells |= dict.fromkeys(("subject_rank", "overall_rank"))
                cells |= {"name": f"旧{row['name']}"} if (number, row) == (98, rows[0]) else {}
                kept = {**key, "number": number, "line": row["line"], "cells": cells}
                connection.execute(insert(table_of(FiledRow)).values(kept))
    return str(rows[0]["name"])


def test_a_city_sees_its_own_whole_and_the_province_covered(window: Window) -> None:
    name = filed_again(window)
    own, theirs = (window.as_(who).get(HERE).text for who in ("nanjing", ADMIN))
    assert f"<td>旧{name}</td><td>{name}</td>" in own
    assert f"<td>旧{name}</td>" not in theirs
    assert f"<td>旧{'＊' * min(len(name), 2)}</td>" in theirs
    assert re.findall(r"<small>(.*?)</small></h2>", own) == ["没有不同，0 行相同", "1 行不同，1 行相同"]
    assert window.as_("yancheng").get(HERE).status_code == 404


def test_what_is_not_kept_is_said(window: Window) -> None:
    page = window.as_(ADMIN).get(f"{HERE}?first=1&second=77").text
    assert "所选的报送没有留存内容" in page or "没有可以比较的" in page
