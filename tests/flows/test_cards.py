from __future__ import annotations

from importlib import import_module
from inspect import signature
from typing import get_type_hints

import pytest

from calendars.files import load, shipped
from flows.phase import Card
from gates.judge import GATES
from letters.occurrences import OCCURS

PHASES = sorted({phase.slug for year in shipped() for phase in load(year).phases})


def card(phase: str) -> Card:
    found = import_module(f"flows.{phase.replace('-', '_')}").CARD
    assert isinstance(found, Card)
    return found


@pytest.mark.parametrize("phase", PHASES)
def test_a_phase_names_the_facts_gate_and_letters_that_are_its_own(phase: str) -> None:
    one = card(phase)
    assert (one.phase, one.facts, one.gate) == (phase, GATES[phase].facts, GATES[phase].rules)
    assert set(one.letters) == {kind for kind, of in OCCURS if of == phase}
    assert one.approval == (GATES["evaluation"].rules if phase == "year-end" else {})


@pytest.mark.parametrize("phase", PHASES)
def test_a_phase_is_called_as_the_calendar_calls_it(phase: str) -> None:
    assert {load(year).phase(phase).name for year in shipped()} == {card(phase).name}


@pytest.mark.parametrize("phase", PHASES)
def test_a_phase_runs_for_all_years_under_way_where_none_is_named(phase: str) -> None:
    name = phase.replace("-", "_")
    flow = getattr(import_module(f"flows.{name}"), name).fn
    asked = signature(flow).parameters
    assert {one: asked[one].default for one in asked} == {"year": None, "cities": None, "as_of": None}
    assert get_type_hints(flow)["year"] == int | None


def test_the_description_lists_the_rules_with_their_clauses() -> None:
    assert card("shortlist").description == (
        "**面试名单** 推进到当前时刻应有的状态。\n\n关口：\n"
        "- 审核通过并有测试成绩（八(三)，`shortlist.tested`）\n- 分数线（八(三)，`shortlist.cut-line`）\n\n"
        "函件：opened、reminder、overdue、escalation、passed、returned、rerun、withdrawn、"
        "moved、request、answered"
    )
