"""What mail hosts answer, in their own words: only a mailbox that is not there says anything of the address."""

from __future__ import annotations

from itertools import product

import pytest

from models.mail_answers import STAGES, Meaning, meaning, of_the_address, words
from post.connection import REFUSED
from tests.support.providers import ANSWERS

SENDER, RECIPIENT, CONTENT = REFUSED


@pytest.mark.parametrize(("said", "meant"), [(said, meant) for meant, all_ in ANSWERS.items() for said in all_])
def test_an_answer_means_what_its_host_means_by_it(said: str, meant: Meaning) -> None:
    assert meaning(said) is meant


CODES = (
    "5.0.0", "5.1.0", "5.1.2", "5.1.3", "5.1.4", "5.1.5", "5.1.6", "5.1.7", "5.1.8", "5.1.9", "5.2.0", "5.2.1", "5.2.2",
    "5.2.3", "5.2.4", "5.3.0", "5.3.4", "5.4.1", "5.4.4", "5.5.0", "5.5.1", "5.6.0", "5.7.0", "5.7.1", "5.7.26",
    "4.1.1", "4.2.2", "4.4.7", "4.7.1",
)  # fmt: skip


@pytest.mark.parametrize(
    "form", ["{stage}：550 {code} no", "{stage}：550-{code} no", "{stage}：554  #{code} <a@b>: no"]
)
def test_by_its_code_alone_an_address_is_dead_where_it_says_that_there_is_no_mailbox(form: str) -> None:
    every = product(REFUSED, (*CODES, "5.1.1", "5.1.10", ""))
    found = {(stage, code) for stage, code in every if of_the_address(form.format(stage=stage, code=code))}
    assert found == set(product((RECIPIENT, CONTENT), ("5.1.1", "5.1.10")))


def test_the_stages_are_those_of_the_line() -> None:
    assert set(STAGES) < set(REFUSED)


@pytest.mark.parametrize(
    "detail",
    [
        "",
        "550 5.1.1 no such user",
        "退信：550 5.1.1 gone",
        "已试 8 次：450 4.1.1 user unknown",
        f"{SENDER}：550 5.1.1 no such user",
        f"{RECIPIENT}：450 user unknown",
        f"{RECIPIENT}：550 4.1.1 user unknown",
        "张 核实：重发",
    ],
)
def test_what_is_no_refusal_of_the_recipient_for_good_says_nothing(detail: str) -> None:
    assert not of_the_address(detail)


def test_the_relay_s_own_words_are_told() -> None:
    assert words(f"{RECIPIENT}：550 5.1.1 unknown：user") == "550 5.1.1 unknown：user"
