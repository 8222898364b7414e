"""What `talent doctor` finds of the post: whether letters can be handed over, and in which words they are."""

from __future__ import annotations

import asyncio
import os
import secrets
from typing import TYPE_CHECKING

from commands.examining.finding import PATIENCE, CheckFinding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from settings import Settings


def of_the_post(settings: Settings) -> Iterator[CheckFinding]:
    """Whether letters can be handed over: to the folder, or to the relay, which is asked without sending one."""
    if settings.courier == "smtp":
        relay = _relay(settings)
        yield relay
        yield from _relay_log(settings, asking=relay.level == "ok")
        return
    folder = settings.maildir
    there = next(path for path in (folder, *folder.resolve().parents) if path.exists())
    if os.access(there, os.W_OK | os.X_OK) and there.is_dir():
        yield CheckFinding("函件", "ok", f"写入 {folder}（maildir）")
    else:
        yield CheckFinding("函件", "finding", f"{folder} 写不进去", "改 TALENT_MAILDIR，或给该目录写权限")


def _relay(settings: Settings) -> CheckFinding:
    from post.probe import probe
    from tasks.couriers import relay

    smtp = settings.smtp
    trouble = asyncio.run(probe(relay(smtp), settings.mail_from, PATIENCE))
    if trouble is not None:
        return CheckFinding("函件", "finding", trouble.says, trouble.mend)
    return CheckFinding("函件", "ok", f"{smtp.host}:{smtp.port}（{smtp.security}）可登录，愿意收下发件人的函件")


def _relay_log(settings: Settings, *, asking: bool) -> Iterator[CheckFinding]:
    """Whether what a crash leaves in doubt can be settled from the relay's log, where there is one."""
    from post.evidence.relay_log import RelayLog
    from tasks.couriers import relay

    smtp = settings.smtp
    if smtp.log is not None:
        told = (RelayLog(smtp.log, relay=relay(smtp)) if asking else RelayLog(smtp.log, 0.0)).trouble()
        lost = f"{told.says if told else ''}：投递中断时不能核实函件是否已送达"
        yield (
            CheckFinding("投递日志", "finding", lost, told.mend)
            if told
            else CheckFinding("投递日志", "ok", f"{smtp.log} 可用")
        )


def probe_letter(settings: Settings, address: str, now: datetime) -> CheckFinding:
    """Send one letter to an address, the way all letters go."""
    from letters.headers import UnfitAddress, fit_address
    from post.message import Outgoing
    from tasks.couriers import courier

    try:
        key = f"probe.{secrets.token_hex(8)}"
        letter = Outgoing(
            key=key,
            message_id=f"<{key}@{settings.mail_domain}>",
            thread=None,
            sender=settings.mail_from,
            recipient=fit_address(address),
            subject="测试函件：收到即表示邮件设置正确",
            text="这是一封测试函件，不必回复。\n",
            html='<!doctype html><html lang="zh-CN"><p>这是一封测试函件，不必回复。</p></html>\n',
            queued_at=now,
        )
    except UnfitAddress as unfit:
        return CheckFinding("测试函件", "finding", str(unfit), "改正地址")
    [delivery] = asyncio.run(courier(settings).deliver([letter]))
    if delivery.state == "sent":
        return CheckFinding("测试函件", "ok", f"已交出：{delivery.detail}")
    return CheckFinding("测试函件", "finding", delivery.detail, "按说明改正后再试")


def of_the_words(settings: Settings) -> Iterator[CheckFinding]:
    """The office's own words of letters: which are used, and why others are not."""
    from letters.overrides import wording
    from phases.book import BOOK

    found = wording(settings.letters, BOOK)
    for fault in found.faults:
        yield CheckFinding(
            "函件文字", "finding", f"{fault.sentence}；仍用所附文字", "改好后用 talent letters check 检查"
        )
    if found.words:
        yield CheckFinding("函件文字", "ok", f"自定文字：{'、'.join(sorted(found.words))}")
