"""Asking the relay whether it would take a letter of ours, without sending one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from letters.headers import mailbox
from post.relay import TROUBLE, Trouble, connect, explain, guard, one_line

if TYPE_CHECKING:
    from post.relay import Relay

FINE = range(200, 300)
SENDER = "核对 TALENT_MAIL_FROM（须是该用户名名下的地址）"


async def probe(relay: Relay, sender: str, seconds: float) -> Trouble | None:
    """Sign in and offer a letter from and to `sender`, then take it back; None where the relay would take it.

    `seconds` is the longest wait for each answer. Raises OpenRelay and, of the sender, UnfitHeader.
    """
    patient = replace(guard(relay), command_seconds=seconds)
    address = mailbox(sender).addr_spec
    try:
        wire, _ = await connect(patient)
    except TROUBLE as error:
        return explain(relay, error)
    try:
        for command, whose in ((f"MAIL FROM:<{address}>", "发件人"), (f"RCPT TO:<{address}>", "收件人")):
            wire.write(f"{command}\r\n".encode(), 1)
            reply = await wire.reply(seconds)
            if reply.code not in FINE:
                said = one_line(str(reply))
                return Trouble(f"端口 {relay.port} 可登录，但{whose} {address} 被拒绝（{said}）", SENDER)
        wire.write(b"RSET\r\nQUIT\r\n", 2)
        await wire.reply(seconds)
    except TROUBLE as error:
        return explain(relay, error)
    finally:
        wire.close()
    return None
