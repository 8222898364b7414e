"""The programme's money: what each city is to have, what was paid and came back, what it spent (三(二), 七(一)).

What is due is read off what stands, as who is to have a paper is; what moved is on record, to the cent.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from sqlalchemy import func, insert, select

from models.columns import table_of
from models.facts.admission import FUNDED
from models.facts.scope import Scope, counting, in_training, withdrawn
from models.facts.training import spent_and_left
from models.one_snapshot import once_a_snapshot
from models.purges_done import purged_years
from models.tables.city_drafts import draft_table
from models.tables.fund_transfers import FundTransfer, TransferVoid
from models.writing import bump
from phases.application import STUDENTS
from phases.interview import INTERVIEWS
from phases.interview import PHASE as INTERVIEW
from phases.year_end import PHASE as YEAR_END

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection

    from calendars.year import Year
    from models.stamp import Stamp

Purpose = Literal["work", "grant"]
PURPOSES: Mapping[Purpose, str] = {"work": "工作经费", "grant": "学生资助经费"}
Direction = Literal["paid", "returned"]
DIRECTIONS: Mapping[Direction, str] = {"paid": "拨付", "returned": "收回"}

ClaimStanding = Literal["planned", "approved", "left", "gone"]
CLAIM_STANDINGS: Mapping[ClaimStanding, str] = {
    "planned": "报送的名单，尚未核定", "approved": "核定", "left": "已退出培养", "gone": "不再资助",
}  # fmt: skip
"""How far a sum is: on a list that was filed, due, of a student who left training since, or due no more."""

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class NewTransfer:
    """A sum that is to go on record: of a student's grant by his number, of working funds with ""."""

    purpose: Purpose
    way: Direction
    city: str
    number: str
    amount: Decimal
    day: date
    voucher: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Transfer(NewTransfer):
    """A sum on record by its number of the year, in yuan to the cent.

    `void` is why it was recorded in error, None where it counts.
    """

    serial: int = 0
    by: str = ""
    as_of: datetime | None = None
    void: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One sum that a city is to have, or had: its working funds, or a student's grant; amounts in yuan.

    `city` is where it was paid to, else where it would go now.
    """

    purpose: Purpose
    city: str
    number: str
    standing: ClaimStanding
    amount: Decimal
    paid: Decimal = NOTHING
    returned: Decimal = NOTHING
    on: date | None = None

    @property
    def kept(self) -> Decimal:
        """What was paid and did not come back."""
        return self.paid - self.returned

    @property
    def due(self) -> Decimal:
        """What is still to be paid; again where all of it came back, the rest where the year's figure was raised."""
        had = self.paid if self.kept else NOTHING
        return max(self.amount - had, NOTHING) if self.standing == "approved" else NOTHING

    @property
    def owed_back(self) -> Decimal:
        """What is to be returned; whether a student who left has to is for the province to say."""
        return self.kept if self.standing == "gone" else NOTHING


@dataclass(frozen=True, slots=True)
class CityAccount:
    """A city's sums of the year; `spent` and `left` are by its own account, None where it filed none."""

    city: str
    claims: tuple[Claim, ...]
    spent: Decimal | None
    left: Decimal | None

    def total(self, what: str, purpose: Purpose | None = None, *standings: ClaimStanding) -> Decimal:
        """Add up an amount of its claims, of a purpose or of both, of these standings or of all."""
        chosen = (one for one in self.claims if purpose in {None, one.purpose})
        return sum((getattr(one, what) for one in chosen if one.standing in (standings or CLAIM_STANDINGS)), NOTHING)

    def count(self, *standings: ClaimStanding) -> int:
        """Count the grants of these standings."""
        return sum(one.purpose == "grant" and one.standing in standings for one in self.claims)


def accounts(connection: Connection, year: Year, city: str | None = None) -> list[CityAccount]:
    """Give every city's account, or that of one, in the customary order."""
    found: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims(connection, year):
        found[claim.city].append(claim)
    scope = Scope.undated(connection, year)
    filed, account = counting(scope, YEAR_END.slug), spent_and_left(scope)
    chosen = (one.slug for one in year.cities if city in {None, one.slug})
    return [CityAccount(one, tuple(found[one]), *_filed(account.get(one), year, filed=one in filed)) for one in chosen]


def _filed(
    account: tuple[Decimal | None, Decimal | None] | None, year: Year, *, filed: bool
) -> tuple[Decimal | None, Decimal | None]:
    """Give what a filed account says was spent, and the rest, worked out."""
    if not filed or account is None or account[0] is None:
        return None, None
    return account[0], year.figures.city_funds - account[0]


def claims(connection: Connection, year: Year) -> list[Claim]:
    """Give what every city is to have, or had: city by city, its working funds, then its students by number.

    A grant that was paid and stands on no list now is due no more; of a purged year nothing is known but what moved.
    """
    of = Scope.undated(connection, year)
    left, grants = withdrawn(of), {one.number: one for one in _on_lists(connection, of)}
    funds, grant = Decimal(year.figures.city_funds), Decimal(year.figures.grant)
    work = {one: Claim("work", one, "", "gone" if one in left else "approved", funds) for one in of.cities}
    unlisted: ClaimStanding = "approved" if year.year in purged_years(connection) else "gone"
    for one in counted(transfers(connection, year.year)):
        if one.purpose == "work":
            work[one.city] = _moved(work[one.city], one)
        else:
            had = grants.get(one.number) or Claim("grant", one.city, one.number, unlisted, grant)
            grants[one.number] = _moved(had, one)
    order = {slug: place for place, slug in enumerate(of.cities)}
    return sorted([*work.values(), *grants.values()], key=lambda one: (order[one.city], one.number))


def _on_lists(connection: Connection, of: Scope) -> Iterator[Claim]:
    """Give the grants of the lists that count, of cities still in the year."""
    admitted, amount = draft_table(INTERVIEWS), Decimal(of.year.figures.grant)
    held, decided = counting(of, INTERVIEW.slug), counting(of, INTERVIEW.slug, decided=True)
    training = {city: frozenset(numbers) for city, numbers in in_training(of).items()}
    funded = of.of(INTERVIEWS, "number").where(admitted.c.admitted, admitted.c.funding == FUNDED)
    for city, number in connection.execute(funded):
        if city in held:
            trained: ClaimStanding = "approved" if number in training[city] else "left"
            yield Claim("grant", city, number, trained if city in decided else "planned", amount)


def students_names(connection: Connection, year: int, claims: Iterable[Claim]) -> dict[str, str]:
    """Give the names of those whose grants these are, by number; whose row is gone has none."""
    table = draft_table(STUDENTS)
    numbers = sorted(one.number for one in claims if one.number)
    query = select(table.c.number, table.c.name).where(table.c.year == year, table.c.number.in_(numbers))
    return dict(connection.execute(query).tuples().all())


def _moved(claim: Claim, by: Transfer) -> Claim:
    if by.way == "returned":
        return replace(claim, returned=claim.returned + by.amount)
    return replace(claim, city=by.city, paid=claim.paid + by.amount, on=by.day)


def counted(found: Iterable[Transfer]) -> list[Transfer]:
    """Leave out what was recorded in error."""
    return [one for one in found if one.void is None]


@once_a_snapshot
def transfers(connection: Connection, year: int) -> list[Transfer]:
    """Give every transfer of a year in the order recorded, those recorded in error too."""
    table, void = table_of(FundTransfer), table_of(TransferVoid)
    columns = ("purpose", "way", "city", "number", "amount", "day", "voucher", "reason", "serial", "by", "as_of")
    joined = table.outerjoin(void, void.c.transfer == table.c.id)
    query = select(*(table.c[name] for name in columns), void.c.reason).select_from(joined)
    rows = connection.execute(query.where(table.c.year == year).order_by(table.c.id))
    return [Transfer(*row) for row in rows]


def put(connection: Connection, year: int, new: Sequence[NewTransfer], stamp: Stamp) -> None:
    """Put transfers on record, in a transaction that excludes other writers of the year; `UNIQUE` forbids twice."""
    table = table_of(FundTransfer)
    places = ("purpose", "way", "city", "number")
    same = [table.c[name] for name in places]
    before = select(*same, func.count()).where(table.c.year == year).group_by(*same)
    had = Counter({tuple(row[:-1]): row[-1] for row in connection.execute(before)})
    last = select(func.coalesce(func.max(table.c.serial), 0)).where(table.c.year == year)
    begun, rows = connection.execute(last).scalar_one(), []
    for place, one in enumerate(new, begun + 1):
        key = tuple(getattr(one, name) for name in places)
        had[key] += 1
        rows.append({"year": year, "serial": place, "edition": had[key], **asdict(one), **stamp.columns()})
    connection.execute(insert(table), rows)
    bump(connection, year)


def put_void(connection: Connection, year: int, serial: int, reason: str, stamp: Stamp) -> None:
    """Put on record that a transfer was recorded in error; its primary key forbids twice."""
    table = table_of(FundTransfer)
    of = select(table.c.id).where(table.c.year == year, table.c.serial == serial)
    row = {"transfer": connection.execute(of).scalar_one(), "year": year, "reason": reason, **stamp.columns()}
    connection.execute(insert(table_of(TransferVoid)), [row])
    bump(connection, year)
