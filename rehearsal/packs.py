"""An input pack: what cities filed and the province decided, in time order, as a folder holds it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calendars.deadlines import TZ
from calendars.errors import TalentError

if TYPE_CHECKING:
    from collections.abc import Mapping

NEEDS: Mapping[str, frozenset[str]] = {
    "load": frozenset({"city", "phase", "file"}),
    "submit": frozenset({"city", "phase"}),
    "approve": frozenset({"city", "phase"}),
    "reject": frozenset({"city", "phase", "reason"}),
    "waive": frozenset({"city", "phase", "rule", "reason"}),
    "extend": frozenset({"phase", "until", "reason"}),
    "rerun": frozenset({"city", "phase", "until", "reason"}),
    "withdraw": frozenset({"city", "reason"}),
}
"""What may be done in a pack, and the keys that each needs."""


class BadPack(TalentError):
    """演练材料 {file} 第 {number} 项有误：{wrong}。"""


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of a pack. `options` are its other keys; `expect` and `rule` beside it are no input to the play."""

    at: datetime
    do: str
    city: str | None
    phase: str | None
    options: Mapping[str, Any] = field(default_factory=dict)
    expect: str | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """A year's events in the order they are played, and the folder that their files lie in.

    `visitor` is the city that a demonstration lets its visitor act for.
    """

    year: int
    events: tuple[Happening, ...]
    folder: Path
    visitor: str | None = None


def read_pack(folder: Path) -> Pack:
    """Read `pack.toml` of a folder; raise `BadPack` with the event and what is wrong with it."""
    path = folder / "pack.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadPack(file=path.name, number=0, wrong=f"读不出来（{error}）") from error
    events = [_happening(path, number, event) for number, event in enumerate(data.get("events", []), start=1)]
    return Pack(int(data["year"]), tuple(sorted(events, key=lambda event: event.at)), folder, data.get("visitor"))


def _happening(path: Path, number: int, event: Mapping[str, Any]) -> Happening:
    do = str(event.get("do"))
    if do not in NEEDS:
        raise BadPack(file=path.name, number=number, wrong=f"不认识的操作 {do!r}，可用的有 {'、'.join(NEEDS)}")
    missing = sorted((NEEDS[do] | {"at"}) - event.keys())
    if missing:
        raise BadPack(file=path.name, number=number, wrong=f"缺少 {'、'.join(missing)}")
    named = {"at", "do", "city", "phase", "expect"}
    at = datetime.fromisoformat(str(event["at"]))
    return Happening(
        at if at.tzinfo else at.replace(tzinfo=TZ),
        do,
        event.get("city"),
        event.get("phase"),
        {key: value for key, value in event.items() if key not in named},
        event.get("expect"),
    )
