"""`talent handover`: what whoever takes over in mid-season has to know, as of any instant."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from commands.options import SEASON, City, SeasonOptions, a_year, local
from commands.output import answer, line, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from acts.handover import Handover, Outstanding, Promise

Whole = Annotated[int | None, Parameter(name="年度", validator=a_year, help="哪一年度；也可以写 --year")]


def handover(which: Whole = None, /, *, city: City = None, season: SeasonOptions = SEASON) -> None:
    """Print the sheet of a year, or what of it is one city's."""
    from acts.handover import handover as handed_over

    asked = season if which is None else replace(season, year=which)
    database, year, stamp = asked.viewing()
    with database.read() as connection:
        found = handed_over(connection, year.year, stamp.as_of, year.city(city).slug if city else None)
    answer(season.json, found.as_json(), lambda console: _print(console, found))


def _print(console: Console, found: Handover) -> None:
    from letters.words import STATES

    line(console, f"{found.year.year} 年度交接单　截至 {local(found.as_of):%Y-%m-%d %H:%M}", "bold")
    _section(console, "一、已经答应、还没有了结的", ("事项", "市、阶段", "期限", "内容", "经手"), [
        _promise(found, one) for one in found.promises
    ])  # fmt: skip
    if not found.persons:
        line(console, "过去的时刻不列个人延期。")
    _section(console, "二、正在等待的", ("等谁", "市、阶段", "事项", "自", "期限"), [
        _awaited(found, one) for one in found.awaited
    ])  # fmt: skip
    if found.letters:
        line(console, "函件：" + "，".join(f"{STATES[state]} {count} 封" for state, count in found.letters.items()))
    before = "上一年度" if found.before is None else f"{found.before} 年度"
    _section(console, f"三、与{before}不同的", ("项目", "上年", "本年"), found.unlike)
    if found.before is None:
        line(console, "没有上一年度的日历，不能比较。")
    people = [(_office(found, office), one.name, one.phone, one.mailbox) for office, one in found.call.items()]
    _section(console, "四、找谁", ("办公室", "联系人", "电话", "邮箱"), people)


def _section(console: Console, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    line(console, f"\n{title}（{len(rows)}）", "bold")
    if rows:
        console.print(table(*columns, rows=rows))


def _promise(found: Handover, one: Promise) -> tuple[str, ...]:
    from acts.handover import PROMISED
    from acts.signatures import signed

    when = f"{local(one.since):%m-%d}" if one.since else ""
    said = "：".join(filter(None, (one.whom and _whom(found, one), one.said)))
    return (
        PROMISED[one.kind],
        _place(found, one.city, one.phase),
        f"{one.until or ''}",
        said,
        f"{signed(one.by)} {when}",
    )


def _whom(found: Handover, one: Promise) -> str:
    return f"待{_office(found, one.whom)}回复" if one.kind == "note" else one.whom


def _awaited(found: Handover, one: Outstanding) -> tuple[str, ...]:
    until = f"{one.until}（逾期 {one.late} 天）" if one.late else f"{one.until or ''}"
    since = f"{local(one.since):%m-%d %H:%M}"
    return _office(found, one.owner), _place(found, one.city, one.phase), one.what, since, until


def _place(found: Handover, city: str, phase: str) -> str:
    return f"{found.year.city(city).name} {found.year.phase(phase).name}" if phase else ""


def _office(found: Handover, office: str) -> str:
    return "省办" if office == "province" else f"{found.year.city(office).name}市办"
