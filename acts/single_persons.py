"""What the acts on single persons share: when there is anything to do, and how a change goes on record and is told."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from acts.act import TOLD, Field
from gates.states import Event, State
from models import personal_changes
from season import owing, second_part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.personal_changes import NewChange
    from models.standing import Cell
    from season.unit_of_work import Season

APPLICATION, INTERVIEW = "application", "interview"
"""The phase, and its form, in which a student is put on record, and the one in which students are admitted."""

STUDENT = Field("student", "报名号", "student", hint="如 3209-2022-0007。")
REASON = replace(TOLD, hint=f"{TOLD.hint}请不要写姓名、病情和家庭情况，写“个人原因”即可。")


def not_now(season: Season, cell: Cell) -> str | None:
    """Say why nothing is changed about single persons of a phase now: the city can still load it itself, or left."""
    if cell.city in season.withdrawn:
        return f"{season.year.city(cell.city).name} 已退出 {season.year.year} 年度，不再更正。"
    if cell.state is State.PASSED or cell.resume:
        return None
    title = season.title(cell.phase, cell.city)
    return f"{title} 现为“{cell.state.chinese}”，还没有办结；请该市修改报送表后报送，不必单独更正。"


def over(season: Season, phases: Sequence[str], city: str) -> str:
    """Name those of these phases that the city has filed already, or passed; "" for none."""
    filed = (slug for slug in phases if season.cells[slug, city].state in {State.SUBMITTED, State.PASSED})
    return "、".join(season.year.phase(slug).name for slug in filed)


def on_record(
    season: Season,
    city: str,
    changes: Sequence[NewChange],
    said: Mapping[str, str],
    besides: Mapping[str, tuple[str, ...]],
    instead: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Put changes on record and in the log of the students' own phase, and owe word of them.

    `said` is what is told of which student, by number: to the office, to their schools and to whoever trains them, and
    `besides` to whom else it concerns, by the key of a letter; whose key, or audience, is in `instead` is told that.

    It may change who owes the second part of what is filed.
    """
    personal_changes.put(season.connection, season.year.year, city, changes, season.stamp)
    reason = changes[0].reason
    told = "；".join(f"{number} {what}" for number, what in said.items())
    cell = season.note(season.cells[APPLICATION, city], Event.PERSON, f"{told}：{reason}")
    owing.person_changed(season, cell, said, reason, besides, instead)
    for phase in season.year.phases:
        filed = season.cells[phase.slug, city]
        if filed.state is State.SUBMITTED and season.book.second(phase) is not None:
            second_part.look_again(season, filed, Event.PERSON, told)
