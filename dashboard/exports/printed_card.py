"""What a city's newest filing was found to be, as a page to carry to a meeting: verdict, what mends it, every rule."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from acts.signatures import signed
from dashboard.views.dates import clock

if TYPE_CHECKING:
    from datetime import datetime

    from calendars.year import City, Phase, Year
    from dashboard.views.history import Filed, GateCard

TEMPLATE = Path(__file__).parents[1] / "reports" / "card.typ"


def facts(
    year: Year, phase: Phase, city: City, filed: Filed, now: datetime, *, on_paper: bool, tried: bool
) -> dict[str, Any]:
    """Give what the page says; `on_paper`: the phase was done outside; `tried`: what it says was done in a trial."""
    again = f"（第 {filed.attempt} 轮）" if filed.attempt > 1 else ""
    marks = "（试运行，不作数）" if tried else ""
    return {
        "title": f"{city.name}市 {phase.name} 核验结果",
        "office": "省级管理办公室",
        "as_of": f"{year.title}　第 {filed.number} 次{'补录' if on_paper else '报送'}{again}{marks}",
        "day": [now.year, now.month, now.day],
        "parts": [_part(card, on_paper=on_paper) for card in filed.cards],
        "foot": f"由工作管理系统于 {clock(now)} 生成。",
    }


def _part(card: GateCard, *, on_paper: bool) -> dict[str, Any]:
    verdict = f"{card.title}：{'通过' if card.passed else '未通过'}"
    if on_paper:
        verdict = f"与规定对照：{'各项符合' if card.passed else '有不符的'}"
    return {
        "state": "passed" if card.passed else "refused",
        "said": verdict,
        "signed": f"{clock(card.as_of)}　{signed(card.by)}",
        "mends": [{"name": rule.name, "mend": rule.mend} for rule in card.rules if rule.mend],
        "rules": [
            {
                "shape": rule.shape,
                "word": rule.word,
                "name": rule.name,
                "clause": rule.clause,
                "kind": rule.kind,
                "found": rule.found,
                "needed": rule.needed,
                "waived": rule.waived,
            }
            for rule in card.rules
        ],
    }
