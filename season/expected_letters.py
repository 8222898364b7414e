"""What became of a letter that somebody expected: each one written, and why there is no other; never owed included."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from calendars import rungs
from gates.states import State
from letters.occurrences import OFFICES, ahead, occurrences
from letters.words import AUDIENCES, TAGS, is_untold
from models import histories, letterbox, post_clock, restorations, signs_of_life
from models.days_told import TELLING, days_told
from models.letter_states import LetterState
from models.letterbox import TrackedLetter
from models.outbox import ALL
from models.parties import Concerned, Reach
from models.written_letters import UNREACHED
from phases.letter_kinds import LETTER_KINDS, Kind
from phases.parties import Audience, InTraining, LetOnTo, Owing, Pooled, Rows, Whom
from season import owing, recipients, reminding
from season.judging import scope_of
from season.occasions import Because, CityPhaseRecord, Occasion, because, moment, occasions
from season.unit_of_work import Season

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from models.stamp import Stamp

PARTIES: tuple[Audience, ...] = ("mentor", "institution", "school")
ONCE = tuple(kind for kind, row in LETTER_KINDS.items() if row.once)


@dataclass(frozen=True, slots=True)
class ExpectedLetter:
    """One letter, written or not: when it was owed, or will be, by what, and what became of it or why there is none.

    `letter` and `state` are those of the letter, None where there is none; `why` names the reason, `said` says it.
    """

    at: datetime | None
    what: str
    letter: int | None
    state: str | None
    why: str
    said: str

    def as_json(self) -> dict[str, Any]:
        """One of `letters` of `talent letters why --json`."""
        return asdict(self) | {"at": self.at and self.at.isoformat()}


class CityPhaseLetters:
    """All that is known of the letters that one city's doings in a phase caused, and will; read once, asked often."""

    def __init__(self, season: Season, phase: str, city: str) -> None:
        self.season = season
        self.phase, self.city = season.year.phase(phase), city
        year, now = season.year.year, season.stamp.as_of
        span = histories.Span(year, None, phase, city)
        moves = [one for one in histories.as_written(season.connection, span) if not one.refused]
        grants = histories.grants(season.connection, span)
        self.record = CityPhaseRecord(season, self.phase, season.cells[phase, city], moves, grants)
        self.letters = letterbox.about(season.connection, year, phase, city, now, ONCE)
        self._reach = Reach(scope_of(season, season.year.phases[0].slug, [city]))
        self._concerned: dict[tuple[Kind, Audience, bool], Concerned] = {}
        self._halted = _halted(season)

    @cached_property
    def audiences(self) -> Mapping[tuple[Kind, str | None], Sequence[Audience]]:
        """By kind and phase, whom such a letter is written to in the year."""
        return occurrences(self.season.book, self.season.year)

    @cached_property
    def told(self) -> Collection[str]:
        """Who was told a day of the phase, by whatever letter."""
        season, phase = self.season, self.phase.slug
        asked = (season.connection, season.year.year, [phase], [self.city], ahead(season.book, season.year))
        return days_told(*asked).get((phase, self.city), {})

    def parties(self) -> Mapping[str, str]:
        """Give by name the mentors, institutions and schools that the city's sheets name, or that were written to."""
        reach, sheets = self._reach, self.season.book.sheets.values()
        found = [reach.students(who) for who in PARTIES]
        found += [reach.find(Rows(each.key), who) for each in sheets for who in PARTIES if each.party == who]
        written = (one.recipient.partition(":") for one in self.letters if one.concerns == self.city)
        found.append({self.city: {int(number): () for who, _, number in written if who in PARTIES}})
        on_file = reach.on_file({self.city: {party: () for one in found for party in one.get(self.city, {})}})
        return {f"{one.kind}:{one.id}": one.label for _, one in sorted(on_file.items())}

    def expected(self, recipient: str, kind: Kind) -> tuple[ExpectedLetter, ...]:
        """Give what was, is or will be owed of that kind to a recipient, as in a letter's key; never nothing."""
        audience = recipients.audience_of(recipient)
        theirs = [one for one in self.letters if (one.recipient, one.kind) == (recipient, kind)]
        places = {self.phase.slug, ALL} if kind == "letter" else {self.phase.slug}
        mine = [one for one in theirs if one.concerns == self.city and one.phase in places]
        barred = self._barred(recipient, kind, audience)
        caused = [] if barred else occasions(self.record, kind, audience)
        found = []
        for one in mine:
            what = next((cause.what for cause in caused if self._of(cause, one)), TAGS[kind])
            found.append(_fate(one, what, self.season, self._halted))
        for cause in caused:
            if not any(self._of(cause, one) for one in mine):
                why = self._missed(cause, recipient, kind, mine) if mine or not theirs else because("once")
                found.append(ExpectedLetter(cause.at, cause.what, None, None, why.why, why.said))
        never = barred or because("no-cause", kind=TAGS[kind])
        return tuple(sorted(found, key=lambda one: one.at or self.record.now)) or (_never(never),)

    def _barred(self, recipient: str, kind: Kind, audience: Audience) -> Because | None:
        """Say why there is no such letter to such a recipient, whatever happens."""
        to = self.audiences.get((kind, self.phase.slug), ())
        if audience not in to:
            return because(
                "no-such-letter", letters=f"本阶段的这类函件只写给{_names(to)}" if to else "本阶段没有这类函件"
            )
        of_a_city = audience in {"city", "head"}
        return because("another-city") if of_a_city and recipient != f"{audience}:{self.city}" else None

    def _of(self, occasion: Occasion, letter: TrackedLetter) -> bool:
        """Tell whether an occasion made a letter: by its key where time gives that, else by the instant of the act."""
        if occasion.slot is None:
            return letter.queued_as_of == occasion.at
        return letter.slot == occasion.slot and letter.attempt in {str(self.record.cell.attempt), ALL}

    def _missed(self, occasion: Occasion, recipient: str, kind: Kind, mine: Sequence[TrackedLetter]) -> Because:
        """Say why an occasion made no letter to a recipient."""
        row, at, time = LETTER_KINDS[kind], occasion.at, occasion.because
        beside = {one.kind for one in self.letters if (one.recipient, one.queued_as_of) == (recipient, at)}
        moving = {other for other, one in LETTER_KINDS.items() if one.moves and row.moves}
        if said := next((other for other in LETTER_KINDS if other in beside & {*row.said_by, *moving}), None):
            return because("said-by", kind=TAGS[said])
        if row.moves:
            return because("no-other-day" if self._was_told(recipient, at) else "told-nothing")
        if row.reowed != "no" and any(at and one.queued_as_of > at for one in mine):
            return because("written-anew")
        if any(one.slot in occasion.before and one.state not in UNREACHED for one in mine):
            return because("this-quarter")
        if recipients.audience_of(recipient) in OFFICES:
            return time or because("not-written")
        return self._missed_by_party(occasion, recipient, kind)

    def _missed_by_party(self, occasion: Occasion, recipient: str, kind: Kind) -> Because:
        audience, time = recipients.audience_of(recipient), occasion.because
        if time and self.record.cell.state is State.WAITING:
            return time  # what is on file so far says nothing of whom the phase will have to do with
        if not self._is_concerned(recipient, kind, audience, second=occasion.second):
            return because("not-concerned", whom=self._whom(kind, audience, second=occasion.second))
        if LETTER_KINDS[kind].to_mend:
            return because("nothing-to-mend")
        if time is None or (time.why != "not-behind" and self._went_to_others(occasion, kind, audience)):
            return because("not-then")
        return time

    def _was_told(self, recipient: str, before: datetime | None) -> bool:
        told = [one.queued_as_of for one in self.letters if one.recipient == recipient and one.kind in TELLING]
        return min(told) < before if told and before else recipient in self.told

    def _went_to_others(self, occasion: Occasion, kind: Kind, audience: Audience) -> bool:
        batch = (one for one in self.letters if one.kind == kind and recipients.audience_of(one.recipient) == audience)
        return occasion.slot is not None and any(self._of(occasion, one) for one in batch)

    def _is_concerned(self, recipient: str, kind: Kind, audience: Audience, *, second: bool) -> bool:
        """Tell whether a party is one of those that such a letter is written to, by what is on file now."""
        about = kind, audience, second
        if about not in self._concerned:
            owed = owing.Owed(kind, self.phase.slug, self.city, str(self.record.cell.attempt), ALL, second=second)
            self._concerned[about] = recipients.parties(self.season, owed, audience, self._reach)
        return int(recipient.partition(":")[2]) in self._concerned[about].get(self.city, {})

    def _whom(self, kind: Kind, audience: Audience, *, second: bool) -> str:
        """Say which parties of an audience such a letter is written to."""
        mailing = self.season.dealings(self.phase.slug, second=second).mailing(kind, audience)
        if mailing is None and LETTER_KINDS[kind].later:
            return f"收到过本阶段或以后阶段开展工作的函件、受聘或有学生仍在本年度计划中的{AUDIENCES[audience]}"
        if mailing is None:
            return f"收到过本阶段“{TAGS['opened']}”函件的{AUDIENCES[audience]}"
        return f"{self._named(mailing.whom)}{AUDIENCES[audience]}"

    def _named(self, whom: Whom) -> str:
        sheets = self.season.book.sheets
        if isinstance(whom, Rows):
            return f"报送表“{sheets[whom.sheet].name}”列明（或其学生列明）、符合条件的"
        if isinstance(whom, LetOnTo):
            without = f"、尚未填入“{sheets[whom.without].name}”表" if whom.without else ""
            return f"有学生进入“{self.season.year.phase(whom.phase).name}”{without}的"
        if isinstance(whom, InTraining) and whom.without:
            return f"有在培学生尚未填入“{sheets[whom.without].name}”表的"
        return WHOM[type(whom)]


def read_city(connection: Connection, year: int, stamp: Stamp, city: str) -> Season:
    """Read a city as it stands, as of no earlier than the newest of what is on record of it."""
    season = Season.read(connection, year, stamp, [city], reading=True)
    newest = max(cell.as_of for cell in season.cells.values())
    season.stamp = replace(season.stamp, as_of=max(season.stamp.as_of, newest))
    return season


def _never(reason: Because) -> ExpectedLetter:
    return ExpectedLetter(None, "", None, None, reason.why, reason.said)


WHOM: Mapping[type[Whom], str] = {
    Pooled: "上年度转入后备人才库、或该市报送过邮箱的",
    InTraining: "有在培学生的",
    Owing: "还有材料、总结未交的",
}
"""Which parties are meant, in words, where the phase does not say more."""

Holds = Callable[[TrackedLetter, datetime, str], bool]
"""Tells of a letter, an instant and why no letter leaves then ("": they do) whether something holds."""


def _in(state: LetterState, more: Holds = lambda _, __, ___: True) -> Holds:
    return lambda letter, now, halted: letter.state == state and more(letter, now, halted)


def _is_over(letter: TrackedLetter, now: datetime, _: str) -> bool:
    return letter.valid_until is not None and letter.valid_until <= now


def _is_early(letter: TrackedLetter, now: datetime, _: str) -> bool:
    return letter.due_at > now


_S = LetterState
FATES: Sequence[tuple[str, Holds, str]] = (
    ("lapsing", _in(_S.QUEUED, _is_over), "没有赶在所说的时间之前发出，不再发送。"),
    ("held-too-long", _in(_S.HELD, _is_over), "邮箱没有赶在所说的时间之前登记或更正，不再发送。"),
    ("not-released", _in(_S.AWAITING, _is_over), "没有赶在所说的时间之前放行，不再发送。"),
    ("put-off", _in(_S.QUEUED, lambda one, *_: bool(one.deferred_since)), "收件方邮局暂缓接收{detail}，{due}再投。"),
    ("tried", _in(_S.QUEUED, lambda one, *_: one.tries > 0), "投过，没有成功{detail}，{due}再投。"),
    ("office-hours", _in(_S.QUEUED, _is_early), "已经写好，{due}（工作时间）起发出。"),
    ("halted", _in(_S.QUEUED, lambda _, __, halted: bool(halted)), "已经写好，但投递没有在进行：{halted}。"),
    ("waits-for-worker", _in(_S.QUEUED), "已经写好，等待投递。"),
    ("moot", _in(_S.SENDING, lambda one, *_: one.moot), "已交投递，其间情况已变{detail}；没有交出的不再发送。"),
    ("sending", _in(_S.SENDING), "正在投递。"),
    ("sent", _in(_S.SENT), "已于{left}发出{detail}。"),
    ("failed", _in(_S.FAILED), "未送达{detail}；请核对邮箱后重发。"),
    ("unknown", _in(_S.UNKNOWN), "不能确定是否送达{detail}；请核实后办理。"),
    ("suppressed", _in(_S.HELD, lambda one, *_: bool(one.address)), "已停止向此邮箱发函{detail}；更正邮箱后自动发出。"),
    ("no-address", _in(_S.HELD), "没有登记邮箱；登记后自动发出。"),
    ("awaiting", _in(_S.AWAITING), "已经写好，等待省级管理办公室放行。"),
    ("left-out", _in(_S.CANCELLED, lambda one, *_: is_untold(one.state, one.detail)), "没有发出{detail}。"),
    ("cancelled", _in(_S.CANCELLED), "没有发出{detail}。"),
)
"""What became of a letter, by its state and what keeps it there: a name and a sentence, of the first that holds."""


def _fate(letter: TrackedLetter, what: str, season: Season, halted: str) -> ExpectedLetter:
    """Say what became of a letter that was written; a rehearsal's goes stale by no clock."""
    letter = replace(letter, valid_until=None) if season.rehearsal else letter
    why, said = next((why, said) for why, holds, said in FATES if holds(letter, season.stamp.as_of, halted))
    left = (letter.leaves_at if season.rehearsal else letter.sent_at) or letter.queued_as_of
    detail = f"（{letter.detail}）" if letter.detail else ""
    said = said.format(due=moment(letter.due_at), left=moment(left), detail=detail, halted=halted)
    return ExpectedLetter(letter.queued_as_of, what, letter.id, letter.state, why, said)


def _halted(season: Season) -> str:
    """Say why no letter leaves now, "" where they do."""
    asleep = signs_of_life.silent(season.connection, season.stamp.at, season.year.year)
    restored, clock = restorations.held(season.connection), post_clock.alarm(season.connection)
    return (restored and str(restored)) or clock or next((str(one) for one in asleep if one.work == "post"), "")


def expected_digests(season: Season, recipient: str) -> tuple[ExpectedLetter, ...]:
    """Give the same of the digest, which is about no one city phase: the last ones written, and that of today."""
    now, halted = season.stamp.as_of, _halted(season)
    audience = recipients.audience_of(recipient)
    if audience not in (to := LETTER_KINDS["digest"].of_year):
        return (_never(because("no-such-letter", letters=f"这类函件只写给{_names(to)}")),)
    rows = letterbox.about(season.connection, season.year.year, ALL, ALL, now, ())[-LAST_DIGESTS:]
    found = [_fate(one, TAGS[one.kind], season, halted) for one in rows if one.kind == "digest"]
    today = rungs.digest_slot(now, season.days)
    if today is None:
        at = season.year.hours.on_or_after(now)
        found.append(_missed_digest(at, because("to-come", at)))
    elif not any(one.slot == f"{today:%Y-%m-%d}" for one in rows):
        reminding.digest(season)
        found.append(_missed_digest(today, because("owed-now" if season.owed else "no-news")))
    return tuple(found)


def _missed_digest(at: datetime, why: Because) -> ExpectedLetter:
    return ExpectedLetter(at, TAGS["digest"], None, None, why.why, why.said)


def _names(audiences: Iterable[Audience]) -> str:
    return "、".join(AUDIENCES[one] for one in audiences)


LAST_DIGESTS = 10
"""So many of them are shown."""
