"""The province decides between the address in force and one that a city filed for the same party."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from acts.act import Act, Bench, Field, Filled
from gates.states import Event
from models import audit, party_addresses
from season.outcome import Outcome
from season.recipients import named
from season.transaction import sitting

if TYPE_CHECKING:
    from models.database import Database
    from models.party_addresses import AddressDifference
    from models.stamp import Stamp
    from season.unit_of_work import Season

Choice = Literal["new", "held"]
CHOICES: dict[Choice, str] = {"new": "改用{}报送的邮箱", "held": "保留现用的邮箱，不用{}报送的"}
GONE = "没有编号为 {} 的待定邮箱：编号不对，或该市又报送了别的邮箱、两处已经一致；未作改动。"


def decide_address(
    database: Database,
    year: int,
    number: int,
    stamp: Stamp,
    *,
    choice: Choice,
    reason: str,
    dry_run: bool = False,
    account: int | None = None,
) -> Outcome:
    """Decide a difference by its number: `new` puts the city's address in force, `held` keeps the one that is.

    The reason stands in the log of each city that filed an address of this party, and in the audit.
    """
    with sitting(database, year, stamp, dry_run=dry_run) as season:
        found = party_addresses.hold(season.connection, year, number)
        outcome = _decide(season, found, choice, reason, account) if found else _gone(season, number)
    return season.answered(outcome)


def _gone(season: Season, number: int) -> Outcome:
    """Say who decided meanwhile, and what, or why else nothing waits."""
    one = party_addresses.decision(season.connection, season.year.year, number)
    if one is None:
        return Outcome("refused", GONE.format(number))
    chosen = CHOICES["new" if one.taken else "held"].format(season.year.city(one.city).name)
    said = f"{named(season.year, one.recipient)}：{one.by} 于 {one.as_of:%Y-%m-%d %H:%M:%S} 已决定{chosen}，未作改动。"
    return Outcome("refused", said)


def _decide(season: Season, found: AddressDifference, choice: Choice, reason: str, account: int | None) -> Outcome:
    connection, year, stamp = season.connection, season.year, season.stamp
    moved = party_addresses.decide(connection, year.year, found, take=choice == "new", stamp=stamp)
    said = f"{named(year, found.recipient)}：{CHOICES[choice].format(year.city(found.city).name)}"
    for city in party_addresses.concerned(connection, year.year, found.party):
        cell = season.cells[found.phase, city]
        season.not_backdated(cell)
        season.note(cell, Event.ADDRESS, f"{said}；{reason}")
    what, whose = Event.ADDRESS.chinese, found.recipient
    audit.record(connection, stamp, what, whose, account=account, city=found.city, reason=f"{said}；{reason}")
    return Outcome("done", f"{said}{f'，{moved} 封待发函件改发' if moved else ''}。")


def _decided(bench: Bench, filled: Filled) -> Outcome:
    choice, given = filled.words["choice"], (bench.database, bench.year.year, filled.number, bench.stamp)
    return decide_address(
        *given, choice=cast("Choice", choice), reason=filled.reason, dry_run=bench.dry_run, account=bench.account
    )


KNOWN = "写入记录，报送过该邮箱的市可以看到；不写进函件。"
ADDRESS = Act(
    "address",
    lambda _: "决定邮箱",
    (
        Field("difference", "待定邮箱", "difference"),
        Field("choice", "决定", "choice", choices=(("new", "改用新报送的邮箱"), ("held", "保留现用的邮箱"))),
        Field("reason", "事由", "reason", hint=KNOWN),
    ),
    _decided,
    lambda _, year, filled: CHOICES[cast("Choice", filled.words["choice"])].format(filled.named(year)),
    subject=lambda _, filled: f"address/{filled.number}",
    records=True,
)
