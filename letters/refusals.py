"""What a filing is sent back for, as a letter says it: what mends it, and what that rests on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gates.verdict import ACTORS
from letters.occurrences import OFFICES
from letters.phrases import numeral
from letters.sentences import to_mend
from letters.words import OFFICE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gates.verdict import Finding
    from letters.brief import Brief
    from phases.parties import Audience

LAW, ARTICLE = re.compile("^(个人信息保护法)"), re.compile(r"(\S+?)\((\S+?)\)")
SHARE, NONE_NEEDED = re.compile(r"(\d+)/(\d+)"), re.compile(r"\D+ 0( \D)?")
SPACED = re.compile(r"(?<=[\u4e00-\u9fff]) (?=\d)|(?<=\d) (?=[\u4e00-\u9fff])")
"""What stands between figures and words on a page, and not in a letter."""


def told(value: Finding, brief: Brief) -> tuple[str, str]:
    """What mends a refusal, and what it rests on: clause, figures, who must act where that is somebody else.

    A party reads of its own part, and the clause: no colleague's name, no figure of the city's.
    """
    said = [f"依据：{clause(value.clause)}"]
    if brief.audience not in OFFICES:
        return to_mend(value, brief), said[0]
    if value.found and value.needed:
        said.append(figures(value.found, value.needed))
    if value.actor not in {"city", brief.audience}:
        said.append(f"请{ACTORS[value.actor]}补充")
    return SPACED.sub("", value.mend).rstrip("。"), "；".join(said)


def clause(value: str) -> str:
    """《实施方案》三、（二）: a clause of the notice, or the law, as a letter cites it; of `三(二)`."""
    if LAW.match(value):
        return LAW.sub(r"《\1》", value)
    return "《实施方案》" + "和".join(ARTICLE.sub(r"\1、（\2）", one) for one in value.split())


def figures(found: str, needed: str) -> str:
    """应有5人，实有4人: what a rule needed and found, of figures as a report card has them."""
    if (had := SHARE.fullmatch(found)) and (asked := SHARE.fullmatch(needed)):
        return f"应有{asked[2]}人，实有{had[1]}人"
    had_what, what = found.replace(" ", ""), needed.replace(" ", "").replace("≤", "不超过").replace("≥", "不少于")
    if NONE_NEEDED.fullmatch(needed):  # 超员导师 0 名: that there should be none goes without saying
        return had_what
    return f"应{'' if what.startswith('不') else '为'}{what}，实为{had_what}"


def principled(refusals: Sequence[Finding], audience: Audience) -> str:
    """Say which of the refusals the province may set aside; "" to anybody but the city."""
    places = [numeral(place) for place, one in enumerate(refusals, 1) if one.kind == "in-principle"]
    if audience != "city" or not places:
        return ""
    which = "以上" if len(refusals) == 1 else f"第{'、'.join(places)}项"
    return f"{which}属原则性要求，确有特殊情况的，可书面说明理由，报{OFFICE}批准。"
