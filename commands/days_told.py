"""`talent told`: which day a party was told, by which letter, and whether it is the day that holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from commands.options import SEASON, SeasonOptions, local
from commands.output import answer, line, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from acts.beliefs import Belief
    from calendars.year import Year


def told(
    party: Annotated[
        str | None,
        Parameter(
            name="单位或个人",
            help="城市名，导师、高校、中学的名称，或编号如 mentor:38；不写时列出所知已不是现行截止日的各方",
        ),
    ] = None,
    /,
    *,
    season: SeasonOptions = SEASON,
) -> None:
    """Print what a party believes, now or at any instant; without one, who goes by a day that does not hold."""
    from acts.beliefs import beliefs, party_of, untrue
    from season.recipients import named

    database, year, stamp = season.viewing()
    with database.read() as connection:
        key = party and party_of(connection, year, party)
        given = (connection, year.year, stamp.as_of)
        found = beliefs(*given, [key]) if key else untrue(*given)
    shown = {"party": key, "as_of": stamp.as_of.isoformat(), "days": [each.as_json() for each in found]}
    answer(season.json, shown, lambda console: _told(console, year, named(year, key) if key else "", found))


def _told(console: Console, year: Year, name: str, found: Sequence[Belief]) -> None:
    from models.second_ways import WAYS
    from season import recipients

    whose = () if name else ("收件人",)
    rows = [
        (
            *(recipients.named(year, each.party) for _ in whose),
            year.city(each.city).name,
            f"{year.phase(each.phase).name}{'（后交部分）' if each.second else ''}",
            f"{each.told}",
            f"第 {each.letter} 号，{local(each.at):%m-%d %H:%M}" + "".join(f"，另发{WAYS[way]}" for way in each.also),
            f"{local(each.received):%m-%d %H:%M}" if each.received else "",
            "" if each.holds is None else "相同" if each.true else f"已改为 {each.holds}",
            each.newer,
        )
        for each in found
    ]
    console.print(table(*whose, "城市", "阶段", "得知的截止日", "凭哪封函件", "签收", "现行的", "未发出的", rows=rows))
    wrong = sum(not each.true for each in found)
    said = f"，其中 {wrong} 个已不是现行的" if wrong else ""
    every = f"各方所知的截止日，有 {wrong} 个已不是现行的。" if wrong else "各方所知的截止日都是现行的。"
    line(console, f"{name}：得知 {len(found)} 个截止日{said}。" if name else every)
