"""Who runs on a database is told apart from who only uses it."""

from __future__ import annotations

import pytest

from models import sole_runner
from models.database import Database
from models.sole_runner import RunsElsewhere, sole


def test_one_at_a_time_runs_on_a_database_whatever_its_folder(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sole_runner, "LEAVING_SECONDS", 0.0)
    other = Database(database.url, database.book)
    with sole(database):
        with pytest.raises(RunsElsewhere, match="另一个 talent up 已在用这个数据库"), sole(other):
            pass
        with other.read() as connection:  # it may be used all the same
            assert connection.closed is False
        other.dispose()
    with sole(other):
        pass
