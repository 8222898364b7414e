"""An input pack: the events of a season in time order, and the folder with the workbooks that they load."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from calendars.deadlines import TZ
from calendars.errors import TalentError

EVENTS = "pack.toml"
NEEDS = {
    "load": ("phase", "file"),
    "submit": ("phase",),
    "approve": ("phase",),
    "reject": ("phase", "reason"),
    "waive": ("phase", "rule", "reason"),
    "rerun": ("phase", "until", "reason"),
    "withdraw": ("reason",),
}
"""The keys that an event must have, by what it does."""


class UnreadablePack(TalentError):
    """{file} 读不出来：{reason}。"""


class Event(BaseModel):
    """One event; keys that it does not need are empty. `rule` is a waiver's, or beside `expect` the rule that refuses."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: datetime
    city: str
    do: Literal["load", "submit", "approve", "reject", "waive", "rerun", "withdraw"]
    phase: str = ""
    file: str = ""
    rule: str = ""
    reason: str = ""
    until: date | None = None
    expect: Literal["refused", "returned", "form-errors"] | None = None

    @field_validator("at")
    @classmethod
    def _local(cls, at: datetime) -> datetime:
        return at.replace(tzinfo=TZ) if at.tzinfo is None else at.astimezone(TZ)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        missing = [key for key in NEEDS[self.do] if not getattr(self, key)]
        if missing:
            raise ValueError(f"{self.do} 缺少 {'、'.join(missing)}")
        return self

    @property
    def refused_by(self) -> str | None:
        """The rule that must refuse it, where one is marked."""
        return self.rule or None if self.expect and self.do != "waive" else None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    year: int
    events: tuple[Event, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Pack:
    """A season's events in time order; files are named from `folder`."""

    year: int
    events: tuple[Event, ...]
    folder: Path


def read(folder: Path) -> Pack:
    """Read a pack; raise `UnreadablePack` with what is wrong with which event, or which workbook is not there."""
    path = folder / EVENTS
    try:
        found = _File.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise UnreadablePack(file=path, reason=error.strerror) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnreadablePack(file=path, reason=error) from error
    except ValidationError as error:
        raise UnreadablePack(file=path, reason="；".join(map(_fault, error.errors()))) from error
    lost = sorted({event.file for event in found.events if event.file and not (folder / event.file).is_file()})
    if lost:
        raise UnreadablePack(file=path, reason=f"没有这些工作簿：{'、'.join(lost)}")
    return Pack(found.year, tuple(sorted(found.events, key=lambda event: event.at)), folder)


def _fault(error: object) -> str:
    assert isinstance(error, dict)
    match error["loc"]:
        case ("events", int(number), *keys):
            where = f"第 {number + 1} 个事件" + "".join(f" {key}" for key in keys)
        case keys:
            where = ".".join(map(str, keys))
    return f"{where}：{str(error['msg']).removeprefix('Value error, ')}"
