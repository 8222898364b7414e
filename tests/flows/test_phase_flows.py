from __future__ import annotations

from inspect import signature
from typing import get_type_hints

import pytest

from calendars.files import load, shipped
from flows.phase_flows import FLOWS, described
from phases.book import BOOK

PHASES = sorted({phase.slug for year in shipped() for phase in load(year).phases})


def test_every_phase_of_a_shipped_year_has_its_flow() -> None:
    assert sorted(flow.name for flow in FLOWS.values()) == PHASES


@pytest.mark.parametrize("phase", PHASES)
def test_a_phase_is_called_as_the_calendar_calls_it(phase: str) -> None:
    assert {load(year).phase(phase).name for year in shipped()} == {BOOK[phase].name}


@pytest.mark.parametrize("phase", PHASES)
def test_a_phase_runs_for_all_years_under_way_where_none_is_named(phase: str) -> None:
    flow = FLOWS[phase.replace("-", "_")].fn
    asked = signature(flow).parameters
    assert {one: asked[one].default for one in asked} == {"year": None, "cities": None, "as_of": None}
    assert get_type_hints(flow)["year"] == int | None


def test_the_description_lists_the_rules_with_their_clauses() -> None:
    assert described(BOOK["shortlist"]) == (
        "**面试名单** 已办到当前时刻应有的状态。\n\n系统核验：\n"
        "- 审核通过并有测试成绩（八(三)，`shortlist.tested`）\n- 分数线（八(三)，`shortlist.cut-line`）\n\n"
        "函件：opened、moved、corrected、request、question、answered、reminder、overdue、nudge、escalation、passed、returned、rerun、withdrawn、rejoined、letter、noted"
    )
