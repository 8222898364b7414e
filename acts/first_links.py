"""The first links of an office: those that went to a mailbox which is its own no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import addresses, contacts, sign_ins

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

VOID = "；原邮箱收到的登录链接已作废，请在“准备工作”重新发"


def goes_to(connection: Connection, office: str, day: date) -> str:
    """Give where an office's letters go on a day, "" for nowhere."""
    recipient, _ = contacts.recipients(office)
    return addresses.present(connection, [recipient], day).get(recipient, "").lower()


def void_elsewhere(connection: Connection, office: str, before: str, day: date) -> str:
    """Void the links that nobody has used, where letters went to another mailbox `before`; say so, "" otherwise."""
    if not before or goes_to(connection, office, day) == before:
        return ""
    return VOID if sign_ins.revoke_unset(connection, office) else ""
