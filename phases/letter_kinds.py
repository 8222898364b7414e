"""The kinds of letter that the life of a phase brings, each on one row: its words, its recipients, when it is untrue.

`letters` words them, `season` owes them, `models` takes them back: whoever needs to know a kind asks here.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from gates.states import Event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phases.parties import Audience

Kind = Literal[
    "opened", "moved", "corrected", "request", "question", "answered", "reminder", "overdue", "nudge", "digest",
    "escalation", "passed", "returned", "approval-needed", "rerun", "withdrawn", "rejoined", "appointment", "result",
    "amended", "visits-short", "letter", "first-link", "test-letter", "noted",
]  # fmt: skip

Occurs = Literal["always", "never", "where-named", "with-last-word", "published", "unpublished", "amendable"]
"""In which phases: all, none, where one names who gets it, where the province ends it, publishes results or not.

`amendable` is where one names who gets it, and publishes results if it has any.
"""

Urgent = Literal["", "always", "last"]
"""Whether it is told by a second way, too, to whoever chose one: never, whenever it is written, or the last of them."""

UNTOLD = "不另行通知"
"""What begins the detail of a letter that was never to go out; the province's reason follows."""


@dataclass(frozen=True, slots=True)
class LetterKind:
    """What holds of a kind, whatever the phase.

    `tag` is its one word in lists; what it is titled is `letters.genres`.
    `offices` get it, but for a city that is quiet where it is `unless_quiet`, besides the parties that the phase has a
    mailing for, and those of `as_opened` who got the phase's `opened`, or whom the year binds where it is `later`;
    those alone with something to mend where it is `to_mend`. One that is `named` goes to whoever is named for it, and
    to nobody else. The province gets one that is `by_province` of a due day of its own. `of_year` are its audiences
    where it is about the whole year, and `occurs` says in which phases it does. `urgency` places it in an envelope, 0
    first.

    What makes it untrue: it `asks` for something until the city phase moves on, `settles` what ends with the city, or
    may be opened again, is `dated` by a due day that may move, `grants` one to who asked, or only the `newest` is worth
    sending; it says nothing true once what it holds until is over (`until_due`, or the day it is `of_day`). It is not
    written to whoever gets one of `said_by` from the same act. `tells_due` says that who got it knows the due day,
    `tells_city` that it says what overtook a request, `moves` that it says nothing but another day, which an act may
    leave unsaid. `may_ask` that it says how a city asks for a later day, or that it has asked and waits for its answer:
    unsent when that changes it is owed once more.
    It `waits` for office hours, whoever's hand causes it: what an advance owes does so in any case.
    What in the log makes it owed is `caused_by`; else time does, or a day that moves (`season.occasions`).
    `anew` is owed once more where it did not arrive and its day moves; `reowed` under its own key where it was taken
    back; `once` in a year. It goes `alone` in a message, where a person wrote it and saw how its subject reads.
    `calendar` puts a file with it, which sets the day or ends what was set. `invented` is the day of its specimen:
    before or after due; `shows` what that has besides the plain facts (`letters.specimens`), `reason` the reason in it.
    It `certifies` what nobody may add to by hand. One that is `urgent` is told by a second way as well.
    What one `invites` signs in with is put in when it leaves; one that `proves` the post is acknowledged by whoever
    gets it.
    """

    tag: str
    offices: tuple[Audience, ...] = ()
    as_opened: tuple[Audience, ...] = ()
    of_year: tuple[Audience, ...] = ()
    later: bool = False
    unless_quiet: bool = False
    occurs: Occurs = "always"
    urgency: int = 3
    named: bool = False
    by_province: bool = False
    asks: bool = False
    settles: bool = False
    dated: bool = False
    newest: bool = False
    grants: bool = False
    until_due: bool = False
    of_day: bool = False
    said_by: tuple[Kind, ...] = ()
    to_mend: bool = False
    tells_due: bool = False
    tells_city: bool = False
    moves: bool = False
    may_ask: bool = False
    waits: bool = False
    caused_by: tuple[Event, ...] = ()
    anew: bool = False
    reowed: Literal["no", "moot", "cancelled"] = "no"
    once: bool = False
    alone: bool = False
    calendar: Literal["", "sets", "ends"] = ""
    invented: Literal["", "due", "late", "escalated"] = ""
    shows: tuple[str, ...] = ()
    reason: str = ""
    certifies: bool = False
    urgent: Urgent = ""
    invites: bool = False
    proves: bool = False


_NAMES_DAY: tuple[Kind, ...] = ("opened", "returned", "rerun", "rejoined", "answered")

LETTER_KINDS: Mapping[Kind, LetterKind] = MappingProxyType(
    {
        "opened": LetterKind(
            "工作开始", ("city",), asks=True, dated=True, until_due=True,
            tells_due=True, tells_city=True, waits=True, anew=True, reowed="cancelled", calendar="sets",
            invented="due", said_by=("rejoined",), caused_by=(Event.OPEN,),
        ),
        "moved": LetterKind(
            "截止时间调整", ("city",),
            as_opened=("institution", "mentor", "school"), asks=True, dated=True, until_due=True, tells_due=True,
            tells_city=True, moves=True, named=True, reowed="moot", calendar="sets", invented="due",
            said_by=_NAMES_DAY, shows=("was",), reason="暴雪影响报送", urgent="always",
        ),
        "corrected": LetterKind(
            "截止时间更正", ("city",),
            as_opened=("institution", "mentor", "school"), asks=True, dated=True, until_due=True, tells_due=True,
            tells_city=True, moves=True, named=True, reowed="moot", calendar="sets", invented="due",
            said_by=_NAMES_DAY, shows=("mistaken",), reason="日期误写为次月", urgent="always",
        ),
        "request": LetterKind(
            "延期申请", ("province", "city"), dated=True, reowed="cancelled",
            invented="due", shows=("asked",), caused_by=(Event.ASK,),
        ),
        "question": LetterKind(
            "异议", ("province",), shows=("question",),
            caused_by=(Event.QUESTION,),
        ),
        "answered": LetterKind(
            "申请答复", ("city",), until_due=True, tells_due=True, calendar="sets",
            invented="due", grants=True, shows=("granted", "was"), reason="情况属实",
            caused_by=(Event.ANSWER,),
        ),
        "reminder": LetterKind(
            "截止提醒", ("city",), by_province=True,
            asks=True, dated=True, newest=True, until_due=True, tells_due=True, may_ask=True,
            invented="due", urgent="last",
        ),
        "overdue": LetterKind(
            "逾期催办", ("city",),
            urgency=1, asks=True, newest=True, tells_due=True, may_ask=True, invented="late", urgent="always",
        ),
        "nudge": LetterKind(
            "催办", ("city",), urgency=1, asks=True, newest=True, may_ask=True,
            invented="late", reason="请尽快办理。", caused_by=(Event.NUDGE,), alone=True, urgent="always",
        ),
        "digest": LetterKind(
            "每日待办", ("province",), of_year=("province",), urgency=2, newest=True,
            occurs="never", of_day=True, shows=("agenda",),
        ),
        "escalation": LetterKind(
            "督办", ("head", "lead"), urgency=0, asks=True,
            may_ask=True, invented="escalated", urgent="always",
        ),
        "passed": LetterKind(
            "已通过", ("city",), urgency=5,
            settles=True, tells_city=True, occurs="unpublished", unless_quiet=True,
            caused_by=(Event.PASS, Event.APPROVE, Event.NOBODY),
        ),
        "returned": LetterKind(
            "退回修改", ("city",), as_opened=("mentor",), to_mend=True,
            asks=True, dated=True, until_due=True, tells_due=True, tells_city=True, anew=True,
            invented="due", shows=("findings",), caused_by=(Event.RETURN, Event.REJECT),
        ),
        "approval-needed": LetterKind(
            "待办理", ("province",), asks=True,
            invented="due", occurs="with-last-word", caused_by=(Event.SUBMIT, Event.RESUME),
        ),
        "rerun": LetterKind(
            "重新开放", ("city",), as_opened=("mentor",), asks=True,
            dated=True, until_due=True, tells_due=True, tells_city=True, anew=True, calendar="sets", invented="due",
            said_by=("answered",), shows=("begun", "held"), reason="系统故障影响报送", caused_by=(Event.RERUN,),
        ),
        "withdrawn": LetterKind(
            "退出", ("city",),
            as_opened=("institution", "mentor", "school"), of_year=("city", "institution", "mentor", "school"),
            urgency=2, calendar="ends", later=True, reason="本年度不具备组织条件", caused_by=(Event.WITHDRAW,),
        ),
        "rejoined": LetterKind(
            "恢复参加", ("city",), as_opened=("institution", "mentor", "school"), named=True, urgency=2, asks=True,
            settles=True, until_due=True, tells_due=True, tells_city=True, calendar="sets", invented="due",
            shows=("resumed",), reason="已落实组织条件", caused_by=(Event.REJOIN,),
        ),
        "appointment": LetterKind(
            "导师聘任", occurs="where-named", urgency=0, settles=True, reowed="moot",
            once=True, caused_by=(Event.PASS, Event.APPROVE), certifies=True,
        ),
        "result": LetterKind(
            "结果公布", ("city",), occurs="published", urgency=5, settles=True,
            tells_city=True, shows=("graded",), caused_by=(Event.APPROVE,), certifies=True,
        ),
        "amended": LetterKind(
            "更正", ("city",), occurs="amendable", urgency=3, settles=True, tells_city=True,
            shows=("regraded",), reason="一名学生的到校记录漏记", caused_by=(Event.APPROVE, Event.PERSON, Event.AMEND),
            certifies=True,
        ),
        "visits-short": LetterKind(
            "培养进度提醒", ("city",),
            occurs="where-named", urgency=4, asks=True, newest=True, shows=("behind",),
        ),
        "letter": LetterKind(
            "自拟函", named=True, of_year=("city", "institution", "mentor", "school"),
            asks=True, tells_due=True, shows=("own",), alone=True,
        ),
        "first-link": LetterKind("账号开通", of_year=("city",), occurs="never", alone=True, invites=True),
        "test-letter": LetterKind("测试函件", of_year=("province",), occurs="never", alone=True, proves=True),
        "noted": LetterKind(
            "留言", ("province", "city"), named=True, waits=True, shows=("noted",), caused_by=(Event.NOTE,),
        ),
    }
)  # fmt: skip
"""Every kind, in the order in which kinds are listed."""

PROVING = frozenset(kind for kind, row in LETTER_KINDS.items() if row.proves)
"""The kinds by which an office sees that letters arrive."""
