"""What can never be, asked of the rows themselves: nothing here is mended, for whatever broke it may break it again.

Each row of `INVARIANTS` is one question over all years; the rows that it gives are those that contradict it.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import String, and_, exists, false, func, or_, select, type_coerce

from gates.states import State
from models import guardian_consents, purges_done, record_chain
from models.columns import table_of
from models.contact_keys import Unopened
from models.database import book_of
from models.legible import legible
from models.letter_states import LetterState
from models.outbox import ALL
from models.tables.audit import AuditEntry
from models.tables.awards import AwardRevoked, AwardRow
from models.tables.catalogue import declared
from models.tables.record_chain import ChainLink
from models.tables.season import CityPhase, CityYear, Filing, Letter, ProgrammeYear, Transition
from models.tables.second_ways import SecondWay, ShortMessage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from sqlalchemy import ColumnElement, Connection, RowMapping, Select, Table


class Contradiction(NamedTuple):
    """A contradiction: which invariant (Chinese), the year, where in it, by slugs and numbers, and what is so.

    The year is 0 where it is of none.
    """

    invariant: str
    year: int
    where: str
    found: str

    def __str__(self) -> str:
        """Say where and what, without the invariant."""
        return f"{of_year(self.year)} {self.where}，{self.found}"


def of_year(year: int) -> str:
    """Name a year, 0 for none."""
    return f"{year} 年度" if year else "不分年度的记录"


def broken(connection: Connection) -> list[Contradiction]:
    """Give everything that contradicts itself in a database."""
    return [Contradiction(name, *row) for name, ask in INVARIANTS for row in ask(connection)]


Found = tuple[int, str, str]
SAME = ("state", "attempt", "filings", "since", "filed_at", "passed_at", "second_at", "tally", "on_paper", "as_of")
"""What the newest row of the log says of a city phase, as the city phase has it."""


def _log(connection: Connection) -> dict[tuple[int, str, str], list[RowMapping]]:
    log = table_of(Transition)
    rows = defaultdict(list)
    for row in connection.execute(select(log).order_by(log.c.year, log.c.phase, log.c.city, log.c.seq)).mappings():
        rows[row["year"], row["phase"], row["city"]].append(row)
    return rows


def _log_goes_on(connection: Connection) -> Iterator[Found]:
    """Its rows are numbered without a gap, and each begins in the state in which the one before it ended."""
    for (year, phase, city), rows in _log(connection).items():
        where = f"{phase}/{city}"
        if [row["seq"] for row in rows] != list(range(1, len(rows) + 1)):
            yield year, where, f"{len(rows)} 条记录，编号到 {rows[-1]['seq']}"
        for before, after in pairwise(rows):
            if before["to_state"] != after["from_state"]:
                yield year, where, f"第 {after['seq']} 条从 {after['from_state']} 开始，前一条到 {before['to_state']}"


def _stands_as_logged(connection: Connection) -> Iterator[Found]:
    """A city phase is what the newest row of its log says, and has as many moves as the log has rows."""
    log = _log(connection)
    for row in connection.execute(select(table_of(CityPhase))).mappings():
        rows = log.pop((row["year"], row["phase"], row["city"]), [])
        where = f"{row['phase']}/{row['city']}"
        if row["moves"] != len(rows):
            yield row["year"], where, f"变动 {row['moves']} 次，记录 {len(rows)} 条"
        said = {**rows[-1], "state": rows[-1]["to_state"], "filings": rows[-1]["filing"]} if rows else row
        for name in SAME:
            if row[name] != said[name]:
                yield row["year"], where, f"{name} 现为 {row[name]}，记录为 {said[name]}"
    for year, phase, city in log:
        yield year, f"{phase}/{city}", "有记录，没有这一市的这一阶段"


def _says_when(connection: Connection) -> Iterator[Found]:
    """What passed says when; what was filed, or passed within, says when it came in."""
    cell = table_of(CityPhase)
    lacking = or_(
        and_(cell.c.state == State.PASSED.value, cell.c.passed_at.is_(None)),
        and_(cell.c.state == State.SUBMITTED.value, cell.c.filed_at.is_(None)),
    )
    for row in connection.execute(select(cell).where(lacking)):
        yield row.year, f"{row.phase}/{row.city}", f"{row.state}，没有时间"


def _filings_are_kept(connection: Connection) -> Iterator[Found]:
    """The verdict of the last filing is there, and none of one that was never made."""
    cell, filing = table_of(CityPhase), table_of(Filing)
    same = and_(*(filing.c[name] == cell.c[name] for name in ("year", "phase", "city")))
    last = select(func.coalesce(func.max(filing.c.number), 0)).where(same).scalar_subquery()
    for row in connection.execute(select(cell, last.label("last")).where(cell.c.filings != last)):
        yield row.year, f"{row.phase}/{row.city}", f"报送 {row.filings} 次，判断到第 {row.last} 次"


def _letters_are_possible(connection: Connection) -> Iterator[Found]:
    """A letter's state is one; what was sent says when, what is in a hand whose; an envelope is of one recipient."""
    letter, lead, city = table_of(Letter), table_of(Letter).alias("lead"), table_of(CityYear)
    known = select(city.c.city).where(city.c.year == letter.c.year, city.c.city == letter.c.concerns)
    wrong: dict[str, Select[Any]] = {
        "没有这种状态": select(letter).where(letter.c.state.not_in([state.value for state in LetterState])),
        "已发，没有时间": select(letter).where(letter.c.state == LetterState.SENT.value, letter.c.sent_at.is_(None)),
        "发送中，不在谁手里": select(letter).where(
            letter.c.state == LetterState.SENDING.value, letter.c.claim.is_(None)
        ),
        "装在别人的信封里": select(letter)
        .join(lead, lead.c.id == letter.c.envelope)
        .where(lead.c.recipient != letter.c.recipient),
        "没有这个信封": select(letter).where(
            letter.c.envelope.is_not(None), ~exists().where(lead.c.id == letter.c.envelope)
        ),
        "所关的市不在本年度": select(letter).where(letter.c.concerns != ALL, ~known.exists()),
    }
    for said, query in wrong.items():
        for row in connection.execute(query):
            yield row.year, f"函件 {row.id}", said


def _rows_belong_somewhere(connection: Connection) -> Iterator[Found]:
    """Whatever is of a city and a year is of a city of that year."""
    city = table_of(CityYear)
    for table in declared(book_of(connection)).sorted_tables:
        if table.name in {CityYear.__tablename__, Letter.__tablename__} or not {"year", "city"} <= {*table.c.keys()}:
            continue
        there = exists().where(city.c.year == table.c.year, city.c.city == table.c.city)
        stray = select(table.c.year, table.c.city, func.count()).where(
            table.c.city.is_not(None), table.c.city != ALL, table.c.year.is_not(None), ~there
        )
        for year, slug, count in connection.execute(stray.group_by(table.c.year, table.c.city)):
            yield year, slug, f"{table.name} 有 {count} 行，年度里没有这个市"


def _years_are_whole(connection: Connection) -> Iterator[Found]:
    """Each city of a year has every phase of it."""
    year, city, cell = table_of(ProgrammeYear), table_of(CityYear), table_of(CityPhase)
    phases = select(func.count(func.distinct(cell.c.phase))).where(cell.c.year == year.c.year).scalar_subquery()
    here = select(func.count()).where(cell.c.year == city.c.year, cell.c.city == city.c.city).scalar_subquery()
    query = select(city.c.year, city.c.city, here, phases).join(year, year.c.year == city.c.year)
    for number, slug, own, all_ in connection.execute(query.where(here != phases)):
        yield number, slug, f"只有 {own} 个阶段，本年度 {all_} 个"


def _chain_holds(connection: Connection) -> Iterator[Found]:
    """What is on record hangs on its chain as it was written: nothing changed, taken out, put in or reordered."""
    yield from record_chain.misfits(connection)


def words_taken_out_are_on_record(connection: Connection) -> Iterator[Found]:
    """Where words of the record are gone, a purge on its chain reaches them: the chain alone would hold without."""
    deed, link = table_of(AuditEntry), table_of(ChainLink)
    told = select(deed).where(deed.c.what == purges_done.PURGING, deed.c.subject.startswith(purges_done.OF))
    proven = record_chain.chained(connection, deed, connection.execute(told).mappings().all())
    terms = {term for row in proven for term in purges_done.told_of(row["subject"], row["at"])}
    for record in record_chain.RECORDS:
        reached = (and_(link.c.strand == term.year, _before(record, term)) for term in terms)
        gone = select(link.c.strand, func.count()).join(record, record.c.id == link.c.row)
        gone = gone.where(link.c.record == record.name, record.c.purged.is_not(None), ~or_(false(), *reached))
        for strand, count in connection.execute(gone.group_by(link.c.strand).order_by(link.c.strand)):
            yield strand, record.name, f"{count} 行所写的内容已不在，没有清除它的记录"


def _before(record: Table, term: purges_done.Ended) -> ColumnElement[bool]:
    return record.c.at < term.until if term.year == purges_done.OF_NONE else record.c.at <= term.until


def _awards_go_on(connection: Connection) -> Iterator[Found]:
    """Papers are numbered from 1 without a gap, and nobody has a next one before the one before it was revoked."""
    award, revoked = table_of(AwardRow), table_of(AwardRevoked)
    counted = select(award.c.year, award.c.kind, func.count(), func.min(award.c.number), func.max(award.c.number))
    for year, kind, count, first, last in connection.execute(counted.group_by(award.c.year, award.c.kind)):
        if (first, last) != (1, count):
            yield year, kind, f"{count} 份，编号从 {first} 到 {last}"
    before = award.alias("before")
    same = and_(before.c.whose == award.c.whose, before.c.edition == award.c.edition - 1)
    held = exists().where(same, before.c.id.in_(select(revoked.c.award)))
    for row in connection.execute(select(award).where(award.c.edition > 1, ~held)):
        yield row.year, f"{row.kind}/{row.number}", "是补发的，原来的没有作废"


def _numbers_open(connection: Connection) -> Iterator[Found]:
    """Where people are, or were, told what is urgent can be read; that no key is there at all is said at start."""
    way, short, letter = table_of(SecondWay), table_of(ShortMessage), table_of(Letter)
    chosen = select(way.c.whose, type_coerce(way.c.address, String)).order_by(way.c.whose)
    for whose in _illegible(connection, "second_way.address", chosen):
        yield 0, str(whose), "急事另告的号码读不出来"
    told = select(short.c.letter, type_coerce(short.c.address, String)).order_by(short.c.letter)
    if found := _illegible(connection, "short_message.address", told):
        years = select(letter.c.id, letter.c.year).where(letter.c.id.in_(found)).order_by(letter.c.id)
        for number, year in connection.execute(years):
            yield year, f"函件 {number}", "短消息的号码读不出来"


def _illegible(connection: Connection, place: str, kept: Select[Any]) -> list[Any]:
    try:
        return [key for key, said in legible(place, connection.execute(kept).tuples()).items() if said is None]
    except Unopened:
        return []


CHAIN = "记录链完好"


def _consents_are_logged(connection: Connection) -> Iterator[Found]:
    """What an office recorded of guardians' consent stands in the log as it is, by number and digest; nothing lacks."""
    yield from guardian_consents.unlogged(connection)


INVARIANTS: tuple[tuple[str, Callable[[Connection], Iterator[Found]]], ...] = (
    ("记录首尾相接", _log_goes_on),
    ("状态与记录一致", _stands_as_logged),
    ("通过、报送有时间", _says_when),
    ("每次报送有判断", _filings_are_kept),
    ("函件说得通", _letters_are_possible),
    ("各行有所属", _rows_belong_somewhere),
    ("年度完整", _years_are_whole),
    (CHAIN, _chain_holds),
    ("清除有记录", words_taken_out_are_on_record),
    ("聘书、证书编号连续", _awards_go_on),
    ("急事另告读得出来", _numbers_open),
    ("监护人同意与记录一致", _consents_are_logged),
)
"""What holds of every database, in the order in which it is asked."""
