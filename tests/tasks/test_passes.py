from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from acts.advance import Advance
from gates.states import Event, State
from models.outbox import LetterRow
from models.standing import Cell
from models.writing import Move
from season.outcome import Changes
from tasks.passes import CityPass, Pass, summarise

NOW = datetime(2022, 1, 16, tzinfo=UTC)


def cell(city: str, state: State, phase: str = "shortlist") -> Cell:
    return Cell(1, phase, city, state, 1, 0, 0, None, None, None, NOW, None, None)


def letter(city: str, kind: str) -> LetterRow:
    words: dict[str, Any] = dict.fromkeys(
        ("recipient", "slot", "concerns", "address", "subject", "text", "html"), "某人"
    )
    return LetterRow(phase="shortlist", city=city, attempt="1", kind=kind, message_id="m", **words)


def test_a_row_a_city_in_slugs_states_and_counts() -> None:
    moved = Move(cell("nanjing", State.OPEN), cell("nanjing", State.OVERDUE), Event.LAPSE, "张三")
    letters = (letter("nanjing", "overdue"), letter("nanjing", "overdue"), letter("*", "digest"))
    states = {("shortlist", city): State.OVERDUE for city in ("nanjing", "wuxi")}
    advance = Advance(Changes((moved,), letters), {"wuxi": "ValueError: 李四 的成绩"})
    assert summarise(2022, ["nanjing", "wuxi"], states, advance) == Pass(
        2022,
        (
            CityPass("nanjing", (("shortlist", "overdue"),), ("shortlist open→overdue",), {"overdue": 2}, None),
            CityPass("wuxi", (("shortlist", "overdue"),), (), {}, "ValueError"),
        ),
        other_letters=1,
    )


def test_a_pass_counts_and_names_who_failed() -> None:
    rows = (
        CityPass("nanjing", (), ("a", "b"), {"overdue": 2, "opened": 1}, None),
        CityPass("wuxi", (), (), {}, "KeyError"),
    )
    one = Pass(2022, rows, 4)
    assert (one.moves, one.letters, one.failed) == (2, 7, ("wuxi",))


def test_a_row_in_words() -> None:
    row = CityPass("wuxi", (("shortlist", "open"),), ("shortlist waiting→open",), {"opened": 2}, "KeyError")
    assert row.as_table() == {
        "城市": "wuxi",
        "状态": "shortlist open",
        "变动": "shortlist waiting→open",
        "函件": "opened×2",
        "结果": "失败（KeyError），等待重试",
    }


def states(*named: State) -> Pass:
    return Pass(2022, tuple(CityPass("c", (("shortlist", state),), (), {}, None) for state in named))


def test_waiting_is_said_only_where_nothing_else_is_under_way() -> None:
    assert states(State.WAITING, State.PASSED).waiting
    assert not states(State.WAITING, State.OPEN).waiting
    assert not states(State.PASSED, State.WITHDRAWN).waiting
