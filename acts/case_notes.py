"""Noting, asking and answering about a case, between the province and a city, or within one office (decision 71)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendars.deadlines import day_of
from forms.cells import BadCellError, prose
from gates.states import Event
from letters.brief import RequestBrief
from models import audit, case_notes
from models.case_notes import PROVINCE
from season import owing
from season.outcome import Outcome
from season.transaction import sitting

if TYPE_CHECKING:
    from models.case_notes import NewNote
    from models.database import Database
    from models.stamp import Stamp
    from season.unit_of_work import Season

LONGEST = 500
"""Characters of a note."""


def add_note(database: Database, year: int, new: NewNote, token: str, stamp: Stamp) -> Outcome:
    """Put a note, a question or an answer on record, for ever as it is; whoever is asked, or was answered, is told.

    The log of the city phase names its number alone, and nothing of one that is internal. `refused` where nothing was
    written, the day is over, or what is answered does not wait for that office.
    """
    with sitting(database, year, stamp, [new.city]) as season:
        season.not_backdated(season.cells[new.phase, new.city])
        asked = _asked(season, new)
        why = _unfit(season, new) or ("" if new.answers is None or asked else "这条提问不等本单位回复，或者已经回复")
        if asked is not None:  # from whichever page it is given, it is about what was asked
            new = new._replace(phase=asked.phase, about=asked.about)
        if why:
            return Outcome("refused", f"{season.title(new.phase, new.city)}：{why}。")
        number = case_notes.add(season.connection, token, year, new._replace(text=prose(new.text, LONGEST)), stamp)
        _on_record(season, new, number)
        if new.owner is not None:
            brief = RequestBrief(number, stamp.by, day_of(season.arrived), new.until, "")
            owing.noted(season, season.cells[new.phase, new.city], brief, _recipient(new.owner))
        elif asked is not None:
            brief = RequestBrief(asked.id, stamp.by, day_of(season.arrived), None, "", granted=True)
            owing.noted(season, season.cells[new.phase, new.city], brief, _recipient(asked.office))
        done = f"{asked.id} 号留言已回复" if asked else f"已记下 {number} 号{'提问' if new.owner else '留言'}"
    return season.answered(Outcome("done", f"{season.title(new.phase, new.city)}：{done}。"))


def _asked(season: Season, new: NewNote) -> case_notes.KeptNote | None:
    """Give the question that it answers, where it waits for that office."""
    waiting = case_notes.unanswered(season.connection, season.year.year, new.office, season.stamp.as_of)
    return next((one for one in waiting if (one.id, one.city) == (new.answers, new.city)), None)


def _unfit(season: Season, new: NewNote) -> str:
    """Say what is wrong with what was written; "" where nothing is."""
    try:
        written = prose(new.text, LONGEST)
    except BadCellError as error:
        return f"留言{error.wrong}，请改正"
    if not written:
        return "请写明留言的内容"
    if new.until is not None and new.until < day_of(season.arrived):
        return f"回复期限 {new.until} 已经过去，请另定日期"
    return ""


def _on_record(season: Season, new: NewNote, number: int) -> None:
    """Name the number, never the words: in the city phase's log, and of what the log does not have in the audit."""
    if not new.internal:
        what = f"回复 {new.answers} 号留言" if new.answers else f"{number} 号{'提问' if new.owner else '留言'}"
        season.note(season.cells[new.phase, new.city], Event.NOTE, what)
    if new.internal or new.office == PROVINCE:
        city = None if new.internal else new.city
        stamp = season.stamp
        audit.record(season.connection, stamp, "留言", f"note/{number}", account=stamp.account, city=city)


def _recipient(office: str) -> str:
    return office if office == PROVINCE else f"city:{office}"
