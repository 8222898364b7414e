"""A preview in words: of each city what stands before and after, every letter, the totals, who is left as they were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendars.typed_year import fields
from dashboard.views.dates import moment
from letters.addressee import in_text
from models.letter_states import LetterState
from season.recipients import named

if TYPE_CHECKING:
    from datetime import datetime

    from acts.act import Filled
    from calendars.drafts import Change, Difference
    from calendars.phase_terms import Terms
    from calendars.typed_year import YearField
    from calendars.year import Year
    from dashboard.acts.trial import Tried
    from forms.workbook_rows import RowError
    from models.outbox import LetterRow
    from models.reports import Standing
    from season.outcome import Outcome


FIRST_ROW = 2
"""The number of the first typed row, as under the header of a workbook."""

SENT, UNSENT = "会发出的函件", "不发出、只留记录的函件"

OPENABLE = 30
"""So many letters can be opened on the page; of more, only recipient and subject are listed."""


@dataclass(frozen=True, slots=True)
class Line:
    """A phase of a city before and after."""

    phase: str
    before: str
    after: str

    @property
    def changed(self) -> bool:
        """Whether anything of it changes."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class PreviewedCity:
    """A city of which something changes; all its phases where it is alone, else those that change."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A letter: to whom in words, the subject, the text where it can be opened."""

    to: str
    subject: str
    text: str | None


@dataclass(frozen=True, slots=True)
class ShownLetters:
    """Letters under one heading; `why` they are not sent, "" where they are."""

    title: str
    why: str
    rows: tuple[Shown, ...]


def cities(year: Year, tried: Tried) -> tuple[PreviewedCity, ...]:
    """Give what changes, city by city."""
    touched = [slug for slug in tried.before.cities if slug in tried.touched]
    found = []
    for slug in touched:
        pairs = zip(tried.before.cities[slug], tried.after.cities[slug], strict=True)
        lines = tuple(Line(year.phase(was.phase).name, stands(was), stands(now)) for was, now in pairs)
        kept = lines if len(touched) == 1 else tuple(line for line in lines if line.changed)
        found.append(PreviewedCity(year.city(slug).name, kept))
    return tuple(found)


def stands(standing: Standing) -> str:
    """Say where a city phase stands and until when."""
    said = [standing.state.chinese]
    if standing.attempt > 1:
        said.append(f"第 {standing.attempt} 轮")
    if standing.waived:
        said.append(f"豁免 {'、'.join(standing.waived)}")
    return f"{'，'.join(said)}，截止 {standing.due.day}"


def letters(year: Year, tried: Tried) -> tuple[ShownLetters, ...]:
    """Give every letter that would be written: first those to be sent, then those that are only kept, by the reason."""
    found: dict[str, list[Shown]] = {"": []}
    for place, row in enumerate(tried.outcome.changes.letters):
        why = row.detail or "不发送" if row.state == LetterState.CANCELLED else ""
        found.setdefault(why, []).append(_letter(year, row, tried.after.as_of, openable=place < OPENABLE))
    return tuple(ShownLetters(UNSENT if why else SENT, why, tuple(rows)) for why, rows in found.items())


def _letter(year: Year, row: LetterRow, as_of: datetime, *, openable: bool) -> Shown:
    waiting = f"（{row.detail or '不发送'}）" if row.state == LetterState.HELD else ""
    if row.leaves_at is not None and row.leaves_at > as_of:
        waiting += f"（将于 {moment(row.leaves_at)} 发出）"
    return Shown(
        named(year, row.recipient) + waiting, row.subject, in_text(row.text, row.addressee) if openable else None
    )


def untouched(year: Year, tried: Tried) -> str:
    """Say of which cities nothing at all changed, by the comparison of their rows."""
    names = [year.city(slug).name for slug in tried.untouched]
    if not names:
        return "各市的函件或记录都有变化。"
    return f"{'、'.join(names)} {len(names)} 个市的状态、截止日、函件和记录逐行比对，没有一行变化。"


def wrong(outcome: Outcome, filled: Filled) -> tuple[str, ...]:
    """Say every fault of typed rows, by the student that the row is about."""
    return tuple(_wrong(error, filled) for error in outcome.errors)


def _wrong(error: RowError, filled: Filled) -> str:
    if error.row is None:
        return error.sentence
    row = filled.rows[error.row - FIRST_ROW]
    found = f"填的是“{error.found}”，" if error.found else ""
    return f"{row['number']} {row.get('name', '')}“{error.column}”：{found}{error.wrong}；{error.right}。"


def totals(tried: Tried) -> tuple[tuple[str, int, int], ...]:
    """Give the totals over the province, before and after."""
    found = tuple((total.label, was, now) for total, (was, now) in tried.totals.items())
    return found if tried.trained is None else (*found, ("在培", *tried.trained))


def differences(difference: Difference) -> tuple[tuple[str, Change], ...]:
    """Give the moments that a new calendar adds, moves and drops, each with its word."""
    groups = (("新增", difference.appearing), ("调整", difference.moving), ("取消", difference.vanishing))
    return tuple((word, change) for word, changes in groups for change in changes)


def changed_fields(year: Year, calendar: Year, terms: Terms) -> tuple[tuple[str, str, str], ...]:
    """Give each field that a new calendar states otherwise: its name, what stands in it, what will."""
    before, after = fields(year, terms), fields(calendar, terms)
    return tuple(
        (one.label, _stated(before.get(name)), _stated(one))
        for name, one in after.items()
        if _stated(before.get(name)) != _stated(one)
    )


def _stated(one: YearField | None) -> str:
    return "" if one is None else "是" if one.shape == "yes" and one.value else one.value
