"""What a letter is about: its 事由, and the subject line that a mailbox lists."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from calendars.deadlines import day_of
from letters import phrases
from letters.case_fields import filled
from letters.occurrences import is_declined
from letters.words import GRANTED, GROUPS, SUBJECT_MARK
from phases.letter_kinds import LETTER_KINDS

if TYPE_CHECKING:
    from letters.brief import Brief, RequestBrief
    from phases.letter_kinds import Kind


def title(brief: Brief) -> str:
    """The 事由 of the letter: 关于……的函."""
    if tells_place(brief):
        return f"关于{phrases.work(brief)}时间、地点的函"
    row = LETTER_KINDS[brief.kind]
    to_party = row.party_title if brief.audience != "city" else ""
    own = row.own_title if brief.audience == "province" else ""
    return (own or to_party or row.title).format(
        what=phrases.work(brief),
        task=phrases.task(brief),
        city=phrases.city(brief.city_name),
        year=brief.year,
        decision=phrases.decision(brief),
        wish="异议" if brief.asked and brief.asked.about else "延期申请",
        granted=GRANTED[brief.of.ending if brief.of else None],
        own=filled(brief.own.subject, brief) if brief.own else "",
    )


def tells_place(brief: Brief) -> bool:
    """Whether it moves no day, but says when and where somebody meets the others."""
    return LETTER_KINDS[brief.kind].moves and brief.arranged is not None


def subject(brief: Brief) -> str:
    """One short line: the mark, the kind, city and phase, the due day. Never a person's name."""
    if brief.arranged and tells_place(brief):
        day = phrases.short(brief.arranged.day, brief.audience) + brief.arranged.begins
        which = "改于" if brief.arranged.number > 1 else "定于"
        return f"{SUBJECT_MARK}{which}{day}：{phrases.city(brief.city_name)}{brief.phase_name}"
    heads = {"tag": _tag_first, "date": _date_first, "counts": _counts, "title": title}
    words = heads[LETTER_KINDS[brief.kind].headed]
    return SUBJECT_MARK + words(brief)


def _tag_first(brief: Brief) -> str:
    row = LETTER_KINDS[brief.kind]
    about = phrases.city(brief.city_name) + (brief.phase_name if brief.phase else f"{brief.year}年度")
    due = f"，{brief.due.day.month}月{brief.due.day.day}日截止" if brief.due and row.names_due else ""
    tag = (row.party_tag if brief.audience != "city" else "") or row.tag
    return f"{tag}：{about}{due}"


def _date_first(brief: Brief) -> str:
    """What the letters over a moved day begin with: the new day."""
    city, phase, asked = phrases.city(brief.city_name), brief.phase_name, brief.asked
    due = phrases.short(brief.due.day, brief.audience) if brief.due else ""
    if asked and asked.about:
        return f"{_of_question(brief.kind, asked)}：{city}{phase}"
    if brief.kind == "request" and asked and asked.until:
        return f"待答复：{city}申请{phase}延期至{phrases.short(asked.until)}"
    if asked and asked.needless:
        return f"延期申请不再需要办理：{city}{phase}"
    if asked and asked.held:
        return f"截止时间已是{due}，无须延期：{city}{phase}"
    if asked and not asked.corrected:
        granted = f"同意补报，请于{due}前报送" if asked.late else f"同意延期至{due}"
        return f"{'延期申请未获同意' if is_declined(asked) else granted}：{city}{phase}"
    corrected = brief.kind == "corrected" or asked
    return f"截止时间{'更正' if corrected else '改'}为{due}：{city}{phase}"


def _of_question(kind: Kind, asked: RequestBrief) -> str:
    if kind == "question":
        return "待答复的异议"
    if asked.needless:
        return "异议不再需要处理"
    return "异议的答复，已作调整" if asked.granted else "异议的答复，维持不变"


def _counts(brief: Brief) -> str:
    today = day_of(brief.as_of)
    counts = Counter(item.group for item in brief.items if item.group)
    found = "、".join(f"{short} {counts[group]}" for group, (_, short, _) in GROUPS.items() if counts[group])
    return f"{today.month}月{today.day}日待办：{found or '无'}"
