"""A message to an office ends with the link that acknowledges it; what is stored, and what goes to others, has none."""

from __future__ import annotations

import asyncio
import email
import email.policy
import re
from pathlib import Path

from sqlalchemy import select

import post.sending
from models.columns import table_of
from models.tables.season import Letter, LetterBody
from post.links import Links
from post.maildir import MaildirCourier
from post.receipt_links import letter_of
from tests.acts.test_statements import filled
from tests.support.scenes import Scene, stamp

SECRET, BASE = b"a secret of the tests, 32 bytes!", "http://window.example"
LINK = re.compile(r"http://window\.example/receipts/([\w.-]+)")


def messages(folder: Path) -> dict[str, tuple[list[str], list[str]]]:
    """By recipient, the tokens in the text and in the html of each message's two bodies."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for path in sorted(folder.glob("new/*")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
        text, html = (body.get_content() if body else "" for body in bodies)
        assert html.startswith("<!doctype html>")
        found[str(message["To"])] = (LINK.findall(text), LINK.findall(html))
    return found


def test_offices_get_a_link_to_their_message_and_mentors_get_none(scene: Scene, tmp_path: Path) -> None:
    filled(scene, 13)
    scene.advance("2021-12-31T00:00")
    when = stamp("2022-01-01T09:00")
    asyncio.run(
        post.sending.send(
            scene.database, MaildirCourier(tmp_path), "省办 <p@office.example>", when, links=Links(SECRET, BASE)
        )
    )
    letter = table_of(Letter)
    with scene.database.read() as connection:
        leads = {row.address: row.envelope for row in connection.execute(select(letter))}
        stored = [row.text + row.html for row in connection.execute(select(table_of(LetterBody)))]
    found = messages(tmp_path)
    offices = {to: tokens for to, tokens in found.items() if to.endswith("@city.example")}
    assert len(offices) == 13
    assert {to: [letter_of(SECRET, token) for token in (*text, *html)] for to, (text, html) in offices.items()} == {
        to: [leads[to]] * 2 for to in offices
    }
    assert {to: tokens for to, tokens in found.items() if to not in offices and tokens != ([], [])} == {}
    assert not any(LINK.search(words) for words in stored)


def test_without_a_secret_nothing_is_added(scene: Scene, tmp_path: Path) -> None:
    scene.advance("2021-12-31T00:00")
    when = stamp("2022-01-01T09:00")
    asyncio.run(post.sending.send(scene.database, MaildirCourier(tmp_path), "省办 <p@office.example>", when))
    assert set(map(str, messages(tmp_path).values())) == {"([], [])"}
