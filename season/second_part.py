"""The second part of what a city files: whether it is whole, and what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forms.folding import fold
from forms.workbook_rows import RowError
from gates.states import State
from letters.phrases import until
from models import draft_rows, taking_back
from models.parties import Reach
from phases.on_record import fault
from season import judging
from season.still_due import filed_without

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from forms.definitions import AskedSheet, SheetRow
    from forms.workbook_rows import Reading
    from gates.states import Event
    from gates.verdict import Verdict
    from models.standing import Cell, Key
    from season.unit_of_work import Season


def verdict(season: Season, cell: Cell) -> Verdict | None:
    """Say what the second part of a city phase lacks as it is loaded now; None where the year dates none."""
    if season.book.second(season.year.phase(cell.phase)) is None:
        return None
    return judging.judge_cities(season, cell.phase, [cell.city], judging.SECOND)[cell.city].verdict


def second_at(season: Season, cell: Cell) -> datetime | None:
    """Give since when it is whole; None where it is not, or the year dates none."""
    found = verdict(season, cell)
    return season.arrived if found is not None and found.passed else None


def look_again(season: Season, cell: Cell, event: Event, said: str) -> Cell:
    """Log what changed a filing's second part, which may be whole from now on, or no more."""
    whole = second_at(season, cell)
    if whole:
        taking_back.take_back_second(season.connection, season.year.year, cell.phase, cell.city)
    return season.note(cell, event, said, second_at=whole and (cell.second_at or whole))


def still_owing(season: Season, filed: Collection[Key]) -> dict[Key, frozenset[str]]:
    """Give who still owes something of the second part of what was filed, as in a letter's key; but for the city."""
    reach = Reach(judging.scope_of(season, season.year.phases[0].slug, sorted({city for _, city in filed})))
    found: dict[Key, frozenset[str]] = dict.fromkeys(filed, frozenset())
    for phase in {phase for phase, _ in filed}:
        of = season.dealings(phase, second=True)
        for audience in of.named("reminder"):
            mailing = of.mailing("reminder", audience)
            owing_now = reach.find(mailing.whom, audience) if mailing else {}
            for key in filed:
                theirs = owing_now.get(key[1], ()) if key[0] == phase else ()
                found[key] |= {f"{audience}:{one}" for one in theirs}
    return found


def closed(season: Season, cell: Cell) -> str | None:
    """Say why the second part of a filing can no longer be loaded; None where it can."""
    due, called = season.second_due(cell.phase, cell.city), season.dealings(cell.phase, second=True).called
    if due is None or due.met_by(season.arrived) or called is None:
        return None
    title = season.title(cell.phase, cell.city)
    return (
        f"{title}的{called.filed}已于 {due.day} 24:00 截止，现在不能补交；请向省级管理办公室申请延期，经同意后再导入。"
    )


def refiled(season: Season, cell: Cell, reading: Reading) -> Iterator[RowError]:
    """Find what a workbook changes of what stands filed, besides its second part and whom it still lacks."""
    if cell.state not in {State.SUBMITTED, State.PASSED} or cell.on_paper:
        return
    second = season.book.second(season.year.phase(cell.phase))
    later = frozenset(one.whom for one in filed_without(season, cell))
    loadable = second.sheets if second and cell.state is State.SUBMITTED and not closed(season, cell) else ()
    for sheet in reading.form.sheets:
        if sheet.key in loadable:
            continue
        kept = draft_rows.rows(season.connection, season.year.year, cell.city, sheet.key)
        filed = {row[sheet.columns[0].field]: row for row in kept}
        for row in reading.rows[sheet.key]:
            was = filed.pop(number := getattr(row, sheet.columns[0].field), None)
            yield from () if number in later else _changed(sheet, row, was)
        for number in filed.keys() - later:
            yield RowError(
                "filed.missing", sheet.name, None, sheet.columns[0].label, number, "已经报送，不能去掉", MEND
            )


def _changed(sheet: AskedSheet, row: SheetRow, was: Mapping[str, Any] | None) -> Iterator[RowError]:
    if was is None:
        yield fault("filed.new", sheet, row, sheet.columns[0].field, "报送时没有这一行", MEND)
        return
    for column in sheet.columns:
        now, then = getattr(row, column.field), was[column.field]
        if fold(f"{now}") != fold(f"{then}"):
            said = {True: "是", False: "否"}.get(then, then)
            yield fault("filed.changed", sheet, row, column.field, f"登记的是“{said}”", MEND)


MEND = "请保持与登记的一致；确需更正的，请省级管理办公室退回修改"


def still_owed(season: Season, cell: Cell) -> str:
    """Say until when the second part of a filing is still to come; "" where nothing is."""
    due, called = season.second_owed(cell), season.dealings(cell.phase, second=True).called
    return f"；{called.filed}请于{until(due.day)}前补齐" if due and called else ""
