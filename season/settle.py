"""Moving city phases to where they belong at this instant: opening, judging again what was held, lapsing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendars.deadlines import room, start_of
from gates.reruns import resumable
from gates.states import Event, State
from models import standing, written_letters
from season import judging, owing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime

    from calendars.year import Phase
    from gates.verdict import Finding
    from models.standing import Cell
    from season.judging import Judgement
    from season.unit_of_work import Season

OPENED_LATE = "本阶段开放较迟，按规定保留不少于 {days} 个工作日"
RETURNED_LATE = "临近截止被退回，按规定保留不少于 {days} 个工作日"


def settle(season: Season, cities: Sequence[str], phases: Sequence[str] | None = None) -> None:
    """Do what is owed to the states of these cities in these phases (None: all), and go on while something moved."""
    steps: tuple[Callable[[Season, Phase, Sequence[str]], int], ...] = (_open, _resume, _stranded, _lapse)
    chosen = [phase for phase in season.year.phases if phases is None or phase.slug in phases]
    while sum(step(season, phase, cities) for phase in chosen for step in steps):
        pass


def opening(season: Season, phase: Phase, city: str) -> datetime | None:
    """Give the instant from which a phase is open to a city; None while a phase it requires has not passed.

    That is never before the year was opened here, which is what a row that nothing happened to says.
    """
    cell = season.cells[phase.slug, city]
    required = [season.cells[slug, city] for slug in phase.requires]
    if any(one.state is not State.PASSED for one in required):
        return None
    begun = [] if cell.moves else [cell.as_of]
    return max([start_of(phase.opens), *begun, *(one.passed_at for one in required if one.passed_at)])


def _at_hand(season: Season, phase: Phase, cities: Sequence[str], *states: State) -> list[Cell]:
    """Give the cells in these states; one that has a newer log row than this instant is left alone."""
    found = (season.cells[phase.slug, city] for city in cities)
    return [cell for cell in found if cell.state in states and cell.as_of <= season.stamp.as_of]


def _open(season: Season, phase: Phase, cities: Sequence[str]) -> int:
    moved = 0
    for cell in _at_hand(season, phase, cities, State.WAITING):
        since = None if cell.resume else opening(season, phase, cell.city)
        if since is not None and since <= season.stamp.as_of:
            cell = season.move(cell, Event.OPEN, since=since)  # noqa: PLW2901
            opened_late(season, cell, since)
            owing.opened(season, cell)
            moved += 1
    return moved


def opened_late(season: Season, cell: Cell, since: datetime) -> None:
    """Keep the room to work of a phase that opens for a city, at `since`, after its calendar opening."""
    if since > start_of(season.year.phase(cell.phase).opens):
        keep_room(season, cell, since, OPENED_LATE)


def keep_room(season: Season, cell: Cell, since: datetime, reason: str) -> None:
    """Give the extension that leaves the city its working days of grace after `since`, where its due day does not."""
    grace = season.year.figures.grace
    extension = room(season.due(cell.phase, cell.city), since, grace, season.days)
    if extension is not None:
        season.grant(cell, extension.cause, extension.until, reason.format(days=grace))


def _lapse(season: Season, phase: Phase, cities: Sequence[str]) -> int:
    moved = 0
    for cell in _at_hand(season, phase, cities, State.OPEN, State.RETURNED):
        if not season.in_time(cell):
            season.move(cell, Event.LAPSE)
            unseen = ("opened", cell.phase, cell.city)  # opened and lapsed in one pass: only the overdue letter is sent
            season.owed = [owed for owed in season.owed if (owed.kind, owed.phase, owed.city) != unseen]
            moved += 1
    return moved


def _resume(season: Season, phase: Phase, cities: Sequence[str]) -> int:
    """Put held phases before their gate again once all they stand on has settled; what passed on paper has none."""
    ready, moved = {}, 0
    for cell in _at_hand(season, phase, cities, State.WAITING):
        if not cell.resume:
            continue
        attempts = {one.slug: season.cells[one.slug, cell.city].attempt for one in season.year.phases}
        if resumable(season.year, season.book.uses, phase.slug, season.states(cell.city), attempts):
            was, moved = State(cell.resume), moved + 1
            cell = season.move(cell, Event.RESUME, resume=None)  # noqa: PLW2901
            if cell.on_paper:
                season.move(cell, Event.PASS, passed_at=season.stamp.as_of)
            else:
                ready[cell.city] = was
    if ready:
        _judge_again(season, phase, ready)
    return moved


def _stranded(season: Season, phase: Phase, cities: Sequence[str]) -> int:
    """Judge a filing that stands submitted though its gate alone decides: an act was cut off, or a backup restored."""
    stranded = [] if phase.province else _at_hand(season, phase, cities, State.SUBMITTED)
    if stranded:
        _judge_again(season, phase, {cell.city: State.SUBMITTED for cell in stranded})
    return len(stranded)


def _judge_again(season: Season, phase: Phase, was: Mapping[str, State]) -> None:
    """Judge filings that stand; `was` is the state each had before it was held.

    What is unchanged goes back to where it stood and nobody is written to; what changed is a filing of its own.
    """
    cities = list(was)
    before = judging.last_digests(season, phase.slug, cities)
    judged = {
        part: judging.judge_cities(season, phase.slug, cities, part) for part in judging.gates(season, phase.slug)
    }
    for city, judgement in judged[judging.CITY].items():
        cell = season.cells[phase.slug, city]
        if judging.SECOND in judged and judged[judging.SECOND][city].verdict.passed is not bool(cell.second_at):
            cell = season.note(cell, Event.RESUME, second_at=None if cell.second_at else season.stamp.as_of)
        parts = judged if was[city] is State.PASSED else (judging.CITY,)
        same = all(before.get((city, part)) == judged[part][city].digest for part in parts)
        if not same or not judgement.verdict.passed:
            take(season, cell, judgement, cell.filings + 1)
        elif was[city] is State.PASSED:
            season.move(cell, Event.PASS, passed_at=season.stamp.as_of)
        elif not phase.province:
            take(season, cell, judgement, cell.filings)


def take(season: Season, cell: Cell, judgement: Judgement, number: int, *, room_to_mend: bool = True) -> None:
    """Take a submitted city phase to where its verdict puts it, as filing `number`, with the letters of that."""
    judging.keep(season, cell, judgement, number)
    if not judgement.verdict.passed:
        refusals = judgement.verdict.refusals
        return_to_city(season, cell, Event.RETURN, number=number, findings=refusals, room_to_mend=room_to_mend)
    elif season.year.phase(cell.phase).province:
        if number != cell.filings:
            cell = season.note(cell, Event.RESUME, filings=number, tally=judgement.tally)
        waits = season.pending(cell)
        assert waits is not None
        owing.approval_needed(season, cell, number, waits.due)
    else:
        tally = judgement.tally
        owe_passed(season, season.move(cell, Event.PASS, passed_at=season.stamp.as_of, filings=number, tally=tally))


def owe_passed(season: Season, cell: Cell, results: Mapping[str, str] | None = None) -> None:
    """Owe what is written when a city phase has passed; `results` by student's number, where the province has some."""
    if results is not None and season.year.phase(cell.phase).province == "results":
        publish(season, cell, results)
    else:
        owing.passed(season, cell)
    if season.dealings(cell.phase).named("appointment"):
        owing.appointment(season, cell)


def publish(season: Season, cell: Cell, results: Mapping[str, str], reason: str | None = None) -> None:
    """Owe the results to whoever heard none yet, and to whoever heard others what is another result now.

    `reason` is why it is another; None: that of the rerun by which it came to be.
    """
    heard = written_letters.heard_last(season.connection, season.year.year, (cell.phase, cell.city))
    owing.result(season, cell, results, frozenset().union(*heard.values()))
    for before, told in judging.results_heard(season, cell, heard):
        changed = {
            number: f"由“{before[number]}”更正为“{grade}”" if number in before else grade
            for number, grade in results.items()
            if before.get(number) != grade
        }
        if changed:
            why = reason or standing.begun_by(season.connection, season.year.year, cell)[0]
            owing.amended(season, cell, changed, why, told)


def return_to_city(
    season: Season,
    cell: Cell,
    event: Event,
    *,
    number: int,
    reason: str | None = None,
    findings: Sequence[Finding] = (),
    until: date | None = None,
    room_to_mend: bool = True,
) -> None:
    """Return a submitted city phase, with room to mend it: until a day that was named, else the grace of the year."""
    cell = season.move(cell, event, reason, since=season.stamp.as_of, filings=number, tally=None)
    if until is not None:
        season.grant(cell, "extension", until, reason or "")
    elif room_to_mend:
        keep_room(season, cell, season.stamp.as_of, RETURNED_LATE)
    owing.returned(season, cell, number, findings, reason=reason)
