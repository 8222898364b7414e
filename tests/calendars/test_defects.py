"""What is said of a defect: what it was and came of, where, and no word of it."""

from __future__ import annotations

import pytest

from calendars.defects import in_brief

HERE = "tests/calendars/test_defects.py"


def refuse() -> None:
    raise ValueError("王小明")


def carry() -> None:
    try:
        refuse()
    except ValueError as error:
        raise KeyError("3209-2022-0007") from error


def in_a_group() -> None:
    try:
        refuse()
    except ValueError as error:
        raise ExceptionGroup("王小明", [error]) from None


def alone() -> None:
    try:
        refuse()
    except ValueError:
        raise OSError("王小明") from None


def line(of: object, more: int) -> str:
    return f"{HERE}:{of.__code__.co_firstlineno + more}"  # type: ignore[attr-defined]


def test_kinds_and_places_are_said_down_to_what_it_came_of_and_no_word() -> None:
    found = []
    for raising in (refuse, carry, in_a_group, alone):
        with pytest.raises((ValueError, KeyError, ExceptionGroup, OSError)) as caught:
            raising()
        found.append(in_brief(caught.value))
    at = line(test_kinds_and_places_are_said_down_to_what_it_came_of_and_no_word, 4)
    refused = f"{line(carry, 2)} {line(refuse, 1)}"
    assert found == [
        f"ValueError {at} {line(refuse, 1)}",
        f"KeyError {at} {line(carry, 4)} < ValueError {refused}",
        f"ExceptionGroup {at} {line(in_a_group, 4)} < ValueError {line(in_a_group, 2)} {line(refuse, 1)}",
        f"OSError {at} {line(alone, 4)}",
    ]


def test_errors_that_came_of_each_other_are_said_once() -> None:
    one, other = ValueError("王小明"), KeyError("王小明")
    one.__cause__, other.__cause__ = other, one
    assert in_brief(one) == "ValueError < KeyError"
