"""An input pack: what cities filed and the province decided, in time order, as a folder holds it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from acts.book import ACTS
from calendars.deadlines import TZ
from calendars.errors import TalentError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acts.act import Act, Kind

WRITTEN: frozenset[Kind] = frozenset(
    {"phase", "form", "cities", "city", "day", "reason", "rule", "choice", "file", "text", "student", "remark", "again"}
)
"""The kinds of field that a pack can write."""


def played() -> Mapping[str, Act]:
    """Give the acts that a pack can do: those to a city all of whose fields can be written in it."""
    return {
        slug: act
        for slug, act in ACTS.items()
        if act.asks("city") and WRITTEN.issuperset(one.kind for one in act.fields)
    }


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
    do, acts = str(event.get("do")), played()
    if do not in acts:
        raise BadPack(file=path.name, number=number, wrong=f"不认识的操作 {do!r}，可用的有 {'、'.join(acts)}")
    missing = sorted((acts[do].needs | {"at"}) - event.keys())
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
