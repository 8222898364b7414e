"""A relay that refuses everything for six hours and then recovers: what is still true arrives once, nobody is given up.

What holds a letter up for longer than an hour is shown to a person meanwhile.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from models.alarms import PutOff, put_off, suppressed
from models.database import Database
from models.mail_answers import MENDS, Meaning
from post.relay import Relay
from post.sending import send
from post.smtp import SmtpCourier
from tests.support.fates import counted
from tests.support.outbox import YEAR, fill
from tests.support.relays import Faulty
from tests.support.scenes import stamp

MORNING = stamp("2022-01-14T09:00")
BAD_HOURS, STEP = timedelta(hours=6), timedelta(minutes=30)
COUNT, MESSAGES = 8, 6

ANSWERS: dict[str, tuple[str, str, Meaning]] = {
    "busy": ("MAIL", "451 4.3.2 try again later", Meaning.BUSY),
    "busy at DATA": ("DATA", "451 4.3.2 try again later", Meaning.BUSY),
    "busy at the dot": ("dot", "451 4.3.2 try again later", Meaning.BUSY),
    "rate limit": ("RCPT", "550 Connection frequency limited", Meaning.BUSY),
    "greylisting": ("RCPT", "450 4.7.1 greylisted", Meaning.BUSY),
    "full": ("RCPT", "552 5.2.2 mailbox full", Meaning.FULL),
    "policy": ("dot", "550 5.7.1 DMARC check failed", Meaning.POLICY),
    "our address": ("MAIL", "553 5.1.8 sender address rejected", Meaning.OURS),
}


@pytest.mark.parametrize("answer", list(ANSWERS))
async def test_what_is_refused_for_six_hours_arrives_once_all_the_same(database: Database, answer: str) -> None:
    fill(database, COUNT, at=MORNING.as_of)
    stage, reply, means = ANSWERS[answer]
    async with Faulty({stage: [reply] * 1_000}).serving() as relay:
        now, refused = MORNING, 0
        while now.as_of < MORNING.as_of + timedelta(hours=12):
            if now.as_of == MORNING.as_of + BAD_HOURS:
                with database.read() as connection:
                    (waiting,) = put_off(connection, now.as_of, YEAR)
                    waiting = waiting._replace(since=waiting.since.replace(microsecond=0))
                    assert waiting == PutOff(means, COUNT, MORNING.as_of, reply)
                relay.faults.clear()
                refused = len(relay.accepted)
            courier = SmtpCourier(Relay("127.0.0.1", relay.port, "none", busy_seconds=0.0))
            await send(database, courier, "省办 <office@talent.example>", now)
            now = replace(now, as_of=now.as_of + STEP, at=now.at + STEP)
        arrived = relay.accepted[refused:]
        assert (counted(database), len(arrived), len(set(arrived))) == ({"sent": COUNT}, MESSAGES, MESSAGES)
    with database.read() as connection:
        assert suppressed(connection) == []
        assert put_off(connection, now.as_of, YEAR) == []


def test_whatever_a_person_may_do_something_about_says_what() -> None:
    assert set(MENDS) == {Meaning.POLICY, Meaning.OURS, Meaning.FULL, Meaning.KEYLESS}
