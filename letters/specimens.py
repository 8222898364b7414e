"""A specimen of every letter there is, with invented facts, to preview and to prove the templates by."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from calendars.deadlines import at_nine, resolve
from calendars.ics import cancellation, invitation, version
from gates.verdict import Finding
from letters.brief import Audience, Brief, Item, Kind
from letters.occurrences import CALENDARS, in_calendar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendars.year import City, Year

ADDRESSEES: Mapping[Audience, str] = {
    "city": "{city}市级管理办公室",
    "head": "{city}市级管理办公室负责同志",
    "province": "省级管理办公室",
    "lead": "省级管理办公室负责同志",
    "mentor": "王示例导师",
    "institution": "示例大学",
    "school": "示例中学",
}
AFTER_DUE: tuple[Kind, ...] = ("overdue", "escalation")
DATED: tuple[Kind, ...] = ("opened", "reminder", "overdue", "escalation", "returned", "approval-needed", "rerun")
COUNTED: Mapping[tuple[str, Audience], Mapping[str, int]] = {
    ("mentor-recommendation", "city"): {"institutions": 3, "mentors": 8, "new_mentors": 2},
    ("application", "city"): {"applicants": 46, "approved": 41, "rejected": 5},
    ("application", "mentor"): {"chosen": 6},
    ("shortlist", "city"): {"shortlisted": 24},
    ("shortlist", "mentor"): {"shortlisted": 6},
    ("interview", "city"): {"admitted": 8, "funded": 5, "self_funded": 3},
    ("interview", "mentor"): {"admitted": 2},
    ("midterm", "city"): {"qualified": 7, "exited": 1},
    ("year-end", "city"): {"excellent": 2, "qualified": 5, "unqualified": 1, "certificates": 7},
}
STUDENTS: Mapping[tuple[str, Audience], str] = {
    ("interview", "mentor"): "由您培养",
    ("midterm", "school"): "退出培养",
}


def specimen(year: Year, kind: Kind, phase: str | None, audience: Audience, city: City) -> Brief:
    """A brief of that kind: of the phase at its calendar due day, for that city; nobody in it exists."""
    found = year.phase(phase) if phase else None
    due = resolve(found.due) if found else None
    as_of = at_nine(_day(year, kind, due.day if due else year.phases[0].due))
    plain = Brief(
        kind=kind,
        phase=phase,
        phase_name=found.name if found else "",
        year=year.year,
        city_name=None if kind == "digest" else city.name,
        audience=audience,
        addressee=ADDRESSEES[audience].format(city=f"{city.name}市"),
        as_of=as_of,
        due=due if kind in DATED or (kind, phase, audience) == ("passed", "shortlist", "mentor") else None,
        working_days_left=year.working_days.left(as_of.date(), due.day) if due else None,
        link=f"https://talent.example/{year.year}/{phase or ''}",
        provisional=year.provisional,
    )
    return replace(plain, **_details(plain, f"{city.code}-{year.year}-"))


def calendar_file(year: Year, brief: Brief, city: City) -> str | None:
    """The iCalendar that goes with a specimen, as it goes with the letter itself; None where none does."""
    slug = brief.phase or year.phases[0].slug
    if brief.kind not in CALENDARS or not in_calendar(slug, brief.audience):
        return None
    if brief.kind == "withdrawn":
        dues = {slug: resolve(year.phase(slug).due)}
        return cancellation(year, dues, city, sequences={slug: 1}, at=brief.as_of)
    if brief.due is None:
        return None
    sequence = version(brief.attempt - 1, brief.attempt)
    return invitation(year, year.phase(slug), brief.due, city, sequence=sequence, at=brief.as_of)


def _day(year: Year, kind: Kind, due: date) -> date:
    """A day on which such a letter goes out."""
    if kind in AFTER_DUE:
        return year.working_days.after(due, 1 if kind == "overdue" else year.figures.escalation_days)
    return year.working_days.on_or_before(due - timedelta(days=3))


def _details(brief: Brief, number: str) -> Mapping[str, Any]:
    """What its kind has besides the plain facts; `number` begins an application number."""
    first, second = f"{number}0001", f"{number}0007"
    counts = COUNTED.get((brief.phase or "", brief.audience), {})
    behind = (Item(first, "已到校 2 次，按进度应为 4 次"), Item(second, "缺第一阶段成长日志"))
    graded = (Item("优秀", "1 名", (first,)), Item("合格", "1 名", (second,)))
    held = (Item("师生见面会", "本阶段重新通过之前暂停，已录入的材料保留"),)
    listed = STUDENTS.get((brief.phase or "", brief.audience))
    details: dict[Kind, Mapping[str, Any]] = {
        "digest": {"items": _DIGEST},
        "returned": {"findings": _FINDINGS},
        "rerun": {"attempt": 2, "reason": "系统故障影响报送", "items": held},
        "withdrawn": {"reason": "本年度不具备组织条件"},
        "visits-short": {"items": behind},
        "result": {"items": graded, "counts": counts},
        "passed": {"items": (Item(listed, "", (first, second)),) if listed else (), "counts": counts},
    }
    return details.get(brief.kind, {})


_DIGEST = (
    Item("盐城市 导师推荐", "应于 1月15日前报送", days=1, group="late"),
    Item("扬州市 导师推荐", "退回后未重新报送", days=3, group="late"),
    Item("南京市 导师推荐", "等待审定", days=2, group="awaiting"),
    Item("宿迁市 截止提醒函", "地址已停用", days=1, group="undeliverable"),
)
_FINDINGS = (
    Finding(
        rule="interviews.ratio",
        clause="三(二)",
        kind="in-principle",
        found="12:5",
        needed="3:1",
        ok=False,
        actor="city",
        mend="面试 12 人、入选 5 人，比例 2.4:1；需再面试 3 人，或少入选 1 人。",
    ),
    Finding(
        rule="cultivation.plan",
        clause="八(六)",
        kind="must",
        found="7 人有方案",
        needed="8 人有方案",
        ok=False,
        actor="mentor",
        mend="还有 1 名学生没有培养方案，请导师补上。",
    ),
)
