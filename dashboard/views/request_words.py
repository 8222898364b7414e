"""What a city asked of the province and what it was answered, in words: on pages, in the report, in exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.city_requests import CityRequest, Said

ANSWER_WORDS: Mapping[Said | None, str] = {
    "granted": "✓ 已同意",
    "declined": "✗ 未同意",
    "needless": "✓ 不再需要",
    "retracted": "✗ 已撤回",
    "corrected": "✗ 已更正",
    None: "… 等省级管理办公室答复",
}
"""What became of a request; None where it waits."""


def answer_word(one: CityRequest) -> str:
    """Say what became of a request."""
    return ANSWER_WORDS[one.answer.said if one.answer else None]
