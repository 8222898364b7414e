"""Years that are not as the notice of 2022 has it: played to their end by what their own file says."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from calendars.year import Ending, UnknownPhase, Year
from gates.states import State
from models import letterbox
from models.columns import table_of
from models.database import Database
from models.tables.season import Letter, LetterBody
from tests.support import sheets
from tests.support.scenes import FILED, NANJING, Scene, calendar
from tests.support.years import parse

ENDINGS: tuple[Ending | None, ...] = (None, "approve", "record", "results")
SETTLED = {
    None: "核验通过。",
    "approve": "审定。",
    "record": "备案。",
    "results": "公布。",
}


def ended_by(ending: Ending | None) -> Year:
    """A year all of whose phases the province ends so."""
    gone = r"(?m)^province(_due)? = .*\n" if ending else r"(?m)^(province(_due)?|second_(due|rungs)) = .*\n"
    text = re.sub(gone, "", calendar(cities=2).source_text)
    if ending:
        text = re.sub(r"(?m)^\[phases\..*\]$", rf'\g<0>\nprovince = "{ending}"', text)
    return parse(text, "2022.toml")


def letters(database: Database) -> dict[tuple[str, str, str], str]:
    """What was written, by kind, phase and recipient."""
    letter, body = table_of(Letter), table_of(LetterBody)
    query = select(letter, body.c.text).join(body, letter.c.body == body.c.digest)
    with database.read() as connection:
        return {(row.kind, row.phase, row.recipient.partition(":")[0]): row.text for row in connection.execute(query)}


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_province_ends_any_phase_as_the_year_says(database: Database, ending: Ending | None) -> None:
    scene = Scene.begin(database, ended_by(ending))
    scene.through("cultivation", NANJING)
    assert set(scene.states(NANJING).values()) == {State.PASSED}
    written = letters(database)
    published = {"year-end"} if ending == "results" else set[str]()
    for phase in FILED:
        assert (("approval-needed", phase, "province") in written) is (ending is not None)
        assert (("result", phase, "city") in written) is (phase in published)
        told = phase not in published and (ending is not None or phase != "meeting")
        assert (("passed", phase, "city") in written) is told
        if told:
            assert SETTLED[ending] in written["passed", phase, "city"]
    assert ("appointment", "mentor-recommendation", "mentor") in written


LEFT_OUT = [
    ("shortlist",),
    ("meeting",),
    ("midterm",),
    ("year-end",),
    ("cultivation", "year-end"),
    ("shortlist", "meeting", "cultivation", "midterm", "year-end"),
]


def without(*slugs: str) -> Year:
    """A year that leaves these phases out: what required one requires what that one did."""
    text, shipped = calendar(cities=2).source_text, calendar()
    for slug in slugs:
        text = re.sub(rf"(?ms)^\[phases\.{slug}\].*?(?=^\[|\Z)", "", text)
        text = text.replace(f'requires = ["{slug}"]', f"requires = {[*shipped.phase(slug).requires]}".replace("'", '"'))
    return parse(text, "2022.toml")


@pytest.mark.parametrize("slugs", LEFT_OUT, ids="、".join)
def test_a_year_without_a_phase_ends_without_it(database: Database, slugs: tuple[str, ...]) -> None:
    scene = Scene.begin(database, without(*slugs))
    for phase in FILED:
        if phase not in slugs:
            assert scene.file(phase, NANJING).done, phase
            assert not scene.advance(FILED[phase]).failures
    assert not scene.advance("2023-01-20T10:00").failures
    assert scene.states(NANJING) == dict.fromkeys((one.slug for one in scene.year.phases), State.PASSED)
    with pytest.raises(UnknownPhase):
        scene.load(slugs[0], NANJING, {}, "2022-12-30T10:00")


def test_without_a_shortlist_who_is_interviewed_was_approved(database: Database) -> None:
    """The rule follows the phase that the year puts before it: application."""
    scene, city = Scene.begin(database, without("shortlist")), calendar().city(NANJING)
    applied = sheets.students(city, 7)
    approved = (*applied[:-1], applied[-1].model_copy(update={"taken": False}))
    scene.through("application", NANJING, application=sheets.application(approved))
    refused = scene.file("interview", NANJING, sheets.interview(applied))
    assert refused.verdict is not None
    assert [(one.rule, one.numbers) for one in refused.verdict.refusals] == [
        ("interviews.from-shortlist", (applied[-1].number,))
    ]
    assert "不在审核通过的申报学生中" in refused.verdict.refusals[0].mend
    assert scene.file("interview", NANJING, sheets.interview(applied[:-1])).done
    with database.read() as connection:
        opened = letterbox.listed(connection, 2022, {"phase": "interview", "kind": "opened"})
    assert "mentor" in {row.recipient.partition(":")[0] for row in opened}
