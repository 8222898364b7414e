"""Accounts: made, invited, shut and opened again; each on record. No password is ever known here, only its hash.

An invitation is a link of 256 bits that holds for 24 hours and is used once: long enough for an office that is reached
by telephone and opens its mail the next morning. Sending a new one takes back the old one, the password, the second
factor and every session.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from itertools import chain, count
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from models import accounts, audit, sign_ins
from season.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from models.accounts import KeptAccount
    from models.database import Database
    from models.stamp import Stamp

HOLDS = timedelta(hours=24)
ROLES = {"admin": "省办（办理）", "viewer": "省办（查看）", "city": "市办"}
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
LONGEST = 60
"""Characters of a person's name."""

WELCOME = "/welcome/"


@dataclass(frozen=True, slots=True)
class Invited:
    """What came of an invitation: `link` is shown once and kept nowhere, None where there is none."""

    outcome: Outcome
    account: int | None = None
    link: str | None = None


def fresh_token() -> str:
    """Make the secret part of a one-time link: 256 bits."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Give what is kept of a token."""
    return sha256(token.encode()).hexdigest()


def link_of(stamp: Stamp, token: str) -> str:
    """Give the address of a one-time link."""
    return f"{stamp.base_url}{WELCOME}{token}"


def add(
    database: Database, stamp: Stamp, name: str, *, role: str, city: str | None, shown: str, token: str, by: int | None
) -> Invited:
    """Make an account and its invitation. `city` is a slug, for the role `city` alone; `by` the account that acts."""
    name = name.strip().casefold()
    said = _unfit(name, role, city, shown)
    if said is not None:
        return Invited(Outcome("refused", said))
    taken = Invited(Outcome("refused", f"用户名 {name} 已经有了；请换一个，或给原账号重新发链接。"))
    row = {"name": name, "shown": shown.strip(), "role": role, "city": city, "made_by": stamp.by, "made_at": stamp.at}
    try:
        with database.write() as connection:
            if accounts.named(connection, name) is not None:
                return taken
            made = accounts.add(connection, row)
            _invite(connection, stamp, made, token)
            _record(connection, stamp, "新建账号", made, by, city)
    except IntegrityError:  # somebody added the same name since it was looked for
        with database.read() as connection:
            if accounts.named(connection, name) is None:
                raise
        return taken
    return Invited(Outcome("done", f"已新建账号 {name}（{ROLES[role]}）。"), made, link_of(stamp, token))


def _unfit(name: str, role: str, city: str | None, shown: str) -> str | None:
    if not NAME.fullmatch(name):
        return "用户名只能用小写字母、数字、点、横线，2 到 40 个字符。"
    if role not in ROLES:
        return f"没有“{role}”这种角色；请写 admin、viewer 或 city。"
    if (role == "city") != (city is not None):
        return "市办账号要写明是哪个设区市，省办账号不能写。"
    if not 1 <= len(shown.strip()) <= LONGEST or not shown.strip().isprintable():
        return f"姓名要写 1 到 {LONGEST} 个字。"
    return None


def _invite(connection: Connection, stamp: Stamp, account: int, token: str) -> None:
    sign_ins.offer(connection, digest(token), account, stamp.at + HOLDS)


def _record(
    connection: Connection, stamp: Stamp, what: str, account: int, by: int | None, city: str | None, why: str = ""
) -> None:
    audit.record(connection, stamp, what, f"account:{account}", account=by, city=city, reason=why or None)


def reset(database: Database, stamp: Stamp, name: str, *, token: str, by: int | None) -> Invited:
    """Take back password, second factor, links and sessions of an account, and invite its owner anew."""
    with database.write() as connection:
        found = accounts.named(connection, name)
        if found is None:
            return Invited(_nobody(name))
        if found.disabled_at is not None:
            return Invited(Outcome("refused", f"账号 {found.name} 已停用；请先启用，再重新发链接。"))
        accounts.change(connection, found.id, password=None, totp=None, totp_step=None)
        sign_ins.end_all(connection, found.id)
        _invite(connection, stamp, found.id, token)
        _record(connection, stamp, "重新发登录链接", found.id, by, found.city)
    return Invited(Outcome("done", f"账号 {found.name} 原来的密码已作废。"), found.id, link_of(stamp, token))


def _nobody(name: str) -> Outcome:
    return Outcome("refused", f"没有“{name.strip()}”这个账号。")


def disable(database: Database, stamp: Stamp, name: str, *, by: int | None, reason: str = "") -> Outcome:
    """Shut an account: its sessions end now. Refused where nobody could administer any more."""
    with database.write() as connection:
        found = accounts.named(connection, name)
        if found is None:
            return _nobody(name)
        if found.disabled_at is not None:
            return Outcome("done", f"账号 {found.name} 已经停用，未作改动。")
        if found.role == "admin" and not accounts.other_admins(connection, found.id):
            return Outcome("refused", f"{found.name} 是唯一能办理的省办账号，不能停用；请先新建另一个。")
        accounts.change(connection, found.id, disabled_at=stamp.at)
        sign_ins.end_all(connection, found.id)
        sign_ins.revoke(connection, found.id)
        _record(connection, stamp, "停用账号", found.id, by, found.city, reason)
    return Outcome("done", f"账号 {found.name} 已停用，已登录的立即退出。")


def enable(database: Database, stamp: Stamp, name: str, *, by: int | None) -> Outcome:
    """Open an account again, with the password it had."""
    with database.write() as connection:
        found = accounts.named(connection, name)
        if found is None:
            return _nobody(name)
        if found.disabled_at is None:
            return Outcome("done", f"账号 {found.name} 没有停用，未作改动。")
        accounts.change(connection, found.id, disabled_at=None)
        _record(connection, stamp, "启用账号", found.id, by, found.city)
    further = "" if found.password else "它还没有密码，请重新发链接。"
    return Outcome("done", f"账号 {found.name} 已启用。{further}")


def first_link(database: Database, stamp: Stamp) -> str | None:
    """Give the link by which a new system's first administrator chooses a password; None where one has already."""
    token = fresh_token()
    with database.write() as connection:
        everybody = accounts.everybody(connection)
        admins = [row for row in everybody if row.role == "admin"]
        if any(row.password for row in admins):
            return None
        made = _first_admin(connection, stamp, everybody, [row for row in admins if row.disabled_at is None])
        _invite(connection, stamp, made, token)
        _record(connection, stamp, "首次启动：发管理员链接", made, None, None)
    return link_of(stamp, token)


def _first_admin(
    connection: Connection, stamp: Stamp, everybody: Sequence[KeptAccount], able: Sequence[KeptAccount]
) -> int:
    if able:
        return able[0].id
    taken = {row.name for row in everybody}
    name = next(name for name in chain(["admin"], (f"admin-{n}" for n in count(2))) if name not in taken)
    row = {"name": name, "shown": "省办管理员", "role": "admin", "city": None}
    return accounts.add(connection, row | {"made_by": stamp.by, "made_at": stamp.at})


def welcome(
    database: Database, stamp: Stamp, token: str, *, kept: str, totp: str | None, step: int | None
) -> int | None:
    """Use a one-time link up: from now on this password (its hash) and second factor hold. None: it was too late."""
    with database.write() as connection:
        found = sign_ins.offered(connection, digest(token), stamp.at)
        if found is None or not sign_ins.use(connection, digest(token), stamp.at):
            return None
        accounts.change(connection, found.id, password=kept, totp=totp, totp_step=step)
        sign_ins.end_all(connection, found.id)
        _record(connection, stamp, "凭链接设定密码", found.id, found.id, found.city)
    return found.id


def change_password(database: Database, stamp: Stamp, account: int, *, kept: str) -> None:
    """Set a new password (its hash); every session of the account ends."""
    _changed(database, stamp, account, "修改密码", password=kept)


def change_totp(database: Database, stamp: Stamp, account: int, *, totp: str, step: int) -> None:
    """Set a new second factor (sealed) whose first code was of that time step; every session of the account ends."""
    _changed(database, stamp, account, "重新绑定动态口令", totp=totp, totp_step=step)


def _changed(database: Database, stamp: Stamp, account: int, what: str, **columns: object) -> None:
    with database.write() as connection:
        found = accounts.of_id(connection, account)
        assert found is not None
        accounts.change(connection, account, **columns)
        sign_ins.end_all(connection, account)
        sign_ins.revoke(connection, account)
        _record(connection, stamp, what, account, account, found.city)


def end_sessions(database: Database, stamp: Stamp, account: int, digests: Sequence[str]) -> None:
    """End sessions of an account, named by their digests."""
    with database.write() as connection:
        found = accounts.of_id(connection, account)
        assert found is not None
        for one in digests:
            sign_ins.end(connection, one)
        if digests:
            _record(connection, stamp, f"结束其他登录 {len(digests)} 处", account, account, found.city)
