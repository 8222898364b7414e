"""`talent act`: acts of the province that have no command of their own."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from commands.options import SEASON, DryRun, Reason, Season, UsageError, local
from commands.outcomes import report
from commands.output import answer, line, table

if TYPE_CHECKING:
    from rich.console import Console

    from calendars.year import Year
    from models.stated import AddressDifference

app = App(name="act")


@app.command(help="各市对同一导师、单位报送的邮箱不一致：决定用哪一个；不写 --number 时列出待定的")
def address(
    *,
    number: Annotated[int | None, Parameter(metavar="编号", help="待定邮箱的编号；不写时列出")] = None,
    choice: Annotated[
        Literal["new", "held"] | None, Parameter(metavar="决定", help="new 改用新报送的邮箱，held 保留现用的邮箱")
    ] = None,
    reason: Reason | None = None,
    dry_run: DryRun = False,
    season: Season = SEASON,
) -> int:
    """Decide a difference, or print those that wait."""
    if number is None:
        return _list(season)
    if choice is None or reason is None:
        raise UsageError("请写明 --choice new|held 和 --reason。")
    from acts.decide_address import decide_address

    database, year, stamp = season.acting()
    outcome = decide_address(database, year.year, number, stamp, choice=choice, reason=reason, dry_run=dry_run)
    return report(season, year, outcome, preview=dry_run)


def _list(season: Season) -> int:
    from models.stated import differences

    database, year = season.opened()
    with database.read() as connection:
        found = differences(connection, year.year, season.moment())
    data = [
        {name: value for name, value in asdict(one).items() if name != "party"}
        | {"as_of": local(one.as_of).isoformat(), "held_by": list(one.held_by)}
        for one in found
    ]
    answer(season.json, data, lambda console: _show(console, year, found))
    return 0


def _show(console: Console, year: Year, found: tuple[AddressDifference, ...]) -> None:
    if not found:
        line(console, "没有待定的邮箱。")
        return
    rows = [
        (
            str(one.id),
            f"{one.name}（{one.place}）" if one.place else one.name,
            one.held + ("（已停用）" if one.dead else ""),
            "、".join("省办决定" if office == "province" else year.city(office).name for office in one.held_by) or "—",
            one.email,
            year.city(one.city).name,
        )
        for one in found
    ]
    console.print(table("编号", "收件人", "现用的邮箱", "报送", "新报送的邮箱", "报送", rows=rows))
