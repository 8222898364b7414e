"""A year whose term is over says so on its pages; else its empty lists would read as if nobody had applied."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, update

from models.columns import table_of
from models.tables.purges import Purge
from models.tables.season import ProgrammeYear
from tests.support.scenes import instant
from tests.support.window import ADMIN, YEAR, Window

UNTIL = instant("2026-02-01T09:00")
SAID = "本年度的个人信息保存期满，已于 2026-02-01 清除"


def say(window: Window, *, closed: bool, purged: bool) -> None:
    with window.database.write(YEAR) as connection:
        if closed:
            connection.execute(
                update(table_of(ProgrammeYear)).values(closed_as_of=window.site.now(window.site.year(YEAR)))
            )
        if purged:
            row = {
                "year": YEAR,
                "until": UNTIL,
                "rows": {},
                "reason": "期满",
                "by": "省办",
                "at": UNTIL,
                "as_of": UNTIL,
            }
            connection.execute(insert(table_of(Purge)).values(row))


@pytest.mark.parametrize("who", [ADMIN, "yancheng"])
def test_each_page_of_it_says_so_and_where_its_figures_are(window: Window, who: str) -> None:
    pages = [f"/{YEAR}/letters", f"/{YEAR}/log", f"/{YEAR}/calendar", f"/{YEAR}/exports"]
    say(window, closed=True, purged=False)
    assert [SAID in window.as_(who).get(page).text for page in pages] == [False] * 4
    say(window, closed=False, purged=True)
    assert [SAID in window.as_(who).get(page).text for page in pages] == [True] * 4
