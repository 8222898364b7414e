from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from tests.support.kinds import KINDS, spared


def items(test: str, cases: list[str], kinds: tuple[str, ...] = KINDS, mark: str = "") -> list[pytest.Item]:
    made = [
        SimpleNamespace(
            nodeid=f"{test}[{kind}-{case}]",
            callspec=SimpleNamespace(params={"kind": kind}),
            get_closest_marker=lambda name: name if name == mark else None,
        )
        for kind in kinds
        for case in cases
    ]
    return cast("list[pytest.Item]", made)


def test_each_of_many_cases_runs_once_and_half_of_them_on_either_kind() -> None:
    found = items("t", [f"{state}-{event}" for state in "abcd" for event in "xy"])
    left = [item.nodeid for item in spared(found)]
    run = [item.nodeid[2:-1].partition("-") for item in found if item.nodeid not in left]
    assert sorted(case for _, _, case in run) == sorted({f"{state}-{event}" for state in "abcd" for event in "xy"})
    assert [sum(kind == one for kind, _, _ in run) for one in KINDS] == [4, 4]


ACT = "tests/acts/test_an_act.py"


def test_where_no_statement_is_said_the_tests_of_a_module_share_the_kinds() -> None:
    found = [item for test in "abcd" for item in items(f"{ACT}::{test}", ["x"])]
    left = [item.nodeid for item in spared(found)]
    run = [item.nodeid for item in found if item.nodeid not in left]
    assert sorted(one.partition("::")[2][0] for one in run) == [*"abcd"]
    assert [sum(kind in one for one in run) for kind in KINDS] == [2, 2]


@pytest.mark.parametrize(
    "found",
    [
        [item for test in "abcd" for item in items(f"{ACT}::{test}", ["x"], mark="each_on_both")],
        items("t", ["a", "b", "c"]),
        items("t", ["a", "b", "c", "d"], ("postgresql",)),
        [*items("t", ["a", "b"]), *items("u", ["a", "b"])],
        cast("list[pytest.Item]", [SimpleNamespace(nodeid="t", callspec=SimpleNamespace(params={"kind": "digest"}))]),
    ],
    ids=["a module about both", "few cases", "one kind", "two tests", "another kind of kind"],
)
def test_nothing_else_is_left_out(found: list[pytest.Item]) -> None:
    assert spared(found) == []
