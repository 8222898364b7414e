"""What is kept by a word of the machine or by an id, as people read it: what was done, and to what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from letters import phrases
from letters.words import AUDIENCES, TAGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendars.year import Phase
    from gates.states import Event
    from phases.letter_kinds import Kind
    from phases.parties import Audience

DONE: Mapping[str, str] = {"announce": "发到工作群"}
KINDS: Mapping[str, str] = {
    "account": "账号",
    "sign-in": "没有这个用户名",
    "origin": "这个网络地址",
    "contact": "联系人",
    "letter": "函件",
    "call": "电话记录",
    "feed": "日历订阅",
    "request": "申请",
    "office": "单位邮箱",
    "address": "待定邮箱",
    "mentor": "导师",
    "institution": "高校、科研院所",
    "school": "中学",
    "suppressed": "停止发函的邮箱",
    "bounces": "退信",
    "restoration": "备份",
    "clock": "投递时钟",
    "prepared": "送签批的事项",
}
"""What an id is of."""

KEY = ("phase", "city", "attempt", "recipient", "kind", "slot")
"""The parts of a letter's key."""

SEPARATOR = re.compile("[:/ ]")
YEARLY: Mapping[str, str] = {"year": "年度", "calendar": "年度日历"}


def done(what: str) -> str:
    """Word what was done."""
    return DONE.get(what, what)


def event(what: Event, phase: Phase | None) -> str:
    """Word an event of a phase: what the province's last word is called depends on it."""
    return phrases.deed(what, (phase.province if phase else None) or "approve")


def subject(kept: str, names: Mapping[str, str]) -> str:
    """Word what something was done to; `names` are those of accounts (account:3), cities, phases and exports by key."""
    if kept in names:
        return names[kept]
    kind, rest = (*SEPARATOR.split(kept, maxsplit=1), "")[:2]
    parts = rest.split("/")
    if kind.isdecimal():
        return " ".join((f"{kind} 年度", *(names.get(part, part) for part in parts if part)))
    if kind in YEARLY:
        return f"{rest} {YEARLY[kind]}"
    if kind == "export":
        year, _, name = rest.partition("/")
        return f"{year} 年度 {names.get(kept, names.get(f'export:{name}', name))}"
    if kind == "letter" and len(parts) == len(KEY):
        return _letter(dict(zip(KEY, parts, strict=True)), names)
    number = f" {rest} 号" if rest.isdecimal() else f" {names[rest]}" if rest in names else ""
    return f"{KINDS[kind]}{number}" if kind in KINDS else kept


def _letter(key: Mapping[str, str], names: Mapping[str, str]) -> str:
    """Name a letter by its key, or all of a kind in a phase: `*` is whatever it may be."""
    to, _, whose = key["recipient"].partition(":")
    words = [names.get(key[part], key[part]) for part in ("city", "phase") if key[part] != "*"]
    said = " ".join((*words, TAGS.get(cast("Kind", key["kind"]), key["kind"])))
    if to == "*":
        return f"{said}（整类）"
    number = f" {whose} 号" if whose.isdecimal() else ""
    return f"函件 {said}，致{AUDIENCES[cast('Audience', to)]}{number}"
