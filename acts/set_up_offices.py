"""The mailboxes, contacts and accounts of all cities at once, with the first links: all of it, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from acts.accounts import HOLDS, digest, link_of
from acts.office_rows import fingerprint, planned
from calendars.deadlines import day_of
from calendars.errors import TalentError
from letters.link_places import LINK_DAYS
from models import accounts, addresses, audit, contacts, sign_ins
from models.database import Within
from season import owing
from season.transaction import sitting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from acts.office_rows import PlannedOffice
    from acts.typed_offices import OfficeRow
    from models.database import Database
    from models.stamp import Stamp
    from season.unit_of_work import Season

WHAT = "登记各市邮箱、经办人和账号"
BY_LETTER = timedelta(days=LINK_DAYS)


class NotAsShown(TalentError):
    """预览之后情况有了变化，没有办理；请核对后重新确认。"""


class NameTaken(NotAsShown):
    """刚才另有人新建了同名的账号，没有办理；请核对后重新确认。"""


@dataclass(frozen=True, slots=True)
class FirstLink:
    """The one-time link of an account: `city` is a slug, `name` the account's."""

    city: str
    name: str
    link: str


@dataclass(frozen=True, slots=True)
class SetUp:
    """What was done; the `links` are shown once and kept nowhere, none where they go by letter."""

    said: str
    links: tuple[FirstLink, ...] = ()


def set_up_offices(
    database: Database,
    year: int,
    stamp: Stamp,
    rows: Sequence[OfficeRow],
    token: Callable[[str], str],
    *,
    by_letter: bool,
    foreseen: str,
    account: int | None,
) -> SetUp:
    """Put all of it on file; raise `NotAsShown` where a row is at fault, or another thing would come of it.

    `foreseen` is the fingerprint of the plan that was looked at. `token` makes a one-time link's secret: of the
    Message-ID of its letter where links go `by_letter`, else of the account's name. Raises `NameTaken`.
    """
    with (
        database.write("every") as connection,
        sitting(Within(database, connection, "every"), year, stamp) as season,
    ):
        plan = planned(connection, season.year, rows, day_of(stamp.as_of), stamp.at)
        if any(one.faults for one in plan) or fingerprint(plan) != foreseen:
            raise NotAsShown
        changed = [one for one in plan if one.changes]
        if not changed:
            return SetUp("与已登记的完全相同，未作改动。")
        invited = _accounts(season, changed)
        tokens = _tokens(season, invited, token, by_letter=by_letter)
        until = stamp.at + (BY_LETTER if by_letter else HOLDS)
        sign_ins.offer_all(connection, {digest(one): key for key, one in tokens.items()}, until)
        moved = _offices(season, changed)  # last: a letter whose link is void by now is not sent on
        _on_record(season, changed, invited, account)
        contacts.touch(connection)
    said = f"已登记 {len(changed)} 个市；{_said(len(invited), by_letter=by_letter)}{_moved(moved)}。"
    links = () if by_letter else tuple(
        FirstLink(city, name, link_of(stamp, tokens[key])) for key, (city, name) in invited.items()
    )  # fmt: skip
    return SetUp(said, links)


def _said(count: int, *, by_letter: bool) -> str:
    if not count:
        return "没有要发的登录链接"
    return f"登录链接 {count} 个{f'随函件发到各市邮箱，{LINK_DAYS} 天内有效' if by_letter else '只显示一次'}"


def _moved(count: int) -> str:
    return f"；{count} 封待发函件改发新的邮箱" if count else ""


def _offices(season: Season, changed: Sequence[PlannedOffice]) -> int:
    """Put mailboxes and contacts on file; give how many waiting letters go elsewhere."""
    connection, stamp = season.connection, season.stamp
    addresses.put_all(connection, {one.slug: one.mailbox for one in changed if one.mailbox})
    people = [{"office": one.slug, **one.contact} for one in changed if one.contact]
    contacts.replace_all(connection, stamp, people, [one.ends for one in changed if one.ends])
    theirs = [one.slug for one in changed if one.mailbox or one.contact]
    return addresses.release_all(connection, theirs, day_of(stamp.as_of))


def _accounts(season: Season, changed: Sequence[PlannedOffice]) -> Mapping[int, tuple[str, str]]:
    """Make the accounts; give all that get a link, by id: the city and the name of each. Raise `NameTaken`."""
    new, stamp = [one for one in changed if one.account], season.stamp
    rows = [
        {
            "name": one.account, "shown": one.typed.contact or f"{season.year.city(one.slug).name}市办",
            "role": "city", "city": one.slug, "made_by": stamp.by, "made_at": stamp.at,
        }
        for one in new
    ]  # fmt: skip
    made = accounts.add_new(season.connection, rows)
    if len(made) < len(new):
        raise NameTaken
    found = {made[one.account]: (one.slug, one.account) for one in new if one.account}
    return found | {key: (one.slug, name) for one in changed for key, name in one.again.items()}


def _tokens(
    season: Season, invited: Mapping[int, tuple[str, str]], token: Callable[[str], str], *, by_letter: bool
) -> dict[int, str]:
    """Give the secret of each link, by account; owe the letters that carry them."""
    if not by_letter:
        return {key: token(name) for key, (_, name) in invited.items()}
    until, now = season.stamp.as_of + BY_LETTER, f"{season.stamp.at:%Y-%m-%dT%H:%M:%S}"
    return {key: token(owing.first_link(season, city, f"{key}@{now}", until)) for key, (city, _) in invited.items()}


def _on_record(
    season: Season, changed: Sequence[PlannedOffice], invited: Mapping[int, tuple[str, str]], account: int | None
) -> None:
    """Put on record of which cities what was set, and which accounts were made or invited."""
    offices = [
        {"what": WHAT, "subject": f"office/{one.slug}", "city": one.slug, "account": account}
        for one in changed
        if one.mailbox or one.contact
    ]
    new = {one.account for one in changed}
    made = [
        {"what": "新建账号" if name in new else "重新发登录链接", "subject": f"account:{key}", "city": city}
        for key, (city, name) in invited.items()
    ]
    audit.record_all(season.connection, season.stamp, [*offices, *({**one, "account": account} for one in made)])
