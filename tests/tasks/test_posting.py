"""The task of the post, broken off: its thread leaves nothing in doubt."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from models.database import Database
from models.stamp import Stamp
from phases.book import BOOK
from settings import Settings, SmtpSettings
from tasks.posting import send_due
from tests.support.fates import counted, until
from tests.support.gate import Gate
from tests.support.outbox import fill, now

pytestmark = pytest.mark.slow  # Prefect is imported


@pytest.fixture
def filled(database_url: str) -> Iterator[Database]:
    database = Database(database_url, BOOK)
    fill(database, 40)
    yield database
    database.dispose()


async def test_a_post_that_is_broken_off_leaves_nothing_in_doubt(filled: Database) -> None:
    gate = Gate()
    async with gate.serving():
        smtp = SmtpSettings(port=gate.port, security="none", connections=1)
        settings = Settings(courier="smtp", smtp=smtp, mail_from="省办 <office@talent.example>")
        work = asyncio.create_task(send_due.fn(filled, settings, Stamp("proof", now(), now())))
        await gate.arrived.wait()
        work.cancel()
        await asyncio.wait({work})
        await until(lambda: counted(filled)["sending"] < 20)
        gate.opened.set()
        await until(lambda: "sending" not in counted(filled))
    assert counted(filled) == {"sent": len(gate.taken), "queued": 40 - len(gate.taken)}
