"""From letters owed to letters written: recipients found for all cities at once, rendered, their keys made."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from calendars.deadlines import day_of, end_of
from gates.states import State
from letters.brief import Brief, Item, SecondDay
from letters.campaigns import campaign
from letters.case_fields import DUE, named
from letters.link_places import FIRST_LINK, INVITING
from letters.occurrences import OFFICES, is_declined, later
from letters.words import CHASED
from models import letter_papers
from models.letter_marks import waits
from models.letter_states import LetterState
from models.loading import loaded_by
from models.outbox import ALL, LetterRow
from models.parties import Reach
from models.written_letters import chased, opened_before, queued_keys
from phases.letter_kinds import LETTER_KINDS, UNTOLD
from phases.parties import called_by
from season import recipients
from season.calendar_files import arranged_for, calendar_file, entries, sets
from season.judging import scope_of
from season.moot_requests import answer_anew, nudge_anew, request_of, settle_requests
from season.moving import tell_moved
from season.one_letter_each import both_days, one_at_once
from season.short_messages import owed_beside
from season.still_due import still_due
from season.still_to_come import still_to_come

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from calendars.deadlines import Due
    from gates.verdict import Finding
    from letters.brief import RequestBrief, Stands
    from letters.campaigns import Campaign
    from models.outbox import LetterKey
    from models.parties import Concerned, PartyOnFile
    from phases.letter_kinds import Kind
    from phases.parties import Audience, Mailing
    from season.owing import Owed
    from season.recipients import Recipient
    from season.still_due import StillDue
    from season.unit_of_work import Season


def correspond(season: Season) -> None:
    """Write every letter owed that was not written before; what the act did is flushed."""
    answer_anew(season)
    nudge_anew(season)
    tell_moved(season)
    settle_requests(season)
    if not season.owed:
        return
    owed, season.owed = season.owed, []
    written = queued_keys(season.connection, season.year.year, (one.slot for one in owed))
    if days := {one.due.instant: one.slot for one in owed if one.kind == "opened" and one.due}:
        written |= opened_before(season.connection, season.year.year, days)
    rows: dict[LetterKey, LetterRow] = {}
    whom: dict[LetterKey, tuple[Owed, Recipient]] = {}
    fresh = _unwritten(owed, written)
    words = _Words(season)
    unwritten = [(one, to) for one, to in _addressed(season, fresh) if _key(one, to) not in written] if fresh else []
    for one, recipient in both_days(unwritten, lambda one, to: _valid_until(season, one, to.audience) is not None):
        key = _key(one, recipient)
        if key not in rows:
            rows[key], whom[key] = _written(season, one, recipient, key, *words.of(one, recipient)), (one, recipient)
    filed = {key for key, cell in season.cells.items() if State.SUBMITTED in {cell.state, cell.resume}}
    letters = one_at_once(list(rows.values()), filed)
    season.writes.letters.extend(letters)
    season.writes.short.extend(owed_beside(season, letters, lambda row: words.brief(*whom[row.key])))


def briefs(season: Season, owed: Sequence[Owed]) -> list[tuple[Owed, Recipient, Brief]]:
    """Give what letters owed would say, to whom each, before any is written; questions are asked once for all."""
    words = _Words(season)
    return [(one, recipient, words.brief(one, recipient)) for one, recipient in _addressed(season, owed)]


def _unwritten(owed: Iterable[Owed], written: Collection[LetterKey]) -> list[Owed]:
    """Leave out what was written before: to each who is named, else to anybody.

    An opening is owed by recipient: who was not concerned when the others were told the same day still gets his.
    """
    done = {(kind, phase, city, attempt, slot) for phase, city, attempt, _, kind, slot in written}

    def is_new(one: Owed) -> bool:
        about = (one.phase or ALL, one.city, one.attempt)
        if one.to:
            return any((*about, whom, one.kind, one.slot) not in written for whom in one.to)
        return one.kind == "opened" or (one.kind, *about, one.slot) not in done

    return [one for one in owed if is_new(one)]


Alike = tuple[int, "Audience", tuple[str, ...], tuple[str, ...], "tuple[Finding, ...]", str]
"""What letters over one cause have in common that differ in their addressee alone."""


class _Words:
    """What the letters of one pass say, each once."""

    def __init__(self, season: Season) -> None:
        self._season = season
        self._files: dict[tuple[str, str | None, str, bool, Due | None, Audience], str | None] = {}
        self._shared: dict[tuple[int, Audience], Brief] = {}
        self._campaigns: dict[Alike, Campaign] = {}

    def of(self, owed: Owed, recipient: Recipient) -> tuple[Campaign, str | None]:
        """Give the words of one letter, and the calendar file that goes with it."""
        instead = owed.instead.get(recipient.key, "")
        like = (id(owed), recipient.audience, recipient.numbers, recipient.listed, recipient.mends, instead)
        found = self._campaigns.get(like)
        if found is None or not found.open:
            found = self._campaigns[like] = campaign(self.brief(owed, recipient), self._season.stamp.words)
        return found, self._file(owed, recipient.audience)

    def _file(self, owed: Owed, audience: Audience) -> str | None:
        cause = (owed.kind, owed.phase, owed.city, owed.second, owed.also and owed.also[0], audience)
        if cause not in self._files:  # it costs as much as two hundred letters
            self._files[cause] = calendar_file(self._season, owed, audience)
        return self._files[cause]

    def brief(self, owed: Owed, recipient: Recipient) -> Brief:
        """Give what one letter says."""
        about = (id(owed), recipient.audience)
        if about not in self._shared:
            self._shared[about] = replace(
                _shared(self._season, owed, recipient.audience),
                stands=self._stands(owed, recipient.audience),
                chased=self._chased[_about(owed)] if owed.kind == "escalation" else {},
                awaits=self._awaits(owed, recipient.audience),
                ends=LETTER_KINDS[owed.kind].calendar == "ends" and self._file(owed, recipient.audience) is not None,
            )
        return _brief(owed, recipient, self._shared[about])

    def _stands(self, owed: Owed, audience: Audience) -> Stands | None:
        """Give how far a city is that is reminded."""
        if owed.kind != "reminder" or audience != "city" or owed.phase is None or owed.second:
            return None
        if self._season.cells[owed.phase, owed.city].state is State.RETURNED:
            return "returned"
        return "drafted" if (owed.phase, owed.city) in self._drafts else "empty"

    def _awaits(self, owed: Owed, audience: Audience) -> tuple[str, ...]:
        """Give what is still to come of a filing that the province is asked to decide about."""
        row = LETTER_KINDS[owed.kind]
        if audience != "province" or owed.phase is None or not (row.by_province or row.occurs == "with-last-word"):
            return ()
        return still_to_come(self._season, self._season.cells[owed.phase, owed.city], self._persons)

    @cached_property
    def _persons(self) -> tuple[StillDue, ...]:
        return still_due(self._season)

    @cached_property
    def _drafts(self) -> frozenset[tuple[str, str]]:
        return loaded_by(self._season.connection, self._season.year.year)

    @cached_property
    def _chased(self) -> Mapping[tuple[str, str, str], Mapping[Kind, tuple[date, ...]]]:
        return chased(self._season.connection, self._season.year.year, CHASED)


def _addressed(season: Season, owed: Iterable[Owed]) -> list[tuple[Owed, Recipient]]:
    """Find who gets each; every question about parties is asked once, for all cities."""
    asked = [(one, audience) for one in owed for audience in recipients.audiences(season, one)]
    cities = sorted({one.city for one, _ in asked if one.city != ALL})
    reach = Reach(scope_of(season, season.year.phases[0].slug, cities))
    concerned: dict[tuple[str, str | None, str, bool], Concerned] = {}
    for one, audience in asked:
        asked_for = (one.kind, one.phase, audience, one.second)
        if asked_for not in concerned:
            concerned[asked_for] = recipients.parties(season, one, audience, reach)
        if LETTER_KINDS[one.kind].named:
            concerned[asked_for].setdefault(one.city, {}).update(recipients.told(one, audience))
        if one.besides:
            recipients.besides(one, audience, concerned[asked_for].setdefault(one.city, {}))
    on_file = reach.on_file(_merged(concerned.values()))
    addressed: list[tuple[Owed, Recipient]] = []
    for one, audience in asked:
        if audience in OFFICES:
            addressed.append((one, recipients.office(season, one.city, audience)))
            continue
        mailing = _mailing(season, one, audience)
        # In the order of their ids: a database gives rows in any, and what was previewed is compared with what is done.
        for party, numbers in sorted(concerned[one.kind, one.phase, audience, one.second].get(one.city, {}).items()):
            mends = _to_mend(one, audience, on_file[one.city, party], reach)
            if LETTER_KINDS[one.kind].to_mend and not mends:
                continue
            theirs = tuple(number for number in numbers if one.said is None or number in one.said)
            if theirs or one.said is None:
                listed = (
                    tuple(n for n in theirs if n in reach.with_priority) if mailing and mailing.returning else theirs
                )
                has = reach.places.get((one.city, party)) if mailing and mailing.places else None
                to = recipients.party(on_file[one.city, party], audience, theirs, listed)
                addressed.append((one, replace(to, places=has, mends=mends)))
    return [(one, to) for one, to in addressed if to.key not in one.but and (one.to is None or to.key in one.to)]


def _to_mend(owed: Owed, audience: Audience, party: PartyOnFile, reach: Reach) -> tuple[Finding, ...]:
    """Give what a party has to mend itself: the refusals that name it, or students of its own, and these alone."""
    refusals = [one for one in owed.findings if one.refuses and one.actor == audience]
    theirs = reach.students(audience).get(owed.city, {}).get(party.id, ()) if refusals else ()
    own = [(one, tuple(number for number in theirs if number in one.numbers)) for one in refusals]
    return tuple(replace(one, numbers=numbers) for one, numbers in own if numbers or party.label in one.numbers)


def _mailing(season: Season, owed: Owed, audience: Audience) -> Mailing | None:
    """Give what the phase says of such a letter to that audience."""
    return season.dealings(owed.phase, second=owed.second).mailing(owed.kind, audience) if owed.phase else None


def _merged(answers: Iterable[Concerned]) -> Concerned:
    found: Concerned = defaultdict(dict)
    for answer in answers:
        for city, parties in answer.items():
            found[city].update(parties)
    return found


def _about(owed: Owed) -> tuple[str, str, str]:
    """Give phase, city and attempt, as in a letter's key."""
    return owed.phase or ALL, owed.city, owed.attempt


def _key(owed: Owed, recipient: Recipient) -> LetterKey:
    city, attempt = (ALL, ALL) if LETTER_KINDS[owed.kind].once else (owed.city, owed.attempt)
    return (owed.phase or ALL, city, attempt, recipient.key, owed.kind, owed.slot)


def _written(
    season: Season, owed: Owed, recipient: Recipient, key: LetterKey, words: Campaign, ics: str | None
) -> LetterRow:
    state, detail = _fate(season, owed, recipient, key)
    return LetterRow(
        *key,
        concerns=owed.city,
        address=recipient.address,
        subject=words.subject,
        text=words.text,
        html=words.html,
        reply_to=words.reply_to,
        framed=words.framed,
        addressee=words.to(recipient.addressee),
        message_id=season.message_id(key),
        state=state,
        detail=detail,
        ics=ics,
        valid_until=_valid_until(season, owed, recipient.audience),
        leaves_at=_leaves_at(season, owed),
        papers=letter_papers.named(owed.own.papers) if owed.own else None,
    )


def _leaves_at(season: Season, owed: Owed) -> datetime | None:
    """Give the hour from which a letter may leave that nobody's hand causes, or chose; None: it leaves at once."""
    if owed.own is not None:
        return owed.own.leaves_at
    waits = season.by_itself or LETTER_KINDS[owed.kind].waits
    return season.year.hours.on_or_after(season.stamp.as_of) if waits else None


def _fate(season: Season, owed: Owed, recipient: Recipient, key: LetterKey) -> tuple[LetterState, str | None]:
    """Say whether a letter is to leave, and why not; what the province leaves out is kept with its reason."""
    if season.untold and LETTER_KINDS[owed.kind].moves:
        return LetterState.CANCELLED, f"{UNTOLD}：{season.untold}"
    if waits(season.marks, key):
        return LetterState.AWAITING, None
    return (LetterState.QUEUED, None) if recipient.address else (LetterState.HELD, "未登记邮箱")


def _valid_until(season: Season, owed: Owed, audience: Audience) -> datetime | None:
    """Give the instant from which a letter says what is no longer so, where the calendar alone tells it.

    It is also which due day the letter told: by it is found who is told when that day moves.
    """
    if owed.until is not None:
        return owed.until
    if owed.own is not None:
        says = owed.own.dates or DUE in named(owed.own.words.subject + owed.own.words.text)
        due = _due(season, owed, audience) if says else None
        ahead = due and due.instant > (owed.own.leaves_at or season.stamp.as_of)
        return due.instant if due and ahead else None
    tells = LETTER_KINDS[owed.kind].until_due and not is_declined(owed.asked)
    if tells or later(season.year, _mailing(season, owed, audience)):
        due = _due(season, owed, audience)
        return due.instant if due else None
    return end_of(day_of(season.stamp.as_of)) if LETTER_KINDS[owed.kind].of_day else None


def _due(season: Season, owed: Owed, audience: Audience) -> Due | None:
    """Give the due day that a letter tells an audience, None where it tells none."""
    moves = LETTER_KINDS[owed.kind].moves  # that goes to whoever was told a day, if only by an earlier release
    if owed.phase and not moves and not season.dealings(owed.phase).stakeholder(audience).hands_in:
        return None
    mailing = _mailing(season, owed, audience)
    begins = mailing or (owed.phase and season.dealings(owed.phase, second=owed.second).mailing("opened", audience))
    if begins and not begins.dated and not moves:  # of whom its own phase asks nothing by that day
        return None
    following = later(season.year, mailing)
    due = season.due(following.slug, owed.city) if following else owed.due
    return due and season.told(due, audience)


def _shared(season: Season, owed: Owed, audience: Audience) -> Brief:
    """What all letters over one cause say to one audience."""
    now = _leaves_at(season, owed) or season.stamp.as_of  # what it says is as of when it leaves
    now = season.arrived if owed.kind in {"request", "question"} else now  # what is asked, as of when it was
    due = _due(season, owed, audience)
    return Brief(
        kind=owed.kind,
        phase=owed.phase,
        phase_name=season.year.phase(owed.phase).name if owed.phase else "",
        year=season.year.year,
        city_name=None if owed.city == ALL else season.year.city(owed.city).name,
        audience=audience,
        addressee="",
        as_of=now,
        due=due,
        working_days_left=season.days.left(day_of(now), due.day) if due else None,
        attempt=1 if audience not in OFFICES or owed.attempt == ALL else int(owed.attempt),
        reason=owed.reason,
        findings=owed.findings,
        items=owed.items,
        link=_link(season, owed) if audience in OFFICES else "",
        provisional=season.year.provisional,
        was=owed.was,
        asked=owed.asked,
        waits=_waits(season, owed) if audience in OFFICES else None,
        kept=owed.kept,
        of=season.dealings(owed.phase, second=owed.second) if owed.phase else None,
        ask=(
            recipients.contact_of(season, owed.own.office)
            if owed.own
            else recipients.whom_to_ask(season, owed.city, audience)
        ),
        own=owed.own.words if owed.own else None,
        arranged=arranged_for(season, owed, audience),
        rearranged=owed.rearranged,
        working_days_late=season.days.left(due.day, day_of(now)) if due else 0,
        filed=bool(owed.phase and owed.city != ALL and season.cells[owed.phase, owed.city].filings) and not owed.second,
        second=owed.second,
        also=_also(season, owed, audience),
        second_due=_second_due(season, owed, audience),
        entered=tuple(one.called for one in entries(season, owed, audience)) if sets(season, owed) else (),
        nobody=owed.nobody,
        heads=owed.heads,
        done=day_of(season.stamp.as_of),
        follows=_follows(season, owed),
        tally=(season.cells[owed.phase, owed.city].tally or {}) if owed.kind == "passed" and owed.phase else {},
    )


def _second_due(season: Season, owed: Owed, audience: Audience) -> Due | None:
    """Give until when an audience hands in the second part of the phase; None where the year dates none."""
    due = season.second_due(owed.phase, owed.city) if owed.phase and owed.city != ALL else None
    return due and season.told(due, audience)


def _also(season: Season, owed: Owed, audience: Audience) -> SecondDay | None:
    """Give the second part's day that a letter tells an audience beside the phase's own; None where it tells none."""
    if owed.also is None or owed.phase is None:
        return None
    due, was = owed.also
    return SecondDay(season.dealings(owed.phase, second=True), season.told(due, audience), was)


def _follows(season: Season, owed: Owed) -> tuple[str, ...]:
    """Give the work of the city that waits for this phase."""
    after = (one for one in season.year.phases if owed.city != ALL and owed.phase in one.requires)
    return tuple(
        (season.dealings(one.slug).called or called_by(one.name)).work
        for one in after
        if season.cells[one.slug, owed.city].state is State.WAITING
    )


def _waits(season: Season, owed: Owed) -> RequestBrief | None:
    """Give the city's request for a later day that waits for the province, for a letter that would tell it to ask."""
    asked = season.later_days.get((owed.phase, owed.city, owed.attempt)) if LETTER_KINDS[owed.kind].may_ask else None
    return request_of(asked, season.year.phase(asked.phase)) if asked else None


def _brief(owed: Owed, recipient: Recipient, shared: Brief) -> Brief:
    """What one of them says to this recipient."""
    numbers = recipient.numbers if recipient.party else tuple(sorted(owed.said or ()))
    instead = owed.instead.get(recipient.key) or owed.instead.get(recipient.audience)
    return replace(
        shared,
        addressee=recipient.addressee,
        items=shared.items + tuple(Item(number, instead or owed.said[number]) for number in numbers if owed.said),
        findings=recipient.mends if recipient.party else shared.findings,
        students=recipient.numbers,
        listed=recipient.listed,
        places=recipient.places if (recipient.places or 0) < len(recipient.numbers) else None,
    )


def _link(season: Season, owed: Owed) -> str:
    if owed.kind in INVITING:
        return FIRST_LINK
    if not season.stamp.base_url:
        return ""
    place = () if owed.city == ALL else (owed.city,) if owed.phase else ("cities", owed.city)
    page = "/".join(("", str(season.year.year), *((owed.phase,) if owed.phase else ()), *place))
    return season.stamp.base_url.rstrip("/") + page
