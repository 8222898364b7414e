"""`talent fork`: the season on record played again with other figures, on a copy; nothing is sent, no result stays."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from commands.handover import Whole
from commands.options import SEASON, SeasonOptions, UsageError, local
from commands.output import answer, line, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from rehearsal.fork import Fork

Changes = Annotated[
    list[str],
    Parameter(name="--with", metavar="项目=数值", negative="", help="改哪一项标准，可以写多次，如 interview_ratio=2.5"),
]


def fork(which: Whole = None, /, *, changes: Changes = [], season: SeasonOptions = SEASON) -> None:  # noqa: B006 -- read
    """Print what would stand otherwise by now had these figures held from the opening on; that it was asked stays."""
    from models import audit
    from rehearsal.fork import PLAYED_AGAIN
    from rehearsal.fork import fork as played_again

    asked = season if which is None else replace(season, year=which)
    database, year, stamp = asked.viewing()
    found = played_again(database, year.year, stamp.as_of, dict(map(_pair, changes)))
    with database.write() as connection:
        audit.record(connection, stamp, PLAYED_AGAIN, f"year/{year.year}", reason=found.said or None)
    answer(season.json, found.as_json(), lambda console: _print(console, found))


def _pair(typed: str) -> tuple[str, str]:
    name, equals, value = typed.partition("=")
    if not (name and equals and value.strip()):
        raise UsageError(f"“{typed}”不是 项目=数值；请写成 interview_ratio=2.5。")
    return name.strip(), value.strip()


def _print(console: Console, found: Fork) -> None:
    from rehearsal.standing_in_words import in_words

    line(console, f"{found.year.year} 年度推演　截至 {local(found.until):%Y-%m-%d %H:%M}", "bold")
    for one in found.changed or ():
        line(console, f"{one.label}：{one.before} → {one.after}")
    if found.same:
        line(console, "没有不同。" if found.changed else "没有改动任何标准，推演与实际相同。")
    _totals(console, found)
    _section(console, "会有不同的阶段", ("市", "阶段", "现在", "推演"), [
        (found.year.city(one.city).name, found.year.phase(one.before.phase).name, in_words(one.before),
         in_words(one.after))
        for one in found.cells
    ])  # fmt: skip
    _section(console, "会在培、现在不在的学生", ("市", "报名号"), _named(found, found.joining))
    _section(console, "现在在培、会不在的学生", ("市", "报名号"), _named(found, found.leaving))
    _letters(console, found)
    if found.refused:
        line(console, "\n当时办成、推演中没有办成的：", "bold")
        for message in found.refused:
            line(console, f"  {message}")
    if found.left:
        line(console, f"\n有 {len(found.left)} 件办理没有留下全部材料，推演中没有重办，上列不同可能与此有关：", "bold")
        for event, count in Counter(one.event.chinese for one in found.left).items():
            line(console, f"  {event} {count} 件")
    line(console, "\n没有发出函件，没有保存任何结果。", "dim")


def _section(console: Console, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if rows:
        line(console, f"\n{title}（{len(rows)}）", "bold")
        console.print(table(*columns, rows=rows))


def _totals(console: Console, found: Fork) -> None:
    labels = {total.name: total.label for total in found.after.standings.book.totals}
    for name, (was, now) in found.totals.items():
        line(console, f"{labels.get(name, name)}：{was} → {now}")


def _named(found: Fork, students: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(found.year.city(city).name, number) for city, number in students]


def _letters(console: Console, found: Fork) -> None:
    from letters.words import TAGS
    from models.letterbox import EVERY

    names = {EVERY: "", **{city.slug: city.name for city in found.year.cities}}
    rows = [(TAGS[kind], names[city], str(more), str(less)) for (kind, city), (more, less) in found.post.items()]
    _section(console, "函件", ("种类", "市", "会多写", "会不写"), rows)
