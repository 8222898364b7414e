"""`talent doctor` about the post: asks, explains, and sends a letter only where it is told to."""

from __future__ import annotations

import asyncio
import mailbox
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from commands.examining.finding import CheckFinding
from commands.examining.post import of_the_post, of_the_words, probe_letter
from letters.overrides import shipped
from settings import Settings, SmtpSettings
from tests.support.kinds import EACH_ON_BOTH
from tests.support.relays import Faulty

pytestmark = EACH_ON_BOTH

NOW = datetime(2026, 1, 5, 1, tzinfo=UTC)


@contextmanager
def _relay(faults: dict[str, list[str]]) -> Iterator[Faulty]:
    """A relay in a thread of its own: a command runs its own event loop."""
    relay, ready, loop = Faulty(faults), threading.Event(), asyncio.new_event_loop()
    done = asyncio.Event()

    async def serve() -> None:
        async with relay.serving():
            ready.set()
            await done.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    ready.wait()
    try:
        yield relay
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join()
        loop.close()


def _settings(relay: Faulty) -> Settings:
    return Settings(courier="smtp", smtp=SmtpSettings(port=relay.port, security="none"))


def test_a_relay_in_order() -> None:
    with _relay({}) as relay:
        found = list(of_the_post(_settings(relay)))
        says = f"127.0.0.1:{relay.port}（none）可登录，愿意收下发件人的函件"
        assert (found, relay.accepted) == ([CheckFinding("函件", "ok", says)], [])


def test_a_relay_that_refuses_the_sender() -> None:
    with _relay({"MAIL": ["550 not yours"]}) as relay:
        [found] = of_the_post(_settings(relay))
    assert (found.level, found.says, found.mend) == (
        "finding",
        f"端口 {relay.port} 可登录，但发件人 office@talent.example 被拒绝（550 not yours）",
        "核对 TALENT_MAIL_FROM（须是该用户名名下的地址）",
    )


def test_a_probe_goes_the_way_of_all_letters() -> None:
    with _relay({}) as relay:
        found = probe_letter(_settings(relay), "me@city.example", NOW)
        assert (found, relay.accepted) == (CheckFinding("测试函件", "ok", "已交出：250 taken"), ["me@city.example"])
    with _relay({"RCPT": ["550 no such box"]}) as relay:
        found = probe_letter(_settings(relay), "me@city.example", NOW)
    assert found == CheckFinding("测试函件", "finding", "收件人被拒：550 no such box", "按说明改正后再试")


def test_a_probe_into_the_maildir(tmp_path: Path) -> None:
    found = probe_letter(Settings(maildir=tmp_path / "mail"), "me@city.example", NOW)
    assert found.level == "ok"
    assert [message["To"] for message in mailbox.Maildir(tmp_path / "mail", create=False)] == ["me@city.example"]


@pytest.mark.parametrize("address", ["me", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example"])
def test_a_probe_to_what_is_no_address(address: str, tmp_path: Path) -> None:
    found = probe_letter(Settings(maildir=tmp_path / "mail"), address, NOW)
    assert (found.level, found.mend) == ("finding", "改正地址")


def test_words_of_the_office_that_cannot_be_used_are_a_finding(tmp_path: Path) -> None:
    assert list(of_the_words(Settings(letters=tmp_path))) == []
    (tmp_path / "overdue.jinja").write_text("{% extends layout %}", encoding="utf-8")
    (tmp_path / "rerun.jinja").write_text(shipped("rerun"), encoding="utf-8")
    assert list(of_the_words(Settings(letters=tmp_path))) == [
        CheckFinding(
            "函件文字",
            "finding",
            "overdue.jinja（导师推荐，发给市级管理办公室）：正文是空的；仍用所附文字",
            "改好后用 talent letters check 检查",
        ),
        CheckFinding("函件文字", "ok", "自定文字：rerun"),
    ]
