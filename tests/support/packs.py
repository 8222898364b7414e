"""Where the seasons lie that tests play, and what one came to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).parents[2]

DEMO = HOUSE / "deployments" / "demo" / "2022"
"""The demonstration's, made by `rehearsal`."""

RELEASED = HOUSE / "tests" / "fixtures" / "calendar-1"
"""The one that the release of calendars 1 came with, whose people are those of its database."""

SHARED = HOUSE.parent / "shared" / "inputs" / "2022"
"""One that is filed from outside, beside a checkout; it need not be there."""


def expected(pack: Path) -> dict[str, Any]:
    """The end that a pack names: the totals, and every city's states, attempts and timeliness."""
    found: dict[str, Any] = json.loads((pack / "expected.json").read_text(encoding="utf-8"))
    return found


def came_to(ended: Mapping[str, Any]) -> dict[str, Any]:
    """The end that a play came to, told in JSON, in the form of `expected`."""
    status = ended["status"]
    totals = {name: count for name, count in status["totals"].items() if name != "funded_cap"}
    cities = {
        row["city"]: {
            phase["phase"]: {name: phase[name] for name in ("state", "attempt", "timeliness")}
            for phase in row["phases"]
        }
        for row in status["cities"]
    }
    return {"totals": totals, "cities": cities}
