"""`talent city`: the cities and the addresses that the office keeps of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from commands.options import SEASON, SeasonOptions, UsageError
from commands.outcomes import run
from commands.output import answer, table

if TYPE_CHECKING:
    from rich.console import Console

app = App(name="city")
app.command("commands.contact:app", name="contact", help="联系人：登记、结束任期、列出")

Email = Annotated[str | None, Parameter(metavar="邮箱", help="市级管理办公室的邮箱")]
Head = Annotated[str | None, Parameter(metavar="邮箱", help="负责同志的邮箱：督办发到这里")]


@app.command(name="list", help="设区市与登记的邮箱")
def list_(*, season: SeasonOptions = SEASON) -> None:
    """Print the cities in the customary order, with their addresses."""
    from models.addresses import on_file

    database, year = season.opened()
    with database.read() as connection:
        offices = on_file(connection)
    data = [
        {
            "city": city.slug,
            "name": city.name,
            "code": city.code,
            "email": offices[city.slug].email if city.slug in offices else None,
            "head": offices[city.slug].head if city.slug in offices else None,
        }
        for city in year.cities
    ]
    answer(season.json, data, lambda console: _list(console, data))


def _list(console: Console, data: list[dict[str, str | None]]) -> None:
    rows = [[each[key] or "（未登记）" for key in ("name", "city", "code", "email", "head")] for each in data]
    console.print(table("城市", "拼音", "代码", "邮箱", "负责同志邮箱", rows=rows))


@app.command(name="set", help="登记一市的邮箱")
def set_(
    city: Annotated[str, Parameter(name="城市", help="设区市：拼音、中文名或行政区划代码")],
    /,
    *,
    email: Email = None,
    head: Head = None,
    season: SeasonOptions = SEASON,
) -> int:
    """Put a city's addresses on file."""
    if email is None and head is None:
        raise UsageError("请写明 --email 或 --head。")
    return run(season, "office", {"office": city, "email": email, "head": head}, dry_run=False)
