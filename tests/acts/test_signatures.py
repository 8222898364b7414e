"""Who did what, told alike wherever it is shown: an account, the system, the province in a city's place."""

from __future__ import annotations

import pytest

from acts.act import Filled
from acts.book import ACTS
from acts.json_shapes import log_entry
from acts.signatures import BY_RULE, IN_ITS_PLACE, for_a_city, granter, in_whose_place, mover, signed
from dashboard.views.history import step
from gates.states import TRANSITIONS, Event, State
from models import histories
from models.histories import PastMove
from phases.book import BOOK
from tests.support.scenes import NANJING, YEAR, Scene, instant, stamp

HANDS = {act.event for act in ACTS.values() if act.event}
"""What an act of the book does by somebody's hand."""


def move(event: Event, by: str) -> PastMove:
    before, after = next((state, target) for (state, named), target in TRANSITIONS.items() if named is event)
    at = instant("2022-01-10T10:00")
    return PastMove("application", NANJING, event, before, after, False, 1, by, at, at, None, 1)


@pytest.mark.parametrize("by", ["王办", "南京 某", "prefect", "系统", f"王办{IN_ITS_PLACE}"])
@pytest.mark.parametrize("event", Event)
def test_of_every_event_page_and_program_name_the_same_hand(event: Event, by: str) -> None:
    row = move(event, by)
    said = mover(row)
    assert (step(BOOK, row).by, log_entry(row)["by"]) == (said, said)
    assert said == BY_RULE.get(event, "系统" if by in {"prefect", "系统"} else by)


def test_what_somebody_does_is_signed_by_him_and_only_what_follows_from_rules_by_the_system() -> None:
    assert HANDS.isdisjoint(BY_RULE)
    assert set(Event) - HANDS - BY_RULE.keys() == {
        *(Event.ADDRESS, Event.ON_PAPER, Event.BACKFILL),
        *(Event.CONSENT, Event.CONSENT_VOID, Event.NOTE),
    }
    assert (granter("grace", "王办"), granter("rerun", "王办"), signed("talent up")) == ("系统", "王办", "系统")
    assert for_a_city(stamp("2022-01-10T10:00", "王办")).by == "王办（省办代）"


@pytest.mark.parametrize("slug", ACTS)
def test_on_the_command_line_what_is_a_citys_to_do_is_signed_as_done_in_its_place(slug: str) -> None:
    act, typed = ACTS[slug], stamp("2022-01-10T10:00", "王办")
    by = {form: in_whose_place(BOOK, act, Filled(words={"phase": form}), typed).by for form in ("", *BOOK.forms)}
    in_its_place = {form for form, name in by.items() if name == f"王办{IN_ITS_PLACE}"}
    ours = {form for form in BOOK.forms if BOOK.provincial(form)}
    assert ours == {"evaluation"}
    assert in_its_place == (by.keys() - ours if act.by == "city" else set())


def test_in_a_season_each_row_names_who_acted(scene: Scene) -> None:
    scene.through("application", NANJING)
    with scene.database.read() as connection:
        found = histories.as_written(connection, histories.Span(YEAR, None, "mentor-recommendation", NANJING))
    assert [(row.event, mover(row)) for row in found] == [
        (Event.OPEN, "系统"), (Event.LOAD, "省办"), (Event.SUBMIT, "省办"), (Event.APPROVE, "省办"),
    ]  # fmt: skip
    assert found[-1].after is State.PASSED
