"""Whether another installed package stands before one of ours of the same name; importing this refuses to start then.

Folders stay top-level (docs/decisions/0033): `models`, `forms`, `tasks` are names that others have too, and an editable
install stands behind all that is installed.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

OURS = (
    "acts", "calendars", "commands", "dashboard", "deployments", "flows", "forms", "gates", "letters", "models",
    "phases", "post", "rehearsal", "season", "settings", "tasks",
)  # fmt: skip
REFUSED = 1


def shadowing() -> dict[str, str]:
    """Give the names that are found somewhere else than beside this module, each with where."""
    here, found = Path(__file__).resolve().parent, {}
    for name in OURS:
        spec = find_spec(name)
        place = next(iter(spec.submodule_search_locations or ()), spec.origin) if spec else None
        if place is not None and Path(place).resolve().parent != here:
            found[name] = place
    return found


if others := shadowing():
    for other, where in others.items():
        said = f"另一个已安装的包挡住了本程序的 {other}（{where}）：请卸载它，或在单独的环境里安装本程序。"
        print(said, file=sys.stderr)  # noqa: T201 -- nothing of ours can be imported to say it
    raise SystemExit(REFUSED)
