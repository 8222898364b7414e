"""What was changed in the record past all that guards it is found: edited, deleted, reordered, the tail cut off."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from calendars.deadlines import TZ
from commands.examining.database import of_the_database
from deployments import chain_heads
from deployments.lookout import Lookout
from models import audit, migrate, record_chain, restorations, snapshots
from models.append_only import lifted
from models.columns import table_of
from models.database import Database, patience
from models.invariants import CHAIN
from models.record_chain import BEGUN, COMMON, GONE, RECORDS, Head, Misfit
from models.stamp import Stamp
from models.tables.audit import AuditEntry
from models.tables.record_chain import ChainLink
from models.tables.restorations import Restoration
from phases.book import BOOK
from settings import HOUSE, Settings, home
from tests.support.canaries import UNLOCKED
from tests.support.scenes import OPENING, YEAR, Scene, stamp

NIGHT = datetime(2026, 12, 1, 4, 0, tzinfo=TZ)
SEEN = "第 2 环（audit 2）"
LAST = "(SELECT max(number) FROM chain_link WHERE strand = 2022)"


@pytest.fixture
def recorded(scene: Scene) -> Database:
    """A season's first day, and three deeds of no year."""
    scene.advance(OPENING)
    for subject in ("a", "b", "c"):
        with scene.database.write() as connection:
            audit.record(connection, stamp(OPENING), "登录", subject, address="192.0.2.7")
    return scene.database


def spoil(database: Database, *statements: str) -> None:
    """Change what is there, as somebody may who has the database in his hands."""
    with database.write("every") as connection:
        for guard in connection.execute(text(UNLOCKED[connection.dialect.name])).scalars().all():
            connection.execute(text(guard))
        for statement in statements:
            assert connection.execute(text(statement)).rowcount > 0


def found(database: Database, folder: Path) -> list[Misfit]:
    with database.read() as connection:
        lost = chain_heads.missing(folder, connection)
        assert {one.invariant for one in lost} <= {CHAIN}
        return [*record_chain.misfits(connection), *(Misfit(*one[1:]) for one in lost)]


SPOILT: dict[str, tuple[tuple[str, ...], list[tuple[int, str, str]]]] = {
    "edited": (
        ("UPDATE audit SET subject = 'B' WHERE id = 2",),
        [(COMMON, SEEN, "记录与入链时不同")],
    ),
    "deleted": (("DELETE FROM audit WHERE id = 2",), [(COMMON, SEEN, "记录已不在")]),
    "deleted with its link": (
        ("DELETE FROM audit WHERE id = 2", "DELETE FROM chain_link WHERE strand = 0 AND number = 2"),
        [(COMMON, "第 2 环", "没有这一环，下一环是第 3 环")],
    ),
    "reordered": (
        (
            "UPDATE audit SET id = 9 WHERE id = 2",
            "UPDATE audit SET id = 2 WHERE id = 3",
            "UPDATE audit SET id = 3 WHERE id = 9",
        ),
        [(COMMON, SEEN, "记录与入链时不同"), (COMMON, "第 3 环（audit 3）", "记录与入链时不同")],
    ),
    "put in": (
        ("INSERT INTO audit (id, at, as_of, by, what, subject) SELECT 9, at, as_of, by, what, 'z' FROM audit LIMIT 1",),
        [(COMMON, "audit 9", "记录没有入链")],
    ),
    "its tail cut": (
        ("DELETE FROM audit WHERE id = 3", "DELETE FROM chain_link WHERE strand = 0 AND number = 3"),
        [(COMMON, "第 3 环", "记下的是 {common}，已没有这一环")],
    ),
    "the log's tail cut": (
        (
            f"DELETE FROM transition WHERE id = (SELECT row FROM chain_link WHERE strand = 2022 AND number = {LAST})",
            f"DELETE FROM chain_link WHERE strand = 2022 AND number = {LAST}",
        ),
        [(YEAR, "第 {last} 环", "记下的是 {year}，已没有这一环")],
    ),
}


@pytest.mark.parametrize("how", SPOILT)
def test_what_was_changed_in_the_record_is_found(recorded: Database, tmp_path: Path, how: str) -> None:
    chain_heads.note(tmp_path, recorded, NIGHT)
    assert found(recorded, tmp_path) == []
    with recorded.read() as connection:
        common, year = record_chain.heads(connection)
    statements, said = SPOILT[how]
    spoil(recorded, *statements)
    told = {"common": common.chained[:16], "year": year.chained[:16], "last": year.number}
    assert found(recorded, tmp_path) == [
        Misfit(strand, where.format(**told), what.format(**told)) for strand, where, what in said
    ]


def test_a_chain_that_was_made_anew_is_not_the_one_that_was_written_down(recorded: Database, tmp_path: Path) -> None:
    """The control of the file: without it such a chain holds."""
    chain_heads.note(tmp_path, recorded, NIGHT)
    spoil(recorded, "UPDATE audit SET subject = 'C' WHERE id = 3", "DELETE FROM chain_link WHERE strand = 0")
    with recorded.write() as connection:
        rows = connection.execute(select(table_of(AuditEntry))).mappings().all()
        links = list(record_chain.linked(Head(COMMON, 0, ""), "audit", rows))
        columns = table_of(ChainLink).c.keys()
        connection.execute(insert(table_of(ChainLink)), [{key: getattr(one, key) for key in columns} for one in links])
        assert list(record_chain.misfits(connection)) == []
    (fault,) = found(recorded, tmp_path)
    assert (fault.strand, fault.where) == (COMMON, "第 3 环")
    assert f"现在是 {links[-1].chained[:16]}" in fault.found


CUT = SPOILT["its tail cut"][0]


def test_only_a_restoration_on_the_chain_forgives_what_is_gone(recorded: Database, tmp_path: Path) -> None:
    """The row of its table alone is anybody's who writes the database."""
    chain_heads.note(tmp_path, recorded, NIGHT)
    with recorded.read() as connection:
        common = record_chain.heads(connection)[0]
    spoil(recorded, *CUT)
    made, at = NIGHT - timedelta(hours=1), NIGHT + timedelta(hours=1)
    row = {"made_at": made, "at": at, "by": "省办", "reason": "磁盘坏了", "sent": []}
    with recorded.write() as connection:
        connection.execute(insert(table_of(Restoration)).values(row))
    assert [fault.where for fault in found(recorded, tmp_path)] == ["第 3 环"]
    with recorded.write("every") as connection:
        restorations.begin(connection, made, [], Stamp("省办", at, at), "磁盘坏了", [])
    assert found(recorded, tmp_path) == []
    with recorded.read() as connection:
        by_hand = [
            len(chain_heads.missing(tmp_path / "none", connection, [(when, common)]))
            for when in (None, made, NIGHT, at + timedelta(seconds=1))
        ]
    assert by_hand == [1, 1, 0, 1]
    link = f"SELECT row FROM chain_link WHERE record = 'audit' AND strand = 0 AND number = {common.number}"
    spoil(recorded, f"UPDATE audit SET reason = 'x' WHERE id = ({link})")
    assert "记下的是" in found(recorded, tmp_path)[-1].found


def test_a_cut_tail_is_found_by_the_night_and_the_doctor(
    recorded: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(HOUSE, str(tmp_path))

    async def nobody() -> None:
        """Take up nothing."""

    def told() -> list[str]:
        return [one.says for one in of_the_database(recorded, NIGHT, home()) if one.check == "数据"]

    looking = Lookout(recorded, Settings(), {}, nobody)
    chain_heads.note(tmp_path, recorded, NIGHT)
    looking.check_rows(NIGHT)
    assert (capsys.readouterr().out, told()) == ("", [])
    spoil(recorded, *CUT)
    looking.check_rows(NIGHT + timedelta(days=1))
    assert "数据核对：1 处自相矛盾" in capsys.readouterr().out
    (said,) = told()
    assert said.startswith("有 1 处自相矛盾，第一处：不分年度的记录 第 3 环，记下的是")


def test_heads_are_written_down_once_a_night(recorded: Database, tmp_path: Path) -> None:
    for at in (NIGHT, NIGHT.replace(hour=23), NIGHT.replace(day=2, hour=2), NIGHT.replace(day=2)):
        chain_heads.note(tmp_path, recorded, at)
    lines = (tmp_path / chain_heads.FILE).read_text().splitlines()
    assert [line.split()[0] for line in lines] == [NIGHT.isoformat()] * 2 + [NIGHT.replace(day=2).isoformat()] * 2
    with recorded.read() as connection:
        assert [chain_heads.read(line.split()[1]) for line in lines[:2]] == record_chain.heads(connection)


@pytest.mark.parametrize("table", ["transition", "audit", "chain_link"])
def test_what_is_on_record_cannot_be_emptied_or_replaced(recorded: Database, table: str) -> None:
    replaced = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1"
    statement = replaced if recorded.embedded else f"TRUNCATE {table} CASCADE"
    with pytest.raises(DBAPIError, match=f"{table} is append-only"), recorded.write("every") as connection:
        connection.execute(text(statement))


def test_a_copy_of_either_kind_has_the_same_chain(recorded: Database, tmp_path: Path) -> None:
    """What a backup holds and `talent db move` brings."""
    with recorded.read() as connection:
        before = record_chain.heads(connection)
    snapshots.take(recorded, tmp_path / "copy.db")
    with snapshots.opened(tmp_path / "copy.db", BOOK) as copy:
        assert found(copy, tmp_path) == []
        with copy.read() as connection:
            assert record_chain.heads(connection) == before


def without_words(database: Database) -> None:
    """Take out of the record what people wrote, as a purge does."""
    with database.write("every") as connection, lifted(connection, [table.name for table in RECORDS]):
        for table in RECORDS:
            for row in connection.execute(select(table)).mappings().all():
                left = record_chain.without_words(table.name, row)
                connection.execute(update(table).where(table.c.id == row["id"]).values(left))


def test_the_chain_holds_what_its_words_were_taken_out_of(recorded: Database, tmp_path: Path) -> None:
    chain_heads.note(tmp_path, recorded, NIGHT)
    for _ in range(2):  # taken out twice is taken out once
        without_words(recorded)
        assert found(recorded, tmp_path) == []
    with recorded.read() as connection:
        row = connection.execute(select(table_of(AuditEntry)).limit(1)).mappings().one()
    assert (row["by"], row["reason"], row["address"], row["salt"]) == (GONE, None, GONE, None)
    assert row["purged"] is not None
    assert set(row["purged"]) == {"by", "address"}
    said = (
        sha256(f" {name} {words}".encode()).hexdigest() for name in row["purged"] for words in ("省办", "192.0.2.7")
    )
    assert not {*row["purged"].values()} & {*said}, "whoever tries names against the digests must find nothing"
    with pytest.raises(DBAPIError, match="append-only"), recorded.write() as connection:
        connection.execute(text("UPDATE audit SET reason = 'x'"))


@pytest.mark.parametrize(
    "change", ["subject = 'B'", "by = '别人'", "reason = '另写的'", "purged = NULL", "address = NULL, purged = NULL"]
)
def test_what_is_changed_in_a_row_without_words_is_found(recorded: Database, tmp_path: Path, change: str) -> None:
    without_words(recorded)
    spoil(recorded, f"UPDATE audit SET {change} WHERE id = 2")
    assert found(recorded, tmp_path) == [Misfit(COMMON, SEEN, "记录与入链时不同")]


def downgrade(database: Database, to: str) -> None:
    with database.engine.connect().execution_options(talent_write=patience()) as connection, connection.begin():
        command.downgrade(migrate._config(connection), to)


def whole(connection: Connection) -> list[bool]:
    """Tell of each deed whether it hangs on the chain with its words, as the release before hashed them."""
    link, found = table_of(ChainLink), []
    columns = [column for column in table_of(AuditEntry).c if column.name not in {"salt", "purged"}]
    query = select(*columns, link.c.content).join(link, (link.c.record == "audit") & (link.c.row == columns[0]))
    for row in connection.execute(query).mappings():
        said = {
            name: value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value
            for name, value in row.items()
            if value is not None and name != "content"
        }
        packed = json.dumps(["audit", said], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        found.append(sha256(packed.encode()).hexdigest() == row["content"])
    return found


def test_an_upgrade_hangs_words_by_their_digests_and_going_back_whole(recorded: Database, tmp_path: Path) -> None:
    downgrade(recorded, "0038")
    with recorded.engine.connect() as connection:
        assert whole(connection) == [True] * 3
        links = [one for one in record_chain._links(connection) if isinstance(one, Misfit)]
    assert links == []
    migrate.upgrade(recorded)
    assert found(recorded, tmp_path) == []
    with recorded.read() as connection:
        assert None not in [row[0] for row in connection.execute(text("SELECT salt FROM audit"))]


def test_an_upgrade_forgives_nothing(recorded: Database, tmp_path: Path) -> None:
    """What did not fit the chain before does not fit the one that is made anew, nor the one that is gone back to."""
    spoilt = [Misfit(COMMON, SEEN, "记录与入链时不同"), Misfit(YEAR, "第 3 环", "与前一环接不上")]
    downgrade(recorded, "0038")
    spoil(
        recorded,
        "UPDATE audit SET reason = '另写的' WHERE id = 2",
        "UPDATE chain_link SET chained = 'x' WHERE strand = 2022 AND number = 3",
    )
    migrate.upgrade(recorded)
    assert found(recorded, tmp_path)[:2] == spoilt
    downgrade(recorded, "0038")
    migrate.upgrade(recorded)
    assert found(recorded, tmp_path)[:2] == spoilt


def test_there_is_no_going_back_from_words_that_were_taken_out(recorded: Database) -> None:
    without_words(recorded)
    with pytest.raises(ValueError, match="taken out"):
        downgrade(recorded, "0038")


def test_an_upgrade_chains_what_stands_and_says_from_where_on(recorded: Database, tmp_path: Path) -> None:
    downgrade(recorded, "0035")
    migrate.upgrade(recorded)
    assert found(recorded, tmp_path) == []
    with recorded.write() as connection:
        audit.record(connection, stamp(OPENING), "登录", "d")
        link = table_of(ChainLink)
        rows = connection.execute(select(link.c.number, link.c.record, link.c.row).where(link.c.strand == COMMON))
        assert [tuple(row) for row in rows] == [
            (1, "audit", 1), (2, "audit", 2), (3, "audit", 3), (4, BEGUN, 3), (5, "audit", 4),
        ]  # fmt: skip
    assert found(recorded, tmp_path) == []


def test_a_line_cut_short_spoils_no_other_and_is_named(recorded: Database, tmp_path: Path) -> None:
    """As a full disk or a power failure leaves it, or somebody who wrote a time without its offset."""
    file = tmp_path / chain_heads.FILE
    file.write_text(f"2022-01-01T03:00:00 2022-1-{'0' * 16}\n2021-12-31T03:0", encoding="utf-8")
    assert (chain_heads.unread(tmp_path), chain_heads.kept(tmp_path)) == ([1, 2], False)
    chain_heads.note(tmp_path, recorded, NIGHT)
    lines = file.read_text(encoding="utf-8").splitlines()
    assert [line[:19] for line in lines] == ["2022-01-01T03:00:00", "2021-12-31T03:0"] + [NIGHT.isoformat()[:19]] * 2
    assert (chain_heads.unread(tmp_path), found(recorded, tmp_path)) == ([1, 2], [])
    spoil(recorded, *CUT)
    assert len(found(recorded, tmp_path)) == 1
