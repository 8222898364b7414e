"""Taking back a later day that was given by mistake: an extension, or the day of a rerun."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from acts.act import CITIES, PHASE, TOLD, UNTOLD, Act, Bench, Filled, each
from acts.extend import ANEW, say_anew
from calendars.deadlines import BY_HAND, TZ, day_of, resolve, uncorrected
from gates.states import Event, State
from models import histories, written_letters
from models.days_told import left_untold
from models.letter_states import LetterState
from season.moot_requests import correct_answers, reopen_request
from season.outcome import Outcome
from season.refusing import illegal, refuse
from season.settle import settle
from season.transaction import sitting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from calendars.deadlines import Due, Extension
    from models.database import Database
    from models.histories import PastGrant
    from models.stamp import Stamp
    from models.standing import Cell
    from season.unit_of_work import Season

GIVEN = {"extension": "延期至", "rerun": "重新开放，办到"}
"""How a mistaken day was given, in words."""


def correct(
    database: Database,
    year: int,
    phase: str,
    city: str,
    stamp: Stamp,
    *,
    reason: str,
    untold: str = "",
    dry_run: bool = False,
) -> Outcome:
    """Take back the newest later day of a city phase: the later of the day before it and `grace` working days from now.

    Done again, it takes back the one given before that. A phase that a rerun opened stays open.

    Whoever was told the mistaken day hears that it was one, save where `untold` says why not; whoever knows another day
    only hears that it moved; of whoever was left untold then and gets no letter now the answer says so. `refused` where
    nothing was given that stands, or where what is left is no earlier.
    """
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        season.untold = untold
        season.not_backdated(season.cells[phase, city])
        settle(season, [city])
        cell = season.cells[phase, city]
        due = season.owed_by(cell)
        phoned: Mapping[str, str] = {}
        mistake = _by_hand(_kept(season, cell))
        until = _without(season, cell, mistake) if mistake else None
        why = illegal(season, cell, Event.CORRECT) or _needless(season, cell, until)
        if mistake and until and not why:
            given = _given(season, cell, mistake)
            first = season.theirs(due, "mentor").instant
            phoned = left_untold(season.connection, year, phase, city, first, due.instant, given.as_of)
            outcome = _corrected(season, cell, due, until, reason, given)
        else:
            outcome = refuse(season, cell, Event.CORRECT, why or "")
    said = replace(outcome, message=outcome.message + _not_by_letter(season, phoned))
    return season.answered(said)


def _not_by_letter(season: Season, phoned: Mapping[str, str]) -> str:
    """Say who knows the mistaken day, if at all, otherwise than by letter, and gets none now."""
    written = {row.recipient for row in season.changes.letters if row.state != LetterState.CANCELLED}
    left = {recipient: why for recipient, why in phoned.items() if recipient not in written}
    if not left:
        return ""
    why = "；".join(dict.fromkeys(left.values()))
    return f"当时不另行通知，理由：{why}；没有函件可更正，请用同样的方式告知 {len(left)} 方。"


def _kept(season: Season, cell: Cell) -> list[Extension]:
    """Give the later days that no correction took back."""
    given = season.extensions.get((cell.phase, cell.city), ())
    return [given[place] for place in uncorrected([one.cause for one in given])]


def _by_hand(given: Sequence[Extension]) -> Extension | None:
    """Give the newest of these days that the province gave by hand; None where there is none."""
    return next((one for one in reversed(given) if one.cause in BY_HAND), None)


def _given(season: Season, cell: Cell, mistake: Extension) -> PastGrant:
    """Give what went on record when the mistaken day was given."""
    told = (mistake.until, mistake.cause, mistake.corrections)
    here = histories.Span(season.year.year, None, cell.phase, cell.city)
    found = (
        one for one in histories.grants(season.connection, here) if told == (one.until, one.cause, one.corrections)
    )
    *_, newest = found
    return newest


def _without(season: Season, cell: Cell, mistake: Extension) -> date:
    """Give the due day that holds once the newest day given by hand is taken back."""
    rest = (replace(one, corrections=0) for one in _kept(season, cell) if one is not mistake)
    phase = season.year.phase(cell.phase)
    base = phase.second_due if phase.second_due and season.second_owed(cell) else phase.due
    before = resolve(base, rest).day
    return max(before, season.days.after(day_of(season.arrived), season.year.figures.grace))


def _needless(season: Season, cell: Cell, until: date | None) -> str | None:
    title, due = season.title(cell.phase, cell.city), season.owed_by(cell)
    if cell.state is State.SUBMITTED and season.second_owed(cell) is None:
        return f"{title} 已经报送，没有待交的内容，截止日未作改动。"
    if until is None:
        return f"{title} 没有可以更正的延期或重新开放，截止日 {due.day} 未作改动。"
    if until >= due.day:
        grace = season.year.figures.grace
        return f"{title} 现在的截止日是 {due.day}；从现在起须留足 {grace} 个工作日，更正不会使它提前，未作改动。"
    return None


def _corrected(season: Season, cell: Cell, was: Due, until: date, reason: str, given: PastGrant) -> Outcome:
    unsent = written_letters.unsent(season.connection, season.year.year, cell.phase, ANEW).get(cell.city, {})
    season.mistaken[cell.phase, cell.city] = was
    season.grant(cell, "correction", until, reason)
    cell = season.move(cell, Event.CORRECT, f"{was.day} 更正为 {until}：{reason}")
    say_anew(season, cell, unsent)
    waits, granted = reopen_request(season, cell), correct_answers(season, cell, given.as_of, reason)
    what, at = GIVEN[given.cause], given.as_of.astimezone(TZ)
    taken = f"收回：{what} {given.until}（{given.by}，{at:%Y-%m-%d %H:%M}，事由：{given.reason}）。"
    taken += "".join(f"{one.by} 延期至 {one.day} 的申请，同意的答复一并更正。" for one in granted)
    if waits is not None:
        taken += f"{waits.by} 延期至 {waits.until} 的申请重新等待答复。"
    return Outcome("done", f"{season.title(cell.phase, cell.city)} 的截止日由 {was.day} 更正为 {until} 24:00。{taken}")


def _correct(bench: Bench, filled: Filled, city: str) -> Outcome:
    given = (bench.database, bench.year.year, filled.slug, city, bench.stamp)
    untold = filled.words.get("untold", "")
    return correct(*given, reason=filled.reason, untold=untold, dry_run=bench.dry_run)


CORRECT = Act(
    "correct",
    lambda _: "更正误办的截止日",
    (PHASE, CITIES, TOLD, UNTOLD),
    each(_correct),
    lambda _, year, filled: f"更正{filled.named(year)}{filled.phased}误办的延期或重新开放的截止日",
    Event.CORRECT,
    frozenset({State.WAITING, State.OPEN, State.RETURNED}),
    moved=BY_HAND | {"correction"},
    second=True,
    instead="仍需要更晚的截止日的，另办延期。",
)
