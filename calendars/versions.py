"""Versions of the year file, and how one that an earlier release wrote is read by this one.

A year keeps the text of the calendar that it was opened on, and outlives the release it was opened with. So a file says
which version it is written in (`version`; none at all is version 1). What a version did not know gets there what a year
of that time means by it, which stands with the figure (`Since`); what else the next one says otherwise is one pure
function here that brings what TOML gave to it. What was released stays as it is: neither is changed or taken away. New
phases are given to no year: its rows were made when it was opened.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from calendars.errors import TalentError
from calendars.faults import CalendarFaults, Fault
from calendars.year import Figures, Since

Raw = Mapping[str, Any]
"""A year file as TOML gives it, its lists as tuples."""


class TooNew(CalendarFaults):
    """{source}是第 {found} 版的格式，本程序只认到第 {known} 版：程序比写下它的旧，请先升级程序。"""

    def __init__(self, source: str, found: int, known: int) -> None:
        """Name the version found, and the newest that is known."""
        mend = f"本程序只认到第 {known} 版，请先升级程序"
        self.faults = (Fault(source, "version", f"是第 {found} 版的格式", mend),)
        TalentError.__init__(self, source=source, found=found, known=known)

    def __reduce__(self) -> tuple[object, ...]:
        """Let the error cross a process border."""
        return TalentError.__reduce__(self)


def from_1(raw: Raw) -> Raw:
    """Version 1 said no version. What it did not know, by dotted key."""
    return stating(raw, {})


def from_2(raw: Raw) -> Raw:
    """Version 2 stated weights, by which nothing was ever reckoned."""
    figures = raw.get("figures")
    if not isinstance(figures, Mapping):
        return raw
    return {**raw, "figures": {key: value for key, value in figures.items() if key != "weights"}}


UPGRADES: dict[int, Callable[[Raw], Raw]] = {1: from_1, 2: from_2}
"""By version, what brings a file of it to the next, beside the figures that are new there."""


RULES: tuple[str, ...] = (
    "mentors.institution-filed", "mentors.form-complete", "mentors.city-reviewed", "mentors.standing",
    "mentors.team", "mentors.some", "roll-over.pool", "applications.grade", "applications.rank",
    "applications.mentor", "applications.recommended", "applications.once", "applications.consent",
    "roll-over.priority", "shortlist.tested", "shortlist.cut-line", "interviews.from-shortlist", "interviews.ratio",
    "funding.city-cap", "funding.province-total", "meeting.held", "cultivation.plan", "midterm.by-subject",
    "midterm.exit", "year-end.materials", "year-end.logs", "year-end.summaries", "year-end.funds",
    "year-end.visits", "year-end.evaluated", "tracking",
)  # fmt: skip
"""The ids of the rules that a year judges by of which none are kept: all those of the releases before they were."""


def current() -> int:
    """Give the version that this release writes."""
    return max((max(UPGRADES) + 1, *(since.version for since in _since().values())))


def upgraded(raw: Raw, source: str) -> Raw:
    """Give the file in the current version, without saying so; raise `TooNew`, or `CalendarFaults` at no version."""
    found, known = raw.get("version", 1), current()
    if type(found) is not int or found < 1:
        mend = f"新文件写 version = {known}；旧文件原样保留，没有这一行的不必加"
        raise CalendarFaults((Fault(source, "version", f"“{found}”不是版本号", mend),))
    if found > known:
        raise TooNew(source, found, known)
    for version in range(found, known):
        raw = UPGRADES[version](raw) if version in UPGRADES else raw
        raw = stating(raw, {key: since.meant for key, since in _since().items() if since.version == version + 1})
    return {key: value for key, value in raw.items() if key != "version"}


def _since() -> dict[str, Since]:
    """Give what is said of each figure that not every version knew, by dotted key."""
    fields = Figures.model_fields.items()
    return {f"figures.{name}": mark for name, field in fields for mark in field.metadata if isinstance(mark, Since)}


def stating(raw: Raw, given: Mapping[str, object]) -> Raw:
    """Give the file with these values at their dotted keys (`figures.grace`), where it does not state them itself.

    A section that is not there is not made: that is a fault of its own.
    """
    for key, value in given.items():
        raw = _with(raw, key.split("."), value)
    return raw


def assumed(before: Raw, after: Raw) -> dict[str, object]:
    """Give the values that an upgrade stated, by dotted key."""
    stated = dict(_leaves(before))
    return {key: value for key, value in _leaves(after) if key not in stated}


def toml(value: object) -> str:
    """Give a value as a year file writes it."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, int | Decimal | date) and not isinstance(value, bool):
        return str(value)
    return json.dumps(value, ensure_ascii=False)  # TOML reads JSON's words and strings


def _with(raw: Raw, path: list[str], value: object) -> Raw:
    first, *rest = path
    if not rest:
        return {first: value} | dict(raw)
    inner = raw.get(first)
    return {**raw, first: _with(inner, rest, value)} if isinstance(inner, Mapping) else raw


def _leaves(raw: Raw, prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in raw.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
