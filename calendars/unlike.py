"""What a year's calendar has otherwise than the year before, in the words of its form: days, figures, phases."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from calendars.typed_year import fields

if TYPE_CHECKING:
    from calendars.phase_terms import Terms
    from calendars.typed_year import YearField
    from calendars.year import Year

LEFT_OUT = ("year", "title", "notice", "draft", "contact", "days")
"""What is another in every year: the head of the notice, whom to ask, single holidays."""

NOTHING = "无"


class Unlike(NamedTuple):
    """A value of the form that differs: what it is of, what it was, what it is."""

    label: str
    before: str
    after: str


def unlike(before: Year, after: Year, terms: Terms) -> tuple[Unlike, ...]:
    """Give what differs, in the order of the form; a day is the same where its month and day of the month are."""
    was, now = fields(before, terms), fields(after, terms)
    names = (name for name in dict.fromkeys((*now, *was)) if name.partition(".")[0] not in LEFT_OUT)
    found = ((name, _shown(was.get(name)), _shown(now.get(name))) for name in names)
    return tuple(Unlike((now.get(name) or was[name]).label, old, new) for name, old, new in found if old != new)


def _shown(one: YearField | None) -> str:
    if one is None or not one.value:
        return NOTHING
    value = one.value[5:] if one.shape == "day" else one.value
    return f"{value}{one.unit}"
