"""Accounts that two people make at once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from acts.accounts import add, fresh_token
from models import accounts
from models.stamp import Stamp
from season.outcome import Outcome
from tests.support.kinds import EACH_ON_BOTH
from tests.support.scenes import Scene, instant

pytestmark = EACH_ON_BOTH

NOW = instant("2022-01-10T09:00")
STAMP = Stamp("省办", NOW, NOW)
ROW = {"name": "wang", "shown": "王", "role": "admin", "made_by": "省办", "made_at": NOW}


def test_who_adds_a_name_while_another_does_is_told_so(scene: Scene) -> None:
    with ThreadPoolExecutor(1) as pool:
        with scene.database.write() as connection:
            accounts.add(connection, ROW)
            other = pool.submit(
                add, scene.database, STAMP, "Wang", role="viewer", city=None, shown="王二", token=fresh_token(), by=None
            )
            time.sleep(0.5)  # by now it has found no such name, and waits for this transaction's row
        said = other.result()
    assert said.outcome == Outcome("refused", "用户名 wang 已经有了；请换一个，或给原账号重新发链接。")
    with scene.database.read() as connection:
        assert [(row.name, row.shown) for row in accounts.everybody(connection)] == [("wang", "王")]
