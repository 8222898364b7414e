"""`talent letters suppress`, `unsuppress`, `bounces`: addresses that are written to no more."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from commands.options import SEASON, SeasonOptions, UsageError
from commands.outcomes import hinted, report
from commands.output import answer, line

if TYPE_CHECKING:
    from rich.console import Console

    from acts.suppress import Returned

Address = Annotated[str, Parameter(name="邮箱", help="邮箱地址，不分大小写")]
BY_HAND = "人工停止发函"


def suppress(
    address: Address,
    /,
    *,
    reason: Annotated[str, Parameter(metavar="事由", help="事由，记录在案")] = BY_HAND,
    season: SeasonOptions = SEASON,
) -> int:
    """Write to an address no more."""
    from acts.suppress import suppress as act

    database, year, stamp = season.acting(shared=True)
    return report(season, year, act(database, address, stamp, reason=reason))


def unsuppress(address: Address, /, *, season: SeasonOptions = SEASON) -> int:
    """Write to an address again; 1 where it was not suppressed."""
    from acts.suppress import unsuppress as act

    database, year, stamp = season.acting(shared=True)
    said = act(database, address, stamp)
    return report(season, year, said if said.done else hinted(said, "停止发函的邮箱见 talent status"))


def bounces(
    mailbox: Annotated[
        str,
        Parameter(name="文件", help="mbox 文件、Maildir 目录、单封邮件，或 -（标准输入）", allow_leading_hyphen=True),
    ],
    /,
    *,
    season: SeasonOptions = SEASON,
) -> None:
    """Read the bounces of a mailbox: their letters have failed, their addresses are suppressed."""
    from acts.suppress import take_back

    messages = _messages(mailbox)
    database, _, stamp = season.acting(shared=True)
    found = take_back(database, messages, stamp)
    answer(season.json, asdict(found), lambda console: _show(console, found))


def _messages(mailbox: str) -> Iterator[bytes]:
    """The messages of a file, a folder or the standard input; raises UsageError where there is nothing of that name."""
    from post.bounces import split

    if mailbox == "-":
        return split(sys.stdin.buffer.read())
    path = Path(mailbox)
    if path.is_file():
        return split(path.read_bytes())
    if not (path / "new").is_dir():
        raise UsageError(f"{mailbox} 不是邮箱文件，也不是 Maildir 目录。")
    return (file.read_bytes() for folder in ("new", "cur") for file in sorted((path / folder).glob("*")))


def _show(console: Console, found: Returned) -> None:
    line(console, f"读到 {found.read} 封邮件，其中退信 {found.bounces} 封，暂缓投递的通知 {found.delayed} 封。")
    line(console, f"{found.letters} 封函件改记为未送达。")
    for address in found.suppressed:
        line(console, f"已停止向 {address} 发函：更正邮箱，或用 talent letters unsuppress 恢复。")
    if found.unclear:
        line(console, f"{len(found.unclear)} 封退信不能确定退的是哪一封函件，未作处理，请人工核对：")
    for one in found.unclear:
        why = "收件地址不同" if one.addresses else "没有写明收件地址"
        which = f"（夹带 {one.letter} 号函件，但{why}）" if one.letter else "（未附原件）"
        line(console, f"  {'、'.join(one.addresses) or '未知收件人'}{which}：{one.reason}")
    if found.foreign:
        line(console, f"{found.foreign} 封退信不涉及本系统发出的函件，未作处理。")
