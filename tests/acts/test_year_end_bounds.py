"""A season whose year's end lies a step beyond what each of its rules allows, then on the bound itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from models.revised_calendars import replace_calendar
from phases.application import StudentRow
from tests.support import sheets
from tests.support.kinds import ON_SQLITE
from tests.support.scenes import FILED, NANJING, YEAR, Scene, stamp
from tests.support.sheets import Sheets

YEAR_END, AT = "year-end", FILED["year-end"]
LOGS_LIE = date(2022, 2, 21), date(2022, 11, 21)
"""From the opening of the phase before the cultivation to the day of filing."""

LAST_VISITS: Mapping[date, list[str]] = {date(2022, 11, 21): [], date(2022, 11, 22): ["visits"]}
"""The day of filing and the day after, and which rules then refuse 优秀 to whom it is the tenth visit of."""

Rows = Sequence[Any]


def without_report(rows: Rows) -> Rows:
    return tuple(one.model_copy(update={"project_report": False}) for one in rows)


def logged(rows: Rows, day: date) -> Rows:
    """The log of the last stage handed in on a day."""
    return tuple(one.model_copy(update={"submitted_on": day}) if one.stage == 3 else one for one in rows)


def summed_up(*kinds: str) -> Callable[[Rows], Rows]:
    return lambda rows: tuple(one for one in rows if one.type in kinds)


OWED = ("市级", "导师", "中学")
MATERIALS: Mapping[str, tuple[str, str, Callable[[Rows], Rows], list[str]]] = {
    "a report missing": (YEAR_END, "materials", without_report, ["materials"]),
    "all of who is in training, and nothing of who left": (YEAR_END, "materials", lambda rows: rows, []),
    "a log before the training": ("cultivation", "logs", lambda rows: logged(rows, date(2022, 2, 20)), ["logs"]),
    "a log of its first day": ("cultivation", "logs", lambda rows: logged(rows, LOGS_LIE[0]), []),
    "a log of the day of filing": ("cultivation", "logs", lambda rows: logged(rows, LOGS_LIE[1]), []),
    "a log of the day after": ("cultivation", "logs", lambda rows: logged(rows, date(2022, 11, 22)), ["logs"]),
    "a talk too few": ("cultivation", "talks", lambda rows: rows[:-1], ["logs"]),
    "as many as there are stages": ("cultivation", "talks", lambda rows: rows, []),
}
"""What is loaded otherwise than in order, of which sheet, and which rules then refuse the filing."""

REST: Mapping[str, tuple[str, Callable[[Rows], Rows], list[str]]] = {
    "a school's summary missing": ("summaries", summed_up("市级", "导师"), ["summaries"]),
    "the city's own missing": ("summaries", summed_up("导师", "中学"), ["summaries"]),
    "an institution's, which is asked for": ("summaries", summed_up(*OWED), []),
    "a cent too much": ("funds", lambda _: sheets.funds(活动="20000.01"), ["funds"]),
    "a cent left over that is not there": ("funds", lambda _: sheets.funds(活动=20000, 结余="0.01"), ["funds"]),
    "a cent not accounted for": ("funds", lambda _: sheets.funds(活动="19999.98", 结余="0.01"), ["funds"]),
    "all of it to the cent": ("funds", lambda _: sheets.funds(活动="19999.99", 结余="0.01"), []),
    "nothing spent": ("funds", lambda _: sheets.funds(结余=20000), []),
    "no account": ("funds", lambda _: (), ["funds"]),
    "no target": ("targets", lambda _: (), ["funds"]),
}
"""The same of what is filed after the materials."""


def refused(scene: Scene, *, ending: bool = False) -> list[str]:
    act = scene.approve if ending else scene.submit
    verdict = act(YEAR_END, NANJING, AT, dry_run=True).verdict
    return [one.rule.removeprefix("year-end.") for one in verdict.refusals] if verdict else []


def loaded(scene: Scene, form: str, filled: Sheets) -> None:
    said = scene.load(form, NANJING, filled, AT)
    assert said.done, said


def trained(scene: Scene) -> Sequence[StudentRow]:
    """Of two whom the midterm evaluated one left: nothing of the year's end asks for him."""
    both = sheets.students(scene.city(NANJING))[:2]
    scene.through("midterm", NANJING, midterm=sheets.midterm(both, leaving=1))
    return both[:1]


def of_materials(scene: Scene, whole: Mapping[str, Sheets]) -> dict[str, list[str]]:
    found = {}
    for name, (form, key, change, _) in MATERIALS.items():
        for one, filled in whole.items():
            loaded(scene, one, {**filled, key: change(filled[key])} if one == form else filled)
        found[name] = refused(scene)
    return found


def of_the_rest(scene: Scene, whole: Sheets) -> dict[str, list[str]]:
    found = {}
    for name, (key, change, _) in REST.items():
        loaded(scene, YEAR_END, {**whole, key: change(whole[key])})
        found[name] = refused(scene, ending=True)
    loaded(scene, YEAR_END, whole)
    return found


def of_a_last_visit(scene: Scene, stays: Sequence[StudentRow]) -> dict[date, list[str]]:
    """All are 优秀, by the day of the tenth visit: one to come does not count."""
    found = {}
    days = sheets.cultivation(stays)
    loaded(scene, "evaluation", sheets.evaluation(stays, "优秀"))
    for last in LAST_VISITS:
        *others, tenth = days["visits"]
        loaded(scene, "cultivation", {**days, "visits": (*others, tenth.model_copy(update={"visited_on": last}))})
        found[last] = refused(scene, ending=True)
    return found


def of_results(scene: Scene, stays: Sequence[StudentRow]) -> dict[tuple[int, str, str], list[str]]:
    """All are 优秀, by days on campus (one of them twice on record), a score beside four of 85, and the reason."""
    found = {}
    (best,) = sheets.evaluation(stays, "优秀")["evaluations"]
    for visits in (9, 10):
        days = sheets.cultivation(stays, visits=visits)
        twice = (*days["visits"], days["visits"][-1].model_copy(update={"line": 99}))
        loaded(scene, "cultivation", {**days, "visits": twice})
        for score, reason in (("84.99", ""), ("84.99", "课题获奖"), ("85", "")):
            row = best.model_copy(update={"score_1": Decimal(score), "reason": reason})
            loaded(scene, "evaluation", {"evaluations": (row,)})
            found[visits, score, reason] = refused(scene, ending=True)
    return found


@ON_SQLITE
def test_beyond_its_bound_each_rule_of_the_years_end_refuses_and_on_it_passes(scene: Scene) -> None:
    stays = trained(scene)
    whole = {YEAR_END: sheets.year_end(scene.city(NANJING), stays), "cultivation": sheets.cultivation(stays)}
    assert of_materials(scene, whole) == {name: rules for name, (*_, rules) in MATERIALS.items()}
    assert scene.submit(YEAR_END, NANJING, AT).done
    loaded(scene, "evaluation", sheets.evaluation(stays))
    assert of_the_rest(scene, whole[YEAR_END]) == {name: rules for name, (*_, rules) in REST.items()}
    assert of_a_last_visit(scene, stays) == LAST_VISITS
    assert of_results(scene, stays) == {
        (9, "84.99", ""): ["visits", "evaluated"], (9, "84.99", "课题获奖"): ["visits"], (9, "85", ""): ["visits"],
        (10, "84.99", ""): ["evaluated"], (10, "84.99", "课题获奖"): [], (10, "85", ""): [],
    }  # fmt: skip
    assert scene.approve(YEAR_END, NANJING, AT).done


@ON_SQLITE
def test_a_year_that_makes_an_institutions_summary_owed_refuses_without_it(scene: Scene) -> None:
    scene.through("midterm", NANJING)
    owing = scene.year.source_text.replace('"导师", "中学"]', '"导师", "中学", "高校"]', 1)
    with scene.database.write(YEAR) as connection:
        replace_calendar(connection, YEAR, owing, "", stamp(AT))
    whole = scene.sheets(YEAR_END, NANJING)
    loaded(scene, "cultivation", scene.sheets("cultivation", NANJING))
    loaded(scene, YEAR_END, whole)
    assert scene.submit(YEAR_END, NANJING, AT).done
    loaded(scene, "evaluation", scene.sheets("evaluation", NANJING))
    assert refused(scene, ending=True) == ["summaries"]
    *others, last = whole["summaries"]
    its = last.model_copy(update={"type": "高校", "unit": "南京大学", "line": last.line + 1})
    loaded(scene, YEAR_END, {**whole, "summaries": (*others, last, its)})
    assert refused(scene, ending=True) == []
