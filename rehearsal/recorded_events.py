"""What people did in a season on record, as events that a play can let happen again; and what it cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from acts.correct_result import result_said
from acts.correct_score import score_said
from acts.decline_place import NOBODY
from acts.question import asked_about
from acts.signatures import BY_RULE
from gates.states import Event
from models.days_of_persons import TAKEN_BACK
from models.personal_changes import GONE
from models.revised_calendars import replaced
from phases.application import PHASE as APPLICATION
from rehearsal.packs import Happening

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row

    from models.recorded_season import Logged, RecordedSeason

Options = dict[str, Any]
Done = Callable[["RecordedSeason", "Logged"], Iterator[tuple[str, Options]]]
"""What gives the acts of a row of the log, each with its fields; nothing where another row brings them."""


@dataclass(frozen=True, slots=True)
class NotPlayed:
    """Something on record that cannot be played again: of which city phase, what, when."""

    phase: str
    city: str
    event: Event
    at: datetime

    def as_json(self) -> dict[str, str]:
        """One of `not_played` of `talent fork --json`."""
        return {"phase": self.phase, "city": self.city, "event": self.event, "at": self.at.isoformat()}


class _Lost(Exception):
    """What an act was given is not on record."""


def recorded(season: RecordedSeason) -> tuple[list[Happening], list[NotPlayed]]:
    """Give all that people did, in the order of the log, and what of it cannot be played again.

    The days that a revised calendar moved come with it. What was tried in vain is tried again where its row says all of
    it, for another figure may let it be done; else it is logged again, as notes are: the log's rows are counted.
    """
    events: list[Happening] = []
    left: list[NotPlayed] = []
    returned = {(row.phase, row.city, row.filed_at) for row in season.log if row.event is Event.RETURN}
    once: set[tuple[Event, str, datetime]] = set()
    for row in season.log:
        if row.event in BY_RULE:
            continue
        if row.event is Event.NOTE or (row.refused and row.event not in PLAIN):
            said = {"event": row.event, "reason": row.reason, "refused": row.refused}
            events.append(Happening(row.as_of, LOGGED, row.city, row.phase, said))
            continue
        whole = (row.event, row.city, row.as_of)
        if row.event in OF_A_CITY and whole in once:
            continue
        once.add(whole)
        try:
            acts = list(DONE[row.event](season, row)) if row.event in DONE else None
        except (KeyError, _Lost):
            acts = None
        if acts is None:
            left.append(NotPlayed(row.phase, row.city, row.event, row.as_of))
            continue
        for do, options in acts:
            at = row.filed_at if do == "submit" and row.filed_at and not row.refused else row.as_of
            phase = None if do in {"withdraw", "rejoin", "nobody-applied", "answer"} else row.phase
            expect = "refused" if row.refused else "returned" if (row.phase, row.city, at) in returned else None
            events.append(Happening(at, do, row.city, options.pop("phase", phase), options, expect))
    return events, left


def calendars(season: RecordedSeason, now: str) -> tuple[str, list[tuple[datetime, str]]]:
    """Give the text of the calendar that the year began with, and those that took its place, each since when."""
    was = [one for one in replaced(season.connection, season.year) if one[0] <= season.until]
    texts = [text for _, text in replaced(season.connection, season.year)] + [now]
    return texts[0], [(at, texts[place]) for place, (at, _) in enumerate(was, start=1)]


def _load(season: RecordedSeason, row: Logged) -> Iterator[tuple[str, Options]]:
    """Give the load that the log notes; one whose rows were replaced before anybody judged them is passed over."""
    waiting = season.loads.get((row.phase, row.city, row.as_of), [])
    if waiting:
        load = waiting.pop(0)
        kept = season.rows(load)
        if kept is None:
            raise _Lost
        yield "load", {"phase": load.form, "kept": kept}


def _until(day: object) -> Options:
    """Give a day as an act is given it, typed twice where it is far."""
    return {"until": f"{day}", "confirm": f"{day}"}


def _day(event: str) -> Done:
    def given(season: RecordedSeason, row: Logged) -> Iterator[tuple[str, Options]]:
        place = (row.phase, row.city, row.as_of)
        if row.request is None and (place in season.grants or row.as_of not in season.revised):
            grant = season.grants[place]
            untold = season.untold.get(place, "")
            yield event, {**_until(grant.until), "reason": grant.reason, "untold": untold}

    return given


def _correct(season: RecordedSeason, row: Logged) -> Iterator[tuple[str, Options]]:
    place = (row.phase, row.city, row.as_of)
    yield "correct", {"reason": season.grants[place].reason, "untold": season.untold.get(place, "")}


def _reject(season: RecordedSeason, row: Logged) -> Iterator[tuple[str, Options]]:
    _of_nobody(season, row)
    grant = season.grants.get((row.phase, row.city, row.as_of))
    day = _until(grant.until) if grant else {}
    yield "reject", {"reason": row.reason or "", **day}


def _approve(season: RecordedSeason, row: Logged) -> Iterator[tuple[str, Options]]:
    returned = season.persons.get((row.city, row.as_of), ())
    if returned and all(one.what == "approved" for one in returned):
        mentors = "、".join(one.number for one in returned)
        yield "return-mentors", {"mentors": mentors, "then": "pass", "reason": returned[0].reason}
    else:
        _of_nobody(season, row)
        yield "approve", {}


def _of_nobody(season: RecordedSeason, row: Logged) -> None:
    """Raise `_Lost` where single persons were decided about by the same act: which they were it does not say."""
    if (row.city, row.as_of) in season.persons:
        raise _Lost


def _waive(season: RecordedSeason, row: Logged) -> Iterator[tuple[str, Options]]:
    place = (row.phase, row.city, row.as_of)
    if waived := season.waivers.get(place):
        yield "waive", {"rule": waived.rule, "reason": waived.reason}
    else:
        one = season.excuses[place]
        yield "excuse", {"party": f"{one.name}（{one.place}）" if one.place else one.name, "reason": one.reason}


def _arrange(season: RecordedSeason, row: Logged) -> Iterator[tuple[str, Options]]:
    one = season.arrangements[row.phase, row.city, row.as_of]
    yield "arrange", {"day": f"{one.day}", "begins": one.begins, "place": one.place}


def _ask(season: RecordedSeason, row: Logged) -> Iterator[tuple[str, Options]]:
    one = season.requests[row.request or 0]
    if one.about is None:
        yield "ask", {"number": one.id, "until": one.until, "reason": one.reason}
    else:
        yield "question", {"number": one.id, "about": asked_about(one.about), "reason": one.reason}


def _retract(season: RecordedSeason, row: Logged) -> Iterator[tuple[str, Options]]:
    one = season.requests[row.request or 0]
    yield "retract", {"what": one.kind, "reason": season.answers[one.id, row.as_of].reason or ""}


def _answer(season: RecordedSeason, row: Logged) -> Iterator[tuple[str, Options]]:
    one = season.requests[row.request or 0]
    said = season.answers[one.id, row.as_of]
    if said.said in {"granted", "declined", "upheld", "changed"}:
        grant = season.grants.get((row.phase, row.city, row.as_of))
        day = _until(grant.until if grant else one.until) if said.said == "granted" else {}
        day["untold"] = season.untold.get((row.phase, row.city, row.as_of), "")
        yield "answer", {"request": one.id, "answer": said.said, "reason": said.reason or "", **day}


def _consent(season: RecordedSeason, row: Logged) -> Iterator[tuple[str, Options]]:
    waiting = season.consents[row.city, row.as_of]
    if not waiting:
        raise _Lost
    yield "consent", {"new": waiting.pop(0)}


def _consent_void(season: RecordedSeason, row: Logged) -> Iterator[tuple[str, Options]]:
    waiting = season.consents_in_error[row.city, row.as_of]
    if not waiting:
        raise _Lost
    number, recorded_at, reason = waiting.pop(0)
    yield "consent-void", {"number": number, "recorded_at": recorded_at, "reason": reason}


def _nobody(_: RecordedSeason, row: Logged) -> Iterator[tuple[str, Options]]:
    if row.phase == APPLICATION.slug:
        yield "nobody-applied", {}


def _person(season: RecordedSeason, row: Logged) -> Iterator[tuple[str, Options]]:
    first, *more = changes = season.persons[row.city, row.as_of]
    if (left := next((one for one in changes if one.now == GONE), None)) is not None:
        yield "replace-mentor", _successor(left, first) | {"reason": left.reason}
    elif first.what == "city":
        yield from _move(season, row, first)
    elif first.what == "admitted":
        following = {"next": more[0].number, "funding": more[0].now} if more else {"next": NOBODY}
        yield "decline-place", {"student": first.number, "reason": first.reason, **following}
    elif first.what in {"midterm", "year-end"} and first.now != TAKEN_BACK:
        options = {"phase": first.what, "person": first.number, "reason": first.reason}
        yield "extend-person", options | _until(first.now)
    elif first.what == "training" and not more:
        yield "leave-training", {"student": first.number, "reason": first.reason}
    elif first.what in {"name", "grade", "school"} and not more:
        value = {"what": first.what, "value": first.now}
        yield "correct-student", {"student": first.number, "reason": first.reason, **value}
    else:
        raise _Lost


def _move(season: RecordedSeason, row: Logged, change: Row[Any]) -> Iterator[tuple[str, Options]]:
    """Give a student's move as the city that he left has it; the log of the other one has it, too."""
    if season.city_of[change.was] != row.city:
        return
    office = season.city_of[change.now]
    found = season.home(change.number, office, row.as_of)
    if found is None:
        raise _Lost
    name, institution = _apart(found[1])
    home = {"office": office, "school": found[0], "mentor": name, "institution": institution}
    yield "move-student", {"student": change.number, "reason": change.reason, **home}


def _successor(left: Row[Any], first: Row[Any]) -> Options:
    """Give who left, and who took over where anybody did, each as 姓名（单位）."""
    name, institution = _apart(left.number)
    after = _apart(first.now) if first.what == "mentor" and first is not left else ("", "")
    return {
        "mentor": name, "institution": institution, "successor": after[0], "successor_institution": after[1],
    }  # fmt: skip


def _apart(label: str) -> tuple[str, str]:
    name, _, institution = label.removesuffix("）").partition("（")
    return name, institution


def _amend(_: RecordedSeason, row: Logged) -> Iterator[tuple[str, Options]]:
    said = row.reason or ""
    if corrected := result_said(said):
        number, grade, reason = corrected
        yield "correct-result", {"student": number, "grade": grade, "reason": reason}
    elif scored := score_said(said):
        new, reason = scored
        yield "correct-score", {"student": new.number, "column": new.column, "score": new.score, "reason": reason}
    else:
        raise _Lost


def _said(do: str) -> Done:
    """Give an act that is told nothing but why."""

    def given(_: RecordedSeason, row: Logged) -> Iterator[tuple[str, Options]]:
        yield do, {"reason": row.reason or ""}

    return given


DONE: Mapping[Event, Done] = {
    Event.LOAD: _load,
    Event.SUBMIT: _said("submit"),
    Event.RECALL: _said("recall"),
    Event.APPROVE: _approve,
    Event.REJECT: _reject,
    Event.EXTEND: _day("extend"),
    Event.RERUN: _day("rerun"),
    Event.CORRECT: _correct,
    Event.WAIVE: _waive,
    Event.WITHDRAW: _said("withdraw"),
    Event.REJOIN: _said("rejoin"),
    Event.NUDGE: _said("nudge"),
    Event.ARRANGE: _arrange,
    Event.ASK: _ask,
    Event.QUESTION: _ask,
    Event.RETRACT: _retract,
    Event.ANSWER: _answer,
    Event.NOBODY: _nobody,
    Event.PERSON: _person,
    Event.CONSENT: _consent,
    Event.CONSENT_VOID: _consent_void,
    Event.AMEND: _amend,
}
"""By what the log says, the acts that did it."""

LOGGED = "logged"
"""What stands for an act of which nothing but its row of the log is done again."""

PLAIN = frozenset({Event.SUBMIT, Event.APPROVE, Event.RECALL})
"""What is told nothing that a refused row would lack."""

OF_A_CITY = frozenset({Event.WITHDRAW, Event.REJOIN, Event.NOBODY, Event.PERSON})
"""What is done to a city once, and stands in the log of several of its phases, or several times."""
