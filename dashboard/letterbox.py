"""Letters in words: what each state means, what a kind is called, and how much of an address is shown to whom."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from acts.recipients import OFFICES, named
from letters.words import TAGS
from models.letterbox import own

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from calendars.year import Year
    from dashboard.reader import Reader
    from models.letterbox import Listed


@dataclass(frozen=True, slots=True)
class State:
    """A letter's state: its shape and word, and what it means for whoever waits for the letter."""

    slug: str
    shape: str
    word: str
    meaning: str


_STATES = (
    State("queued", "○", "待发", "已经写好，等待投递。"),
    State("sending", "◐", "发送中", "正在投递，结果很快就有。"),
    State("sent", "✓", "已发", "收件方的邮件服务器已经接收。"),
    State("failed", "!", "未送达", "被对方邮局拒收、被退回，或多次投递没有成功；请核对邮箱后重发。"),
    State("unknown", "?", "待核实", "投递中断，不能确定是否送达；请核实后办理。"),
    State("held", "‖", "暂存", "没有登记邮箱，或邮箱已经停用；登记新邮箱后自动发出。"),
    State("cancelled", "—", "已取消", "发出之前情况已变，不再发送。"),
)
STATES: Mapping[str, State] = MappingProxyType({state.slug: state for state in _STATES})
"""Every state of a letter, by its slug."""

KINDS: Mapping[str, str] = MappingProxyType({str(kind): word for kind, word in TAGS.items()})
"""The word of each kind of letter."""


def recipients(year: Year, listed: Iterable[Listed]) -> dict[str, str]:
    """Name the recipients of these letters, by their keys."""
    return {each.recipient: named(year, each.recipient) for each in listed}


def may_read(reader: Reader, recipient: str) -> bool:
    """Tell whether a letter to this recipient is the reader's to see: the province's all, a city's its own office's."""
    return reader.city is None or recipient in own(reader.city)


def address_for(reader: Reader, recipient: str, address: str) -> str:
    """Show an address: an office's in full, a mentor's or a school's in full only to whoever may act on it."""
    if not address:
        return "没有登记"
    if recipient.partition(":")[0] in OFFICES or reader.admin:
        return address
    name, at, host = address.partition("@")
    return f"{name[:1]}***{at}{host}"
