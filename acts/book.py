"""The acts of the province: one table."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from acts import doing, saying
from acts.described import Act, Field
from acts.last_word import decision
from gates.states import Event, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendars.year import Phase
    from phases.book import Book

PHASE = Field("phase", "阶段", "phase")
CITIES = Field("city", "城市", "cities", hint="可以选几个市：同一事由，一次预览，逐市办理。")
CITY = Field("city", "城市", "city")
UNTIL = Field("until", "新的截止日", "day", hint="当天有效，到 24:00 为止。")
LATER = Field("until", "重新报送的截止日", "day", needed=False, hint="已过截止日的必须写；未过的可以不写。")
TOLD = Field("reason", "事由", "reason", hint="写入记录，并写进给该市的函件。")
NOTED = Field("reason", "事由", "reason", hint="写入记录，该市可以看到；不写进函件。")
KEPT = Field("reason", "事由", "reason", hint="只写入省办的操作记录，不发函件。")
AMENDED = Field("reason", "事由", "reason", hint="写入记录，并写进告知各市截止时间有变的函件。")
ANSWERED = Field(
    "reason", "答复意见", "reason", hint="同意或不同意都会发函答复该市，本栏原样写进复函，请写成可以对外的话。"
)
FOUND = Field(
    "found",
    "核实结果",
    "choice",
    choices=(("sent", "已经送达，记为已发"), ("resend", "没有送达，重新发送"), ("dropped", "不再发送")),
    hint="重新发送时发往现在登记的邮箱。暂存的函件更正邮箱后自动发出，不必办理；确实不必再发的，选“不再发送”。",
)
ANSWER = Field("answer", "答复", "choice", choices=(("granted", "同意"), ("declined", "不同意")))

GOING = frozenset({State.WAITING, State.OPEN, State.SUBMITTED, State.RETURNED, State.OVERDUE})

_ACTS = (
    Act(
        "evaluate",
        lambda _: "评价学生",
        (PHASE, CITY, Field("rows", "评价", "grid")),
        doing.evaluate,
        saying.evaluate,
        Event.LOAD,
        frozenset({State.SUBMITTED}),
        evaluates=True,
    ),
    Act(
        "approve",
        decision,
        (PHASE, CITIES),
        doing.approve,
        saying.approve,
        Event.APPROVE,
        frozenset({State.SUBMITTED}),
        province=True,
    ),
    Act(
        "reject",
        lambda _: "退回修改",
        (PHASE, CITIES, LATER, TOLD),
        doing.reject,
        saying.reject,
        Event.REJECT,
        frozenset({State.SUBMITTED}),
        province=True,
    ),
    Act(
        "extend",
        lambda _: "延期",
        (PHASE, CITIES, UNTIL, TOLD),
        doing.extend,
        saying.extend,
        Event.EXTEND,
        frozenset({State.WAITING, State.OPEN, State.RETURNED}),
    ),
    Act(
        "rerun",
        lambda _: "重启",
        (PHASE, CITIES, UNTIL, TOLD),
        doing.rerun,
        saying.rerun,
        Event.RERUN,
        frozenset({State.RETURNED, State.OVERDUE}),
        frozenset({State.PASSED}),
    ),
    Act(
        "waive",
        lambda _: "豁免规则",
        (PHASE, CITIES, Field("rule", "规则", "rule", hint="只有通知中“原则上”的规定可以豁免。"), NOTED),
        doing.waive,
        saying.waive,
        Event.WAIVE,
        frozenset({State.OPEN, State.RETURNED, State.OVERDUE}),
        waives=True,
    ),
    Act(
        "withdraw",
        lambda _: "退出本年度",
        (CITY, TOLD),
        doing.withdraw,
        saying.withdraw,
        Event.WITHDRAW,
        GOING,
        forever="退出之后不能恢复：已通过的阶段保留，其余各阶段全部终止，本年度不能再加入。",
    ),
    Act(
        "answer",
        lambda _: "答复延期申请",
        (
            Field("request", "申请", "request"),
            ANSWER,
            Field(
                "until", "新的截止日", "day", needed=False, hint="同意时须写；当天有效。", when=("answer", "granted")
            ),
            ANSWERED,
        ),
        doing.answer,
        saying.answer,
        subject=lambda _, filled: f"request/{filled.number}",
    ),
    Act(
        "address",
        lambda _: "决定邮箱",
        (
            Field("difference", "待定邮箱", "difference"),
            Field("choice", "决定", "choice", choices=(("new", "改用新报送的邮箱"), ("held", "保留现用的邮箱"))),
            Field("reason", "事由", "reason", hint="写入记录，报送过该邮箱的市可以看到；不写进函件。"),
        ),
        doing.address,
        saying.address,
    ),
    Act(
        "settle",
        lambda _: "核实函件",
        (Field("letter", "函件编号", "letter"), FOUND),
        doing.settle,
        saying.settle,
    ),
    Act(
        "suppress",
        lambda _: "停用邮箱",
        (Field("email", "邮箱", "address"), KEPT),
        doing.suppress,
        saying.suppress,
    ),
    Act(
        "unsuppress",
        lambda _: "恢复邮箱",
        (Field("email", "邮箱", "address"),),
        doing.unsuppress,
        saying.unsuppress,
    ),
    Act(
        "office",
        lambda _: "登记邮箱",
        (
            Field("office", "单位", "office"),
            Field("email", "单位邮箱", "address", needed=False, hint="不写则不改。"),
            Field("head", "负责同志邮箱", "address", needed=False, hint="催办升级发到这里；不写则不改。"),
        ),
        doing.office,
        saying.office,
        subject=lambda _, filled: f"office/{filled.words['office']}",
    ),
    Act(
        "resume",
        lambda _: "恢复投递",
        (KEPT,),
        doing.resume,
        saying.resume,
        subject=lambda _year, _filled: "clock",
    ),
    Act(
        "amend",
        lambda _: "修订年度日历",
        (Field("calendar", "新的日历", "calendar"), AMENDED),
        doing.amend,
        saying.amend,
        subject=lambda year, _: f"calendar/{year.year}",
    ),
    Act(
        "close",
        lambda _: "归档本年度",
        (KEPT,),
        doing.close,
        saying.close,
        subject=lambda year, _: f"year/{year.year}",
        forever="归档之后不能恢复：本年度今后只能查阅，不能再办理。",
    ),
)

ACTS: Mapping[str, Act] = MappingProxyType({act.slug: act for act in _ACTS})
"""By slug, which stands in the address."""


def offered(book: Book, phase: Phase, state: State, *, named: bool = False) -> tuple[Act, ...]:
    """Give the acts that apply to a city phase in this state, in the order of the table."""
    return tuple(act for act in _ACTS if act.applies(book, phase, state, named=named))
