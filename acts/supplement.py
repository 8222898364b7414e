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
from season.still_due import has_time

if TYPE_CHECKING:
    from models.standing import Cell
    from phases.on_record import PlainSheets
    from season.judging import Judgement
    from season.unit_of_work import Season


def passed_without_some(season: Season, cell: Cell) -> bool:
    """Whether a phase passed by its own gate, without people who have time yet."""
    ended = season.year.phase(cell.phase).province is not None
    return cell.state is State.PASSED and not cell.on_paper and not ended and bool(has_time(season, cell))


def supplement(season: Season, cell: Cell, sheets: PlainSheets, said: str) -> Outcome:
    """Put these rows in the place of what passed, as a filing of its own; `refused`, and as before, where it would not.

    The phase stays passed. Whoever leaves training by it is told of to his school, his mentor and the city.
    """
    title = season.title(cell.phase, cell.city)
    with season.connection.begin_nested() as point:
        loading.replace(season.connection, season.year.year, cell.city, sheets)
        judgement = judging.judge_cities(season, cell.phase, [cell.city], filing=True)[cell.city]
        if not judgement.verdict.passed:
            point.rollback()
    if not judgement.verdict.passed:
        mends = "；".join(finding.mend for finding in judgement.verdict.refusals)
        refused = refuse(season, cell, Event.LOAD, f"{title} 的补报没有通过核验：{mends}。")
        return Outcome(refused.outcome, refused.message, judgement.verdict)
    leaving = _leaving(season, cell, judgement)
    judging.keep(season, cell, judgement, cell.filings + 1)
    season.note(cell, Event.LOAD, said, filings=cell.filings + 1, tally=judgement.tally)
    if leaving:
        reason = f"{season.year.phase(cell.phase).name}（补报）不合格"
        of = season.note(season.cells[APPLICATION, cell.city], Event.PERSON, f"{'、'.join(leaving)} {LEFT}：{reason}")
        trained = personal_changes.mentors_of(season.connection, season.year.year, cell.city, leaving)
        mentors = {f"mentor:{one.party}": tuple(n.number for n in trained if n.party == one.party) for one in trained}
        owing.person_changed(season, of, dict.fromkeys(leaving, LEFT), reason, mentors, {})
    return Outcome("done", f"{title} 已补报，并通过核验。", judgement.verdict)


def _leaving(season: Season, cell: Cell, judgement: Judgement) -> list[str]:
    """Give who of those that had time is taken out of training."""
    out, later = season.book[cell.phase].takes_out, has_time(season, cell)
    rows = getattr(judgement.facts, out.results) if out else ()
    return [row.number for row in rows if out and row.number in later and not getattr(row, out.stays)]
