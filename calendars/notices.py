"""A notice, clause by clause, bound to what does it: rules, moments, letters, pages, figures, columns, records.

The file is TOML (`docs/notice/YEAR.toml`). What a binding names is held against the year's calendar and against names
that the caller gathers from the other rooms, so that this stays pure.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from calendars.errors import TalentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from calendars.year import Year

Kind = Literal["duty", "date", "figure", "person", "paper"]
NAMED = ("rules", "letters", "pages", "columns", "records")
"""What a clause binds by name alone, in the order of the report."""

VALUED = ("figures", "moments")
"""What a clause binds with the value that the notice states."""

Value = date | int | Decimal | str | tuple[int, ...] | tuple[str, ...]


class NoticeUnreadable(TalentError):
    """{source} 读不了：{reason}。请对照 docs/notice 里已有的文件改正。"""


class _Stated(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Clause(_Stated):
    """One duty, date, figure, person or paper of a clause, in our own words, and what of the system does it.

    `figures` are keys of the year file, `moments` are `PHASE.FIELD`; both with the value that the notice states.
    `missing` says what nothing does yet, `work` which piece of work would.
    """

    at: str
    kind: Kind
    says: str
    rules: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    figures: dict[str, Value] = Field(default_factory=dict)
    moments: dict[str, Value] = Field(default_factory=dict)
    missing: str | None = None
    work: str | None = None

    @model_validator(mode="after")
    def _says_which_work(self) -> Self:
        if bool(self.missing) != bool(self.work):
            raise ValueError("missing 与 work 要一起写")
        return self

    @property
    def bound(self) -> bool:
        """Whether anything does it."""
        return any(getattr(self, name) for name in (*NAMED, *VALUED))


class Local(_Stated):
    """What the notice leaves open: rules, figures and moments that no clause states."""

    rules: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    moments: tuple[str, ...] = ()


class Notice(_Stated):
    """A year's notice: its number, its clauses in order, and what is not of it."""

    notice: str
    year: int
    local: Local
    clause: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """One finding: where, and what.

    Missing: nothing does it yet. Untrue: there is no such thing, or another value. Unstated: the system has it, and
    the notice's file does not say whence.
    """

    kind: Literal["missing", "untrue", "unstated"]
    at: str
    says: str


def read(path: Path) -> Notice:
    """Give the notice of a file, or raise `NoticeUnreadable`."""
    try:
        return Notice.model_validate(tomllib.loads(path.read_text("utf-8"), parse_float=Decimal))
    except OSError as error:
        raise NoticeUnreadable(source=path.name, reason=error.strerror) from None
    except tomllib.TOMLDecodeError as error:
        raise NoticeUnreadable(source=path.name, reason=str(error)) from None
    except ValidationError as error:
        where = "；".join(".".join(map(str, fault["loc"])) for fault in error.errors(include_url=False))
        raise NoticeUnreadable(source=path.name, reason=f"{where} 不合要求") from None


def check(notice: Notice, year: Year, names: Mapping[str, frozenset[str]]) -> tuple[Gap, ...]:
    """Give all gaps between a notice and what does it; `names` are those there are, by the words of `NAMED`."""
    return (*_of_clauses(notice, year, names), *_unstated(notice, year, names["rules"]))


def _of_clauses(notice: Notice, year: Year, names: Mapping[str, frozenset[str]]) -> Iterator[Gap]:
    if notice.notice != year.notice:
        yield Gap("untrue", "文号", f"这里是“{notice.notice}”，年度文件是“{year.notice}”")
    for clause in notice.clause:
        if not clause.bound and not clause.missing:
            yield Gap("missing", clause.at, f"{clause.says}：没有写明由什么来办")
        elif clause.missing:
            yield Gap("missing", clause.at, f"{clause.says}：还缺{clause.missing}（{clause.work}）")
        for name in NAMED:
            for word in getattr(clause, name):
                if word not in names[name]:
                    yield Gap("untrue", clause.at, f"{clause.says}：没有 {word}（{name}）")
        yield from _values(clause, figures(year), clause.figures)
        yield from _values(clause, moments(year), clause.moments)


def _values(clause: Clause, held: Mapping[str, Value], stated: Mapping[str, Value]) -> Iterator[Gap]:
    for key, value in stated.items():
        if key not in held:
            yield Gap("untrue", clause.at, f"{clause.says}：年度文件里没有 {key}")
        elif held[key] != value:
            yield Gap(
                "untrue", clause.at, f"{clause.says}：通知是 {said(value)}，年度文件的 {key} 是 {said(held[key])}"
            )


def _unstated(notice: Notice, year: Year, rules: Iterable[str]) -> Iterator[Gap]:
    there = {"rules": rules, "figures": figures(year), "moments": moments(year)}
    for name, held in there.items():
        stated = {word for clause in notice.clause for word in getattr(clause, name)} | {*getattr(notice.local, name)}
        for word in sorted({*held} - stated):
            yield Gap("unstated", "本地约定", f"系统里有 {word}（{name}），没有写明出自哪一条")


def figures(year: Year) -> dict[str, Value]:
    """Give the figures of a year by their keys, its subjects and the names of its cities among them."""
    stated = year.figures.model_dump()
    return stated | {"subjects": year.subjects, "cities": tuple(city.name for city in year.cities)}


def moments(year: Year) -> dict[str, Value]:
    """Give what a calendar fixes of its phases, as `PHASE.FIELD`: days, and how the province ends a phase."""
    fields = ("opens", "due", "monthly_from", "files_from", "province", "province_due", "second_due")
    held = {(phase.slug, field): getattr(phase, field) for phase in year.phases for field in fields}
    return {f"{slug}.{field}": value for (slug, field), value in held.items() if value is not None}


def said(value: Any) -> str:  # noqa: ANN401 -- whatever a year file holds
    """Say a stated value to people."""
    return "、".join(map(str, value)) if isinstance(value, tuple) else str(value)
