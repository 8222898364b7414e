"""The rules of `shortlist` (八(三)): who is called to the interviews."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from gates.found import Found, each, named

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from calendars.year import Figures
    from gates.facts import ShortlistFacts


def tested(facts: ShortlistFacts, _: Figures) -> Found:
    """Every shortlisted student was approved. A row of the sheet has a score, so each of them has been tested."""
    listed = [score for score in facts.scores if score.shortlisted]
    strangers = [score.number for score in listed if not score.approved]
    return each(len(listed), strangers, "{count} 名入围学生{who}未通过本市学生申报审核；请从面试名单中去掉")


def cut_line(facts: ShortlistFacts, _: Figures) -> Found:
    """Each subject with applicants has a cut line, and the shortlist is exactly those at or above it.

    Only approved students are held against a line, that of the subject they applied for; one whose subject has no
    line yet is not. The mend says all of it.
    """
    subjects = sorted(set(facts.applicants.values()))
    bare = [subject for subject in subjects if subject not in facts.cut_lines]
    above, below = _misplaced(facts)
    parts = []
    if bare:
        parts.append(f"{'、'.join(bare)} 未划定分数线；请补划")
    if above:
        parts.append(f"{len(above)} 名学生{named(above)}达到分数线而未列入；请列入面试名单")
    if below:
        parts.append(f"{len(below)} 名学生{named(below)}未达分数线而列入；请去掉或调整分数线")
    wrong = len(above) + len(below)
    lines = f"分数线 {len(subjects) - len(bare)}/{len(subjects)}"
    return Found(
        f"{lines}，名单不符 {wrong} 人",
        f"分数线 {len(subjects)}/{len(subjects)}，名单不符 0 人",
        "；".join(parts),
        tuple(above + below),
    )


def _misplaced(facts: ShortlistFacts) -> tuple[list[str], list[str]]:
    """Give who reached the line and is not listed, and who is listed below it."""
    above, below = [], []
    for score in facts.scores:
        line = facts.cut_lines.get(facts.applicants.get(score.number, score.subject))
        if line is None or not score.approved:
            continue
        if score.score >= line and not score.shortlisted:
            above.append(score.number)
        if score.score < line and score.shortlisted:
            below.append(score.number)
    return above, below


RULES: Mapping[str, Callable[[ShortlistFacts, Figures], Found]] = MappingProxyType(
    {
        "shortlist.tested": tested,
        "shortlist.cut-line": cut_line,
    }
)
