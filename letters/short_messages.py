"""What a short message says beside a letter: one clause, of no person; the letter says the rest. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letters.occurrences import OFFICES
from letters.phrases import city
from letters.sentences import lacking, short
from letters.words import SUBJECT_MARK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from letters.brief import Brief
    from phases.letter_kinds import Kind
    from phases.parties import Audience

CLAUSES: Mapping[tuple[Kind, Audience | None], str] = {
    ("overdue", None): "{what}已逾期，请尽快报送",
    ("nudge", None): "{what}已逾期，省级管理办公室催办",
    ("escalation", "head"): "{what}已逾期，请督促",
    ("escalation", "lead"): "{what}已逾期，已督办",
    ("reminder", None): "{what}请于{due}前办理",
    ("moved", None): "{what}截止时间改为{due}",
    ("corrected", None): "{what}截止时间更正为{due}",
}
"""To offices, by kind and audience, None for whoever is not named; where no row is, that there is news."""

TO_PARTIES: Mapping[Kind, str] = {
    "overdue": "{what}已逾期，请尽快提交；如已提交请不必理会",
    "reminder": "{what}请于{due}前提交；如已提交请不必理会",
    "moved": "{handed}时间改为{due}前",
    "corrected": "{handed}时间更正为{due}前",
}
"""To those who hand something in to their city, or meet where it says; it may have it already."""

NEWS, PLACED, MOVED = "{phase}的安排有变化", "{phase}的时间、地点已定", "{phase}的时间、地点有变化"
"""What is said where no due day is: that there is news, or when and where people meet."""


def says(brief: Brief) -> str:
    """Give its clause: 盐城市面试名单已逾期，请尽快报送. What has no due day to name says that there is news.

    The weekday, which every letter names, is left to the letter: seventy characters are one message to the networks.
    """
    office, place = brief.audience in OFFICES, city(brief.city_name)
    what, phase = place + (short(brief) if office else lacking(brief)), place + brief.phase_name
    due = f"{brief.due.day.month}月{brief.due.day.day}日{'24时' if office else ''}" if brief.due else ""
    general = CLAUSES.get((brief.kind, None)) if office else TO_PARTIES.get(brief.kind)
    clause = CLAUSES.get((brief.kind, brief.audience)) or general or NEWS
    if brief.also and brief.due and brief.also.due.day != brief.due.day:
        clause = NEWS
    if "{due}" in clause and not due:
        clause = (MOVED if brief.rearranged else PLACED) if brief.arranged else NEWS
    return clause.format(what=what, due=due, phase=phase, handed=phase if what == place else f"{what}提交")


def whole(clauses: Sequence[str], link: str, more: int = 0) -> str:
    """Give the text of one message that says these: 省后备人才培养计划：…。https://…; no link where it is "".

    It says of so many `more` that they are, and not what they are.
    """
    said = "；".join((*clauses, *((f"另有{more}件急事",) if more else ())))
    return f"{SUBJECT_MARK.strip('【】')}：{said}。{link or '详见邮件。'}"
