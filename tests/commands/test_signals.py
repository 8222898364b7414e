"""The post told to end: what is on its way is answered for, the rest stays in the queue, and nothing is in doubt."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from models import migrate
from models.database import Database
from phases.book import BOOK
from tests.support.fates import counted, until
from tests.support.gate import Gate
from tests.support.outbox import fill

pytestmark = pytest.mark.slow  # a process of its own


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_the_command_ends_in_order_and_says_that_some_must_wait(tmp_path: Path, number: signal.Signals) -> None:
    database, gate = Database(f"sqlite:///{tmp_path / 'talent.db'}", BOOK), Gate()
    database.make()
    migrate.upgrade(database)
    fill(database, 40)
    async with gate.serving():
        settings = {
            "TALENT_DATABASE__URL": database.url,
            "TALENT_COURIER": "smtp",
            "TALENT_SMTP__HOST": "127.0.0.1",
            "TALENT_SMTP__PORT": str(gate.port),
            "TALENT_SMTP__SECURITY": "none",
            "TALENT_SMTP__CONNECTIONS": "1",
        }
        command = (sys.executable, "-m", "cli", "letters", "send")
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, env={**os.environ, **settings}, stderr=pipe)
        await gate.arrived.wait()
        process.send_signal(number)
        await until(lambda: counted(database).get("queued", 0) > 20)
        gate.opened.set()
        _, said = await process.communicate()
    assert (process.returncode, said.decode()) == (75, "已停止投递；没有交出的函件仍在队列里，下次投递时发出。\n")
    assert counted(database) == {"sent": len(gate.taken), "queued": 40 - len(gate.taken)}
    assert 0 < len(gate.taken) < 20
