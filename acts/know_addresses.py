"""登记邮箱: a city says at which addresses its parties are reached, before it names them in a filing or after.

So those of a first year, whom no year brought along, hear that a phase opens, and what is asked of them; and whoever
was filed with an address that leads to nobody is reached without a filing done again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, cast

from acts.act import CITY, Act, Bench, Field, Filled, each
from acts.filed_addresses import in_answer, in_log
from forms import cells
from forms.folding import fold
from gates.states import Event, State
from letters.words import AUDIENCES
from models import audit, party_addresses
from models.loading import register
from season.latecomers import tell_of
from season.outcome import Outcome
from season.refusing import refuse
from season.settle import settle
from season.transaction import sitting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendars.year import City
    from models.database import Database
    from models.stamp import Stamp
    from models.standing import Cell
    from phases.on_record import PartyKey
    from phases.parties import Audience
    from season.unit_of_work import Season

MOST = 200
"""Lines at once."""

SHAPES: Mapping[Audience, tuple[str, ...]] = {
    "mentor": ("姓名", "单位", "邮箱"),
    "institution": ("名称", "邮箱"),
    "school": ("名称", "邮箱"),
}
"""What stands in a line, by the kind of party."""

APART = re.compile(r"[\t,，;；]+")
BEFORE_TRIAL = "试运行之前已有邮箱的，试运行期间不改。"
FOR_A_CITY = "代为登记邮箱"
FILED = frozenset({State.SUBMITTED, State.PASSED})


def know_addresses(
    database: Database,
    year: int,
    city: str,
    stamp: Stamp,
    *,
    kind: Audience,
    lines: str,
    account: int | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Say the addresses of parties of a kind (`mentor`, `institution`, `school`), one a line, as `SHAPES` has them.

    They come into force as filed ones do, and whoever is concerned by what is under way hears of it. `refused` as a
    whole where a line cannot be read; once the city has filed the phase that names them, where one is of nobody it
    filed: who is on the list is for a filing to say. `account` is that of the province where it says so for the city,
    which is put on record with it.
    """
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        owner, _ = season.book.parties[kind]
        season.not_backdated(season.cells[owner.slug, city])
        settle(season, [city])
        cell = season.cells[owner.slug, city]
        given = _read(kind, lines, season.year.city(city))
        why = _not_now(season, cell) or (given if isinstance(given, str) else _not_filed(season, cell, kind, given))
        if why or isinstance(given, str):
            outcome = refuse(season, cell, Event.KNOWN, why)
        else:
            outcome = _take(season, cell, kind, given)
        if outcome.done and account is not None:
            audit.record(season.connection, stamp, FOR_A_CITY, f"{year}/{kind}/{city}", account=account, city=city)
    return season.answered(outcome)


def _not_now(season: Season, cell: Cell) -> str:
    title = season.title(cell.phase, cell.city)
    return f"{title} 现为“{cell.state.chinese}”，不再登记。" if cell.state is State.WITHDRAWN else ""


def _not_filed(season: Season, cell: Cell, kind: Audience, given: Mapping[PartyKey, TypedAddress]) -> str:
    """Say which lines are of nobody whom the city filed, by their place: what was typed would stay in the log."""
    if cell.state not in FILED:
        return ""
    known = party_addresses.known_by(season.connection, season.year.year, cell.city)
    filed = {_folded((one.kind, one.name, one.place)) for one in known}
    if strangers := [f"{one.line}" for key, one in given.items() if _folded(key) not in filed]:
        title = season.title(cell.phase, cell.city)
        return (
            f"{title} 已经报送，只能更正所报送的{AUDIENCES[kind]}的邮箱；第 {'、'.join(strangers)} 行不在其中。"
            f"名单有变的，请修改后重新报送。{BEFORE_TRIAL if season.trial else ''}"
        )
    return ""


def _folded(key: PartyKey) -> tuple[str, ...]:
    return tuple(map(fold, key))


class TypedAddress(NamedTuple):
    """An address as it was typed, and in which line."""

    line: int
    email: str


def _read(kind: Audience, lines: str, city: City) -> dict[PartyKey, TypedAddress] | str:
    """Give the addresses by party, or say what is wrong with a line."""
    typed = [(place, one) for place, one in enumerate(lines.splitlines(), 1) if one.strip()]
    if not typed or len(typed) > MOST:
        return f"请填写 1 至 {MOST} 行，每行一个：{'，'.join(SHAPES[kind])}。"
    given: dict[PartyKey, TypedAddress] = {}
    for place, one in typed:
        parts = [part.strip() for part in APART.split(one.strip())]
        if len(parts) != len(SHAPES[kind]):
            return f"第 {place} 行应为“{'，'.join(SHAPES[kind])}”，用逗号分开。"
        try:
            *name, address = (*(cells.line(part) for part in parts[:-1]), cells.email(parts[-1]))
        except cells.BadCellError as error:
            return f"第 {place} 行{error.wrong}，请改正。"
        key = (kind, name[0], name[1] if kind == "mentor" else city.name if kind == "school" else "")
        same = next((other for other in given if _folded(other) == _folded(key)), key)
        if given.setdefault(same, TypedAddress(place, address)).email.lower() != address.lower():
            return f"第 {place} 行与前面的一行名称相同，邮箱不同，请核对。"
    return given


def _take(season: Season, cell: Cell, kind: Audience, given: Mapping[PartyKey, TypedAddress]) -> Outcome:
    year, city = season.year, cell.city
    ids = register(season.connection, given)
    emails = {ids[key]: one.email for key, one in given.items()}
    said = party_addresses.hold_known(season.connection, year.year, city, kind, emails, season.stamp)
    season.note(cell, Event.KNOWN, "；".join([f"{AUDIENCES[kind]} {len(given)} 个", *in_log(year, said)]))
    told = sum(tell_of(season, city, [phase.slug for phase in year.phases]).values())
    heard = f"，随即发出开始函 {told} 封" if told else ""
    done = "更正" if cell.state in FILED else "登记"
    return Outcome("done", f"{year.city(city).name} 已{done} {len(given)} 个邮箱{heard}{in_answer(said)}。")


def _know(bench: Bench, filled: Filled, city: str) -> Outcome:
    words = filled.words
    given = (bench.database, bench.year.year, city, bench.stamp)
    return know_addresses(*given, kind=cast("Audience", words["kind"]), lines=words["lines"], dry_run=bench.dry_run)


KNOW_ADDRESSES = Act(
    "know-addresses",
    lambda _: "登记邮箱",
    (
        CITY,
        Field("kind", "类别", "choice", choices=tuple((kind, AUDIENCES[kind]) for kind in SHAPES)),
        Field(
            "lines",
            "名单",
            "text",
            hint="每行一个，用逗号分开：名称，邮箱；导师为姓名，单位，邮箱。已经报送的，只写要更正的。",
        ),
    ),
    each(_know),
    lambda _, year, filled: f"登记{filled.named(year)}有关各方的邮箱",
    Event.KNOWN,
    by="city",
)
