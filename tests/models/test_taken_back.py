"""A letter that is no longer owed keeps why: while it waits, in a worker's hand, and not over what became of it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, update

from models import taking_back
from models.columns import table_of
from models.tables.season import Letter
from post import claims, marks
from post.couriers import Delivery
from post.unknown_letters import Doubtful, resolve
from tests.support.scenes import NANJING, YEAR, Scene, instant

ROLL = "mentor-recommendation"
AT = instant("2022-01-05T09:00")


def stand(scene: Scene) -> tuple[str, str | None, bool]:
    """How the opening to Nanjing's office stands: its state, what is said of it, whether it was taken back."""
    letter = table_of(Letter)
    query = select(letter.c.state, letter.c.detail, letter.c.moot).where(
        letter.c.kind == "opened", letter.c.phase == ROLL, letter.c.recipient == f"city:{NANJING}"
    )
    with scene.database.read() as connection:
        row = connection.execute(query.order_by(letter.c.id).limit(1)).one()
    return row.state, row.detail, row.moot


@pytest.fixture
def opened(scene: Scene) -> Scene:
    scene.advance("2021-12-31T09:00")
    return scene


def test_what_waits_is_cancelled_and_says_why(opened: Scene) -> None:
    opened.extend(ROLL, [NANJING], "2022-01-05T10:00", date(2022, 1, 20))
    assert stand(opened) == ("cancelled", taking_back.REDATED, True)


def test_what_is_in_hand_says_why_once_it_is_let_go(opened: Scene) -> None:
    held = claims.claim(opened.database, "aa", AT, AT)
    opened.extend(ROLL, [NANJING], "2022-01-05T10:00", date(2022, 1, 20))
    assert stand(opened) == ("sending", taking_back.REDATED, True)
    answers = [Delivery(one.message_id, "withheld", "not handed over", tried=False) for one in held]
    marks.mark(opened.database, "aa", held, answers, AT, AT)
    assert stand(opened) == ("cancelled", taking_back.REDATED, True)


@pytest.mark.parametrize("state", ["failed", "unknown"])
def test_what_became_of_it_stays_on_record(opened: Scene, state: str) -> None:
    with opened.database.write(YEAR) as connection:
        lost = {"state": state, "detail": "250", "claim": "aa"}
        connection.execute(update(table_of(Letter)).values(lost))
    opened.extend(ROLL, [NANJING], "2022-01-05T10:00", date(2022, 1, 20))
    assert stand(opened) == (state, "250", True)


@pytest.mark.parametrize(("state", "why"), [("sending", taking_back.REDATED), ("unknown", marks.MOOT)])
def test_what_is_found_refused_after_it_was_taken_back_says_why_it_goes_out_no_more(
    opened: Scene, state: str, why: str
) -> None:
    held = claims.claim(opened.database, "aa", AT, AT)
    with opened.database.write(YEAR) as connection:
        connection.execute(update(table_of(Letter)).values(state=state, detail="250"))
    opened.extend(ROLL, [NANJING], "2022-01-05T10:00", date(2022, 1, 20))
    found = [Doubtful(one.id, state, "aa", 1, AT, one.message_id) for one in held]
    resolve(opened.database, found, {one.message_id: "refused" for one in held}, AT)
    assert stand(opened) == ("cancelled", why, True)
