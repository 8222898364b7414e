"""What one recipient gets in one phase hangs together in the mailbox, under a message that was really sent."""

from __future__ import annotations

import asyncio
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from acts.suppress import suppress, unsuppress
from post.maildir import MaildirCourier
from post.sending import send
from tests.support.scenes import NANJING, Scene, stamp

ROLL = "mentor-recommendation"
ADDRESS = "nanjing@city.example"


@pytest.fixture
def box(tmp_path: Path) -> Path:
    return tmp_path / "mail"


def posted(scene: Scene, box: Path, at: str) -> list[EmailMessage]:
    """What the office of Nanjing is sent when the post goes out at that instant."""
    before = {file.name for file in (box / "new").glob("*")}
    asyncio.run(send(scene.database, MaildirCourier(box), "省办 <office@talent.example>", stamp(at)))
    found = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in (box / "new").glob("*")
             if file.name not in before]  # fmt: skip
    messages = [message for message in found if isinstance(message, EmailMessage)]
    return [message for message in messages if message["To"] == ADDRESS]


def advanced(scene: Scene, box: Path, at: str) -> EmailMessage:
    scene.advance(at)
    (message,) = posted(scene, box, at)
    return message


def test_the_letters_of_a_phase_refer_to_the_first_of_them(scene: Scene, box: Path) -> None:
    first = advanced(scene, box, "2021-12-31T09:00")
    reminder, overdue = (advanced(scene, box, at) for at in ("2022-01-07T09:00", "2022-01-17T09:00"))
    scene.rerun(ROLL, NANJING, "2022-01-17T10:00", date(2022, 1, 20))
    (rerun,) = posted(scene, box, "2022-01-17T10:00")
    assert first["References"] is None
    assert [message["References"] for message in (reminder, overdue, rerun)] == [first["Message-ID"]] * 3


def test_a_first_letter_that_shared_an_envelope_is_referred_to_by_that_envelope(scene: Scene, box: Path) -> None:
    advanced(scene, box, "2021-12-31T09:00")
    suppress(scene.database, ADDRESS, stamp("2022-01-05T08:00"), reason="邮箱已满")
    scene.file(ROLL, NANJING, scene.sheets(ROLL, NANJING), "2022-01-05T10:00")
    unsuppress(scene.database, ADDRESS, stamp("2022-01-05T10:30"))
    (envelope,) = posted(scene, box, "2022-01-05T11:00")
    assert "等2项" in envelope["Subject"]
    reminder = advanced(scene, box, "2022-01-13T09:00")
    assert reminder["References"] == envelope["Message-ID"]


def test_a_first_letter_that_was_never_sent_is_not_referred_to(scene: Scene, box: Path) -> None:
    scene.advance("2021-12-31T09:00")
    first = advanced(scene, box, "2022-01-17T09:00")
    scene.rerun(ROLL, NANJING, "2022-01-17T10:00", date(2022, 1, 20))
    (rerun,) = posted(scene, box, "2022-01-17T10:00")
    assert (first["References"], rerun["References"]) == (None, first["Message-ID"])
