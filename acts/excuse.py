"""The province excuses one mentor, school or institution of its summary, and not the city of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.act import CITY, PHASE, Act, Bench, Field, Filled, each
from forms.folding import fold
from gates.states import Event, State
from models import excuses
from models.parties import Reach
from phases.parties import Owing
from season import second_part
from season.judging import scope_of
from season.outcome import Outcome
from season.refusing import refuse
from season.settle import settle
from season.transaction import sitting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.database import Database
    from models.stamp import Stamp
    from models.standing import Cell
    from season.unit_of_work import Season

OWES = frozenset({State.OPEN, State.SUBMITTED, State.RETURNED, State.OVERDUE})


def excuse(
    database: Database,
    year: int,
    phase: str,
    city: str,
    party: str,
    stamp: Stamp,
    *,
    reason: str,
    dry_run: bool = False,
) -> Outcome:
    """Excuse a party, named as the verdict names it, of what it owes by itself in the second part of a phase.

    `refused` where nobody of that name owes anything there, with those who do.
    """
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        season.not_backdated(season.cells[phase, city])
        settle(season, [city])
        cell, title = season.cells[phase, city], season.title(phase, city)
        owing = who_owes(season, cell) if cell.state in OWES else {}
        found = next((key for key, label in owing.items() if fold(label) == fold(party)), None)
        if found is None:
            there = f"可以写的是：{'、'.join(owing.values())}" if owing else "现在没有欠交的导师、中学、高校"
            return refuse(season, cell, Event.WAIVE, f"{title}：欠交年度工作总结的没有所写的这一方；{there}。")
        excuses.excuse(season.connection, year, (phase, city), found, reason, season.stamp)
        said = f"{owing[found]} 免交年度工作总结：{reason}"
        if cell.state is State.SUBMITTED:
            second_part.look_again(season, cell, Event.WAIVE, said)
        else:
            season.note(cell, Event.WAIVE, said)
        outcome = Outcome("done", f"{title}：{owing[found]} 免交年度工作总结，其余照常。")
    return season.answered(outcome)


def who_owes(season: Season, cell: Cell) -> Mapping[str, str]:
    """Give who owes something in the second part of a city phase, as in a letter's key, and what facts call them."""
    reach, found = Reach(scope_of(season, cell.phase, [cell.city])), dict[str, str]()
    of = season.dealings(cell.phase, second=True)
    for audience in of.parties:
        mailing = of.mailing("reminder", audience)
        if mailing is not None and isinstance(mailing.whom, Owing):
            concerned = reach.find(mailing.whom, audience)
            found |= {f"{audience}:{one.id}": one.label for one in reach.on_file(concerned).values()}
    return found


def _excused(bench: Bench, filled: Filled, city: str) -> Outcome:
    given = (bench.database, bench.year.year, filled.slug, city, filled.words["party"], bench.stamp)
    return excuse(*given, reason=filled.reason, dry_run=bench.dry_run)


EXCUSE = Act(
    "excuse",
    lambda _: "免交总结",
    (
        PHASE,
        CITY,
        Field("party", "免交的导师、中学或高校", "text", hint="照核验结果里写的写，如 李甲（江海大学）。"),
        Field("reason", "事由", "reason", hint="写入记录，该市可以看到；不写进函件。请不要写病情。"),
    ),
    each(_excused),
    lambda _, year, filled: f"免除{filled.named(year)} {filled.words['party']} 的年度工作总结",
    Event.WAIVE,
    OWES,
    seconds=True,
)
