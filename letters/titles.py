"""What a letter is titled, and the subject line that a mailbox lists: its genre, filled in."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from calendars.deadlines import day_of
from letters import phrases, sentences
from letters.case_fields import filled
from letters.genres import ANSWERS, CLOSES, GENRES, NO_VISITS, PERSON_CHANGED, PLACE_TOLD, READERS, Genre
from letters.words import GRANTED, GROUPS, SETTLED_SHORT, SUBJECT_MARK, YOU
from phases.letter_kinds import LETTER_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from letters.brief import Brief, RequestBrief


def genre(brief: Brief) -> Genre:
    """Give the genre of a letter: by its kind and reader, or by when and where somebody meets the others."""
    if LETTER_KINDS[brief.kind].moves and brief.arranged is not None:
        return PLACE_TOLD[brief.rearranged]
    if brief.kind == "amended" and not publishes(brief):
        return PERSON_CHANGED[READERS[brief.audience]]
    found, mailing = GENRES[brief.kind, READERS[brief.audience]], sentences.mailing(brief)
    if mailing and mailing.subject:
        undated = found.undated if mailing.dated else ""
        return replace(found, title=mailing.title or found.title, subject=mailing.subject, undated=undated)
    if brief.kind == "visits-short" and not any(item.detail for item in brief.items):
        return replace(found, subject=NO_VISITS)
    if brief.arranged is not None:  # what somebody reads first of a meeting is when that is
        return replace(found, undated=PLACE_TOLD[False].subject)
    return found


def closing(brief: Brief) -> str:
    """The sentence that closes the letter; "" for none."""
    said = CLOSES.get((brief.kind, brief.audience)) or genre(brief).close
    return said.format(you=YOU[brief.audience])


def publishes(brief: Brief) -> bool:
    """Tell whether a letter is about a phase that the province ends with results."""
    return brief.of is not None and brief.of.ending == "results"


def title(brief: Brief) -> str:
    """The title of the letter: 关于……的通知."""
    return genre(brief).title.format_map(_words(brief))


def subject(brief: Brief) -> str:
    """One short line: the mark, what is to be done until when, then where. Never a person's name."""
    found = genre(brief)
    said = ANSWERS[_answer(brief.asked)] if brief.kind == "answered" and brief.asked else found.subject
    if "{left}" in said and not 0 < (brief.working_days_left or 0) <= phrases.COUNTED:
        said = found.uncounted
    moved = sentences.both_moved(brief)
    several = brief.due is not None and moved is not None and moved.due.day != brief.due.day
    if found.undated and (brief.due is None or several or brief.awaits):
        said = found.undated
    return SUBJECT_MARK + said.format_map(_words(brief))


def _answer(asked: RequestBrief) -> str:
    """Name what an answer says, as its subject is found by."""
    if asked.about:
        return "question-needless" if asked.needless else "changed" if asked.granted else "upheld"
    if asked.needless or asked.corrected or asked.held:
        return "needless" if asked.needless else "corrected" if asked.corrected else "held"
    return "declined" if not asked.granted else "late" if asked.late else "granted"


def _words(brief: Brief) -> Mapping[str, Any]:
    """What titles and subjects may say."""
    called, asked, ending = sentences.called(brief), brief.asked, brief.of.ending if brief.of else None
    today = day_of(brief.as_of)
    return {
        "year": brief.year,
        "city": phrases.city(brief.city_name),
        "work": called.work,
        "task": sentences.task(brief),
        "short": sentences.short(brief),
        "phase": brief.phase_name,
        "due": phrases.short(brief.due.day, brief.audience) if brief.due else "",
        "left": brief.working_days_left,
        "late": brief.working_days_late,
        "decision": sentences.decision(brief),
        "granted": GRANTED[ending],
        "settled": SETTLED_SHORT[ending],
        "again": "重新报送" if brief.filed else "同意补报",
        "filing": "重新报送" if brief.filed else "补报",
        "anew": "重新" if brief.filed else "",
        "meets": phrases.meets_at(brief.arranged) if brief.arranged else "",
        "until": phrases.short(asked.until) if asked and asked.until else "",
        "wish": "异议" if asked and asked.about else "延期申请",
        "ask": f"（{brief.ask.name}）" if brief.ask and brief.ask.name else "",
        "count": len(brief.items),
        "counts": _counts(brief),
        "today": f"{today.month}月{today.day}日",
        "lacking": sentences.lacking(brief),
        "reply": "留言已有回复" if asked and asked.granted else "有一条留言待回复",
        "own": filled(brief.own.subject, brief) if brief.own else "",
    }


def _counts(brief: Brief) -> str:
    counts = Counter(item.group for item in brief.items if item.group)
    found = (f"{short}{counts[group]}项" for group, (_, short, _) in GROUPS.items() if counts[group])
    return "、".join(found) or "无"
