"""A season in which an interview, meeting or report lies a day beyond where it can, then on the first or last day."""

from __future__ import annotations

from datetime import date

import pytest

from tests.support.scenes import FILED, NANJING, Scene

INTERVIEW = ("interview", "held_on", "interviews.from-shortlist")
MEETING = ("meeting", "held_on", "meeting.held")
MIDTERM = ("midterm", "reported_on", "midterm.by-subject")
INTERVIEW_LIES = date(2022, 1, 21), date(2022, 2, 10)
"""From the opening of the phase before to the day of filing."""
MEETING_LIES = date(2022, 2, 9), date(2022, 2, 24)
"""From the last interview to the day of filing."""
REPORT_LIES = date(2022, 2, 21), date(2022, 7, 20)
"""The same."""


def refusals(scene: Scene, phase: str, field: str, day: date) -> list[str]:
    """What a city is refused by that files a phase with this day on the first of its sheets."""
    filled = dict(scene.sheets(phase, NANJING))
    key = next(iter(filled))
    filled[key] = tuple(row.model_copy(update={field: day}) for row in filled[key])
    scene.load(phase, NANJING, filled, FILED[phase])
    verdict = scene.submit(phase, NANJING, FILED[phase]).verdict
    assert verdict is not None
    return [one.rule for one in verdict.refusals]


def beyond(lies: tuple[date, date], end: int) -> date:
    return date.fromordinal(lies[end].toordinal() + (1 if end else -1))


@pytest.mark.parametrize("end", [0, 1], ids=["first", "last"])
def test_an_interview_beyond_refuses_and_one_of_the_day_itself_is_the_provinces_to_record(
    scene: Scene, end: int
) -> None:
    scene.through("shortlist", NANJING)
    phase, field, rule = INTERVIEW
    assert refusals(scene, phase, field, beyond(INTERVIEW_LIES, end)) == [rule]
    assert refusals(scene, phase, field, INTERVIEW_LIES[end]) == []
    assert scene.approve(phase, NANJING, FILED[phase]).done


@pytest.mark.parametrize("end", [0, 1], ids=["first", "last"])
def test_a_day_beyond_refuses_and_the_day_itself_passes(scene: Scene, end: int) -> None:
    scene.through("interview", NANJING)
    for (phase, field, rule), lies in ((MEETING, MEETING_LIES), (MIDTERM, REPORT_LIES)):
        assert refusals(scene, phase, field, beyond(lies, end)) == [rule]
        assert refusals(scene, phase, field, lies[end]) == []
        assert scene.cell(phase, NANJING).state.value == "passed"


def test_a_meeting_to_which_nobody_of_a_students_three_sides_came_refuses_and_one_who_came_is_enough(
    scene: Scene,
) -> None:
    scene.through("interview", NANJING)
    filled = dict(scene.sheets("meeting", NANJING))
    first, *others = filled["attendance"]
    found = []
    for mentor in ("请假", "到会"):
        sides = {"mentor": mentor, "teacher": "请假", "guardian": "请假"}
        filled["attendance"] = (first.model_copy(update=sides), *others)
        assert scene.load("meeting", NANJING, filled, FILED["meeting"]).done
        verdict = scene.submit("meeting", NANJING, FILED["meeting"]).verdict
        assert verdict is not None
        found.append([(one.rule, one.numbers) for one in verdict.refusals])
    assert found == [[("meeting.held", ("3201-2022-0001",))], []]
    assert scene.cell("meeting", NANJING).state.value == "passed"
