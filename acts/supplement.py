"""What is filed of somebody who had a day of his own after his city's phase passed: judged and kept with the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.single_persons import APPLICATION
from gates.states import Event, State
from models import loading, personal_changes
from models.personal_changes import LEFT
from season import judging, owing
from season.outcome import Outcome
from season.refusing import refuse
from season.still_due import filed_without

if TYPE_CHECKING:
    from collections.abc import Collection

    from models.standing import Cell
    from phases.on_record import PlainSheets
    from season.judging import Judgement
    from season.unit_of_work import Season


def passed_without_some(season: Season, cell: Cell) -> bool:
    """Whether a phase passed by its own gate, without people who have time yet."""
    return cell.state is State.PASSED and bool(filed_without(season, cell))


def supplement(season: Season, cell: Cell, sheets: PlainSheets, said: str) -> Outcome:
    """Put these rows in the place of what passed, as a filing of its own; `refused`, and as before, where it would not.

    The phase stays passed. Whoever leaves training by it is told of to his school, his mentor and the city.
    """
    title, lacked = season.title(cell.phase, cell.city), {one.whom for one in filed_without(season, cell)}
    with season.connection.begin_nested() as point:
        loading.replace(season.connection, season.year.year, cell.city, sheets)
        judgement = judging.judge_cities(season, cell.phase, [cell.city], filing=True)[cell.city]
        if not judgement.verdict.passed:
            point.rollback()
    if not judgement.verdict.passed:
        mends = "；".join(finding.mend for finding in judgement.verdict.refusals)
        refused = refuse(season, cell, Event.LOAD, f"{title} 的补报没有通过核验：{mends}。")
        return Outcome(refused.outcome, refused.message, judgement.verdict)
    leaving = _leaving(season, cell, judgement, lacked)
    judging.keep(season, cell, judgement, cell.filings + 1)
    season.note(cell, Event.LOAD, said, filings=cell.filings + 1, tally=judgement.tally)
    if leaving:
        reason = f"{season.year.phase(cell.phase).name}（补报）不合格"
        of = season.note(season.cells[APPLICATION, cell.city], Event.PERSON, f"{'、'.join(leaving)} {LEFT}：{reason}")
        trained = personal_changes.mentors_of(season.connection, season.year.year, cell.city, leaving)
        mentors = {f"mentor:{one.party}": tuple(n.number for n in trained if n.party == one.party) for one in trained}
        owing.person_changed(season, of, dict.fromkeys(leaving, LEFT), reason, mentors, {})
    return Outcome("done", f"{title} 已补报，并通过核验。", judgement.verdict)


def _leaving(season: Season, cell: Cell, judgement: Judgement, lacked: Collection[str]) -> list[str]:
    """Give who of those that lacked something is taken out of training."""
    out = season.book[cell.phase].takes_out
    rows = getattr(judgement.facts, out.results) if out else ()
    return [row.number for row in rows if out and row.number in lacked and not getattr(row, out.stays)]
