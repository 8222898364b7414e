"""Days of a year file changed where they stand, with everything else, comments too, left as it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from calendars.errors import TalentError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


class NotFound(TalentError):
    """日历文件里找不到 phases.{phase} 的 {key}，不能在页面上改；请改好文件后上传。"""


def with_days(text: str, days: Mapping[tuple[str, str], date]) -> str:
    """Give the file's text with these days, by phase and key (`opens`, `due`, …); raise `NotFound`."""
    for (phase, key), day in days.items():
        section = rf"^\[phases\.{re.escape(phase)}\]\s*$(?:(?!^\[).)*?"
        stands = rf"(?ms)({section}^\s*{re.escape(key)}\s*=\s*)\d{{4}}-\d\d-\d\d"
        text, found = re.subn(stands, rf"\g<1>{day}", text, count=1)
        if not found:
            raise NotFound(phase=phase, key=key)
    return text
