"""Beyond its term nothing of a child is left: in no table, file or restored backup; figures and chain stay."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, event, insert, select, text, update

from acts.consistency import contradictions
from acts.open_year import open_year
from acts.settle_letter import settle
from acts.signed_season import Purged, signed_season
from acts.year import close_year
from calendars.files import load
from commands.examining.database import of_the_database
from deployments import sealing
from deployments.backups import back_up
from deployments.purging import FILE, Damaged, NotYet, known, purge
from deployments.restoring import restore
from models import (
    accounts,
    audit,
    invariants,
    prepared_acts,
    purges_done,
    purging,
    record_chain,
    reports,
    snapshots,
    statistics,
)
from models.append_only import lifted
from models.columns import table_of
from models.database import Database
from models.filed_rows import keep
from models.prepared_acts import KeptAct, NewAct
from models.purges_done import PURGING, Ended, PurgedYear
from models.purging import BeyondTerm, after_months
from models.record_chain import BEGUN, GONE, RECORDS, Head, Link
from models.tables.audit import AuditEntry
from models.tables.catalogue import declared
from models.tables.pool import Party, StatedAddress
from models.tables.purges import Purge, StudentCount
from models.tables.record_chain import ChainLink
from models.tables.season import CityPhase, Letter, LetterBody, ProgrammeYear, Transition
from models.trained import with_trained
from phases.book import BOOK
from settings import BackupSettings, Settings
from tests.support import canaries
from tests.support.scenes import OPENING, YEAR, Scene, instant, stamp

CLOSED, BEFORE, AFTER = "2023-01-05T09:00", "2026-01-05T08:00", "2026-01-05T09:00"
OPENED = "2021-12-30T09:00:00.000001+08:00"
CHILDREN = 50
CHILD, WORD = "canarychild", "canary"
STAYS = frozenset({"account", "contact", "letter_template", "office", "student_count"})
"""What is of the offices' own people, and ends with their part in it; the names of schools beside their figures."""


def child(place: int) -> str:
    return f"{CHILD}{place:02}x"


@pytest.fixture
def planted(season_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A season that was put away, a word in all that anybody wrote in it, and fifty children of their own."""
    monkeypatch.setattr(sealing, "COST", 4)
    database = Database(season_url, BOOK)
    if database.embedded:  # as SQLite is on most machines: what is deleted stays in the file
        event.listen(database.engine, "connect", lambda made, _: made.execute("PRAGMA secure_delete=OFF"))
    canaries.plant(database)
    with database.write("every") as connection:
        connection.execute(table_of(StudentCount).delete())  # they are made of the rest
        _children(connection)
        _hang(connection)
        closed = {"closed_as_of": instant(CLOSED), "rehearsal": False}
        connection.execute(update(table_of(ProgrammeYear)).values(closed))
    yield database
    database.dispose()


def _children(connection: Connection) -> None:
    tables = declared(BOOK).tables
    student = tables["student"]
    numbers = list(connection.execute(select(student.c.number).order_by(student.c.number).limit(CHILDREN)).scalars())
    assert len(numbers) == CHILDREN
    for place, number in enumerate(numbers):
        for name in ("student", "score", "interview", "attendance", "evaluation"):
            table = tables[name]
            connection.execute(update(table).where(table.c.number == number).values(name=child(place)))
    filings = tables["filing"]
    cities = connection.execute(select(filings.c.city, filings.c.number).where(filings.c.phase == "application"))
    rows = [("application", city, number + 50) for city, number in cities]
    keep(connection, YEAR, rows)
    for key, facts in connection.execute(select(filings.c.id, filings.c.facts)).all():
        said = {**facts, "students": [child(0)]} if isinstance(facts, dict) else [child(0)]
        connection.execute(update(filings).where(filings.c.id == key).values(facts=said))
    about = stamp(CLOSED, by=child(1))
    audit.record(connection, about, "查看", "student/1", reason=child(2), address="192.0.2.7")


def _hang(connection: Connection) -> None:
    """Hang on the chain what the words were planted in."""
    kept = {(table.name, row["id"]): row for table in RECORDS for row in connection.execute(select(table)).mappings()}
    link = table_of(ChainLink)
    old = connection.execute(select(link).order_by(link.c.strand, link.c.number)).all()
    hung = {(one.record, one.row) for one in old}
    connection.execute(link.delete())
    head, made = Head(0, 0, ""), []
    strays = [(YEAR if name == "transition" else 0, name, key) for name, key in sorted(kept.keys() - hung)]
    rows = sorted([*((one.strand, one.record, one.row) for one in old), *strays], key=lambda one: one[0])
    for strand, record, row in rows:
        head = head if head.strand == strand else Head(strand, 0, "")
        said = "" if record == BEGUN else record_chain.content(record, kept[record, row])
        one = record_chain.next_link(head, record, row, said)
        head = Head(strand, one.number, one.chained)
        made.append({name: getattr(one, name) for name in Link.__slots__})
    connection.execute(insert(link), made)


def hits(database: Database, word: str) -> set[str]:
    """Give the tables in which a word stands anywhere."""
    with database.read() as connection:
        rows = (
            (table.name, row) for table in declared(BOOK).sorted_tables for row in connection.execute(select(table))
        )
        return {name for name, row in rows if word in json.dumps([*map(str, row)], ensure_ascii=False)}


def on_disk(database: Database) -> int:
    """Count the children in what a database keeps beside its rows: pages of its file, samples that PostgreSQL took."""
    if database.file is None:
        with database.read() as connection:
            taken = connection.execute(text("SELECT s::text FROM pg_stats s WHERE schemaname = current_schema()"))
            return sum(row.count(CHILD) for row in taken.scalars())
    return sum(file.read_bytes().count(CHILD.encode()) for file in database.file.parent.glob(f"{database.file.name}*"))


@dataclass
class Kept:
    """What stays as it was."""

    figures: dict[Any, int]
    totals: dict[str, int]
    trained: Mapping[str, int] | None
    heads: list[Head]

    @classmethod
    def of(cls, database: Database) -> Kept:
        with database.read() as connection:
            matrix = with_trained(connection, reports.matrix(connection, YEAR, instant(CLOSED)))
            heads = [head for head in record_chain.heads(connection) if head.strand == YEAR]
            return cls(statistics.of_year(connection, YEAR), dict(matrix.totals), matrix.trained, heads)


def sound(database: Database) -> bool:
    with database.read() as connection:
        return not list(record_chain.misfits(connection))


def told(database: Database, at: str) -> list[str]:
    """Give what doctor says of it."""
    return [one.says for one in of_the_database(database, instant(at)) if one.check == "个人信息"]


def test_beyond_its_term_nothing_of_a_child_is_left(planted: Database, tmp_path: Path) -> None:
    kept = BackupSettings(passphrase=SecretStr("thirteen words apart"), folder=tmp_path / "backups")
    settings = Settings(letters=tmp_path / "letters", secret_key=None, backup=kept)
    assert len(hits(planted, CHILD)) > 5
    assert sound(planted)
    before = Kept.of(planted)
    assert before.figures
    back_up(planted, settings, tmp_path, tmp_path / "a.backup", instant(BEFORE))
    assert [one for one in purge(planted, settings, tmp_path, stamp(BEFORE), "到期") if one.year] == []
    with pytest.raises(NotYet):
        purge(planted, settings, tmp_path, replace(stamp(BEFORE), as_of=instant(AFTER)), "到期")
    assert (told(planted, BEFORE), len(told(planted, AFTER))) == ([], 1)
    assert len(hits(planted, CHILD)) > 5
    if not planted.embedded:
        with planted.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    assert on_disk(planted)
    found = purge(planted, settings, tmp_path, stamp(AFTER), "到期")
    assert {"student", "filed_row", "transition", "letter_body", "party"} <= {one.table for one in found}
    _nothing_is_left(planted, before)
    assert told(planted, AFTER) == []
    assert purge(planted, settings, tmp_path, stamp(AFTER), "再次") == []
    with pytest.raises(Purged):
        signed_season(planted, YEAR, stamp(AFTER), b"secret")
    done = restore(planted, settings, tmp_path, tmp_path / "a.backup", stamp(AFTER), "磁盘坏了")
    assert "已再次清除" in done.notes[-1]
    _nothing_is_left(planted, before)


def _nothing_is_left(database: Database, before: Kept) -> None:
    assert (hits(database, CHILD), on_disk(database)) == (set(), 0)
    assert hits(database, WORD) - STAYS == set()
    assert (Kept.of(database), sound(database)) == (before, True)
    with database.read() as connection:
        assert list(invariants.words_taken_out_are_on_record(connection)) == []


def test_what_is_within_its_term_stays(scene: Scene) -> None:
    scene.advance(OPENING)
    with scene.database.write() as connection:
        for at in ("2022-01-05T09:00", "2022-12-31T09:00"):
            audit.record(connection, stamp(at), "登录", "a", address="192.0.2.7")
    rows = snapshots.counts(scene.database)

    def due(at: str) -> list[BeyondTerm]:
        with scene.database.read() as connection:
            return purging.due(connection, purging.ended(connection, instant(at)))

    assert (due("2023-01-05T08:59"), due("2031-01-05T09:00")) == ([], [BeyondTerm(0, "audit", 2, whole=False)])
    assert due("2023-01-05T09:01") == [BeyondTerm(0, "audit", 1, whole=False)]
    with scene.database.write("every") as connection:
        closed = {"closed_as_of": instant(CLOSED)}
        connection.execute(update(table_of(ProgrammeYear)).values(closed))
        calendar = scene.year.source_text.replace("people_months = 36", "people_months = 0")
        terms = purging.ended(connection, instant("2023-01-05T09:01"))
        purging.purge(connection, terms, stamp("2023-01-05T09:01"), "到期")
        again = [
            connection.execute(text(f"SELECT {what} FROM audit ORDER BY id LIMIT 2")).scalars().all()
            for what in ("by", "address")
        ]
    assert again == [[GONE, "省办"], [GONE, "192.0.2.7"]]
    after = snapshots.counts(scene.database)
    assert {name: after[name] - rows[name] for name in rows if after[name] != rows[name]} == {
        "audit": 1,
        "chain_link": 1,
        "purge": 1,
    }
    assert {one.year for one in due(AFTER)} == {0, YEAR}
    with scene.database.write("every") as connection:
        connection.execute(update(table_of(ProgrammeYear)).values(calendar=calendar))
    assert {one.year for one in due(AFTER)} == {0}


def test_what_another_year_says_too_stays(scene: Scene) -> None:
    """Words that letters of two years have, and a mentor whom both name, are the later one's as well."""
    scene.advance(OPENING)
    open_year(scene.database, load(2026), stamp(OPENING), rehearsal=True)
    letter, party, stated = table_of(Letter), table_of(Party), table_of(StatedAddress)
    with scene.database.write("every") as connection:
        shared, *alone = connection.execute(select(letter.c.body).distinct().order_by(letter.c.body)).scalars()
        if not alone:
            alone = ["own"]
            connection.execute(insert(table_of(LetterBody)).values(digest="own", text="甲", html="甲"))
            connection.execute(update(letter).where(letter.c.recipient == "city:wuxi").values(body="own"))
        row = dict(connection.execute(select(letter).where(letter.c.body == shared).limit(1)).mappings().one())
        connection.execute(insert(letter).values(row | {"id": 9999, "year": 2026}))
        connection.execute(insert(party), [
            {"id": one, "kind": "mentor", "name": name, "place": "某大学", "email": "m@mentor.example"}
            for one, name in ((901, "只在旧年度"), (902, "两个年度都有"))
        ])  # fmt: skip
        about = {"office": "nanjing", "email": "m@mentor.example", "settled": True, **stamp(OPENING).columns()}
        connection.execute(insert(stated), [about | {"party": 901, "year": YEAR}, about | {"party": 902, "year": 2026}])
        years = table_of(ProgrammeYear)
        connection.execute(update(years).where(years.c.year == YEAR).values(closed_as_of=instant(CLOSED)))
        purging.purge(connection, purging.ended(connection, instant(AFTER)), stamp(AFTER), "到期")
        body = table_of(LetterBody)
        left = dict(connection.execute(select(body.c.digest, body.c.text)).tuples().all())
        assert (left[shared] != GONE, {left[one] for one in alone}) == (True, {GONE})
        kept = connection.execute(select(letter.c.year, letter.c.address == row["address"])).tuples().all()
        assert dict(kept) == {YEAR: False, 2026: True}
        assert list(connection.execute(select(party.c.name).order_by(party.c.id)).scalars()) == [
            f"{GONE} 901",
            "两个年度都有",
        ]
        assert list(connection.execute(select(stated.c.party)).scalars()) == [902]


def test_words_that_were_taken_out_by_no_purge_on_record_are_found(scene: Scene) -> None:
    """The chain holds what whoever owns the tables takes out: that it was a purge, a deed on the chain has to say."""
    scene.advance(OPENING)
    log = table_of(Transition)
    with scene.database.write("every") as connection, lifted(connection, [log.name]):
        row = connection.execute(select(log).order_by(log.c.id).limit(1)).mappings().one()
        left = record_chain.without_words(log.name, row)
        connection.execute(update(log).where(log.c.id == row["id"]).values(left))
    found = [("清除有记录", YEAR, "transition", "1 行所写的内容已不在，没有清除它的记录")]
    _purge_on_record(scene, "2021-01-05T09:00", Ended(YEAR, instant(AFTER)))  # before the row was written
    assert [tuple(one) for one in contradictions(scene.database)] == found
    _purge_on_record(scene, AFTER, Ended(YEAR, instant(AFTER)))
    assert contradictions(scene.database) == []


def test_no_letter_goes_out_without_its_words(scene: Scene) -> None:
    """What has not arrived when its year is purged is cancelled; what comes back later is not sent again."""
    scene.advance(OPENING)
    letter, waiting = table_of(Letter), ("queued", "held", "awaiting", "failed", "unknown", "sent")
    with scene.database.write("every") as connection:
        keys = list(connection.execute(select(letter.c.id).order_by(letter.c.id).limit(len(waiting))).scalars())
        for key, state in zip(keys, waiting, strict=True):
            sent_at = instant(CLOSED) if state == "sent" else None
            connection.execute(update(letter).where(letter.c.id == key).values(state=state, sent_at=sent_at))
        connection.execute(update(table_of(ProgrammeYear)).values(closed_as_of=instant(CLOSED)))
        purging.purge(connection, purging.ended(connection, instant(AFTER)), stamp(AFTER), "到期")
        states = dict(connection.execute(select(letter.c.id, letter.c.state)).tuples().all())
        assert [states.pop(key) for key in keys] == ["cancelled"] * 5 + ["sent"]
        assert set(states.values()) <= {"cancelled"}
        assert purging.due(connection, purging.ended(connection, instant(AFTER))) == []
        connection.execute(update(letter).where(letter.c.id == keys[-1]).values(state="failed"))
    said = settle(scene.database, [keys[-1]], "resend", stamp(AFTER))
    assert (said.outcome, said.message) == ("refused", f"{keys[-1]} 号函件的内容已到期清除，不能重发。")
    assert settle(scene.database, [keys[-1]], "dropped", stamp(AFTER)).outcome == "done"


def test_words_that_no_year_has_are_gone_up_to_the_purges_instant_alone(scene: Scene) -> None:
    """What belongs to none is purged every year: that is no leave to blank what was written since."""
    deed, until = table_of(AuditEntry), "2025-01-05T09:00"
    with scene.database.write("every") as connection:
        audit.record(connection, stamp(until), "登录", "a", address="192.0.2.7")
    with scene.database.write("every") as connection, lifted(connection, [deed.name]):
        row = connection.execute(select(deed).order_by(deed.c.id.desc()).limit(1)).mappings().one()
        left = record_chain.without_words(deed.name, row)
        connection.execute(update(deed).where(deed.c.id == row["id"]).values(left))
    found = [("清除有记录", 0, "audit", "1 行所写的内容已不在，没有清除它的记录")]
    for at, gone in ((until, found), ("2025-01-05T09:01", [])):
        _purge_on_record(scene, AFTER, Ended(0, instant(at)), Ended(YEAR, instant(AFTER)))
        assert [tuple(one) for one in contradictions(scene.database)] == gone


def _purge_on_record(scene: Scene, at: str, *terms: Ended) -> None:
    with scene.database.write("every") as connection:
        audit.record(connection, stamp(at), PURGING, purges_done.subject(terms), reason="到期")


def test_nothing_waits_for_a_signature_in_a_year_that_ended(scene: Scene) -> None:
    """A page that asks what a prepared act would do reads its fields: of a purged one there are none."""
    with scene.database.write() as connection:
        account = accounts.add(connection, {"name": "a", "shown": "甲", "role": "admin", "made_by": "乙"} | {
            "made_at": instant(OPENING)
        })  # fmt: skip
        numbers = [
            prepared_acts.prepare(connection, YEAR, NewAct(act, (("reason", child(0)),), "豁免", None), one, account)
            for act, one in (("waive", stamp(OPENING)), ("close", stamp(OPENING)))
        ]
        connection.execute(update(table_of(CityPhase)).values(state="passed"))

    def kept() -> list[KeptAct | None]:
        with scene.database.read() as connection:
            return [prepared_acts.find(connection, YEAR, number) for number in numbers]

    assert close_year(scene.database, YEAR, stamp(CLOSED)).done
    assert [one and one.settled for one in kept()] == ["lapsed", None]  # which may be what closes it
    with scene.database.write("every") as connection:
        purging.purge(connection, purging.ended(connection, instant(AFTER)), stamp(AFTER), "到期")
        assert purging.due(connection, purging.ended(connection, instant(AFTER))) == []
    assert [one and (one.settled, one.fields) for one in kept()] == [("lapsed", ())] * 2


@pytest.mark.parametrize(("at", "months", "then"), [
    ("2023-01-05T09:00", 36, "2026-01-05T09:00"), ("2024-02-29T09:00", 12, "2025-02-28T09:00"),
    ("2023-01-31T09:00", 1, "2023-02-28T09:00"), ("2023-01-05T09:00", -12, "2022-01-05T09:00"),
])  # fmt: skip
def test_months_are_of_the_calendar(at: str, months: int, then: str) -> None:
    assert after_months(instant(at), months) == instant(then)


def test_a_machine_whose_database_is_lost_knows_what_was_purged(tmp_path: Path) -> None:
    """Of each database that was ever in the folder."""
    assert known(tmp_path) == []
    (tmp_path / FILE).write_text(
        f"0 {OPENED} 2025-01-05T09:00:00+08:00\n2022 {OPENED} 2026-01-05T09:00:00+08:00 anew\n"
    )
    own, other = datetime.fromisoformat(OPENED), instant(OPENING)
    purged = [PurgedYear(0, own, instant("2026-01-05T09:00")), PurgedYear(2022, other, instant(BEFORE))]
    assert known(tmp_path, purged) == [purged[0], PurgedYear(2022, own, instant(AFTER)), purged[1]]


def test_a_year_of_the_same_number_is_another(scene: Scene) -> None:
    """What was purged of a trial, or of another database, is not taken out of a real year that is restored."""
    scene.advance(OPENING)
    with scene.database.write() as connection:
        year = table_of(ProgrammeYear)
        connection.execute(insert(table_of(Purge)), [
            {"year": one, "until": instant(AFTER), "rows": {}, "reason": "到期", **stamp(AFTER).columns()}
            for one in (0, YEAR)
        ])  # fmt: skip
        connection.execute(update(year).values(rehearsal=True))
        assert purges_done.for_good(connection) == []
        connection.execute(update(year).values(rehearsal=False))
        purged = purges_done.for_good(connection)
        assert purges_done.of_these(connection, purged) == [Ended(0, instant(AFTER)), Ended(YEAR, instant(AFTER))]
        connection.execute(update(year).values(opened_at=instant(AFTER)))
        assert purges_done.of_these(connection, purged) == []


@pytest.mark.parametrize("line", [
    "half a li", "half line", "2022 2026-01-0", f"2022 {OPENED}", f"2022 {OPENED} 2026-01-05T09:00:00",
    f"2022 {OPENED} 2026-13-05T09:00:00+08:00", "", "\xff",
])  # fmt: skip
def test_a_damaged_line_stops_whoever_needs_it_and_is_named(tmp_path: Path, line: str) -> None:
    """A line passed over would put back, with an old backup, what it says is purged."""
    (tmp_path / FILE).write_text(f"0 {OPENED} {OPENED} anew\n{line}\n", encoding="latin-1")
    with pytest.raises(Damaged, match=f"{FILE} 第 2 行读不懂.*换上"):
        known(tmp_path)


def test_a_purge_that_was_cut_short_is_finished_by_the_next(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.advance(OPENING)
    with scene.database.write() as connection:
        connection.execute(update(table_of(ProgrammeYear)).values(closed_as_of=instant(CLOSED), rehearsal=False))
    settings, anew = Settings(letters=tmp_path / "letters", secret_key=None), list[set[str]]()

    def cut(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(snapshots, "write_anew", cut)
    with pytest.raises(OSError):  # noqa: PT011 -- as it comes
        purge(scene.database, settings, tmp_path, stamp(AFTER), "到期")
    assert (YEAR, instant(AFTER)) in [(one.year, one.until) for one in known(tmp_path)]
    monkeypatch.setattr(snapshots, "write_anew", lambda _, tables: anew.append(tables))
    assert purge(scene.database, settings, tmp_path, stamp(AFTER), "再次") == []
    assert [{"letter", "transition", "stated_address"} <= tables for tables in anew] == [True]
    assert purge(scene.database, settings, tmp_path, stamp(AFTER), "再次") == []
    assert len(anew) == 1
