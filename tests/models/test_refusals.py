"""What a relay refused: every stage with every code, and by which of them an address counts as dead."""

from __future__ import annotations

from itertools import product

import pytest

from models.refused_recipients import DEAD, of_the_address, words
from post.connection import REFUSED

SENDER, RECIPIENT, CONTENT = REFUSED
CODES = (
    "", "5.0.0", "5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.5", "5.1.6", "5.1.7", "5.1.8", "5.1.9", "5.1.10",
    "5.2.0", "5.2.1", "5.2.2", "5.2.3", "5.2.4", "5.3.0", "5.3.4", "5.4.1", "5.4.4", "5.5.0", "5.5.1", "5.6.0",
    "5.7.0", "5.7.1", "5.7.26", "5.7.60", "4.1.1", "2.1.5",
)  # fmt: skip
NAMED = {"5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1"}
# A code of another class than the reply's says nothing: it is as if none were there.
OF_THE_ADDRESS = {(RECIPIENT, code) for code in NAMED | {"", "5.0.0", "5.1.0", "5.2.0", "5.5.0", "4.1.1", "2.1.5"}}
OF_THE_ADDRESS |= {(CONTENT, code) for code in NAMED}


@pytest.mark.parametrize(
    "form", ["{stage}：550 {code} no", "{stage}：550-{code} no", "{stage}：554  #{code} <a@b>: no"]
)
def test_an_address_is_dead_only_by_what_is_said_of_it(form: str) -> None:
    found = {
        (stage, code) for stage, code in product(REFUSED, CODES) if of_the_address(form.format(stage=stage, code=code))
    }
    assert found == OF_THE_ADDRESS


def test_the_stages_of_the_table_are_those_of_the_line() -> None:
    assert DEAD.keys() < set(REFUSED)


@pytest.mark.parametrize(
    "detail",
    [
        "",
        "550 5.1.1 no",
        "退信：550 5.1.1 gone",
        "已试 8 次：450 4.1.1 later",
        f"{RECIPIENT}：450 later",
        "张 核实：重发",
    ],
)
def test_what_is_no_refusal_at_a_known_stage_says_nothing(detail: str) -> None:
    assert not of_the_address(detail)


def test_the_relay_s_own_words_are_told() -> None:
    assert words(f"{RECIPIENT}：550 5.1.1 unknown：user") == "550 5.1.1 unknown：user"
