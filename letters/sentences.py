"""What a phase says of itself and of its parties, filled in for one letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letters import phrases
from letters.occurrences import OFFICES
from letters.words import BEGINS, DECIDING, DECISIONS, LAST_WORDS, OFFICE, PROGRAMME, SETTLED, YOU
from phases.letter_kinds import LETTER_KINDS
from phases.parties import called_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendars.year import Ending
    from gates.verdict import Finding
    from letters.brief import Brief, SecondDay
    from phases.parties import Audience, Called, Mailing


def work(brief: Brief) -> str:
    """2022年度导师推荐; a phase whose name begins with 年度 does not say it twice."""
    return f"{brief.year}年度{brief.phase_name.removeprefix('年度')}"


def called(brief: Brief) -> Called:
    """What letters call the phase that a letter is about."""
    return (brief.of and brief.of.called) or called_by(brief.phase_name)


def short(brief: Brief) -> str:
    """年度评价材料: what a city files, in short; with what it files later, where a letter is about both days alone."""
    moved = both_moved(brief)
    second = moved and (moved.of.called or called_by(brief.phase_name))
    return f"{called(brief).short}、{second.short}" if second else called(brief).short


def both_moved(brief: Brief) -> SecondDay | None:
    """Give the second part's day, where a letter says nothing but that it has moved, and the phase's own as well."""
    return brief.also if LETTER_KINDS[brief.kind].moves else None


def task(brief: Brief) -> str:
    """2022年度导师推荐工作; one whose name begins with 年度 does not say it twice."""
    return f"{brief.year}年度{called(brief).work.removeprefix('年度')}"


def filed(brief: Brief) -> str:
    """2022年度面试结果和入选学生名单: what a city files."""
    return f"{brief.year}年度{called(brief).filed.removeprefix('年度')}"


def decision(brief: Brief) -> str:
    """What the province does to end the phase, 审定; nothing where its gate alone does."""
    return DECISIONS[brief.of.ending] if brief.of and brief.of.ending else ""


def unfinished(awaits: Sequence[str], ending: Ending | None) -> str:
    """Say what is to come of a filing, and that the province can end the phase once it has; "" where nothing is."""
    return f"{'，'.join(awaits)}，补齐后方可{LAST_WORDS[ending]}" if awaits and ending else ""


def asked_of(brief: Brief, audience: Audience) -> list[str]:
    """What an audience has to do while the phase is open, a sentence each; the province last of all ends it."""
    if brief.of is None:
        return []
    ending, todo = brief.of.ending, brief.of.asked(audience)
    if ending and audience == "province":
        todo.append(f"补齐后{DECIDING[ending]}" if brief.awaits else DECIDING[ending])
    return [say(one, brief) for one in todo]


def mailing(brief: Brief) -> Mailing | None:
    """What the phase says of such a letter to its audience; None to an office."""
    return brief.of.mailing(brief.kind, brief.audience) if brief.of else None


def handed_in(brief: Brief) -> str:
    """What a party hands in to its city, in a few words; "" where that is nothing."""
    return brief.of.handed_in(brief.audience) if brief.of else ""


def second_moved(brief: Brief, was: str, until: str) -> str:
    """Say beside a phase's own day that of its second part has moved as well: 总结的截止时间同时由…调整为…。"""
    if brief.also is None:
        return ""
    of = brief.also.of
    if brief.audience in OFFICES:
        return f"{(of.called or called_by(brief.phase_name)).filed}的截止时间同时由{was}调整为{until}。"
    return f"{YOU[brief.audience]}提交{of.handed_in(brief.audience)}的时间同时由{was}改为{until}。"


def lacking(brief: Brief) -> str:
    """What this letter asks a party for: a part of that, or all."""
    found = mailing(brief)
    moved = both_moved(brief)
    second = f"、{moved.of.handed_in(brief.audience)}" if moved else ""
    return (found.lacking if found else "") or handed_in(brief) + second


def to_mend(found: Finding, brief: Brief) -> str:
    """What a refusal asks of a party itself: of its own part, of those of its students whom that names."""
    return _filled(brief.of.to_mend(brief.audience, found.rule), brief, found.numbers) if brief.of else ""


def begins(brief: Brief) -> str:
    """The first sentence to a party of whom something is asked now."""
    found = mailing(brief)
    return say((found.begins if found else "") or BEGINS.get(brief.audience, ""), brief)


def passed(brief: Brief) -> list[str]:
    """What was settled as the phase passed, and what follows: two sentences to the brief's audience."""
    if brief.of is None:
        return ["", ""]
    none = brief.nobody or (brief.audience not in OFFICES and not brief.students)
    role = brief.of.stakeholder(brief.audience)
    settled, following = (role.nobody if none else None) or brief.of.passed(brief.audience)
    if role.counted and brief.tally and not none:
        settled = role.counted(brief.tally)
    return [say(settled, brief), say(following, brief)]


def listed(brief: Brief) -> str:
    """What is said of some of the recipient's students, by number; "" where there are none."""
    found = mailing(brief)
    return _filled(found.listed, brief, brief.listed) if found and brief.listed else ""


def say(sentence: str, brief: Brief) -> str:
    """Fill in a sentence of a phase, with the words that `phases.parties.Stakeholder` names."""
    more = {"listed": listed(brief), "places": places(brief)} if "{listed}" in sentence else {}
    return _filled(sentence, brief, brief.students, **more)


def places(brief: Brief) -> str:
    """What is said of a mentor's places where more students chose him; "" where not."""
    found = mailing(brief)
    return found.places.format(places=brief.places) if found and brief.places is not None else ""


def _filled(sentence: str, brief: Brief, students: tuple[str, ...], **more: str) -> str:
    ending, year = brief.of.ending if brief.of else None, phrases.year_of(brief)
    by, city = phrases.due(brief), phrases.city(brief.city_name)
    second = phrases.until(brief.second_due.day, brief.audience, year) if brief.second_due else ""
    return sentence.format(
        city=city,
        year=brief.year,
        figures=year and year.figures,
        programme=PROGRAMME,
        phase=brief.phase_name,
        task=task(brief),
        filed=filed(brief),
        decided=f"，由{OFFICE}{LAST_WORDS[ending]}" if ending else "",
        settled=SETTLED[ending].format(on=f"于{phrases.day(brief.done)}" if brief.done else ""),
        arranged="" if brief.arranged else f"，时间、地点由{city}管理办公室另行通知",
        by=f"于{by}" if by else "",
        second=f"于{second}前" if second else "",
        count=len(students),
        numbers="、".join(students),
        **more,
    )
