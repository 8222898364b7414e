"""The province sets an in-principle rule (原则上) aside for one city, phase and attempt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.act import CITIES, PHASE, Act, Bench, Field, Filled, each
from gates.states import Event, State
from season.outcome import Outcome
from season.refusing import illegal, refuse, unchanged
from season.settle import settle
from season.transaction import sitting

if TYPE_CHECKING:
    from calendars.year import Year
    from models.database import Database
    from models.stamp import Stamp
    from phases.book import Book


def waive(
    database: Database, year: int, rule: str, phase: str, city: str, stamp: Stamp, *, reason: str, dry_run: bool = False
) -> Outcome:
    """Put the waiver on record. It judges nothing: the city files again. The same waiver again changes nothing."""
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        season.not_backdated(season.cells[phase, city])
        settle(season, [city])
        cell, title = season.cells[phase, city], season.title(phase, city)
        if rule in season.waivers.get((phase, city, cell.attempt), {}):
            return unchanged(season, cell, Event.WAIVE, f"{title} 的规则 {rule} 已经豁免，未作改动。", f"{rule}：")
        why = _not_waivable(season.book, rule, phase) or illegal(season, cell, Event.WAIVE)
        if why:
            outcome = refuse(season, cell, Event.WAIVE, why)
        else:
            season.waive(cell, rule, reason)
            season.note(cell, Event.WAIVE, f"{rule}：{reason}")
            outcome = Outcome(
                "done", f"{title} 已豁免“{season.book.rules[rule].name}”（{rule}），本次报送有效；请该市重新报送。"
            )
    return season.answered(outcome)


def _not_waivable(book: Book, rule: str, phase: str) -> str | None:
    waivable = [one.id for one in book.waivable(phase)]
    if rule in waivable:
        return None
    choice = f"可豁免的是：{'、'.join(waivable)}" if waivable else "本阶段没有可豁免的规则"
    return f"规则 {rule} 不能在本阶段豁免：只有通知中“原则上”的规定可以豁免；{choice}。"


def _waived(bench: Bench, filled: Filled, city: str) -> Outcome:
    given = (bench.database, bench.year.year, filled.words["rule"], filled.slug, city, bench.stamp)
    return waive(*given, reason=filled.reason, dry_run=bench.dry_run)


def _says(book: Book, year: Year, filled: Filled) -> str:
    return f"对{filled.named(year)}的{filled.phased}豁免“{book.rules[filled.words['rule']].name}”"


RULE = Field("rule", "规则", "rule", hint="只有通知中“原则上”的规定可以豁免。")
NOTED = Field("reason", "事由", "reason", hint="写入记录，该市可以看到；不写进函件。")
WAIVE = Act(
    "waive",
    lambda _: "豁免要求",
    (PHASE, CITIES, RULE, NOTED),
    each(_waived),
    _says,
    Event.WAIVE,
    frozenset({State.OPEN, State.RETURNED, State.OVERDUE}),
    waives=True,
)
