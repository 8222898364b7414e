"""What a letter is about: its 事由, and the subject line that a mailbox lists."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from calendars.deadlines import day_of
from letters import phrases
from letters.occurrences import is_declined
from letters.words import GRANTED, GROUPS, SUBJECT_MARK, TAGS

if TYPE_CHECKING:
    from letters.brief import Brief

DATE_FIRST = ("moved", "request", "answered")
WITH_DUE = ("opened", "reminder", "returned", "rerun", "approval-needed")


def title(brief: Brief) -> str:
    """The 事由 of the letter: 关于……的函."""
    what, task = phrases.work(brief), phrases.task(brief)
    city = phrases.city(brief.city_name)
    decision = phrases.decision(brief)
    granted = GRANTED[brief.of.ending if brief.of else None]
    if brief.kind == "reminder" and brief.audience == "province":
        return f"关于尽快对{city}{what}予以{decision}的提醒函"
    if brief.kind == "passed" and brief.audience != "city":
        return f"关于{what}有关情况的函"
    if brief.kind == "overdue" and brief.audience != "city":
        return f"关于{task}逾期未完成的催办函"
    if brief.kind == "moved" and brief.audience != "city":
        return f"关于调整{task}时间的函"
    titles = {
        "opened": f"关于开展{task}的函",
        "reminder": f"关于按时完成{task}的提醒函",
        "overdue": f"关于{what}逾期未报送的催办函",
        "digest": f"{brief.year}年度培养计划待办日报",
        "escalation": f"关于{city}{what}逾期未报送的督办函",
        "passed": f"关于{what}材料{granted}的函",
        "returned": f"关于退回修改{city}{what}材料的函",
        "approval-needed": f"关于提请对{city}{what}予以{decision}的函",
        "rerun": f"关于重启{city}{task}的函",
        "withdrawn": f"关于{city}退出{brief.year}年度培养计划的函",
        "appointment": f"关于聘任{brief.year}年度培养导师的函",
        "result": f"关于公布{brief.year}年度评价结果的函",
        "visits-short": f"关于补足{brief.year}年度到校培养次数的提醒函",
        "moved": f"关于调整{what}截止时间的函",
        "request": f"待答复：{city}{what}延期申请",
        "answered": f"关于{what}延期申请的复函",
    }
    return titles[brief.kind]


def subject(brief: Brief) -> str:
    """One short line: the mark, the kind, city and phase, the due day. Never a person's name."""
    if brief.kind == "digest":
        return SUBJECT_MARK + _digest(brief)
    if brief.kind in DATE_FIRST:
        return SUBJECT_MARK + _date_first(brief)
    about = phrases.city(brief.city_name) + (brief.phase_name if brief.phase else f"{brief.year}年度")
    due = f"，{brief.due.day.month}月{brief.due.day.day}日截止" if brief.due and brief.kind in WITH_DUE else ""
    tag = "情况告知" if brief.kind == "passed" and brief.audience != "city" else TAGS[brief.kind]
    return f"{SUBJECT_MARK}{tag}：{about}{due}"


def _date_first(brief: Brief) -> str:
    """What the letters over a moved day begin with: the new day."""
    city, phase, asked = phrases.city(brief.city_name), brief.phase_name, brief.asked
    due = phrases.short(brief.due.day) if brief.due else ""
    if brief.kind == "request" and asked:
        return f"待答复：{city}申请{phase}延期至{phrases.short(asked.until)}"
    if asked and asked.needless:
        return f"延期申请不再需要办理：{city}{phase}"
    if asked and asked.held:
        return f"截止时间已是{due}，无须延期：{city}{phase}"
    if is_declined(asked):
        return f"延期申请未获同意：{city}{phase}"
    if asked:
        return (f"同意补报，请于{due}前报送" if asked.late else f"同意延期至{due}") + f"：{city}{phase}"
    return f"截止时间改为{due}：{city}{phase}"


def _digest(brief: Brief) -> str:
    today = day_of(brief.as_of)
    counts = Counter(item.group for item in brief.items if item.group)
    found = "、".join(f"{short} {counts[group]}" for group, (_, short, _) in GROUPS.items() if counts[group])
    return f"{today.month}月{today.day}日待办：{found or '无'}"
