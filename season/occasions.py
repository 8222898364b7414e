"""What makes a letter owed in a city phase, or would have: what came and what is to come, and why none came of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from calendars import rungs
from calendars.deadlines import TZ, day_of, start_of
from gates.states import Event, State
from letters.occurrences import OFFICES
from letters.phrases import day, deed, until
from letters.words import DECIDED
from phases.letter_kinds import LETTER_KINDS
from season import owing
from season.reminding import ALWAYS, ladder, moved_since
from season.settle import opening
from season.watched_visits import watch_visits

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from calendars.deadlines import Due
    from calendars.rungs import Rung
    from calendars.year import Phase
    from models.histories import PastGrant, PastMove
    from models.standing import Cell
    from phases.letter_kinds import Kind
    from phases.parties import Audience
    from season.unit_of_work import Season

Why = Literal[
    "to-come", "owed-now", "waits-for-phase", "on-hold", "on-paper", "withdrawn", "moved-on", "too-soon",
    "only-latest", "moved-today", "day-over", "lapsed-unseen", "not-late", "nothing-filed", "no-news", "no-cause",
    "no-such-letter", "another-city", "not-concerned", "not-then", "not-written", "nothing-to-mend", "not-behind",
    "this-quarter",
    "said-by", "written-anew", "one-for-all", "unchanged", "once", "told-nothing", "no-other-day",
    "not-arranged", "told-before",
    "no-other-result", "told-before-result", "said-once", "second-whole",
]  # fmt: skip

WHY: Mapping[Why, str] = {
    "to-come": "尚未到时间：{at}，届时仍需告知的即发。",
    "owed-now": "已到时间，尚未写成；下一次按日程办理时写。",
    "waits-for-phase": "本阶段尚未开放：须待{names}通过，且不早于{day}。",
    "on-hold": "本阶段暂缓，待前面的阶段办结后接续。",
    "on-paper": "本阶段在开设本年度之前已在线下办理，不再补发函件。",
    "withdrawn": "该市已于{at}退出本年度。",
    "moved-on": "该市本阶段已于{at}{event}，无须再发。",
    "too-soon": "在本阶段开放（报送、退回）之前或其后一个工作日之内，不发。",
    "only-latest": "其后又到了更近的一次，只发最近的一次。",
    "moved-today": "截止时间当天有变动，已另行告知，次日再提醒。",
    "day-over": "交材料日已到，不再提醒。",
    "lapsed-unseen": "开放时已过截止时间，只发逾期催办。",
    "not-late": "没有逾期；截止时间为{due}，届时仍未报送的才发。",
    "nothing-filed": "该市尚未报送，省级管理办公室没有待办。",
    "no-news": "当天没有逾期、待办或无法送达的事项，或者本周已经报过而没有新增。",
    "no-cause": "本阶段没有发生过要发“{kind}”函件的事项。",
    "no-such-letter": "{letters}。",
    "another-city": "这类函件只写给办理该事项的市。",
    "not-concerned": "按现有材料不在发函范围：只写给{whom}。",
    "not-then": "写这批函件时不在发函范围，或者尚未登记。",
    "not-written": "当时没有写：那时使用的版本不写这类函件。",
    "nothing-to-mend": "退回的内容里没有须由其修改的。",
    "not-behind": "按进度没有落后的学生；全市没有到校记录的，每季提醒市办一次。",
    "this-quarter": "本季已经写过，每季至多写一次。",
    "said-by": "同时写给其的“{kind}”函件已经说明，不另发。",
    "written-anew": "当时没有写，或者写过又已收回；后来另有一封。",
    "one-for-all": "退出、恢复参加各只写一次，列在其中最早的阶段。",
    "unchanged": "接续时内容没有变化，不再另发。",
    "once": "这类函件一年只发一次，本年度已经写过。",
    "told-nothing": "此前没有告知过本阶段的时间，无须告知变动。",
    "not-arranged": "须待市办登记会议的时间、地点，登记后即发；至迟{at}发。",
    "told-before": "此前已告知本阶段开始，会议安排的变动另函告知。",
    "no-other-result": "此前没有告知过结果，或者所告知的结果没有变化。",
    "told-before-result": "结果此前已经告知，有变化的另发更正。",
    "said-once": "该市今年没有申报，各阶段一并通过，只在学生申报阶段告知一次。",
    "second-whole": "后交部分已于{at}补齐，无须再发。",
    "no-other-day": "所知的时间没有变，或者已不需要再按它办理，无须告知。",
}
"""Why no letter was written, as a sentence for people."""


@dataclass(frozen=True, slots=True)
class Because:
    """Why there is no letter: by its name, and as a sentence."""

    why: Why
    said: str


@dataclass(frozen=True, slots=True)
class Occasion:
    """What makes a letter owed, at an instant (None: nobody knows yet), in words for people.

    `slot` is the last part of such a letter's key where time gives it; None: an act wrote it, at that very instant.
    `because` is why time and the state of the phase made no letter of it; None: who would have got it has to be asked.
    `second`: it is about the second part alone. Whom a letter reached under one of the slots `before` needs none.
    """

    at: datetime | None
    what: str
    slot: str | None = None
    because: Because | None = None
    second: bool = False
    before: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CityPhaseRecord:
    """A city phase as it stands, with its log (the oldest first, no refused tries) and its later due days."""

    season: Season
    phase: Phase
    cell: Cell
    moves: Sequence[PastMove]
    grants: Sequence[PastGrant]

    @property
    def now(self) -> datetime:
        """The instant that it is looked at."""
        return self.season.stamp.as_of

    @property
    def due(self) -> Due:
        """When it is due."""
        return self.season.due(self.phase.slug, self.cell.city)

    @property
    def second(self) -> Due | None:
        """When the second part of what was filed is due; None before the filing, or in a year that dates none."""
        filed = self.cell.state in {State.SUBMITTED, State.PASSED} and not self.cell.on_paper
        return self.season.second_due(self.phase.slug, self.cell.city) if filed else None

    def state_at(self, at: datetime) -> State:
        """Give its state at an instant."""
        return next((one.after for one in reversed(self.moves) if one.as_of <= at), State.WAITING)

    def left(self, states: Collection[State], since: datetime) -> PastMove | None:
        """Give the first move after an instant that led out of these states."""
        found = (one for one in self.moves if one.as_of > since and one.after not in states)
        return next((one for one in found if one.before in states), None)

    def left_before(self, states: Collection[State], at: datetime) -> PastMove | None:
        """Give the last move until an instant that led out of these states."""
        found = (one for one in reversed(self.moves) if one.as_of <= at and one.after not in states)
        return next((one for one in found if one.before in states), None)

    def entered(self) -> PastMove | None:
        """Give the move that led to its present state."""
        return next((one for one in reversed(self.moves) if one.before is not one.after), None)


def because(why: Why, at: datetime | None = None, **words: str) -> Because:
    """Give a reason in words; `at` is the instant that its sentence names."""
    return Because(why, WHY[why].format(at=moment(at) if at else "", **words))


def moment(at: datetime) -> str:
    """2022年1月14日09:00."""
    return f"{day(day_of(at))}{at.astimezone(TZ):%H:%M}"


UNDER_WAY, LATE = frozenset({State.OPEN, State.RETURNED}), frozenset({State.OVERDUE})


def occasions(record: CityPhaseRecord, kind: Kind, audience: Audience) -> list[Occasion]:
    """Give what made, would have made or is to make such a letter to such an audience owed, the earliest first."""
    found = OF_TIME[kind](record, audience) if kind in OF_TIME else _of_log(record, kind)
    return sorted(found, key=lambda one: one.at or record.now)


def _of_log(record: CityPhaseRecord, kind: Kind) -> Iterator[Occasion]:
    for one in record.moves:
        if one.event in LETTER_KINDS[kind].caused_by:
            yield Occasion(one.as_of, deed(one.event, record.phase.province), because=_in_vain(record, kind, one))


ALWAYS_IN_VAIN: Mapping[Kind, Why] = {
    "withdrawn": "one-for-all",
    "rejoined": "one-for-all",
    "amended": "no-other-result",
}
"""Why an event that makes these kinds owed made none."""


def _for_nobody(move: PastMove) -> bool:
    """Tell whether a phase passed with the application of a city in which nobody applied."""
    return move.event is Event.NOBODY and move.before is State.WAITING


def _in_vain(record: CityPhaseRecord, kind: Kind, move: PastMove) -> Because | None:
    """Say why an event made no letter owed that else makes one, by what was done with it."""
    together = {one.event for one in record.moves if one.as_of == move.as_of}
    if always := "said-once" if _for_nobody(move) else ALWAYS_IN_VAIN.get(kind):
        return because(always)
    if kind == "result" and any(one.event is move.event and one.as_of < move.as_of for one in record.moves):
        return because("told-before-result")
    if kind == "opened" and Event.LAPSE in together:
        return because("lapsed-unseen")
    if Event.RESUME in together and not together & {Event.RETURN}:
        return because("unchanged")
    if LETTER_KINDS[kind].occurs == "with-last-word" and Event.RETURN in together:
        return because("moved-on", move.as_of, event=Event.RETURN.chinese)
    return None


def _openings(record: CityPhaseRecord, audience: Audience) -> Iterator[Occasion]:
    season, cell = record.season, record.cell
    opened = list(_of_log(record, "opened"))
    if audience not in OFFICES and season.dealings(cell.phase).arranged and cell.since:
        last = season.told_at_last(cell)
        yield from (replace(one, because=one.because or because("not-arranged", last)) for one in opened)
        yield from _arranged(record)
        if (cell.phase, cell.city) not in season.arrangements:
            yield _coming(record, last, "至迟告知的时间", owing.opened_slot(record.due))
    else:
        yield from opened
    if record.cell.state is State.WAITING:
        yield _not_open(record)
    elif record.cell.on_paper:
        yield Occasion(None, State.PASSED.chinese, because=because("on-paper"))


def _arranged(record: CityPhaseRecord) -> Iterator[Occasion]:
    """Give when the city said when and where it brings the parties together."""
    for one in record.moves:
        if one.event is Event.ARRANGE:
            yield Occasion(one.as_of, Event.ARRANGE.chinese, because=because("told-before"))


def _not_open(record: CityPhaseRecord) -> Occasion:
    """Say when a phase that waits opens, or what it waits for."""
    season, cell, phase = record.season, record.cell, record.phase
    opens, what = start_of(phase.opens), Event.OPEN.chinese
    if cell.resume:
        return Occasion(None, what, because=because("on-hold"))
    since = opening(season, phase, cell.city)
    if since is not None:
        return _coming(record, since, what)
    lacking = [one for one in phase.requires if season.cells[one, cell.city].state is not State.PASSED]
    names = "、".join(f"“{season.year.phase(one).name}”" for one in lacking)
    return Occasion(None, what, because=because("waits-for-phase", names=names, day=day(day_of(opens))))


def _coming(record: CityPhaseRecord, at: datetime, what: str, slot: str | None = None) -> Occasion:
    """Give what comes at an instant, or has come and is not written yet: letters are, in office hours."""
    now, leaves = record.now, record.season.year.hours.on_or_after(max(at, record.now))
    coming = because("owed-now") if at <= now and leaves == now else because("to-come", leaves)
    return Occasion(at, what, slot, coming)


def _reminders(record: CityPhaseRecord, audience: Audience) -> Iterator[Occasion]:
    season, cell, phase = record.season, record.cell, record.phase
    whose: owing.Owes = "province" if audience == "province" else "city" if audience in OFFICES else "party"
    waits = season.pending(cell)
    if whose == "province" and not (waits and waits.province):
        why = _moved_on(record) if cell.state is State.PASSED else because("nothing-filed")
        yield Occasion(None, "提醒", because=why)
    elif cell.state is State.WAITING:
        yield replace(_not_open(record), what="提醒")
    elif cell.since is None:
        yield Occasion(None, "提醒", because=because("on-paper") if cell.on_paper else _moved_on(record))
    else:
        due, since = (waits.due, waits.since) if whose == "province" and waits else (record.due, cell.since)
        theirs = season.theirs(due, "mentor") if whose == "party" else due
        end = start_of(theirs.day) if whose == "party" else due.instant
        sent, unit = ladder(season, phase, due, since, whose), "个工作日" if whose == "province" else "天"
        for rung in ladder(season, phase, due, ALWAYS, whose):
            occasion = _coming(record, rung.instant, f"提前{rung.days}{unit}的提醒", owing.rung_slot(rung, theirs))
            yield replace(occasion, because=_unsent(record, rung, sent, end, whose) or occasion.because)
    yield from _second_reminders(record, whose)


def _second_reminders(record: CityPhaseRecord, whose: owing.Owes) -> Iterator[Occasion]:
    """Give the reminders of the second part, to the city and its parties, once the rest is filed."""
    cell, due = record.cell, record.second
    if due is None or cell.filed_at is None or whose == "province":
        return
    asked = (record.season, record.phase, due)
    theirs = record.season.theirs(due, "mentor" if whose == "party" else "city")
    end = start_of(theirs.day) if whose == "party" else due.instant
    sent = ladder(*asked, cell.filed_at, whose, second=True)
    for rung in ladder(*asked, ALWAYS, whose, second=True):
        coming = _coming(record, rung.instant, f"后交部分提前{rung.days}天的提醒", owing.rung_slot(rung, theirs))
        why = because("too-soon") if rung not in sent else _whole(record, rung.instant)
        why = why or _second_unsent(record, rung, sent, end) or coming.because
        yield replace(coming, because=why, second=True)


def _second_unsent(record: CityPhaseRecord, rung: Rung, sent: Sequence[Rung], end: datetime) -> Because | None:
    """Say why a rung of what is still owed made no reminder; None where it still will, until the `end`."""
    if rung.instant > record.now:
        return None
    if any(rung.instant < one.instant <= record.now for one in sent):
        return because("only-latest")
    if record.now >= end:
        return because("day-over")
    return because("moved-today") if moved_since(record.season, record.cell, rung) else None


def _whole(record: CityPhaseRecord, at: datetime) -> Because | None:
    """Say that the second part was whole before an instant, or will be; None where it was not."""
    whole = record.cell.second_at
    return because("second-whole", whole) if whole and (whole <= at or at > record.now) else None


def _second_late(record: CityPhaseRecord, first: datetime, what: str) -> Iterator[Occasion]:
    if record.second is not None:
        coming = _coming(record, first, f"后交部分{what}", owing.minute(record.second.instant))
        yield replace(coming, because=_whole(record, first) or coming.because, second=True)


def _unsent(
    record: CityPhaseRecord, rung: Rung, sent: Sequence[Rung], end: datetime, whose: owing.Owes
) -> Because | None:
    """Say why a rung made no reminder; None where it still will, until the `end`, or should have by now."""
    on = frozenset({State.SUBMITTED}) if whose == "province" else UNDER_WAY
    then, gone = record.state_at(rung.instant) in on, record.left(on, rung.instant)
    waited = gone.as_of if gone else record.now
    ahead, before = rung.instant > record.now, record.left_before(on, rung.instant)
    moved_today = whose != "province" and moved_since(record.season, record.cell, rung)
    reasons = (
        (rung not in sent or not (then or ahead or before), because("too-soon")),
        (not then and not ahead, _moved_on(record, before)),
        (ahead and record.cell.state not in on, _moved_on(record)),
        (ahead, None),
        (any(rung.instant < one.instant <= waited for one in sent), because("only-latest")),
        (gone is not None, _moved_on(record, gone)),
        (record.now >= end, because("day-over")),
        (moved_today, because("moved-today")),
    )
    return next((why for holds, why in reasons if holds), None)


def _moved_on(record: CityPhaseRecord, move: PastMove | None = None) -> Because:
    """Say that nothing is waited for any more, since which event: that move, or the one to where it stands."""
    move = move or record.entered()
    if move is None or move.after is State.WITHDRAWN:
        return because("withdrawn", move.as_of if move else record.now)
    return because("moved-on", move.as_of, event=deed(move.event, record.phase.province))


def _late(record: CityPhaseRecord, first: datetime, what: str) -> Iterator[Occasion]:
    """Give what comes at an instant to a city that is late then."""
    cell, due = record.cell, record.due
    slot = owing.minute(due.instant)
    if cell.state in LATE or (cell.state in UNDER_WAY and record.now >= due.instant):
        yield _coming(record, first, what, slot)
    elif cell.state is State.WAITING:
        yield replace(_not_open(record), what=what)
    elif cell.state in UNDER_WAY:
        yield Occasion(first, what, slot, because("not-late", due=until(due.day)))
    else:
        yield Occasion(first, what, slot, because("on-paper") if cell.on_paper else _moved_on(record))


def _overdue(record: CityPhaseRecord, audience: Audience) -> Iterator[Occasion]:
    days, first = record.season.days, rungs.overdue_letter_at(record.due, record.season.days)
    yield from _late(record, first, "逾期催办")
    if record.second is not None:
        yield from _second_late(record, rungs.overdue_letter_at(record.second, days), "逾期催办")
    late = record.season.pending(record.cell)
    if audience == "city" and late and not late.province:
        first = rungs.overdue_letter_at(late.due, days)
        part = "后交部分" if record.cell.state is State.SUBMITTED else ""
        for week in (rungs.week_begun(record.now, days), rungs.week_begun(record.now + timedelta(days=7), days)):
            if week > first:
                yield _coming(record, week, f"{part}每周再次催办", owing.week_slot(late.due, week))


def _escalation(record: CityPhaseRecord, _: Audience) -> Iterator[Occasion]:
    figures, days = record.season.year.figures, record.season.days
    yield from _late(record, rungs.escalation_at(record.due, days, figures.escalation_days), "督办")
    if record.second is not None:
        yield from _second_late(record, rungs.escalation_at(record.second, days, figures.escalation_days), "督办")


def _visits(record: CityPhaseRecord, audience: Audience) -> Iterator[Occasion]:
    cell, months = record.cell, rungs.monthly(record.phase, record.season.days)
    if cell.state is State.WAITING:
        yield replace(_not_open(record), what="到校培养进度")
        return
    come = [one for one in months if one <= record.now]
    for place, month in enumerate(months[: len(come) + 1], start=1):
        at = _coming(record, month, f"{month.month}月的到校培养进度", owing.watch_slot(month))
        if audience not in OFFICES:
            at = replace(at, before=frozenset(map(owing.watch_slot, rungs.of_quarter(months[:place])[:-1])))
        if cell.state not in UNDER_WAY and record.state_at(month) not in UNDER_WAY:
            yield replace(at, because=_moved_on(record))
        elif month > record.now:
            yield at
        elif record.state_at(month) not in UNDER_WAY:
            yield replace(at, because=because("too-soon"))
        elif month == come[-1] and _is_behind(record):
            yield at
        else:
            yield replace(at, because=because("not-behind"))


def _is_behind(record: CityPhaseRecord) -> bool:
    """Tell whether the watch of the newest month has still to write about students of the city."""
    owed = record.season.owed
    before = len(owed)
    watch_visits(record.season, record.phase)
    found = len(owed) > before
    del owed[before:]
    return found


def _days_moved(record: CityPhaseRecord, *causes: str) -> Iterator[Occasion]:
    for one in record.grants:
        if not causes or one.cause in causes:
            yield Occasion(one.as_of, f"{DECIDED[one.cause]}，改为{day(one.until)}")


def _moved(record: CityPhaseRecord, audience: Audience) -> Iterator[Occasion]:
    yield from _days_moved(record)
    if audience not in OFFICES:
        yield from _arranged(record)
    revised = record.season.revised_at
    if revised is not None:
        yield Occasion(revised, DECIDED["calendar"])


OF_TIME: Mapping[str, Callable[[CityPhaseRecord, Audience], Iterator[Occasion]]] = {
    "opened": _openings,
    "reminder": _reminders,
    "overdue": _overdue,
    "escalation": _escalation,
    "visits-short": _visits,
    "moved": _moved,
    "corrected": lambda record, _: _days_moved(record, "correction"),
    "letter": lambda *_: iter(()),
}
"""What makes the kinds owed of which not the log alone tells."""
