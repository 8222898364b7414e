"""What a city asked of the province and what it was answered, in words: on pages, in the report, in exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.views.dates import weekday
from letters.phrases import questioned

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendars.year import Year
    from models.city_requests import CityRequest, Said

ANSWER_WORDS: Mapping[Said | None, str] = {
    "granted": "✓ 已同意",
    "declined": "✗ 未同意",
    "upheld": "✓ 已答复：维持",
    "changed": "✓ 已答复：已调整",
    "needless": "✓ 不再需要",
    "retracted": "✗ 已撤回",
    "corrected": "✗ 已更正",
    None: "… 等省级管理办公室答复",
}
"""What became of a request; None where it waits."""


def wish(one: CityRequest, year: Year) -> str:
    """Say what a city asks: 申请延期至 2022-02-10（周四）, 对第2次报送的核验结论提出异议."""
    if one.about is None:
        return f"申请延期至 {one.day}（{weekday(one.day)}）"
    return f"对{questioned(one.about, year.phase(one.phase).province)}提出异议"


def answer_word(one: CityRequest) -> str:
    """Say what became of a request."""
    return ANSWER_WORDS[one.answer.said if one.answer else None]
