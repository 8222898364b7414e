"""`talent letters why`: what became of a letter that somebody expected, never owed included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from commands.options import SEASON, City, SeasonOptions, UsageError, local
from commands.output import answer, line, table
from letters.words import TAGS, state_word
from phases.letter_kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from season.expected_letters import ExpectedLetter


def why(
    party: Annotated[str, Parameter(name="单位或个人", help="城市名，导师、高校、中学的名称，或编号如 mentor:38")],
    /,
    *,
    kind: Annotated[Kind, Parameter(metavar="种类", help="函件种类，如 reminder")],
    phase: Annotated[str | None, Parameter(metavar="阶段", help="阶段；每日待办（digest）不用写")] = None,
    city: City = None,
    season: SeasonOptions = SEASON,
) -> None:
    """Print every letter of that kind that was, is or will be owed, and why there is no other."""
    from acts.beliefs import party_of
    from season.expected_letters import CityPhaseLetters, expected_digests, read_city
    from season.recipients import named
    from season.unit_of_work import Season

    database, year, stamp = season.viewing()
    with database.read() as connection:
        key = party_of(connection, year, party)
        about, whose = None, None
        if kind == "digest":
            found = Season.read(connection, year.year, stamp, None, reading=True)
            letters = expected_digests(found, key)
        else:
            kept = key.partition(":")[2] if key.startswith(("city:", "head:")) else None
            if phase is None or (city or kept) is None:
                raise UsageError("请用 --phase 写明是哪一阶段，用 --city 写明是哪一市的事项。")
            about, whose = year.phase(phase), year.city(city or kept or "")
            found = read_city(connection, year.year, stamp, whose.slug)
            letters = CityPhaseLetters(found, about.slug, whose.slug).expected(key, kind)
    place = {"phase": about and about.slug, "city": whose and whose.slug}
    at = local(found.stamp.as_of)
    shown = {
        "party": key,
        "kind": kind,
        **place,
        "as_of": at.isoformat(),
        "letters": [one.as_json() for one in letters],
    }
    title = f"{named(year, key)} {whose.name if whose else ''}{about.name if about else ''}“{TAGS[kind]}”函件"
    answer(season.json, shown, lambda console: _why(console, title, letters))


def _why(console: Console, title: str, letters: Sequence[ExpectedLetter]) -> None:
    rows = [
        (
            f"{local(one.at):%Y-%m-%d %H:%M}" if one.at else "",
            one.what,
            f"第 {one.letter} 号" if one.letter else "没有写",
            state_word(one.state, None) if one.state else "",
            one.said,
        )
        for one in letters
    ]
    line(console, title, "bold")
    console.print(table("时刻", "事项", "函件", "状态", "情况", rows=rows))
