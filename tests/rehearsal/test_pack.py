"""The season of 13 cities, as filed, ends as expected; and nothing is owed twice."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import post.sending
from acts.advance import Advance
from post.maildir import MaildirCourier
from tests.support import ledger
from tests.support.packs import DEMO, came_to, expected
from tests.support.scenes import Scene, stamp
from tests.support.shelf import MARKS, Shelf

pytestmark = pytest.mark.slow

Played = Callable[[str], Scene]


def test_the_season_ends_as_expected(kind: str, request: pytest.FixtureRequest) -> None:
    shelf: Shelf = request.getfixturevalue(f"{kind}_shelf")
    assert came_to(shelf.ended) == expected(DEMO)
    assert shelf.ended["unmet"] == []


def test_every_refusal_is_one_that_the_pack_expects(kind: str, request: pytest.FixtureRequest) -> None:
    shelf: Shelf = request.getfixturevalue(f"{kind}_shelf")
    said = [(one["city"], one["do"], one["outcome"], one["rules"]) for one in shelf.ended["refusals"]]
    assert said == [
        ("xuzhou", "submit", "returned", ["mentors.standing"]),
        ("xuzhou", "load", "refused", []),
        ("yangzhou", "submit", "refused", []),
        ("changzhou", "submit", "returned", ["applications.rank"]),
        ("suzhou", "submit", "returned", ["applications.grade"]),
        ("taizhou", "load", "form-errors", []),
        ("nantong", "submit", "returned", ["interviews.ratio"]),
        ("huaian", "submit", "returned", ["funding.city-cap"]),
    ]


@pytest.mark.parametrize("mark", MARKS)
def test_a_hundred_and_one_advances_at_the_same_instant_do_nothing(played: Played, mark: str) -> None:
    scene = played(mark)
    scene.advance(mark)
    before = ledger.fingerprint(scene.database)
    assert [scene.advance(mark) for _ in range(101)] == [Advance()] * 101
    assert ledger.fingerprint(scene.database) == before


def test_a_letter_that_promises_a_list_has_one(played: Played) -> None:
    """What a season really writes, not the specimens: 下列, 列示 are followed by application numbers."""
    with played(MARKS[-1]).database.read() as connection:
        letters = [(row.kind, row.recipient, row.text) for row in ledger.words(connection)]
    promising = [letter for letter in letters if any(word in letter[2] for word in ("列示", "下列"))]
    assert {kind for kind, _, _ in promising} == {"result", "passed"}
    assert [(kind, to) for kind, to, text in promising if not re.search(r"32\d\d-2022-\d{4}", text)] == []


def test_a_rehearsal_s_letters_do_not_leave_the_machine(played: Played, tmp_path: Path) -> None:
    scene = played(MARKS[0])
    sending = post.sending.send(
        scene.database, MaildirCourier(tmp_path), "省办 <p@office.example>", stamp("2022-01-17T09:00"), outside=True
    )
    with pytest.raises(post.sending.RehearsalMail, match="演练年度 2022"):
        asyncio.run(sending)
    assert list(tmp_path.iterdir()) == []
