"""Transactions: no update is lost, a reader sees one moment, a lock speaks Chinese."""

from __future__ import annotations

import errno
import stat
import threading
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, delete, event, func, insert, make_url, select, text, update
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool
from sqlmodel import SQLModel

from models import database as database_module
from models import migrate
from models.columns import table_of
from models.database import Busy, Database, NotPrepared, full, passes
from models.tables.season import Letter, ProgrammeYear
from phases.book import BOOK
from tests.support.requests_asked import ask
from tests.support.scenes import YEAR, Scene, instant

WORKERS, EACH = 4, 200


def count_up(url: str, failures: list[Exception]) -> None:
    """Read the revision, add one, write it: `EACH` times, each in a transaction that writes."""
    table, database = table_of(ProgrammeYear), Database(url, BOOK)
    for _ in range(EACH):
        try:
            with database.write(YEAR) as connection:
                seen = connection.execute(select(table.c.revision)).scalar_one()
                connection.execute(update(table).values(revision=seen + 1))
        except (Busy, DBAPIError) as error:
            failures.append(error)
    database.dispose()


def counted(scene: Scene) -> int:
    """How many of 800 increments by four writers at once are there in the end."""
    failures: list[Exception] = []
    workers = [threading.Thread(target=count_up, args=(scene.database.url, failures)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with scene.database.read() as connection:
        return int(connection.execute(select(table_of(ProgrammeYear).c.revision)).scalar_one()) - 1


@pytest.mark.slow
def test_no_update_is_lost(scene: Scene) -> None:
    assert counted(scene) == WORKERS * EACH


@pytest.mark.slow
def test_without_the_lock_updates_are_lost(scene: Scene, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a plain BEGIN, or a year's row that nobody locks."""
    if kind == "sqlite":
        monkeypatch.setattr(database_module, "_begin_sqlite", lambda connection: connection.exec_driver_sql("BEGIN"))
    else:
        monkeypatch.setattr(database_module, "text", lambda sql: text(sql.replace("FOR UPDATE", "")))
    assert counted(scene) < WORKERS * EACH


def test_a_reader_sees_one_moment(scene: Scene) -> None:
    table = table_of(ProgrammeYear)
    with scene.database.read() as reading:
        before = reading.execute(select(table.c.revision)).scalar_one()
        with scene.database.write(YEAR) as writing:
            writing.execute(update(table).values(revision=before + 1))
        assert reading.execute(select(table.c.revision)).scalar_one() == before
    with scene.database.read() as reading:
        assert reading.execute(select(table.c.revision)).scalar_one() == before + 1


def revision(connection: Connection) -> int:
    return int(connection.execute(select(table_of(ProgrammeYear).c.revision)).scalar_one())


def set_elsewhere(scene: Scene, to: int) -> None:
    """What another process commits meanwhile."""
    other = Database(scene.database.url, BOOK)
    with other.write(YEAR) as writing:
        writing.execute(update(table_of(ProgrammeYear)).values(revision=to))
    other.dispose()


def test_reads_of_one_snapshot_see_one_moment_until_they_write(scene: Scene) -> None:
    database, seen = scene.database, []

    def look() -> None:
        with database.read() as reading:
            seen.append(revision(reading))

    with database.one_snapshot():
        look()
        set_elsewhere(scene, 2)
        look()
        with database.read() as within:
            with database.write(YEAR) as writing:
                writing.execute(update(table_of(ProgrammeYear)).values(revision=3))
            look()
            seen.append(revision(within))
        look()
        set_elsewhere(scene, 4)
        look()
    look()
    assert seen == [1, 1, 3, 1, 3, 3, 4]


def test_a_read_that_failed_ends_the_snapshot(scene: Scene) -> None:
    with scene.database.one_snapshot():
        with pytest.raises((DBAPIError, NotPrepared)), scene.database.read() as reading:
            reading.execute(text("SELECT nothing FROM nowhere"))
        set_elsewhere(scene, 2)
        with scene.database.read() as reading:
            assert revision(reading) == 2


def test_who_waits_to_write_holds_no_connection(scene: Scene) -> None:
    database, pool = scene.database, scene.database.engine.pool
    assert isinstance(pool, QueuePool)
    with database.one_snapshot():
        with database.read() as reading:
            revision(reading)
        out = [pool.checkedout()]
        with database.write(YEAR):
            out.append(pool.checkedout())
        with database.read():
            pass
    assert [*out, pool.checkedout()] == [1, 1, 0]


def test_work_in_steps_reads_apart(scene: Scene) -> None:
    seen = []
    with scene.database.one_snapshot():
        with scene.database.read() as reading:
            seen.append(revision(reading))
        with scene.database.apart():
            for to in (2, 3):
                set_elsewhere(scene, to)
                with scene.database.read() as reading:
                    seen.append(revision(reading))
    assert seen == [1, 2, 3]


def test_a_page_that_was_read_outlives_its_connection(scene: Scene) -> None:
    def gone(_connection: Connection) -> None:
        raise OperationalError("ROLLBACK", {}, Exception("the server hung up"))

    with scene.database.one_snapshot():
        with scene.database.read() as reading:
            seen = revision(reading)
        event.listen(scene.database.engine, "rollback", gone)
    event.remove(scene.database.engine, "rollback", gone)
    assert seen == 1


def test_an_error_takes_all_of_it_back(scene: Scene) -> None:
    table = table_of(ProgrammeYear)
    with pytest.raises(ZeroDivisionError), scene.database.write(YEAR) as connection:
        assert connection.execute(update(table).values(revision=99)).rowcount // 0
    with scene.database.read() as connection:
        assert connection.execute(select(table.c.revision)).scalar_one() == 1


def test_a_writer_that_waits_too_long_is_told_in_chinese(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "TURN_SECONDS", 0.1)
    other = Database(scene.database.url, BOOK)
    said = "数据库正忙（另一项操作尚未完成），请稍后再试。"
    with scene.database.write(YEAR), pytest.raises(Busy, match=said), other.write(YEAR):
        pass
    other.dispose()


def test_a_database_without_tables_says_what_to_run(empty_database_url: str) -> None:
    database = Database(empty_database_url, BOOK)
    with pytest.raises(NotPrepared, match="talent db upgrade"), database.read() as connection:
        connection.execute(select(table_of(ProgrammeYear)))
    database.dispose()


def test_the_file_of_children_is_made_by_an_upgrade_alone_and_is_its_owners(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "talent.db"
    database = Database(f"sqlite:///{path}", BOOK)
    with pytest.raises(NotPrepared), database.read():
        pass
    assert not path.exists()
    migrate.upgrade(database)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    database.dispose()


@pytest.mark.parametrize("table", ["transition", "filing"])
@pytest.mark.parametrize("change", ["UPDATE {} SET city = 'wuxi'", "DELETE FROM {}"])
def test_what_was_logged_or_judged_cannot_be_changed(scene: Scene, table: str, change: str) -> None:
    scene.file("mentor-recommendation", "nanjing")
    with scene.database.read() as connection:
        before = [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))]
    with pytest.raises(DBAPIError, match=f"{table} is append-only"), scene.database.write(YEAR) as connection:
        connection.execute(text(change.format(table)))
    with scene.database.read() as connection:
        assert [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))] == before != []


AT = instant("2022-01-10T09:00")
SIGNED = {"by": "省办", "at": AT, "as_of": AT}
PLACE = {"year": YEAR, "phase": "shortlist", "city": "yancheng", "attempt": 1}
ROWS: dict[str, dict[str, object]] = {
    "audit": SIGNED | {"what": "重新开放", "subject": "2022/shortlist/yancheng"},
    "amendment": SIGNED | {"year": YEAR, "calendar": "", "reason": "通知"},
    "call": SIGNED | PLACE | {"whom": "王", "said": "在办"},
    "case_note": SIGNED
    | {name: PLACE[name] for name in ("year", "phase", "city")}
    | {"token": "1", "office": "province", "internal": False, "text": "在办"},
    "request_answer": SIGNED | {"request": 1, "number": 1, "said": "granted"},
    "receipt": SIGNED | {"letter": select(func.min(table_of(Letter).c.id)).scalar_subquery()},
}


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_what_was_done_said_or_acknowledged_cannot_be_changed(scene: Scene, name: str, verb: str) -> None:
    scene.file("mentor-recommendation", "nanjing")
    table = SQLModel.metadata.tables[name]
    change = update(table).values(by="别人") if verb == "update" else delete(table)
    ask(scene.database, "2022-01-10T09:00")
    with scene.database.write(YEAR) as connection:
        connection.execute(insert(table).values(ROWS[name]))
    with pytest.raises(DBAPIError, match=f"{name} is append-only"), scene.database.write(YEAR) as connection:
        connection.execute(change)
    with scene.database.read() as connection:
        assert connection.execute(select(table.c.by)).scalars().all() == ["省办"]


GUARDED = {
    *("amendment", "audit", "award", "award_revoked", "call", "case_note", "chain_link", "consent_void", "filing"),
    *(
        "consent_wording",
        "fund_transfer",
        "transfer_void",
        "guardian_consent",
        "receipt",
        "request_answer",
        "transition",
    ),
}
BY = {"sqlite": ("UPDATE", "DELETE", "replace"), "postgresql": ("append_only", "truncate")}


def test_what_is_guarded_is_guarded_against_all(scene: Scene, kind: str) -> None:
    """Changing, deleting, replacing a row, and emptying the table."""
    asked = "name FROM sqlite_master WHERE type = 'trigger'" if kind == "sqlite" else "tgname FROM pg_trigger"
    with scene.database.read() as connection:
        found = {*connection.execute(text(f"SELECT {asked}")).scalars()}
    names = {f"{table}_{'' if guard == 'append_only' else 'no_'}{guard}" for table in GUARDED for guard in BY[kind]}
    assert {one for one in found if not one.startswith("RI_ConstraintTrigger")} == names


def test_the_url_of_a_server_names_the_driver_we_ship() -> None:
    assert make_url(Database("postgresql://talent@localhost/talent", BOOK).url).drivername == "postgresql+psycopg"
    assert instant("2022-01-01T00:00").utcoffset() is not None


def failure(database: Database, statement: str) -> Exception:
    with pytest.raises(DBAPIError) as failed, database.write() as connection:
        connection.execute(text(statement))
    database.dispose()
    return failed.value


def test_what_passes_is_told_from_what_is_wrong(scene: Scene, unused_tcp_port: int) -> None:
    gone = Database(f"postgresql://nobody@127.0.0.1:{unused_tcp_port}/none", BOOK)
    assert passes(Busy())
    assert passes(failure(gone, "SELECT 1"))
    assert not passes(failure(scene.database, "SELECT nonsense FROM programme_year WHERE"))
    assert not passes(ZeroDivisionError())
    if not scene.database.embedded:
        assert passes(failure(scene.database, "SELECT pg_terminate_backend(pg_backend_pid())"))


def test_a_full_disk_is_known_whichever_driver_says_so(tmp_path: Path) -> None:
    small = Database(f"sqlite:///{tmp_path}/small.db", BOOK)
    small.make()
    with small.write() as connection:
        connection.execute(text("CREATE TABLE page (words TEXT)"))
        connection.execute(text("PRAGMA max_page_count = 3"))
    found = failure(small, f"INSERT INTO page VALUES ('{'x' * 100_000}')")
    assert (type(found).__name__, full(found), passes(found)) == ("OperationalError", True, False)
    assert full(OperationalError("", {}, psycopg.errors.DiskFull("could not extend file")))
    assert full(OSError(errno.ENOSPC, "No space left on device"))
    assert not full(OperationalError("", {}, Exception("database is locked")))
