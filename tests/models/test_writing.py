"""Writing: by compare-and-set, all of it or none; a letter's key once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from gates.states import Event, State
from models import outbox, standing, writing
from models.columns import table_of
from models.outbox import LetterRow
from models.tables.season import Letter, ProgrammeYear, Transition
from models.writing import Move, Stale, Writes
from tests.support import ledger
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, instant, stamp

ROLL = "mentor-recommendation"
AT = "2022-01-05T10:00"


def opening(scene: Scene, city: str) -> Move:
    cell = scene.cell(ROLL, city)
    after = replace(cell, state=State.OPEN, moves=cell.moves + 1, since=instant(AT), as_of=instant(AT))
    return Move(cell, after, Event.OPEN, None)


def letter(slot: str = "*") -> LetterRow:
    return LetterRow(
        phase=ROLL, city=NANJING, attempt="1", recipient="city:nanjing", kind="opened", slot=slot, concerns=NANJING,
        address="nanjing@city.example", subject="开放", text="请报送", html="<p>请报送</p>", message_id="<1@example>",
    )  # fmt: skip


def write(scene: Scene, *moves: Move, letters: tuple[LetterRow, ...] = ()) -> None:
    with scene.database.write(YEAR) as connection:
        writing.write(connection, YEAR, Writes(moves=list(moves), letters=list(letters)), stamp(AT))


def test_a_city_phase_that_moved_meanwhile_is_not_moved_again(scene: Scene) -> None:
    nanjing, wuxi = opening(scene, NANJING), opening(scene, WUXI)
    write(scene, nanjing)
    before = ledger.fingerprint(scene.database)
    with pytest.raises(Stale, match=r"^1 个城市的状态在此期间已被另一操作改变"):
        write(scene, wuxi, nanjing)
    assert ledger.fingerprint(scene.database) == before


def test_several_moves_of_one_city_phase_are_one_change_and_each_a_log_row(scene: Scene) -> None:
    first = opening(scene, NANJING)
    second = Move(first.after, replace(first.after, state=State.OVERDUE, moves=2), Event.LAPSE, "到期")
    write(scene, first, second)
    assert scene.cell(ROLL, NANJING) == second.after
    table = table_of(Transition)
    with scene.database.read() as connection:
        rows = connection.execute(select(table.c.seq, table.c.event, table.c.from_state, table.c.to_state)).all()
    assert [tuple(row) for row in rows] == [(1, "open", "waiting", "open"), (2, "lapse", "open", "overdue")]


def test_a_letters_key_is_written_once_and_the_first_stays(scene: Scene) -> None:
    write(scene, letters=(letter(), letter("7@x")))
    write(scene, letters=(letter()._replace(subject="又开放"), letter("3@x")))
    table = table_of(Letter)
    with scene.database.read() as connection:
        rows = connection.execute(select(table.c.slot, table.c.subject).order_by(table.c.id)).all()
    assert [tuple(row) for row in rows] == [("*", "开放"), ("7@x", "开放"), ("3@x", "开放")]


def test_writing_nothing_leaves_the_revision(scene: Scene) -> None:
    def revision() -> int:
        with scene.database.read() as connection:
            return int(connection.execute(select(table_of(ProgrammeYear).c.revision)).scalar_one())

    first = revision()
    write(scene)
    assert revision() == first
    write(scene, opening(scene, NANJING))
    assert revision() == first + 1


def test_the_message_id_is_made_of_the_key() -> None:
    key = letter().key
    made = outbox.message_id("office.example", YEAR, key)
    assert made == outbox.message_id("office.example", YEAR, letter().key)
    assert made != outbox.message_id("office.example", YEAR + 1, key)
    assert made != outbox.message_id("office.example", YEAR, letter("7@x").key)
    assert (made[0], made[-16:]) == ("<", "@office.example>")


def test_a_year_that_is_not_open_says_what_to_run(scene: Scene) -> None:
    with scene.database.read() as connection, pytest.raises(standing.YearNotOpen, match="talent year open 2031"):
        standing.opened(connection, 2031)


def test_opening_a_year_again_changes_nothing(scene: Scene) -> None:
    before = ledger.fingerprint(scene.database)
    Scene.begin(scene.database, at="2022-01-01T00:00")
    assert ledger.fingerprint(scene.database) == before
