"""What one check of `talent doctor` found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "note", "finding"]
PATIENCE = 5
"""Seconds to wait for a server before it counts as not there."""


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """What one check found: `says` 说明, `mend` 处理办法 (empty where nothing is to be done)."""

    check: str
    level: Level
    says: str
    mend: str = ""
