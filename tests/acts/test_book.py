"""The book of acts: what programs give fills an act as a form does, and several cities are done one by one."""

from __future__ import annotations

from datetime import date

import pytest

from acts.act import Bench, Filled, each
from acts.book import ACTS
from calendars.errors import TalentError
from calendars.files import load
from calendars.year import UnknownCity, UnknownPhase
from models.database import Database
from phases.book import BOOK
from rehearsal.packs import played
from season.outcome import Outcome
from tests.support.scenes import NANJING, WUXI, stamp

YEAR = load(2022)
UNTIL = date(2022, 3, 1)


def test_an_act_is_filled_by_the_names_of_its_fields() -> None:
    given = {"phase": "meeting", "city": ["南京", "3202", "nanjing"], "until": UNTIL, "reason": "寒潮", "rule": "x"}
    filled = Filled(YEAR.phase("meeting"), (NANJING, WUXI), UNTIL, "寒潮")
    assert ACTS["extend"].fill(YEAR, given) == filled
    waived = ACTS["waive"].fill(YEAR, given | {"city": "南京", "until": None})
    assert waived == Filled(YEAR.phase("meeting"), (NANJING,), reason="寒潮", words={"rule": "x"})
    assert ACTS["settle"].fill(YEAR, {"letter": 7, "found": "sent"}) == Filled(number=7, words={"found": "sent"})


def test_only_what_may_be_done_for_the_whole_is_filled_with_every_city() -> None:
    whole = ACTS["extend"].fill(YEAR, {"city": None})
    assert (whole.every, len(whole.cities)) == (True, len(YEAR.cities))
    assert ACTS["rerun"].fill(YEAR, {"city": None}) == Filled()


@pytest.mark.parametrize(("given", "error"), [({"city": "上海"}, UnknownCity), ({"phase": "x"}, UnknownPhase)])
def test_who_is_not_there_is_no_part_of_an_act(given: dict[str, str], error: type[TalentError]) -> None:
    with pytest.raises(error):
        ACTS["approve"].fill(YEAR, given)


def test_what_a_play_file_may_do_and_must_name_is_read_off_the_fields() -> None:
    assert {slug: set(act.needs) for slug, act in played().items()} == {
        "load": {"city", "phase", "file"},
        "submit": {"city", "phase"},
        "nobody-applied": {"city"},
        "recall": {"city", "phase", "reason"},
        "arrange": {"city", "phase", "day", "begins", "place"},
        "know-addresses": {"city", "kind", "lines"},
        "ask": {"city", "phase", "until", "reason"},
        "question": {"city", "phase", "about", "reason"},
        "retract": {"city", "phase"},
        "approve": {"city", "phase"},
        "return-mentors": {"city", "phase", "mentors", "then", "reason"},
        "reject": {"city", "phase", "reason"},
        "waive": {"city", "phase", "rule", "reason"},
        "correct-result": {"city", "phase", "student", "grade", "reason"},
        "correct-score": {"city", "phase", "student", "column", "score", "reason"},
        "excuse": {"city", "phase", "party", "reason"},
        "extend": {"phase", "until", "reason"},
        "extend-person": {"city", "phase", "person", "until", "reason"},
        "correct": {"city", "phase", "reason"},
        "nudge": {"city", "phase"},
        "rerun": {"city", "phase", "until", "reason"},
        "withdraw": {"city", "reason"},
        "rejoin": {"city", "reason"},
        "correct-student": {"city", "student", "what", "value", "reason"},
        "decline-place": {"city", "student", "reason"},
        "leave-training": {"city", "student", "reason"},
        "replace-mentor": {"city", "mentor", "institution", "reason"},
    }


class _Hindered(TalentError):
    """现在不行。"""


def test_of_several_cities_one_error_undoes_no_other_and_of_one_it_is_the_callers() -> None:
    def one(_bench: Bench, _filled: Filled, city: str) -> Outcome:
        if city == NANJING:
            raise _Hindered
        return Outcome("done", "无锡 已办理。")

    bench = Bench(Database("sqlite:///nowhere.db", BOOK), YEAR, stamp("2022-01-05T09:00"))
    both = each(one)(bench, Filled(cities=(NANJING, WUXI)))
    assert (both.outcome, both.message) == ("refused", "南京 没有办理：现在不行。\n无锡 已办理。")
    assert each(one)(bench, Filled(cities=(WUXI,))).done
    with pytest.raises(_Hindered):
        each(one)(bench, Filled(cities=(NANJING,)))
