"""What is shown of a city phase that would stand otherwise: never the same words on both sides."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

from calendars.deadlines import Extension, resolve
from gates.states import State
from models.reports import Standing
from rehearsal.standing_in_words import in_words
from tests.support.scenes import instant

DAY, AT = date(2022, 1, 15), instant("2022-01-14T10:00")
ONE = Standing("interview", State.OPEN, 1, resolve(DAY), None, None, None, (), (), ())

OTHER: dict[str, dict[str, Any]] = {
    "state": {"state": State.OVERDUE},
    "attempt": {"attempt": 2},
    "due": {"due": resolve(DAY, [Extension(date(2022, 1, 20), "extension")])},
    "filed_at": {"filed_at": AT},
    "passed_at": {"passed_at": AT},
    "timeliness": {"timeliness": "extended"},
    "refusals": {"refusals": ("interviews.ratio",), "mends": ("不足 3:1",)},
    "mends": {"refusals": ("interviews.ratio",), "mends": ("不足 2:1",)},
    "waived": {"waived": ("interviews.ratio",)},
    "on_paper": {"on_paper": True},
    "second": {"second": resolve(date(2022, 3, 1))},
    "second_at": {"second_at": AT},
    "second_late": {"second_late": True},
}


def test_all_by_which_one_can_differ_is_said() -> None:
    assert OTHER.keys() == {one.name for one in fields(Standing)} - {"phase"}
    said = [in_words(ONE), *(in_words(replace(ONE, **other)) for other in OTHER.values())]
    assert len({*said}) == len(said)
