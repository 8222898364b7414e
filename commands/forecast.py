"""`talent letters forecast`: what will be owed by the end of the next working day, to be read before it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from commands.options import SEASON, SeasonOptions, local
from commands.output import answer, line, say, table
from letters.words import STATES, TAGS

if TYPE_CHECKING:
    from rich.console import Console

    from acts.advance import Forecast
    from calendars.year import Year


def forecast(
    *,
    text: Annotated[bool, Parameter(negative="", help="连同全文")] = False,
    season: SeasonOptions = SEASON,
) -> int:
    """Print the letters that time will make owed; nothing is queued. 1 where a city could not be done."""
    from acts.advance import forecast as played_on
    from acts.json_shapes import forecast_entry

    database, year, stamp = season.viewing()
    found = played_on(database, year.year, stamp)
    shown = {"as_of": local(stamp.as_of).isoformat(), "until": local(found.until).isoformat()}
    entries = {"letters": [forecast_entry(year.year, row) for row in found.letters], "failures": dict(found.failures)}
    answer(season.json, shown | entries, lambda console: _print(console, year, found, text=text))
    for city, wrong in found.failures.items():
        say(f"{city} 没有算成：{wrong}")
    return 1 if found.failures else 0


def _print(console: Console, year: Year, found: Forecast, *, text: bool) -> None:
    from letters.addressee import in_text
    from season.recipients import named

    rows = [
        (
            f"{local(row.leaves_at):%m-%d %H:%M}" if row.leaves_at else "",
            STATES[row.state],
            named(year, row.recipient),
            TAGS[row.kind],
            row.subject,
        )
        for row in found.letters
    ]
    console.print(table("时刻", "状态", "收件人", "种类", "主题", rows=rows))
    for row in found.letters if text else ():
        line(console, f"收件人：{named(year, row.recipient)} <{row.address}>\n主题：{row.subject}\n", "bold")
        line(console, in_text(row.text, row.addressee))
    line(
        console,
        f"到 {local(found.until):%Y-%m-%d %H:%M} 为止，没有人办理的话将写 {len(found.letters)} 封；现在一封也没有写。",
    )
