"""The reason for which the province sees who somebody is: without one nothing is uncovered, and it is on record."""

from __future__ import annotations

LONGEST_REASON = 500
NO_REASON = "请写明事由（500 字以内）；事由记录在案。"


def is_reason(words: str) -> bool:
    """Tell whether this is a reason that can be put on record."""
    return 1 <= len(words) <= LONGEST_REASON
