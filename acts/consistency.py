"""A season held against what made it: its totals against the rows, its moments against what was done at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.advance import advance
from gates.states import State
from models import audit, invariants, signs_of_life, standing
from models.facts.scope import admitting, in_training
from models.invariants import Contradiction
from models.letter_states import LetterState
from models.open_years import all_years
from models.stamp import SYSTEM, Stamp
from phases.application import STUDENTS
from season import judging
from season.unit_of_work import Season

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from models.database import Database
    from models.standing import Opened

TOTALS, TRAINED, MOMENTS = "合计与内容一致", "在培的在学生名单中", "到期的都办了"


def contradictions(database: Database) -> list[Contradiction]:
    """Give everything in a database that can never be, of all years. It changes nothing."""
    with database.read() as connection:
        found = invariants.broken(connection)
        years = [opened for opened in all_years(connection) if opened.closed_as_of is None]
        if found:  # of rows that contradict each other nothing else can be asked
            return found
        for opened in years:
            season = _as_it_stands(connection, opened)
            found += [*_totals(season), *_trained(season)]
        looked = [(opened, at) for opened in years if (at := _settled(connection, opened)) is not None]
    return found + [one for opened, at in looked for one in _moments(database, opened, at)]


def _as_it_stands(connection: Connection, opened: Opened) -> Season:
    at = standing.newest_act(connection, opened.year.year)
    return Season.read(connection, opened.year.year, Stamp(SYSTEM, at, at), None, reading=True)


def _trained(season: Season) -> Iterator[Contradiction]:
    """Whoever is in training of a city whose admission stands is one of its students."""
    scope = judging.scope_of(season, season.year.phases[0].slug, [city.slug for city in season.year.cities])
    admits = admitting(scope)
    applied = scope.grouped(scope.of(STUDENTS, "number"))
    for city, numbers in in_training(scope).items():
        cell = season.cells.get((admits.slug, city)) if admits else None
        strange = set(numbers) - {row.number for row in applied[city]}
        if strange and cell and cell.state is State.PASSED:
            yield Contradiction(TRAINED, season.year.year, city, f"{len(strange)} 名在培学生不在学生名单中")


def _totals(season: Season) -> Iterator[Contradiction]:
    """What a filing adds to the province's totals is what its rows add up to now: nobody can load others under it."""
    year = season.year.year
    for phase in (one for one in season.year.phases if season.book[one.slug].totals):
        part, states = judging.CITY, {State.SUBMITTED, State.PASSED}
        if judging.province_gate(season, phase.slug) is not None:
            part, states = judging.PROVINCE, {State.PASSED}
        counted = {
            city: cell.tally
            for (slug, city), cell in season.cells.items()
            if slug == phase.slug and cell.state in states and cell.tally is not None
        }
        now = judging.judge_cities(season, phase.slug, list(counted), part) if counted else {}
        once = judging.gates(season, phase.slug)[part].tally_before
        for city, tally in counted.items():
            if tally not in (now[city].tally, once(now[city].facts) if once else None):
                found = f"记的是 {dict(tally)}，内容合计 {now[city].tally}"
                yield Contradiction(TOTALS, year, f"{phase.slug}/{city}", found)


def _settled(connection: Connection, opened: Opened) -> datetime | None:
    """Give the instant up to which all that time makes owed was done; None where people did something since."""
    if opened.rehearsal:
        return opened.clock
    signs = {sign.work: sign.at for sign in signs_of_life.signs(connection)}
    deeds = audit.entries(connection, most=1)
    newest = max([standing.newest_act(connection, opened.year.year), *(deed.at for deed in deeds)])
    return signs["watch"] if "watch" in signs and newest <= signs["watch"] else None


def _moments(database: Database, opened: Opened, at: datetime) -> Iterator[Contradiction]:
    year = opened.year.year
    would = advance(database, year, Stamp(SYSTEM, at, at), dry_run=True)
    for move in would.changes.transitions:
        yield Contradiction(MOMENTS, year, f"{move.after.phase}/{move.after.city}", f"应有 {move.event.value}")
    for letter in would.changes.letters:
        if letter.state is not LetterState.CANCELLED:
            yield Contradiction(
                MOMENTS, year, f"{letter.phase}/{letter.concerns}", f"应有 {letter.kind} 函致 {letter.recipient}"
            )
