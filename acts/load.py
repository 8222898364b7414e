"""Loading a workbook: a draft, all or nothing, every fault at once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from acts import arrange, backfill
from acts.act import CITY, PHASE, Act, Bench, Field, Filled, each
from acts.brought_along import brought_along_otherwise, keep_brought_along
from acts.changes_undone import changes_undone
from acts.known_city import KnownCity
from acts.last_word import decision
from acts.supplement import passed_without_some, supplement
from calendars.deadlines import TZ
from forms.sandbox import read
from forms.typed_rows import read_rows
from forms.workbook_rows import MOST, Reading, first_faults
from gates.states import Event, State
from models import audit, draft_rows, loading, states_as_of
from models.loading import newest_load
from models.standing import opened
from season import second_part
from season.outcome import Outcome
from season.refusing import illegal, refuse
from season.settle import settle
from season.still_due import filed_without
from season.transaction import sitting
from season.unit_of_work import Season

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from forms.workbook_rows import RowError
    from gates.verdict import Verdict
    from models.database import Database
    from models.stamp import Stamp
    from models.standing import Cell, Opened

CHANGED = "没有保存：草稿在您打开本页之后改过（也可能就是您刚才的保存）。下面是现在的内容，请核对后再改。"
BEGUN_ANEW = "没有导入：导入期间本年度正式启用了，试运行时上传的不作数；请核对后再导入。"
REVISED = "没有导入：年度日历刚刚修订，请再导入一次。"
PLACES = 50
"""Of so many faults the record says where they are."""
FOR_A_CITY = "代为导入报送表"


def load(
    database: Database,
    year: int,
    form: str,
    city: str,
    source: Path | bytes,
    stamp: Stamp,
    *,
    dry_run: bool = False,
    account: int | None = None,
) -> Outcome:
    """Load a city's workbook of a form: a phase's, or one that the province fills in. KeyError where there is none.

    `form-errors` where a row is of the wrong shape, or disagrees with what is on record; then nothing loads, and where
    the faults are is put on record. The same rows loaded again change nothing, unless others were refused in between:
    then it is on record that these are meant. Of what was done on paper no rule refuses a row: `verdict` only says what
    is found. The workbook is read before the transaction begins, and not at all where the city phase takes none.
    `account` is that of the province where it loads for the city, which is put on record with it.
    """
    calendar = _calendar(database, year, form)
    given = (database, calendar, form, city, stamp)
    if _closed(*given) and (refused := _take(*given, None, dry_run=dry_run)):
        return refused
    database.let_go()
    reading = read(source, calendar.form(form), calendar.book.whose)
    outcome = _take(*given, reading, dry_run=dry_run, account=account)
    assert outcome is not None
    return outcome


def load_rows(
    database: Database,
    year: int,
    form: str,
    city: str,
    raw: Mapping[str, Sequence[Mapping[str, object]]],
    stamp: Stamp,
    *,
    since: str | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Load rows typed on a page, by sheet key and column field, as `load` does a workbook; rows count from 2.

    `since` is the fingerprint of the draft that they were made from ("" for none): `refused` where it is another now.
    """
    calendar = _calendar(database, year, form)
    reading = read_rows(raw, calendar.form(form))
    outcome = _take(database, calendar, form, city, stamp, reading, since=since, dry_run=dry_run)
    assert outcome is not None
    return outcome


def load_kept(
    database: Database,
    year: int,
    form: str,
    city: str,
    kept: Mapping[str, Sequence[Mapping[str, Any]]],
    stamp: Stamp,
) -> Outcome:
    """Load rows that were read once, by sheet key and field, each with its `line`, as `load` does a workbook."""
    calendar = _calendar(database, year, form)
    asked = calendar.form(form)
    rows = {
        sheet.key: tuple(sheet.row.model_construct(**row) for row in kept.get(sheet.key, ())) for sheet in asked.sheets
    }
    outcome = _take(database, calendar, form, city, stamp, Reading(asked, rows, (), ()), dry_run=False)
    assert outcome is not None
    return outcome


def _calendar(database: Database, year: int, form: str) -> Opened:
    """Give the year; raise `UnknownPhase` where it leaves the form's phase out."""
    with database.read() as connection:
        found = opened(connection, year)
    found.year.phase(found.book.owner(form).slug)
    return found


def _closed(database: Database, calendar: Opened, form: str, city: str, stamp: Stamp) -> bool:
    """Tell whether the city phase takes no workbook of the form by now, as far as a look shows."""
    year, phase = calendar.year, calendar.book.owner(form).slug
    with database.read() as connection:
        season = Season.read(connection, year.year, stamp, [city], reading=True)
        now = states_as_of.seen(connection, year, city, stamp.as_of)[phase]
        return _not_now(season, replace(season.cells[phase, city], state=now.state), form) is not None


def _take(
    database: Database,
    calendar: Opened,
    form: str,
    city: str,
    stamp: Stamp,
    reading: Reading | None,
    *,
    since: str | None = None,
    dry_run: bool,
    account: int | None = None,
) -> Outcome | None:
    """Load what was read; None where nothing was, and the city phase takes a workbook after all."""
    year, phase = calendar.year.year, calendar.book.owner(form).slug
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        season.not_backdated(season.cells[phase, city])
        settle(season, [city])
        cell = season.cells[phase, city]
        if season.begun != calendar.begun:
            return Outcome("refused", BEGUN_ANEW)
        if season.year.source_text != calendar.year.source_text:
            return Outcome("refused", REVISED)
        why = _not_now(season, cell, form)
        if why is None and since is not None and since != (newest_load(season.connection, year, form, city) or ""):
            return Outcome("refused", CHANGED)
        if why:
            outcome = refuse(season, cell, _event(cell), why)
        elif reading is None:
            return None
        else:
            outcome = _load(season, cell, reading)
        if outcome.done and account is not None:
            audit.record(season.connection, stamp, FOR_A_CITY, f"{year}/{form}/{city}", account=account, city=city)
    return season.answered(outcome)


def _event(cell: Cell) -> Event:
    return Event.BACKFILL if backfill.passed_on_paper(cell) else Event.LOAD


def _not_now(season: Season, cell: Cell, form: str) -> str | None:
    if backfill.passed_on_paper(cell):
        return backfill.closed(season, cell) or backfill.lacking(season, cell)
    if not season.book.provincial(form):
        if filed_without(season, cell):
            return None
        if cell.state is State.SUBMITTED and season.book.second(season.year.phase(cell.phase)):
            return second_part.closed(season, cell)
        return illegal(season, cell, Event.LOAD) or backfill.lacking(season, cell)
    if cell.state is State.SUBMITTED:
        return None
    title, word = season.title(cell.phase, cell.city), decision(season.year.phase(cell.phase))
    return f"{title} 现为“{cell.state.chinese}”，评价结果须在该市报送之后、{word}之前导入。"


def _load(season: Season, cell: Cell, reading: Reading) -> Outcome:
    year, city = season.year.year, cell.city
    title = f"{season.year.city(city).name}《{reading.form.title}》"
    season.flush()
    phase, today = season.book.owner(reading.slug), season.stamp.as_of.astimezone(TZ).date()
    known = KnownCity(season.connection, season.year, season.year.city(city), today)
    undone = chain(changes_undone(season, city, reading), brought_along_otherwise(season, city, reading))
    provincial = season.book.provincial(reading.slug)
    refiled = () if provincial else second_part.refiled(season, cell, reading)
    errors = _in_order(reading, chain(refiled, phase.check(known, reading), undone))
    warnings = (*reading.warnings, *phase.doubts(known, reading))
    if errors:
        places = [_place(error) for error in errors[:PLACES]]
        given = (year, reading.slug, city, cell.attempt, len(errors), places, season.stamp)
        loading.record_refused(season.connection, *given)
        said = f"{title}有 {len(errors)} 处错误，未导入；请逐条改正后重新导入。"
        return Outcome("form-errors", said, errors=errors, warnings=warnings)
    sha256 = _fingerprint(reading)
    refused = draft_rows.refused_since(season.connection, year, reading.slug, city)
    if newest_load(season.connection, year, reading.slug, city) == sha256 and not refused:
        return Outcome("done", f"{title}与上次导入的内容相同，未作改动。", warnings=warnings)
    rows = sum(map(len, reading.rows.values()))
    plain = {sheet.key: [row.model_dump() for row in reading.rows[sheet.key]] for sheet in reading.form.sheets}
    whole = phase.complete(known, plain)
    kept = keep_brought_along(season, city, reading, whole)
    said = f"《{reading.form.title}》{rows} 行"
    record = (year, reading.slug, city, cell.attempt, sha256, rows, season.stamp)
    if not provincial and passed_without_some(season, cell):
        supplemented = supplement(season, cell, whole, said)
        if supplemented.done:
            loading.record(season.connection, *record)
        return replace(supplemented, warnings=warnings)
    loading.replace(season.connection, year, city, whole)
    loading.record(season.connection, *record)
    verdict, noted = _note(season, cell, said, provincial=provincial)
    bare = [sheet.name for sheet in reading.form.sheets if not reading.rows[sheet.key]]
    empty = f"；其中{'、'.join(f'“{name}”' for name in bare)}没有一行内容，请核对" if bare else ""
    beside = arrange.from_workbook(season, season.cells[cell.phase, city], reading)
    return Outcome("done", f"{title}已导入 {rows} 行{empty}。{kept}{noted}{beside}", verdict, warnings=warnings)


def _in_order(reading: Reading, found: Iterable[RowError]) -> tuple[RowError, ...]:
    """Give these and the reading's own faults, by sheet and row as the workbook has them; at most the first of them."""
    if len(reading.errors) > MOST:
        return reading.errors
    at = {sheet.name: place for place, sheet in enumerate(reading.form.sheets)}
    some = (*reading.errors, *islice(found, MOST + 1))
    return first_faults(sorted(some, key=lambda fault: (at.get(fault.sheet, -1), fault.row or 0)))


def _note(season: Season, cell: Cell, said: str, *, provincial: bool) -> tuple[Verdict | None, str]:
    """Log the load; what was done on paper is judged to be looked at, and the answer says what was found."""
    if not backfill.passed_on_paper(cell):
        if cell.state is State.SUBMITTED and not provincial:
            cell = second_part.look_again(season, cell, Event.LOAD, said)
            owed = second_part.still_owed(season, cell).removeprefix("；")
            return None, f"{owed}。" if owed else ""
        season.note(cell, Event.LOAD, said)
        return None, ""
    return backfill.fill_in(season, cell, said)


def _place(error: RowError) -> dict[str, object]:
    """Say where a fault is and what it is, without what stands there: it may be somebody's name or number."""
    return {name: getattr(error, name) for name in ("sheet", "row", "column", "code", "wrong")}


def _fingerprint(reading: Reading) -> str:
    """Give what two workbooks of the same rows share; a program that saves one again changes its bytes."""
    rows = {key: [row.model_dump(mode="json") for row in rows] for key, rows in reading.rows.items()}
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _loaded(bench: Bench, filled: Filled, city: str) -> Outcome:
    assert filled.file is not None
    given = (bench.database, bench.year.year, filled.words["phase"], city, filled.file, bench.stamp)
    return load(*given, dry_run=bench.dry_run)


def _evaluated(bench: Bench, filled: Filled, city: str) -> Outcome:
    form = bench.database.book[filled.slug].province_form
    assert form is not None
    raw = {form.sheets[0].key: list(filled.rows)}
    return load_rows(bench.database, bench.year.year, form.slug, city, raw, bench.stamp, dry_run=bench.dry_run)


LOAD = Act(
    "load",
    lambda _: "导入报送表",
    (Field("phase", "报送表", "form"), CITY, Field("file", "报送表", "file")),
    each(_loaded),
    lambda _, year, filled: f"导入{filled.named(year)}的报送表",
    Event.LOAD,
    by="city",
)
EVALUATE = Act(
    "evaluate",
    lambda _: "年度评价评分",
    (PHASE, CITY, Field("rows", "评价", "grid")),
    each(_evaluated),
    lambda _, year, filled: f"保存{filled.named(year)} {len(filled.rows)} 名学生的评价",
    Event.LOAD,
    frozenset({State.SUBMITTED}),
    evaluates=True,
    instead="公布之前，评分和等级可以重新填写。",
)
