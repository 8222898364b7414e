"""R2, the acts: a gate and a rerun killed between two of their statements, done again, and held against a whole one."""

from __future__ import annotations

import os
import random
import shutil
import signal
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa

from models import record_chain, sealed
from models.database import Database
from phases.book import BOOK
from tests.proof import hands
from tests.proof.kills import folder
from tests.proof.races import PHASE
from tests.support import ledger
from tests.support.outbox import Account
from tests.support.scenes import Scene

CITY = "nanjing"
Act = Callable[[Scene], Any]
GATE: Act = partial(Scene.submit, phase=PHASE, city=CITY, at="2022-01-11T10:00")
RERUN: Act = partial(
    Scene.rerun, phase="mentor-recommendation", city=CITY, at="2022-01-17T10:00", until=date(2022, 1, 18)
)


def killed(season: Path, act: Act, times: int, seed: int, control: hands.Control | None = None) -> Account:
    """Kill the act before one of its statements each time; rows missing are lost, rows too many are extra."""
    chance = random.Random(seed)
    with (
        folder() as home,
        patch.object(record_chain, "salt", lambda: "as if drawn"),
        patch.object(sealed, "nonce", lambda: bytes(sealed.NONCE)),
    ):
        whole = Path(shutil.copy(season, home / "whole.db"))
        statements = _statements(whole, act)
        wanted = _rows(whole)
        lost = extra = 0
        for time in range(times):
            path = Path(shutil.copy(season, home / f"{time}.db"))
            _kill(path, act, chance.randint(1, statements), control)
            _done(path, act)
            found = _rows(path)
            lost, extra = lost + (wanted - found).total(), extra + (found - wanted).total()
    return Account(lost=lost, extra=extra)


def _scene(path: Path) -> Scene:
    return Scene(Database(f"sqlite:///{path}", BOOK), Scene.begin(Database(f"sqlite:///{path}", BOOK)).year)


def _done(path: Path, act: Act) -> None:
    scene = _scene(path)
    act(scene)
    scene.database.dispose()


def _statements(path: Path, act: Act) -> int:
    """Do the whole act; give how many statements it took."""
    count = 0

    def one_more(*_: object) -> None:
        nonlocal count
        count += 1

    scene = _scene(path)
    sa.event.listen(scene.database.engine, "before_cursor_execute", one_more)
    assert act(scene).done
    scene.database.dispose()
    return count


def _kill(path: Path, act: Act, nth: int, control: hands.Control | None) -> None:
    pid = os.fork()
    if pid:
        if hands.wait(pid) != -signal.SIGKILL and control is None:
            raise RuntimeError("the act was not killed")
        return
    try:
        if control is not None:
            control()
        scene = _scene(path)
        left = iter(range(1, nth))

        def reach(*_: object) -> None:
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        sa.event.listen(scene.database.engine, "before_cursor_execute", reach)
        act(scene)
    except BaseException:  # noqa: BLE001 - a child must not come back into its parent's code
        traceback.print_exc()
    os._exit(1)


def _rows(path: Path) -> Counter[tuple[str, str]]:
    database = Database(f"sqlite:///{path}", BOOK)
    found = Counter((table, repr(row)) for table, rows in ledger.everything(database).items() for row in rows)
    database.dispose()
    return found


def without_a_transaction() -> None:
    """The control: each statement stands by itself."""
    from models import database

    database._begin_sqlite = lambda connection: None  # noqa: ARG005
