"""Days, deadlines and numbers as a Chinese office writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendars.deadlines import day_of
from calendars.working_days import WEEKDAYS
from gates.states import Event
from gates.verdict import ACTORS
from letters.occurrences import OFFICES
from letters.words import AUDIENCES, DECIDING, DECISIONS, LAST_WORDS, OFFICE, SETTLED, YOU
from phases.parties import called_by

if TYPE_CHECKING:
    from datetime import date

    from calendars.deadlines import Due
    from calendars.year import ContactPoint, Ending
    from gates.verdict import Finding
    from letters.brief import Brief
    from phases.parties import Arranged, Audience, Called


COUNTED = 10
"""So many working days at most are counted to a reader."""


def day(value: date) -> str:
    """2022年1月15日."""
    return f"{value.year}年{value.month}月{value.day}日"


def due(value: Due, audience: Audience, *, provisional: bool) -> str:
    """The due day, inclusive, with 暂定 and what moved it: 2022年1月15日（星期六）24:00 前（经批准延期）.

    A party's is a day of work: 2022年1月12日（星期三）下班前.
    """
    notes = "；".join(filter(None, ("暂定，以国务院办公厅公布的节假日安排为准" if provisional else "", value.moved)))
    written = f"{until(value.day, audience)}{' 前' if audience in OFFICES else '下班前'}"
    return f"{written}（{notes}）" if notes else written


def until(value: date, audience: Audience = "city") -> str:
    """A due day that is spoken of, inclusive: 2022年1月15日（星期六）24:00; a party's has no hour."""
    return f"{day(value)}（星期{WEEKDAYS[value.weekday()]}）{'24:00' if audience in OFFICES else ''}"


def by_when(value: date, audience: Audience, provisional: bool) -> str:
    """The same where 前 follows in somebody's own words: 2022年1月12日（星期三）下班, with 暂定 where it may change."""
    closing = "" if audience in OFFICES else "下班"
    return f"{until(value, audience)}{closing}{'（暂定）' if provisional else ''}"


def short(value: date, audience: Audience = "city") -> str:
    """The same in a subject: 1月15日（周六）24时."""
    return f"{value.month}月{value.day}日（周{WEEKDAYS[value.weekday()]}）{'24时' if audience in OFFICES else ''}"


def left(brief: Brief) -> str | None:
    """How much time remains, None where that is not known, too much to be counted, or nothing runs yet.

    A due weekend may leave no working day before it.
    """
    if brief.due is None or (brief.asked is not None and brief.asked.grace):
        return None
    if brief.as_of >= brief.due.instant:
        return "已截止"
    if brief.working_days_left is None or brief.working_days_left > COUNTED:
        return None
    if day_of(brief.as_of) == brief.due.day:
        return f"{brief.due.day.month}月{brief.due.day.day}日当日截止"
    if brief.working_days_left == 0:
        return "截止前已无其他工作日，请尽快办结"
    today = day_of(brief.as_of)  # said beside the count, which is then true on whatever day the letter arrives
    return f"{brief.working_days_left} 个工作日（{today.month}月{today.day}日之后起算）"


def questioned(about: str, ending: Ending | None) -> str:
    """What a city's question is about, of a phase that ends so: 第2次报送的核验结论, 7号申请的答复."""
    what, _, number = about.partition("/")
    if what == "verdict":
        return f"第{number}次报送的核验结论"
    return f"{number}号申请的答复" if what == "answer" else f"{OFFICE}“{deed(Event(what), ending)}”的决定"


def waits(brief: Brief) -> str:
    """盐城市管理办公室于2022年2月8日申请延期至……，正等省级管理办公室答复。 Nothing where no request waits."""
    asked = brief.waits
    if asked is None or asked.until is None:
        return ""
    who = YOU["city"] if brief.audience == "city" else office("city", brief.city_name)
    return f"{who}于{day(asked.on)}申请延期至{until(asked.until)}，正等{OFFICE}答复。"


def deed(event: Event, ending: Ending | None) -> str:
    """Name what was done to a phase that ends so: the province's last word by its own name."""
    if event is Event.APPROVE and ending:
        return LAST_WORDS[ending]
    return "退回修改" if event is Event.REJECT else event.chinese


def count(label: str, number: int) -> tuple[str, str]:
    """Label and figure of one of a brief's counts of students."""
    return label, f"{number} 名"


def whom_to_ask(point: ContactPoint, office: str) -> str:
    """联系人：盐城市管理办公室示例，电话：000-00000000，邮箱：yancheng@city.example。"""
    ways = f"，电话：{point.phone}" if point.phone else ""
    ways += f"，邮箱：{point.mailbox}" if point.mailbox else ""
    return f"联系人：{office}{point.name}{ways}。"


def finding(value: Finding, audience: Audience) -> tuple[str, str]:
    """What mends a refusal, and what it rests on: clause, figures, who must act where that is somebody else."""
    notes = [f"依据通知{value.clause}"]
    if value.found and value.needed:
        notes.append(f"现为 {value.found}，应为 {value.needed}")
    if value.actor not in {"city", audience}:
        notes.append(f"由{ACTORS[value.actor]}办理")
    if value.kind == "in-principle" and audience == "city":
        notes.append("属原则性要求，确有特殊情况可向省级管理办公室申请豁免")
    return value.mend, "；".join(notes)


def meets(arranged: Arranged) -> tuple[tuple[str, str], tuple[str, str]]:
    """When and where somebody meets the others, as two rows of facts: label and value."""
    at = f"{until(arranged.day, 'mentor')}{arranged.begins}"
    return ("会议时间", at), ("地点或链接", arranged.place)


def meets_at(arranged: Arranged) -> str:
    """2月25日（周五）14:30: when that is, in a subject."""
    return short(arranged.day, "mentor") + arranged.begins


def city(name: str | None) -> str:
    """盐城市; nothing where the letter is about no one city."""
    return "" if not name else name if name.endswith("市") else f"{name}市"


def office(audience: Audience, city_name: str | None = None) -> str:
    """盐城市管理办公室, 盐城市科协负责同志, 省级管理办公室: the one way that an office is named."""
    if audience == "city" and city_name:
        return f"{city(city_name)}管理办公室"
    return (city(city_name) if audience == "head" else "") + AUDIENCES[audience]


def mentor(name: str) -> str:
    """王某某老师: how a mentor is spoken to."""
    return f"{name}老师"


def work(brief: Brief) -> str:
    """2022年度导师推荐; a phase whose name begins with 年度 does not say it twice."""
    return f"{brief.year}年度{brief.phase_name.removeprefix('年度')}"


def called(brief: Brief) -> Called:
    """What letters call the phase that a letter is about."""
    return (brief.of and brief.of.called) or called_by(brief.phase_name)


def task(brief: Brief) -> str:
    """2022年度导师推荐工作; one whose name begins with 年度 does not say it twice."""
    return f"{brief.year}年度{called(brief).work.removeprefix('年度')}"


def filed(brief: Brief) -> str:
    """2022年度面试结果和入选学生名单: what a city files."""
    return f"{brief.year}年度{called(brief).filed.removeprefix('年度')}"


def decision(brief: Brief) -> str:
    """What the province does to end the phase, 审定; nothing where its gate alone does."""
    return DECISIONS[brief.of.ending] if brief.of and brief.of.ending else ""


def asked_of(brief: Brief, audience: Audience) -> list[str]:
    """What an audience has to do while the phase is open, a sentence each; the province last of all ends it."""
    if brief.of is None:
        return []
    ending, todo = brief.of.ending, brief.of.asked(audience)
    if ending and audience == "province":
        todo.append(DECIDING[ending])
    return [
        one.format(
            decided=f"，由{OFFICE}{LAST_WORDS[ending]}" if ending else "",
            phase=brief.phase_name,
            arranged="" if brief.arranged else f"，时间、地点由{AUDIENCES['city']}另行通知",
        )
        for one in todo
    ]


def passed(brief: Brief) -> list[str]:
    """What was settled as the phase passed, and what follows: two sentences to the brief's audience."""
    none = brief.nobody or (brief.counts and not any(brief.counts.values()))
    nobody = brief.of.stakeholder(brief.audience).nobody if brief.of and none else None
    said = nobody or (brief.of.passed(brief.audience) if brief.of else ("", ""))
    words = {
        "city": city(brief.city_name),
        "work": work(brief),
        "settled": SETTLED[brief.of.ending if brief.of else None],
    }
    return [one.format(**words) for one in said]
