"""Letters in words: what each state means, what a kind is called, which of an office's addresses are good."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from letters.words import STATES as WORDS
from letters.words import SUBJECT_MARK, TAGS, is_untold
from models.letter_states import LetterState
from models.letterbox import own
from models.second_ways import WAYS, covered
from phases.letter_kinds import UNTOLD
from season.recipients import named

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from calendars.year import Year
    from dashboard.signing_in.reader import Reader
    from models.contact_evidence import EvidenceLetter
    from models.letterbox import KeptLetter, Listed
    from models.second_ways import ChosenWay, Way


@dataclass(frozen=True, slots=True)
class LetterStateShown:
    """A letter's state: its shape and word, and what it means for whoever waits for the letter."""

    slug: str
    shape: str
    word: str
    meaning: str


_STATES = (
    ("queued", "○", "已经写好，等待投递。"),
    ("sending", "◐", "正在投递，结果很快就有。"),
    ("sent", "✓", "已经交出；由邮件服务器投递的，对方已经接收；写成文件的，存在本机，没有寄出。"),
    ("failed", "!", "被对方邮局拒收、被退回，或多次投递没有成功；请核对邮箱后重发。"),
    ("unknown", "?", "投递中断，不能确定是否送达；请核实后办理。"),
    ("held", "‖", "没有登记邮箱，或已停止向该邮箱发函；登记新邮箱后自动发出。"),
    ("awaiting", "Ⅱ", "已经写好，等待省级管理办公室阅后放行。"),
    ("cancelled", "—", "发出之前情况已变，或经人工确认，不再发送。"),
)
STATES: Mapping[str, LetterStateShown] = MappingProxyType(
    {slug: LetterStateShown(slug, shape, WORDS[slug], meaning) for slug, shape, meaning in _STATES}
)
"""Every state of a letter, by its slug."""

_UNTOLD = LetterStateShown("cancelled", "—", UNTOLD, "")


def shown_state(letter: Listed | KeptLetter | EvidenceLetter) -> LetterStateShown:
    """Give a letter's state as it is shown: one that the province chose not to send says so."""
    return _UNTOLD if is_untold(letter.state, letter.detail) else STATES[letter.state]


KINDS = TAGS
"""The word of each kind of letter."""


UNKNOWN = "没有登记"
"""Where no address is on file."""


def recipients(year: Year, listed: Iterable[Listed]) -> dict[str, str]:
    """Name the recipients of these letters, by their keys."""
    return {each.recipient: named(year, each.recipient) for each in listed}


@dataclass(frozen=True, slots=True)
class OnFile:
    """One of an office's addresses; `good` is False where letters to it wait."""

    whose: str
    address: str
    status: str
    good: bool


def on_file(office: tuple[str | None, str | None], given_up: Collection[str], *, rehearsal: bool) -> tuple[OnFile, ...]:
    """Tell how an office's two addresses, its own and its head's, stand.

    `given_up` are those that are written to no more, in lower case. A rehearsal has stand-ins where none is on file.
    """
    pairs = zip(("市级管理办公室", "负责同志"), office, strict=True)
    return tuple(_on_file(whose, address or "", given_up, rehearsal) for whose, address in pairs)


def _on_file(whose: str, address: str, given_up: Collection[str], rehearsal: bool) -> OnFile:
    if not address:
        return OnFile(whose, "", f"{UNKNOWN}（演练中用代替地址）" if rehearsal else UNKNOWN, good=rehearsal)
    if address.lower() in given_up:
        return OnFile(whose, address, "已停止发函", good=False)
    return OnFile(whose, address, "正常", good=True)


def heading(subject: str) -> str:
    """Give a letter's subject as a list of letters has it: without the mark that begins every one of them."""
    return subject.removeprefix(SUBJECT_MARK)


def may_read(reader: Reader, recipient: str, state: str | None = None, writer: str = "") -> bool:
    """Tell whether a letter to this recipient is the reader's to see: the province's all, a city's its own office's.

    Of a letter in that state: a city sees none that waits for its release. What an office is the `writer` of it reads.
    """
    if reader.city in {None, writer}:
        return True
    return recipient in own(reader.city or "") and state != LetterState.AWAITING


def second_way(chosen: ChosenWay | None) -> str:
    """Say which second way somebody chose, its address covered, and why nothing goes there; "" where none."""
    if chosen is None:
        return ""
    return f"{way_and_address(chosen.way, chosen.address)}{f'（已停用：{chosen.stopped}）' if chosen.stopped else ''}"


def way_and_address(way: str, address: str) -> str:
    """Name a way with its address covered."""
    return f"{WAYS[cast('Way', way)]} {covered(address)}"
