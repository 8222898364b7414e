"""急事另告: by which second way somebody is told what is urgent, beside mail; each choice is on record."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from acts.act import PROVINCE
from models import audit, contacts, party_addresses, second_ways
from models.second_ways import WAYS
from season.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from models.database import Database
    from models.second_ways import Way
    from models.stamp import Stamp

MAIL = "mail"
"""What is chosen where nothing is to go beside mail."""

ADDRESSES: Mapping[Way, tuple[re.Pattern[str], str]] = MappingProxyType(
    {
        "sms": (re.compile(r"(?:\+?86)?(1[3-9]\d{9})"), "手机号码应为 11 位，如 13800000000。"),
        "wecom": (
            re.compile(r"(?:https://qyapi\.weixin\.qq\.com/\S*[?&]key=)?([0-9A-Za-z-]{16,64})"),
            "请写企业微信群机器人的 Webhook 地址，或其中 key= 之后的部分。",
        ),
        "dingtalk": (
            re.compile(r"(?:https://oapi\.dingtalk\.com/\S*[?&]access_token=)?([0-9A-Za-z]{32,80})"),
            "请写钉钉群机器人的 Webhook 地址，或其中 access_token= 之后的部分。",
        ),
    }
)
"""How an address of each way is written, as a whole or the part that is kept; what is said of any other."""

NOT_THEIRS = "没有这个收件人，或不只属于本单位（几个市都填报的，由省级管理办公室选定），未作改动。"


def choose_way(
    database: Database,
    whose: str,
    office: str,
    stamp: Stamp,
    *,
    way: str,
    address: str = "",
    account: int | None = None,
) -> Outcome:
    """Let somebody be told what is urgent by a way of `WAYS` as well, or by mail alone (`MAIL`).

    `whose` is `contact:5`, an office's head (`head:yancheng`, `lead`) or a party (`mentor:38`); `office` is who asks: a
    city, for its own people and the parties whose address it alone filed, or the province for anybody. Without an
    `address` a contact's text messages go to the telephone on file.
    """
    if way != MAIL and way not in WAYS:
        return Outcome("refused", f"方式只能是：{'、'.join(WAYS.values())}，或只发邮件。")
    with database.write("every") as connection:
        if not is_theirs(connection, whose, office):
            return Outcome("refused", NOT_THEIRS)
        kept = _kept(connection, whose, way, address)
        if kept is None:
            return Outcome("refused", ADDRESSES[cast("Way", way)][1])
        if way == MAIL:
            changed = second_ways.drop(connection, whose)
            said = "以后只发邮件。" if changed else "本来就只发邮件，未作改动。"
        else:
            second_ways.choose(connection, whose, cast("Way", way), kept, stamp)
            changed, said = True, f"以后急事另发{WAYS[cast('Way', way)]}。"
        if changed:
            city = None if office == PROVINCE else office
            audit.record(connection, stamp, "选定急事另告的方式", f"second-way/{whose}", account=account, city=city)
            contacts.touch(connection)
    return Outcome("done", said)


def _phone(connection: Connection, whose: str, way: str) -> str:
    """Give the telephone that a contact has on file, for text messages; "" where there is none."""
    kind, _, number = whose.partition(":")
    person = contacts.find(connection, int(number)) if (kind, way) == ("contact", "sms") else None
    return (person.phone if person else None) or ""


def fault(connection: Connection, whose: str, way: str, address: str) -> str:
    """Say what is wrong with an address as it was typed for a way; "" where nothing is, or there is no such way."""
    return "" if way not in WAYS or _kept(connection, whose, way, address) else ADDRESSES[cast("Way", way)][1]


def _kept(connection: Connection, whose: str, way: str, address: str) -> str | None:
    """Give what is kept of an address as it was typed, "" of mail alone, None where it is none."""
    if way == MAIL:
        return ""
    typed = address or _phone(connection, whose, way)
    typed = re.sub(r"[\s()（）-]", "", typed) if way == "sms" else typed.strip()
    found = ADDRESSES[cast("Way", way)][0].fullmatch(typed)
    return found[1] if found else None


def parties(connection: Connection, chosen: Iterable[str], office: str) -> frozenset[str]:
    """Give of those who chose the mentors, institutions and schools of an office alone; of the province all."""
    numbers = [int(number) for kind, _, number in (one.partition(":") for one in chosen) if _is_party(kind, number)]
    return party_addresses.filed(connection, None if office == PROVINCE else office, numbers)


def _is_party(kind: str, number: str) -> bool:
    return kind != "contact" and number.isdecimal()


def is_theirs(connection: Connection, whose: str, office: str) -> bool:
    """Tell whether there is such a recipient, and whether it is the office's to say how it is told."""
    kind, _, number = whose.partition(":")
    if kind == "contact":
        person = contacts.find(connection, int(number)) if number.isdecimal() else None
        return person is not None and office in {PROVINCE, person.office}
    if kind in {"head", "lead"}:
        return office == PROVINCE or whose in contacts.recipients(office)
    return whose in parties(connection, [whose], office)
