"""What the tests of filing share: a city whose phase is open, its workbooks, the way they are sent."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
from httpx2 import Response
from sqlalchemy import func, select

from acts.rerun import rerun
from models.columns import table_of
from models.stamp import Stamp
from models.tables.season import CityPhase, WorkbookLoad
from tests.support.window import PACK, UNTIL, YEAR, Browser, Window

CITY = "yancheng"
HERE = f"/{YEAR}/shortlist/{CITY}"
DUE = date(2022, 2, 10)
STAMP = Stamp("省办", UNTIL, UNTIL)


def reopen(window: Window) -> None:
    """Open Yancheng's shortlist again until 10 February."""
    assert rerun(window.database, YEAR, "shortlist", CITY, STAMP, until=DUE, reason="疫情封控").done


def workbook(name: str = f"{CITY}/shortlist.xlsx") -> bytes:
    return (PACK / name).read_bytes()


def spoilt(form: str = "shortlist", sheet: str = "成绩", /, **cells: object) -> bytes:
    """The real workbook with these cells of a sheet otherwise."""
    found = openpyxl.load_workbook(PACK / CITY / f"{form}.xlsx")
    for cell, value in cells.items():
        found[sheet][cell].value = value
    target = io.BytesIO()
    found.save(target)
    return target.getvalue()


def upload(browser: Browser, data: bytes, where: str = HERE, name: str = "名单.xlsx") -> Response:
    answer: Response = browser.post(f"{where}/workbook", data={"csrf": browser.csrf}, files={"workbook": (name, data)})
    return answer


def state(window: Window, phase: str) -> str:
    table = table_of(CityPhase)
    query = select(table.c.state).where(table.c.phase == phase, table.c.city == CITY)
    with window.database.read() as connection:
        return str(connection.execute(query).scalar_one())


def loads(window: Window) -> int:
    table = table_of(WorkbookLoad)
    with window.database.read() as connection:
        return int(
            connection.execute(
                select(func.count()).where(table.c.form == "shortlist", table.c.city == CITY)
            ).scalar_one()
        )


def once(page: str) -> str:
    return page.partition('name="once" value="')[2].partition('"')[0]


def deed(browser: Browser, answer: Response) -> str:
    return browser.get(answer.headers["location"]).text
