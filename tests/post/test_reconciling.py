"""What a dead worker left, by what the other side saw: of this time that the letter was sent, not of others."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from acts.settle_letter import settle
from models.columns import table_of
from models.database import Database
from models.stamp import Stamp
from models.tables.season import Letter
from post.evidence.relay_log import RelayLog
from post.evidence.witnesses import Fate, MaildirWitness
from post.maildir import MaildirCourier
from post.reconciling import reconcile
from tests.support.letters_sent import letter
from tests.support.outbox import DOMAIN, fill, now

AT = now()


@pytest.fixture
def bounced(database: Database) -> Database:
    """A letter that was taken over yesterday, and bounced."""
    fill(database, 1, at=AT - timedelta(days=1))
    table = table_of(Letter)
    with database.write() as connection:
        failed = {"state": "failed", "claim": "aa", "claimed_at": AT - timedelta(days=1), "tries": 1}
        connection.execute(update(table).values(**failed, envelope=table.c.id))
    return database


def sent_again_by_a_worker_that_dies(database: Database) -> None:
    """A person has it sent again; a worker takes it in hand, and is killed before it is offered."""
    with database.read() as connection:
        key = connection.execute(select(table_of(Letter).c.id)).scalar_one()
    assert settle(database, [key], "resend", Stamp("张主任", AT, AT)).done
    with database.write() as connection:
        in_hand = {"state": "sending", "claim": "bb", "claimed_at": AT, "tries": 1}
        connection.execute(update(table_of(Letter)).values(**in_hand))


def state(database: Database) -> str:
    with database.read() as connection:
        return str(connection.execute(select(table_of(Letter).c.state)).scalar_one())


def test_an_old_acceptance_in_the_log_does_not_answer_for_a_letter_sent_again(
    bounced: Database, tmp_path: Path
) -> None:
    log = tmp_path / "mail.log"
    log.write_text(
        "".join(
            f"{(AT - timedelta(days=1)).isoformat()} relay postfix/{said}\n"
            for said in (
                "smtpd[60]: connect from localhost[127.0.0.1]",
                "smtpd[60]: A1: client=localhost[127.0.0.1]",
                f"cleanup[66]: A1: message-id=<0@{DOMAIN}>",
                "qmgr[2]: A1: from=<a@b>, size=278, nrcpt=1 (queue active)",
                "smtpd[60]: disconnect from localhost[127.0.0.1] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5",
            )
        )
    )
    sent_again_by_a_worker_that_dies(bounced)
    os.utime(log, times=((AT - timedelta(days=1)).timestamp(),) * 2)
    reconcile(bounced, RelayLog(log, 0.0), AT + timedelta(hours=1))
    assert state(bounced) == "queued"


async def test_a_letter_that_lies_in_the_mailbox_has_arrived_whenever_it_came_there(
    bounced: Database, tmp_path: Path
) -> None:
    """The mailbox is where it was to go, not a relay that hands it on: offered again it would be the same file."""
    courier, mine = MaildirCourier(tmp_path), replace(letter(0), key=f"<0@{DOMAIN}>")
    await courier.deliver([mine])
    sent_again_by_a_worker_that_dies(bounced)
    reconcile(bounced, MaildirWitness(tmp_path), AT + timedelta(hours=1))
    assert (state(bounced), [one.state for one in await courier.deliver([mine])]) == ("sent", ["sent"])
    assert len(list((tmp_path / "new").iterdir())) == 1


def test_two_messages_of_one_name_are_a_persons_to_tell_apart(database: Database) -> None:
    """One was cut off at its time, the other taken over at its own: whose the acceptance is nobody can say."""
    fill(database, 2, at=AT - timedelta(days=1))
    table = table_of(Letter)
    with database.write() as connection:
        in_hand = {"state": "sending", "claim": "bb", "tries": 1, "envelope": 1}
        for key, since in ((1, AT - timedelta(hours=1)), (2, AT)):
            connection.execute(update(table).where(table.c.id == key).values(**in_hand, claimed_at=since))
    reconcile(database, SawAll(), AT + timedelta(hours=1))
    with database.read() as connection:
        assert connection.execute(select(table.c.state)).scalars().all() == ["unknown", "unknown"]


class SawAll:
    """Saw every message that it is asked about."""

    def fates(self, asked: Mapping[str, datetime], at: datetime) -> Mapping[str, Fate]:
        del at
        return dict.fromkeys(asked, "accepted")
