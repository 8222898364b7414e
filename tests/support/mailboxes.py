"""Letters as they arrived: a courier that keeps them, and the calendar that each recipient has made of them."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import Any, Self

from icalendar import Calendar

from acts.beliefs import beliefs
from calendars.deadlines import last_day
from models.database import Database
from models.stamp import Stamp
from post.couriers import Delivery, Wanted, always
from post.message import Outgoing
from post.sending import send

SENDER = "省办 <office@talent.example>"
DAY = r"(\d{4})年(\d+)月(\d+)日"
SECOND_DAY = re.compile(
    rf"于{DAY}（[^）]*）\d+时前(?:收齐|撰写)|(?:总结|绩效指标完成情况)的(?:截止)?时间[^。]*(?:调整为|更正为|改为|延至){DAY}"
    rf"|(?:年度工作总结|绩效指标完成情况)(?:。请|应)于{DAY}"
)
"""Where letters name the day of the year-end's second part."""


class Mailboxes:
    """Takes over every letter, and keeps what is attached to it by recipient's address, in the order they came."""

    def __init__(self) -> None:
        self.calendars: dict[str, list[str]] = defaultdict(list)
        self.texts: dict[str, list[str]] = defaultdict(list)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def settling(self, letters: Sequence[Outgoing], wanted: Wanted = always) -> AsyncIterator[Sequence[Delivery]]:
        del wanted
        yield await self.deliver(letters)

    async def deliver(self, letters: Sequence[Outgoing]) -> Sequence[Delivery]:
        for letter in letters:
            self.calendars[letter.recipient] += [each.content.decode() for each in letter.attachments]
            self.texts[letter.recipient].append(letter.text)
        return [Delivery(letter.key, "sent", "") for letter in letters]

    def post(self, database: Database, at: datetime) -> None:
        """Let everything go out that is due by then."""
        asyncio.run(send(database, self, SENDER, Stamp("post", at, at)))

    def days(self, address: str) -> dict[str, date]:
        """Give by an event's UID the last day that is in time, as this address's calendar shows it."""
        events: dict[str, Any] = {}
        for text in self.calendars[address]:
            for event in Calendar.from_ical(text).walk("VEVENT"):
                uid, sequence = str(event["UID"]), int(str(event["SEQUENCE"]))
                if uid not in events or int(events[uid]["SEQUENCE"]) <= sequence:
                    events[uid] = event
        return {
            uid: last_day(event["DTEND"].dt) for uid, event in events.items() if str(event.get("STATUS")) != "CANCELLED"
        }

    def second_day(self, address: str) -> date | None:
        """Give the newest day of the year-end's second part that this address read; None where it read none."""
        said = [found for text in self.texts[address] for found in SECOND_DAY.findall(text)]
        return date(*(int(one) for one in said[-1] if one)) if said else None


def believed(
    database: Database, year: int, at: datetime, *, second: bool = False
) -> dict[tuple[str, str, str], tuple[date, date | None]]:
    """Give by party, phase and city the day it was told, of the phase or its `second` part, and the one that holds."""
    with database.read() as connection:
        found = beliefs(connection, year, at)
    return {(one.party, one.phase, one.city): (one.told, one.holds) for one in found if one.second is second}
