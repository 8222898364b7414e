"""What offices say a party's address is: cities by filing, the province by deciding; one address is in force for all.

A draft says nothing. A filing brings its addresses into force, but never against what another office says: such a one
is a difference, which waits for the province, and the address in force stays.

Parties are shared by the years. One that is tried says nothing of parties of another, and what it says of its own ends
where another year names them: a party has the addresses of a trial alone, or none of any (decision 82).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, delete, exists, func, insert, or_, select, update

from models.columns import table_of
from models.database import book_of
from models.loading import corrected
from models.one_snapshot import once_a_snapshot
from models.suppression import redirect
from models.tables.city_drafts import draft_table
from models.tables.pool import Party, StatedAddress
from models.tables.season import Letter, Suppressed
from models.trial_years import mailboxes

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row, Select, Table

    from models.stamp import Stamp
    from phases.stored_sheet import StoredSheet

PROVINCE = "province"


class AddressesFiled(NamedTuple):
    """The parties, as in a letter's key, whose address a filing replaced, and those for whom the province decides.

    `left` are those of another year whose address a trial does not touch.
    """

    replaced: tuple[str, ...] = ()
    awaiting: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AddressDifference:
    """An address that a city filed against the one in force, and who says that one (none: nobody any more).

    `phase` is that by which it was filed. `dead`: the one in force is written to no more.
    """

    id: int
    party: int
    recipient: str
    name: str
    place: str
    city: str
    email: str
    as_of: datetime
    by: str
    held: str
    held_by: tuple[str, ...]
    dead: bool
    phase: str


def file(connection: Connection, year: int, phase: str, city: str, stamp: Stamp) -> AddressesFiled:
    """Take the addresses of a city's draft as filed: each comes into force where no other office says another."""
    return _take(connection, year, city, _given(connection, year, phase, city), stamp, _sheets(connection, phase))


def hold_known(
    connection: Connection, year: int, city: str, kind: str, given: Mapping[int, str], stamp: Stamp
) -> AddressesFiled:
    """Take addresses, by party of a kind, that a city says beside its filings; what it says of other parties stands.

    Its draft says them from now on as well: what is filed again does not bring back the ones before.
    """
    phase, sheet = book_of(connection).parties[kind]
    table = draft_table(sheet)
    mine = (table.c.year == year, table.c.city == city)
    query = select(table.c.party, table.c.email).where(*mine, table.c.party.in_(sorted(given)))
    if other := {key for key, email in connection.execute(query) if email != given[key]}:
        one = update(table).where(*mine, table.c.party == bindparam("key")).values(email=bindparam("mail"))
        connection.execute(one, [{"key": key, "mail": given[key]} for key in sorted(other)])
        form = next(form for form in phase.forms if sheet in form.sheets)
        corrected(connection, year, form.slug, city)
    return _take(connection, year, city, given, stamp, ())


class StatedParty(NamedTuple):
    """A party of which a city says an address; `dead`: the one in force is written to no more.

    `waits`: the city says another, about which the province is to decide.
    """

    kind: str
    name: str
    place: str
    dead: bool
    waits: bool


def known_by(connection: Connection, year: int, city: str) -> list[StatedParty]:
    """Give the parties of which a city says an address in a year, in their order."""
    table, party, dead = table_of(StatedAddress), table_of(Party), table_of(Suppressed)
    joined = table.join(party, party.c.id == table.c.party).outerjoin(dead, dead.c.address == func.lower(party.c.email))
    given_up, waits = dead.c.address.is_not(None), _differs(table, func.lower(party.c.email))
    query = select(party.c.kind, party.c.name, party.c.place, given_up, waits).select_from(joined)
    mine = query.where(table.c.office == city, table.c.year == year)
    return [StatedParty(*row) for row in connection.execute(mine.order_by(table.c.id))]


def said_by(connection: Connection, year: int, parties: Collection[int]) -> Mapping[int, tuple[str, ...]]:
    """Give by party the cities that say an address of it in a year."""
    found: dict[int, tuple[str, ...]] = {}
    for row in _said(connection, parties):
        if row.year == year and row.office != PROVINCE:
            found[row.party] = (*found.get(row.party, ()), row.office)
    return found


def _take(
    connection: Connection, year: int, city: str, given: Mapping[int, str], stamp: Stamp, kinds: Collection[str]
) -> AddressesFiled:
    """Put them in force where no other office says another; of the other parties of these kinds it says none now."""
    parties, left = _apart(connection, year, given)
    given = {key: email for key, email in given.items() if key not in left}
    said = _said(connection, given)
    own = {row.party: row for row in said if row.office == city}
    others = {(row.party, row.email.lower()) for row in said if row.office != city}
    foreign = {party for party, email in others if not _same(email, given[party])}
    changed = {key: email for key, email in given.items() if not _same(parties[key].email, email)}
    taken = {key: email for key, email in changed.items() if not parties[key].email or key not in foreign}
    dead = {key for key in changed if parties[key].dead}  # what was decided once holds while that one reaches somebody
    settled = {key for key, row in own.items() if row.settled and _same(row.email, given[key]) and key not in dead}
    _keep(connection, year, city, given, own, settled, stamp, kinds)
    _put_in_force(connection, {key: (parties[key].kind, email) for key, email in taken.items()})
    return AddressesFiled(
        tuple(_recipient(parties[key]) for key in taken if parties[key].email),
        tuple(_recipient(parties[key]) for key in changed if key not in taken and key not in settled),
        tuple(_recipient(parties[key]) for key in left),
    )


def _apart(connection: Connection, year: int, ids: Collection[int]) -> tuple[dict[int, Row[Any]], frozenset[int]]:
    """Hold these parties, and keep what is tried from what is meant; give them, and those a trial has no say about."""
    parties, tried = _parties(connection, ids), mailboxes(connection)
    if not tried:
        return parties, frozenset()
    said = _said(connection, ids)
    if year in tried:
        return parties, _of_others(connection, year, parties, said)
    invented = {row.party for row in said if row.year in tried}
    forget(connection, invented)
    return (_parties(connection, ids) if invented else parties), frozenset()


def _of_others(
    connection: Connection, year: int, parties: Mapping[int, Row[Any]], said: Collection[Row[Any]]
) -> frozenset[int]:
    """Give the parties whose address is not of this year alone, and those that another year wrote to."""
    table, keys = table_of(Letter), {_recipient(row): key for key, row in parties.items()}
    theirs = select(table.c.recipient).where(table.c.recipient.in_(sorted(keys)), table.c.year != year)
    written = {keys[one] for one in connection.execute(theirs.distinct()).scalars()}
    other, mine = ({row.party for row in said if (row.year == year) is own} for own in (False, True))
    known = {key for key, row in parties.items() if row.email}
    return frozenset(other | written | known - mine)


def forget(connection: Connection, parties: Collection[int]) -> None:
    """Leave these parties, of which a trial alone said an address, none."""
    stated, party = table_of(StatedAddress), table_of(Party)
    if parties:
        connection.execute(delete(stated).where(stated.c.party.in_(sorted(parties))))
        connection.execute(update(party).where(party.c.id.in_(sorted(parties))).values(email=""))


def _given(connection: Connection, year: int, phase: str, city: str) -> dict[int, str]:
    """The addresses that the city's draft gives, by party; of mentors, those whom the city took.

    One that was emptied, for its key was lost, takes nothing back: what the city said of that party stands.
    """
    found: dict[int, str] = {}
    for sheet in _sheets(connection, phase).values():
        table = draft_table(sheet)
        query = select(table.c.party, table.c.email).where(table.c.year == year, table.c.city == city)
        rows = connection.execute(query.where(table.c.taken) if "taken" in table.c else query)
        found |= dict(rows.tuples().all())
    emptied = [party for party, email in found.items() if not email]
    stood = {row.party: row.email for row in _said(connection, emptied) if row.office == city}
    return {party: email or stood[party] for party, email in found.items() if email or party in stood}


def _sheets(connection: Connection, phase: str) -> dict[str, StoredSheet]:
    """The sheets by which cities file addresses in a phase, by the kind of party."""
    return {kind: sheet for kind, (of, sheet) in book_of(connection).parties.items() if of.slug == phase}


def _parties(connection: Connection, ids: Collection[int]) -> dict[int, Row[Any]]:
    if not ids:
        return {}
    table = table_of(Party)
    given_up = table_of(Suppressed).c.address == func.lower(table.c.email)
    query = select(table.c.id, table.c.kind, table.c.email, exists().where(given_up).label("dead"))
    query = query.where(table.c.id.in_(sorted(ids)))
    return {row.id: row for row in connection.execute(query.order_by(table.c.id).with_for_update())}


def _said(connection: Connection, ids: Collection[int]) -> list[Row[Any]]:
    if not ids:
        return []
    table = table_of(StatedAddress)
    return list(connection.execute(select(table).where(table.c.party.in_(sorted(ids)))))


def _keep(
    connection: Connection,
    year: int,
    city: str,
    given: Mapping[int, str],
    own: Mapping[int, Row[Any]],
    settled: Collection[int],
    stamp: Stamp,
    kinds: Collection[str],
) -> None:
    """Keep what the city says now, and no longer what it said in this year of those of these kinds not named now."""
    table, party = table_of(StatedAddress), table_of(Party)
    same = {key for key, row in own.items() if row.year == year and _same(row.email, given[key])}
    same -= {key for key in same if own[key].settled and key not in settled}
    fresh = [key for key in given if key not in same]
    of_kinds = select(party.c.id).where(party.c.kind.in_(kinds))
    dropped = (table.c.year == year) & table.c.party.in_(of_kinds) & table.c.party.not_in(sorted(given))
    connection.execute(delete(table).where(table.c.office == city, or_(dropped, table.c.party.in_(sorted(fresh)))))
    if fresh:
        rows = [{"party": key, "email": given[key], "settled": key in settled} for key in fresh]
        same_for_all = {"office": city, "year": year, **stamp.columns()}
        connection.execute(insert(table).inline(), [row | same_for_all for row in rows])


def _put_in_force(connection: Connection, addresses: Mapping[int, tuple[str, str]]) -> int:
    """Give these parties their address (kind and address by id); what waits for them goes there. Give how many."""
    if not addresses:
        return 0
    table = table_of(Party)
    one = update(table).where(table.c.id == bindparam("key")).values(email=bindparam("mail"))
    connection.execute(one, [{"key": key, "mail": mail} for key, (_, mail) in addresses.items()])
    return redirect(connection, {f"{kind}:{key}": mail for key, (kind, mail) in addresses.items()})


def _recipient(party: Row[Any]) -> str:
    return f"{party.kind}:{party.id}"


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower()


@once_a_snapshot
def differences(connection: Connection, year: int, as_of: datetime) -> tuple[AddressDifference, ...]:
    """Give what of a year waited for the province at an instant, and still does, the oldest first."""
    table = table_of(StatedAddress)
    return _shown(connection, _waiting().where(table.c.year == year, table.c.as_of <= as_of))


def find(connection: Connection, year: int, number: int) -> AddressDifference | None:
    """Give one difference that waits; None where there is none of that number."""
    table = table_of(StatedAddress)
    return next(iter(_shown(connection, _waiting().where(table.c.year == year, table.c.id == number))), None)


def hold(connection: Connection, year: int, number: int) -> AddressDifference | None:
    """Give one difference that waits, and keep everybody else from its party to the end; None where it waits no more.

    Parties are shared by the years: neither a filing nor another decision comes in between.
    """
    table, party = table_of(StatedAddress), table_of(Party)
    whose = select(table.c.party).where(table.c.id == number).scalar_subquery()
    connection.execute(select(party.c.id).where(party.c.id == whose).with_for_update())
    return find(connection, year, number)


class AddressDecision(NamedTuple):
    """What the province last decided for a recipient, as in a letter's key: `taken`, the address that `city` filed.

    `phase` is that by which it was filed.
    """

    recipient: str
    city: str
    taken: bool
    by: str
    as_of: datetime
    phase: str


def decision(connection: Connection, year: int, number: int) -> AddressDecision | None:
    """Give the decision for which a difference of the year waits no more; None where it was none."""
    table, party, last = table_of(StatedAddress), table_of(Party), table_of(StatedAddress).alias()
    decided = (last.c.party == table.c.party) & (last.c.office == PROVINCE)
    joined = table.join(party, party.c.id == table.c.party).join(last, decided)
    columns = (party.c.kind, table.c.party, table.c.office, table.c.email, last.c.email, last.c.by, last.c.as_of)
    query = select(*columns).select_from(joined).where(table.c.id == number, table.c.year == year, table.c.settled)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    kind, key, city, filed, chosen, by, as_of = row
    of, _ = book_of(connection).parties[kind]
    return AddressDecision(f"{kind}:{key}", city, _same(filed, chosen), by, as_of, of.slug)


def _waiting() -> Select[Any]:
    table, party, dead = table_of(StatedAddress), table_of(Party), table_of(Suppressed)
    in_force = func.lower(party.c.email)
    columns = (table, party.c.kind, party.c.name, party.c.place, party.c.email.label("held"), dead.c.address)
    joined = table.join(party, party.c.id == table.c.party).outerjoin(dead, dead.c.address == in_force)
    return select(*columns).select_from(joined).where(_differs(table, in_force)).order_by(table.c.as_of, table.c.id)


def _differs(said: Table, in_force: ColumnElement[str]) -> ColumnElement[bool]:
    return ~said.c.settled & (func.lower(said.c.email) != in_force)


def _shown(connection: Connection, query: Select[Any]) -> tuple[AddressDifference, ...]:
    rows, filed_by = connection.execute(query).all(), book_of(connection).parties
    said = defaultdict(list)
    for one in _said(connection, {row.party for row in rows}):
        said[one.party].append(one)
    return tuple(
        AddressDifference(
            row.id,
            row.party,
            f"{row.kind}:{row.party}",
            row.name,
            row.place,
            row.office,
            row.email,
            row.as_of,
            row.by,
            row.held,
            tuple(sorted(one.office for one in said[row.party] if _same(one.email, row.held))),
            row.address is not None,
            filed_by[row.kind][0].slug,
        )
        for row in rows
    )


def filed(connection: Connection, city: str | None, parties: Collection[int]) -> frozenset[str]:
    """Give of these parties, as in a letter's key, those of whom that city (None: anybody) alone filed an address."""
    table, said = table_of(Party), table_of(StatedAddress)
    query = select(table.c.kind, table.c.id).where(table.c.id.in_(parties))
    if city is not None:
        others = select(said.c.party).where(said.c.office.not_in((city, PROVINCE)))
        query = query.join(said, said.c.party == table.c.id).where(said.c.office == city, table.c.id.not_in(others))
    return frozenset(f"{kind}:{key}" for kind, key in connection.execute(query))


def concerned(connection: Connection, year: int, party: int) -> tuple[str, ...]:
    """Give the cities that filed an address of this party in this year."""
    return said_by(connection, year, [party]).get(party, ())


def decide(connection: Connection, year: int, one: AddressDifference, *, take: bool, stamp: Stamp) -> int:
    """Put the city's address in force, or keep the one that is; the difference is settled, and so is what lost.

    From now on the province says the address that was chosen. Give how many letters that wait go elsewhere.
    """
    table, chosen = table_of(StatedAddress), one.email if take else one.held
    lost = (table.c.party == one.party) & (func.lower(table.c.email) == one.held.lower())
    over = or_(table.c.id == one.id, lost) if take else table.c.id == one.id
    connection.execute(update(table).where(over).values(settled=True))
    connection.execute(delete(table).where(table.c.party == one.party, table.c.office == PROVINCE))
    row = {"party": one.party, "office": PROVINCE, "year": year, "email": chosen, "settled": True}
    connection.execute(insert(table).values(row | stamp.columns()))
    kind = one.recipient.partition(":")[0]
    return _put_in_force(connection, {one.party: (kind, chosen)}) if take else 0
