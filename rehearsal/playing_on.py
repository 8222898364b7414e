"""Moving the clock of a rehearsal: the year is played on to an instant, and what happened meanwhile is told."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from calendars.deadlines import TZ
from calendars.moments import moments
from letters.words import TAGS
from models.stamp import MAIL_DOMAIN
from post.maildir import MaildirCourier
from post.sending import send
from rehearsal.play import Play, ends
from season.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from datetime import datetime
    from pathlib import Path

    from calendars.moments import Moment
    from calendars.year import Year
    from models.database import Database
    from models.stamp import Stamp
    from models.writing import Move
    from post.links import Links
    from rehearsal.packs import Pack

DAY = timedelta(days=1)


def postman(database: Database, mail: Path, sender: str, links: Links | None = None) -> Callable[[Stamp], None]:
    """Deliver what is queued to a maildir: a rehearsal never writes to anybody. `links` are put into them."""
    courier = MaildirCourier(mail)

    def post(stamp: Stamp) -> None:
        asyncio.run(send(database, courier, sender, stamp, links=links))

    return post


def next_moment(year: Year, now: datetime) -> Moment | None:
    """Give the calendar's first moment after an instant; None where the year is over."""
    return next((moment for moment in moments(year) if moment.instant > now), None)


def play_on(
    database: Database,
    year: Year,
    pack: Pack,
    span: tuple[datetime, datetime],
    by: str,
    post: Callable[[Stamp], None],
    *,
    base_url: str = "",
    mail_domain: str = MAIL_DOMAIN,
    leave: Collection[str] = (),
) -> Outcome:
    """Play a rehearsal on over a span of its own time; what the pack has the cities in `leave` do does not happen."""
    since, until = span
    if since >= ends(year):
        return Outcome("refused", f"{year.year} 年度已经演完，时钟不再往前。")
    play = Play(database, year, pack, until, by, base_url, post, mail_domain=mail_domain)
    for _ in play.resume(since, leave):
        pass
    return Outcome("done", "\n".join(told(play)))


def told(play: Play) -> Iterator[str]:
    """Say what happened: where the clock is, what moved, how many letters of each kind, what was not done and why."""
    yield f"演示时钟已到 {play.until.astimezone(TZ):%Y-%m-%d %H:%M}。"
    moved = [move for move in play.moves if move.before.state is not move.after.state]
    yield from _moved(play.year, moved)
    if play.kinds:
        counted = "、".join(f"{TAGS[kind]} {play.kinds[kind]}" for kind in TAGS if play.kinds[kind])
        yield f"写成函件 {play.kinds.total()} 封：{counted}。"
    yield from (f"没有办成：{refusal.outcome.message}" for refusal in play.refusals)
    if not (moved or play.kinds or play.refusals):
        yield "这段时间里没有到期的事。"


def _moved(year: Year, moves: list[Move]) -> Iterator[str]:
    found: dict[tuple[str, str], list[str]] = {}
    for move in moves:
        how = f"{move.before.state.chinese} → {move.after.state.chinese}"
        found.setdefault((move.after.phase, how), []).append(year.city(move.after.city).name)
    for (phase, how), cities in found.items():
        yield f"{year.phase(phase).name} {how}：{'、'.join(dict.fromkeys(cities))}。"
